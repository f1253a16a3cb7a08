//! An entry: a file to read, or a member of a zip archive.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::fingerprint::{Fingerprint, UnchangedFile};
use super::time_limit::{Text, TimeLimit};
use crate::feed::replay::error::{Problem, ReplayError};
use crate::text::escape;

/// A file to read, or a member of a zip archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub path: PathBuf,
    pub member: Option<Member>,
    /// The name by which people know the file, if it is not its path.
    shown: Option<String>,
    /// The limit on the time of reading, if there is one.
    limit: Option<TimeLimit>,
    /// `None` where the file could not be read when it was found.
    fingerprint: Option<Fingerprint>,
}

/// A file within a zip archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub name: String,
    /// The position of its bytes within the archive.
    pub start: u64,
    pub packed: u64,
    pub is_deflated: bool,
}

/// A report of progress, called now and then: the entry, the bytes read of its text, and all its bytes where they are
/// known.
pub type Progress<'a> = dyn FnMut(&Entry, u64, Option<u64>) + 'a;

/// The rows between two reports of progress.
pub const PROGRESS_ROWS: u64 = 1 << 16;

impl Entry {
    /// The file at `path`.
    pub fn file(path: &Path) -> Self {
        Self { path: path.to_owned(), member: None, shown: None, limit: None, fingerprint: Fingerprint::of(path).ok() }
    }

    /// A member of the archive at `path`.
    pub fn member(path: &Path, member: Member, fingerprint: Option<Fingerprint>) -> Self {
        Self { path: path.to_owned(), member: Some(member), shown: None, limit: None, fingerprint }
    }

    /// The same entry of a file that people know by this name.
    #[must_use]
    pub fn shown_as(self, name: &str) -> Self {
        Self { shown: Some(name.to_owned()), ..self }
    }

    /// The same entry, which is read within a limit.
    #[must_use]
    pub fn within(self, limit: &TimeLimit) -> Self {
        Self { limit: Some(limit.clone()), ..self }
    }

    /// The text of this entry within its limit.
    pub fn limited(&self, text: Text) -> Text {
        match &self.limit {
            Some(limit) => limit.of(text),
            None => text,
        }
    }

    /// The name of the file for people: its path, unless it has another name.
    pub fn file_name(&self) -> Cow<'_, str> {
        self.shown.as_deref().map_or_else(|| self.path.to_string_lossy(), Cow::Borrowed)
    }

    /// Opens its file at a byte.
    ///
    /// # Errors
    /// When the file cannot be opened, or has changed since it was found (`fingerprint.rs`).
    pub fn open(&self, at: u64) -> io::Result<UnchangedFile> {
        let fingerprint = self.fingerprint.clone().map_or_else(|| Fingerprint::of(&self.path), Ok)?;
        fingerprint.open(&self.path, at)
    }

    /// The name of the member or else of the file, which may tell symbol and date.
    pub fn name(&self) -> String {
        match &self.member {
            Some(member) => member.name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned(),
            None => {
                let name = self.file_name();
                Path::new(&*name)
                    .file_name()
                    .map_or_else(|| name.clone().into_owned(), |name| name.to_string_lossy().into_owned())
            }
        }
    }

    /// The bytes before unpacking.
    pub fn packed_bytes(&self) -> u64 {
        let of_file = || self.fingerprint.as_ref().map_or(0, Fingerprint::bytes);
        self.member.as_ref().map_or_else(of_file, |member| member.packed)
    }

    /// The problem as an error that names this entry.
    pub fn at_fault(&self, problem: Problem) -> ReplayError {
        ReplayError::new(Path::new(&self.to_string()), problem)
    }
}

/// Without control characters.
impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&escape(&self.file_name()))?;
        self.member.as_ref().map_or(Ok(()), |member| write!(f, "/{}", escape(&member.name)))
    }
}

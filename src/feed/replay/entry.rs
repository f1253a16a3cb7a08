//! What there is to read: a file, or one member of a zip archive. Paths become entries here: folders and
//! patterns are looked through, archives are opened.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use zip::{CompressionMethod, ZipArchive};

use super::error::{Problem, ReplayError};
use super::magic;
use super::seen::{Seen, SeenFile};

/// A text to read, and where it lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub path: PathBuf,
    pub member: Option<Member>,
    /// `None` where it could not be read then.
    seen: Option<Seen>,
}

/// A file within a zip archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub name: String,
    /// Where its bytes begin within the archive, and how many they are.
    pub start: u64,
    pub packed: u64,
    pub is_deflated: bool,
}

/// The most files that one folder or pattern, and members that archives may stand for.
pub const DEFAULT_MAX_FILES: usize = 10_000;

impl Entry {
    pub fn file(path: &Path) -> Self {
        Self { path: path.to_owned(), member: None, seen: Seen::of(path).ok() }
    }

    /// The bytes of its file from `at` on.
    ///
    /// # Errors
    /// When it cannot be opened, or is another file than the one that was found ([`super::seen::changed`]).
    pub fn open(&self, at: u64) -> io::Result<SeenFile> {
        let seen = self.seen.clone().map_or_else(|| Seen::of(&self.path), Ok)?;
        seen.open(&self.path, at)
    }

    /// The name that tells symbol and date: of the member, where it is one, and else of the file.
    pub fn name(&self) -> String {
        match &self.member {
            Some(member) => member.name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned(),
            None => self.path.file_name().unwrap_or(self.path.as_os_str()).to_string_lossy().into_owned(),
        }
    }

    /// How many bytes there are before unpacking.
    pub fn packed_bytes(&self) -> u64 {
        self.member.as_ref().map_or_else(|| self.seen.as_ref().map_or(0, Seen::bytes), |member| member.packed)
    }

    pub fn at_fault(&self, problem: Problem) -> ReplayError {
        ReplayError::new(Path::new(&self.to_string()), problem)
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        self.member.as_ref().map_or(Ok(()), |member| write!(f, "/{}", member.name))
    }
}

/// The entries that paths stand for: files themselves, what lies in folders, what fits a pattern, the members
/// of zip archives. In a folder only files that may be CSV by their names are taken.
///
/// # Errors
/// When a path leads nowhere, or an archive cannot be read.
pub fn expand(paths: &[PathBuf], max_files: usize) -> Result<Vec<Entry>, ReplayError> {
    if paths.is_empty() {
        return Err(ReplayError::new(Path::new(""), Problem::NoFiles));
    }
    let mut files = Vec::new();
    for path in paths {
        let room = max_files.saturating_sub(files.len());
        let found = files_of(path, room).map_err(|problem| ReplayError::new(path, problem))?;
        files.extend(found);
    }
    let mut entries = Vec::new();
    for file in files {
        match members(&file, max_files.saturating_sub(entries.len())) {
            Ok(found) => entries.extend(found),
            Err(problem @ Problem::TooManyFiles { .. }) => return Err(ReplayError::new(&file, problem)),
            // What is wrong with an archive is told when it comes to be read, so that others are looked at, too.
            Err(_) => entries.push(Entry::file(&file)),
        }
    }
    Ok(entries)
}

fn files_of(path: &Path, room: usize) -> Result<Vec<PathBuf>, Problem> {
    let mut found = match fs::metadata(path) {
        Ok(meta) if meta.is_dir() => files_in(path)?,
        Ok(meta) if meta.is_file() => return Ok(vec![path.to_owned()]),
        Ok(_) => return Err(Problem::NotAFile),
        Err(_) if is_pattern(path) => files_like(path)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(Problem::Missing),
        Err(error) => return Err(Problem::Open(error)),
    };
    found.sort_unstable();
    if found.len() > room {
        return Err(Problem::TooManyFiles { found: found.len() });
    }
    Ok(found)
}

fn is_pattern(path: &Path) -> bool {
    path.to_str().is_some_and(|text| text.contains(['*', '?', '[']))
}

fn files_in(folder: &Path) -> Result<Vec<PathBuf>, Problem> {
    let mut found = Vec::new();
    for file in fs::read_dir(folder).map_err(Problem::Open)? {
        let path = file.map_err(Problem::Open)?.path();
        if path.is_file() && may_be_csv(&path.to_string_lossy()) {
            found.push(path);
        }
    }
    if found.is_empty() { Err(Problem::EmptyFolder) } else { Ok(found) }
}

fn files_like(pattern: &Path) -> Result<Vec<PathBuf>, Problem> {
    let text = pattern.to_str().unwrap_or_default();
    let paths = glob::glob(text).map_err(|error| Problem::Pattern(error.to_string()))?;
    let found: Vec<_> = paths.filter_map(Result::ok).filter(|path| path.is_file()).collect();
    if found.is_empty() { Err(Problem::NothingFits) } else { Ok(found) }
}

/// Whether a name in a folder or an archive is one that CSV files have.
fn may_be_csv(name: &str) -> bool {
    const ENDINGS: [&str; 6] = [".csv", ".tsv", ".txt", ".tab", ".prn", ".dat"];
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default().to_lowercase();
    let bare = [".gz", ".zst", ".zip"].iter().find_map(|ending| name.strip_suffix(ending));
    let hidden = name.starts_with(['.', '_']);
    let about = ["readme", "licen", "index.", "manifest"].iter().any(|begin| name.starts_with(begin));
    !hidden && !about && (ENDINGS.iter().any(|ending| bare.unwrap_or(&name).ends_with(ending)) || bare.is_some())
}

/// What is wrong with an archive that has no members to read.
pub fn archive_problem(path: &Path) -> Problem {
    members(path, usize::MAX).err().unwrap_or_else(|| Problem::Zip("it has changed".into()))
}

/// A file that is no archive is its own only member.
fn members(path: &Path, most: usize) -> Result<Vec<Entry>, Problem> {
    let mut file = File::open(path).map_err(Problem::Open)?;
    let mut head = [0; 4];
    let is_zip = file.read_exact(&mut head).is_ok() && head == magic::ZIP;
    if !is_zip {
        return Ok(vec![Entry::file(path)]);
    }
    file.seek(SeekFrom::Start(0)).map_err(Problem::Open)?;
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|e| Problem::Zip(e.to_string()))?;
    if archive.index_for_name("[Content_Types].xml").is_some() {
        return Err(Problem::NotCsv { found: "a spreadsheet", remedy: magic::EXPORT });
    }
    let seen = Seen::of(path).ok();
    let mut found = Vec::new();
    let count = archive.len();
    for index in 0..count {
        let member = archive.by_index_raw(index).map_err(|e| Problem::Zip(e.to_string()))?;
        let name = member.name().map_err(|e| Problem::Zip(e.to_string()))?.into_owned();
        if member.is_dir() || name.contains("__MACOSX") || !may_be_csv(&name) {
            continue;
        }
        let is_deflated = match member.compression() {
            CompressionMethod::Stored => false,
            CompressionMethod::Deflated => true,
            other => return Err(Problem::Zip(format!("{name} is packed by {other}"))),
        };
        if member.encrypted() {
            return Err(Problem::Zip(format!("{name} is encrypted")));
        }
        let start = member.data_start().ok_or_else(|| Problem::Zip(format!("{name} has no data")))?;
        let member = Member { name, start, packed: member.compressed_size(), is_deflated };
        found.push(Entry { path: path.to_owned(), member: Some(member), seen: seen.clone() });
        if found.len() > most {
            return Err(Problem::TooManyFiles { found: count });
        }
    }
    if found.is_empty() { Err(Problem::Zip("there is no CSV file in it".into())) } else { Ok(found) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_may_be_csv() {
        let check = |name: &str, want| assert_eq!(may_be_csv(name), want, "{name}");
        check("a.csv", true);
        check("A.CSV.GZ", true);
        check("folder/ticks.zip", true);
        check("ticks.gz", true);
        check("README.txt", false);
        check(".hidden.csv", false);
        check("folder/picture.png", false);
    }
}

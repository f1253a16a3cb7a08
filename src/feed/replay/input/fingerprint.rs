//! The state of a file when it was first read. Each later reader must find the same file.
//!
//! A file is opened again for each loop and seek, and from positions in its middle. If another file were there by then,
//! its rows would be read by the layout of the first one and pass for its prices. So a reader checks, with every piece
//! it reads, that the file is still the same: the same inode, no shorter, and with the same beginning and end. Text
//! appended to the file is not read: a replay does not grow while it plays, and a half written row is not its last.
//!
//! Not here: rows edited in place in the middle of the file. They are read as they are.

use std::fs::{File, Metadata};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use crate::feed::replay::error::FileChange;

/// The bytes compared of the beginning and of the end.
const EDGE_BYTES: u64 = 4 * 1024;

/// The fingerprint of a file. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint(Arc<Facts>);

#[derive(Debug, PartialEq, Eq)]
struct Facts {
    bytes: u64,
    inode: Option<(u64, u64)>,
    modified: Option<SystemTime>,
    /// Of the beginning and the end.
    hash: u64,
}

impl Fingerprint {
    /// Takes the fingerprint of a file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn of(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let facts = file.metadata()?;
        let hash = hash_edges(&mut file, facts.len())?;
        Ok(Self(Arc::new(Facts { bytes: facts.len(), inode: inode(&facts), modified: facts.modified().ok(), hash })))
    }

    /// The size of the file.
    pub fn bytes(&self) -> u64 {
        self.0.bytes
    }

    /// Opens the file at a byte. Reading ends where the file ended when its fingerprint was taken.
    ///
    /// # Errors
    /// When it cannot be opened, or has changed ([`change_of`]).
    pub fn open(&self, path: &Path, at: u64) -> io::Result<UnchangedFile> {
        let mut file = File::open(path)?;
        let facts = file.metadata()?;
        if inode(&facts) != self.0.inode {
            return Err(io::Error::other(FileChange::Replaced));
        }
        file.seek(SeekFrom::Start(at))?;
        let mut file = UnchangedFile { file, fingerprint: self.clone(), modified: self.0.modified, at };
        file.check()?;
        Ok(file)
    }
}

/// The change of a file, where an error is about it.
pub fn change_of(error: &io::Error) -> Option<FileChange> {
    error.get_ref()?.downcast_ref().copied()
}

/// A reader of a file that fails when the file changes.
#[derive(Debug)]
pub struct UnchangedFile {
    file: File,
    fingerprint: Fingerprint,
    /// The time of the last change when beginning and end were compared last.
    modified: Option<SystemTime>,
    at: u64,
}

impl UnchangedFile {
    /// Checked after each piece: it may have changed while it was read.
    fn check(&mut self) -> io::Result<()> {
        let now = self.file.metadata()?;
        if now.len() < self.fingerprint.0.bytes {
            return Err(io::Error::other(FileChange::Shorter));
        }
        let modified = now.modified().ok();
        if modified.is_none() || modified != self.modified {
            if hash_edges(&mut self.file, self.fingerprint.0.bytes)? != self.fingerprint.0.hash {
                return Err(io::Error::other(FileChange::Rewritten));
            }
            self.file.seek(SeekFrom::Start(self.at))?;
            self.modified = modified;
        }
        Ok(())
    }
}

impl Read for UnchangedFile {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.fingerprint.0.bytes.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let most = into.len().min(left);
        let n = self.file.read(&mut into[..most])?;
        self.at += n as u64;
        self.check()?;
        Ok(n)
    }
}

/// Hashes the beginning and the end of the first `bytes` of a file.
fn hash_edges(file: &mut File, bytes: u64) -> io::Result<u64> {
    let mut hasher = DefaultHasher::new();
    let mut edge = Vec::new();
    for at in [0, bytes.saturating_sub(EDGE_BYTES)] {
        file.seek(SeekFrom::Start(at))?;
        edge.clear();
        file.by_ref().take(EDGE_BYTES.min(bytes - at)).read_to_end(&mut edge)?;
        edge.hash(&mut hasher);
    }
    Ok(hasher.finish())
}

#[cfg(unix)]
fn inode(facts: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    Some((facts.dev(), facts.ino()))
}

#[cfg(not(unix))]
const fn inode(_: &Metadata) -> Option<(u64, u64)> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::io::Write as _;

    const TEXT: &[u8] = &[b'x'; 3 * EDGE_BYTES as usize];

    /// Reads a file that `change` changes after its first byte.
    fn check(change: impl FnOnce(&Path), want: Result<usize, FileChange>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ticks.csv");
        fs::write(&path, TEXT).unwrap();
        let fingerprint = Fingerprint::of(&path).unwrap();
        let mut file = fingerprint.open(&path, 0).unwrap();
        assert_eq!(file.read(&mut [0]).unwrap(), 1);
        // Later than the resolution of file times.
        std::thread::sleep(std::time::Duration::from_millis(20));
        change(&path);
        let mut rest = Vec::new();
        let read = file.read_to_end(&mut rest).map_err(|error| change_of(&error).unwrap());
        assert_eq!(read.map(|n| n + 1), want);
        let again = fingerprint.open(&path, 5).map(|_| ()).map_err(|error| change_of(&error));
        assert!(want.is_err() == again.is_err(), "{again:?}");
    }

    #[test]
    fn changed_file_is_not_read_on() {
        let rewrite = |text: &'static [u8]| move |path: &Path| fs::write(path, text).unwrap();
        check(|_| {}, Ok(TEXT.len()));
        check(rewrite(TEXT), Ok(TEXT.len()));
        check(rewrite(&TEXT[..5_000]), Err(FileChange::Shorter));
        check(rewrite(b""), Err(FileChange::Shorter));
        check(rewrite(&[b'y'; 4 * EDGE_BYTES as usize]), Err(FileChange::Rewritten));
        check(rewrite(&[b'y'; 3 * EDGE_BYTES as usize]), Err(FileChange::Rewritten));
    }

    #[test]
    fn appended_text_is_not_read() {
        let append = |path: &Path| fs::OpenOptions::new().append(true).open(path).unwrap().write_all(b"more").unwrap();
        check(append, Ok(TEXT.len()));
    }

    #[cfg(unix)]
    #[test]
    fn replaced_file_is_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        let [path, other] = ["ticks.csv", "other.csv"].map(|name| folder.path().join(name));
        fs::write(&path, TEXT).unwrap();
        let fingerprint = Fingerprint::of(&path).unwrap();
        let mut open = fingerprint.open(&path, 0).unwrap();
        fs::write(&other, TEXT).unwrap();
        fs::rename(&other, &path).unwrap();
        let mut rest = Vec::new();
        assert_eq!(open.read_to_end(&mut rest).unwrap(), TEXT.len(), "an open file is read to its end");
        assert_eq!(change_of(&fingerprint.open(&path, 0).unwrap_err()), Some(FileChange::Replaced));
        fs::remove_file(&path).unwrap();
        assert_eq!(fingerprint.open(&path, 0).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}

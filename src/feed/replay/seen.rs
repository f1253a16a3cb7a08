//! A file as it was when it was first looked at: whoever opens it again must find the same one.
//!
//! A tape is opened again for each loop and seek, and from places in the middle of it. If another file lay there by
//! then, its rows would be read by the layout of the first one and pass for its prices. So each reader asks, with every
//! piece it reads, whether the file is still that file: the same inode, no shorter, and with the same beginning and end.
//! What was added behind that end is not read: a tape does not grow while it plays, nor is a half written row its last.
//!
//! Not here: rows that somebody edits in the middle of the file in place, which are simply what the file says.

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

/// Bytes that are remembered of the beginning, and of the end.
const EDGE_BYTES: u64 = 4 * 1024;

/// Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen(Arc<Facts>);

#[derive(Debug, PartialEq, Eq)]
struct Facts {
    bytes: u64,
    inode: Option<(u64, u64)>,
    modified: Option<SystemTime>,
    head: Vec<u8>,
    tail: Vec<u8>,
}

/// What became of a file that was seen before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Changed {
    #[error("it is another file now than when tickcast began")]
    Replaced,
    #[error("it is shorter now than when tickcast began")]
    Shorter,
    #[error("it was written anew since tickcast began")]
    Rewritten,
}

impl Seen {
    /// # Errors
    /// When it cannot be read.
    pub fn of(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let facts = file.metadata()?;
        let (head, tail) = edges(&mut file, facts.len())?;
        Ok(Self(Arc::new(Facts {
            bytes: facts.len(),
            inode: inode(&facts),
            modified: facts.modified().ok(),
            head,
            tail,
        })))
    }

    pub fn bytes(&self) -> u64 {
        self.0.bytes
    }

    /// The file from `at` on, up to where it ended.
    ///
    /// # Errors
    /// When it cannot be opened or is no longer that file ([`changed`] tells).
    pub fn open(&self, path: &Path, at: u64) -> io::Result<SeenFile> {
        let mut file = File::open(path)?;
        let facts = file.metadata()?;
        if inode(&facts) != self.0.inode {
            return Err(io::Error::other(Changed::Replaced));
        }
        file.seek(SeekFrom::Start(at))?;
        let mut file = SeenFile { file, seen: self.clone(), modified: self.0.modified, at };
        file.check()?;
        Ok(file)
    }
}

/// What became of the file, where that is why reading it failed.
pub fn changed(error: &io::Error) -> Option<Changed> {
    error.get_ref()?.downcast_ref().copied()
}

/// Reads what was there when the file was seen, or fails.
#[derive(Debug)]
pub struct SeenFile {
    file: File,
    seen: Seen,
    /// As it was when the edges were compared the last time.
    modified: Option<SystemTime>,
    at: u64,
}

impl SeenFile {
    /// Asked after each piece, as what is read may change until then.
    fn check(&mut self) -> io::Result<()> {
        let now = self.file.metadata()?;
        if now.len() < self.seen.0.bytes {
            return Err(io::Error::other(Changed::Shorter));
        }
        let modified = now.modified().ok();
        if modified.is_none() || modified != self.modified {
            let (head, tail) = edges(&mut self.file, self.seen.0.bytes)?;
            if head != self.seen.0.head || tail != self.seen.0.tail {
                return Err(io::Error::other(Changed::Rewritten));
            }
            self.file.seek(SeekFrom::Start(self.at))?;
            self.modified = modified;
        }
        Ok(())
    }
}

impl Read for SeenFile {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.seen.0.bytes.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let most = into.len().min(left);
        let n = self.file.read(&mut into[..most])?;
        self.at += n as u64;
        self.check()?;
        Ok(n)
    }
}

/// The beginning and the end of the first so many bytes.
fn edges(file: &mut File, bytes: u64) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let mut edge = |at| {
        let mut edge = Vec::new();
        file.seek(SeekFrom::Start(at))?;
        file.by_ref().take(EDGE_BYTES.min(bytes - at)).read_to_end(&mut edge)?;
        Ok::<_, io::Error>(edge)
    };
    Ok((edge(0)?, edge(bytes.saturating_sub(EDGE_BYTES))?))
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

    /// What reading the whole file gives when `change` happens after its first byte.
    fn check(change: impl FnOnce(&Path), want: Result<usize, Changed>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tape.csv");
        fs::write(&path, TEXT).unwrap();
        let seen = Seen::of(&path).unwrap();
        let mut file = seen.open(&path, 0).unwrap();
        assert_eq!(file.read(&mut [0]).unwrap(), 1);
        // Later than the file by more than a clock of files can hide.
        std::thread::sleep(std::time::Duration::from_millis(20));
        change(&path);
        let mut rest = Vec::new();
        let read = file.read_to_end(&mut rest).map_err(|error| changed(&error).unwrap());
        assert_eq!(read.map(|n| n + 1), want);
        let again = seen.open(&path, 5).map(|_| ()).map_err(|error| changed(&error));
        assert!(want.is_err() == again.is_err(), "{again:?}");
    }

    #[test]
    fn what_is_no_longer_the_same_file_is_not_read_on() {
        let rewrite = |text: &'static [u8]| move |path: &Path| fs::write(path, text).unwrap();
        check(|_| {}, Ok(TEXT.len()));
        check(rewrite(TEXT), Ok(TEXT.len()));
        check(rewrite(&TEXT[..5_000]), Err(Changed::Shorter));
        check(rewrite(b""), Err(Changed::Shorter));
        check(rewrite(&[b'y'; 4 * EDGE_BYTES as usize]), Err(Changed::Rewritten));
        check(rewrite(&[b'y'; 3 * EDGE_BYTES as usize]), Err(Changed::Rewritten));
    }

    #[test]
    fn what_was_added_is_left_alone() {
        let append = |path: &Path| fs::OpenOptions::new().append(true).open(path).unwrap().write_all(b"more").unwrap();
        check(append, Ok(TEXT.len()));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_took_its_place_is_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        let [path, other] = ["tape.csv", "other.csv"].map(|name| folder.path().join(name));
        fs::write(&path, TEXT).unwrap();
        let seen = Seen::of(&path).unwrap();
        let mut open = seen.open(&path, 0).unwrap();
        fs::write(&other, TEXT).unwrap();
        fs::rename(&other, &path).unwrap();
        let mut rest = Vec::new();
        assert_eq!(open.read_to_end(&mut rest).unwrap(), TEXT.len(), "who has it open reads the old one to its end");
        assert_eq!(changed(&seen.open(&path, 0).unwrap_err()), Some(Changed::Replaced));
        fs::remove_file(&path).unwrap();
        assert_eq!(seen.open(&path, 0).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}

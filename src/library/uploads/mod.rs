//! Files that presenters send, piece by piece.
//!
//! The bytes lie in a temporary folder under numbers. A name is only shown, and is never a path. All bytes of a file
//! are reserved when it begins, so that files which are sent at the same time do not fill the disk together.

mod disk;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

pub use self::disk::{TemporaryFolder, UploadDisk};

/// The most bytes of one piece.
pub const PIECE_BYTES: usize = 1 << 20;
/// The most bytes of a name.
const NAME_BYTES: usize = 255;

/// The limits of uploads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UploadLimits {
    /// The most bytes of one file.
    pub file_bytes: u64,
    /// The most files.
    pub files: usize,
    /// The most bytes of all files together.
    pub total_bytes: u64,
    /// The time without a piece after which a file that is not complete is removed.
    pub timeout: Duration,
}

impl Default for UploadLimits {
    fn default() -> Self {
        Self { file_bytes: 2 << 30, files: 16, total_bytes: 4 << 30, timeout: Duration::from_secs(600) }
    }
}

/// The files that were sent.
pub struct Uploads {
    limits: UploadLimits,
    disk: Box<dyn UploadDisk>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The number of the last file.
    last: u64,
    files: BTreeMap<u64, Arc<Upload>>,
    is_closed: bool,
}

struct Upload {
    name: String,
    bytes: u64,
    /// Cloned by whoever plays the file.
    lease: Lease,
    progress: Mutex<Progress>,
}

struct Progress {
    received: u64,
    /// `None` when the file is complete, or removed.
    file: Option<Box<dyn Write + Send>>,
    /// The time of the last piece.
    touched: Instant,
}

/// Keeps a file from being removed.
pub type Lease = Arc<()>;

/// A file that was sent, or is on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedUpload {
    pub number: u64,
    pub name: String,
    pub bytes: u64,
    pub received: u64,
}

impl ListedUpload {
    /// All its bytes have come.
    pub const fn is_complete(&self) -> bool {
        self.received == self.bytes
    }
}

/// The reason why an upload is refused.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    #[error("this server takes no uploads")]
    Off,
    #[error("there is no upload {0}")]
    Unknown(u64),
    #[error("the name of a file has 1 to {NAME_BYTES} bytes")]
    BadName,
    #[error("the file is empty")]
    Empty,
    #[error("a file may have {limit} bytes")]
    TooLarge { limit: u64 },
    #[error("a piece may have {PIECE_BYTES} bytes")]
    LongPiece,
    #[error("there are {limit} uploads already")]
    TooMany { limit: usize },
    #[error("all uploads together may have {limit} bytes, and {free} are free")]
    Full { limit: u64, free: u64 },
    #[error("the next piece begins at {expected}")]
    WrongOffset { expected: u64 },
    #[error("only {left} bytes of the file are missing")]
    TooMuch { left: u64 },
    #[error("the upload is playing")]
    Playing,
    #[error("{received} of {bytes} bytes of the upload have come")]
    Incomplete { received: u64, bytes: u64 },
    #[error("the upload cannot be written, and was removed: {0}")]
    Disk(io::Error),
}

impl Uploads {
    /// Takes files within limits, and keeps them on `disk`.
    pub fn new(limits: UploadLimits, disk: Box<dyn UploadDisk>) -> Self {
        Self { limits, disk, state: Mutex::default() }
    }

    /// The limits of uploads.
    pub const fn limits(&self) -> &UploadLimits {
        &self.limits
    }

    /// Begins a file of so many bytes, and returns its number.
    ///
    /// # Errors
    /// When it is too large, or there are too many.
    pub fn begin(&self, name: &str, bytes: u64, now: Instant) -> Result<u64, UploadError> {
        self.expire(now);
        if name.trim().is_empty() || name.len() > NAME_BYTES {
            return Err(UploadError::BadName);
        }
        if bytes == 0 {
            return Err(UploadError::Empty);
        }
        if bytes > self.limits.file_bytes {
            return Err(UploadError::TooLarge { limit: self.limits.file_bytes });
        }
        let mut state = self.state.lock();
        if state.is_closed {
            return Err(UploadError::Off);
        }
        if state.files.len() >= self.limits.files {
            return Err(UploadError::TooMany { limit: self.limits.files });
        }
        let taken: u64 = state.files.values().map(|upload| upload.bytes).sum();
        let (limit, free) = (self.limits.total_bytes, self.limits.total_bytes.saturating_sub(taken));
        if bytes > free {
            return Err(UploadError::Full { limit, free });
        }
        state.last += 1;
        let number = state.last;
        let file = Some(self.disk.create(number).map_err(UploadError::Disk)?);
        let progress = Mutex::new(Progress { received: 0, file, touched: now });
        let upload = Upload { name: name.to_owned(), bytes, lease: Lease::default(), progress };
        state.files.insert(number, Arc::new(upload));
        Ok(number)
    }

    /// Appends a piece that begins at `offset`, and returns the bytes that have come.
    ///
    /// # Errors
    /// When the offset is wrong, or more comes than was said. A file that cannot be written is removed.
    pub fn append(&self, number: u64, offset: u64, piece: &[u8], now: Instant) -> Result<u64, UploadError> {
        let upload = self.get(number)?;
        let mut progress = upload.progress.lock();
        if piece.len() > PIECE_BYTES {
            return Err(UploadError::LongPiece);
        }
        if offset != progress.received {
            return Err(UploadError::WrongOffset { expected: progress.received });
        }
        let left = upload.bytes - progress.received;
        let length = piece.len() as u64;
        if length > left {
            return Err(UploadError::TooMuch { left });
        }
        if length > 0 {
            let file = progress.file.as_mut().ok_or(UploadError::Unknown(number))?;
            if let Err(error) = file.write_all(piece).and_then(|()| file.flush()) {
                drop(progress);
                self.forget(number);
                return Err(UploadError::Disk(error));
            }
        }
        (progress.received, progress.touched) = (progress.received + length, now);
        if progress.received == upload.bytes {
            progress.file = None;
        }
        Ok(progress.received)
    }

    /// Removes a file.
    ///
    /// # Errors
    /// When it plays, or is not there.
    pub fn remove(&self, number: u64) -> Result<(), UploadError> {
        let removed = {
            // Nobody finds the file meanwhile.
            let mut state = self.state.lock();
            let upload = state.files.get(&number).ok_or(UploadError::Unknown(number))?;
            if Arc::strong_count(&upload.lease) > 1 {
                return Err(UploadError::Playing);
            }
            state.files.remove(&number)
        };
        self.discard(number, removed);
        Ok(())
    }

    /// Removes files that are not complete, and of which nothing came for the timeout.
    pub fn expire(&self, now: Instant) {
        let is_idle = |upload: &Upload| {
            // One whose piece is written now is not idle.
            let progress = upload.progress.try_lock();
            progress.is_some_and(|progress| {
                progress.received < upload.bytes
                    && now.saturating_duration_since(progress.touched) >= self.limits.timeout
            })
        };
        let all = self.state.lock().files.clone();
        for (number, _) in all.iter().filter(|(_, upload)| is_idle(upload)) {
            tracing::info!(number, "an upload that did not go on was removed");
            self.forget(*number);
        }
    }

    /// Lists all files in the order in which they began.
    pub fn list(&self) -> Vec<ListedUpload> {
        let all = self.state.lock().files.clone();
        let listed = |(number, upload): (&u64, &Arc<Upload>)| ListedUpload {
            number: *number,
            name: upload.name.clone(),
            bytes: upload.bytes,
            received: upload.progress.lock().received,
        };
        all.iter().map(listed).collect()
    }

    /// Finds a complete file: its path, its name, and what keeps it.
    ///
    /// # Errors
    /// When it is not there, or not complete.
    pub fn find(&self, number: u64) -> Result<(PathBuf, String, Lease), UploadError> {
        // The lease is taken while nobody removes the file.
        let state = self.state.lock();
        let upload = state.files.get(&number).ok_or(UploadError::Unknown(number))?;
        let (received, bytes) = (upload.progress.lock().received, upload.bytes);
        if received < bytes {
            return Err(UploadError::Incomplete { received, bytes });
        }
        let path = self.disk.path_of(number).ok_or(UploadError::Unknown(number))?;
        Ok((path, upload.name.clone(), Arc::clone(&upload.lease)))
    }

    /// Removes all files, and takes no more.
    pub fn close(&self) {
        {
            let mut state = self.state.lock();
            state.is_closed = true;
            state.files.clear();
        }
        self.disk.close();
    }

    fn get(&self, number: u64) -> Result<Arc<Upload>, UploadError> {
        self.state.lock().files.get(&number).cloned().ok_or(UploadError::Unknown(number))
    }

    fn forget(&self, number: u64) {
        let removed = self.state.lock().files.remove(&number);
        self.discard(number, removed);
    }

    fn discard(&self, number: u64, removed: Option<Arc<Upload>>) {
        if let Some(upload) = removed {
            upload.progress.lock().file = None;
            self.disk.remove(number);
        }
    }
}

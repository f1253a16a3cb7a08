//! The files of a recording: one after the other, each readable at any moment.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::row::{HEADER, Rows};
use super::{RecordConfig, Summary};
use crate::market::{Instrument, Tick};

/// Text that waits for the next flush before it is written at once.
const BUFFER_BYTES: usize = 1 << 20;
/// zstd's own default: about four times smaller, at hundreds of megabytes a second.
const COMPRESSION: i32 = 3;
/// The most files with one name and different numbers.
const MAX_FILES: u32 = 1_000_000;

/// The recording cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    #[error("cannot record to {path}: {reason}; is the folder there, and is there room?")]
    Write { path: PathBuf, reason: io::Error },
    #[error("cannot record to {0}: a million files with that name exist; choose another one")]
    TooManyFiles(PathBuf),
    #[error("the feed broke off: {0}; what was recorded before is kept")]
    Feed(String),
}

#[derive(Debug)]
pub struct RecordingWriter {
    config: RecordConfig,
    instruments: Arc<[Instrument]>,
    rows: Rows,
    /// Whole lines that are not on disk yet.
    text: String,
    file: Option<OpenFile>,
    /// The number of the last file.
    last_number: u32,
    summary: Summary,
}

#[derive(Debug)]
struct OpenFile {
    file: File,
    path: PathBuf,
    since: Instant,
    /// Of text, before compression.
    bytes: u64,
    /// Of whole lines, as they lie there.
    on_disk: u64,
}

impl OpenFile {
    /// Cuts off what was written of `text` beyond its last whole line: there was no room for the rest.
    fn keep_whole_lines(&self, text: &[u8]) {
        let written = self.file.metadata().map_or(0, |facts| facts.len().saturating_sub(self.on_disk));
        let written = text.len().min(usize::try_from(written).unwrap_or(usize::MAX));
        let whole = memchr::memrchr(b'\n', &text[..written]).map_or(0, |at| at + 1);
        // Where even this fails, who reads the file passes over half a line.
        let _ = self.file.set_len(self.on_disk + whole as u64);
    }
}

impl RecordingWriter {
    /// Makes no file yet: that waits for the first tick.
    pub fn new(config: RecordConfig) -> Self {
        Self {
            config,
            instruments: Arc::default(),
            rows: Rows::default(),
            text: String::new(),
            file: None,
            last_number: 0,
            summary: Summary::default(),
        }
    }

    pub const fn summary(&self) -> Summary {
        self.summary
    }

    /// An epoch begins: the next tick goes to a new file.
    ///
    /// # Errors
    /// When the last of the file before cannot be written.
    pub fn open(&mut self, instruments: &Arc<[Instrument]>) -> Result<(), RecordError> {
        self.flush()?;
        self.file = None;
        self.instruments = Arc::clone(instruments);
        Ok(())
    }

    /// # Errors
    /// When a file cannot be written.
    pub fn write(&mut self, ticks: &[Tick]) -> Result<(), RecordError> {
        for tick in ticks {
            let Some(instrument) = self.instruments.get(tick.instrument.index()) else { continue };
            self.rows.push(&mut self.text, instrument, tick);
            self.summary.events += 1;
            if self.text.len() >= BUFFER_BYTES {
                self.flush()?;
            }
        }
        Ok(())
    }

    /// Writes what waits, as whole lines and, where it is compressed, as a whole frame.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn flush(&mut self) -> Result<(), RecordError> {
        if self.text.is_empty() {
            return Ok(());
        }
        if self.is_full() {
            self.file = None;
        }
        if self.file.is_none() {
            self.file = Some(self.next_file()?);
            self.text.insert_str(0, HEADER);
        }
        let compressed = is_compressed(&self.config.path);
        let Some(file) = &mut self.file else { return Ok(()) };
        let path = file.path.clone();
        let failed = |reason| RecordError::Write { path: path.clone(), reason };
        let frame =
            compressed.then(|| zstd::bulk::compress(self.text.as_bytes(), COMPRESSION)).transpose().map_err(failed)?;
        let bytes = frame.as_deref().unwrap_or(self.text.as_bytes());
        if let Err(reason) = file.file.write_all(bytes) {
            let text = if compressed { &[] } else { bytes };
            file.keep_whole_lines(text);
            return Err(failed(reason));
        }
        file.on_disk += bytes.len() as u64;
        self.summary.bytes += bytes.len() as u64;
        file.bytes += self.text.len() as u64;
        self.text.clear();
        Ok(())
    }

    fn is_full(&self) -> bool {
        let is_old = |since: Instant| self.config.rotate_after.is_some_and(|after: Duration| since.elapsed() >= after);
        self.file.as_ref().is_some_and(|file| file.bytes >= self.config.rotate_bytes || is_old(file.since))
    }

    fn next_file(&mut self) -> Result<OpenFile, RecordError> {
        while self.last_number < MAX_FILES {
            self.last_number += 1;
            let path = numbered(&self.config.path, self.last_number);
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => {
                    self.summary.files += 1;
                    return Ok(OpenFile { file, path, since: Instant::now(), bytes: 0, on_disk: 0 });
                }
                // Never over what is there.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(reason) => return Err(RecordError::Write { path, reason }),
            }
        }
        Err(RecordError::TooManyFiles(self.config.path.clone()))
    }
}

fn is_compressed(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zst"))
}

/// `tape.csv`, `tape-0002.csv`, `tape-0003.csv`: in the order of their names.
fn numbered(path: &Path, number: u32) -> PathBuf {
    if number == 1 {
        return path.to_owned();
    }
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let (stem, extensions) =
        name.split_once('.').map_or((&*name, String::new()), |(stem, rest)| (stem, format!(".{rest}")));
    path.with_file_name(format!("{stem}-{number:04}{extensions}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_files_have_a_number_before_their_extensions() {
        for (path, number, want) in [
            ("a/tape.csv.zst", 1, "a/tape.csv.zst"),
            ("a/tape.csv.zst", 2, "a/tape-0002.csv.zst"),
            ("tape", 12, "tape-0012"),
            ("b.c/tape.csv", 3, "b.c/tape-0003.csv"),
        ] {
            assert_eq!(numbered(Path::new(path), number), Path::new(want));
        }
    }
}

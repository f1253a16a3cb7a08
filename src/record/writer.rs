//! The files of a recording: one after the other, each readable at any time.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::row::{HEADER, RowWriter};
use super::{RecordConfig, Summary};
use crate::market::{Instrument, Tick};

/// The size of the buffered text at which it is written before the next flush.
const BUFFER_BYTES: usize = 1 << 20;
/// The default level of zstd: files get about four times smaller, at hundreds of megabytes per second.
const COMPRESSION: i32 = 3;
/// The largest number of files with one name.
const MAX_FILES: u32 = 1_000_000;

/// A failure that ends a recording.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    #[error("cannot record to {path}: {reason}; check that the folder exists and the disk has space")]
    Write { path: PathBuf, reason: io::Error },
    #[error("cannot record to {0}: a million files with this name exist; choose another name")]
    TooManyFiles(PathBuf),
    #[error("the feed failed: {0}; the recording up to there is kept")]
    Feed(String),
}

/// Writes ticks to the files of a recording.
#[derive(Debug)]
pub struct RecordingWriter {
    config: RecordConfig,
    instruments: Arc<[Instrument]>,
    rows: RowWriter,
    /// Whole lines that are not yet on disk.
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
    /// Bytes of text, before compression.
    bytes: u64,
    /// Bytes of whole lines in the file.
    on_disk: u64,
}

impl OpenFile {
    /// Cuts the file after the last whole line of `text`, which could be written only in part.
    fn keep_whole_lines(&self, text: &[u8]) {
        let written = self.file.metadata().map_or(0, |facts| facts.len().saturating_sub(self.on_disk));
        let written = text.len().min(usize::try_from(written).unwrap_or(usize::MAX));
        let whole = memchr::memrchr(b'\n', &text[..written]).map_or(0, |at| at + 1);
        // If this fails too, a reader skips the half line.
        let _ = self.file.set_len(self.on_disk + whole as u64);
    }
}

impl RecordingWriter {
    /// Creates a writer without a file; the first tick opens one.
    pub fn new(config: RecordConfig) -> Self {
        Self {
            config,
            instruments: Arc::default(),
            rows: RowWriter::default(),
            text: String::new(),
            file: None,
            last_number: 0,
            summary: Summary::default(),
        }
    }

    /// Returns the amount of data that was written.
    pub const fn summary(&self) -> Summary {
        self.summary
    }

    /// Begins an epoch: the next tick goes to a new file.
    ///
    /// # Errors
    /// Returns an error if the rest of the file before cannot be written.
    pub fn open(&mut self, instruments: &Arc<[Instrument]>) -> Result<(), RecordError> {
        self.flush()?;
        self.file = None;
        self.instruments = Arc::clone(instruments);
        Ok(())
    }

    /// Adds ticks, which are on disk after the next flush.
    ///
    /// # Errors
    /// Returns an error if a file cannot be written.
    pub fn write(&mut self, ticks: &[Tick]) -> Result<(), RecordError> {
        for tick in ticks {
            let Some(instrument) = self.instruments.get(tick.instrument.index()) else { continue };
            self.rows.push(&mut self.text, instrument, tick);
            self.summary.events += u64::from(!tick.is_book_edit());
            if self.text.len() >= BUFFER_BYTES {
                self.flush()?;
            }
        }
        Ok(())
    }

    /// Writes the buffered lines, as a whole frame if the file is compressed.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written.
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
                // Existing files are never overwritten.
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

/// Returns the path of a file, such as `day.csv`, `day-0002.csv` and `day-0003.csv`.
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
    fn later_files_have_a_number_before_the_extension() {
        for (path, number, want) in [
            ("a/day.csv.zst", 1, "a/day.csv.zst"),
            ("a/day.csv.zst", 2, "a/day-0002.csv.zst"),
            ("day", 12, "day-0012"),
            ("b.c/day.csv", 3, "b.c/day-0003.csv"),
        ] {
            assert_eq!(numbered(Path::new(path), number), Path::new(want));
        }
    }
}

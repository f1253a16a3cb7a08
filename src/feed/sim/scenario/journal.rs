//! The journal of a session on disk: what was staged, written down before it happens.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::schedule::Injection;
use super::script::{self, Header};
use crate::market::Timestamp;

/// A journal that cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("the journal {} cannot be written", path.display())]
pub struct JournalError {
    path: PathBuf,
    #[source]
    source: io::Error,
}

/// A file that `--script` plays again. It is whole after each entry.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    start: Timestamp,
}

impl Journal {
    /// Begins the file anew with what is staged from the start.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn begin(path: &Path, header: &Header, injections: &[Injection]) -> Result<Self, JournalError> {
        let failed = |source| JournalError { path: path.to_owned(), source };
        let mut file = File::create(path).map_err(failed)?;
        file.write_all(script::journal(header, injections).as_bytes()).map_err(failed)?;
        Ok(Self { path: path.to_owned(), file, start: header.start })
    }

    /// # Errors
    /// When it cannot be written. Some of the entry may stand in the file then.
    pub fn add(&mut self, injection: &Injection) -> Result<(), JournalError> {
        let written: io::Result<()> = self.file.write_all(script::entry(self.start, injection).as_bytes());
        written.map_err(|source| JournalError { path: self.path.clone(), source })
    }
}

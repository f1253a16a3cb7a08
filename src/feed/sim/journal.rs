//! The journal of a session on disk: what was staged, written down before it happens.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::plan::PlanError;
use super::script;
use super::stage::Injection;
use super::{List, SimConfig};
use crate::market::Timestamp;

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
    pub fn begin(path: &Path, config: &SimConfig, injections: &[Injection]) -> Result<Self, PlanError> {
        let failed = |source| PlanError::Journal { path: path.to_owned(), source };
        let SimConfig { seed, start, list: List::Mixed(symbols) | List::Class(_, symbols), hours, .. } = *config;
        let mut file = File::create(path).map_err(failed)?;
        file.write_all(script::journal(seed, start, symbols, hours, injections).as_bytes()).map_err(failed)?;
        Ok(Self { path: path.to_owned(), file, start })
    }

    /// # Errors
    /// When it cannot be written. Some of the entry may stand in the file then.
    pub fn add(&mut self, injection: &Injection) -> Result<(), PlanError> {
        let written: io::Result<()> = self.file.write_all(script::entry(self.start, injection).as_bytes());
        written.map_err(|source| PlanError::Journal { path: self.path.clone(), source })
    }
}

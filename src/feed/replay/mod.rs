//! Historical CSV files, replayed on one clock.
//!
//! Files pass twice: `scan` tells what they are and what in them cannot be played, `read` makes ticks of
//! the rest, `merge` puts many files in one order. The way of a row, in reading order: `open` (gzip, and
//! what is no CSV), `lines`, `cells`, `sniff` and `columns` (what the file is), `row` with `times` and
//! `number`, `place` (exact numbers on the instrument's grid), `bars` (ticks made from a bar).
//!
//! Invariants: a price plays with the digits the file gives it; a row plays or is counted as refused;
//! memory is bounded, however long a file or a line is.

mod bars;
mod catalog;
mod cells;
mod columns;
mod error;
mod lines;
mod merge;
mod name;
mod number;
mod open;
mod place;
mod read;
mod report;
mod row;
mod scan;
mod sniff;
mod speed;
mod steps;
mod summary;
#[cfg(test)]
mod tests;
mod times;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use error::{Problem, ReplayError};
pub use report::{FileKind, FileReport, Reason, Refused};

use self::catalog::Catalog;
use self::merge::{Merge, TickStream};
use self::read::{Tape, TapeTicks};
use super::{Mark, Source, SourceError, SourceInfo};
use crate::market::{HistoryBar, Tick};

/// The most rows of one file that are sorted in memory, at about 100 bytes each.
pub const DEFAULT_MAX_SORT_ROWS: usize = 20_000_000;
/// The longest line that is read.
pub const DEFAULT_MAX_LINE_BYTES: usize = 1 << 20;
/// The most symbols of one file: with more, the symbol column is some other column.
pub const DEFAULT_MAX_SYMBOLS: usize = 50_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplayConfig {
    /// A file out of time order with more rows is refused.
    pub max_sort_rows: usize,
    /// A longer line is refused and not held in memory.
    pub max_line_bytes: usize,
    /// A file with more symbols is refused.
    pub max_symbols: usize,
}

impl Default for ReplayConfig {
    fn default() -> Self {
        Self {
            max_sort_rows: DEFAULT_MAX_SORT_ROWS,
            max_line_bytes: DEFAULT_MAX_LINE_BYTES,
            max_symbols: DEFAULT_MAX_SYMBOLS,
        }
    }
}

/// Opens files to be replayed together; the same symbol in two of them is one instrument.
///
/// # Errors
/// When one of them cannot be played at all.
pub fn open(paths: &[PathBuf], config: &ReplayConfig) -> Result<Replay, ReplayError> {
    if paths.is_empty() {
        return Err(ReplayError::new(Path::new(""), Problem::NoFiles));
    }
    let mut scans = paths.iter().map(|path| scan::scan(path, config, None)).collect::<Result<Vec<_>, _>>()?;
    let catalog = Catalog::of(&scans);
    if catalog.may_overflow {
        let grids = catalog.grids();
        scans = paths.iter().map(|path| scan::scan(path, config, Some(&grids))).collect::<Result<_, _>>()?;
    }
    let tapes = paths.iter().zip(&scans).map(|(path, scan)| Tape::new(path, config, scan, &catalog).map(Arc::new));
    let tapes = tapes.collect::<Result<Vec<_>, _>>()?;
    Ok(Replay {
        ticks: play(&tapes)?,
        tapes,
        taken: 0,
        info: summary::info(paths, &scans, catalog),
        report: paths.iter().zip(scans).map(|(path, scan)| summary::file(path, scan)).collect(),
    })
}

/// Files that play.
pub struct Replay {
    tapes: Vec<Arc<Tape>>,
    ticks: Merge<TapeTicks>,
    /// Ticks since the first.
    taken: u64,
    info: SourceInfo,
    report: Vec<FileReport>,
}

impl Replay {
    /// How each file was taken.
    pub fn report(&self) -> &[FileReport] {
        &self.report
    }
}

impl Source for Replay {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn history(&mut self) -> Vec<HistoryBar> {
        Vec::new()
    }

    fn next_tick(&mut self) -> Result<Option<Tick>, SourceError> {
        let tick = self.ticks.next_tick()?;
        self.taken += u64::from(tick.is_some());
        Ok(tick)
    }

    fn rewind(&mut self) -> Result<(), SourceError> {
        self.ticks = play(&self.tapes)?;
        self.taken = 0;
        Ok(())
    }

    fn mark(&self) -> Option<Mark> {
        Some(Mark::new(self.taken))
    }

    fn go_to(&mut self, mark: &Mark) -> Result<(), SourceError> {
        let taken: u64 = *mark.get().ok_or("this is no place of these files")?;
        self.rewind()?;
        while self.taken < taken && self.next_tick()?.is_some() {}
        Ok(())
    }

    fn second_reader(&self) -> Option<Box<dyn Source>> {
        let (tapes, info) = (self.tapes.clone(), self.info.clone());
        let ticks = play(&tapes).ok()?;
        Some(Box::new(Self { tapes, ticks, taken: 0, info, report: Vec::new() }))
    }
}

fn play(tapes: &[Arc<Tape>]) -> Result<Merge<TapeTicks>, ReplayError> {
    let streams = tapes.iter().map(Tape::play).collect::<Result<_, _>>()?;
    Ok(Merge::new(streams))
}

//! Historical CSV files, replayed on one clock.
//!
//! The way of a file, in reading order: `entry` (folders, patterns, archives), `open` (unpacks and decodes;
//! `frames` are those of zstd, `magic` turns away what is no CSV), `lines`, `cells`, `detect` (what is this file: a
//! [`layout::Layout`]), `row` with `times` and `number`, `scan` (a first pass: symbols, digits, order), `sort` (where
//! it is needed), `place` (exact numbers on the instrument's grid), `read` (the second pass; `plain` is its short
//! way for the plainest rows, `refused` keeps what cannot be played), `ticks` (what rows make, with `bars` and
//! `book`), `merge` (many files in one order).
//!
//! Invariants: a price plays with the digits the file gives it; a row plays or is counted as refused;
//! memory is bounded, however long a file or a line is.

mod bars;
mod book;
mod catalog;
mod cells;
mod detect;
mod encoding;
mod entry;
mod error;
mod frames;
mod layout;
mod lines;
mod magic;
mod merge;
mod name;
mod number;
mod open;
pub mod overrides;
mod place;
mod plain;
mod read;
mod refused;
mod report;
mod row;
mod scan;
mod seen;
mod sort;
mod speed;
mod steps;
mod summary;
#[cfg(test)]
mod tests;
mod ticks;
mod times;

use std::path::PathBuf;
use std::sync::Arc;

pub use detect::Meaning;
pub use entry::{DEFAULT_MAX_FILES, Entry};
pub use error::{Problem, ReplayError};
pub use layout::Assumption;
pub use number::DecimalMark;
pub use overrides::Overrides;
pub use report::{Edge, FileKind, FileReport, Reason, Refused, RowOrder, TimeReport};
pub use times::{DateOrder, TimeFormat, TimeUnit, Zone};

use self::book::DEFAULT_MAX_LEVELS;
use self::catalog::Catalog;
use self::merge::{Merge, MergeMark, TickStream};
use self::read::Tape;
use self::scan::Scan;
use self::ticks::{DEFAULT_MAX_WAITING, TapeMark, TapeTicks};
use super::{Position, Seekable, SourceError, SourceInfo, Stageable, TickSource};
use crate::control::RejectedRows;
use crate::market::{HistoryBar, Tick};

/// The most rows that are sorted in memory, at about 100 bytes each; more are sorted on disk.
pub const DEFAULT_MAX_SORT_ROWS: usize = 500_000;
/// The longest line that is read.
pub const DEFAULT_MAX_LINE_BYTES: usize = 1 << 20;
/// The most symbols of one file: with more, the symbol column is some other column.
pub const DEFAULT_MAX_SYMBOLS: usize = 50_000;
/// Larger plain files are not read whole before they play.
pub const DEFAULT_FULL_READ_BYTES: u64 = 64 << 20;

/// The most reasons of refused rows that are listed.
pub const DEFAULT_MAX_REFUSED: usize = 100;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplayConfig {
    /// Rows of a file out of time order beyond which it is sorted on disk.
    pub max_sort_rows: usize,
    /// A longer line is refused and not held in memory.
    pub max_line_bytes: usize,
    /// A file with more symbols is refused.
    pub max_symbols: usize,
    /// Folders, patterns and archives that stand for more files are refused.
    pub max_files: usize,
    /// Of larger files whose bytes are their text only pieces are read before they play.
    pub full_read_bytes: u64,
    /// Ticks of bars that may wait for their time.
    pub max_waiting: usize,
    /// Levels kept on each side of an order book.
    pub max_levels: usize,
    /// Reasons of refused rows, file by file, that are listed; more are only counted.
    pub max_refused: usize,
    /// What is said of all files.
    pub overrides: Overrides,
}

impl Default for ReplayConfig {
    fn default() -> Self {
        Self {
            max_sort_rows: DEFAULT_MAX_SORT_ROWS,
            max_line_bytes: DEFAULT_MAX_LINE_BYTES,
            max_symbols: DEFAULT_MAX_SYMBOLS,
            max_files: DEFAULT_MAX_FILES,
            full_read_bytes: DEFAULT_FULL_READ_BYTES,
            max_waiting: DEFAULT_MAX_WAITING,
            max_levels: DEFAULT_MAX_LEVELS,
            max_refused: DEFAULT_MAX_REFUSED,
            overrides: Overrides::default(),
        }
    }
}

/// Is told now and then how far reading has come: the entry, bytes of its text, and how many there are where
/// that is known.
pub type Progress<'a> = dyn FnMut(&Entry, u64, Option<u64>) + 'a;

/// What one file is, without playing it.
///
/// # Errors
/// When it cannot be played at all.
pub fn inspect(entry: &Entry, config: &ReplayConfig, progress: &mut Progress<'_>) -> Result<FileReport, ReplayError> {
    scan_entry(entry, config, progress).map(|scan| summary::file(entry, &scan))
}

/// The entries that paths stand for.
///
/// # Errors
/// When a path leads nowhere.
pub fn entries(paths: &[PathBuf], config: &ReplayConfig) -> Result<Vec<Entry>, ReplayError> {
    entry::expand(paths, config.max_files)
}

fn scan_entry(entry: &Entry, config: &ReplayConfig, progress: &mut Progress<'_>) -> Result<Scan, ReplayError> {
    let said = config.overrides.clone().or(Overrides::beside(&entry.path)?);
    let layout = detect::detect(entry, config, &said).map_err(|problem| entry.at_fault(problem))?;
    scan::scan(entry, layout, config, progress)
}

/// Opens files to be replayed together; the same symbol in two of them is one instrument.
///
/// # Errors
/// When one of them cannot be played at all.
pub fn open(paths: &[PathBuf], config: &ReplayConfig) -> Result<Replay, ReplayError> {
    open_with(paths, config, &mut |_, _, _| {})
}

/// Opens files, and tells how far it has come.
///
/// # Errors
/// When one of them cannot be played at all.
pub fn open_with(paths: &[PathBuf], config: &ReplayConfig, progress: &mut Progress<'_>) -> Result<Replay, ReplayError> {
    let entries = entries(paths, config)?;
    let scans = entries.iter().map(|entry| scan_entry(entry, config, progress)).collect::<Result<Vec<_>, _>>()?;
    let catalog = Catalog::of(&scans);
    let tapes = entries
        .iter()
        .zip(&scans)
        .map(|(entry, scan)| Tape::new(entry, config, scan, &catalog, progress).map(Arc::new));
    let tapes = tapes.collect::<Result<Vec<_>, _>>()?;
    Ok(Replay {
        ticks: Merge::new(tapes.iter().map(Tape::play).collect::<Result<_, _>>()?),
        report: entries.iter().zip(&scans).map(|(entry, scan)| summary::file(entry, scan)).collect(),
        info: summary::info(&entries, &scans, catalog),
        tapes,
        max_refused: config.max_refused,
    })
}

/// Files that play.
pub struct Replay {
    tapes: Vec<Arc<Tape>>,
    ticks: Merge<TapeTicks>,
    info: SourceInfo,
    report: Vec<FileReport>,
    max_refused: usize,
}

impl Replay {
    /// How each file was taken.
    pub fn report(&self) -> &[FileReport] {
        &self.report
    }

    /// The same files from their beginning, each row by the long way.
    #[cfg(any(test, fuzzing))]
    #[must_use]
    pub fn the_long_way(self) -> Self {
        let Self { tapes, ticks, info, report, max_refused } = self;
        drop(ticks);
        let without = |tape: Arc<Tape>| {
            let tape = Arc::into_inner(tape).expect("invariant: nobody else plays what was just opened");
            Arc::new(tape.without_short_way())
        };
        let tapes: Vec<_> = tapes.into_iter().map(without).collect();
        let played = tapes.iter().map(Tape::play).collect::<Result<_, _>>();
        let ticks = Merge::new(played.expect("invariant: it was opened a moment ago"));
        Self { tapes, ticks, info, report, max_refused }
    }
}

impl TickSource for Replay {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn history(&mut self) -> Vec<HistoryBar> {
        Vec::new()
    }

    fn next_tick(&mut self) -> Result<Option<Tick>, SourceError> {
        Ok(self.ticks.next_tick()?)
    }

    fn next_ticks(&mut self, most: usize, into: &mut Vec<Tick>) -> Result<(), SourceError> {
        Ok(self.ticks.next_ticks(most, into)?)
    }

    fn rows_rejected(&self) -> u64 {
        self.tapes.iter().map(|tape| tape.rows_rejected()).sum()
    }

    fn rejected(&self) -> Vec<RejectedRows> {
        let list = self.tapes.iter().flat_map(|tape| {
            let file = tape.entry().to_string();
            tape.refused().into_iter().map(move |refused| refused.of(&file))
        });
        list.take(self.max_refused).collect()
    }

    fn rewind(&mut self) -> Result<(), SourceError> {
        self.ticks = Merge::new(self.tapes.iter().map(Tape::play).collect::<Result<_, _>>()?);
        Ok(())
    }

    fn seekable(&mut self) -> Option<&mut dyn Seekable> {
        Some(self)
    }

    fn stageable(&mut self) -> Option<&mut dyn Stageable> {
        None
    }
}

impl Seekable for Replay {
    fn position(&self) -> Position {
        Position::new(self.ticks.mark(TapeTicks::mark))
    }

    fn go_to(&mut self, position: &Position) -> Result<(), SourceError> {
        let mark = position.get::<MergeMark<TapeMark>>().ok_or("this is no position of these files")?;
        let mut tapes = self.tapes.iter();
        self.ticks = Merge::at(mark, |mark| {
            tapes.next().expect("invariant: a mark of this replay has one of each tape").play_from(mark)
        })?;
        Ok(())
    }

    fn second_reader(&self) -> Result<Box<dyn TickSource>, SourceError> {
        let (tapes, info) = (self.tapes.clone(), self.info.clone());
        let ticks = tapes.iter().map(Tape::play).collect::<Result<_, _>>()?;
        let max_refused = self.max_refused;
        Ok(Box::new(Self { tapes, ticks: Merge::new(ticks), info, report: Vec::new(), max_refused }))
    }
}

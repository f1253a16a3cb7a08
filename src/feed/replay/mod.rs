//! Historical CSV files, replayed on one clock.
//!
//! The rooms, each of which imports only those before it:
//!
//! - `error`: a file or a row that cannot be played, and why.
//! - `input`: from paths to lines of text.
//! - `parse`: from a line to cells, numbers and times.
//! - `schema`: the columns of a file, detected from a sample and overridden by people.
//! - `rows`: from a line to a row of exact numbers, by the columns.
//! - `play`: from files to ticks in time order.
//! - `plausibility`: findings about the first rows that make the reading doubtful.
//! - `report`: the facts of a file and of a whole replay, before its first tick.
//!
//! Invariants: a price plays with the digits the file gives it; a row plays or is counted as rejected;
//! memory is bounded, however long a file or a line is.

mod config;
mod error;
mod input;
mod parse;
mod plausibility;
mod play;
mod report;
mod rows;
mod schema;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use self::config::ReplayConfig;
pub use self::error::{Problem, ReplayError};
pub use self::input::{Entry, TimeLimit};
pub use self::parse::number::DecimalMark;
pub use self::parse::times::{DateOrder, TimeFormat, TimeUnit, Zone};
pub use self::play::{Edge, RowOrder};
pub use self::report::{FileReport, TimeReport};
pub use self::schema::{
    Answer, Assumption, Candidate, ColumnEvidence, ColumnRole, FileKind, Overrides, Question, Warning, WarningCode,
    overrides,
};

use self::input::Progress;
use self::play::{Catalog, FilePosition, Merge, MergeLimits, MergePosition, ReplayFile, Scan, SortSpace, open_files};
use super::{Position, Reading, Seekable, SourceError, SourceInfo, Stageable, TickSource};
use crate::control::RejectedRows;
use crate::market::{HistoryBar, Tick};
use crate::text::escape_to;

/// The most columns of a row as text, and characters of a cell.
const MAX_SHOWN_COLUMNS: usize = 100;
const MAX_SHOWN_CHARS: usize = 80;

/// Describes a file without playing it.
///
/// # Errors
/// When it cannot be played at all.
pub fn inspect(entry: &Entry, config: &ReplayConfig, progress: &mut Progress<'_>) -> Result<FileReport, ReplayError> {
    scan_entry(entry, config, progress).map(|scan| report::file_report(entry, &scan))
}

/// Describes files that play together. Each has its own result.
pub fn inspect_all(
    entries: &[Entry],
    config: &ReplayConfig,
    progress: &mut Progress<'_>,
) -> Vec<Result<FileReport, ReplayError>> {
    let mut scans: Vec<_> = entries.iter().map(|entry| scan_entry(entry, config, progress)).collect();
    let readable = entries.iter().zip(&mut scans).filter_map(|(entry, scan)| Some((entry, scan.as_mut().ok()?)));
    let (readable, mut of_readable): (Vec<_>, Vec<_>) = readable.unzip();
    let settled = play::settle(&readable, &mut of_readable, config);
    let mut reports: Vec<_> =
        entries.iter().zip(scans).map(|(entry, scan)| scan.map(|scan| report::file_report(entry, &scan))).collect();
    if let Err(error) = settled {
        let at_fault = entries.iter().position(|entry| std::path::Path::new(&entry.to_string()) == error.file);
        reports[at_fault.unwrap_or(0)] = Err(error);
    }
    reports
}

/// Explains the roles of a file's columns: their values, the roles that they could have, and those they got.
///
/// # Errors
/// When the file cannot be played at all.
pub fn explain(entry: &Entry, config: &ReplayConfig) -> Result<Vec<ColumnEvidence>, ReplayError> {
    let overrides = config.overrides.clone().or(Overrides::beside(&entry.path)?);
    let limits = config.line_limits();
    let layout = schema::detect(entry, &overrides, limits, config.full_read_bytes);
    let explained = layout.and_then(|layout| schema::explain(entry, &overrides, limits, &layout));
    explained.map_err(|problem| entry.at_fault(problem))
}

/// The beginning of a file as text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FirstRows {
    /// The names of the columns.
    pub names: Vec<String>,
    /// Cells, short and without control characters.
    pub rows: Vec<Vec<String>>,
}

/// Reads the first `most` rows of a file as text, also of one that cannot be played.
///
/// # Errors
/// When it cannot be read.
pub fn first_rows(entry: &Entry, config: &ReplayConfig, most: usize) -> Result<FirstRows, ReplayError> {
    let overrides = config.overrides.clone().or(Overrides::beside(&entry.path)?);
    let found = schema::first_rows(entry, &overrides, config.line_limits());
    let (mut names, rows) = found.map_err(|problem| entry.at_fault(problem))?;
    names.truncate(MAX_SHOWN_COLUMNS);
    let cells =
        |row: Vec<String>| row.iter().take(MAX_SHOWN_COLUMNS).map(|cell| escape_to(cell, MAX_SHOWN_CHARS)).collect();
    Ok(FirstRows { names, rows: rows.into_iter().take(most).map(cells).collect() })
}

/// Finds the files that paths name: a path may be a file, a folder, a pattern or a zip archive.
///
/// # Errors
/// When a path leads nowhere.
pub fn entries(paths: &[PathBuf], config: &ReplayConfig) -> Result<Vec<Entry>, ReplayError> {
    input::expand(paths, config.max_files)
}

/// Finds the entries of one file, which people know by another name than its path.
///
/// # Errors
/// When there are more than `max_files`, or the path leads nowhere.
pub fn named_entries(path: &Path, name: &str, config: &ReplayConfig) -> Result<Vec<Entry>, ReplayError> {
    let found = input::expand(&[path.to_owned()], config.max_files);
    let found = found.map_err(|error| ReplayError { file: name.into(), ..error })?;
    Ok(found.into_iter().map(|entry| entry.shown_as(name)).collect())
}

fn scan_entry(entry: &Entry, config: &ReplayConfig, progress: &mut Progress<'_>) -> Result<Scan, ReplayError> {
    let overrides = config.overrides.clone().or(Overrides::beside(&entry.path)?);
    let layout = schema::detect(entry, &overrides, config.line_limits(), config.full_read_bytes);
    let mut layout = layout.map_err(|problem| entry.at_fault(problem))?;
    play::find_second_hours(entry, &mut layout, config).map_err(|problem| entry.at_fault(problem))?;
    let mut scan = play::scan(entry, layout, config, progress)?;
    scan.warnings = plausibility::check(entry, &scan, config);
    Ok(scan)
}

/// Opens files that play together. The same symbol in two of them is one instrument.
///
/// # Errors
/// When a file cannot be played at all.
pub fn open(paths: &[PathBuf], config: &ReplayConfig) -> Result<Replay, ReplayError> {
    open_with(paths, config, &mut |_, _, _| {})
}

/// Opens files like [`open`], and reports progress while they are read.
///
/// # Errors
/// When a file cannot be played at all.
pub fn open_with(paths: &[PathBuf], config: &ReplayConfig, progress: &mut Progress<'_>) -> Result<Replay, ReplayError> {
    open_entries(&entries(paths, config)?, config, progress)
}

/// Opens entries like [`open_with`].
///
/// # Errors
/// When a file cannot be played at all.
pub fn open_entries(
    entries: &[Entry],
    config: &ReplayConfig,
    progress: &mut Progress<'_>,
) -> Result<Replay, ReplayError> {
    let scans = entries.iter().map(|entry| scan_entry(entry, config, progress));
    let mut scans = scans.collect::<Result<Vec<_>, _>>()?;
    for (entry, scan) in entries.iter().zip(&scans) {
        if let Some(question) = &scan.layout.question {
            let [first, second] = question.readings.clone().map(|reading| reading.flag);
            let (what, file) = (question.to_string(), entry.file_name().into_owned());
            return Err(entry.at_fault(Problem::TwoReadings { what, file, first, second }));
        }
    }
    let skips = play::settle(&entries.iter().collect::<Vec<_>>(), &mut scans.iter_mut().collect::<Vec<_>>(), config)?;
    let catalog = Catalog::of(&scans);
    let mut space = SortSpace::new(config.max_sort_rows);
    let files = entries
        .iter()
        .zip(&scans)
        .zip(skips)
        .map(|((entry, scan), skips)| ReplayFile::new(entry, config, scan, &catalog, skips, &mut space, progress))
        .zip(0..)
        .map(|(file, n)| file.map(|file| Arc::new(file.numbered(n))));
    let files = files.collect::<Result<Vec<_>, _>>()?;
    let limits = open_files::limits(&files, config.max_open_files)?;
    let memory_bytes = open_files::worst_bytes(&files, config);
    Ok(Replay {
        ticks: Merge::new(files.clone(), limits),
        report: entries.iter().zip(&scans).map(|(entry, scan)| report::file_report(entry, scan)).collect(),
        info: report::source_info(entries, &scans, catalog, memory_bytes, config.max_rejected),
        files,
        limits,
        max_rejected: config.max_rejected,
    })
}

/// Files that play on one clock.
pub struct Replay {
    files: Vec<Arc<ReplayFile>>,
    ticks: Merge<Arc<ReplayFile>>,
    limits: MergeLimits,
    info: SourceInfo,
    report: Vec<FileReport>,
    max_rejected: usize,
}

impl Replay {
    /// The description of each file.
    pub fn report(&self) -> &[FileReport] {
        &self.report
    }

    /// The same files from their beginning, without the fast path.
    #[cfg(any(test, fuzzing))]
    #[must_use]
    pub fn without_fast_path(self) -> Self {
        let Self { files, ticks, limits, info, report, max_rejected } = self;
        drop(ticks);
        let without = |file: Arc<ReplayFile>| {
            let file = Arc::into_inner(file).expect("invariant: a replay just opened has no second reader");
            Arc::new(file.without_fast_path())
        };
        let files: Vec<_> = files.into_iter().map(without).collect();
        Self { ticks: Merge::new(files.clone(), limits), files, limits, info, report, max_rejected }
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

    fn next_ticks(&mut self, most: usize, into: &mut Vec<Tick>) -> Result<Reading, SourceError> {
        Ok(self.ticks.next_ticks(most, into)?)
    }

    fn rows_rejected(&self) -> u64 {
        self.files.iter().map(|file| file.rows_rejected()).sum()
    }

    fn rejected(&self) -> Vec<RejectedRows> {
        self.files.iter().flat_map(|file| file.rejected()).take(self.max_rejected).collect()
    }

    fn rewind(&mut self) -> Result<(), SourceError> {
        self.ticks.rewind();
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
        let position = self.ticks.position();
        let bytes = position.bytes(FilePosition::bytes);
        Position::new(position, bytes)
    }

    fn go_to(&mut self, position: &Position) -> Result<(), SourceError> {
        let position = position.get::<MergePosition<FilePosition>>().ok_or("this position is of other files")?;
        self.ticks.go_to(position);
        Ok(())
    }

    fn second_reader(&self) -> Result<Box<dyn TickSource>, SourceError> {
        let (files, limits, info) = (self.files.clone(), self.limits, self.info.clone());
        let ticks = Merge::new(files.clone(), limits);
        Ok(Box::new(Self { files, ticks, limits, info, report: Vec::new(), max_rejected: self.max_rejected }))
    }
}

//! Errors of a replay: a file that cannot be played ([`ReplayError`]), and a row of it that cannot ([`RowError`]).
//!
//! An error says in which file and where, what was found there, and what to do.

mod echo;
mod reject_counts;
mod row_error;

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use thiserror::Error;

pub use self::echo::echo;
pub use self::reject_counts::RejectCounts;
pub use self::row_error::{RejectReason, RowError};
use crate::text::{escape, with_remedy};

/// A file that cannot be played, and its problem.
#[derive(Debug)]
pub struct ReplayError {
    pub file: PathBuf,
    pub problem: Problem,
}

impl ReplayError {
    /// The problem of a file.
    pub fn new(file: &Path, problem: Problem) -> Self {
        Self { file: file.to_owned(), problem }
    }
}

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Names and texts of files are part of both.
        let problem = escape(&self.problem.to_string());
        if self.file.as_os_str().is_empty() {
            return f.write_str(&problem);
        }
        write!(f, "{}: {problem}", escape(&self.file.to_string_lossy()))
    }
}

impl Error for ReplayError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.problem.source()
    }
}

/// The reason why a file cannot be played.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Problem {
    #[error("no file to replay: name at least one CSV file")]
    NoFiles,
    #[error("no such file: check the path")]
    Missing,
    #[error("the folder has no CSV files")]
    EmptyFolder,
    #[error("no file matches this pattern")]
    NoMatch,
    #[error("the pattern is not valid: {0}")]
    Pattern(String),
    #[error("the path names {found} files, which is too many: name fewer, or raise --max-files")]
    TooManyFiles { found: usize },
    #[error(
        "{packed} packed files overlap in time, and {open} of them can stay open: unpack them, or set --max-open-files \
         to {needed} and `ulimit -n` to twice as many"
    )]
    TooManyPacked { packed: usize, open: usize, needed: usize },
    #[error("the zip archive cannot be read: {0}")]
    Zip(String),
    #[error("{0}")]
    Sidecar(String),
    #[error("rows cannot be sorted on disk: {0}")]
    Sort(io::Error),
    #[error("this is {kind}, not a file: a replay reads its files twice, so save the data to a file first")]
    NotAFile { kind: &'static str },
    #[error("the link leads to {to}, which is not there: mend the link, or name the file itself")]
    BrokenLink { to: String },
    #[error("the file cannot be opened: {}", with_remedy(.0))]
    Open(io::Error),
    #[error("the file cannot be read beyond line {line}: {reason}")]
    Read { line: u64, reason: io::Error },
    #[error("the packed data end early, after line {line}: the file is incomplete, so fetch it again")]
    PackedEndsEarly { line: u64 },
    /// The rows before it can be played.
    #[error("the last zstd frame, after line {line}, is incomplete")]
    Torn { line: u64 },
    #[error("the packed data are damaged after line {line} ({reason}): fetch the file again")]
    PackedDamaged { line: u64, reason: io::Error },
    #[error(
        "a zstd frame after line {line} needs {} of memory, and a reader takes {} for one: unpack the file, or pack it \
         again without --long or --ultra",
        mebibytes(*needed), mebibytes(*limit)
    )]
    WindowTooLarge { line: u64, needed: u64, limit: u64 },
    #[error("the file has changed: {0}; restart tickcast to play it as it is now")]
    Changed(FileChange),
    #[error(transparent)]
    OverTime(OverTime),
    #[error("the file is empty")]
    Empty,
    #[error("the file has a header in line {line} but no rows")]
    NoRows { line: u64 },
    #[error(
        "two readings are equally likely: {what}. Play one of them by `tickcast replay {file} {first}` or \
         `tickcast replay {file} {second}`; --assume 1 takes the first of any such two"
    )]
    TwoReadings { what: String, file: String, first: String, second: String },
    #[error("this is {found}, not CSV text: {remedy}")]
    NotCsv { found: &'static str, remedy: &'static str },
    #[error("line {line} is longer than {limit} bytes: is this a CSV file? --max-line-bytes raises the limit")]
    LineTooLong { line: u64, limit: usize },
    #[error("no column has the time; the columns are {columns}: {remedy}")]
    NoTimeColumn { columns: String, remedy: String },
    #[error("no column has a price; the columns are {columns}: {why}; {remedy}")]
    NoPriceColumn { columns: String, why: String, remedy: String },
    #[error(
        "this is text of fixed width, {width} characters a line without a delimiter: write it as CSV first, by \
         `pandas.read_fwf` or `awk` with FIELDWIDTHS"
    )]
    FixedWidth { width: usize },
    #[error(
        "the times of `{column}` (the first is `{value}`) have no date, and neither the file nor its name has one: give \
         it by --date YYYY-MM-DD, or say what they count by --time-unit, or name the column with the date by \
         --columns time=NAME"
    )]
    NoDate { column: String, value: String },
    #[error(
        "`{column}` is no clock beside the dates, and no part of one (the first cell is `{value}`): name another column \
         by --columns clock=NAME or clock_part=NAME, or say what it counts by --time-unit"
    )]
    NoClock { column: String, value: String },
    #[error(
        "the times of `{column}` have lost their figures, as a spreadsheet leaves them (`{value}`): export the file again \
         with that column as text, or name another one by --columns time=NAME"
    )]
    RuinedTimes { column: String, value: String },
    #[error("there is no column `{column}` among the {columns} columns: --columns takes names, or numbers from 1")]
    NoSuchColumn { column: String, columns: usize },
    #[error("none of its {rows} rows can be read; the first is line {line}{}: {reason} ({value})", in_column(*column))]
    NoReadableRow { rows: u64, line: u64, column: Option<usize>, reason: &'static str, value: String },
    #[error("more than {limit} ticks of bars overlap: are the times right? --max-waiting-ticks raises the limit")]
    TooManyAtOnce { limit: usize },
    #[error("line {line}: there are more than {limit} symbols: is {column} the symbol column?")]
    TooManySymbols { line: u64, limit: usize, column: String },
}

fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", bytes.div_ceil(1 << 20))
}

fn in_column(column: Option<usize>) -> String {
    column.map(|n| format!(", column {n}")).unwrap_or_default()
}

/// Reading has taken longer than it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("reading the file takes longer than {}: unpack or cut it, or raise {flag}", humantime::format_duration(*limit))]
pub struct OverTime {
    pub limit: Duration,
    /// The flag that sets the limit.
    pub flag: &'static str,
}

/// The change of a file since it was first read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum FileChange {
    #[error("it is not the same file as when tickcast began")]
    Replaced,
    #[error("it is shorter than when tickcast began")]
    Shorter,
    #[error("it was rewritten after tickcast began")]
    Rewritten,
}

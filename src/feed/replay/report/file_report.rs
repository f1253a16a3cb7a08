//! The description of a file.

use crate::control::RejectedRows;
use crate::feed::replay::parse::times::{TimeFormat, Zone};
use crate::feed::replay::play::{Edge, RowOrder};
use crate::feed::replay::schema::{Assumption, BarLength, ColumnRole, FileKind, Question, Warning};

/// The description of one file: what was detected, and which of its rows are rejected.
#[derive(Clone, Debug)]
pub struct FileReport {
    pub file: String,
    pub kind: FileKind,
    pub symbols: Vec<String>,
    /// Rows that can be read.
    pub rows: u64,
    /// The whole file was read; otherwise `rows` is an estimate.
    pub is_exact: bool,
    pub rows_rejected: u64,
    pub rejected: Vec<RejectedRows>,
    pub delimiter: u8,
    /// The line of the column names.
    pub header: Option<u64>,
    pub encoding: &'static str,
    pub compression: &'static str,
    pub time: TimeReport,
    pub order: RowOrder,
    pub first: Option<Edge>,
    pub last: Option<Edge>,
    /// The length of bars.
    pub bars: Option<BarLength>,
    pub assumptions: Vec<Assumption>,
    /// The findings that make this reading doubtful.
    pub warnings: Vec<Warning>,
    /// The choice that must be decided before the file plays.
    pub question: Option<Question>,
    /// The name of each column, and its role where it has one.
    pub columns: Vec<(String, Option<ColumnRole>)>,
}

/// The form in which a file writes its times.
#[derive(Clone, Debug)]
pub struct TimeReport {
    pub format: TimeFormat,
    /// Date and clock are in two columns.
    pub is_apart: bool,
    pub zone: Zone,
    /// Neither the file nor a flag names the zone.
    pub is_assumed: bool,
}

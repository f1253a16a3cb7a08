//! Rejected rows, counted by reason.

use strum::EnumCount;

use super::echo::echo;
use super::row_error::{RejectReason, RowError};
use crate::control::RejectedRows;

/// The rows rejected for one reason, and the first of them.
#[derive(Clone, Debug)]
struct Rejects {
    reason: RejectReason,
    count: u64,
    /// `None` where only pieces of the file were read.
    line: Option<u64>,
    /// From 1.
    column: Option<usize>,
    /// The cell that is wrong or, where no single cell is, the line.
    value: String,
}

/// The rows of a file rejected so far, by reason.
#[derive(Clone, Debug)]
pub struct RejectCounts([Option<Rejects>; RejectReason::COUNT]);

impl Default for RejectCounts {
    fn default() -> Self {
        Self::NONE
    }
}

impl RejectCounts {
    pub const NONE: Self = Self([const { None }; RejectReason::COUNT]);

    /// Counts a rejected row, and returns the count of its reason. `value` is the text that is wrong; only that of the
    /// first row is kept.
    pub fn add(&mut self, error: RowError, line: u64, value: &[u8]) -> u64 {
        let rejects = self.0[error.reason as usize].get_or_insert_with(|| Rejects {
            reason: error.reason,
            count: 0,
            line: Some(line),
            column: error.column.map(|index| index + 1),
            value: echo(value),
        });
        rejects.count += 1;
        rejects.count
    }

    /// Forgets line numbers: they are not known of pieces of a file.
    pub fn forget_lines(&mut self) {
        self.0.iter_mut().flatten().for_each(|rejects| rejects.line = None);
    }

    /// The number of rejected rows.
    pub fn total(&self) -> u64 {
        self.total_with(&Self::NONE)
    }

    /// The rejected rows of `file` by reason, in the order of their first lines.
    pub fn list(&self, file: &str) -> Vec<RejectedRows> {
        let mut list: Vec<_> = self.0.iter().flatten().collect();
        list.sort_by_key(|rejects| rejects.line);
        let rows = |rejects: &Rejects| RejectedRows {
            file: file.to_owned(),
            reason: rejects.reason.label(),
            line: rejects.line,
            column: rejects.column,
            value: rejects.value.clone(),
            count: rejects.count,
        };
        list.into_iter().map(rows).collect()
    }

    /// These counts, and those of a sample of the same rows: of each reason the higher count, with the first row that
    /// these counts have.
    pub fn with_sample(&self, sample: &Self) -> Self {
        let mut both = self.clone();
        for (counted, sampled) in both.0.iter_mut().zip(&sample.0) {
            match (counted, sampled) {
                (Some(counted), Some(sampled)) => counted.count = counted.count.max(sampled.count),
                (counted, sampled) => *counted = counted.take().or_else(|| sampled.clone()),
            }
        }
        both
    }

    /// The total of [`Self::with_sample`].
    pub fn total_with(&self, sample: &Self) -> u64 {
        let count = |rejects: &Option<Rejects>| rejects.as_ref().map_or(0, |rejects| rejects.count);
        self.0.iter().zip(&sample.0).map(|(counted, sampled)| count(counted).max(count(sampled))).sum()
    }
}

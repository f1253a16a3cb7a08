//! A row that stands twice in a file counts twice, unless it was written twice by mistake.

use std::collections::{HashMap, HashSet};

use super::sample::PlayedSample;
use crate::feed::replay::schema::{FileKind, Warning, WarningCode};

pub fn check(sample: &PlayedSample<'_>) -> Option<Warning> {
    if matches!(sample.layout().kind, FileKind::Book | FileKind::Quotes) {
        return None;
    }
    let mut first: HashMap<&[String], usize> = HashMap::new();
    let mut again = Vec::new();
    for (n, row) in sample.rows.iter().enumerate() {
        if first.contains_key(row.cells.as_slice()) {
            again.push(n);
        } else {
            first.insert(&row.cells, n);
        }
    }
    // Equal trades of one moment stand side by side. Rows from elsewhere in the file, and rows with a number of their
    // own, were written twice.
    let is_elsewhere = |n: usize| sample.rows[n - 1].ts != sample.rows[n].ts;
    if again.is_empty() || !again.iter().any(|n| is_elsewhere(*n)) && !has_numbers(sample, first.len()) {
        return None;
    }
    let row = &sample.rows[again[0]];
    Some(Warning {
        code: WarningCode::RepeatedRows,
        what: format!("{} rows stand twice in the file", again.len()),
        lines: vec![sample.rows[first[row.cells.as_slice()]].line, row.line],
        played: "each row, unless it is the row before again".into(),
        other: "each of them once".into(),
        flag: String::new(),
    })
}

/// Returns whether an unused column has another value in each row that is not a repetition.
fn has_numbers(sample: &PlayedSample<'_>, rows: usize) -> bool {
    let different = |column: usize| sample.rows.iter().map(|row| row.cells.get(column)).collect::<HashSet<_>>().len();
    sample.unused().into_iter().any(|column| different(column) == rows)
}

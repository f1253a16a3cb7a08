//! Columns of numbers that vary, under names that are not understood, may be what the file is about.

use std::collections::BTreeSet;

use super::sample::PlayedSample;
use crate::feed::replay::error::echo;
use crate::feed::replay::parse::number;
use crate::feed::replay::schema::{Warning, WarningCode, is_known_name};

/// The most columns that are named.
const MAX_NAMED: usize = 6;

pub fn check(sample: &PlayedSample<'_>) -> Option<Warning> {
    sample.layout().header?;
    let is_open = |column: &usize| !is_known_name(sample.layout().name(*column)) && are_numbers(sample, *column);
    let columns: Vec<usize> = sample.unused().into_iter().filter(is_open).collect();
    let named = columns.iter().take(MAX_NAMED).map(|column| {
        let cell = sample.rows.iter().filter_map(|row| row.cells.get(*column)).find(|cell| !number::is_blank(cell));
        format!("`{}` ({})", sample.layout().name(*column), echo(cell.map_or("", String::as_str).as_bytes()))
    });
    let named: Vec<String> = named.collect();
    (!named.is_empty()).then(|| Warning {
        code: WarningCode::UnusedColumn,
        what: format!(
            "{} of the {} columns have numbers and a name that says nothing: {}",
            columns.len(),
            sample.layout().names.len(),
            named.join(", ")
        ),
        lines: sample.rows.first().map(|row| row.line).into_iter().collect(),
        played: "they are not used".into(),
        other: "one of them is the price or the size".into(),
        flag: "--columns price=NAME".into(),
    })
}

fn are_numbers(sample: &PlayedSample<'_>, column: usize) -> bool {
    let mark = sample.layout().mark(column);
    let cells = || sample.rows.iter().filter_map(|row| row.cells.get(column)).filter(|cell| !number::is_blank(cell));
    let different: BTreeSet<&String> = cells().collect();
    different.len() > 1 && cells().all(|cell| number::parse(cell, mark).is_ok())
}

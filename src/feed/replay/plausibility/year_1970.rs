//! Counts that make a time in 1970 are often counts of something else.

use super::sample::{PlayedSample, time};
use crate::feed::replay::parse::times::TimeFormat;
use crate::feed::replay::schema::{Warning, WarningCode};

const NANOS_OF_1970: i64 = 365 * 86_400 * 1_000_000_000;

pub fn check(sample: &PlayedSample<'_>) -> Option<Warning> {
    let TimeFormat::Epoch(unit) = sample.layout().time.format else { return None };
    let row = sample.rows.iter().find(|row| (0..NANOS_OF_1970).contains(&row.ts.0))?;
    let column = sample.layout().time.column;
    let cell = crate::feed::replay::error::echo(row.cells.get(column)?.as_bytes());
    Some(Warning {
        code: WarningCode::Year1970,
        what: format!("`{cell}` in column `{}` makes the time {}", sample.layout().name(column), time(row.ts)),
        lines: vec![row.line],
        played: format!("{unit} since 1970", unit = unit.label()),
        other: "a count of something else, or in another unit".into(),
        flag: "--columns time=NAME, or --time-unit".into(),
    })
}

//! `98/05/19` is of 1998, and of 2009 where years count from 1911, as in Taiwan.

use super::sample::{PlayedSample, time};
use crate::feed::replay::error::echo;
use crate::feed::replay::schema::{Warning, WarningCode};

/// Years of two figures that both calendars may mean.
const YEARS: std::ops::RangeInclusive<u8> = 84..=99;

pub fn check(sample: &PlayedSample<'_>) -> Option<Warning> {
    let column = sample.layout().time.column;
    let year = |cell: &str| match cell.as_bytes() {
        [a @ b'0'..=b'9', b @ b'0'..=b'9', b'/' | b'-' | b'.', _, _, b'/' | b'-' | b'.', _, _] => {
            Some((a - b'0') * 10 + b - b'0')
        }
        _ => None,
    };
    let all_may_be = || {
        sample
            .rows
            .iter()
            .all(|row| row.cells.get(column).and_then(|cell| year(cell)).is_some_and(|n| YEARS.contains(&n)))
    };
    let row = sample.rows.first().filter(|_| all_may_be())?;
    let cell = echo(row.cells.get(column)?.as_bytes());
    Some(Warning {
        code: WarningCode::YearForm,
        what: format!("the dates begin with years of two figures, as `{cell}`"),
        lines: vec![row.line],
        played: format!("that is {}", time(row.ts)),
        other: "the years count from 1911, as in Taiwan".into(),
        flag: "--date-order roc".into(),
    })
}

//! Rows of one symbol that share a date have a clock somewhere.

use super::far_apart;
use super::sample::{PlayedPart, PlayedSample, shown, time};
use crate::feed::replay::parse::number::{self, DecimalMark};
use crate::feed::replay::parse::times;
use crate::feed::replay::schema::{Warning, WarningCode};

/// Rows of a moment, on average, from which on they share it too often.
const ROWS_A_MOMENT: usize = 2;
/// Rows of a symbol that are few enough to share a moment by chance.
const FEW_ROWS: usize = 3;

pub fn check(sample: &PlayedSample<'_>) -> Option<Warning> {
    if sample.rows.iter().any(|row| row.has_clock && row.ts.0 % times::NANOS_PER_DAY != 0) {
        return None;
    }
    let (symbol, parts) = sample.symbols.iter().max_by_key(|(_, parts)| parts.len())?;
    let moments = PlayedSample::moments(parts);
    if parts.len() < FEW_ROWS || moments.len() * ROWS_A_MOMENT > parts.len() {
        return None;
    }
    let column = sample.unused().into_iter().find(|column| rises_and_restarts(sample, parts, *column));
    if far_apart::check(sample).is_some() {
        return None;
    }
    let (moment, shared) = moments.iter().max_by_key(|(_, parts)| parts.len())?;
    let count = shared.len();
    let what = format!("{count} rows of {} have the time {} and no clock", shown(symbol), time(*moment));
    let lines = sample.lines(shared.iter().copied());
    let code = WarningCode::LostClock;
    let played = String::from("all at the same time");
    Some(match column {
        Some(column) => {
            let name = sample.column(column);
            let cell = crate::feed::replay::error::echo(sample.cell(parts[0].row, column).as_bytes());
            let other =
                format!("at the clock in `{}` (`{cell}`), which rises within each date", sample.layout().name(column));
            Warning { code, what, lines, played, other, flag: format!("--columns clock={name}") }
        }
        None => {
            let other = String::from("at times that no column tells, or of several instruments");
            Warning { code, what, lines, played, other, flag: "--columns clock=NAME, or symbol=NAME".into() }
        }
    })
}

/// Returns whether a column rises within each date, and starts again at the next.
fn rises_and_restarts(sample: &PlayedSample<'_>, parts: &[PlayedPart], column: usize) -> bool {
    const MAX_CLOCK: f64 = 86_400_000_000.0;
    let value = |part: &PlayedPart| {
        let cell = sample.cell(part.row, column);
        let number = number::parse(cell, DecimalMark::Point).ok().map(super::sample::float);
        number.filter(|value| (0.0..MAX_CLOCK).contains(value)).or_else(|| times::clock_nanos(cell).map(|n| n as f64))
    };
    let values: Option<Vec<f64>> = parts.iter().map(value).collect();
    let Some(values) = values else { return false };
    let (mut rises, mut falls, mut within, mut restarts, mut dates) = (0, 0, 0, 0, 0);
    for n in 1..parts.len() {
        let is_same_date = parts[n].ts == parts[n - 1].ts;
        within += usize::from(is_same_date);
        dates += usize::from(!is_same_date);
        rises += usize::from(is_same_date && values[n] > values[n - 1]);
        falls += usize::from(is_same_date && values[n] < values[n - 1]);
        restarts += usize::from(!is_same_date && values[n] < values[n - 1]);
    }
    falls == 0 && rises * 2 > within && restarts == dates
}

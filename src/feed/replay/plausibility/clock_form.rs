//! `34200000` is 09:30 as milliseconds since midnight, and 03:42 as hours, minutes, seconds and milliseconds.

use super::sample::PlayedSample;
use crate::feed::replay::error::echo;
use crate::feed::replay::parse::times::{ClockForm, TimeUnit};
use crate::feed::replay::schema::{Warning, WarningCode};

pub fn check(sample: &PlayedSample<'_>) -> Option<Warning> {
    let time = sample.layout().time;
    let column = time.clock?;
    let (unit, decimals) = match time.clock_form {
        ClockForm::Count(unit) => (unit, decimals(unit)?),
        ClockForm::Seconds { decimals } => (unit(decimals)?, decimals),
        _ => return None,
    };
    let (count, figures) = (ClockForm::Count(unit), ClockForm::Seconds { decimals });
    let cells = || sample.rows.iter().filter_map(|row| row.cells.get(column));
    let is_either = |cell: &String| {
        let has_zero = cell.starts_with('0') && cell.len() > 1;
        !has_zero && count.parse(cell).is_some() && figures.parse(cell).is_some()
    };
    if !cells().all(is_either) {
        return None;
    }
    let cell = cells().next()?;
    let names = (format!("{} since midnight", unit.label()), "hours, minutes and seconds");
    let is_count = time.clock_form == count;
    let (played, other) = if is_count { (names.0, names.1.to_owned()) } else { (names.1.to_owned(), names.0) };
    Some(Warning {
        code: WarningCode::ClockForm,
        what: format!(
            "`{}` in column `{}` may be either form of a clock",
            echo(cell.as_bytes()),
            sample.layout().name(column)
        ),
        lines: sample.rows.first().map(|row| row.line).into_iter().collect(),
        played,
        other,
        flag: "--time-unit".into(),
    })
}

/// The decimals of a second in a unit.
const fn decimals(unit: TimeUnit) -> Option<u8> {
    match unit {
        TimeUnit::Seconds => Some(0),
        TimeUnit::Millis => Some(3),
        TimeUnit::Micros => Some(6),
        TimeUnit::Nanos => Some(9),
        _ => None,
    }
}

const fn unit(decimals: u8) -> Option<TimeUnit> {
    match decimals {
        0 => Some(TimeUnit::Seconds),
        3 => Some(TimeUnit::Millis),
        6 => Some(TimeUnit::Micros),
        9 => Some(TimeUnit::Nanos),
        _ => None,
    }
}

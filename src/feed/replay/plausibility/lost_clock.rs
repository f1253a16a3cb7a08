//! Rows of one symbol that share a date have a clock somewhere.

use std::collections::BTreeSet;

use super::far_apart;
use super::sample::{PlayedPart, PlayedRow, PlayedSample, shown, time};
use crate::feed::replay::error::echo;
use crate::feed::replay::parse::number::{self, DecimalMark};
use crate::feed::replay::parse::times::{self, ClockForm, DateOrder, TimeFormat, TimeUnit};
use crate::feed::replay::schema::{ColumnRole, FileKind, Warning, WarningCode};

/// Rows of a moment, on average, from which on they share it too often.
const ROWS_A_MOMENT: usize = 2;
/// Rows of a symbol that are few enough to share a moment by chance.
const FEW_ROWS: usize = 3;
/// The digits from which on a number without a name may be a clock.
const FEW_DIGITS: usize = 3;

/// The forms of clocks that are numbers.
const FORMS: [ClockForm; 4] = [
    ClockForm::Minutes,
    ClockForm::Seconds { decimals: 0 },
    ClockForm::Count(TimeUnit::Seconds),
    ClockForm::Count(TimeUnit::Millis),
];

pub fn check(sample: &PlayedSample<'_>) -> Option<Warning> {
    if let Some(warning) = clock_as_symbol(sample).or_else(|| clock_behind_date(sample)) {
        return Some(warning);
    }
    let (symbol, parts) = sample.symbols.iter().max_by_key(|(_, parts)| parts.len())?;
    let moments = PlayedSample::moments(parts);
    if parts.len() < FEW_ROWS || moments.len() * ROWS_A_MOMENT > parts.len() || far_apart::check(sample).is_some() {
        return None;
    }
    let has_clocks = sample.rows.iter().any(|row| row.has_clock && row.ts.0 % times::NANOS_PER_DAY != 0);
    let is_finer = |column: &usize| is_finer_time(sample, *column, moments.len());
    let is_clock = |column: &usize| !has_clocks && rises_and_restarts(sample, parts, *column);
    let column = sample.unused().into_iter().find(|column| is_clock(column) || is_finer(column));
    // Trades and quotes share seconds, bars share nothing.
    if column.is_none() && has_clocks && sample.layout().kind != FileKind::Bars {
        return None;
    }
    let (moment, shared) = moments.iter().max_by_key(|(_, parts)| parts.len())?;
    let count = shared.len();
    let which = if has_clocks { "the same time" } else { "no clock at" };
    let what = format!("{count} rows of {} have {which} {}", shown(symbol), time(*moment));
    let lines = sample.lines(shared.iter().copied());
    let code = WarningCode::LostClock;
    let played = String::from("all at the same time");
    Some(match column {
        Some(column) => {
            let name = sample.column(column);
            let cell = echo(sample.cell(parts[0].row, column).as_bytes());
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

/// The warning about a column without a name that is taken for a part of the symbol, and may be the clock.
fn clock_as_symbol(sample: &PlayedSample<'_>) -> Option<Warning> {
    let layout = sample.layout();
    if layout.header.is_some() || sample.rows.iter().any(|row| row.has_clock) {
        return None;
    }
    let is_of = |column: usize, form: ClockForm| {
        let clock = |row: &PlayedRow| form.parse(row.cells.get(column)?).map(|(nanos, _)| nanos);
        let clocks: Option<Vec<(i64, i64)>> = sample.rows.iter().map(|row| Some((row.ts.0, clock(row)?))).collect();
        clocks.is_some_and(|clocks| clocks.len() >= FEW_ROWS && clocks.is_sorted())
    };
    let is_clock = |column: &usize| FORMS.into_iter().any(|form| is_of(*column, form));
    let column = layout.symbol_parts.iter().copied().chain(layout.symbol).find(is_clock)?;
    let cell = echo(sample.cell(0, column).as_bytes());
    Some(Warning {
        code: WarningCode::LostClock,
        what: format!("`{cell}` in `{}` is part of the symbol, and rises within each date", layout.name(column)),
        lines: sample.rows.first().map(|row| row.line).into_iter().collect(),
        played: "an instrument for each of its values".into(),
        other: "it is the clock".into(),
        flag: format!("--columns clock={}", sample.column(column)),
    })
}

/// The warning about numbers behind the date, without a name, that may be the clock: numbers that nothing uses, whole
/// prices beside sizes with decimals, or one number in all rows.
fn clock_behind_date(sample: &PlayedSample<'_>) -> Option<Warning> {
    let layout = sample.layout();
    let column = layout.time.column + 1;
    let roles = layout.roles();
    let role = roles.get(column).copied()?;
    let size = roles.iter().position(|role| *role == Some(ColumnRole::Size));
    let has_odd_sizes = size.is_some_and(|size| (0..sample.rows.len()).any(|row| sample.cell(row, size).contains('.')));
    let is_odd_price = role == Some(ColumnRole::Price) && has_odd_sizes;
    let can_be = role.is_none_or(|role| role == ColumnRole::Size) || is_odd_price;
    if layout.header.is_some() || !can_be || sample.rows.len() < FEW_ROWS || sample.rows.iter().any(|row| row.has_clock)
    {
        return None;
    }
    let cell = sample.cell(0, column);
    let cells = || (0..sample.rows.len()).map(|row| sample.cell(row, column));
    let is_number = |cell: &str| cell.len() >= FEW_DIGITS && cell.bytes().all(|byte| byte.is_ascii_digit());
    let are_clocks =
        |form: ClockForm| cells().all(|cell| is_number(cell) && form.parse(cell).is_some_and(|(nanos, _)| nanos > 0));
    let is_same = cells().all(|other| other == cell);
    let is_likely = (role.is_none() || is_odd_price || is_same) && FORMS.into_iter().any(are_clocks);
    let what = if is_same { "is the same behind all dates" } else { "and all numbers below it may be clocks" };
    is_likely.then(|| Warning {
        code: WarningCode::LostClock,
        what: format!("`{}` in `{}` {what}", echo(cell.as_bytes()), layout.name(column)),
        lines: sample.rows.first().map(|row| row.line).into_iter().collect(),
        played: if is_odd_price { "a price".into() } else { "dates without a clock".into() },
        other: "it is the clock".into(),
        flag: format!("--columns clock={}", sample.column(column)),
    })
}

/// Returns whether a column has times that tell more rows apart than those that play.
fn is_finer_time(sample: &PlayedSample<'_>, column: usize, moments: usize) -> bool {
    let cells = || (0..sample.rows.len()).map(|row| sample.cell(row, column));
    let is_time = |cell: &str| TimeFormat::of(cell, DateOrder::Mdy).or_else(|| TimeFormat::of(cell, DateOrder::Dmy));
    let different: BTreeSet<&str> = cells().collect();
    different.len() > moments * ROWS_A_MOMENT && cells().all(|cell| is_time(cell).is_some())
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

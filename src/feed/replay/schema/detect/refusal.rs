//! The problem of a file that cannot be played, with the flag that plays it where there is one.

use super::profile::Profile;
use super::sample::Sample;
use super::table::Table;
use super::tickers;
use super::time_column::DetectedTime;
use crate::feed::replay::error::{Problem, echo};

/// The fewest characters of a line of fixed width.
const MIN_FIXED_WIDTH: usize = 20;
/// The most columns that a message shows.
const MAX_SHOWN: usize = 12;

/// The problem of a file without a price.
pub fn no_price(sample: &Sample, table: &Table, profiles: &[Profile], time: &DetectedTime) -> Problem {
    if let Some(width) = fixed_width(sample) {
        return Problem::FixedWidth { width };
    }
    let of_time = time.columns();
    let is_free = |n: &usize| !of_time.contains(n);
    let could_be = |n: &usize| is_free(n) && profiles[*n].filled > 0 && profiles[*n].is_numeric();
    // Numbers with decimals are no ids.
    let numeric = (0..profiles.len()).filter(could_be).min_by_key(|n| profiles[*n].are_integers());
    let why = match (tickers::foreign(table, profiles), numeric) {
        (Some(text), _) => format!("`{}` is the name of a figure that is no market data", echo(text.as_bytes())),
        (None, None) => "no column but the time has numbers".into(),
        (None, Some(_)) if table.header.is_none() => "there is no header, and the values tell no price".into(),
        (None, Some(_)) => "no column is named for one, and none has the form of one".into(),
    };
    let remedy = match numeric {
        Some(column) => {
            format!("if `{}` is a price, name it: --columns price={}", table.column_name(column), flag(table, column))
        }
        None => "is this the right file?".into(),
    };
    Problem::NoPriceColumn { why, columns: shown(table), remedy }
}

/// The problem of a file without a time.
pub fn no_time(sample: &Sample, table: &Table, profiles: &[Profile]) -> Problem {
    if let Some(width) = fixed_width(sample) {
        return Problem::FixedWidth { width };
    }
    let is_time = |n: &usize| profiles[*n].dated > 0 || profiles[*n].epoch_unit().is_some();
    let remedy = match (0..profiles.len()).find(is_time) {
        Some(column) => {
            format!("if `{}` is the time, name it: --columns time={}", table.column_name(column), flag(table, column))
        }
        None => "no cell is a date, a clock or a count since 1970".into(),
    };
    Problem::NoTimeColumn { columns: shown(table), remedy }
}

/// A column as `--columns` takes it: by its name where that is plain and its own, or by its number.
fn flag(table: &Table, column: usize) -> String {
    let name = &table.names[column];
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
    let is_number = name.parse::<usize>().is_ok();
    let is_own = table.names.iter().filter(|other| other.eq_ignore_ascii_case(name)).count() == 1;
    if is_plain && is_own && !is_number && !name.is_empty() { name.clone() } else { (column + 1).to_string() }
}

/// The columns with a value each, in one line.
fn shown(table: &Table) -> String {
    let shown = (0..table.names.len()).take(MAX_SHOWN).map(|n| with_sample(table, n));
    let listed = shown.collect::<Vec<_>>().join(", ");
    match table.names.len().saturating_sub(MAX_SHOWN) {
        0 => listed,
        more => format!("{listed} and {more} more"),
    }
}

/// The name of a column, and the first of its values.
pub fn with_sample(table: &Table, column: usize) -> String {
    let name = table.column_name(column);
    match table.column(column).find(|cell| !cell.is_empty()) {
        Some(value) => format!("`{name}` ({})", echo(value.as_bytes())),
        None => format!("`{name}` (blank)"),
    }
}

/// The width of lines that all have the same length and no delimiter.
fn fixed_width(sample: &Sample) -> Option<usize> {
    let width = sample.lines.first()?.1.chars().count();
    let is_as_wide = |(_, line): &&(u64, String)| line.chars().count() == width;
    let same = sample.lines.iter().filter(is_as_wide).count();
    let counts = |delimiter: char| {
        let mut counts = sample.lines.iter().map(|(_, line)| line.matches(delimiter).count());
        let first = counts.next().unwrap_or(0);
        first > 0 && counts.all(|count| count == first)
    };
    let is_delimited = [',', '\t', ';', '|'].into_iter().any(counts);
    (width >= MIN_FIXED_WIDTH && sample.lines.len() > 2 && same * 10 >= sample.lines.len() * 9 && !is_delimited)
        .then_some(width)
}

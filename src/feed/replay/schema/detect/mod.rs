//! Detection: from a sample of a file's lines to the [`Layout`] by which its rows are read.
//!
//! In reading order: `sample` (lines), `delimiter`, `table` (header, names, rows), `profile` (the values of a column),
//! `time_column` and `date_order` (the time), `contents` (the kind of rows and the other columns), `row_kinds` (rows of
//! several kinds) and `zero_price`, `book_levels` (the levels of a book behind the first), `instrument` (the columns that name an instrument together), `price_scale` (prices
//! written as whole numbers), `assumptions`.
//!
//! A column gets its role by evidence. Its name says what it may be (`words`, `column_name`, `by_name`, `wide`), and
//! its values have to agree. Where no name says anything, the values decide alone (`by_value`). `weights` says how much
//! evidence is enough. A choice that stays open becomes an assumption, with the flag that changes it.

mod assumptions;
mod base_day;
mod book_levels;
mod by_name;
mod by_value;
mod cell_type;
mod cell_words;
mod clock_column;
mod clock_figures;
mod column_name;
mod contents;
mod date_evidence;
mod date_order;
mod delimiter;
mod given;
mod header;
mod instrument;
mod odd_dates;
mod price_scale;
mod profile;
mod questions;
mod refusal;
mod row_kinds;
mod row_sizes;
mod ruined_times;
mod sample;
mod short_dates;
mod table;
mod tickers;
mod time_column;
mod time_part;
mod time_zone;
mod trading_days;
mod unused;
mod weights;
mod why;
mod wide;
mod words;
mod zero_price;

use self::contents::{Contents, Wanted};
use self::instrument::InstrumentColumns;
use self::profile::Profile;
use self::sample::Sample;
use self::table::{Table, TableOverrides};
use self::time_column::TimeOverrides;
pub use self::why::{Candidate, ColumnEvidence};
use super::file_name;
use super::layout::{Layout, TimeColumns};
use super::overrides::Overrides;
use crate::feed::replay::error::Problem;
use crate::feed::replay::input::{self, Entry, LineLimits, TextPosition};
use crate::feed::replay::parse::number::DecimalMark;
use crate::feed::replay::parse::times::TimeFormat;

/// Detects the layout of a file. Day and month are distinguished within its first `full_read_bytes`.
///
/// # Errors
/// When the file cannot be read, or none of its rows could be played.
pub fn detect(
    entry: &Entry,
    overrides: &Overrides,
    limits: LineLimits,
    full_read_bytes: u64,
) -> Result<Layout, Problem> {
    let text = input::text_format(entry, overrides.encoding)?;
    let open = || input::open_at(entry, text, TextPosition::default(), limits);
    let sample = Sample::read(&mut open()?, limits.max_bytes)?;
    let table = Table::of(&sample, TableOverrides { delimiter: overrides.delimiter, has_header: overrides.header });
    let (profiles, given) = profiles(&table, overrides)?;
    if table.rows.is_empty() {
        return Err(Problem::NoRows { line: table.header.unwrap_or(table.above) });
    }
    let days = file_name::days_of(&entry.name());
    let time_overrides = TimeOverrides { unit: overrides.time_unit, order: overrides.date_order, days };
    let time = time_column::find(&table, &profiles, &time_overrides)?;
    let mut time = time.ok_or_else(|| refusal::no_time(&sample, &table, &profiles))?;
    let (mut is_order_guessed, mut question) = (false, None);
    if time.is_order_open {
        let has_comma = profiles.iter().any(|profile| profile.mark == DecimalMark::Comma);
        let found = date_order::find(&mut open()?, &table, &time, has_comma, full_read_bytes)?;
        let (order, asked) = questions::of_dates(&table, time.column, found.likely, overrides.assume);
        time.format = TimeFormat::Text(order);
        (is_order_guessed, question) = (found.is_guess && overrides.assume.is_none(), asked);
    }
    let contents = contents::find(&table, &profiles, &time, Wanted { kind: overrides.kind, instrument: &given });
    let mut contents = contents.ok_or_else(|| refusal::no_price(&sample, &table, &profiles, &time))?;
    let reading = row_kinds::refine(&table, &profiles, &time, &mut contents, overrides);
    let instrument = match overrides.symbol {
        Some(_) => InstrumentColumns::default(),
        None => instrument::find(&table, &profiles, &time, &contents, &given),
    };
    let Contents { kind, groups, .. } = contents;
    let taken: Vec<usize> =
        time.columns().into_iter().chain(instrument.symbol).chain(instrument.parts.clone()).collect();
    let levels_behind = book_levels::find(&profiles, &taken, &groups);
    let of_preamble = table.symbol.as_ref().map(|(_, symbol)| symbol.clone());
    let mut layout = Layout {
        text,
        delimiter: table.delimiter,
        header: table.header,
        above: table.above,
        names: (0..table.names.len()).map(|n| table.column_name(n)).collect(),
        marks: profiles.iter().map(|profile| profile.mark).collect(),
        time: TimeColumns {
            column: time.column,
            clock: time.clock,
            clock_form: time.clock_form,
            parts: time.parts,
            month: time.month,
            day: time.day,
            format: time.format,
            zone: overrides.tz.unwrap_or_default(),
            zone_is_known: overrides.tz.is_some(),
            has_clock: time.has_clock,
            are_trading_days: false,
            base_day: 0,
        },
        symbol: instrument.symbol,
        symbol_parts: instrument.parts,
        file_symbol: overrides.symbol.clone().or(of_preamble).unwrap_or_else(|| file_name::symbol_of(&entry.name())),
        kind,
        groups,
        levels_behind,
        price_scale: 0,
        is_zero_price: reading.is_zero_price,
        has_row_ids: reading.has_row_ids,
        kinds_left_out: reading.kinds_left_out,
        second_hours: Vec::new(),
        assumptions: time.assumptions,
        warnings: Vec::new(),
        question,
    };
    if !instrument.why.is_empty() {
        assumptions::assume_instrument(&mut layout, &instrument.why);
    }
    if matches!(layout.time.format, TimeFormat::SinceMidnight(_)) {
        base_day::set(&mut layout, entry, overrides, &table, limits)?;
    }
    assumptions::make(&mut layout, overrides, &table, &profiles, is_order_guessed);
    layout.assumptions.extend(reading.assumptions);
    trading_days::find(&mut layout, &table, overrides.dates);
    Ok(layout)
}

/// Explains the roles of a file's columns, which is read by `layout`.
///
/// # Errors
/// When the file cannot be read.
pub fn explain(
    entry: &Entry,
    overrides: &Overrides,
    limits: LineLimits,
    layout: &Layout,
) -> Result<Vec<ColumnEvidence>, Problem> {
    let mut lines = input::open_at(entry, layout.text, TextPosition::default(), limits)?;
    let sample = Sample::read(&mut lines, limits.max_bytes)?;
    let table = Table::of(&sample, TableOverrides { delimiter: overrides.delimiter, has_header: overrides.header });
    let (profiles, _) = profiles(&table, overrides)?;
    Ok(why::explain(&table, &profiles, layout))
}

/// Reads the beginning of a file as a table of text: the names of the columns, and the rows below them.
///
/// # Errors
/// When the file cannot be read.
pub fn first_rows(
    entry: &Entry,
    overrides: &Overrides,
    limits: LineLimits,
) -> Result<(Vec<String>, Vec<Vec<String>>), Problem> {
    let text = input::text_format(entry, overrides.encoding)?;
    let mut lines = input::open_at(entry, text, TextPosition::default(), limits)?;
    let sample = Sample::read(&mut lines, limits.max_bytes)?;
    let table = Table::of(&sample, TableOverrides { delimiter: overrides.delimiter, has_header: overrides.header });
    let names = (0..table.names.len()).map(|n| table.column_name(n)).collect();
    Ok((names, table.rows))
}

/// Returns whether the name of a column has a word that is understood, or is none.
pub fn is_known_name(name: &str) -> bool {
    name.starts_with("column ") || words::Words::of(name).unknown == 0 || !words::Words::of(name).known.is_empty()
}

/// The profiles of all columns, under the names and the decimal mark that people give, and the columns that they give
/// for the instrument.
fn profiles(table: &Table, overrides: &Overrides) -> Result<(Vec<Profile>, Vec<usize>), Problem> {
    let mut profiles = match overrides.decimal_mark {
        Some(mark) => (0..table.names.len()).map(|n| Profile::of(table, n, mark)).collect(),
        None => Profile::all(table),
    };
    let instrument = match &overrides.columns {
        Some(columns) => given::rename(&mut profiles, columns)?,
        None => Vec::new(),
    };
    Ok((profiles, instrument))
}

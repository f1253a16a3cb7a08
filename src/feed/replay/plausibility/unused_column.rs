//! Columns that vary and are not used, and that may be what the file is about: numbers under names that are not
//! understood, prices without a name, and words where no column has symbols.

use std::collections::BTreeSet;

use super::sample::{PlayedSample, float, median};
use crate::feed::replay::error::echo;
use crate::feed::replay::parse::{number, times};
use crate::feed::replay::schema::{FileKind, RowShape, Warning, WarningCode, is_known_name};

/// The most columns that are named.
const MAX_NAMED: usize = 6;
/// A column of prices is this near to the price that plays, as a share of it.
const NEAR: f64 = 0.02;
/// The longest name of a column that is like a ticker.
const MAX_TICKER_BYTES: usize = 5;
/// The longest word that is a symbol, and the most rows that each is alone in.
const MAX_SYMBOL_CHARS: usize = 24;

/// The use that an unused column may have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Guess {
    Number,
    Price,
    Symbol,
    Instrument,
}

pub fn check(sample: &PlayedSample<'_>) -> Option<Warning> {
    let guessed: Vec<(usize, Guess)> =
        sample.unused().into_iter().filter_map(|column| Some((column, guess(sample, column)?))).collect();
    let (first, kind) = guessed.iter().find(|(_, guess)| *guess == guessed[0].1).copied()?;
    let named: Vec<String> = guessed
        .iter()
        .take(MAX_NAMED)
        .map(|(column, _)| {
            format!("`{}` ({})", sample.layout().name(*column), echo(first_cell(sample, *column).as_bytes()))
        })
        .collect();
    let what = format!(
        "{} of the {} columns vary and have no role that is known: {}",
        guessed.len(),
        sample.layout().names.len(),
        named.join(", ")
    );
    let column = sample.column(first);
    let (other, flag) = match kind {
        Guess::Number => {
            ("one of them is the price or the size", format!("--columns price={column}, or size={column}"))
        }
        Guess::Price => ("one of them is the price of a trade", format!("--columns price={column}")),
        Guess::Instrument => ("each of them is an instrument, as in a wide table", String::new()),
        Guess::Symbol => ("one of them has the symbols", format!("--columns symbol={column}")),
    };
    Some(Warning {
        code: WarningCode::UnusedColumn,
        what,
        lines: sample.rows.first().map(|row| row.line).into_iter().collect(),
        played: "they are not used".into(),
        other: other.into(),
        flag,
    })
}

fn guess(sample: &PlayedSample<'_>, column: usize) -> Option<Guess> {
    let layout = sample.layout();
    let is_named = layout.header.is_some();
    let is_unknown = !is_named || !is_known_name(layout.name(column));
    if are_tickers(sample, column) {
        return Some(Guess::Instrument);
    }
    if !is_unknown {
        return None;
    }
    let has_symbols = layout.symbol.is_some() || layout.groups.iter().all(|group| group.symbol.is_some());
    match numbers(sample, column) {
        Some(values) if is_named => {
            (different(sample, column) > 1).then_some(Guess::Number).filter(|_| !values.is_empty())
        }
        Some(values) => is_price(sample, &values).then_some(Guess::Price),
        None => (is_named && !has_symbols && are_symbols(sample, column)).then_some(Guess::Symbol),
    }
}

fn cells<'a>(sample: &'a PlayedSample<'_>, column: usize) -> impl Iterator<Item = &'a String> {
    sample.rows.iter().filter_map(move |row| row.cells.get(column)).filter(|cell| !number::is_blank(cell))
}

fn first_cell<'a>(sample: &'a PlayedSample<'_>, column: usize) -> &'a str {
    cells(sample, column).next().map_or("", String::as_str)
}

fn different(sample: &PlayedSample<'_>, column: usize) -> usize {
    cells(sample, column).collect::<BTreeSet<_>>().len()
}

/// The numbers of a column; `None` where a cell is none.
fn numbers(sample: &PlayedSample<'_>, column: usize) -> Option<Vec<f64>> {
    let mark = sample.layout().mark(column);
    cells(sample, column).map(|cell| number::parse(cell, mark).ok().map(float)).collect()
}

/// Numbers beside quotes that are as near to the bid as the ask is, and vary.
fn is_price(sample: &PlayedSample<'_>, values: &[f64]) -> bool {
    let played = sample.symbols.iter().flat_map(|(_, parts)| parts).filter_map(|part| part.price).map(float);
    let (usual, played) = (median(values.to_vec()), median(played.collect()));
    let varies = values.windows(2).any(|pair| pair[0] != pair[1]);
    let is_quotes = sample.layout().kind == FileKind::Quotes;
    is_quotes && varies && played > 0.0 && ((usual - played) / played).abs() < NEAR
}

/// Calm numbers under a name like a ticker, beside the only price, which has such a name, too.
fn are_tickers(sample: &PlayedSample<'_>, column: usize) -> bool {
    let layout = sample.layout();
    let RowShape::Bars { high, low, close, .. } = layout.groups[0].shape else { return false };
    let is_ticker = |column: usize| {
        let name = layout.name(column);
        name.len() <= MAX_TICKER_BYTES && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    if layout.header.is_none() || high != low || !is_ticker(column) || !is_ticker(close) {
        return false;
    }
    let values = numbers(sample, column).unwrap_or_default();
    let moves = values.windows(2).filter(|pair| pair[0] > 0.0).map(|pair| ((pair[1] - pair[0]) / pair[0]).abs());
    values.len() > 2 && values.iter().all(|value| *value > 0.0) && median(moves.collect()) < NEAR
}

/// Short words that repeat, as symbols do.
fn are_symbols(sample: &PlayedSample<'_>, column: usize) -> bool {
    let is_word = |cell: &String| {
        cell.chars().count() <= MAX_SYMBOL_CHARS
            && cell.chars().any(char::is_alphabetic)
            && cell.chars().all(|c| c.is_alphanumeric() || "./:-_^=".contains(c))
            && times::clock_nanos(cell).is_none()
    };
    let count = cells(sample, column).count();
    count > 1 && different(sample, column) * 2 <= count && cells(sample, column).all(is_word)
}

//! The contents of a file: the kind of its rows, and the columns that hold their values.

use std::cmp::Reverse;

use super::by_name::NamedColumns;
use super::profile::Profile;
use super::table::Table;
use super::time_column::DetectedTime;
use super::{by_value, cell_words, column_name, tickers, wide};
use crate::feed::replay::schema::column_role::ColumnRole;
use crate::feed::replay::schema::file_kind::FileKind;
use crate::feed::replay::schema::layout::{ColumnGroup, RowShape, SideColumn, TickColumns};

/// The kind of the rows, the columns of each symbol, and the column of the symbols.
pub struct Contents {
    pub kind: FileKind,
    pub groups: Vec<ColumnGroup>,
    pub symbol: Option<usize>,
}

/// The answers of people about the contents.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    pub kind: Option<FileKind>,
    /// The columns that name the instrument.
    pub instrument: &'a [usize],
}

/// Finds the contents by the names of columns and, where there are none, by their values.
pub fn find(table: &Table, profiles: &[Profile], time: &DetectedTime, wanted: Wanted<'_>) -> Option<Contents> {
    let mut taken: Vec<usize> = time.columns();
    taken.extend(wanted.instrument);
    let of_symbols = |(kind, groups)| Contents { kind, groups, symbol: None };
    let is_given = !wanted.instrument.is_empty();
    if !is_given
        && let Some(found) = wide::find(profiles, table.symbols.as_deref(), &taken)
        && (found.1.iter().any(|group| is_complete(&group.shape)) || table.symbols.is_some() && found.1.len() > 1)
    {
        return Some(of_symbols(found));
    }
    let symbol = match wanted.instrument.first() {
        Some(first) => Some(*first),
        None => symbol(table, profiles, &taken),
    };
    taken.extend(symbol);
    let (kind, group) = match NamedColumns::of(profiles, &taken).shape() {
        Some((_, shape)) if symbol.is_none() && !is_complete(&shape) && tickers::are_names(profiles, &taken) => {
            return tickers::find(table, profiles, &taken).map(|groups| of_symbols((FileKind::Bars, groups)));
        }
        Some((_, shape)) if tickers::is_no_price(table, profiles, &shape) => return None,
        Some((kind, shape)) => (kind, tickers::nominal(profiles, &taken, shape)),
        None => {
            if !is_given && let Some(found) = wide::find(profiles, table.symbols.as_deref(), &taken) {
                return Some(of_symbols(found));
            }
            if !is_unnamed(table, profiles) {
                // A header of which only the time is understood says what the columns are: not prices, as far as known.
                let groups = if symbol.is_none() { tickers::find(table, profiles, &taken) } else { None };
                return groups.map(|groups| of_symbols((FileKind::Bars, groups)));
            }
            let free: Vec<usize> = (0..profiles.len()).filter(|n| !taken.contains(n)).collect();
            let shape = by_value::find(profiles, &free, is_newest_first(table, time))?;
            (kind_of(&shape), ColumnGroup { symbol: None, shape })
        }
    };
    let (kind, shape) = as_kind(wanted.kind, kind, group.shape);
    Some(Contents { kind, groups: vec![ColumnGroup { shape, ..group }], symbol })
}

/// The column of the symbols, by its name or, without a header, by its values.
fn symbol(table: &Table, profiles: &[Profile], taken: &[usize]) -> Option<usize> {
    let named = NamedColumns::of(profiles, taken).symbol();
    named.or_else(|| if table.header.is_none() { symbol_by_value(profiles, taken) } else { None })
}

/// No name of a column says anything: there is none, or each is a number, or a word for a column and a number.
fn is_unnamed(table: &Table, profiles: &[Profile]) -> bool {
    const WORDS: [&str; 9] = ["", "v", "x", "col", "column", "field", "unnamed", "f", "unused"];
    let says_nothing = |profile: &Profile| {
        let word: String = profile.name.chars().filter(|c| c.is_alphabetic()).collect();
        // Longer numbers are codes of stocks.
        let is_code = word.is_empty() && profile.name.len() > 2;
        WORDS.contains(&word.to_lowercase().as_str()) && !is_code
    };
    let is_time = |profile: &Profile| column_name::role_of(&profile.name, ColumnRole::Time).is_some();
    table.header.is_none() || profiles.iter().all(|profile| is_time(profile) || says_nothing(profile))
}

const fn kind_of(shape: &RowShape) -> FileKind {
    match shape {
        RowShape::Bars { .. } => FileKind::Bars,
        RowShape::Messages { .. } | RowShape::Levels { .. } => FileKind::Book,
        RowShape::Ticks(TickColumns { price: Some(_), bid: Some(_), .. }) => FileKind::TradesAndQuotes,
        RowShape::Ticks(TickColumns { bid: Some(_), .. }) => FileKind::Quotes,
        RowShape::Ticks(_) => FileKind::Trades,
    }
}

/// The shape as the kind that people want, where it can be read so.
fn as_kind(wanted: Option<FileKind>, kind: FileKind, shape: RowShape) -> (FileKind, RowShape) {
    let Some(wanted) = wanted else { return (kind, shape) };
    let read_as = match (wanted, shape) {
        (FileKind::Trades, RowShape::Bars { close, volume, .. }) => {
            RowShape::Ticks(TickColumns { price: Some(close), size: volume, ..TickColumns::default() })
        }
        (FileKind::Trades, RowShape::Levels { side, price, size, .. }) => {
            let side = Some(SideColumn { column: side, is_maker: false });
            RowShape::Ticks(TickColumns { price: Some(price), size: Some(size), side, ..TickColumns::default() })
        }
        (FileKind::Trades, RowShape::Ticks(ticks)) if ticks.price.is_some() => {
            RowShape::Ticks(TickColumns { bid: None, ask: None, bid_size: None, ask_size: None, ..ticks })
        }
        (FileKind::Quotes, RowShape::Ticks(ticks)) if ticks.bid.or(ticks.ask).is_some() => {
            RowShape::Ticks(TickColumns { price: None, size: None, side: None, action: None, ..ticks })
        }
        (FileKind::Bars, RowShape::Ticks(TickColumns { price: Some(price), size, .. })) => {
            RowShape::Bars { open: price, high: price, low: price, close: price, volume: size }
        }
        (
            FileKind::Book,
            RowShape::Ticks(TickColumns { price: Some(price), size: Some(size), side: Some(side), .. }),
        ) => RowShape::Levels { side: side.column, price, size, snapshot: None, are_moments: false },
        _ => return (kind, shape),
    };
    (wanted, read_as)
}

/// Bars with four prices of their own, or quotes with both sides.
fn is_complete(shape: &RowShape) -> bool {
    match shape {
        RowShape::Bars { open, high, low, close, .. } => open != high && low != close && high != low,
        RowShape::Ticks(ticks) => ticks.bid.is_some() && ticks.ask.is_some(),
        RowShape::Levels { .. } | RowShape::Messages { .. } => false,
    }
}

/// The column of words that may be symbols. Of several, the one with the most different words.
fn symbol_by_value(profiles: &[Profile], taken: &[usize]) -> Option<usize> {
    /// Each symbol occurs at least twice on average, unless the sample is this small.
    const FEW_ROWS: usize = 5;
    let is_word = |text: &String| {
        (2..=24).contains(&text.len())
            && text.chars().any(char::is_alphabetic)
            && text.chars().all(|c| c.is_alphanumeric() || "./:-_ ^=".contains(c))
    };
    let can_be = |n: &usize| {
        let profile = &profiles[*n];
        let repeats = profile.texts.len() * 2 <= profile.filled || profile.filled < FEW_ROWS;
        profile.filled > 0
            && profile.numeric == 0
            && profile.dated == 0
            && profile.texts.iter().all(is_word)
            && !profile.are_all(&cell_words::SIDES_AND_NUMBERS)
            && !profile.are_all(&cell_words::BOOLEANS)
            && (repeats || profile.has_more_texts)
    };
    let columns = (0..profiles.len()).filter(|n| !taken.contains(n)).filter(can_be);
    columns.max_by_key(|n| (profiles[*n].texts.len(), Reverse(*n)))
}

fn is_newest_first(table: &Table, time: &DetectedTime) -> bool {
    let times: Vec<_> = table.column(time.column).filter_map(|cell| time.format.parse(cell)).map(|t| t.ts).collect();
    times.first() > times.last()
}

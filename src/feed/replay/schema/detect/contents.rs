//! The contents of a file: the kind of its rows, and the columns that hold their values.

use std::cmp::Reverse;

use super::by_name::NamedColumns;
use super::profile::Profile;
use super::table::Table;
use super::time_column::DetectedTime;
use super::{by_value, cell_words, wide};
use crate::feed::replay::schema::file_kind::FileKind;
use crate::feed::replay::schema::layout::{ColumnGroup, RowShape, SideColumn, TickColumns};

/// The kind of the rows, the columns of each symbol, and the column of the symbols.
pub struct Contents {
    pub kind: FileKind,
    pub groups: Vec<ColumnGroup>,
    pub symbol: Option<usize>,
}

/// Finds the contents by the names of columns and, where these say nothing, by their values. `wanted` is the kind that
/// people give.
pub fn find(table: &Table, profiles: &[Profile], time: &DetectedTime, wanted: Option<FileKind>) -> Option<Contents> {
    let mut taken: Vec<usize> = time.columns();
    let of_symbols = |(kind, groups)| Contents { kind, groups, symbol: None };
    if let Some(found) = wide::find(profiles, table.symbols.as_deref(), &taken)
        && found.1.iter().any(|group| is_complete(&group.shape))
    {
        return Some(of_symbols(found));
    }
    let symbol = NamedColumns::of(profiles, &taken).symbol();
    let by_value = || Some(profiles).filter(|_| table.header.is_none()).and_then(|all| symbol_by_value(all, &taken));
    let symbol = symbol.or_else(by_value);
    taken.extend(symbol);
    let one_group = |kind, shape| {
        let (kind, shape) = as_kind(wanted, kind, shape);
        Contents { kind, groups: vec![ColumnGroup { symbol: None, shape }], symbol }
    };
    if let Some((kind, shape)) = NamedColumns::of(profiles, &taken).shape() {
        return Some(one_group(kind, shape));
    }
    if let Some(found) = wide::find(profiles, table.symbols.as_deref(), &taken) {
        return Some(of_symbols(found));
    }
    let free: Vec<usize> = (0..profiles.len()).filter(|n| !taken.contains(n)).collect();
    let by_value = by_value::find(profiles, &free, is_newest_first(table, time));
    let is_unnamed = table.header.is_none() || profiles.iter().all(|p| p.name.is_empty() || p.name.starts_with('('));
    let are_bars = matches!(by_value, Some(RowShape::Bars { .. }));
    if !is_unnamed
        && !are_bars
        && let Some(groups) = wide::columns_of_symbols(profiles, &taken)
    {
        return Some(of_symbols((FileKind::Bars, groups)));
    }
    let shape = by_value.filter(|_| is_unnamed || are_bars)?;
    Some(one_group(kind_of(&shape), shape))
}

const fn kind_of(shape: &RowShape) -> FileKind {
    match shape {
        RowShape::Bars { .. } => FileKind::Bars,
        RowShape::Messages { .. } | RowShape::Levels { .. } => FileKind::Book,
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

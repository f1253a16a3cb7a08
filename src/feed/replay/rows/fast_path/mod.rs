//! Rows of bare trades or quotes, read straight from the bytes of a file.
//!
//! Most large files have such rows: one trade or quote each, times as counts since 1970 or in ISO 8601, bare figures.
//! They are read here in one pass over their bytes. Any other row (a quotation mark, a blank, a sign, too few cells) is
//! left to the slow path, `row`. Both paths give the same rows, which property tests check.

mod digits;
mod symbol_cell;
mod time;

pub use self::symbol_cell::SYMBOL_WORDS_BYTES;

use self::digits::decimal;
use self::symbol_cell::{SymbolWord, SymbolWords};
use self::time::{FastTime, FastTimeReader};
use super::quantize::Grid;
use super::side;
use super::symbol_index::SymbolIndex;
use super::values::{QuoteValues, TradeValues};
use crate::feed::replay::parse::number::DecimalMark;
use crate::feed::replay::schema::{ColumnRole, Layout, RowShape, TickColumns, symbol};
use crate::market::{Decimal, Side, TickKind, Timestamp};

/// The fast path of a file: what each cell of a row is, from the first to the last.
#[derive(Clone, Debug)]
pub struct FastPath {
    cells: Vec<Cell>,
    delimiter: u8,
    time: FastTime,
    are_quotes: bool,
    /// Rows have a bid, and an ask.
    sides: [bool; 2],
    is_zero_price: bool,
    max_line_bytes: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cell {
    Skipped,
    Time,
    Symbol,
    Number(Slot),
    Side { is_maker: bool },
}

/// A number of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    /// The price of a trade, or the bid.
    Price,
    /// The size of a trade, or of the bid.
    Size,
    Ask,
    AskSize,
}

impl FastPath {
    /// The fast path of a layout; `None` where its rows always need the slow one.
    pub fn of(layout: &Layout, max_line_bytes: usize) -> Option<Self> {
        let ([group], b',' | b';' | b'\t' | b'|') = (layout.groups.as_slice(), layout.delimiter) else { return None };
        let RowShape::Ticks(columns) = group.shape else { return None };
        let are_quotes = are_quotes(&columns)?;
        let mut cells = vec![Cell::Skipped; layout.names.len()];
        let mut put = |column: usize, cell| {
            let free = cells.get_mut(column).filter(|cell| **cell == Cell::Skipped)?;
            *free = cell;
            Some(())
        };
        put(layout.time.column, Cell::Time)?;
        if let Some(column) = layout.symbol.filter(|_| group.symbol.is_none()) {
            put(column, Cell::Symbol)?;
        }
        for (column, role) in group.shape.columns() {
            let slot = match role {
                ColumnRole::Price | ColumnRole::Bid => Slot::Price,
                ColumnRole::Size | ColumnRole::BidSize => Slot::Size,
                ColumnRole::Ask => Slot::Ask,
                ColumnRole::AskSize => Slot::AskSize,
                _ => {
                    put(column, Cell::Side { is_maker: columns.side?.is_maker })?;
                    continue;
                }
            };
            put(column, Cell::Number(slot)).filter(|()| layout.mark(column) == DecimalMark::Point)?;
        }
        let (delimiter, time) = (layout.delimiter, FastTime::of(&layout.time)?);
        let is_zero_price = layout.is_zero_price;
        let sides = [columns.bid.is_some(), columns.ask.is_some()];
        let path = Self { cells, delimiter, time, are_quotes, sides, is_zero_price, max_line_bytes };
        let is_simple = layout.price_scale == 0 && layout.symbol_parts.is_empty() && layout.levels_behind.is_empty();
        is_simple.then_some(path)
    }
}

/// Returns whether rows are quotes, or `false` for trades; `None` where they can be both.
const fn are_quotes(columns: &TickColumns) -> Option<bool> {
    let TickColumns { row_kind, blanks_keep, is_size_signed, is_size_total, .. } = *columns;
    if row_kind.is_some() || blanks_keep || is_size_signed || is_size_total {
        return None;
    }
    match columns {
        TickColumns { price: Some(_), bid: None, ask: None, bid_size: None, ask_size: None, action: None, .. } => {
            Some(false)
        }
        TickColumns { price: None, size: None, side: None, action: None, .. } => Some(true),
        _ => None,
    }
}

/// A reader of the rows of one file. It remembers the symbol and the time of the row before.
#[derive(Clone, Debug, Default)]
pub struct FastRowReader {
    times: FastTimeReader,
    words: SymbolWords,
    number: Option<usize>,
}

/// A row, and its length with its line end.
#[derive(Clone, Copy, Debug)]
pub struct FastRow {
    pub ts: Timestamp,
    /// The number of the symbol within its file.
    pub symbol: usize,
    pub bytes: usize,
    numbers: [Decimal; 4],
    side: Option<Side>,
}

impl FastRow {
    /// The tick of the row, on the grid of its symbol; `None` where a number does not fit, or a trade has no price.
    pub fn tick(&self, path: &FastPath, grid: &Grid) -> Option<TickKind> {
        let [price, size, ask, ask_size] = self.numbers;
        if !path.are_quotes {
            if price.mantissa == 0 && !path.is_zero_price {
                return None;
            }
            return grid.trade(&TradeValues { price, size, side: self.side }).map(TickKind::Trade);
        }
        let is_empty = !path.is_zero_price || price.mantissa == 0 && ask.mantissa == 0 && path.sides == [true, true];
        // A price of zero means that a side has no quote.
        let quoted = |is_side: bool, price: Decimal, size| {
            if !is_side || price.mantissa == 0 && is_empty { (None, Decimal::new(0, 0)) } else { (Some(price), size) }
        };
        let [has_bid, has_ask] = path.sides;
        let ((bid, bid_size), (ask, ask_size)) = (quoted(has_bid, price, size), quoted(has_ask, ask, ask_size));
        grid.quote(&QuoteValues { bid, ask, bid_size, ask_size }).map(TickKind::Quote)
    }
}

impl FastRowReader {
    /// Begins a file. `only_symbol` is the number of the symbol of all rows, where no column has symbols.
    pub fn new(only_symbol: Option<usize>) -> Self {
        Self { number: only_symbol, ..Self::default() }
    }

    /// Reads the row at the front of `text`; `None` where it needs the slow path, has an unknown symbol, or is
    /// incomplete.
    pub fn read(&mut self, path: &FastPath, symbols: &mut SymbolIndex, text: &[u8]) -> Option<FastRow> {
        let mut numbers = [Decimal::new(0, 0); 4];
        let (mut ts, mut side) = (Timestamp(0), None);
        let mut rest = text;
        let last = path.cells.len() - 1;
        for (column, cell) in path.cells.iter().enumerate() {
            let length = match *cell {
                Cell::Skipped => skipped(rest, path.delimiter)?,
                Cell::Time => {
                    let (read, length) = self.times.read(path.time, rest, path.delimiter)?;
                    ts = read;
                    length
                }
                Cell::Symbol => self.symbol(symbols, rest, path.delimiter)?,
                Cell::Number(slot) => {
                    let (number, length) = decimal(rest)?;
                    numbers[slot as usize] = number;
                    length
                }
                Cell::Side { is_maker } => {
                    let cell = graphic(rest, path.delimiter)?;
                    side = side::aggressor(cell, is_maker);
                    cell.len()
                }
            };
            rest = rest.get(length..)?;
            rest = if column < last { rest.strip_prefix(&[path.delimiter])? } else { line_end(rest)? };
        }
        let bytes = text.len() - rest.len();
        // The limit counts a line without its end.
        let fits = bytes - 1 <= path.max_line_bytes;
        Some(FastRow { ts, symbol: self.number?, bytes, numbers, side }).filter(|_| fits)
    }

    /// Reads a symbol's number, and returns the length of its cell.
    #[inline]
    fn symbol(&mut self, symbols: &mut SymbolIndex, text: &[u8], delimiter: u8) -> Option<usize> {
        let word = SymbolWord::of(text, delimiter);
        if let Some((word, length)) = word
            && let Some(number) = self.words.get(word)
        {
            self.number = Some(number);
            return Some(length);
        }
        let cell = std::str::from_utf8(graphic(text, delimiter)?).ok()?;
        let number = symbols.get(cell).filter(|_| symbol::is_symbol(cell))?;
        self.number = Some(number);
        if let Some((word, _)) = word {
            self.words.insert(word, number);
        }
        Some(cell.len())
    }
}

/// The length of a cell that is not used.
fn skipped(text: &[u8], delimiter: u8) -> Option<usize> {
    let end = text.iter().position(|byte| *byte == delimiter || matches!(byte, b'\n' | b'"'))?;
    match text[end] {
        b'"' => None,
        // The end of the line is no part of the cell.
        b'\n' if end > 0 && text[end - 1] == b'\r' => Some(end - 1),
        _ => Some(end),
    }
}

/// A cell of visible ASCII without quotation marks, which may be empty.
fn graphic(text: &[u8], delimiter: u8) -> Option<&[u8]> {
    let end = text.iter().position(|byte| *byte == delimiter || !byte.is_ascii_graphic() || *byte == b'"')?;
    let is_end = text[end] == delimiter || matches!(text[end], b'\r' | b'\n');
    is_end.then_some(&text[..end])
}

fn line_end(text: &[u8]) -> Option<&[u8]> {
    match text {
        [b'\n', rest @ ..] | [b'\r', b'\n', rest @ ..] => Some(rest),
        _ => None,
    }
}

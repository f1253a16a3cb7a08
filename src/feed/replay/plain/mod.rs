//! Rows of plain trades or quotes, read straight from the bytes of a file.
//!
//! Most large files are such: one trade or quote a row, times that count from 1970 or are ISO 8601, bare figures. Such
//! a row is read here in one pass over its bytes. Whatever is not as plain as that (a quotation mark, a blank, a sign, too
//! few cells ..) is left to `row`, row by row; what is read here, `row` reads alike (a law).

mod figures;
mod time;

use self::figures::decimal;
use self::time::{PlainTime, Times};
use super::detect::Meaning;
use super::layout::{Layout, Shape, TickColumns};
use super::number::DecimalMark;
use super::place::Grid;
use super::row::{self, QuoteValues, TradeValues};
use super::scan::Names;
use crate::market::{Decimal, Side, TickKind, Timestamp};

pub use self::figures::TENS;

/// How the rows of a file are read: what each cell is, from the first to the last.
#[derive(Clone, Debug)]
pub struct Plain {
    cells: Vec<Cell>,
    delimiter: u8,
    time: PlainTime,
    are_quotes: bool,
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

/// Which of a row's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    /// Of a trade, or the bid.
    Price,
    Size,
    Ask,
    AskSize,
}

impl Plain {
    /// `None` where the rows of a file are never as plain as that.
    pub fn of(layout: &Layout, max_line_bytes: usize) -> Option<Self> {
        let ([group], b',' | b';' | b'\t' | b'|') = (layout.groups.as_slice(), layout.delimiter) else { return None };
        let Shape::Ticks(columns) = group.shape else { return None };
        let are_quotes = match columns {
            TickColumns {
                price: Some(_), bid: None, ask: None, bid_size: None, ask_size: None, action: None, ..
            } => false,
            TickColumns { price: None, size: None, side: None, action: None, .. } => true,
            _ => return None,
        };
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
        for (column, meaning) in group.shape.columns() {
            let slot = match meaning {
                Meaning::Price | Meaning::Bid => Slot::Price,
                Meaning::Size | Meaning::BidSize => Slot::Size,
                Meaning::Ask => Slot::Ask,
                Meaning::AskSize => Slot::AskSize,
                _ => {
                    put(column, Cell::Side { is_maker: columns.side?.is_maker })?;
                    continue;
                }
            };
            put(column, Cell::Number(slot)).filter(|()| layout.mark(column) == DecimalMark::Point)?;
        }
        let (delimiter, time) = (layout.delimiter, PlainTime::of(&layout.time)?);
        (layout.price_scale == 0).then_some(Self { cells, delimiter, time, are_quotes, max_line_bytes })
    }
}

/// Reads rows of one file; knows what was in the one before.
#[derive(Clone, Debug, Default)]
pub struct PlainRows {
    times: Times,
    symbol: Vec<u8>,
    index: Option<usize>,
}

/// A row, and how many bytes it has with its end.
#[derive(Clone, Copy, Debug)]
pub struct PlainRow {
    pub ts: Timestamp,
    /// The symbol's index within its file.
    pub symbol: usize,
    pub bytes: usize,
    numbers: [Decimal; 4],
    side: Option<Side>,
}

impl PlainRow {
    /// What it says, on the grid of its symbol; `None` where that is too long for it.
    pub fn tick(&self, plain: &Plain, grid: &Grid) -> Option<TickKind> {
        let [price, size, ask, ask_size] = self.numbers;
        if !plain.are_quotes {
            return grid.trade(&TradeValues { price, size, side: self.side }).map(TickKind::Trade);
        }
        // A price of zero is how quotes say that nobody is there.
        let there = |price: Decimal, size| {
            if price.mantissa == 0 { (None, Decimal::new(0, 0)) } else { (Some(price), size) }
        };
        let ((bid, bid_size), (ask, ask_size)) = (there(price, size), there(ask, ask_size));
        grid.quote(&QuoteValues { bid, ask, bid_size, ask_size }).map(TickKind::Quote)
    }
}

impl PlainRows {
    /// `alone` is the symbol of all rows, where no column tells one.
    pub fn new(alone: Option<usize>) -> Self {
        Self { index: alone, ..Self::default() }
    }

    /// The row at the front of `text`; `None` where it is not plain, is of an unknown symbol, or is not all there.
    pub fn read(&mut self, plain: &Plain, names: &mut Names, text: &[u8]) -> Option<PlainRow> {
        let mut numbers = [Decimal::new(0, 0); 4];
        let (mut ts, mut side) = (Timestamp(0), None);
        let mut rest = text;
        let last = plain.cells.len() - 1;
        for (column, cell) in plain.cells.iter().enumerate() {
            let length = match *cell {
                Cell::Skipped => skipped(rest, plain.delimiter)?,
                Cell::Time => {
                    let (read, length) = self.times.read(plain.time, rest, plain.delimiter)?;
                    ts = read;
                    length
                }
                Cell::Symbol => self.symbol(names, rest, plain.delimiter)?,
                Cell::Number(slot) => {
                    let (number, length) = decimal(rest)?;
                    numbers[slot as usize] = number;
                    length
                }
                Cell::Side { is_maker } => {
                    let cell = graphic(rest, plain.delimiter)?;
                    side = row::side(cell, is_maker);
                    cell.len()
                }
            };
            rest = rest.get(length..)?;
            rest = if column < last { rest.strip_prefix(&[plain.delimiter])? } else { line_end(rest)? };
        }
        let bytes = text.len() - rest.len();
        // The limit counts a line without its end.
        let fits = bytes - 1 <= plain.max_line_bytes;
        Some(PlainRow { ts, symbol: self.index?, bytes, numbers, side }).filter(|_| fits)
    }

    /// The length of a symbol's cell, which is mostly that of the row before.
    fn symbol(&mut self, names: &mut Names, text: &[u8], delimiter: u8) -> Option<usize> {
        let length = self.symbol.len();
        let is_end = |byte: &u8| *byte == delimiter || matches!(byte, b'\r' | b'\n');
        if length > 0 && text.get(length).is_some_and(is_end) && text.starts_with(&self.symbol) {
            return Some(length);
        }
        self.symbol.clear();
        let cell = std::str::from_utf8(graphic(text, delimiter)?).ok()?;
        self.index = Some(names.get(cell).filter(|_| row::is_symbol(cell))?);
        self.symbol.extend_from_slice(cell.as_bytes());
        Some(cell.len())
    }
}

/// The length of a cell that nobody needs.
fn skipped(text: &[u8], delimiter: u8) -> Option<usize> {
    let end = text.iter().position(|byte| *byte == delimiter || matches!(byte, b'\n' | b'"'))?;
    match text[end] {
        b'"' => None,
        // The end of the line is not part of it.
        b'\n' if end > 0 && text[end - 1] == b'\r' => Some(end - 1),
        _ => Some(end),
    }
}

/// A cell of visible ASCII without quotation marks, perhaps empty.
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

//! One row of a file: its cells as a time, a symbol and exact numbers, or why it is refused.
//!
//! Knows nothing of the rows around it. A row of a wide table has a part for each symbol. That a number fits
//! its symbol's tick size is told in `place`.

use std::io::Read;
use std::sync::Arc;

use super::cells::Cells;
use super::error::{Problem, is_plain};
use super::layout::{Layout, Shape, SideColumn, TickColumns};
use super::lines::{Fit, Lines, Place};
use super::number;
use super::open::read_problem;
use super::report::{FileKind, Reason, Refusal};
use super::times::{self, Moment, NANOS_PER_DAY, TimeFormat, Zone};
use crate::market::{Decimal, DecimalError, MAX_DECIMALS, Side};

/// A longer symbol is no symbol but another column.
const MAX_SYMBOL_BYTES: usize = 64;
/// The letters that mark a trade among the actions of an order book: trade, fill.
const TRADE_ACTIONS: [&str; 3] = ["T", "F", "t"];
/// LOBSTER's executions of visible and of hidden orders.
const EXECUTIONS: [&str; 2] = ["4", "5"];

/// What a row says of one symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part<'a> {
    pub symbol: &'a str,
    pub values: Values,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    Bar(BarValues),
    /// At least one of the two.
    Ticks {
        trade: Option<TradeValues>,
        quote: Option<QuoteValues>,
    },
    Level(LevelValues),
    /// A message of an order book that is no trade: it is read, and nothing plays.
    Message {
        price: Decimal,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BarValues {
    pub open: Decimal,
    pub high: Decimal,
    pub low: Decimal,
    pub close: Decimal,
    pub volume: Decimal,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TradeValues {
    pub price: Decimal,
    pub size: Decimal,
    pub side: Option<Side>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuoteValues {
    pub bid: Option<Decimal>,
    pub ask: Option<Decimal>,
    pub bid_size: Decimal,
    pub ask_size: Decimal,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LevelValues {
    pub is_bid: bool,
    pub price: Decimal,
    pub size: Decimal,
    pub is_snapshot: bool,
}

impl Values {
    /// The price that stands for these values where they are the first, or the last, of a file.
    pub fn edge(&self, kind: FileKind, is_first: bool) -> Option<Decimal> {
        match self {
            Self::Bar(bar) => Some(if is_first { bar.open } else { bar.close }),
            Self::Ticks { trade, quote } => {
                let trade = trade.map(|trade| trade.price);
                let quote = quote.and_then(|quote| quote.bid.or(quote.ask));
                if matches!(kind, FileKind::Quotes | FileKind::Book) { quote.or(trade) } else { trade.or(quote) }
            }
            Self::Level(level) => Some(level.price),
            Self::Message { price } => Some(*price),
        }
    }
}

/// The rows of a file, one at a time.
pub struct Rows<R> {
    lines: Lines<R>,
    layout: Arc<Layout>,
    cells: Cells,
    split: Result<(), Refusal>,
    /// How many cells a row must have, and how many it has where it has all.
    least: usize,
    width: usize,
    torn: Option<u64>,
}

impl<R: Read> Rows<R> {
    pub fn new(lines: Lines<R>, layout: Arc<Layout>) -> Self {
        let last = layout.meanings().iter().rposition(Option::is_some).unwrap_or(0);
        let least = if layout.groups.len() > 1 { layout.time.column + 2 } else { last + 1 };
        let width = layout.names.len();
        Self { lines, layout, cells: Cells::default(), split: Ok(()), least, width, torn: None }
    }

    /// Goes to the next row, past blank lines and those above the rows; `false` at the end of the file, and where a
    /// last frame is torn ([`Self::torn`]): the line that it breaks off in is no row.
    ///
    /// # Errors
    /// When the file cannot be read any further.
    pub fn advance(&mut self) -> Result<bool, Problem> {
        if self.torn.is_some() {
            return Ok(false);
        }
        loop {
            let fit = match self.lines.advance().map_err(|e| read_problem(e, self.lines.number())) {
                Ok(Some(fit)) => fit,
                Ok(None) => return Ok(false),
                Err(Problem::Torn { line }) => {
                    self.torn = Some(line);
                    return Ok(false);
                }
                Err(problem) => return Err(problem),
            };
            if self.lines.number() > self.layout.above && !self.is_blank() {
                self.split = self.split(fit);
                return Ok(true);
            }
        }
    }

    /// The last line before the packed data break off, where they do so behind what is whole.
    pub const fn torn(&self) -> Option<u64> {
        self.torn
    }

    /// Spreadsheets leave lines of nothing but delimiters.
    fn is_blank(&self) -> bool {
        let is_nothing = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r') || *byte == self.layout.delimiter;
        match self.lines.text() {
            [b'0'..=b'9', ..] => false,
            text => text.iter().all(is_nothing),
        }
    }

    fn split(&mut self, fit: Fit) -> Result<(), Refusal> {
        let refuse = |reason| Refusal { reason, column: None };
        if fit == Fit::TooLong {
            return Err(refuse(Reason::TooLong));
        }
        self.cells.split(self.lines.text(), self.layout.delimiter).map_err(|_| refuse(Reason::OpenQuote))?;
        // Some writers end each row with a delimiter, others leave out the cells at its end.
        let count = self.cells.len();
        if count == self.width {
            return Ok(());
        }
        let surplus_is_blank = || (self.width..count).all(|index| self.cells.get(index).is_empty());
        if count == 1 && self.width > 1 {
            return Err(refuse(Reason::Note));
        }
        if count < self.least || !surplus_is_blank() {
            return Err(refuse(Reason::Width));
        }
        Ok(())
    }

    /// The time of the row that was gone to.
    ///
    /// # Errors
    /// Why the row cannot be played.
    pub fn moment(&self) -> Result<Moment, Refusal> {
        self.split?;
        let time = &self.layout.time;
        let cell = self.cells.get(time.column);
        let moment = match (time.clock, time.format) {
            (None, format @ (TimeFormat::Epoch(_) | TimeFormat::Iso | TimeFormat::Text(_))) => format.parse(cell),
            (None, format @ TimeFormat::SinceMidnight(_)) => self.dated(format.parse(cell)),
            (Some(clock), TimeFormat::SinceMidnight(_)) => {
                self.dated(times::parse_date_and_clock("1970-01-01", self.cells.get(clock), TimeFormat::Iso))
            }
            (Some(clock), format) => times::parse_date_and_clock(cell, self.cells.get(clock), format),
        };
        let moment = moment.ok_or(Refusal { reason: Reason::BadTime, column: Some(time.column) })?;
        if moment.zoned || time.zone == Zone::Utc {
            return Ok(moment);
        }
        Ok(Moment { ts: time.zone.moment(moment.ts), ..moment })
    }

    fn dated(&self, moment: Option<Moment>) -> Option<Moment> {
        let moment = moment?;
        let midnight = self.layout.time.base_day.checked_mul(NANOS_PER_DAY)?;
        Some(Moment { ts: moment.ts.plus_nanos(midnight), ..moment })
    }

    /// What the row says of the symbol of one group of columns; `None` where it says nothing.
    ///
    /// # Errors
    /// Why it cannot be played.
    pub fn part(&self, group: usize) -> Result<Option<Part<'_>>, Refusal> {
        let columns = &self.layout.groups[group];
        let is_wide = self.layout.groups.len() > 1;
        if is_wide && columns.shape.columns().iter().all(|(column, _)| number::is_blank(self.cells.get(*column))) {
            return Ok(None);
        }
        let symbol = match (&columns.symbol, self.layout.symbol) {
            (Some(symbol), _) => symbol.as_str(),
            (None, Some(column)) => self.symbol(column)?,
            (None, None) => &self.layout.file_symbol,
        };
        Ok(Some(Part { symbol, values: self.values(&columns.shape)? }))
    }

    pub fn groups(&self) -> usize {
        self.layout.groups.len()
    }

    pub const fn line(&self) -> u64 {
        self.lines.number()
    }

    pub const fn place(&self) -> Place {
        self.lines.place()
    }

    /// The next bytes of the text, as far as they were read; empty before the rows begin.
    ///
    /// # Errors
    /// When the file cannot be read any further.
    pub fn ahead(&mut self) -> Result<&[u8], Problem> {
        // A byte order mark is no part of the first line, so that one is never taken as it lies.
        if self.lines.number() < self.layout.above.max(1) || self.torn.is_some() {
            return Ok(&[]);
        }
        let line = self.lines.number();
        let Self { lines, torn, .. } = self;
        match lines.ahead().map_err(|error| read_problem(error, line)) {
            Err(Problem::Torn { line }) => {
                *torn = Some(line);
                Ok(&[])
            }
            ahead => ahead,
        }
    }

    /// Goes beyond so many bytes of what lies ahead, which are whole lines.
    pub fn pass(&mut self, bytes: usize, lines: u64) {
        self.lines.pass(bytes, lines);
    }

    /// The text that a refusal is about.
    pub fn text_of(&self, refusal: Refusal) -> &[u8] {
        refusal.column.map_or(self.lines.text(), |column| self.cells.get(column).as_bytes())
    }

    fn symbol(&self, column: usize) -> Result<&str, Refusal> {
        let symbol = self.cells.get(column);
        if is_symbol(symbol) { Ok(symbol) } else { Err(Refusal { reason: Reason::BadSymbol, column: Some(column) }) }
    }

    fn values(&self, shape: &Shape) -> Result<Values, Refusal> {
        match *shape {
            Shape::Bars { open, high, low, close, volume } => {
                let bar = BarValues {
                    open: self.some_price(open)?,
                    high: self.some_price(high)?,
                    low: self.some_price(low)?,
                    close: self.some_price(close)?,
                    volume: self.size(volume)?,
                };
                let refusal = Refusal { reason: Reason::BarOutOfRange, column: None };
                if bar.is_sound() { Ok(Values::Bar(bar)) } else { Err(refusal) }
            }
            Shape::Ticks(ticks) => self.ticks(&ticks),
            Shape::Levels { side, price, size, snapshot } => {
                let bad_side = Refusal { reason: Reason::BadSide, column: Some(side) };
                let is_bid = book_side(self.cells.get(side)).ok_or(bad_side)?;
                let is_snapshot = snapshot.is_some_and(|column| is_true(self.cells.get(column).as_bytes()));
                let (price, size) = (self.some_price(price)?, self.size(Some(size))?);
                Ok(Values::Level(LevelValues { is_bid, price, size, is_snapshot }))
            }
            Shape::Messages { kind, price, size, direction } => {
                let price = self.some_price(price)?;
                if !EXECUTIONS.contains(&self.cells.get(kind)) {
                    return Ok(Values::Message { price });
                }
                // The direction is that of the order that was met: the other side was the aggressor.
                let side = match self.cells.get(direction) {
                    "1" => Some(Side::Sell),
                    "-1" => Some(Side::Buy),
                    _ => None,
                };
                let trade = Some(TradeValues { price, size: self.size(Some(size))?, side });
                Ok(Values::Ticks { trade, quote: None })
            }
        }
    }

    fn ticks(&self, columns: &TickColumns) -> Result<Values, Refusal> {
        let TickColumns { price, size, side, bid, ask, bid_size, ask_size, action } = *columns;
        let is_trade = action.is_none_or(|column| TRADE_ACTIONS.contains(&self.cells.get(column)));
        let trade = match self.price_at(price.filter(|_| is_trade))? {
            Some(price) => Some(TradeValues { price, size: self.size(size)?, side: self.side(side) }),
            None => None,
        };
        let quote = match (self.price_at(bid)?, self.price_at(ask)?) {
            (None, None) => None,
            (bid, ask) => Some(self.quote((bid, bid_size), (ask, ask_size))?),
        };
        if trade.is_none() && quote.is_none() {
            if !is_trade && let Some(price) = self.price_at(price)? {
                return Ok(Values::Message { price });
            }
            return Err(Refusal { reason: Reason::NoPrice, column: price.or(bid).or(ask) });
        }
        Ok(Values::Ticks { trade, quote })
    }

    /// A price of zero is how quotes say that nobody is there.
    fn quote(
        &self,
        (bid, bid_size): (Option<Decimal>, Option<usize>),
        (ask, ask_size): (Option<Decimal>, Option<usize>),
    ) -> Result<QuoteValues, Refusal> {
        let there = |price: Option<Decimal>| price.filter(|price| price.mantissa != 0);
        let (bid, ask) = (there(bid), there(ask));
        let bid_size = self.size(bid_size.filter(|_| bid.is_some()))?;
        let ask_size = self.size(ask_size.filter(|_| ask.is_some()))?;
        Ok(QuoteValues { bid, ask, bid_size, ask_size })
    }

    fn some_price(&self, column: usize) -> Result<Decimal, Refusal> {
        self.price(column)?.ok_or(Refusal { reason: Reason::NoPrice, column: Some(column) })
    }

    fn price_at(&self, column: Option<usize>) -> Result<Option<Decimal>, Refusal> {
        column.map_or(Ok(None), |column| self.price(column))
    }

    fn price(&self, column: usize) -> Result<Option<Decimal>, Refusal> {
        let price = self.number(column, Reason::BadPrice)?;
        let places = self.layout.price_scale;
        if places == 0 {
            return Ok(price);
        }
        // The largest number is how Databento writes that there is none.
        let Some(price) = price.filter(|price| price.mantissa != i64::MAX) else { return Ok(None) };
        let scaled = Decimal::new(price.mantissa, price.decimals + places).shorten(price.decimals);
        if scaled.decimals > MAX_DECIMALS {
            return Err(Refusal { reason: Reason::TooManyDigits, column: Some(column) });
        }
        Ok(Some(scaled))
    }

    /// A size that is not told is zero.
    fn size(&self, column: Option<usize>) -> Result<Decimal, Refusal> {
        let Some(column) = column else { return Ok(Decimal::new(0, 0)) };
        let size = self.number(column, Reason::BadSize)?.unwrap_or(Decimal::new(0, 0));
        if size.mantissa < 0 { Err(Refusal { reason: Reason::BadSize, column: Some(column) }) } else { Ok(size) }
    }

    fn number(&self, column: usize, bad: Reason) -> Result<Option<Decimal>, Refusal> {
        let cell = self.cells.get(column);
        match number::parse(cell, self.layout.mark(column)) {
            Ok(number) => Ok(Some(number)),
            Err(_) if number::is_blank(cell) => Ok(None),
            Err(DecimalError::NotANumber) => Err(Refusal { reason: bad, column: Some(column) }),
            Err(DecimalError::TooManyDigits) => Err(Refusal { reason: Reason::TooManyDigits, column: Some(column) }),
        }
    }

    fn side(&self, column: Option<SideColumn>) -> Option<Side> {
        let SideColumn { column, is_maker } = column?;
        side(self.cells.get(column).as_bytes(), is_maker)
    }
}

/// Whether a cell may be a symbol.
pub fn is_symbol(cell: &str) -> bool {
    let is_fine = || cell.bytes().all(|b| b.is_ascii_graphic()) || cell.chars().all(|c| is_plain(c) && c != '\u{fffd}');
    !cell.is_empty() && cell.len() <= MAX_SYMBOL_BYTES && is_fine()
}

/// The aggressor that a cell tells, where it tells one; `is_maker` where true means that the buyer stood in the book.
pub fn side(cell: &[u8], is_maker: bool) -> Option<Side> {
    if is_maker {
        return (!cell.is_empty()).then(|| if is_true(cell) { Side::Sell } else { Side::Buy });
    }
    aggressor(cell)
}

/// Which side a word means, where it means one.
fn aggressor(cell: &[u8]) -> Option<Side> {
    const BUY: [&str; 5] = ["buy", "b", "bid", "buyer", "1"];
    const SELL: [&str; 6] = ["sell", "s", "ask", "a", "seller", "-1"];
    let is = |words: &[&str]| words.iter().any(|word| cell.eq_ignore_ascii_case(word.as_bytes()));
    match cell.first()? {
        b'b' | b'B' | b'1' => is(&BUY).then_some(Side::Buy),
        b's' | b'S' | b'a' | b'A' | b'-' => is(&SELL).then_some(Side::Sell),
        _ => None,
    }
}

fn is_true(cell: &[u8]) -> bool {
    cell == b"1" || cell.eq_ignore_ascii_case(b"true") || cell.eq_ignore_ascii_case(b"t")
}

/// Whether a level is a bid; `None` where that is not said.
fn book_side(cell: &str) -> Option<bool> {
    let is = |words: &[&str]| words.iter().any(|word| cell.eq_ignore_ascii_case(word));
    if is(&["bid", "b", "buy"]) { Some(true) } else { is(&["ask", "a", "sell", "s", "offer"]).then_some(false) }
}

impl BarValues {
    fn is_sound(&self) -> bool {
        let within = |price| number::compare(self.low, price).is_le() && number::compare(price, self.high).is_le();
        within(self.open) && within(self.close)
    }
}

//! One row of a file: its cells as a time, a symbol and exact numbers, or why it is refused.
//!
//! Knows nothing of the rows around it. That a number fits its symbol's tick size is told in `place`.

use std::io::BufRead;
use std::sync::Arc;

use super::cells::Cells;
use super::columns::Shape;
use super::error::{Problem, is_plain};
use super::lines::{Fit, Lines};
use super::number;
use super::open::read_problem;
use super::report::{Reason, Refusal};
use super::sniff::Layout;
use super::times::{self, Moment};
use crate::market::{Decimal, DecimalError, Side};

/// A longer symbol is no symbol but another column.
const MAX_SYMBOL_BYTES: usize = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row<'a> {
    pub moment: Moment,
    /// `None` where the file has no symbol column.
    pub symbol: Option<&'a str>,
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

/// The rows of a file, one at a time.
pub struct Rows<R> {
    lines: Lines<R>,
    layout: Arc<Layout>,
    cells: Cells,
    split: Result<(), Refusal>,
}

impl<R: BufRead> Rows<R> {
    /// Reads on from the beginning of a file.
    pub fn new(lines: Lines<R>, layout: Arc<Layout>) -> Self {
        Self { lines, layout, cells: Cells::default(), split: Ok(()) }
    }

    /// Goes to the next row; false at the end of the file. Lines that are blank are no rows.
    ///
    /// # Errors
    /// When the file cannot be read any further.
    pub fn advance(&mut self) -> Result<bool, Problem> {
        while let Some(fit) = self.lines.advance().map_err(|e| read_problem(e, self.lines.number()))? {
            if self.lines.number() > self.layout.header_line && !self.lines.text().trim_ascii().is_empty() {
                self.split = self.split(fit);
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn split(&mut self, fit: Fit) -> Result<(), Refusal> {
        let refuse = |reason| Refusal { reason, column: None };
        if fit == Fit::TooLong {
            return Err(refuse(Reason::TooLong));
        }
        let text = std::str::from_utf8(self.lines.text()).map_err(|_| refuse(Reason::NotUtf8))?;
        self.cells.split(text, self.layout.delimiter).map_err(|_| refuse(Reason::OpenQuote))?;
        let width = self.layout.width;
        // Some writers end each row with a delimiter.
        let surplus_is_blank = || (width..self.cells.len()).all(|index| self.cells.get(index).is_empty());
        if self.cells.len() < width || !surplus_is_blank() {
            return Err(refuse(Reason::Width));
        }
        Ok(())
    }

    /// Reads the row that was gone to.
    ///
    /// # Errors
    /// Why it cannot be played.
    pub fn read(&self) -> Result<Row<'_>, Refusal> {
        self.split?;
        Ok(Row { moment: self.moment()?, symbol: self.symbol()?, values: self.values()? })
    }

    pub const fn line(&self) -> u64 {
        self.lines.number()
    }

    /// The text that a refusal is about.
    pub fn text_of(&self, refusal: Refusal) -> &[u8] {
        refusal.column.map_or(self.lines.text(), |column| self.cells.get(column).as_bytes())
    }

    fn moment(&self) -> Result<Moment, Refusal> {
        let cell = self.cells.get(self.layout.time);
        let moment = match self.layout.clock {
            Some(clock) => times::parse_date_and_clock(cell, self.cells.get(clock)),
            None => self.layout.time_format.parse(cell),
        };
        moment.ok_or(Refusal { reason: Reason::BadTime, column: Some(self.layout.time) })
    }

    fn symbol(&self) -> Result<Option<&str>, Refusal> {
        let Some(column) = self.layout.symbol else { return Ok(None) };
        let symbol = self.cells.get(column);
        if symbol.is_empty() || symbol.len() > MAX_SYMBOL_BYTES || !symbol.chars().all(is_plain) {
            return Err(Refusal { reason: Reason::BadSymbol, column: Some(column) });
        }
        Ok(Some(symbol))
    }

    fn values(&self) -> Result<Values, Refusal> {
        match self.layout.shape {
            Shape::Bars { open, high, low, close, volume } => {
                let price =
                    |column| self.price(column)?.ok_or(Refusal { reason: Reason::NoPrice, column: Some(column) });
                let (open, high, low, close) = (price(open)?, price(high)?, price(low)?, price(close)?);
                let bar = BarValues { open, high, low, close, volume: self.size(volume)? };
                if bar.is_sound() {
                    Ok(Values::Bar(bar))
                } else {
                    Err(Refusal { reason: Reason::BarOutOfRange, column: None })
                }
            }
            Shape::Ticks { price, size, side, bid, ask, bid_size, ask_size } => {
                let trade = match self.price_at(price)? {
                    Some(price) => Some(TradeValues { price, size: self.size(size)?, side: self.side(side) }),
                    None => None,
                };
                let quote = match (self.price_at(bid)?, self.price_at(ask)?) {
                    (None, None) => None,
                    (bid, ask) => Some(self.quote((bid, bid_size), (ask, ask_size))?),
                };
                if trade.is_none() && quote.is_none() {
                    return Err(Refusal { reason: Reason::NoPrice, column: price.or(bid).or(ask) });
                }
                Ok(Values::Ticks { trade, quote })
            }
        }
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

    fn price_at(&self, column: Option<usize>) -> Result<Option<Decimal>, Refusal> {
        column.map_or(Ok(None), |column| self.price(column))
    }

    fn price(&self, column: usize) -> Result<Option<Decimal>, Refusal> {
        self.number(column, Reason::BadPrice)
    }

    /// A size that is not told is zero.
    fn size(&self, column: Option<usize>) -> Result<Decimal, Refusal> {
        let Some(column) = column else { return Ok(Decimal::new(0, 0)) };
        let size = self.number(column, Reason::BadSize)?.unwrap_or(Decimal::new(0, 0));
        if size.mantissa < 0 { Err(Refusal { reason: Reason::BadSize, column: Some(column) }) } else { Ok(size) }
    }

    fn number(&self, column: usize, bad: Reason) -> Result<Option<Decimal>, Refusal> {
        let cell = self.cells.get(column);
        match number::parse(cell) {
            Ok(number) => Ok(Some(number)),
            Err(_) if number::is_blank(cell) => Ok(None),
            Err(DecimalError::NotANumber) => Err(Refusal { reason: bad, column: Some(column) }),
            Err(DecimalError::TooManyDigits) => Err(Refusal { reason: Reason::TooManyDigits, column: Some(column) }),
        }
    }

    fn side(&self, column: Option<usize>) -> Option<Side> {
        const BUY: [&str; 3] = ["buy", "b", "bid"];
        const SELL: [&str; 4] = ["sell", "s", "ask", "a"];
        let cell = self.cells.get(column?);
        let is = |words: &[&str]| words.iter().any(|word| cell.eq_ignore_ascii_case(word));
        if is(&BUY) { Some(Side::Buy) } else { is(&SELL).then_some(Side::Sell) }
    }
}

impl BarValues {
    fn is_sound(&self) -> bool {
        let within = |price| number::compare(self.low, price).is_le() && number::compare(price, self.high).is_le();
        within(self.open) && within(self.close)
    }
}

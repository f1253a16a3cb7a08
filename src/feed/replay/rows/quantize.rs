//! Rows on the grid of their instrument: exact decimals become counts of tick sizes and lot steps.

use super::values::{BarValues, LevelChange, LevelValues, QuoteValues, RowValues, TradeValues};
use crate::feed::replay::parse::number::TENS;
use crate::market::{Decimal, Increment, InstrumentId, Price, Quote, Size, Tick, TickKind, Timestamp, Trade};

/// A row ready to play.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuantizedRow {
    pub ts: Timestamp,
    /// The index of the symbol within its file.
    pub symbol: u32,
    pub body: RowBody,
}

/// The numbers of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowBody {
    Bar(QuantizedBar),
    Ticks {
        trade: Option<Trade>,
        quote: Option<Quote>,
    },
    Level(QuantizedLevel),
    /// One more level of both sides of the book of the row before; `nth` counts from 1.
    Behind {
        nth: u8,
        levels: Quote,
    },
}

/// The new size of a level of an order book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuantizedLevel {
    pub is_bid: bool,
    pub price: Price,
    /// Zero removes the level.
    pub size: Size,
    pub change: LevelChange,
}

/// The numbers of a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuantizedBar {
    pub open: Price,
    pub high: Price,
    pub low: Price,
    pub close: Price,
    pub volume: Size,
}

/// The tick size and the lot step of an instrument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    pub price: Increment,
    pub size: Increment,
}

impl Grid {
    /// Counts the numbers of a row; `None` where a count does not fit 64 bits.
    pub fn quantize(&self, values: &RowValues) -> Option<RowBody> {
        match values {
            RowValues::Bar(bar) => self.bar(bar).map(RowBody::Bar),
            RowValues::Ticks { trade, quote } => {
                let trade = trade.as_ref().map(|trade| self.trade(trade));
                let quote = quote.as_ref().map(|quote| self.quote(quote));
                Some(RowBody::Ticks { trade: transpose(trade)?, quote: transpose(quote)? })
            }
            RowValues::Level(level) => self.level(level).map(RowBody::Level),
            RowValues::Behind { nth, levels } => Some(RowBody::Behind { nth: *nth, levels: self.quote(levels)? }),
            RowValues::Message { .. } => Some(RowBody::Ticks { trade: None, quote: None }),
        }
    }

    fn bar(&self, bar: &BarValues) -> Option<QuantizedBar> {
        let (open, high) = (self.price(bar.open)?, self.price(bar.high)?);
        let (low, close) = (self.price(bar.low)?, self.price(bar.close)?);
        Some(QuantizedBar { open, high, low, close, volume: self.size(bar.volume)? })
    }

    /// Counts the numbers of a trade.
    pub fn trade(&self, trade: &TradeValues) -> Option<Trade> {
        Some(Trade { price: self.price(trade.price)?, size: self.size(trade.size)?, side: trade.side })
    }

    /// Counts the numbers of a quote.
    pub fn quote(&self, quote: &QuoteValues) -> Option<Quote> {
        Some(Quote {
            bid: transpose(quote.bid.map(|bid| self.price(bid)))?,
            ask: transpose(quote.ask.map(|ask| self.price(ask)))?,
            bid_size: self.size(quote.bid_size)?,
            ask_size: self.size(quote.ask_size)?,
        })
    }

    fn level(&self, level: &LevelValues) -> Option<QuantizedLevel> {
        let LevelValues { is_bid, price, size, change } = *level;
        Some(QuantizedLevel { is_bid, price: self.price(price)?, size: self.size(size)?, change })
    }

    fn price(&self, value: Decimal) -> Option<Price> {
        count(self.price, value).map(Price)
    }

    fn size(&self, value: Decimal) -> Option<Size> {
        u64::try_from(count(self.size, value)?).ok().map(Size)
    }
}

/// Counts the steps of a number. A number finer than the grid is rounded to the nearest step: the grid is coarser only
/// where the numbers together have more digits than 64 bits hold.
fn count(grid: Increment, value: Decimal) -> Option<i64> {
    if value.decimals <= grid.decimals() && grid.as_decimal().mantissa == 1 {
        let factor = *TENS.get(usize::from(grid.decimals() - value.decimals))?;
        return value.mantissa.checked_mul(i64::try_from(factor).ok()?);
    }
    if value.decimals <= grid.decimals() {
        return grid.count(value);
    }
    let factor = 10i64.checked_pow(u32::from(value.decimals - grid.decimals()))?;
    let (whole, rest) = (value.mantissa / factor, value.mantissa % factor);
    Some(whole + if rest.abs() >= factor - factor / 2 { rest.signum() } else { 0 })
}

/// Turns a part that may be absent, and whose numbers may not fit, inside out.
fn transpose<T>(part: Option<Option<T>>) -> Option<Option<T>> {
    match part {
        None => Some(None),
        Some(inner) => inner.map(Some),
    }
}

/// The ticks of a row that is no bar. The quote comes first: the trade was done against it.
pub fn ticks(
    instrument: InstrumentId,
    ts: Timestamp,
    trade: Option<Trade>,
    quote: Option<Quote>,
) -> impl Iterator<Item = Tick> {
    let kinds = quote.map(TickKind::Quote).into_iter().chain(trade.map(TickKind::Trade));
    kinds.map(move |kind| Tick { instrument, ts, kind })
}

//! Rows placed on the grid of their instrument: exact decimals become counts of tick sizes and lot steps.

use super::plain::TENS;
use super::row::{BarValues, LevelValues, QuoteValues, TradeValues, Values};
use crate::market::{Decimal, Increment, InstrumentId, Price, Quote, Size, Tick, TickKind, Timestamp, Trade};

/// A row ready to play.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    pub ts: Timestamp,
    /// The symbol's index within its file.
    pub symbol: u32,
    pub body: Body,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    Bar(PlacedBar),
    Ticks { trade: Option<Trade>, quote: Option<Quote> },
    Level(PlacedLevel),
}

/// A level of an order book as it is from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlacedLevel {
    pub is_bid: bool,
    pub price: Price,
    /// Nothing: the level is gone.
    pub size: Size,
    pub is_snapshot: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlacedBar {
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
    /// Places a row's numbers; `None` when one does not fit 64 bits at this grid.
    pub fn place(&self, values: &Values) -> Option<Body> {
        match values {
            Values::Bar(bar) => self.bar(bar).map(Body::Bar),
            Values::Ticks { trade, quote } => {
                let trade = trade.as_ref().map(|trade| self.trade(trade));
                let quote = quote.as_ref().map(|quote| self.quote(quote));
                // An outer `None` is a part that the row has not, an inner one a number that does not fit.
                Some(Body::Ticks { trade: flip(trade)?, quote: flip(quote)? })
            }
            Values::Level(level) => self.level(level).map(Body::Level),
            Values::Message { .. } => Some(Body::Ticks { trade: None, quote: None }),
        }
    }

    fn bar(&self, bar: &BarValues) -> Option<PlacedBar> {
        let (open, high) = (self.price(bar.open)?, self.price(bar.high)?);
        let (low, close) = (self.price(bar.low)?, self.price(bar.close)?);
        Some(PlacedBar { open, high, low, close, volume: self.size(bar.volume)? })
    }

    pub fn trade(&self, trade: &TradeValues) -> Option<Trade> {
        Some(Trade { price: self.price(trade.price)?, size: self.size(trade.size)?, side: trade.side })
    }

    pub fn quote(&self, quote: &QuoteValues) -> Option<Quote> {
        Some(Quote {
            bid: flip(quote.bid.map(|bid| self.price(bid)))?,
            ask: flip(quote.ask.map(|ask| self.price(ask)))?,
            bid_size: self.size(quote.bid_size)?,
            ask_size: self.size(quote.ask_size)?,
        })
    }

    fn level(&self, level: &LevelValues) -> Option<PlacedLevel> {
        let LevelValues { is_bid, price, size, is_snapshot } = *level;
        Some(PlacedLevel { is_bid, price: self.price(price)?, size: self.size(size)?, is_snapshot })
    }

    fn price(&self, value: Decimal) -> Option<Price> {
        count(self.price, value).map(Price)
    }

    fn size(&self, value: Decimal) -> Option<Size> {
        u64::try_from(count(self.size, value)?).ok().map(Size)
    }
}

/// How many steps a number is, rounded to the nearest where it is finer: only numbers with more digits than 64
/// bits hold together have such a grid.
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

fn flip<T>(part: Option<Option<T>>) -> Option<Option<T>> {
    match part {
        None => Some(None),
        Some(inner) => inner.map(Some),
    }
}

/// The ticks of a row that is no bar: the quote first, for the trade was done against it.
pub fn ticks(
    instrument: InstrumentId,
    ts: Timestamp,
    trade: Option<Trade>,
    quote: Option<Quote>,
) -> impl Iterator<Item = Tick> {
    let kinds = quote.map(TickKind::Quote).into_iter().chain(trade.map(TickKind::Trade));
    kinds.map(move |kind| Tick { instrument, ts, kind })
}

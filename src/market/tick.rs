//! One market event: a trade or a quote.

use super::instrument::InstrumentId;
use super::price::{Price, Size};
use super::time::Timestamp;

/// Who was the aggressor of a trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Buy,
    Sell,
}

impl Side {
    pub const fn label(self) -> &'static str {
        match self {
            Self::Buy => "buy",
            Self::Sell => "sell",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trade {
    pub price: Price,
    pub size: Size,
    pub side: Option<Side>,
}

/// The whole top of the book: a missing side means that nobody quotes there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quote {
    pub bid: Option<Price>,
    pub ask: Option<Price>,
    pub bid_size: Size,
    pub ask_size: Size,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TickKind {
    Trade(Trade),
    Quote(Quote),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tick {
    pub instrument: InstrumentId,
    /// When it happened in the market.
    pub ts: Timestamp,
    pub kind: TickKind,
}

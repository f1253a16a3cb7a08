//! What is traded: the facts of an instrument that do not change while a feed runs.

use super::price::{Decimal, Increment, Price};
use super::time::Interval;

/// The small index of an instrument within one epoch's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstrumentId(pub u32);

impl InstrumentId {
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AssetClass {
    Stock,
    Index,
    Crypto,
    Fx,
    /// A replayed file does not say.
    Unknown,
}

impl AssetClass {
    pub const fn label(self) -> &'static str {
        match self {
            Self::Stock => "stock",
            Self::Index => "index",
            Self::Crypto => "crypto",
            Self::Fx => "fx",
            Self::Unknown => "unknown",
        }
    }
}

/// Which price makes `last`, the bars and the day statistics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PriceBasis {
    /// Trade prices.
    Trade,
    /// The best bid: FX and other tapes of quotes alone, as FX charts are drawn by custom.
    Bid,
}

impl PriceBasis {
    pub const fn label(self) -> &'static str {
        match self {
            Self::Trade => "trade",
            Self::Bid => "bid",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instrument {
    /// The ticker, unique within a feed, as the source writes it.
    pub symbol: String,
    /// The full name; empty when the source has none.
    pub name: String,
    pub class: AssetClass,
    /// The tick size.
    pub price_increment: Increment,
    /// The digits after the point that its prices usually have; a price that needs more is written with more.
    pub price_digits: u8,
    /// The lot step.
    pub size_increment: Increment,
    pub basis: PriceBasis,
    /// Set when the ticks were made from bars of this length and are not the market's own.
    pub synthesised_from: Option<Interval>,
}

impl Instrument {
    /// A price as it is written: exact, with at least the usual digits.
    pub fn price(&self, price: Price) -> Decimal {
        self.price_increment.price(price).shorten(self.price_digits)
    }
}

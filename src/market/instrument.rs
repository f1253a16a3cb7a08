//! What is traded: the facts of an instrument that do not change while a feed runs.

use super::price::Increment;
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
    /// The lot step.
    pub size_increment: Increment,
    pub basis: PriceBasis,
    /// Set when the ticks were made from bars of this length and are not the market's own.
    pub synthesised_from: Option<Interval>,
}

//! Instruments: the facts about a symbol that do not change while a feed runs.

use strum::IntoStaticStr;

use super::price::{Decimal, Increment, Price};
use super::time::Interval;

/// The index of an instrument in the list of an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstrumentId(pub u32);

impl InstrumentId {
    /// Returns the place in the list.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// The asset class of an instrument.
#[derive(Clone, Copy, Debug, Hash, IntoStaticStr, PartialEq, Eq)]
#[strum(const_into_str, serialize_all = "snake_case")]
pub enum AssetClass {
    Stock,
    Index,
    Crypto,
    Fx,
    /// Not known, as in most replayed files.
    Unknown,
}

impl AssetClass {
    /// Returns the name on the wire.
    pub const fn label(self) -> &'static str {
        self.into_str()
    }
}

/// The price that makes `last`, the bars and the day statistics.
#[derive(Clone, Copy, Debug, IntoStaticStr, PartialEq, Eq)]
#[strum(const_into_str, serialize_all = "snake_case")]
pub enum PriceBasis {
    /// Trade prices.
    Trade,
    /// The best bid, for sources with quotes alone. FX charts are drawn from the bid by custom.
    Bid,
}

impl PriceBasis {
    /// Returns the name on the wire.
    pub const fn label(self) -> &'static str {
        self.into_str()
    }
}

/// The facts of one symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instrument {
    /// The ticker, unique within a feed, as the source writes it.
    pub symbol: String,
    /// The full name; empty when the source has none.
    pub name: String,
    pub class: AssetClass,
    /// The tick size.
    pub price_increment: Increment,
    /// The usual number of digits after the point. A price that needs more is written with more.
    pub price_digits: u8,
    /// The lot step.
    pub size_increment: Increment,
    pub basis: PriceBasis,
    /// The length of the bars that its ticks were made from, where they are not the market's own ticks.
    pub synthesised_from: Option<Interval>,
}

impl Instrument {
    /// Returns a price as an exact decimal with at least the usual digits.
    pub fn price(&self, price: Price) -> Decimal {
        self.price_increment.price(price).shorten(self.price_digits)
    }
}

//! An instrument as the simulator lists it.

use std::borrow::Cow;

use crate::feed::sim::model::parameters::Model;
use crate::feed::sim::model::sector::Sector;
use crate::market::{AssetClass, Increment, Instrument, Price, PriceBasis, Size};

/// What the simulator knows of an instrument before it trades.
#[derive(Clone, Debug)]
pub struct Listing {
    pub sector: Sector,
    pub symbol: Cow<'static, str>,
    pub name: Cow<'static, str>,
    /// Where the history ends and the tape begins.
    pub price: Price,
    pub price_increment: Increment,
    pub size_increment: Increment,
    /// The lot steps in one unit of the class's size table.
    pub unit: u64,
    /// Yearly volatility of the price; 0.2 is 20 %.
    pub volatility: f64,
    /// The mean distance from bid to ask, in tick sizes.
    pub spread_ticks: f64,
    /// Ticks a second in the mean of a day.
    pub per_second: f64,
    /// How closely it follows its class: 1 is usual, below 0 against it.
    pub beta: f64,
}

impl Listing {
    pub const fn class(&self) -> AssetClass {
        self.sector.class()
    }

    pub const fn model(&self) -> &'static Model {
        Model::of(self.class())
    }

    pub const fn basis(&self) -> PriceBasis {
        match self.class() {
            AssetClass::Fx => PriceBasis::Bid,
            _ => PriceBasis::Trade,
        }
    }

    pub fn instrument(&self) -> Instrument {
        Instrument {
            symbol: self.symbol.clone().into_owned(),
            name: self.name.clone().into_owned(),
            class: self.class(),
            price_increment: self.price_increment,
            price_digits: self.price_increment.decimals(),
            size_increment: self.size_increment,
            basis: self.basis(),
            synthesised_from: None,
        }
    }

    /// The standard deviation of the relative price move of one second, in the mean of a day.
    pub fn sigma(&self) -> f64 {
        self.volatility / self.model().year.sqrt()
    }

    /// The same of one trading day.
    pub fn day_sigma(&self) -> f64 {
        self.sigma() * self.model().day.sqrt()
    }

    /// Events a second that begin ticks: orders and quote revisions, or quotes alone.
    pub fn events_per_second(&self) -> f64 {
        self.per_second / self.model().flow.ticks_per_event
    }

    /// Trades a second; 0 for classes of quotes alone.
    pub fn trades_per_second(&self) -> f64 {
        match self.basis() {
            PriceBasis::Trade => self.orders_per_second() * self.model().flow.prints_per_order(),
            PriceBasis::Bid => 0.0,
        }
    }

    /// Aggressive orders a second; 0 for classes of quotes alone.
    pub fn orders_per_second(&self) -> f64 {
        match self.basis() {
            PriceBasis::Trade => self.events_per_second() / (1.0 + self.model().flow.quotes_per_order),
            PriceBasis::Bid => 0.0,
        }
    }

    pub const fn size(&self, units: u64) -> Size {
        Size(units.saturating_mul(self.unit))
    }
}

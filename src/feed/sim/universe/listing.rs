//! An instrument as the simulator lists it: its facts, and the traits that its moves follow from.

use std::borrow::Cow;

use crate::feed::sim::model::parameters::Model;
use crate::feed::sim::model::sector::Sector;
use crate::market::{AssetClass, Increment, Instrument, Price, PriceBasis, Size};

/// A listed instrument.
#[derive(Clone, Debug)]
pub struct Listing {
    pub sector: Sector,
    pub symbol: Cow<'static, str>,
    pub name: Cow<'static, str>,
    /// The price at which the history ends and the market begins.
    pub price: Price,
    pub price_increment: Increment,
    pub size_increment: Increment,
    /// The number of lot steps in one unit of the class's size table.
    pub unit: u64,
    /// The yearly volatility of the price; 0.2 is 20 %.
    pub volatility: f64,
    /// The mean distance from bid to ask, in tick sizes.
    pub spread_ticks: f64,
    /// The mean number of ticks a second over a day.
    pub per_second: f64,
    /// The share of its class's moves that it follows: 1 is usual, and below 0 it moves against them.
    pub beta: f64,
}

impl Listing {
    /// Returns the class, which is that of the sector.
    pub const fn class(&self) -> AssetClass {
        self.sector.class()
    }

    /// Returns the numbers of the class.
    pub const fn model(&self) -> &'static Model {
        Model::of(self.class())
    }

    /// Returns the price that makes bars: FX has quotes alone.
    pub const fn basis(&self) -> PriceBasis {
        match self.class() {
            AssetClass::Fx => PriceBasis::Bid,
            _ => PriceBasis::Trade,
        }
    }

    /// Returns the instrument as the market knows it.
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

    /// Returns the standard deviation of the relative price move of one second, as the mean of a day.
    pub fn sigma(&self) -> f64 {
        self.volatility / self.model().year.sqrt()
    }

    /// Returns the standard deviation of the relative price move of one trading day.
    pub fn day_sigma(&self) -> f64 {
        self.sigma() * self.model().day.sqrt()
    }

    /// Returns the events a second: orders and quote revisions, or revisions alone.
    pub fn events_per_second(&self) -> f64 {
        self.per_second / self.model().flow.ticks_per_event
    }

    /// Returns the trades a second; 0 for a class of quotes alone.
    pub fn trades_per_second(&self) -> f64 {
        match self.basis() {
            PriceBasis::Trade => self.orders_per_second() * self.model().flow.prints_per_order(),
            PriceBasis::Bid => 0.0,
        }
    }

    /// Returns the aggressive orders a second; 0 for a class of quotes alone.
    pub fn orders_per_second(&self) -> f64 {
        match self.basis() {
            PriceBasis::Trade => self.events_per_second() / (1.0 + self.model().flow.quotes_per_order),
            PriceBasis::Bid => 0.0,
        }
    }

    /// Returns a number of units as a size.
    pub const fn size(&self, units: u64) -> Size {
        Size(units.saturating_mul(self.unit))
    }
}

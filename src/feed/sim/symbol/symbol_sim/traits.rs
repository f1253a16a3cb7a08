//! The traits of one symbol, from its listing and its class's model.

use super::{ClassTables, JUMP_SECONDS};
use crate::feed::sim::model::parameters::Model;
use crate::feed::sim::model::rng::SimRng;
use crate::feed::sim::symbol::arrivals::branching;
use crate::feed::sim::universe::listing::Listing;
use crate::market::InstrumentId;
use libm::{exp, log};

/// The mean square of a standardised return that is cut at 4 deviations. Measured.
const STIRRED: f64 = 0.45;

/// The values that stay the same while the symbol is simulated.
#[derive(Clone, Debug)]
pub struct Traits {
    pub id: InstrumentId,
    pub listing: Listing,
    /// The standard deviation of one second's return.
    pub sigma: f64,
    pub class_load: f64,
    pub sector_load: f64,
    /// Seconds until a common move is priced.
    pub absorption: f64,
    /// Baseline events a second.
    pub events: f64,
    /// The most baseline events a second.
    pub most_rate: f64,
    pub is_order: f64,
    /// A trade's surprise in the log price; variance a second of what is neither shared nor made by trades; the
    /// mean size of a micro-jump.
    pub impact: f64,
    pub diffusion: f64,
    pub jump: f64,
    pub spread: f64,
}

impl Traits {
    pub fn new(id: InstrumentId, listing: &Listing, tables: &ClassTables, most_ticks: usize, rng: &mut SimRng) -> Self {
        let Model { returns, flow, .. } = tables.model;
        let (least, most) = returns.absorption;
        let absorption = exp(log(least) + log(most / least) * rng.uniform());
        let class_share = (returns.class_share * listing.beta * listing.beta).min(0.97 - returns.sector_share);
        let own = 1.0 - class_share - returns.sector_share;
        let (sigma, orders) = (listing.sigma(), listing.orders_per_second());
        let events = listing.events_per_second();
        // 0.85 is the mean square of a surprise times the mean square of the impact of a size.
        let impact = if orders > 0.0 { sigma * (returns.impact * own / (orders * 0.85)).sqrt() } else { 0.0 };
        Self {
            id,
            sigma,
            class_load: class_share.sqrt().copysign(listing.beta),
            sector_load: returns.sector_share.sqrt(),
            absorption,
            events: events * (1.0 - branching(&flow.kernels)) / (1.0 - flow.reaction + flow.reaction * STIRRED),
            most_rate: most_ticks as f64 / flow.ticks_per_event * (1.0 - branching(&flow.kernels)),
            is_order: orders / events,
            impact,
            diffusion: sigma * sigma * own * (1.0 - returns.impact - returns.jumps),
            jump: sigma * (returns.jumps * own * JUMP_SECONDS / 2.0).sqrt(),
            spread: listing.spread_ticks,
            listing: listing.clone(),
        }
    }
}

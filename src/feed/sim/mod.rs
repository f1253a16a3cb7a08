//! The market simulator: an endless tape of some forty instruments from a seed.
//!
//! Invariants: the same configuration gives the same tape; a symbol's tape is a function of (seed, symbol,
//! start) whichever others are listed; ticks come in order of time, then of instrument; no wall clock.
//!
//! Not here: when a tick is due (`pace`), the market that ticks make (`market`).

mod activity;
mod history;
mod stream;
#[cfg(test)]
mod tests;
mod universe;
mod walk;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use self::universe::{LISTINGS, Listing};
use self::walk::Walk;
use super::{Source, SourceError, SourceInfo};
use crate::market::{HistoryBar, InstrumentId, SourceKind, Speed, Tick, Timestamp};

/// What is simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SimConfig {
    pub seed: u64,
    /// Market time at which the tape begins.
    pub start: Timestamp,
    /// How many instruments, from 1 to [`SimConfig::MAX_SYMBOLS`]; other numbers are brought into that range.
    pub symbols: usize,
}

impl SimConfig {
    pub const DEFAULT_SEED: u64 = 7;
    pub const MAX_SYMBOLS: usize = LISTINGS.len();

    /// All instruments from `start` on, with the default seed.
    pub const fn new(start: Timestamp) -> Self {
        Self { seed: Self::DEFAULT_SEED, start, symbols: Self::MAX_SYMBOLS }
    }
}

/// The simulator as a [`Source`].
#[derive(Debug)]
pub struct Simulator {
    info: SourceInfo,
    seed: u64,
    listings: Vec<&'static Listing>,
    walks: Vec<Walk>,
    /// The next tick of each instrument, soonest first.
    due: BinaryHeap<Reverse<(Timestamp, InstrumentId)>>,
}

impl Simulator {
    pub fn new(config: &SimConfig) -> Self {
        let listings = choose(config.symbols);
        let info = SourceInfo {
            kind: SourceKind::Simulation,
            name: name(listings.len(), config.seed),
            instruments: listings.iter().map(|listing| listing.instrument()).collect(),
            seed: Some(config.seed),
            start: config.start,
            end: None,
            speed: Speed::Times(1.0),
            speed_reason: String::new(),
            rows_refused: 0,
        };
        let mut simulator = Self { info, seed: config.seed, listings, walks: Vec::new(), due: BinaryHeap::new() };
        simulator.restart();
        simulator
    }

    fn restart(&mut self) {
        let (seed, start) = (self.seed, self.info.start);
        self.walks = numbered(&self.listings).map(|(id, listing)| Walk::new(id, listing, seed, start)).collect();
        self.due = self.walks.iter().zip(0..).map(|(walk, n)| Reverse((walk.next_ts(), InstrumentId(n)))).collect();
    }

    fn advance(&mut self) -> Option<Tick> {
        let mut soonest = self.due.peek_mut()?;
        let Reverse((_, id)) = *soonest;
        let walk = &mut self.walks[id.index()];
        let tick = walk.advance();
        *soonest = Reverse((walk.next_ts(), id));
        Some(tick)
    }
}

impl Source for Simulator {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn history(&mut self) -> Vec<HistoryBar> {
        let start = self.info.start;
        let mut bars = Vec::with_capacity(self.listings.len() * history::len(start));
        for (id, listing) in numbered(&self.listings) {
            history::extend(&mut bars, id, listing, self.seed, start);
        }
        bars
    }

    fn next_tick(&mut self) -> Result<Option<Tick>, SourceError> {
        Ok(self.advance())
    }

    fn rewind(&mut self) -> Result<(), SourceError> {
        self.restart();
        Ok(())
    }
}

/// `count` listings at even distances, so that a short list too has something of each group.
fn choose(count: usize) -> Vec<&'static Listing> {
    let count = count.clamp(1, LISTINGS.len());
    (0..count).map(|n| &LISTINGS[n * LISTINGS.len() / count]).collect()
}

fn numbered<'a>(listings: &'a [&'static Listing]) -> impl Iterator<Item = (InstrumentId, &'static Listing)> + 'a {
    (0..).map(InstrumentId).zip(listings.iter().copied())
}

fn name(instruments: usize, seed: u64) -> String {
    let plural = if instruments == 1 { "" } else { "s" };
    format!("{instruments} instrument{plural}, seed {seed}")
}

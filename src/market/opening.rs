//! The start of an epoch: instruments and their past.

use std::sync::Arc;

use super::bar::Bar;
use super::depth::Levels;
use super::instrument::{Instrument, InstrumentId};
use super::time::{Interval, Timestamp};

/// Everything that a market knows before its first tick.
#[derive(Clone, Debug)]
pub struct MarketOpening {
    /// The number of the epoch: never used before, not by an earlier process either.
    pub epoch: u64,
    pub instruments: Arc<[Instrument]>,
    /// Bars before the first tick. For one instrument: longer intervals first, then in time order, without overlap.
    pub history: Vec<HistoryBar>,
    /// The model of the levels behind the best bid and ask, where the feed has one.
    pub levels: Levels,
    /// Market time at the start.
    pub start: Timestamp,
}

/// A bar from before the first tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryBar {
    pub instrument: InstrumentId,
    pub interval: Interval,
    pub bar: Bar,
}

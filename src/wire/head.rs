//! The parts of a message about one symbol that both formats share.

use crate::market::{Instrument, InstrumentId, Timestamp};

/// The head of a message about one symbol.
#[derive(Clone, Copy, Debug)]
pub struct SeriesHead<'m> {
    pub epoch: u64,
    /// The server's clock, in microseconds since 1970.
    pub ts_sent: i64,
    pub id: InstrumentId,
    pub instrument: &'m Instrument,
    /// The message begins the series.
    pub snapshot: bool,
}

/// The position of a message's trades among all trades of the symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TradesRange {
    /// Trades before the first one that are no longer kept.
    pub skipped: u64,
    /// The number of the first trade, from 1.
    pub first: u64,
}

/// The ticks that a `depth` message covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DepthRange {
    pub first_seq: u64,
    /// The last tick: the levels are as they were after it.
    pub seq: u64,
    pub ts_event: Option<Timestamp>,
}

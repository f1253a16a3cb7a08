//! Messages about one symbol, in either format: bars, trades and depth.

use super::{EncodedMessage, Format, binary, json};
use crate::market::{Bar, Depth, Instrument, InstrumentId, Interval, Timestamp, Trade};

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

/// A `bars` message; `missed` bars before the first one are no longer kept. A bar comes with the mark of a closed one.
pub fn bars_message<'a>(
    format: Format,
    head: SeriesHead<'_>,
    interval: Interval,
    missed: u64,
    bars: impl Iterator<Item = (&'a Bar, bool)>,
) -> EncodedMessage {
    match format {
        Format::Json => json::bars_message(head, interval, missed, bars).into(),
        Format::Binary => binary::bars_message(head, interval, missed, bars),
    }
}

/// A `trades` message.
pub fn trades_message<'a>(
    format: Format,
    head: SeriesHead<'_>,
    range: TradesRange,
    trades: impl Iterator<Item = &'a (Timestamp, Trade)>,
) -> EncodedMessage {
    match format {
        Format::Json => json::trades_message(head, range, trades).into(),
        Format::Binary => binary::trades_message(head, range, trades),
    }
}

/// A `depth` message.
pub fn depth_message(format: Format, head: SeriesHead<'_>, range: DepthRange, depth: &Depth) -> EncodedMessage {
    match format {
        Format::Json => json::depth_message(head, range, depth).into(),
        Format::Binary => binary::depth_message(head, range, depth),
    }
}

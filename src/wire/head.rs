//! The parts of a message about one symbol that both formats share.

use super::Format;
use crate::market::{Instrument, InstrumentId, Timestamp};

/// The longest message to a client that has not asked for longer ones, in bytes. Go's usual WebSocket library takes no
/// longer one.
pub const MESSAGE_BYTES: usize = 32 * 1024;

/// The least limit of messages that a client can ask for, in bytes.
pub const MIN_MESSAGE_BYTES: usize = 4 * 1024;

/// The clock, the format and the length of a session's next message.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing {
    /// The server's clock, in microseconds since 1970.
    pub ts_sent: i64,
    pub format: Format,
    /// The longest message that the client takes, in bytes.
    pub max_bytes: usize,
}

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
    /// The longest message that the client takes, in bytes. A message has at least one item.
    pub max_bytes: usize,
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

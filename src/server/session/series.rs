//! The channels that each session reads for itself, symbol by symbol: bars, trades and depth.

use crate::fanout::{BarsCursor, DepthCursor, TradesCursor};
use crate::market::{InstrumentId, Market};
use crate::wire::{Channel, EncodedMessage, Outgoing};

/// The position up to which a series was sent.
#[derive(Clone, Copy, Debug)]
pub enum SeriesCursor {
    Bars(BarsCursor),
    Trades(TradesCursor),
    Depth(DepthCursor),
}

impl SeriesCursor {
    /// A cursor at the beginning of a series; `None` for quotes and news, which have none.
    pub const fn new(channel: Channel, id: InstrumentId, history: usize) -> Option<Self> {
        match channel {
            Channel::Quotes | Channel::News => None,
            Channel::Bars(interval) => Some(Self::Bars(BarsCursor::new(id, interval, history))),
            Channel::Trades => Some(Self::Trades(TradesCursor::new(id, history))),
            Channel::Depth => Some(Self::Depth(DepthCursor::new(id))),
        }
    }

    pub const fn id(&self) -> InstrumentId {
        match self {
            Self::Bars(cursor) => cursor.id,
            Self::Trades(cursor) => cursor.id,
            Self::Depth(cursor) => cursor.id,
        }
    }

    pub const fn channel(&self) -> Channel {
        match self {
            Self::Bars(cursor) => Channel::Bars(cursor.interval),
            Self::Trades(_) => Channel::Trades,
            Self::Depth(_) => Channel::Depth,
        }
    }

    /// Items of history in a snapshot.
    pub const fn history(&self) -> usize {
        match self {
            Self::Bars(cursor) => cursor.history,
            Self::Trades(cursor) => cursor.history,
            Self::Depth(_) => 0,
        }
    }

    /// Starts over with a snapshot.
    pub const fn restart(&mut self) {
        match self {
            Self::Bars(cursor) => cursor.restart(),
            Self::Trades(cursor) => cursor.restart(),
            Self::Depth(cursor) => cursor.restart(),
        }
    }

    /// Continues after the last item that a client has.
    pub fn resume(&mut self, market: &Market, last: i64) {
        match self {
            Self::Bars(cursor) => cursor.resume(market, last),
            Self::Trades(cursor) => cursor.resume(market, last),
            Self::Depth(cursor) => cursor.resume(market, last),
        }
    }

    /// Returns whether the last message did not hold all there was.
    pub const fn has_more(&self) -> bool {
        match self {
            Self::Bars(cursor) => cursor.has_more(),
            Self::Trades(cursor) => cursor.has_more(),
            Self::Depth(_) => false,
        }
    }

    /// The next message of the series, if it has something to send.
    pub fn take(&mut self, market: &Market, outgoing: Outgoing) -> Option<EncodedMessage> {
        match self {
            Self::Bars(cursor) => cursor.take(market, outgoing),
            Self::Trades(cursor) => cursor.take(market, outgoing),
            Self::Depth(cursor) => cursor.take(market, outgoing),
        }
    }
}

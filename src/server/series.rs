//! The channels of which each item arrives: bars and trades, behind one face.

use crate::fanout::{BarsCursor, TradesCursor};
use crate::market::{InstrumentId, Market};
use crate::wire::{Channel, Format, Frame};

/// How far a series was sent.
#[derive(Clone, Copy, Debug)]
pub enum SeriesCursor {
    Bars(BarsCursor),
    Trades(TradesCursor),
}

impl SeriesCursor {
    /// `None` for quotes and news, which are no series of a symbol.
    pub const fn new(channel: Channel, id: InstrumentId, history: usize) -> Option<Self> {
        match channel {
            Channel::Quotes | Channel::News => None,
            Channel::Bars(interval) => Some(Self::Bars(BarsCursor::new(id, interval, history))),
            Channel::Trades => Some(Self::Trades(TradesCursor::new(id, history))),
        }
    }

    pub const fn id(&self) -> InstrumentId {
        match self {
            Self::Bars(cursor) => cursor.id,
            Self::Trades(cursor) => cursor.id,
        }
    }

    pub const fn channel(&self) -> Channel {
        match self {
            Self::Bars(cursor) => Channel::Bars(cursor.interval),
            Self::Trades(_) => Channel::Trades,
        }
    }

    /// Items that a snapshot holds.
    pub const fn history(&self) -> usize {
        match self {
            Self::Bars(cursor) => cursor.history,
            Self::Trades(cursor) => cursor.history,
        }
    }

    pub const fn restart(&mut self) {
        match self {
            Self::Bars(cursor) => cursor.restart(),
            Self::Trades(cursor) => cursor.restart(),
        }
    }

    /// Goes on after the item that a client says it has last.
    pub fn resume(&mut self, market: &Market, last: i64) {
        match self {
            Self::Bars(cursor) => cursor.resume(market, last),
            Self::Trades(cursor) => cursor.resume(market, last),
        }
    }

    /// The last message did not hold all there was.
    pub const fn has_more(&self) -> bool {
        match self {
            Self::Bars(cursor) => cursor.has_more(),
            Self::Trades(cursor) => cursor.has_more(),
        }
    }

    pub fn take(&mut self, market: &Market, ts_sent: i64, format: Format) -> Option<Frame> {
        match self {
            Self::Bars(cursor) => cursor.take(market, ts_sent, format),
            Self::Trades(cursor) => cursor.take(market, ts_sent, format),
        }
    }
}

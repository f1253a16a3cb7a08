//! The channels of the stream.

use strum::IntoStaticStr;

use crate::market::Interval;

/// A kind of data that clients subscribe to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Channel {
    Quotes,
    Bars(Interval),
    Trades,
    /// The levels of the order book.
    Depth,
    /// Headlines about the whole market.
    News,
}

impl Channel {
    /// The name on the wire.
    pub fn label(self) -> &'static str {
        self.into()
    }

    /// The name of the interval of bars; `None` for the other channels.
    pub fn interval(self) -> Option<&'static str> {
        match self {
            Self::Bars(interval) => Some(interval.label()),
            Self::Quotes | Self::Trades | Self::Depth | Self::News => None,
        }
    }
}

//! One market event: a trade, a quote, or a step of a change of a recorded book.

use strum::IntoStaticStr;

use super::book::BookEdit;
use super::instrument::InstrumentId;
use super::price::{Price, Size};
use super::time::Timestamp;

/// The side of the aggressor in a trade.
#[derive(Clone, Copy, Debug, IntoStaticStr, PartialEq, Eq)]
#[strum(const_into_str, serialize_all = "snake_case")]
pub enum Side {
    Buy,
    Sell,
}

impl Side {
    /// Returns the name on the wire.
    pub const fn label(self) -> &'static str {
        self.into_str()
    }
}

/// One trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trade {
    pub price: Price,
    pub size: Size,
    pub side: Option<Side>,
}

/// The best bid and ask; a missing side has no quote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quote {
    pub bid: Option<Price>,
    pub ask: Option<Price>,
    pub bid_size: Size,
    pub ask_size: Size,
}

/// The top of the book: the last price and the quote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Top {
    /// The last price of the instrument's basis, from ticks or from history.
    pub last: Option<Price>,
    pub quote: Quote,
}

/// The content of a tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TickKind {
    Trade(Trade),
    Quote(Quote),
    Book(BookEdit),
}

/// One event of the market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tick {
    pub instrument: InstrumentId,
    /// The market time of the event.
    pub ts: Timestamp,
    pub kind: TickKind,
}

impl Tick {
    /// Reports a step of a change of a book: it has no `seq`.
    pub const fn is_book_edit(&self) -> bool {
        matches!(self.kind, TickKind::Book(_))
    }

    /// Reports that the next tick belongs to the same change.
    pub const fn goes_on(&self) -> bool {
        matches!(self.kind, TickKind::Book(BookEdit { goes_on: true, .. }))
    }
}

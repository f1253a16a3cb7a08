//! The values of a row, as exact decimals.

use strum::{EnumCount, FromRepr};

use crate::feed::replay::parse::number;
use crate::feed::replay::schema::FileKind;
use crate::market::{Decimal, Side};

/// The part of a row about one symbol. A row of a wide table has several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowPart<'a> {
    pub symbol: &'a str,
    pub values: RowValues,
}

/// The values of a row about one symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowValues {
    Bar(BarValues),
    /// A trade, a quote, or both.
    Ticks {
        trade: Option<TradeValues>,
        quote: Option<QuoteValues>,
    },
    Level(LevelValues),
    /// One more level of both sides of the book of a row, after its best bid and ask; `nth` counts from 1.
    Behind {
        nth: u8,
        levels: QuoteValues,
    },
    /// A message of an order book that is no trade. It makes no tick.
    Message {
        price: Decimal,
    },
}

/// The values of a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BarValues {
    pub open: Decimal,
    pub high: Decimal,
    pub low: Decimal,
    pub close: Decimal,
    pub volume: Decimal,
}

/// The values of a trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TradeValues {
    pub price: Decimal,
    pub size: Decimal,
    pub side: Option<Side>,
}

/// The values of a quote. A side without a price has no quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuoteValues {
    pub bid: Option<Decimal>,
    pub ask: Option<Decimal>,
    pub bid_size: Decimal,
    pub ask_size: Decimal,
}

/// The values of a change of an order book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LevelValues {
    pub is_bid: bool,
    pub price: Decimal,
    pub size: Decimal,
    pub change: LevelChange,
}

/// The change that a level makes to its order book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumCount, FromRepr)]
#[repr(u8)]
pub enum LevelChange {
    /// The level has a new size; zero removes it.
    Update,
    /// A level of a snapshot, which begins behind the last update.
    Snapshot,
    /// A level of a snapshot, which has all rows of its time.
    Moment,
    /// The only level of its side.
    Top,
    /// The side has no level.
    NoTop,
}

impl RowValues {
    /// The price that reports show for these values where they are the first, or the last, of a file.
    pub fn edge_price(&self, kind: FileKind, is_first: bool) -> Option<Decimal> {
        match self {
            Self::Bar(bar) => Some(if is_first { bar.open } else { bar.close }),
            Self::Ticks { trade, quote } => {
                let trade = trade.map(|trade| trade.price);
                let quote = quote.and_then(|quote| quote.bid.or(quote.ask));
                if matches!(kind, FileKind::Quotes | FileKind::Book) { quote.or(trade) } else { trade.or(quote) }
            }
            Self::Level(level) => (level.change != LevelChange::NoTop).then_some(level.price),
            Self::Message { price } => Some(*price),
            Self::Behind { .. } => None,
        }
    }
}

impl BarValues {
    /// Open and close lie between low and high.
    pub fn is_consistent(&self) -> bool {
        let within = |price| number::compare(self.low, price).is_le() && number::compare(price, self.high).is_le();
        within(self.open) && within(self.close)
    }
}

//! Instruments, ticks and openings for tests, to be changed where it matters.

use std::sync::Arc;

use super::book::{BookEdit, BookStep, DEPTH_LEVELS, Depth, Ladder, Level};
use super::depth::{DepthModel, Levels};
use super::instrument::{AssetClass, Instrument, InstrumentId, PriceBasis};
use super::opening::MarketOpening;
use super::price::{Increment, Price, Size};
use super::tick::{Quote, Tick, TickKind, Trade};
use super::time::Timestamp;

/// A stock with a tick size of 0.01 and a lot step of 1.
pub fn instrument(symbol: &str) -> Instrument {
    Instrument {
        symbol: symbol.into(),
        name: String::new(),
        class: AssetClass::Stock,
        price_increment: Increment::of_decimals(2),
        price_digits: 2,
        size_increment: Increment::of_decimals(0),
        basis: PriceBasis::Trade,
        synthesised_from: None,
    }
}

/// An epoch of stocks without history.
pub fn opening(epoch: u64, symbols: &[&str]) -> MarketOpening {
    let instruments = symbols.iter().map(|symbol| instrument(symbol)).collect();
    MarketOpening { epoch, instruments, history: Vec::new(), levels: Levels::default(), start: Timestamp(0) }
}

/// A trade whose aggressor is not known.
pub fn trade(instrument: InstrumentId, ts: Timestamp, price: i64, size: u64) -> Tick {
    let kind = TickKind::Trade(Trade { price: Price(price), size: Size(size), side: None });
    Tick { instrument, ts, kind }
}

/// A quote of these sides, each for a size of 1.
pub fn quote(instrument: InstrumentId, ts: Timestamp, bid: Option<i64>, ask: Option<i64>) -> Tick {
    let size = |side: Option<i64>| Size(u64::from(side.is_some()));
    let kind =
        TickKind::Quote(Quote { bid: bid.map(Price), ask: ask.map(Price), bid_size: size(bid), ask_size: size(ask) });
    Tick { instrument, ts, kind }
}

/// The levels of [`Regular`].
const MODEL_LEVELS: usize = 5;

/// A model of levels one tick size apart, whose sizes grow with the number of ticks and the distance from the best.
#[derive(Debug)]
struct Regular;

impl DepthModel for Regular {
    fn levels(&self) -> usize {
        MODEL_LEVELS
    }

    fn depth(&self, _id: InstrumentId, seq: u64, quote: &Quote) -> Depth {
        let side = |best: Option<Price>, size: Size, away: i64| -> Ladder {
            std::array::from_fn(|behind| {
                let size = if behind == 0 { size } else { Size(seq + behind as u64) };
                best.filter(|_| behind < MODEL_LEVELS)
                    .map(|best| Level { price: Price(best.0 + away * behind as i64), size })
            })
        };
        Depth { bids: side(quote.bid, quote.bid_size, -1), asks: side(quote.ask, quote.ask_size, 1) }
    }
}

/// An epoch like [`opening`], of a feed with depth.
pub fn opening_with_depth(epoch: u64, symbols: &[&str]) -> MarketOpening {
    MarketOpening { levels: Levels::Model(Arc::new(Regular)), ..opening(epoch, symbols) }
}

/// An epoch like [`opening`], of a feed with the books of all symbols.
pub fn opening_with_books(epoch: u64, symbols: &[&str]) -> MarketOpening {
    let levels = vec![DEPTH_LEVELS as u8; symbols.len()];
    MarketOpening { levels: Levels::Books(levels.into()), ..opening(epoch, symbols) }
}

/// A step of the only book of an instrument, the last one of its change.
pub fn book_edit(instrument: InstrumentId, ts: Timestamp, step: BookStep) -> Tick {
    Tick { instrument, ts, kind: TickKind::Book(BookEdit { book: 0, step, goes_on: false }) }
}

/// A step that gives a price a size.
pub fn level(is_bid: bool, price: i64, size: u64) -> BookStep {
    BookStep::Set { is_bid, level: Level { price: Price(price), size: Size(size) } }
}

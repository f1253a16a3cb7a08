//! Tests of the replay as a whole, and their helpers.

mod book_levels;
mod clocks_set;
mod columns;
mod demo;
mod fast_path;
mod fixtures;
mod generated;
mod layouts;
mod properties;
mod rejected_rows;
mod row_kinds;
mod times;
mod why;

use std::path::PathBuf;

use super::{Replay, ReplayConfig};
use crate::feed::TickSource;
use crate::market::{Instrument, Interval, Market, MarketLimits, MarketOpening, Tick, TickKind, Timestamp, sample};

/// A market that opens with these instruments and no history.
pub fn market(instruments: &[Instrument], start: Timestamp) -> Market {
    let opening = MarketOpening { instruments: instruments.into(), start, ..sample::opening(1, &[]) };
    Market::open(&opening, MarketLimits::default())
}

pub fn bar_instrument(interval: Interval) -> Instrument {
    Instrument { synthesised_from: Some(interval), ..sample::instrument("X") }
}

/// A file of the repository.
pub fn repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

pub fn fixture(name: &str) -> PathBuf {
    repository("tests/fixtures/csv").join(name)
}

pub fn open_fixture(name: &str) -> Replay {
    super::open(&[fixture(name)], &ReplayConfig::default()).unwrap()
}

/// The trades, quotes and changes of books of a replay.
pub fn all_events(replay: &mut Replay) -> Vec<Tick> {
    std::iter::from_fn(|| replay.next_tick().unwrap()).collect()
}

/// The trades and quotes of a replay.
pub fn all_ticks(replay: &mut Replay) -> Vec<Tick> {
    all_events(replay).into_iter().filter(|tick| !tick.is_book_edit()).collect()
}

/// A tick in one line: milliseconds of market time, symbol, and the numbers as they were written.
pub fn line(replay: &Replay, tick: &Tick) -> String {
    let instrument = &replay.info().instruments[tick.instrument.index()];
    let (price, size) = (instrument.price_increment, instrument.size_increment);
    let what = match tick.kind {
        TickKind::Trade(trade) => {
            let side = trade.side.map_or("?", |side| side.label());
            format!("{} x {} {side}", price.price(trade.price), size.size(trade.size))
        }
        TickKind::Quote(quote) => {
            let part = |p: Option<_>, s| p.map_or("-".into(), |p| format!("{} x {}", price.price(p), size.size(s)));
            format!("{} / {}", part(quote.bid, quote.bid_size), part(quote.ask, quote.ask_size))
        }
        TickKind::Book(edit) => format!("{:?}", edit.step),
    };
    format!("{} {} {what}", tick.ts.0 / 1_000_000, instrument.symbol)
}

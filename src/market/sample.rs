//! An instrument, a status and an opening for tests, to be changed where it matters.

use std::sync::Arc;

use super::event::{FeedState, FeedStatus, Opening, SourceKind, Speed};
use super::instrument::{AssetClass, Instrument, PriceBasis};
use super::price::Increment;
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

/// A tape that plays in real time from 1970 on.
pub fn status() -> FeedStatus {
    FeedStatus {
        source: SourceKind::Replay,
        name: "sample".into(),
        state: FeedState::Playing,
        speed: Speed::Times(1.0),
        looping: false,
        seed: None,
        start: Timestamp(0),
        end: None,
        rows_refused: 0,
        fault: None,
    }
}

/// An epoch of stocks without history.
pub fn opening(epoch: u64, symbols: &[&str]) -> Opening {
    let instruments = symbols.iter().map(|symbol| instrument(symbol)).collect();
    Opening { epoch, instruments, history: Vec::new(), status: Arc::new(status()) }
}

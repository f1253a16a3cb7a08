//! A status and openings for tests, to be changed where it matters.

use std::sync::Arc;

use super::event::Opening;
use super::preview::Preview;
use super::status::{FeedState, FeedStatus, Lag, SourceKind, Speed, TimestampMode};
use crate::market::{MarketLimits, MarketOpening, Timestamp, sample};

/// The status of a replay that plays in real time from 1970 on.
pub fn status() -> FeedStatus {
    FeedStatus {
        source: SourceKind::Replay,
        feeds: Arc::new([]),
        name: "sample".into(),
        state: FeedState::Playing,
        speed: Speed::Times(1.0),
        looping: false,
        revision: 0,
        seekable: false,
        skip_dead_time: false,
        timestamp_mode: TimestampMode::Original,
        time_shift_ns: 0,
        seed: None,
        start: Timestamp(0),
        end: None,
        rows_rejected: 0,
        rejected: Arc::new([]),
        reading: Arc::default(),
        lag: Lag::default(),
        catalog: None,
        preview: Preview::default(),
        fault: None,
    }
}

/// An epoch of stocks without history.
pub fn opening(epoch: u64, symbols: &[&str]) -> Opening {
    with(sample::opening(epoch, symbols))
}

/// An epoch like [`opening`], of a feed that knows levels.
pub fn opening_with_depth(epoch: u64, symbols: &[&str]) -> Opening {
    with(sample::opening_with_depth(epoch, symbols))
}

/// An epoch like [`opening`], of a recording with books.
pub fn opening_with_books(epoch: u64, symbols: &[&str]) -> Opening {
    with(sample::opening_with_books(epoch, symbols))
}

fn with(market: MarketOpening) -> Opening {
    Opening { market, limits: MarketLimits::default(), status: Arc::new(status()) }
}

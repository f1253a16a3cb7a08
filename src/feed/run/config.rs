//! How a feed is played, as its starter wants it.

use std::time::Duration;

use crate::control::{Speed, TimestampMode};
use crate::feed::index::IndexLimits;
use crate::market::MarketLimits;

/// A longer stretch without a tick is a night, a weekend or a holiday, where nothing else was asked for.
pub const DEFAULT_DEAD_AFTER: Duration = Duration::from_secs(15 * 60);

/// How a feed is played until somebody drives it otherwise.
#[derive(Clone, Copy, Debug)]
pub struct RunConfig {
    /// `None` takes the speed the source proposes.
    pub speed: Option<Speed>,
    pub looping: bool,
    /// Begins at the first tick and waits there.
    pub paused: bool,
    pub skip_dead_time: bool,
    /// Whether the ticks of a tape carry its times, or those of now. A simulation is now anyway.
    pub timestamp_mode: TimestampMode,
    /// A longer stretch without a tick is dead time; at least a bar, where bars are played.
    pub dead_after: Duration,
    /// The number of the first epoch; each loop and seek takes the next.
    pub first_epoch: u64,
    /// How much a market remembers that a seek leads to.
    pub market: MarketLimits,
    pub index: IndexLimits,
}

impl Default for RunConfig {
    fn default() -> Self {
        Self {
            speed: None,
            looping: false,
            paused: false,
            skip_dead_time: false,
            timestamp_mode: TimestampMode::Original,
            dead_after: DEFAULT_DEAD_AFTER,
            first_epoch: 1,
            market: MarketLimits::default(),
            index: IndexLimits::default(),
        }
    }
}

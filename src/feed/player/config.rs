//! The settings of a player.

use std::time::Duration;

use super::checkpoints::CheckpointLimits;
use super::wall_clock;
use crate::control::{Speed, TimestampMode};
use crate::market::{MarketLimits, Timestamp};

/// The default length of dead time: a longer stretch without a tick is a night, a weekend or a holiday.
pub const DEFAULT_DEAD_AFTER: Duration = Duration::from_secs(15 * 60);

/// The default limit of a lag that is made up for.
pub const DEFAULT_MAX_BEHIND: Duration = Duration::from_secs(10);

/// The default limit of a step to a gap or a move: some seconds at full speed.
pub const DEFAULT_MAX_STEP_TICKS: u64 = 10_000_000;

/// The markets of a recording that may be in memory at one time: the one that is shown, the one of a seek, and the one
/// that was read ahead. They share what they have from one checkpoint. A simulation has one.
pub const RECORDING_MARKETS: usize = 3;

/// The settings that hold until a command changes them.
#[derive(Clone, Copy, Debug)]
pub struct PlayerConfig {
    /// The speed; `None` takes the one that the source proposes.
    pub speed: Option<Speed>,
    pub looping: bool,
    /// Starts paused, before the first tick.
    pub paused: bool,
    pub skip_dead_time: bool,
    /// The times that the ticks of a recording carry. A simulation always runs in the present.
    pub timestamp_mode: TimestampMode,
    /// A longer stretch without a tick is dead time; at least one bar, where bars are played.
    pub dead_after: Duration,
    /// The longest time by which the clock runs ahead of ticks that come late. Beyond it market time slows down.
    pub max_behind: Duration,
    /// The most ticks of a step to a gap or a move.
    pub max_step_ticks: u64,
    /// The number of the first epoch; each loop and seek takes the next one.
    pub first_epoch: u64,
    /// The limits of the market that a seek builds.
    pub market: MarketLimits,
    pub checkpoints: CheckpointLimits,
    /// The clock that shifted times follow.
    pub wall_clock: fn() -> Timestamp,
}

impl Default for PlayerConfig {
    fn default() -> Self {
        Self {
            speed: None,
            looping: false,
            paused: false,
            skip_dead_time: false,
            timestamp_mode: TimestampMode::Original,
            dead_after: DEFAULT_DEAD_AFTER,
            max_behind: DEFAULT_MAX_BEHIND,
            max_step_ticks: DEFAULT_MAX_STEP_TICKS,
            first_epoch: 1,
            market: MarketLimits::default(),
            checkpoints: CheckpointLimits::default(),
            wall_clock,
        }
    }
}

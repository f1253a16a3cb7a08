//! How a tape plays, and when a recording goes on in another file, as flags.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::values::{capacity, checkpoints, speed};
use crate::control::{Speed, TimestampMode};
use crate::feed::{CheckpointLimits, PlayerConfig};
use crate::record::RecordConfig;

/// How a tape plays until somebody drives it otherwise.
#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = "Playing")]
pub struct PlayArgs {
    /// How fast market time runs: a factor such as 60x, or max; by default chosen for the data at hand
    #[arg(long, value_name = "FACTOR", value_parser = speed)]
    speed: Option<Speed>,
    /// Start again at the end
    #[arg(long = "loop")]
    looping: bool,
    /// Begin at the first event and wait there
    #[arg(long)]
    paused: bool,
    /// Pass over nights, weekends and other stretches without an event
    #[arg(long)]
    skip_dead_time: bool,
    /// Move all times so that the tape begins now; the page and the API say so
    #[arg(long)]
    shift_to_now: bool,
    /// Minutes without an event that are dead time; at least a bar, where bars are played
    #[arg(long, default_value_t = 15, value_name = "MINUTES", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    dead_after: u64,
    /// Places of a tape that are kept for seeking; when they are more, every second one goes
    #[arg(long, default_value_t = CheckpointLimits::default().count, value_name = "NUMBER", value_parser = checkpoints)]
    max_checkpoints: usize,
    /// Memory that these may take together, in MiB; beyond it every second one goes, too
    #[arg(long, default_value_t = CheckpointLimits::default().bytes >> 20, value_name = "MIB", value_parser = capacity)]
    checkpoint_memory: usize,
    /// Ticks from one of these to the next, to begin with
    #[arg(long, default_value_t = CheckpointLimits::default().spacing, value_name = "TICKS", value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    checkpoint_ticks: u64,
}

impl PlayArgs {
    pub fn config(self) -> PlayerConfig {
        let Self { speed, looping, paused, skip_dead_time, shift_to_now, dead_after, .. } = self;
        let Self { max_checkpoints: checkpoints, checkpoint_memory, checkpoint_ticks: spacing, .. } = self;
        let checkpoints = CheckpointLimits { count: checkpoints, bytes: checkpoint_memory << 20, spacing };
        let timestamp_mode = if shift_to_now { TimestampMode::Shifted } else { TimestampMode::Original };
        let dead_after = Duration::from_secs(dead_after * 60);
        PlayerConfig {
            speed,
            looping,
            paused,
            skip_dead_time,
            timestamp_mode,
            dead_after,
            checkpoints,
            ..PlayerConfig::default()
        }
    }
}

/// When a recording goes on in another file.
#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = "Recording")]
pub struct RotationArgs {
    /// Text after which a recording goes on in another file, in MiB
    #[arg(long, default_value_t = 1_024, value_name = "MIB", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    rotate_size: u64,
    /// Minutes after which a recording goes on in another file
    #[arg(long, value_name = "MINUTES", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    rotate_after: Option<u64>,
}

impl RotationArgs {
    pub fn config(self, path: PathBuf, market_minutes: Option<u64>) -> RecordConfig {
        let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
        RecordConfig {
            path,
            rotate_bytes: self.rotate_size << 20,
            rotate_after: self.rotate_after.map(minutes),
            market_time: market_minutes.map(minutes),
        }
    }
}

//! The flags of `tickcast replay`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::memory::FileMemory;
use super::reading::ReadingArgs;
use super::serve::ServeArgs;
use super::values::{MAX_CAPACITY, speed};
use super::{FeedConfig, ServeConfig};
use crate::control::{Speed, TimestampMode};
use crate::feed::replay::ReplayConfig;
use crate::feed::{CheckpointLimits, PlayerConfig};
use crate::flags::{time, whole_number};
use crate::memory::OverBudget;

const MIN_DEAD_AFTER: Duration = Duration::from_secs(1);
const MAX_DEAD_AFTER: Duration = Duration::from_secs(365 * 86_400);

/// The flags of `tickcast replay`.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// Files, folders of files, or patterns such as 'data/*.csv'. They play together, in the order of their times
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    play: PlayArgs,
    #[command(flatten)]
    reading: ReadingArgs,
    #[command(flatten)]
    serve: ServeArgs,
}

/// The flags of a replay's playback, which a presenter can change while it plays.
#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = "Playing")]
struct PlayArgs {
    /// Speed of market time: a factor such as 60x, or max. By default it suits the data
    #[arg(long, value_name = "FACTOR", value_parser = speed)]
    speed: Option<Speed>,
    /// Start again at the end
    #[arg(long = "loop")]
    looping: bool,
    /// Stop at the first event and wait
    #[arg(long)]
    paused: bool,
    /// Skip nights, weekends and other times without events
    #[arg(long)]
    skip_dead_time: bool,
    /// Move all times so that the recording begins now. The page and the API show this
    #[arg(long)]
    shift_to_now: bool,
    /// Time without events that counts as dead. With bars it is at least one bar
    #[arg(long, default_value = "15m", value_name = "TIME", value_parser = time(MIN_DEAD_AFTER..=MAX_DEAD_AFTER))]
    dead_after: Duration,
    /// Maximum number of checkpoints, which make seeking fast. When it is reached, every second one is removed
    #[arg(
        long,
        default_value_t = CheckpointLimits::default().count,
        value_name = "NUMBER",
        value_parser = whole_number(2..=MAX_CAPACITY)
    )]
    max_checkpoints: usize,
    /// Maximum memory of all checkpoints, in MiB. When it is reached, every second one is removed. By default 32, or
    /// less where memory is short
    #[arg(long, value_name = "MIB", value_parser = whole_number(1..=MAX_CAPACITY))]
    checkpoint_memory: Option<usize>,
    /// Ticks between two checkpoints at the beginning
    #[arg(
        long,
        default_value_t = CheckpointLimits::default().spacing,
        value_name = "TICKS",
        value_parser = whole_number(1..=1_000_000_000_u64)
    )]
    checkpoint_ticks: u64,
}

impl ReplayArgs {
    /// Returns the configuration of the job.
    ///
    /// # Errors
    /// When the limits do not fit into the memory.
    pub fn config(self, machine: Option<usize>) -> Result<ServeConfig, OverBudget> {
        let Self { files, play, reading, serve } = self;
        let memory = FileMemory { checkpoint_mebibytes: play.checkpoint_memory, ..reading.file_memory() };
        let config = reading.config(ReplayConfig::default().full_read_bytes);
        serve.config(FeedConfig::Replay { files, config }, play.config(), machine, memory)
    }
}

impl PlayArgs {
    fn config(self) -> PlayerConfig {
        let timestamp_mode = if self.shift_to_now { TimestampMode::Shifted } else { TimestampMode::Original };
        PlayerConfig {
            speed: self.speed,
            looping: self.looping,
            paused: self.paused,
            skip_dead_time: self.skip_dead_time,
            timestamp_mode,
            dead_after: self.dead_after,
            checkpoints: CheckpointLimits {
                count: self.max_checkpoints,
                spacing: self.checkpoint_ticks,
                ..CheckpointLimits::default()
            },
            ..PlayerConfig::default()
        }
    }
}

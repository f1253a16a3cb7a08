//! The flags of `tickcast record`, and of recordings in general.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::reading::ReadingArgs;
use super::values::speed;
use super::{FeedConfig, RecordJob, simulation_run};
use crate::control::Speed;
use crate::feed::PlayerConfig;
use crate::feed::replay::ReplayConfig;
use crate::feed::sim::{SimPlan, SimulationArgs};
use crate::flags::{time, whole_number};
use crate::record::RecordConfig;

const MIN_TIME: Duration = Duration::from_secs(1);
const MAX_TIME: Duration = Duration::from_secs(365 * 86_400);

/// The flags of `tickcast record`.
#[derive(Debug, Args)]
pub struct RecordArgs {
    /// File to write; compressed if the name ends in .zst. Files that exist are never overwritten
    #[arg(value_name = "OUT")]
    out: PathBuf,
    /// Files to play, as for replay. By default the simulated market plays
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Market time to record, such as 30m
    #[arg(long = "for", value_name = "TIME", value_parser = time(MIN_TIME..=MAX_TIME))]
    market_time: Option<Duration>,
    /// Speed of market time: a factor such as 10x or 0.5x, or max. By default max with --for or files, else real time
    #[arg(long, value_name = "FACTOR", value_parser = speed)]
    speed: Option<Speed>,
    #[command(flatten)]
    rotation: RotationArgs,
    #[command(flatten)]
    simulation: SimulationArgs,
    #[command(flatten)]
    reading: ReadingArgs,
}

/// The flags that split a recording into several files.
#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = "Recording")]
pub struct RotationArgs {
    /// Size of text after which a new file begins, in MiB
    #[arg(long, default_value_t = 1_024, value_name = "MIB", value_parser = whole_number(1..=1_000_000_u64))]
    rotate_size: u64,
    /// Time after which a new file begins, such as 1h
    #[arg(long, value_name = "TIME", value_parser = time(MIN_TIME..=MAX_TIME))]
    rotate_after: Option<Duration>,
}

impl RecordArgs {
    /// Returns the job: at full speed if the feed or the recording has an end, else as the feed would play.
    pub fn job(self) -> RecordJob {
        let Self { out, files, market_time, simulation, speed, rotation, reading } = self;
        let has_end = !files.is_empty() || market_time.is_some();
        let speed = speed.or(has_end.then_some(Speed::Max));
        let plan = SimPlan::from(simulation);
        let run = PlayerConfig { speed: speed.or(plan.speed()), ..simulation_run(&plan, None) };
        let feed = if files.is_empty() {
            FeedConfig::Simulation(plan)
        } else {
            FeedConfig::Replay { files, config: reading.config(ReplayConfig::default().full_read_bytes) }
        };
        RecordJob { feed, run, record: rotation.config(out, market_time) }
    }
}

impl RotationArgs {
    /// Returns a recording to `path` that ends after `market_time`, if that is given.
    pub fn config(self, path: PathBuf, market_time: Option<Duration>) -> RecordConfig {
        RecordConfig { path, rotate_bytes: self.rotate_size << 20, rotate_after: self.rotate_after, market_time }
    }
}

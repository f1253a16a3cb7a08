//! The command line: subcommands and flags into the configurations of the parts.

mod access;
mod play;
mod reading;
mod serve;
mod settings;
mod values;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::control::Speed;
use crate::feed::PlayerConfig;
use crate::feed::replay::ReplayConfig;
use crate::feed::sim::{SimPlan, SimulateArgs, SimulationArgs, WriteConfig};
use crate::inspect;
use crate::load::{LoadArgs, LoadConfig};
use crate::market::MarketLimits;
use crate::record::RecordConfig;
use crate::server::ServerConfig;
use play::{PlayArgs, RotationArgs};
use reading::{INSPECTED_WHOLE_BYTES, ReadingArgs};
use serve::ServeArgs;
use settings::Surroundings;
use values::speed;

pub use settings::SettingsError;

/// A live market-data dashboard: ticks over WebSocket, charted in the browser.
///
/// Without a subcommand a simulated market plays. Open the address that is printed.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    simulation: SimulationArgs,
    /// How fast market time runs: a factor such as 10x or 0.5x, or max
    #[arg(long, value_name = "FACTOR", value_parser = speed, conflicts_with = "day")]
    speed: Option<Speed>,
    #[command(flatten)]
    serve: ServeArgs,
    /// File of settings: lines such as `max-sessions = 500`. A flag goes before TICKCAST_MAX_SESSIONS, and that before
    /// the file
    #[arg(long, global = true, value_name = "FILE", help_heading = "Settings")]
    config: Option<PathBuf>,
    /// Print the settings that are in force and where each comes from, and end
    #[arg(long, global = true, help_heading = "Settings")]
    print_config: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Play market history from CSV files: trades, quotes, OHLCV bars, order books; plain, gzip, zstd or zip
    ///
    /// What the file is, is found out from the file; several files and symbols play on one clock. What could
    /// not be read is counted and shown. `tickcast inspect` says what was found and why.
    Replay(Box<ReplayArgs>),
    /// Write a simulated market to a CSV file instead of playing it
    ///
    /// Columns: ts (nanoseconds since 1970), symbol, price, size, side, bid, ask. The same flags give the same file.
    Simulate(SimulateArgs),
    /// Say what CSV files hold and why it seems so, without playing them
    ///
    /// The exit code is 0 where all of them can be played, and 2 where not.
    Inspect(InspectArgs),
    /// Write a feed to CSV files that replay to the same, byte for byte
    ///
    /// Connects to nothing: the simulation or the files given are played straight into the recording. To record what
    /// a server plays, start that with --record.
    Record(Box<RecordArgs>),
    /// Put load on a running server: many clients that count, check and measure
    ///
    /// Only on this machine, unless you say otherwise: load can take a server down.
    Load(LoadArgs),
}

#[derive(Debug, Args)]
struct ReplayArgs {
    /// Files to play, folders of them, or patterns such as 'data/*.csv'; they are merged by time
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    reading: ReadingArgs,
    #[command(flatten)]
    play: PlayArgs,
    #[command(flatten)]
    serve: ServeArgs,
}

#[derive(Debug, Args)]
struct InspectArgs {
    /// Files to look at, folders of them, or patterns
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Print one line of JSON for each file
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    reading: ReadingArgs,
}

#[derive(Debug, Args)]
struct RecordArgs {
    /// File to write; with .zst at its end it is compressed. What exists is never written over
    #[arg(value_name = "OUT")]
    out: PathBuf,
    /// Files to play into it, as for replay; without any, the simulation
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Minutes of market time to record
    #[arg(long = "for", value_name = "MINUTES", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    market_minutes: Option<u64>,
    #[command(flatten)]
    simulation: SimulationArgs,
    /// How fast market time runs: a factor such as 10x or 0.5x, or max; as fast as it goes where there is an end
    #[arg(long, value_name = "FACTOR", value_parser = speed)]
    speed: Option<Speed>,
    #[command(flatten)]
    rotation: RotationArgs,
    #[command(flatten)]
    reading: ReadingArgs,
}

/// What the program is asked to do.
#[derive(Clone, Debug)]
pub enum Job {
    Serve(Box<Config>),
    Simulate(WriteConfig),
    Inspect(inspect::Config),
    Load(LoadConfig),
    Record(RecordJob),
    /// Only say this.
    Print(String),
}

/// A feed to be recorded without a server.
#[derive(Clone, Debug)]
pub struct RecordJob {
    pub feed: FeedConfig,
    pub run: PlayerConfig,
    pub record: RecordConfig,
}

/// What is to be run.
#[derive(Clone, Debug)]
pub struct Config {
    pub feed: FeedConfig,
    /// All but the number of the first epoch.
    pub run: PlayerConfig,
    pub server: ServerConfig,
    pub market: MarketLimits,
    /// Kept for those who want each.
    pub ticks: usize,
    pub bus_capacity: usize,
    /// Commands that wait for the feed.
    pub line_capacity: usize,
    /// What plays is recorded too.
    pub record: Option<RecordConfig>,
}

#[derive(Clone, Debug)]
pub enum FeedConfig {
    Simulation(SimPlan),
    Replay { files: Vec<PathBuf>, config: ReplayConfig },
}

/// Why the program was not told what to do.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error("cannot read the settings in {file}: {source}; --config or TICKCAST_CONFIG names them")]
    Unreadable { file: String, source: std::io::Error },
}

impl Cli {
    /// What arguments, variables of the environment and a file of settings ask for together.
    ///
    /// # Errors
    /// When one of them cannot be understood.
    pub fn job(arguments: &[OsString], variables: &[(String, String)]) -> Result<Job, CliError> {
        let command = Self::command();
        let name = settings::config_file(arguments, variables);
        let read = |file: &String| {
            std::fs::read_to_string(file).map_err(|source| CliError::Unreadable { file: file.clone(), source })
        };
        let text = name.as_ref().map(read).transpose()?;
        let file = name.as_deref().zip(text.as_deref());
        let read = settings::read(&command, arguments, &Surroundings { variables, file })?;
        let cli = Self::from_arg_matches(&read.matches).map_err(SettingsError::from)?;
        Ok(if cli.print_config { Job::Print(settings::print(&command, &read)) } else { cli.into_job() })
    }

    fn into_job(self) -> Job {
        match self.command {
            None => {
                let plan = SimPlan::from(self.simulation);
                let speed = plan.speed().or(self.speed);
                // A day that is played in minutes leaves out its night.
                let run = PlayerConfig { speed, skip_dead_time: plan.day.is_some(), ..PlayerConfig::default() };
                Job::Serve(Box::new(self.serve.config(FeedConfig::Simulation(plan), run)))
            }
            Some(Command::Replay(args)) => {
                let ReplayArgs { files, reading, play, serve } = *args;
                let config = reading.config(ReplayConfig::default().full_read_bytes);
                Job::Serve(Box::new(serve.config(FeedConfig::Replay { files, config }, play.config())))
            }
            Some(Command::Record(args)) => Job::Record(args.into_config()),
            Some(Command::Inspect(InspectArgs { files, json, reading })) => {
                let replay = reading.config(INSPECTED_WHOLE_BYTES);
                Job::Inspect(inspect::Config { files, json, replay })
            }
            Some(Command::Simulate(args)) => Job::Simulate(args.into()),
            Some(Command::Load(args)) => Job::Load(args.into()),
        }
    }
}

impl RecordArgs {
    /// As fast as it goes where it has an end, and else as it would play.
    fn into_config(self) -> RecordJob {
        let Self { out, files, market_minutes, simulation, speed, rotation, reading } = self;
        let ends = !files.is_empty() || market_minutes.is_some();
        let plan = SimPlan::from(simulation);
        let (day, skip_dead_time) = (plan.speed(), plan.day.is_some());
        let feed = if files.is_empty() {
            FeedConfig::Simulation(plan)
        } else {
            FeedConfig::Replay { files, config: reading.config(ReplayConfig::default().full_read_bytes) }
        };
        let speed = speed.or(if ends { Some(Speed::Max) } else { day });
        RecordJob {
            feed,
            run: PlayerConfig { speed, skip_dead_time, ..PlayerConfig::default() },
            record: rotation.config(out, market_minutes),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::feed::CheckpointLimits;
    use clap::CommandFactory;

    #[test]
    fn the_flags_are_consistent() {
        Cli::command().debug_assert();
    }

    fn config(line: &str) -> Result<Config, String> {
        let words = std::iter::once("tickcast").chain(line.split_whitespace());
        match Cli::try_parse_from(words).map(Cli::into_job) {
            Ok(Job::Serve(config)) => Ok(*config),
            Ok(_) => Err("this serves nothing".into()),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn without_a_word_the_simulation_plays_on_port_3030() {
        let config = config("").unwrap();
        assert!(matches!(config.feed, FeedConfig::Simulation(plan) if plan == SimPlan::default()));
        assert_eq!(config.server.bind.to_string(), "127.0.0.1:3030");
        assert_eq!(config.run.speed, None);
    }

    #[test]
    fn a_replay_takes_files_and_its_own_flags() {
        let config = config(
            "replay a.csv b.csv --speed 60x --loop --paused --skip-dead-time --dead-after 30 --bind 127.0.0.1:0",
        )
        .unwrap();
        assert!(matches!(config.feed, FeedConfig::Replay { files, .. } if files.len() == 2));
        let PlayerConfig { speed, looping, paused, skip_dead_time, dead_after, .. } = config.run;
        assert_eq!((speed, looping, paused), (Some(Speed::Times(60.0)), true, true));
        assert_eq!((skip_dead_time, dead_after), (true, Duration::from_secs(1_800)));
    }

    #[test]
    fn a_replay_takes_bounds() {
        let line = "replay a.csv --max-checkpoints 9 --checkpoint-memory 2 --checkpoint-ticks 7 --max-refused 3 \
                    --max-waiting-ticks 4 --max-book-levels 5 --max-commands 6 --max-waiting-commands 8";
        let config = config(line).unwrap();
        assert_eq!(config.run.checkpoints, CheckpointLimits { count: 9, bytes: 2 << 20, spacing: 7 });
        let FeedConfig::Replay { config: replay, .. } = config.feed else { panic!("it replays") };
        assert_eq!((replay.max_refused, replay.max_waiting, replay.max_levels), (3, 4, 5));
        assert_eq!((config.server.session.commands, config.line_capacity), (6, 8));
    }

    #[test]
    fn speeds_are_factors_above_zero_or_max() {
        for (text, want) in [("60x", 60.0), ("0.1X", 0.1), ("7", 7.0)] {
            assert_eq!(speed(text), Ok(Speed::Times(want)));
        }
        assert_eq!(speed("MAX"), Ok(Speed::Max));
        for text in ["", "x", "0", "-1x", "NaN", "inf", "fast"] {
            assert!(speed(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_the_flag() {
        for (line, says) in [
            ("--bind nowhere", "--bind"),
            ("--speed 0", "--speed"),
            ("--symbols 0", "from 1 to"),
            ("--max-sessions 0", "from 1 to"),
            ("--max-head-bytes 100", "from 8192 to"),
            ("--max-sessions 9999999999999999999", "from 1 to"),
            ("--bus-capacity 9999999999999", "from 1 to"),
            ("replay", "<FILE>"),
            ("replay a.csv --max-checkpoints 1", "from 2 to"),
            ("replay a.csv --checkpoint-memory 0", "from 1 to"),
            ("--seed 3 replay a.csv", "replay"),
        ] {
            let error = config(line).unwrap_err();
            assert!(error.contains(says), "{line}: {error}");
        }
    }
}

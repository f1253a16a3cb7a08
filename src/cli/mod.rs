//! The command line: turns subcommands, flags and settings into a [`Job`].

mod access;
mod inspect;
mod job;
mod library;
mod limits;
mod memory;
mod reading;
mod record;
mod replay;
mod serve;
mod settings;
#[cfg(test)]
mod tests;
mod values;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use self::inspect::InspectArgs;
use self::memory::FileMemory;
use self::record::RecordArgs;
use self::replay::ReplayArgs;
use self::serve::ServeArgs;
use self::settings::Sources;
use self::values::speed;
use crate::control::Speed;
use crate::feed::PlayerConfig;
use crate::feed::sim::{SimPlan, SimulateArgs, SimulationArgs};
use crate::load::LoadArgs;
use crate::memory::OverBudget;

pub use job::{FeedConfig, Job, LibraryConfig, RecordJob, ServeConfig};
pub use settings::SettingsError;

/// Stands below the table of memory: what is not known before the source is open.
const NOT_YET_COUNTED: &str =
    "# The source and its symbols are added when it is open, and the start refuses what does not fit\n";

/// Live market data in your browser: prices and charts, sent over WebSocket.
///
/// Without a command, tickcast plays a simulated market. Open the address that it prints.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    simulation: SimulationArgs,
    /// Speed of market time: a factor such as 10x or 0.5x, or max. By default real time
    #[arg(long, value_name = "FACTOR", value_parser = speed, conflicts_with = "day")]
    speed: Option<Speed>,
    #[command(flatten)]
    serve: ServeArgs,
    #[command(flatten)]
    settings: SettingsArgs,
}

/// The flags about settings, which every command has.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Settings")]
struct SettingsArgs {
    /// Read settings from this TOML file, such as `max-sessions = 500`. Flags and TICKCAST_... variables come first
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print all settings and the source of each, and exit
    #[arg(long, global = true)]
    print_config: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Play market history from CSV files
    ///
    /// Files hold trades, quotes, OHLCV bars or order books; plain, or packed with gzip, zstd or zip. tickcast detects
    /// the form of each file. Several files and symbols play on one clock. Rows that cannot be read are counted and
    /// shown. `tickcast inspect` shows what is detected, and why.
    Replay(Box<ReplayArgs>),
    /// Write a simulated market to a CSV file
    ///
    /// Columns: ts (nanoseconds since 1970), symbol, price, size, side, bid, ask. The same flags give the same file.
    Simulate(SimulateArgs),
    /// Show what CSV files hold, without playing them
    ///
    /// The exit code is 0 if all files can be played, and 2 if not.
    Inspect(InspectArgs),
    /// Write a feed to CSV files that replay to the same bytes
    ///
    /// It plays the simulation or the given files into a recording, without a server. To record what a server plays,
    /// start the server with --record.
    Record(Box<RecordArgs>),
    /// Put load on a running server: many clients that count, check and measure
    ///
    /// The server must be on this machine, unless you allow another: load can take a server down.
    Load(LoadArgs),
}

/// A command line that gives no job.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error("{flag} takes its value behind `=`: {flag}=TOKEN; without one, tickcast makes a token")]
    DetachedToken { flag: String },
    #[error("cannot read the settings file {file}, which --config or TICKCAST_CONFIG names")]
    Unreadable { file: String, source: std::io::Error },
    #[error(transparent)]
    OverBudget(#[from] OverBudget),
}

impl Cli {
    /// Reads the job from arguments, environment variables and a settings file together.
    ///
    /// # Errors
    /// Returns an error if one of them is not valid.
    pub fn job(arguments: &[OsString], variables: &[(String, String)]) -> Result<Job, CliError> {
        let command = Self::command();
        if let Some(flag) = access::detached_token(arguments, |name| command.find_subcommand(name).is_some()) {
            return Err(CliError::DetachedToken { flag: flag.to_owned() });
        }
        let name = settings::config_file(arguments, variables);
        let read = |file: &String| {
            crate::text::read(Path::new(file)).map_err(|source| CliError::Unreadable { file: file.clone(), source })
        };
        let text = name.as_ref().map(read).transpose()?;
        let file = name.as_deref().zip(text.as_deref());
        let settings = settings::read(&command, arguments, &Sources { variables, file })?;
        let cli = Self::from_arg_matches(&settings.matches).map_err(SettingsError::from)?;
        let is_print = cli.settings.print_config;
        let machine = crate::memory::machine_bytes();
        Ok(if is_print {
            let mut text = settings::print(&command, &settings);
            if let Job::Serve(config) = cli.into_job(machine)? {
                text.extend(config.server.budget.to_string().lines().map(|line| format!("# {line}\n")));
                text.push_str(NOT_YET_COUNTED);
            }
            Job::Print(text)
        } else {
            cli.into_job(machine)?
        })
    }

    /// Returns the job on a machine with `machine` bytes of memory.
    fn into_job(self, machine: Option<usize>) -> Result<Job, OverBudget> {
        Ok(match self.command {
            None => {
                let plan = SimPlan::from(self.simulation);
                let run = simulation_run(&plan, self.speed);
                Job::Serve(Box::new(self.serve.config(
                    FeedConfig::Simulation(plan),
                    run,
                    machine,
                    FileMemory::default(),
                )?))
            }
            Some(Command::Replay(args)) => Job::Serve(Box::new(args.config(machine)?)),
            Some(Command::Record(args)) => Job::Record(args.job()),
            Some(Command::Inspect(args)) => Job::Inspect(args.config()),
            Some(Command::Simulate(args)) => Job::Simulate(args.into()),
            Some(Command::Load(args)) => Job::Load(args.into()),
        })
    }
}

/// Returns how a simulation plays; a trading day that is played in minutes skips its night.
fn simulation_run(plan: &SimPlan, speed: Option<Speed>) -> PlayerConfig {
    PlayerConfig { speed: plan.speed().or(speed), skip_dead_time: plan.day.is_some(), ..PlayerConfig::default() }
}

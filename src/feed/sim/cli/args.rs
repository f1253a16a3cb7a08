//! The flags of the simulated market, played live or written to a file.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::plan::SimPlan;
use super::write::{Length, WriteConfig};
use crate::feed::sim::model::sector::CLASSES;
use crate::feed::sim::scenario::scheduled::{MIN_DURATION, ScenarioLimits};
use crate::feed::sim::scenario::script;
use crate::feed::sim::scenario::spec::ScenarioSpec;
use crate::feed::sim::universe::Universe;
use crate::feed::sim::{Hours, SimConfig, TickLimits};
use crate::flags::{time, whole_number};
use crate::market::{AssetClass, Timestamp};

const MAX_DURATION: Duration = ScenarioLimits::WIDEST.duration;

/// Flags of the simulated market as it plays.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Simulated market")]
pub struct SimulationArgs {
    /// Number that the whole market follows from: the same seed gives the same ticks
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// Number of instruments: 40 have names, the others are generated stocks
    #[arg(long, value_name = "NUMBER", value_parser = whole_number(1..=SimConfig::MAX_SYMBOLS))]
    symbols: Option<usize>,
    /// Trading hours
    #[arg(long, value_enum, value_name = "HOURS")]
    hours: Option<Hours>,
    /// Market time at the start, such as 2024-01-08T14:30:00Z; by default now
    #[arg(long, value_name = "TIME", value_parser = timestamp)]
    start: Option<Timestamp>,
    /// Play each trading day in this time, such as 10m: from open to open, without the nights
    #[arg(
        long,
        value_name = "TIME",
        value_parser = time(MIN_DURATION..=MAX_DURATION),
        conflicts_with_all = ["hours", "speed"]
    )]
    day: Option<Duration>,
    /// Run a scenario, such as crash@30s:AAPL,strength=2,duration=1m; docs/SCENARIOS.md lists them. Can be repeated
    #[arg(long = "scenario", value_name = "NAME@TIME:TARGET")]
    scenarios: Vec<ScenarioSpec>,
    /// Run the scenarios of a TOML file: a lesson, or the journal of an earlier session
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
    /// Write every scenario to this file, so that --script can play the session again
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// Replace the file of --journal, if it exists
    #[arg(long, requires = "journal")]
    overwrite: bool,
    /// Maximum number of scenarios in a session
    #[arg(long, default_value_t = ScenarioLimits::DEFAULT.scenarios, value_name = "NUMBER")]
    max_scenarios: usize,
    /// Maximum strength of a scenario in either direction; 10 is the limit of the model
    #[arg(long, default_value_t = ScenarioLimits::DEFAULT.strength, value_name = "NUMBER", value_parser = strength)]
    max_scenario_strength: f64,
    /// Maximum duration of a scenario
    #[arg(long, default_value = "24h", value_name = "TIME", value_parser = time(MIN_DURATION..=MAX_DURATION))]
    max_scenario_duration: Duration,
    #[command(flatten)]
    tick_limits: TickLimitArgs,
    /// Maximum number of headlines that wait to be sent; above it the oldest are dropped
    #[arg(long, default_value_t = SimConfig::DEFAULT_PENDING_NEWS, value_name = "NUMBER")]
    max_pending_news: usize,
    /// Maximum number of bars before the start, of all symbols together; above about 50 symbols each gets fewer
    #[arg(long, default_value_t = SimConfig::DEFAULT_PAST_BARS, value_name = "BARS")]
    max_past_bars: usize,
}

/// Flags that limit the ticks of the market, whatever its scenarios add up to.
#[derive(Clone, Copy, Debug, Args)]
struct TickLimitArgs {
    /// Maximum number of ticks of one symbol in a second of market time; scenarios above it are scaled down
    #[arg(
        long,
        default_value_t = TickLimits::DEFAULT.symbol,
        value_name = "NUMBER",
        value_parser = whole_number(TickLimits::MIN.symbol..=TickLimits::MAX.symbol)
    )]
    max_symbol_ticks_per_second: usize,
    /// Maximum number of ticks of all symbols in a second of market time; above it all are scaled down alike
    #[arg(
        long,
        default_value_t = TickLimits::DEFAULT.market,
        value_name = "NUMBER",
        value_parser = whole_number(TickLimits::MIN.market..=TickLimits::MAX.market)
    )]
    max_ticks_per_second: usize,
}

impl From<TickLimitArgs> for TickLimits {
    fn from(args: TickLimitArgs) -> Self {
        Self { symbol: args.max_symbol_ticks_per_second, market: args.max_ticks_per_second }
    }
}

impl From<SimulationArgs> for SimPlan {
    fn from(args: SimulationArgs) -> Self {
        Self {
            seed: args.seed,
            symbols: args.symbols,
            hours: args.hours,
            start: args.start,
            day: args.day,
            scenarios: args.scenarios,
            script: args.script,
            journal: args.journal,
            overwrite: args.overwrite,
            limits: ScenarioLimits {
                scenarios: args.max_scenarios,
                strength: args.max_scenario_strength,
                duration: args.max_scenario_duration,
            },
            tick_limits: args.tick_limits.into(),
            pending_news: args.max_pending_news,
            past_bars: args.max_past_bars,
        }
    }
}

/// Flags of a simulated market that is written to a file.
#[derive(Clone, Debug, Args)]
pub struct SimulateArgs {
    /// File to write: CSV, compressed if the name ends in .gz, - for standard output
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Replace the files of --out and --news, if they exist
    #[arg(long)]
    overwrite: bool,
    /// One class: stock, index, crypto or fx; by default all of them
    #[arg(long, value_name = "CLASS", value_parser = class)]
    class: Option<AssetClass>,
    /// Number of instruments
    #[arg(long, default_value_t = 4, value_name = "NUMBER", value_parser = whole_number(1..=SimConfig::MAX_SYMBOLS))]
    symbols: usize,
    /// Number of trading days
    #[arg(
        long,
        default_value_t = 5,
        value_name = "DAYS",
        value_parser = whole_number(1..=10_000_u32),
        conflicts_with = "length"
    )]
    days: u32,
    /// Length instead of whole days, such as 30m
    #[arg(long = "for", value_name = "TIME", value_parser = time(MIN_DURATION..=MAX_DURATION))]
    length: Option<Duration>,
    /// Number that the whole market follows from
    #[arg(long, default_value_t = SimConfig::DEFAULT_SEED, value_name = "NUMBER")]
    seed: u64,
    /// Number of threads; the file is the same for any number
    #[arg(long, default_value_t = 1, value_name = "NUMBER", value_parser = whole_number(1..=256_usize))]
    threads: usize,
    /// Market time at the start
    #[arg(long, default_value = "2024-01-08T00:00:00Z", value_name = "TIME", value_parser = timestamp)]
    start: Timestamp,
    /// Trading hours
    #[arg(long, value_enum, default_value_t = Hours::Market, value_name = "HOURS")]
    hours: Hours,
    /// Write a row without a price for each change of a quote, too
    #[arg(long)]
    quotes: bool,
    /// Unit of times
    #[arg(long, value_enum, default_value_t = TimeUnit::Ns, value_name = "UNIT")]
    times: TimeUnit,
    /// Write the headlines to this file: ts,on,tone,timing,headline
    #[arg(long, value_name = "FILE")]
    news: Option<PathBuf>,
    /// Run a scenario, such as crash@30s:AAPL,strength=2,duration=1m. Can be repeated
    #[arg(long = "scenario", value_name = "NAME@TIME:TARGET")]
    scenarios: Vec<ScenarioSpec>,
    #[command(flatten)]
    tick_limits: TickLimitArgs,
}

/// A unit of times in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum TimeUnit {
    S,
    Ms,
    Us,
    Ns,
}

impl TimeUnit {
    const fn nanos(self) -> i64 {
        match self {
            Self::S => 1_000_000_000,
            Self::Ms => 1_000_000,
            Self::Us => 1_000,
            Self::Ns => 1,
        }
    }
}

impl From<SimulateArgs> for WriteConfig {
    fn from(args: SimulateArgs) -> Self {
        let SimulateArgs { symbols, start, .. } = args;
        let sim = SimConfig {
            seed: args.seed,
            start,
            universe: args.class.map_or(Universe::Mixed(symbols), |class| Universe::Class(class, symbols)),
            hours: args.hours,
            scenarios: args.scenarios.iter().flat_map(|spec| spec.schedule(start)).collect(),
            threads: args.threads,
            block_seconds: 16,
            tick_limits: args.tick_limits.into(),
            ..SimConfig::new(start)
        };
        Self {
            sim,
            out: args.out,
            overwrite: args.overwrite,
            length: args.length.map_or(Length::Days(args.days), Length::Time),
            quotes: args.quotes,
            time_unit: args.times.nanos(),
            news: args.news,
        }
    }
}

fn timestamp(text: &str) -> Result<Timestamp, String> {
    script::timestamp(text).ok_or_else(|| "a time such as 2024-01-08T14:30:00Z".into())
}

fn strength(text: &str) -> Result<f64, String> {
    let max = ScenarioLimits::MAX_STRENGTH;
    text.parse().ok().filter(|n| *n > 0.0 && *n <= max).ok_or_else(|| format!("a number above 0, at most {max}"))
}

fn class(text: &str) -> Result<AssetClass, String> {
    CLASSES.into_iter().find(|class| class.label() == text).ok_or_else(|| "stock, index, crypto or fx".into())
}

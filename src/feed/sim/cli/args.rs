//! The flags of the simulated market, played live or written to a file.

use std::path::PathBuf;

use clap::Args;

use super::plan::SimPlan;
use crate::feed::sim::scenario::script::{self, Cue};
use crate::feed::sim::{Hours, List, SimConfig, StageLimits};
use crate::market::{AssetClass, Timestamp};

/// The simulated market as it plays.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Simulated market")]
pub struct SimulationArgs {
    /// The number the whole market follows from: the same seed gives the same tape
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// How many instruments to simulate: 40 have names, the others are generated stocks
    #[arg(long, value_name = "NUMBER", value_parser = symbols)]
    symbols: Option<usize>,
    /// When everything trades: always, market (stocks from 14:30 to 21:00 UTC on weekdays), or session (all of it then)
    #[arg(long, value_name = "HOURS")]
    hours: Option<Hours>,
    /// Market time at which the tape begins, such as 2024-01-08T14:30:00Z; now by default
    #[arg(long, value_name = "TIME", value_parser = moment)]
    start: Option<Timestamp>,
    /// Play a trading day in this time, such as 10m: from one open to the next, without the night
    #[arg(long, value_name = "TIME", value_parser = duration, conflicts_with_all = ["hours", "speed"])]
    day: Option<f64>,
    /// Stage something, such as crash@30s:AAPL,strength=2,duration=1m; docs/SCENARIOS.md lists what there is. May be repeated
    #[arg(long = "scenario", value_name = "NAME@TIME:TARGET", value_parser = cue)]
    scenarios: Vec<Cue>,
    /// Stage what a TOML file says: a lesson, or the journal of an earlier session
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
    /// Write down what is staged, so that the session can be played again with --script
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// Scenarios that may be staged in one session
    #[arg(long, default_value_t = StageLimits::DEFAULT.scenarios, value_name = "NUMBER")]
    max_scenarios: usize,
    /// The largest strength of a scenario, either way; at most 10, where the model ends
    #[arg(long, default_value_t = StageLimits::DEFAULT.strength, value_name = "NUMBER", value_parser = strength)]
    max_scenario_strength: f64,
    /// The longest duration of a scenario
    #[arg(long, default_value = "24h", value_name = "TIME", value_parser = duration)]
    max_scenario_duration: f64,
    /// Headlines that wait to be told; of more the oldest are lost
    #[arg(long, default_value_t = SimConfig::DEFAULT_UNTOLD_STORIES, value_name = "NUMBER")]
    max_untold_news: usize,
    /// Bars of the past of all symbols together; with more than some fifty symbols each has fewer
    #[arg(long, default_value_t = SimConfig::DEFAULT_PAST_BARS, value_name = "BARS")]
    max_past_bars: usize,
}

impl From<SimulationArgs> for SimPlan {
    fn from(args: SimulationArgs) -> Self {
        let SimulationArgs {
            seed,
            symbols,
            hours,
            start,
            day,
            scenarios,
            script,
            journal,
            max_scenarios,
            max_scenario_strength,
            max_scenario_duration,
            max_untold_news,
            max_past_bars,
        } = args;
        Self {
            seed,
            symbols,
            hours,
            start,
            day,
            scenarios,
            script,
            journal,
            stage: StageLimits {
                scenarios: max_scenarios,
                strength: max_scenario_strength,
                seconds: max_scenario_duration,
            },
            untold_stories: max_untold_news,
            past_bars: max_past_bars,
        }
    }
}

/// A simulated market that is written to a file.
#[derive(Clone, Debug, Args)]
pub struct SimulateArgs {
    /// The file to write: CSV, gzip where the name ends in .gz, - for standard output
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Only one class: stock, index, crypto or fx; by default all of them
    #[arg(long, value_name = "CLASS", value_parser = class)]
    class: Option<AssetClass>,
    /// How many instruments
    #[arg(long, default_value_t = 4, value_name = "NUMBER", value_parser = symbols)]
    symbols: usize,
    /// How many days on which something trades
    #[arg(long, default_value_t = 5, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=10_000), conflicts_with = "length")]
    days: u32,
    /// How long instead of whole days, such as 30m
    #[arg(long = "for", value_name = "TIME", value_parser = duration)]
    length: Option<f64>,
    /// The number the whole market follows from
    #[arg(long, default_value_t = SimConfig::DEFAULT_SEED, value_name = "NUMBER")]
    seed: u64,
    /// Threads to use; the tape is the same
    #[arg(long, default_value_t = 1, value_name = "NUMBER", value_parser = threads)]
    threads: usize,
    /// Market time at which the tape begins
    #[arg(long, default_value = "2024-01-08T00:00:00Z", value_name = "TIME", value_parser = moment)]
    start: Timestamp,
    /// When everything trades: always, market or session
    #[arg(long, default_value_t = Hours::Market, value_name = "HOURS")]
    hours: Hours,
    /// Write quotes, too, as rows without a price, where a side has changed
    #[arg(long)]
    quotes: bool,
    /// The unit of times: s, ms, us or ns
    #[arg(long, default_value = "ns", value_name = "UNIT", value_parser = time_unit)]
    times: i64,
    /// Write the headlines to this file: ts,on,tone,timing,headline
    #[arg(long, value_name = "FILE")]
    news: Option<PathBuf>,
    /// Stage something, such as crash@30s:AAPL,strength=2,duration=1m. May be repeated
    #[arg(long = "scenario", value_name = "NAME@TIME:TARGET", value_parser = cue)]
    scenarios: Vec<Cue>,
}

/// A tape to be written.
#[derive(Clone, Debug)]
pub struct WriteConfig {
    pub sim: SimConfig,
    pub out: PathBuf,
    pub span: Span,
    pub quotes: bool,
    /// The nanoseconds in a unit of time.
    pub time_unit: i64,
    pub news: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Span {
    /// Days on which something trades.
    Days(u32),
    Seconds(f64),
}

impl From<SimulateArgs> for WriteConfig {
    fn from(args: SimulateArgs) -> Self {
        let SimulateArgs {
            out,
            class,
            symbols,
            days,
            length,
            seed,
            threads,
            start,
            hours,
            quotes,
            times,
            news,
            scenarios,
        } = args;
        let sim = SimConfig {
            seed,
            start,
            list: class.map_or(List::Mixed(symbols), |class| List::Class(class, symbols)),
            hours,
            journal: scenarios.iter().flat_map(|cue| cue.injections(start)).collect(),
            threads,
            block_seconds: 16,
            ..SimConfig::new(start)
        };
        Self { sim, out, span: length.map_or(Span::Days(days), Span::Seconds), quotes, time_unit: times, news }
    }
}

fn symbols(text: &str) -> Result<usize, String> {
    let max = SimConfig::MAX_SYMBOLS;
    text.parse().ok().filter(|n| (1..=max).contains(n)).ok_or_else(|| format!("a whole number from 1 to {max}"))
}

fn threads(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|n| (1..=256).contains(n)).ok_or_else(|| "a whole number from 1 to 256".into())
}

fn moment(text: &str) -> Result<Timestamp, String> {
    script::moment(text).ok_or_else(|| "a time such as 2024-01-08T14:30:00Z".into())
}

fn duration(text: &str) -> Result<f64, String> {
    script::seconds(text)
        .filter(|s| (1.0..=StageLimits::WIDEST.seconds).contains(s))
        .ok_or_else(|| "a time such as 30s, 10m or 1h30m".into())
}

fn strength(text: &str) -> Result<f64, String> {
    let most = StageLimits::STRONGEST;
    text.parse().ok().filter(|n| *n > 0.0 && *n <= most).ok_or_else(|| format!("a number above 0, at most {most}"))
}

fn time_unit(text: &str) -> Result<i64, String> {
    let units = [("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000), ("ns", 1)];
    units.into_iter().find(|(name, _)| *name == text).map(|(_, ns)| ns).ok_or_else(|| "s, ms, us or ns".into())
}

fn cue(text: &str) -> Result<Cue, String> {
    Cue::parse(text).map_err(|error| error.to_string())
}

fn class(text: &str) -> Result<AssetClass, String> {
    let classes = [AssetClass::Stock, AssetClass::Index, AssetClass::Crypto, AssetClass::Fx];
    classes.into_iter().find(|class| class.label() == text).ok_or_else(|| "stock, index, crypto or fx".into())
}

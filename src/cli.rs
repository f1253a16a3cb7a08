//! The command line: subcommands and flags into the configurations of the parts.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use crate::bus;
use crate::feed::replay::ReplayConfig;
use crate::feed::sim::{SimPlan, SimulateArgs, SimulationArgs, WriteConfig};
use crate::load::{self, LoadArgs};
use crate::market::{MarketLimits, Speed};
use crate::server::{ServerConfig, SessionLimits, SubscriptionLimits};

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
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Play market history from CSV files: trades, quotes or OHLCV bars, plain or gzip
    ///
    /// Columns, delimiter and time format are found out from the file; several files and symbols play on
    /// one clock. What could not be read is counted and shown.
    Replay(ReplayArgs),
    /// Write a simulated market to a CSV file instead of playing it
    ///
    /// Columns: ts (nanoseconds since 1970), symbol, price, size, side, bid, ask. The same flags give the same file.
    Simulate(SimulateArgs),
    /// Put load on a running server: many clients that count, check and measure
    ///
    /// Only on this machine, unless you say otherwise: load can take a server down.
    Load(LoadArgs),
}

#[derive(Debug, Args)]
struct ReplayArgs {
    /// Files to play; they are merged by time
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How fast market time runs: a factor such as 60x, or max; by default chosen for the data at hand
    #[arg(long, value_name = "FACTOR", value_parser = speed)]
    speed: Option<Speed>,
    /// Start again at the end
    #[arg(long = "loop")]
    looping: bool,
    /// Rows that are sorted in memory when a file is not in time order
    #[arg(long, default_value_t = ReplayConfig::default().max_sort_rows, value_name = "ROWS")]
    max_sort_rows: usize,
    /// Longest line that is read, in bytes
    #[arg(long, default_value_t = ReplayConfig::default().max_line_bytes, value_name = "BYTES")]
    max_line_bytes: usize,
    /// Symbols of one file, above which its symbol column is taken for some other one
    #[arg(long, default_value_t = ReplayConfig::default().max_symbols, value_name = "SYMBOLS")]
    max_symbols: usize,
    #[command(flatten)]
    serve: ServeArgs,
}

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Server")]
struct ServeArgs {
    /// Address and port to serve on; port 0 takes any that is free
    #[arg(long, default_value = "127.0.0.1:3030", value_name = "ADDRESS:PORT")]
    bind: SocketAddr,
    /// Sessions at one time, over WebSocket and Server-Sent Events
    #[arg(long, default_value_t = 10_000, value_name = "NUMBER", value_parser = at_least_one)]
    max_sessions: usize,
    /// Of these from one address; a room behind one router is one address
    #[arg(long, default_value_t = 256, value_name = "NUMBER", value_parser = at_least_one)]
    max_sessions_per_address: usize,
    /// HTTP connections at one time, besides those that became sessions
    #[arg(long, default_value_t = 1_024, value_name = "NUMBER", value_parser = at_least_one)]
    max_connections: usize,
    /// Symbols and series that one session may subscribe to
    #[arg(long, default_value_t = 4_096, value_name = "NUMBER", value_parser = at_least_one)]
    max_subscriptions: usize,
    /// Bars in the snapshots of all series of one session, and in one HTTP answer
    #[arg(long, default_value_t = 50_000, value_name = "BARS", value_parser = at_least_one)]
    max_history: usize,
    /// Longest message that a client may send, in bytes
    #[arg(long, default_value_t = 64 * 1024, value_name = "BYTES", value_parser = at_least_one)]
    max_message_bytes: usize,
    /// Messages that a client may send in a second, pings included; twice as many at once
    #[arg(long, default_value_t = 50, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    max_messages_per_second: u32,
    /// Seconds for which a client may take no byte before it is let go
    #[arg(long, default_value_t = 20, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    stall_timeout: u64,
    /// Closed bars kept for each instrument and interval
    #[arg(long, default_value_t = MarketLimits::default().bars, value_name = "BARS", value_parser = at_least_one)]
    bars: usize,
    /// Trades kept on each instrument's tape
    #[arg(long, default_value_t = MarketLimits::default().trades, value_name = "TRADES", value_parser = at_least_one)]
    trades: usize,
    /// Batches of ticks that may wait between feed and market
    #[arg(long, default_value_t = bus::DEFAULT_CAPACITY, value_name = "BATCHES", value_parser = capacity)]
    bus_capacity: usize,
}

/// What the program is asked to do.
#[derive(Clone, Debug)]
pub enum Job {
    Serve(Config),
    Simulate(WriteConfig),
    Load(load::Config),
}

/// What is to be run.
#[derive(Clone, Debug)]
pub struct Config {
    pub feed: FeedConfig,
    /// `None`: as the source proposes.
    pub speed: Option<Speed>,
    pub looping: bool,
    pub server: ServerConfig,
    pub market: MarketLimits,
    pub bus_capacity: usize,
}

#[derive(Clone, Debug)]
pub enum FeedConfig {
    Simulation(SimPlan),
    Replay { files: Vec<PathBuf>, config: ReplayConfig },
}

impl Cli {
    pub fn into_job(self) -> Job {
        match self.command {
            None => {
                let plan = SimPlan::from(self.simulation);
                let speed = plan.speed().or(self.speed);
                Job::Serve(self.serve.config(FeedConfig::Simulation(plan), speed, false))
            }
            Some(Command::Replay(args)) => {
                let ReplayArgs { files, speed, looping, max_sort_rows, max_line_bytes, max_symbols, serve } = args;
                let config = ReplayConfig { max_sort_rows, max_line_bytes, max_symbols };
                Job::Serve(serve.config(FeedConfig::Replay { files, config }, speed, looping))
            }
            Some(Command::Simulate(args)) => Job::Simulate(args.into()),
            Some(Command::Load(args)) => Job::Load(args.into()),
        }
    }
}

impl ServeArgs {
    const fn config(self, feed: FeedConfig, speed: Option<Speed>, looping: bool) -> Config {
        let session = SessionLimits {
            message_bytes: self.max_message_bytes,
            messages_per_second: self.max_messages_per_second,
            subscriptions: SubscriptionLimits { count: self.max_subscriptions, history: self.max_history },
            bars: self.bars,
            stall: Duration::from_secs(self.stall_timeout),
        };
        Config {
            feed,
            speed,
            looping,
            server: ServerConfig {
                bind: self.bind,
                sessions: self.max_sessions,
                sessions_per_address: self.max_sessions_per_address,
                connections: self.max_connections,
                session,
            },
            market: MarketLimits { bars: self.bars, trades: self.trades },
            bus_capacity: self.bus_capacity,
        }
    }
}

fn speed(text: &str) -> Result<Speed, String> {
    if text.eq_ignore_ascii_case("max") {
        return Ok(Speed::Max);
    }
    let number = text.strip_suffix(['x', 'X']).unwrap_or(text);
    match number.parse::<f64>() {
        Ok(factor) if factor.is_finite() && factor > 0.0 => Ok(Speed::Times(factor)),
        _ => Err("a factor above 0 such as 60x or 0.5x, or max".into()),
    }
}

/// Bounds what is counted in memory: more could not be held anyway.
const MOST: usize = 1_000_000_000;

fn at_least_one(text: &str) -> Result<usize, String> {
    let in_range = text.parse().ok().filter(|n| (1..=MOST).contains(n));
    in_range.ok_or_else(|| format!("a whole number from 1 to {MOST}"))
}

fn capacity(text: &str) -> Result<usize, String> {
    const MOST: usize = 1_000_000;
    let in_range = text.parse().ok().filter(|n| (1..=MOST).contains(n));
    in_range.ok_or_else(|| format!("a whole number from 1 to {MOST}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_flags_are_consistent() {
        Cli::command().debug_assert();
    }

    fn config(line: &str) -> Result<Config, String> {
        let words = std::iter::once("tickcast").chain(line.split_whitespace());
        match Cli::try_parse_from(words).map(Cli::into_job) {
            Ok(Job::Serve(config)) => Ok(config),
            Ok(_) => Err("this serves nothing".into()),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn without_a_word_the_simulation_plays_on_port_3030() {
        let config = config("").unwrap();
        assert!(matches!(config.feed, FeedConfig::Simulation(plan) if plan == SimPlan::default()));
        assert_eq!(config.server.bind.to_string(), "127.0.0.1:3030");
        assert_eq!(config.speed, None);
    }

    #[test]
    fn a_replay_takes_files_and_its_own_flags() {
        let config = config("replay a.csv b.csv --speed 60x --loop --bind 127.0.0.1:0").unwrap();
        assert!(matches!(config.feed, FeedConfig::Replay { files, .. } if files.len() == 2));
        assert_eq!((config.speed, config.looping), (Some(Speed::Times(60.0)), true));
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
            ("--max-sessions 9999999999999999999", "from 1 to"),
            ("--bus-capacity 9999999999999", "from 1 to"),
            ("replay", "<FILE>"),
            ("--seed 3 replay a.csv", "replay"),
        ] {
            let error = config(line).unwrap_err();
            assert!(error.contains(says), "{line}: {error}");
        }
    }
}

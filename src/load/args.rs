//! The flags of `tickcast load`.

use std::time::Duration;

use clap::Args;

use super::config::{LoadConfig, MessageFormat, SymbolChoice, UpdateRate};
use crate::flags::{time, whole_number};

/// The longest time of a run and of its parts.
const MAX_TIME: Duration = Duration::from_secs(30 * 86_400);
const MIN_TIME: Duration = Duration::from_millis(1);
const MAX_REST: Duration = Duration::from_millis(100);
const MAX_COUNT: usize = 1_000_000;
const MAX_RATE: f64 = 1e6;

/// The flags of `tickcast load`.
#[derive(Debug, Args)]
pub struct LoadArgs {
    /// Address of the server's stream, such as ws://127.0.0.1:3030/ws
    #[arg(value_name = "URL")]
    url: String,
    /// Clients to connect
    #[arg(long, default_value_t = 100, value_name = "NUMBER", value_parser = whole_number(1..=MAX_COUNT))]
    clients: usize,
    /// Symbols for each client: a number, or all
    #[arg(long, default_value = "10", value_name = "NUMBER", value_parser = symbols)]
    symbols: SymbolChoice,
    /// Updates per second for each client: a number, or every (one update for each tick)
    #[arg(long, default_value = "5", value_name = "RATE", value_parser = rate)]
    rate: UpdateRate,
    /// Time to measure. It gets longer if a stall needs it
    #[arg(long, default_value = "20s", value_name = "TIME", value_parser = time(MIN_TIME..=MAX_TIME))]
    duration: Duration,
    /// Time to wait after the last connection before measuring
    #[arg(long, default_value = "3s", value_name = "TIME", value_parser = time(Duration::ZERO..=MAX_TIME))]
    warm_up: Duration,
    /// Format of the messages
    #[arg(long, value_enum, default_value_t = MessageFormat::Json)]
    format: MessageFormat,
    /// Clients that check every message for missing ticks
    #[arg(long, default_value_t = 10, value_name = "NUMBER")]
    check: usize,
    /// Clients that stop reading for some time when measuring begins
    #[arg(long, default_value_t = 0, value_name = "NUMBER")]
    stall: usize,
    /// Time for which these clients stop reading
    #[arg(long, default_value = "20s", value_name = "TIME", value_parser = time(MIN_TIME..=MAX_TIME))]
    stall_for: Duration,
    /// New connections per second
    #[arg(long, default_value_t = 1_000.0, value_name = "NUMBER", value_parser = rate_per_second)]
    connect_rate: f64,
    /// Threads that read. One is enough for most servers
    #[arg(long, default_value_t = 1, value_name = "NUMBER", value_parser = whole_number(1..=MAX_COUNT))]
    threads: usize,
    /// Time a thread sleeps before it waits for more data. With 0s it reads at once, and the server uses more CPU time
    /// to wake it
    #[arg(long, default_value = "200us", value_name = "TIME", value_parser = time(Duration::ZERO..=MAX_REST))]
    rest: Duration,
    /// Allow a server on another machine. Use it only for a server that is yours
    #[arg(long)]
    allow_remote: bool,
    /// Print the report as one JSON object
    #[arg(long)]
    json: bool,
    /// Print no progress lines
    #[arg(long)]
    quiet: bool,
}

impl From<LoadArgs> for LoadConfig {
    fn from(args: LoadArgs) -> Self {
        Self {
            url: args.url,
            clients: args.clients,
            symbols: args.symbols,
            rate: args.rate,
            duration: args.duration,
            warm_up: args.warm_up,
            format: args.format,
            check: args.check.min(args.clients),
            stall: args.stall.min(args.clients),
            stall_for: args.stall_for,
            connect_rate: args.connect_rate,
            threads: args.threads.min(args.clients),
            rest: args.rest,
            allow_remote: args.allow_remote,
            json: args.json,
            quiet: args.quiet,
        }
    }
}

fn symbols(text: &str) -> Result<SymbolChoice, String> {
    if text == "all" {
        return Ok(SymbolChoice::All);
    }
    whole_number(1..=MAX_COUNT)(text).map(SymbolChoice::Count).map_err(|error| error + ", or all")
}

fn rate(text: &str) -> Result<UpdateRate, String> {
    if text == "every" {
        return Ok(UpdateRate::Every);
    }
    rate_per_second(text).map(UpdateRate::PerSecond).map_err(|error| error + ", or every")
}

fn rate_per_second(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|rate| *rate > 0.0 && *rate <= MAX_RATE);
    rate.ok_or_else(|| format!("a number above 0, up to {MAX_RATE}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        args: LoadArgs,
    }

    fn config(line: &str) -> Result<LoadConfig, String> {
        let line = Line::try_parse_from(std::iter::once("load").chain(line.split_whitespace()));
        line.map(|line| line.args.into()).map_err(|error| error.to_string())
    }

    #[test]
    fn flags_become_the_configuration() {
        let line = "ws://h/ws --clients 4 --check 9 --stall 7 --threads 8 --symbols all --rate 0.5 --warm-up 0s";
        let config = config(line).unwrap();
        assert_eq!((config.clients, config.check, config.stall, config.threads), (4, 4, 4, 4));
        assert_eq!((config.symbols, config.rate), (SymbolChoice::All, UpdateRate::PerSecond(0.5)));
        assert_eq!((config.warm_up, config.duration), (Duration::ZERO, Duration::from_secs(20)));
        assert_eq!(config.rest, Duration::from_micros(200));
    }

    #[test]
    fn bad_values_are_errors_that_show_good_ones() {
        for (line, expected) in [
            ("", "<URL>"),
            ("u --clients 0", "from 1 to"),
            ("u --symbols none", "or all"),
            ("u --rate 0", "above 0"),
            ("u --rate NaN", "or every"),
            ("u --duration 0s", "from 1ms to"),
            ("u --duration 20", "30s, 2m"),
            ("u --warm-up x", "30s, 2m"),
            ("u --rest 101ms", "from 0s to 100ms"),
            ("u --format xml", "json"),
        ] {
            let error = config(line).unwrap_err();
            assert!(error.contains(expected), "{line}: {error}");
        }
    }
}

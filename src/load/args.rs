//! The flags of `tickcast load`.

use std::time::Duration;

use clap::{Args, ValueEnum};

use super::{Config, Rate, Symbols};

#[derive(Debug, Args)]
pub struct LoadArgs {
    /// The server's stream, such as ws://127.0.0.1:3030/ws
    #[arg(value_name = "URL")]
    url: String,
    /// Connections to hold at one time
    #[arg(long, default_value_t = 100, value_name = "NUMBER", value_parser = at_least_one)]
    clients: usize,
    /// Symbols that each client subscribes to: a number, or all
    #[arg(long, default_value = "10", value_name = "NUMBER", value_parser = symbols)]
    symbols: Symbols,
    /// Updates a second that each client asks for, or every for each tick by itself
    #[arg(long, default_value = "5", value_name = "RATE", value_parser = rate)]
    rate: Rate,
    /// Seconds to measure; longer if a stall needs it
    #[arg(long, default_value_t = 20.0, value_name = "SECONDS", value_parser = above_zero)]
    duration: f64,
    /// Seconds after the last connection that are not measured
    #[arg(long, default_value_t = 3.0, value_name = "SECONDS", value_parser = from_zero)]
    warm_up: f64,
    /// How the server encodes its messages
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,
    /// Clients whose messages are read in full to see that no tick is missing
    #[arg(long, default_value_t = 10, value_name = "NUMBER")]
    check: usize,
    /// Clients that stop reading for a while when measuring begins
    #[arg(long, default_value_t = 0, value_name = "NUMBER")]
    stall: usize,
    /// Seconds for which they do
    #[arg(long, default_value_t = 20.0, value_name = "SECONDS", value_parser = above_zero)]
    stall_for: f64,
    /// New connections a second
    #[arg(long, default_value_t = 1_000.0, value_name = "NUMBER", value_parser = above_zero)]
    connect_rate: f64,
    /// Threads that read; one is enough for most servers
    #[arg(long, default_value_t = 1, value_name = "NUMBER", value_parser = at_least_one)]
    threads: usize,
    /// Milliseconds that a reading thread rests before it waits for more, as if an interrupt were held back;
    /// 0 reads at once, and has the server wake it for each message
    #[arg(long, default_value_t = 0.2, value_name = "MILLISECONDS", value_parser = rest)]
    rest: f64,
    /// Put load on another machine too: only on one that is yours to load
    #[arg(long)]
    allow_remote: bool,
    /// Print the report as one JSON object
    #[arg(long)]
    json: bool,
    /// No progress line
    #[arg(long)]
    quiet: bool,
}

/// How messages are encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Json,
    Binary,
}

impl Format {
    pub const fn label(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Binary => "binary",
        }
    }

    /// The WebSocket subprotocol to ask for; JSON is what a server speaks unasked.
    pub const fn subprotocol(self) -> Option<&'static str> {
        match self {
            Self::Json => None,
            Self::Binary => Some("tickcast.v1.bin"),
        }
    }
}

impl From<LoadArgs> for Config {
    fn from(args: LoadArgs) -> Self {
        let seconds = Duration::from_secs_f64;
        Self {
            url: args.url,
            clients: args.clients,
            symbols: args.symbols,
            rate: args.rate,
            duration: seconds(args.duration),
            warm_up: seconds(args.warm_up),
            format: args.format,
            check: args.check.min(args.clients),
            stall: args.stall.min(args.clients),
            stall_for: seconds(args.stall_for),
            connect_rate: args.connect_rate,
            threads: args.threads.min(args.clients),
            rest: seconds(args.rest / 1e3),
            allow_remote: args.allow_remote,
            json: args.json,
            quiet: args.quiet,
        }
    }
}

fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|n| *n >= 1).ok_or_else(|| "a whole number from 1 up".into())
}

fn symbols(text: &str) -> Result<Symbols, String> {
    if text == "all" {
        return Ok(Symbols::All);
    }
    at_least_one(text).map(Symbols::Count).map_err(|error| error + ", or all")
}

fn rate(text: &str) -> Result<Rate, String> {
    if text == "every" {
        return Ok(Rate::Every);
    }
    above_zero(text).map(Rate::PerSecond).map_err(|error| error + ", or every")
}

fn from_zero(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|n| (0.0..=1e6).contains(n)).ok_or_else(|| "a number from 0 to 1000000".into())
}

fn rest(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|n| (0.0..=100.0).contains(n)).ok_or_else(|| "a number from 0 to 100".into())
}

fn above_zero(text: &str) -> Result<f64, String> {
    from_zero(text).ok().filter(|n| *n > 0.0).ok_or_else(|| "a number above 0, up to 1000000".into())
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

    fn config(line: &str) -> Result<Config, String> {
        let line = Line::try_parse_from(std::iter::once("load").chain(line.split_whitespace()));
        line.map(|line| line.args.into()).map_err(|error| error.to_string())
    }

    #[test]
    fn flags_become_the_configuration() {
        let config = config("ws://h/ws --clients 4 --check 9 --stall 7 --threads 8 --symbols all --rate 0.5").unwrap();
        assert_eq!((config.clients, config.check, config.stall, config.threads), (4, 4, 4, 4));
        assert_eq!((config.symbols, config.rate), (Symbols::All, Rate::PerSecond(0.5)));
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (line, says) in [
            ("", "<URL>"),
            ("u --clients 0", "from 1 up"),
            ("u --symbols none", "or all"),
            ("u --rate 0", "above 0"),
            ("u --rate NaN", "or every"),
            ("u --duration inf", "above 0"),
            ("u --warm-up x", "from 0"),
            ("u --rest 101", "from 0 to 100"),
            ("u --format xml", "json"),
        ] {
            let error = config(line).unwrap_err();
            assert!(error.contains(says), "{line}: {error}");
        }
    }
}

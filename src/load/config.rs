//! The configuration of the load generator.

use std::fmt;
use std::time::Duration;

use clap::ValueEnum;
use serde::{Serialize, Serializer};

/// A run of the load generator: its clients, their subscriptions, and its times.
#[derive(Clone, Debug)]
pub struct LoadConfig {
    /// Address of the server's stream, such as `ws://127.0.0.1:3030/ws`.
    pub url: String,
    pub clients: usize,
    pub symbols: SymbolChoice,
    pub rate: UpdateRate,
    /// Time that is measured; longer if a stall needs it.
    pub duration: Duration,
    /// Time between the last connection and the begin of measuring.
    pub warm_up: Duration,
    pub format: MessageFormat,
    /// Number of clients, counted from the first, that check every message.
    pub check: usize,
    /// Number of clients, counted from the last, that stop reading for `stall_for`.
    pub stall: usize,
    pub stall_for: Duration,
    /// New connections per second.
    pub connect_rate: f64,
    pub threads: usize,
    /// Time that a thread sleeps before it waits for more data.
    pub rest: Duration,
    /// Allows a server on another machine.
    pub allow_remote: bool,
    /// Reports as one JSON object instead of a table.
    pub json: bool,
    /// Prints no progress lines.
    pub quiet: bool,
}

/// The symbols that each client subscribes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SymbolChoice {
    Count(usize),
    /// All symbols of the server: `"*"`.
    All,
}

/// The update rate that each client requests.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum UpdateRate {
    PerSecond(f64),
    /// One update for each tick.
    Every,
}

/// The encoding of the messages that the server sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum MessageFormat {
    Json,
    Binary,
}

impl Serialize for UpdateRate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::PerSecond(rate) => serializer.serialize_f64(*rate),
            Self::Every => serializer.serialize_str("every"),
        }
    }
}

impl fmt::Display for UpdateRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PerSecond(rate) => write!(f, "{rate} updates per second"),
            Self::Every => f.write_str("every tick"),
        }
    }
}

impl MessageFormat {
    /// Returns the WebSocket subprotocol to request; a server sends JSON without one.
    pub const fn subprotocol(self) -> Option<&'static str> {
        match self {
            Self::Json => None,
            Self::Binary => Some("tickcast.v1.bin"),
        }
    }
}

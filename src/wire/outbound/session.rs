//! Messages about the session itself: its beginning, its subscriptions and its end.

use serde::Serialize;

use crate::wire::{Channel, Format, PROTOCOL, Rate};

/// The first message of a connection: the server and its limits.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "hello")]
pub struct Hello<'a> {
    pub protocol: &'static str,
    pub server: &'a str,
    pub ts_sent: i64,
    pub rates: Vec<Rate>,
    pub limits: HelloLimits,
    /// The session may send commands.
    pub control: bool,
}

/// The limits of a session.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct HelloLimits {
    /// Bytes of a message from the client.
    pub message_bytes: usize,
    /// Messages from the client in a second, with pings.
    pub messages_per_second: u32,
    /// Bytes of a message to the client, and the most that it can ask for.
    pub sent_bytes: usize,
    pub max_sent_bytes: usize,
    pub subscriptions: usize,
    pub bars: usize,
    /// Bars and trades in the snapshots of the session.
    pub history: usize,
    /// Commands that wait for the feed.
    pub commands: usize,
    /// Milliseconds for which the client may take no byte, and may send nothing.
    pub stall_ms: u64,
    pub silence_ms: u64,
}

impl<'a> Hello<'a> {
    pub const fn new(server: &'a str, ts_sent: i64, rates: Vec<Rate>, limits: HelloLimits, control: bool) -> Self {
        Self { protocol: PROTOCOL, server, ts_sent, rates, limits, control }
    }
}

/// The answer to `subscribe` and `rate`.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "granted")]
pub struct Granted<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u64>,
    channel: &'static str,
    symbols: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<&'static str>,
    rate: Rate,
    #[serde(skip_serializing_if = "Option::is_none")]
    recovered: Option<bool>,
}

impl<'a> Granted<'a> {
    /// `recovered` answers `since`, if the request had it: nothing that the client missed is lost.
    pub fn new(id: Option<u64>, channel: Channel, symbols: &'a [String], rate: Rate, recovered: Option<bool>) -> Self {
        Self { id, channel: channel.label(), symbols, interval: channel.interval(), rate, recovered }
    }
}

/// The session gets less than it was granted, or all of it again.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "throttled")]
pub struct Throttled {
    ts_sent: i64,
    max_rate: Option<Rate>,
    reason: &'static str,
}

impl Throttled {
    /// A `max_rate` of `None` ends the throttling.
    pub const fn new(ts_sent: i64, max_rate: Option<Rate>) -> Self {
        let reason = if max_rate.is_some() { "slow_consumer" } else { "recovered" };
        Self { ts_sent, max_rate, reason }
    }
}

/// The answer to `format`. The messages after it are in the new format.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "format")]
pub struct FormatSet {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u64>,
    format: &'static str,
}

impl FormatSet {
    pub fn new(id: Option<u64>, format: Format) -> Self {
        Self { id, format: format.label() }
    }
}

/// The answer to `acknowledge`, and what follows it when the client is to acknowledge more messages, or fewer.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "acknowledge")]
pub struct AcknowledgeSet {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u64>,
    on: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    every: Option<u32>,
}

impl AcknowledgeSet {
    /// The answer to a request. The client acknowledges each message at first.
    pub fn new(id: Option<u64>, on: bool) -> Self {
        Self { id, on, every: on.then_some(1) }
    }

    /// The client is to acknowledge each message whose number is a multiple of `every`.
    pub const fn change(every: u32) -> Self {
        Self { id: None, on: true, every: Some(every) }
    }
}

/// Asks a client that acknowledges for an `ack` of this message. Its number is that of the message.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "probe")]
pub struct Probe {
    pub number: u32,
}

/// The answer to `limits`: the longest message that the client gets from now on.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "limits")]
pub struct LimitsSet {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u64>,
    sent_bytes: usize,
}

impl LimitsSet {
    pub const fn new(id: Option<u64>, sent_bytes: usize) -> Self {
        Self { id, sent_bytes }
    }
}

/// The answer to `clock`: the server's clock, from which a client estimates the offset of its own.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "time")]
pub struct Time {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u64>,
    ts_sent: i64,
}

impl Time {
    pub const fn new(id: Option<u64>, ts_sent: i64) -> Self {
        Self { id, ts_sent }
    }
}

/// The answer to `drive`: the feed has followed the command. A `feed` message to all sessions has the new status.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "driven")]
pub struct Driven {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u64>,
    command: &'static str,
}

impl Driven {
    pub const fn new(id: Option<u64>, command: &'static str) -> Self {
        Self { id, command }
    }
}

/// The announcement of a planned stop.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "stopping")]
pub struct Stopping {
    pub ts_sent: i64,
    pub reconnect_after_ms: u64,
}

/// The answer to `unsubscribe`, or the word that subscriptions have ended by themselves.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "unsubscribed")]
pub struct Unsubscribed<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u64>,
    channel: &'static str,
    symbols: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

impl<'a> Unsubscribed<'a> {
    pub fn new(id: Option<u64>, channel: Channel, symbols: &'a [String]) -> Self {
        Self { id, channel: channel.label(), symbols, interval: channel.interval(), reason: None }
    }

    /// The feed that plays now lacks the symbols.
    pub fn gone(channel: Channel, symbols: &'a [String]) -> Self {
        Self { reason: Some("gone"), ..Self::new(None, channel, symbols) }
    }
}

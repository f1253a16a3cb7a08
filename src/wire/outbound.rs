//! The messages that are few: everything but quotes and bars.
//!
//! Each type writes itself with [`Message::to_text`]; times are microseconds since the epoch.

use serde::Serialize;
use serde_json::value::RawValue;

use super::errors::ApiError;
use super::frame::Format;
use super::inbound::Channel;
use super::number::serialize_speed;
use super::rate::Rate;
use super::{PROTOCOL, Text};
use crate::control::{FeedStatus, RejectedRows, Speed};
use crate::market::{DEPTH_LEVELS, Decimal, Interval, Market};

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "hello")]
pub struct Hello<'a> {
    pub protocol: &'static str,
    pub server: &'a str,
    pub ts_sent: i64,
    pub rates: Vec<Rate>,
    pub limits: HelloLimits,
    /// Whether commands are taken.
    pub control: bool,
}

#[derive(Clone, Copy, Debug, Serialize)]
pub struct HelloLimits {
    pub message_bytes: usize,
    pub subscriptions: usize,
    pub bars: usize,
}

impl<'a> Hello<'a> {
    pub const fn new(server: &'a str, ts_sent: i64, rates: Vec<Rate>, limits: HelloLimits, control: bool) -> Self {
        Self { protocol: PROTOCOL, server, ts_sent, rates, limits, control }
    }
}

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "feed")]
pub struct Feed<'a> {
    epoch: u64,
    ts_sent: i64,
    source: &'static str,
    name: &'a str,
    state: &'static str,
    #[serde(serialize_with = "serialize_speed")]
    speed: Speed,
    looping: bool,
    seekable: bool,
    skip_dead_time: bool,
    timestamps: &'static str,
    time_shift_us: i64,
    revision: u64,
    ts_market: i64,
    seed: Option<u64>,
    start: i64,
    end: Option<i64>,
    rows_rejected: u64,
    fault: Option<&'a str>,
}

impl<'a> Feed<'a> {
    pub fn new(market: &Market, ts_sent: i64, status: &'a FeedStatus) -> Self {
        Self {
            epoch: market.epoch(),
            ts_sent,
            source: status.source.label(),
            name: &status.name,
            state: status.state.label(),
            speed: status.speed,
            looping: status.looping,
            seekable: status.seekable,
            skip_dead_time: status.skip_dead_time,
            timestamps: status.timestamp_mode.label(),
            time_shift_us: status.time_shift_ns.div_euclid(1_000),
            revision: status.revision,
            ts_market: market.now().micros(),
            seed: status.seed,
            start: status.start.micros(),
            end: status.end.map(|ts| ts.micros()),
            rows_rejected: status.rows_rejected,
            fault: status.fault.as_deref(),
        }
    }
}

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
    /// `recovered` where the client said what it has.
    pub fn new(id: Option<u64>, channel: Channel, symbols: &'a [String], rate: Rate, recovered: Option<bool>) -> Self {
        Self { id, channel: channel.label(), symbols, interval: channel.interval(), rate, recovered }
    }
}

/// A session gets less than was granted, or again all of it.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "throttled")]
pub struct Throttled {
    ts_sent: i64,
    max_rate: Option<Rate>,
    reason: &'static str,
}

impl Throttled {
    /// `None` when it is over.
    pub const fn new(ts_sent: i64, max_rate: Option<Rate>) -> Self {
        let reason = if max_rate.is_some() { "slow_consumer" } else { "recovered" };
        Self { ts_sent, max_rate, reason }
    }
}

/// The answer to a wish for another format; what follows it is in that.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "format")]
pub struct FormatSet {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u64>,
    format: &'static str,
}

impl FormatSet {
    pub const fn new(id: Option<u64>, format: Format) -> Self {
        Self { id, format: format.label() }
    }
}

/// The answer to a command: the feed has obeyed. How it stands then, all are told by `feed`.
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

/// A planned end.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "stopping")]
pub struct Stopping {
    pub ts_sent: i64,
    pub reconnect_after_ms: u64,
}

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "unsubscribed")]
pub struct Unsubscribed<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u64>,
    channel: &'static str,
    symbols: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<&'static str>,
}

impl<'a> Unsubscribed<'a> {
    pub fn new(id: Option<u64>, channel: Channel, symbols: &'a [String]) -> Self {
        Self { id, channel: channel.label(), symbols, interval: channel.interval() }
    }
}

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "heartbeat")]
pub struct Heartbeat {
    pub epoch: u64,
    pub ts_sent: i64,
    pub ts_market: i64,
    pub ticks: u64,
    pub late: u64,
}

impl Heartbeat {
    pub const fn new(market: &Market, ts_sent: i64) -> Self {
        Self {
            epoch: market.epoch(),
            ts_sent,
            ts_market: market.now().micros(),
            ticks: market.ticks(),
            late: market.late(),
        }
    }
}

/// The JSON text of a message of this module.
pub trait Message: Serialize {
    fn to_text(&self) -> Text {
        // Structs of strings and numbers with fixed keys have no way to fail.
        serde_json::to_string(self).expect("invariant: a message is plain data").into()
    }
}

impl Message for Hello<'_> {}
impl Message for Feed<'_> {}
impl Message for Driven {}
impl Message for Granted<'_> {}
impl Message for Unsubscribed<'_> {}
impl Message for Heartbeat {}
impl Message for FormatSet {}
impl Message for Throttled {}
impl Message for Stopping {}
impl Message for ApiError {}

/// The body of `GET /healthz`.
pub fn health(market: &Market, version: &str, bus_gaps: u64) -> String {
    let (epoch, ticks, late) = (market.epoch(), market.ticks(), market.late());
    let body = serde_json::json!({
        "status": "ok", "version": version, "epoch": epoch, "ticks": ticks, "late": late, "bus_gaps": bus_gaps,
    });
    body.to_string()
}

/// The body of `GET /api/v1/feed/rejected`.
pub fn rejected_response(epoch: u64, status: &FeedStatus) -> String {
    #[derive(Serialize)]
    struct Row<'a> {
        file: &'a str,
        reason: &'static str,
        line: Option<u64>,
        column: Option<usize>,
        value: &'a str,
        count: u64,
    }
    #[derive(Serialize)]
    struct Body<'a> {
        epoch: u64,
        rows_rejected: u64,
        rejected: Vec<Row<'a>>,
    }
    let rows = status.rejected.iter().map(|RejectedRows { file, reason, line, column, value, count }| Row {
        file,
        reason,
        line: *line,
        column: *column,
        value,
        count: *count,
    });
    let body = Body { epoch, rows_rejected: status.rows_rejected, rejected: rows.collect() };
    serde_json::to_string(&body).expect("invariant: it has no map with keys that are no strings")
}

/// The body of `GET /api/v1/symbols`.
pub fn symbols_response(market: &Market) -> String {
    #[derive(Serialize)]
    struct Symbol<'a> {
        symbol: &'a str,
        name: &'a str,
        class: &'static str,
        tick_size: Box<RawValue>,
        price_decimals: u8,
        price_decimals_max: u8,
        size_decimals: u8,
        basis: &'static str,
        synthesised_from: Option<&'static str>,
        depth: usize,
    }
    #[derive(Serialize)]
    struct Body<'a> {
        epoch: u64,
        symbols: Vec<Symbol<'a>>,
    }
    let symbols = market.iter().map(|(id, i, _)| Symbol {
        symbol: &i.symbol,
        name: &i.name,
        class: i.class.label(),
        tick_size: exact(i.price_increment.as_decimal()),
        price_decimals: i.price_digits,
        price_decimals_max: i.price_increment.decimals(),
        size_decimals: i.size_increment.decimals(),
        basis: i.basis.label(),
        synthesised_from: i.synthesised_from.map(Interval::label),
        depth: if market.has_depth(id) { DEPTH_LEVELS } else { 0 },
    });
    let symbols = symbols.collect();
    let body = Body { epoch: market.epoch(), symbols };
    serde_json::to_string(&body).expect("invariant: a body is plain data")
}

fn exact(decimal: Decimal) -> Box<RawValue> {
    RawValue::from_string(decimal.to_string()).expect("invariant: a decimal is a JSON number")
}

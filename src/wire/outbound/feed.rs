//! Messages and bodies about the feed: its status, its heartbeat, its rejected rows and the remarks about its files.

use std::time::Duration;

use serde::Serialize;

use super::{JsonMessage, to_json};
use crate::control::{FeedStatus, FileAssumption, FileWarning, RejectedRows, Speed};
use crate::market::Market;
use crate::wire::json::serialize_speed;
use crate::wire::{EncodedMessage, Format, Heartbeat, binary};

/// The status of the feed.
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
    behind_us: u64,
    symbols_limited: usize,
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
            behind_us: status.lag.behind_seconds.saturating_mul(1_000_000),
            symbols_limited: status.lag.symbols_limited,
            fault: status.fault.as_deref(),
        }
    }
}

impl Heartbeat {
    /// Encodes the message in `format`.
    pub fn encode(&self, format: Format) -> EncodedMessage {
        match format {
            Format::Json => EncodedMessage::Text(self.to_text()),
            Format::Binary => binary::heartbeat_message(self),
        }
    }
}

/// The facts of `GET /healthz` that are not in the market or in the feed's status.
#[derive(Clone, Copy, Debug)]
pub struct Health {
    pub version: &'static str,
    pub bus_gaps: u64,
    /// The time since the last event of a feed that plays.
    pub silence: Duration,
    /// The feed plays, and sends nothing.
    pub is_stalled: bool,
}

impl Health {
    /// The body of `GET /healthz`.
    pub fn response(&self, market: &Market, status: &FeedStatus) -> String {
        let body = serde_json::json!({
            "status": if self.is_stalled { "stalled" } else { "ok" },
            "version": self.version,
            "feed": status.state.label(),
            "epoch": market.epoch(),
            "ticks": market.ticks(),
            "late": market.late(),
            "bus_gaps": self.bus_gaps,
            "behind_us": status.lag.behind_seconds.saturating_mul(1_000_000),
            "silence_us": micros(self.silence),
        });
        body.to_string()
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
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
    to_json(&Body { epoch, rows_rejected: status.rows_rejected, rejected: rows.collect() })
}

/// The body of `GET /api/v1/feed/reading`.
pub fn reading_response(epoch: u64, status: &FeedStatus) -> String {
    #[derive(Serialize)]
    struct Assumption<'a> {
        file: &'a str,
        what: &'a str,
        why: &'a str,
        flag: Option<&'a str>,
    }
    #[derive(Serialize)]
    struct Warning<'a> {
        file: &'a str,
        code: &'static str,
        what: &'a str,
        lines: &'a [u64],
        played: &'a str,
        other: &'a str,
        flag: Option<&'a str>,
    }
    #[derive(Serialize)]
    struct Body<'a> {
        epoch: u64,
        assumptions: Vec<Assumption<'a>>,
        warnings: Vec<Warning<'a>>,
    }
    fn given(flag: &str) -> Option<&str> {
        Some(flag).filter(|flag| !flag.is_empty())
    }
    let reading = &status.reading;
    let assumptions = reading.assumptions.iter().map(|FileAssumption { file, what, why, flag }| Assumption {
        file,
        what,
        why,
        flag: given(flag),
    });
    let warnings = reading.warnings.iter().map(|FileWarning { file, code, what, lines, played, other, flag }| {
        Warning { file, code, what, lines, played, other, flag: given(flag) }
    });
    to_json(&Body { epoch, assumptions: assumptions.collect(), warnings: warnings.collect() })
}

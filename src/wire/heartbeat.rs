//! The heartbeat.

use std::time::Duration;

use serde::Serialize;

use crate::market::Market;

/// A sign of life, by which a quiet market differs from a dead connection.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "heartbeat")]
pub struct Heartbeat {
    pub epoch: u64,
    pub ts_sent: i64,
    pub ts_market: i64,
    pub ticks: u64,
    pub late: u64,
    /// The time that the client last needed to read up to a probe, in milliseconds.
    pub lag_ms: Option<u64>,
}

impl Heartbeat {
    /// The heartbeat of a market.
    pub fn new(market: &Market, ts_sent: i64, lag: Option<Duration>) -> Self {
        Self {
            epoch: market.epoch(),
            ts_sent,
            ts_market: market.now().micros(),
            ticks: market.ticks(),
            late: market.late(),
            lag_ms: lag.map(|lag| u64::try_from(lag.as_millis()).unwrap_or(u64::MAX)),
        }
    }
}

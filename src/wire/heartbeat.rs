//! The heartbeat.

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
}

impl Heartbeat {
    /// The heartbeat of a market.
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

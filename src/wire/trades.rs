//! Trades as JSON.

use super::number::{push_decimal, push_i64, push_u64};
use super::quotes::push_json_string;
use crate::market::{Instrument, Timestamp, Trade};

/// About the length of one trade, to allocate once.
const TRADE_BYTES: usize = 75;

/// Where the trades of a message stand in the tape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TradesHead {
    /// The first message of a subscription.
    pub snapshot: bool,
    /// Trades that were no longer kept.
    pub skipped: u64,
    /// The number of the first trade, from 1.
    pub first: u64,
}

/// A `trades` message. `ts_sent` in microseconds since the epoch.
pub fn trades_message<'a>(
    epoch: u64,
    ts_sent: i64,
    instrument: &Instrument,
    head: TradesHead,
    trades: impl Iterator<Item = &'a (Timestamp, Trade)>,
) -> String {
    let mut out = String::with_capacity(200 + trades.size_hint().0 * TRADE_BYTES);
    out.push_str("{\"type\":\"trades\",\"epoch\":");
    push_u64(&mut out, epoch);
    out.push_str(",\"ts_sent\":");
    push_i64(&mut out, ts_sent);
    out.push_str(",\"symbol\":");
    push_json_string(&mut out, &instrument.symbol);
    out.push_str(if head.snapshot { ",\"snapshot\":true,\"skipped\":" } else { ",\"snapshot\":false,\"skipped\":" });
    push_u64(&mut out, head.skipped);
    out.push_str(",\"first\":");
    push_u64(&mut out, head.first);
    out.push_str(",\"trades\":[");
    for (n, (ts, trade)) in trades.enumerate() {
        out.push_str(if n == 0 { "{\"ts\":" } else { ",{\"ts\":" });
        push_i64(&mut out, ts.micros());
        out.push_str(",\"price\":");
        push_decimal(&mut out, instrument.price(trade.price));
        out.push_str(",\"size\":");
        push_decimal(&mut out, instrument.size_increment.size(trade.size));
        match trade.side {
            Some(side) => {
                out.push_str(",\"side\":\"");
                out.push_str(side.label());
                out.push_str("\"}");
            }
            None => out.push_str(",\"side\":null}"),
        }
    }
    out.push_str("]}");
    out
}

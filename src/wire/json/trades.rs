//! Trades as JSON.

use super::number::{push_decimal, push_i64, push_u64};
use super::{END, begin, push_items, push_snapshot};
use crate::market::{Timestamp, Trade};
use crate::wire::{SeriesHead, TradesRange};

/// The usual length of one trade, to allocate at once.
const TRADE_BYTES: usize = 75;

/// A `trades` message, and the number of its trades.
pub fn trades_message(
    head: SeriesHead<'_>,
    range: TradesRange,
    trades: impl Iterator<Item = (Timestamp, Trade)>,
) -> (String, usize) {
    let instrument = head.instrument;
    let mut out = begin("trades", &head, (trades.size_hint().0 * TRADE_BYTES).min(head.max_bytes));
    push_snapshot(&mut out, head.snapshot);
    out.push_str(",\"skipped\":");
    push_u64(&mut out, range.skipped);
    out.push_str(",\"first\":");
    push_u64(&mut out, range.first);
    out.push_str(",\"trades\":[");
    let count = push_items(&mut out, head.max_bytes, trades, |out, n, (ts, trade)| {
        out.push_str(if n == 0 { "{\"ts\":" } else { ",{\"ts\":" });
        push_i64(out, ts.micros());
        out.push_str(",\"price\":");
        push_decimal(out, instrument.price(trade.price));
        out.push_str(",\"size\":");
        push_decimal(out, instrument.size_increment.size(trade.size));
        match trade.side {
            Some(side) => {
                out.push_str(",\"side\":\"");
                out.push_str(side.label());
                out.push_str("\"}");
            }
            None => out.push_str(",\"side\":null}"),
        }
    });
    out.push_str(END);
    (out, count)
}

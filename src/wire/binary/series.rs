//! Bars, trades, depth and heartbeats in the binary format.

use super::varint::{push_delta, push_varint, push_zigzag};
use super::{BARS, DEPTH, HEARTBEAT, MARK_LAG, MARK_SNAPSHOT, MARK_TIME, TRADES, header, set_count};
use crate::market::{Bar, Depth, Interval, Side, Timestamp, Trade};
use crate::wire::{DepthRange, EncodedMessage, Heartbeat, SeriesHead, TradesRange};

/// The usual lengths of one bar, trade and level, to allocate at once.
const BAR_BYTES: usize = 10;
const TRADE_BYTES: usize = 9;
const LEVEL_BYTES: usize = 5;

/// The usual length of the members before a message's list.
const HEAD_BYTES: usize = 20;

/// A `bars` message, and the number of its bars.
pub fn bars_message(
    head: SeriesHead<'_>,
    interval: Interval,
    missed: u64,
    bars: impl Iterator<Item = (Bar, bool)>,
) -> (EncodedMessage, usize) {
    let instrument = head.instrument;
    let mut out = begin(BARS, 0, &head, (bars.size_hint().0 * BAR_BYTES).min(head.max_bytes));
    out.push(interval.index() as u8);
    push_varint(&mut out, missed);
    let (mut slot, mut near) = (0, 0);
    let count = push_items(&mut out, head.max_bytes, bars, |out, (bar, closed)| {
        let start = bar.start.0.div_euclid(interval.nanos());
        // The lowest bit marks a closed bar.
        push_zigzag(out, (start - slot) << 1 | i64::from(closed));
        let [open, high, low, close] =
            [bar.open, bar.high, bar.low, bar.close].map(|price| instrument.price_increment.price(price).mantissa);
        push_delta(out, near, open);
        for price in [high, low, close] {
            push_delta(out, open, price);
        }
        push_zigzag(out, instrument.size_increment.size(bar.volume).mantissa);
        (slot, near) = (start, close);
    });
    (finish(out, count), usize::from(count))
}

/// A `trades` message, and the number of its trades.
pub fn trades_message(
    head: SeriesHead<'_>,
    range: TradesRange,
    trades: impl Iterator<Item = (Timestamp, Trade)>,
) -> (EncodedMessage, usize) {
    let instrument = head.instrument;
    let mut out = begin(TRADES, 0, &head, (trades.size_hint().0 * TRADE_BYTES).min(head.max_bytes));
    push_varint(&mut out, range.skipped);
    push_varint(&mut out, range.first);
    let (mut before, mut near) = (0, 0);
    let count = push_items(&mut out, head.max_bytes, trades, |out, (ts, trade)| {
        let price = instrument.price_increment.price(trade.price).mantissa;
        push_delta(out, before, ts.micros());
        push_delta(out, near, price);
        push_zigzag(out, instrument.size_increment.size(trade.size).mantissa);
        out.push(match trade.side {
            None => 0,
            Some(Side::Buy) => 1,
            Some(Side::Sell) => 2,
        });
        (before, near) = (ts.micros(), price);
    });
    (finish(out, count), usize::from(count))
}

/// A `depth` message.
pub fn depth_message(head: SeriesHead<'_>, range: DepthRange, depth: &Depth) -> EncodedMessage {
    let instrument = head.instrument;
    let marks = if range.ts_event.is_some() { MARK_TIME } else { 0 };
    let mut out = begin(DEPTH, marks, &head, depth.count() * LEVEL_BYTES);
    push_varint(&mut out, (range.seq + 1).saturating_sub(range.first_seq));
    push_varint(&mut out, range.seq);
    range.ts_event.iter().for_each(|ts| push_zigzag(&mut out, ts.micros()));
    let bids = depth.bids.iter().flatten();
    out.push(bids.clone().count() as u8);
    let price = |price| instrument.price_increment.price(price).mantissa;
    let (mut near, mut count) = (0, 0);
    let best_bid = depth.bids[0].map_or(0, |best| price(best.price));
    for (n, ladder) in [&depth.bids, &depth.asks].into_iter().enumerate() {
        if n == 1 {
            near = best_bid;
        }
        for level in ladder.iter().flatten() {
            push_delta(&mut out, near, price(level.price));
            push_zigzag(&mut out, instrument.size_increment.size(level.size).mantissa);
            (near, count) = (price(level.price), count + 1);
        }
    }
    finish(out, count)
}

/// A `heartbeat` message.
pub fn heartbeat_message(heartbeat: &Heartbeat) -> EncodedMessage {
    let marks = if heartbeat.lag_ms.is_some() { MARK_LAG } else { 0 };
    let mut out = header(HEARTBEAT, marks, heartbeat.ts_sent, heartbeat.epoch, 16);
    push_zigzag(&mut out, heartbeat.ts_market);
    push_varint(&mut out, heartbeat.ticks);
    push_varint(&mut out, heartbeat.late);
    heartbeat.lag_ms.iter().for_each(|lag_ms| push_varint(&mut out, *lag_ms));
    finish(out, 0)
}

/// Appends items up to the one that would make the message longer than `max_bytes`, but at least one. Returns their
/// number.
fn push_items<T>(
    out: &mut Vec<u8>,
    max_bytes: usize,
    items: impl Iterator<Item = T>,
    mut push: impl FnMut(&mut Vec<u8>, T),
) -> u16 {
    let mut count = 0;
    for item in items {
        let length = out.len();
        push(out, item);
        if count > 0 && out.len() > max_bytes {
            out.truncate(length);
            break;
        }
        count += 1;
    }
    count
}

/// Begins a message about one symbol.
fn begin(kind: u8, marks: u8, head: &SeriesHead<'_>, capacity: usize) -> Vec<u8> {
    let marks = marks | if head.snapshot { MARK_SNAPSHOT } else { 0 };
    let mut out = header(kind, marks, head.ts_sent, head.epoch, HEAD_BYTES + capacity);
    push_varint(&mut out, u64::from(head.id.0));
    out
}

fn finish(mut bytes: Vec<u8>, count: u16) -> EncodedMessage {
    set_count(&mut bytes, count);
    EncodedMessage::Binary(bytes.into())
}

//! Bars, trades, books and heartbeats in the compact format.

use super::super::depth::DepthHead;
use super::super::frame::Frame;
use super::super::outbound::Heartbeat;
use super::super::trades::TradesHead;
use super::varint::{push_delta, push_varint, push_zigzag};
use super::{BARS, DEPTH, HEARTBEAT, MARK_SNAPSHOT, MARK_TIME, TRADES, header, set_count};
use crate::market::{Bar, DEPTH_LEVELS, Depth, Instrument, InstrumentId, Interval, Side, Timestamp, Trade};

/// About the length of one bar and one trade, to allocate once.
const BAR_BYTES: usize = 10;
const TRADE_BYTES: usize = 9;
const LEVEL_BYTES: usize = 5;

/// As [`bars_message`](crate::wire::bars_message).
pub fn bars_frame<'a>(
    epoch: u64,
    ts_sent: i64,
    (id, instrument): (InstrumentId, &Instrument),
    interval: Interval,
    (snapshot, missed): (bool, u64),
    bars: impl Iterator<Item = (&'a Bar, bool)>,
) -> Frame {
    let mut out = header(BARS, marks(snapshot), ts_sent, epoch, 20 + bars.size_hint().0 * BAR_BYTES);
    push_varint(&mut out, u64::from(id.0));
    out.push(interval.index() as u8);
    push_varint(&mut out, missed);
    let (mut slot, mut near, mut count) = (0, 0, 0);
    for (bar, closed) in bars {
        let start = bar.start.0.div_euclid(interval.nanos());
        // The lowest bit tells whether it is closed.
        push_zigzag(&mut out, (start - slot) << 1 | i64::from(closed));
        let [open, high, low, close] =
            [bar.open, bar.high, bar.low, bar.close].map(|price| instrument.price_increment.price(price).mantissa);
        push_delta(&mut out, near, open);
        for price in [high, low, close] {
            push_delta(&mut out, open, price);
        }
        push_zigzag(&mut out, instrument.size_increment.size(bar.volume).mantissa);
        (slot, near, count) = (start, close, count + 1);
    }
    finish(out, count)
}

/// As [`trades_message`](crate::wire::trades_message).
pub fn trades_frame<'a>(
    epoch: u64,
    ts_sent: i64,
    (id, instrument): (InstrumentId, &Instrument),
    head: TradesHead,
    trades: impl Iterator<Item = &'a (Timestamp, Trade)>,
) -> Frame {
    let mut out = header(TRADES, marks(head.snapshot), ts_sent, epoch, 20 + trades.size_hint().0 * TRADE_BYTES);
    push_varint(&mut out, u64::from(id.0));
    push_varint(&mut out, head.skipped);
    push_varint(&mut out, head.first);
    let (mut before, mut near, mut count) = (0, 0, 0);
    for (ts, trade) in trades {
        let price = instrument.price_increment.price(trade.price).mantissa;
        push_delta(&mut out, before, ts.micros());
        push_delta(&mut out, near, price);
        push_zigzag(&mut out, instrument.size_increment.size(trade.size).mantissa);
        out.push(match trade.side {
            None => 0,
            Some(Side::Buy) => 1,
            Some(Side::Sell) => 2,
        });
        (before, near, count) = (ts.micros(), price, count + 1);
    }
    finish(out, count)
}

/// As [`depth_message`](crate::wire::depth_message).
pub fn depth_frame(
    epoch: u64,
    ts_sent: i64,
    (id, instrument): (InstrumentId, &Instrument),
    head: DepthHead,
    depth: &Depth,
) -> Frame {
    let marks = marks(head.snapshot) | if head.ts_event.is_some() { MARK_TIME } else { 0 };
    let mut out = header(DEPTH, marks, ts_sent, epoch, 20 + 2 * DEPTH_LEVELS * LEVEL_BYTES);
    push_varint(&mut out, u64::from(id.0));
    push_varint(&mut out, (head.seq + 1).saturating_sub(head.first_seq));
    push_varint(&mut out, head.seq);
    head.ts_event.iter().for_each(|ts| push_zigzag(&mut out, ts.micros()));
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

pub fn heartbeat_frame(heartbeat: &Heartbeat) -> Frame {
    let mut out = header(HEARTBEAT, 0, heartbeat.ts_sent, heartbeat.epoch, 16);
    push_zigzag(&mut out, heartbeat.ts_market);
    push_varint(&mut out, heartbeat.ticks);
    push_varint(&mut out, heartbeat.late);
    finish(out, 0)
}

const fn marks(snapshot: bool) -> u8 {
    if snapshot { MARK_SNAPSHOT } else { 0 }
}

fn finish(mut bytes: Vec<u8>, count: u16) -> Frame {
    set_count(&mut bytes, count);
    Frame::Binary(bytes.into())
}

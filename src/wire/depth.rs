//! The levels of a book as JSON.

use super::number::{push_decimal, push_i64, push_u64};
use super::quotes::push_json_string;
use crate::market::{DEPTH_LEVELS, Depth, Instrument, InstrumentState, Ladder, Timestamp};

/// About the length of one level, to allocate once.
const LEVEL_BYTES: usize = 36;

/// What a `depth` message covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DepthHead {
    /// The first message of a subscription.
    pub snapshot: bool,
    pub first_seq: u64,
    /// The book is as it stood after this tick.
    pub seq: u64,
    pub ts_event: Option<Timestamp>,
}

/// A `depth` message. `ts_sent` in microseconds since the epoch.
pub fn depth_message(epoch: u64, ts_sent: i64, instrument: &Instrument, head: DepthHead, depth: &Depth) -> String {
    let mut out = String::with_capacity(200 + 2 * DEPTH_LEVELS * LEVEL_BYTES);
    out.push_str("{\"type\":\"depth\",\"epoch\":");
    push_u64(&mut out, epoch);
    out.push_str(",\"ts_sent\":");
    push_i64(&mut out, ts_sent);
    out.push_str(",\"symbol\":");
    push_json_string(&mut out, &instrument.symbol);
    out.push_str(if head.snapshot { ",\"snapshot\":true" } else { ",\"snapshot\":false" });
    out.push_str(",\"first_seq\":");
    push_u64(&mut out, head.first_seq);
    push_book(&mut out, instrument, head.seq, head.ts_event, depth);
    out
}

/// The rest of an object, from `seq` on.
fn push_book(out: &mut String, instrument: &Instrument, seq: u64, ts_event: Option<Timestamp>, depth: &Depth) {
    out.push_str(",\"seq\":");
    push_u64(out, seq);
    out.push_str(",\"ts_event\":");
    match ts_event {
        Some(ts) => push_i64(out, ts.micros()),
        None => out.push_str("null"),
    }
    out.push_str(",\"bids\":");
    push_ladder(out, instrument, &depth.bids);
    out.push_str(",\"asks\":");
    push_ladder(out, instrument, &depth.asks);
    out.push('}');
}

fn push_ladder(out: &mut String, instrument: &Instrument, ladder: &Ladder) {
    out.push('[');
    for (n, level) in ladder.iter().flatten().enumerate() {
        out.push_str(if n == 0 { "{\"price\":" } else { ",{\"price\":" });
        push_decimal(out, instrument.price(level.price));
        out.push_str(",\"size\":");
        push_decimal(out, instrument.size_increment.size(level.size));
        out.push('}');
    }
    out.push(']');
}

/// The body of `GET /api/v1/depth`.
pub fn depth_response<'m>(
    epoch: u64,
    books: impl Iterator<Item = (&'m Instrument, &'m InstrumentState, Depth)>,
) -> String {
    let mut out = String::from("{\"epoch\":");
    push_u64(&mut out, epoch);
    out.push_str(",\"books\":[");
    for (n, (instrument, state, depth)) in books.enumerate() {
        out.push_str(if n == 0 { "{\"symbol\":" } else { ",{\"symbol\":" });
        push_json_string(&mut out, &instrument.symbol);
        push_book(&mut out, instrument, state.seq, state.ts_event, &depth);
    }
    out.push_str("]}");
    out
}

//! Depth as JSON, for the stream and for `GET /api/v1/depth`.

use super::number::{push_decimal, push_i64, push_u64};
use super::{begin, push_snapshot, push_string};
use crate::market::{Depth, Instrument, Ladder, Timestamp};
use crate::wire::{DepthRange, SeriesHead};

/// The usual length of one level, to allocate at once.
const LEVEL_BYTES: usize = 36;

/// A `depth` message.
pub fn depth_message(head: SeriesHead<'_>, range: DepthRange, depth: &Depth) -> String {
    let mut out = begin("depth", &head, depth.count() * LEVEL_BYTES);
    push_snapshot(&mut out, head.snapshot);
    out.push_str(",\"first_seq\":");
    push_u64(&mut out, range.first_seq);
    push_depth(&mut out, head.instrument, range.seq, range.ts_event, depth);
    out
}

/// The rest of an object, from `seq` on.
fn push_depth(out: &mut String, instrument: &Instrument, seq: u64, ts_event: Option<Timestamp>, depth: &Depth) {
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

/// The body of `GET /api/v1/depth`: of each symbol its `seq`, the time of its levels, and these.
pub fn depth_response<'m>(
    epoch: u64,
    books: impl Iterator<Item = (&'m Instrument, u64, Option<Timestamp>, Depth)>,
) -> String {
    let mut out = String::from("{\"epoch\":");
    push_u64(&mut out, epoch);
    out.push_str(",\"books\":[");
    for (n, (instrument, seq, ts_event, depth)) in books.enumerate() {
        out.push_str(if n == 0 { "{\"symbol\":" } else { ",{\"symbol\":" });
        push_string(&mut out, &instrument.symbol);
        push_depth(&mut out, instrument, seq, ts_event, &depth);
    }
    out.push_str("]}");
    out
}

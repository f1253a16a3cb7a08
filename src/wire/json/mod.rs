//! The frequent messages as JSON. They carry exact decimals and are written by hand, without a tree of values.

mod bars;
mod depth;
mod number;
mod quotes;
mod trades;

pub use bars::{BarsResponse, bars_message};
pub use depth::{depth_message, depth_response};
pub use number::{serialize_f64, serialize_speed};
pub use quotes::{JsonQuote, JsonQuotes};
pub use trades::trades_message;

use self::number::{push_i64, push_u64};
use super::SeriesHead;

/// The usual length of a message's members before its list, to allocate at once.
const HEAD_BYTES: usize = 200;

/// The end of a message after its last item.
const END: &str = "]}";

/// Begins a message of `kind` about one symbol.
fn begin(kind: &str, head: &SeriesHead<'_>, capacity: usize) -> String {
    let mut out = String::with_capacity(HEAD_BYTES + capacity);
    out.push_str("{\"type\":\"");
    out.push_str(kind);
    out.push_str("\",\"epoch\":");
    push_u64(&mut out, head.epoch);
    out.push_str(",\"ts_sent\":");
    push_i64(&mut out, head.ts_sent);
    out.push_str(",\"symbol\":");
    push_string(&mut out, &head.instrument.symbol);
    out
}

/// Appends items up to the one that would make the message longer than `max_bytes`, but at least one. `push` gets the
/// number of the item, from 0. Returns the number of items.
fn push_items<T>(
    out: &mut String,
    max_bytes: usize,
    items: impl Iterator<Item = T>,
    mut push: impl FnMut(&mut String, usize, T),
) -> usize {
    let mut count = 0;
    for item in items {
        let length = out.len();
        push(out, count, item);
        if count > 0 && out.len() + END.len() > max_bytes {
            out.truncate(length);
            break;
        }
        count += 1;
    }
    count
}

fn push_snapshot(out: &mut String, snapshot: bool) {
    out.push_str(if snapshot { ",\"snapshot\":true" } else { ",\"snapshot\":false" });
}

fn push_string(out: &mut String, text: &str) {
    out.push_str(&serde_json::Value::from(text).to_string());
}

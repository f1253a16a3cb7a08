//! Messages about one symbol, in either format: bars, trades and depth.

use super::head::{DepthRange, SeriesHead, TradesRange};
use super::{EncodedMessage, Format, binary, json};
use crate::market::{Bar, Depth, Interval, Timestamp, Trade};

/// A `bars` message, and the number of its bars: as many as fit. `missed` bars before the first one are no longer kept.
/// A bar comes with the mark of a closed one.
pub fn bars_message(
    format: Format,
    head: SeriesHead<'_>,
    interval: Interval,
    missed: u64,
    bars: impl Iterator<Item = (Bar, bool)>,
) -> (EncodedMessage, usize) {
    match format {
        Format::Json => into_message(json::bars_message(head, interval, missed, bars)),
        Format::Binary => binary::bars_message(head, interval, missed, bars),
    }
}

/// A `trades` message, and the number of its trades: as many as fit.
pub fn trades_message(
    format: Format,
    head: SeriesHead<'_>,
    range: TradesRange,
    trades: impl Iterator<Item = (Timestamp, Trade)>,
) -> (EncodedMessage, usize) {
    match format {
        Format::Json => into_message(json::trades_message(head, range, trades)),
        Format::Binary => binary::trades_message(head, range, trades),
    }
}

/// A `depth` message.
pub fn depth_message(format: Format, head: SeriesHead<'_>, range: DepthRange, depth: &Depth) -> EncodedMessage {
    match format {
        Format::Json => json::depth_message(head, range, depth).into(),
        Format::Binary => binary::depth_message(head, range, depth),
    }
}

fn into_message((text, count): (String, usize)) -> (EncodedMessage, usize) {
    (text.into(), count)
}

//! Bars as JSON, for the stream and for `GET /api/v1/bars`.

use super::number::{push_decimal, push_i64, push_u64};
use super::{begin, push_snapshot, push_string};
use crate::market::{Bar, Instrument, Interval, Timestamp};
use crate::wire::SeriesHead;

/// The usual length of one bar, to allocate at once.
const BAR_BYTES: usize = 140;

/// A `bars` message.
pub fn bars_message(
    head: SeriesHead<'_>,
    interval: Interval,
    missed: u64,
    bars: impl Iterator<Item = (Bar, bool)>,
) -> String {
    let mut out = begin("bars", &head, bars.size_hint().0 * BAR_BYTES);
    out.push_str(",\"interval\":\"");
    out.push_str(interval.label());
    out.push('"');
    push_snapshot(&mut out, head.snapshot);
    out.push_str(",\"missed\":");
    push_u64(&mut out, missed);
    out.push_str(",\"bars\":");
    push_bars(&mut out, head.instrument, bars);
    out.push('}');
    out
}

/// The body of `GET /api/v1/bars`, and of `GET /api/v1/feed/preview` with the time up to which it goes (`through`).
pub fn bars_response<'a, B: Iterator<Item = (Bar, bool)>>(
    epoch: u64,
    through: Option<Timestamp>,
    interval: Interval,
    series: impl Iterator<Item = (&'a Instrument, B)>,
) -> String {
    let mut out = String::from("{\"epoch\":");
    push_u64(&mut out, epoch);
    if let Some(through) = through {
        out.push_str(",\"through\":");
        push_i64(&mut out, through.micros());
    }
    out.push_str(",\"interval\":\"");
    out.push_str(interval.label());
    out.push_str("\",\"series\":[");
    for (n, (instrument, bars)) in series.enumerate() {
        out.push_str(if n == 0 { "{\"symbol\":" } else { ",{\"symbol\":" });
        push_string(&mut out, &instrument.symbol);
        out.push_str(",\"bars\":");
        push_bars(&mut out, instrument, bars);
        out.push('}');
    }
    out.push_str("]}");
    out
}

fn push_bars(out: &mut String, instrument: &Instrument, bars: impl Iterator<Item = (Bar, bool)>) {
    out.push('[');
    for (n, (bar, closed)) in bars.enumerate() {
        out.push_str(if n == 0 { "{\"ts\":" } else { ",{\"ts\":" });
        push_i64(out, bar.start.micros());
        for (name, price) in
            [(",\"open\":", bar.open), (",\"high\":", bar.high), (",\"low\":", bar.low), (",\"close\":", bar.close)]
        {
            out.push_str(name);
            push_decimal(out, instrument.price(price));
        }
        out.push_str(",\"volume\":");
        push_decimal(out, instrument.size_increment.size(bar.volume));
        out.push_str(if closed { ",\"closed\":true}" } else { ",\"closed\":false}" });
    }
    out.push(']');
}

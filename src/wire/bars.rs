//! Bars as JSON, for the stream and for `GET /api/v1/bars`.

use super::number::{push_decimal, push_i64, push_u64};
use super::quotes::push_json_string;
use crate::market::{Bar, Instrument, Interval, Timestamp};

/// About the length of one bar, to allocate once.
const BAR_BYTES: usize = 140;

/// A `bars` message: `snapshot` for the history after a subscription, and `missed` bars that were no
/// longer kept. `ts_sent` in microseconds since the epoch.
pub fn bars_message<'a>(
    epoch: u64,
    ts_sent: i64,
    instrument: &Instrument,
    interval: Interval,
    history: (bool, u64),
    bars: impl Iterator<Item = (&'a Bar, bool)>,
) -> String {
    let mut out = String::with_capacity(200 + bars.size_hint().0 * BAR_BYTES);
    out.push_str("{\"type\":\"bars\",\"epoch\":");
    push_u64(&mut out, epoch);
    out.push_str(",\"ts_sent\":");
    push_i64(&mut out, ts_sent);
    out.push_str(",\"symbol\":");
    push_json_string(&mut out, &instrument.symbol);
    out.push_str(",\"interval\":\"");
    out.push_str(interval.label());
    let (snapshot, missed) = history;
    out.push_str(if snapshot { "\",\"snapshot\":true,\"missed\":" } else { "\",\"snapshot\":false,\"missed\":" });
    push_u64(&mut out, missed);
    out.push_str(",\"bars\":");
    push_bars(&mut out, instrument, bars);
    out.push('}');
    out
}

/// The body of `GET /api/v1/bars` and, with the time that the tape was read to, of `GET /api/v1/feed/preview`.
pub fn bars_response<'a, B: Iterator<Item = (&'a Bar, bool)>>(
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
        push_json_string(&mut out, &instrument.symbol);
        out.push_str(",\"bars\":");
        push_bars(&mut out, instrument, bars);
        out.push('}');
    }
    out.push_str("]}");
    out
}

fn push_bars<'a>(out: &mut String, instrument: &Instrument, bars: impl Iterator<Item = (&'a Bar, bool)>) {
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

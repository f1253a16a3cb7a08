//! Bars as JSON, for the stream and for `GET /api/v1/bars`.

use super::number::{push_decimal, push_i64, push_u64};
use super::{END, begin, push_items, push_snapshot, push_string};
use crate::market::{Bar, CopiedSeries, Instrument, Interval, Timestamp};
use crate::wire::SeriesHead;

/// The usual length of one bar, to allocate at once.
const BAR_BYTES: usize = 140;

/// A `bars` message, and the number of its bars.
pub fn bars_message(
    head: SeriesHead<'_>,
    interval: Interval,
    missed: u64,
    bars: impl Iterator<Item = (Bar, bool)>,
) -> (String, usize) {
    let mut out = begin("bars", &head, (bars.size_hint().0 * BAR_BYTES).min(head.max_bytes));
    out.push_str(",\"interval\":\"");
    out.push_str(interval.label());
    out.push('"');
    push_snapshot(&mut out, head.snapshot);
    out.push_str(",\"missed\":");
    push_u64(&mut out, missed);
    out.push_str(",\"bars\":[");
    let count = push_items(&mut out, head.max_bytes, bars, |out, n, (bar, closed)| {
        push_bar(out, head.instrument, n == 0, &bar, closed);
    });
    out.push_str(END);
    (out, count)
}

/// The body of `GET /api/v1/bars`, and of `GET /api/v1/feed/preview`: an iterator over pieces of text. Only the piece
/// that is to be written next is made, so an answer that its client does not take costs little memory.
#[derive(Debug)]
pub struct BarsResponse {
    /// The members before the series, until they are written.
    head: Option<String>,
    series: Vec<(Instrument, CopiedSeries)>,
    /// The index of the series to write next, and of its bar.
    next: (usize, usize),
}

impl BarsResponse {
    /// The usual length of a piece, in bytes.
    pub const PIECE_BYTES: usize = 16 * 1024;

    /// Bars of each instrument, oldest first. `through` is the time up to which a preview goes.
    pub fn new(
        epoch: u64,
        through: Option<Timestamp>,
        interval: Interval,
        series: Vec<(Instrument, CopiedSeries)>,
    ) -> Self {
        let mut head = String::from("{\"epoch\":");
        push_u64(&mut head, epoch);
        if let Some(through) = through {
            head.push_str(",\"through\":");
            push_i64(&mut head, through.micros());
        }
        head.push_str(",\"interval\":\"");
        head.push_str(interval.label());
        head.push_str("\",\"series\":[");
        Self { head: Some(head), series, next: (0, 0) }
    }

    /// Estimates the memory of this answer until it is written.
    pub fn bytes(&self) -> usize {
        let series = self.series.iter().map(|(_, series)| size_of::<Instrument>() + series.bytes());
        series.sum::<usize>() + 2 * Self::PIECE_BYTES
    }

    /// Writes the next bar of a series, or its end.
    fn push_next(&mut self, out: &mut String) {
        let (n, at) = self.next;
        let Some((instrument, series)) = self.series.get(n) else { return };
        if at == 0 {
            out.push_str(if n == 0 { "{\"symbol\":" } else { ",{\"symbol\":" });
            push_string(out, &instrument.symbol);
            out.push_str(",\"bars\":[");
        }
        if let Some((bar, closed)) = series.get(at) {
            push_bar(out, instrument, at == 0, &bar, closed);
            self.next.1 += 1;
        } else {
            out.push_str("]}");
            self.next = (n + 1, 0);
        }
    }
}

impl Iterator for BarsResponse {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        if self.next.0 > self.series.len() {
            return None;
        }
        let mut out = self.head.take().unwrap_or_default();
        out.reserve(Self::PIECE_BYTES + BAR_BYTES);
        while out.len() < Self::PIECE_BYTES && self.next.0 < self.series.len() {
            self.push_next(&mut out);
        }
        if self.next.0 == self.series.len() {
            out.push_str("]}");
            self.next.0 += 1;
        }
        Some(out)
    }
}

fn push_bar(out: &mut String, instrument: &Instrument, first: bool, bar: &Bar, closed: bool) {
    out.push_str(if first { "{\"ts\":" } else { ",{\"ts\":" });
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

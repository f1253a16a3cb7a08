//! Quotes as JSON: a symbol's state is text, with a gap for the `first_seq` of each reader.

use std::ops::Range;

use super::number::{push_i64, push_optional, push_u64};
use super::{END, push_string};
use crate::market::{Instrument, InstrumentId, InstrumentState, Price};
use crate::wire::{EncodedMessage, QuoteEncoding, QuotesKind};

/// One symbol's state as JSON text.
#[derive(Clone, Debug, Default)]
pub struct JsonQuote {
    text: String,
    /// The position of the gap, where a reader's `first_seq` is inserted. The text before it never changes.
    gap: usize,
    seq: u64,
}

impl JsonQuote {
    fn push(&self, out: &mut String, first_seq: u64) {
        let (head, tail) = self.text.split_at(self.gap);
        out.push_str(head);
        push_u64(out, first_seq);
        out.push_str(tail);
    }

    fn write_head(&mut self, symbol: &str) {
        self.text.push_str("{\"symbol\":");
        push_string(&mut self.text, symbol);
        self.text.push_str(",\"first_seq\":");
        self.gap = self.text.len();
    }
}

impl QuoteEncoding for JsonQuote {
    type Message = JsonQuotes;
    type Pieces = String;
    const BYTES: usize = 230;

    // In place: an encoding that was used before allocates nothing.
    fn encode(&mut self, _: InstrumentId, instrument: &Instrument, state: &InstrumentState) {
        if self.gap == 0 {
            self.write_head(&instrument.symbol);
        }
        self.seq = state.seq;
        self.text.truncate(self.gap);
        push_tick(&mut self.text, instrument, state);
        push_day(&mut self.text, instrument, state);
        self.text.push('}');
    }

    fn seq(&self) -> u64 {
        self.seq
    }

    fn max_len(&self) -> usize {
        /// The digits of a `first_seq`, and a comma.
        const INSERTED: usize = 21;
        self.text.len() + INSERTED
    }

    fn begin(kind: QuotesKind, epoch: u64, ts_sent: i64, capacity: usize) -> JsonQuotes {
        let mut text = String::with_capacity(capacity);
        text.push_str(match kind {
            QuotesKind::Snapshot => "{\"type\":\"snapshot\",\"epoch\":",
            QuotesKind::Update => "{\"type\":\"update\",\"epoch\":",
        });
        push_u64(&mut text, epoch);
        text.push_str(",\"ts_sent\":");
        push_i64(&mut text, ts_sent);
        text.push_str(",\"quotes\":[");
        let head = text.len();
        JsonQuotes { text, head }
    }

    fn add_to(&self, message: &mut JsonQuotes, first_seq: u64) {
        message.separate();
        self.push(&mut message.text, first_seq);
    }

    fn push_piece(&self, pieces: &mut String) {
        self.push(pieces, self.seq);
    }

    fn add_piece(message: &mut JsonQuotes, pieces: &String, range: Range<usize>) {
        message.separate();
        message.text.push_str(&pieces[range]);
    }

    fn message_len(message: &JsonQuotes) -> usize {
        message.text.len() + END.len()
    }

    fn finish(message: JsonQuotes) -> EncodedMessage {
        let mut text = message.text;
        text.push_str(END);
        text.into()
    }
}

/// A `snapshot` or `update` message that is being built.
#[derive(Debug)]
pub struct JsonQuotes {
    text: String,
    /// The length of the text before the first quote.
    head: usize,
}

impl JsonQuotes {
    fn separate(&mut self) {
        if self.text.len() > self.head {
            self.text.push(',');
        }
    }
}

/// Appends the members of the last tick.
fn push_tick(out: &mut String, instrument: &Instrument, state: &InstrumentState) {
    out.push_str(",\"seq\":");
    push_u64(out, state.seq);
    out.push_str(",\"ts_event\":");
    match state.ts_event {
        Some(ts) => push_i64(out, ts.micros()),
        None => out.push_str("null"),
    }
    let quote = &state.top.quote;
    push_prices(out, instrument, [(",\"last\":", state.top.last), (",\"bid\":", quote.bid), (",\"ask\":", quote.ask)]);
}

/// Appends the members of the day.
fn push_day(out: &mut String, instrument: &Instrument, state: &InstrumentState) {
    let day = state.day.as_ref();
    let (open, high, low) = (day.map(|d| d.open), day.map(|d| d.high), day.map(|d| d.low));
    push_prices(out, instrument, [(",\"open\":", open), (",\"high\":", high), (",\"low\":", low)]);
    out.push_str(",\"volume\":");
    push_optional(out, day.and_then(|day| instrument.size_increment.volume(day.volume)));
    out.push_str(",\"vwap\":");
    let vwap = day.and_then(|day| day.vwap(instrument.price_increment.as_decimal()));
    push_optional(out, vwap.map(|vwap| vwap.shorten(instrument.price_digits + 2)));
    out.push_str(",\"change\":");
    let change = day.zip(state.top.last).and_then(|(day, last)| day.change(last));
    push_optional(out, change.map(|change| instrument.price(change)));
}

fn push_prices(out: &mut String, instrument: &Instrument, prices: [(&str, Option<Price>); 3]) {
    for (name, price) in prices {
        out.push_str(name);
        push_optional(out, price.map(|price| instrument.price(price)));
    }
}

//! Quotes as JSON: each symbol's state is encoded once and then copied into as many frames as need it.

use std::ops::Range;

use super::frame::Frame;
use super::number::{push_decimal, push_i64, push_optional, push_u64};
use crate::market::{Instrument, InstrumentId, InstrumentState};

/// One symbol's state in one format: encoded once, then copied into as many frames as need it.
pub trait QuoteEncoding: Clone + std::fmt::Debug + Default {
    /// A message being put together.
    type Frame;
    /// States one after the other.
    type Pieces: AsRef<[u8]> + Default + std::fmt::Debug;
    /// About the length of one quote, to allocate once.
    const BYTES: usize;

    /// Replaces the state. An encoding stays with one instrument.
    fn renew(&mut self, id: InstrumentId, instrument: &Instrument, state: &InstrumentState);

    /// The last tick that this state holds.
    fn seq(&self) -> u64;

    /// `ts_sent` in microseconds since the epoch; `capacity` in bytes, to allocate once.
    fn begin(kind: QuotesKind, epoch: u64, ts_sent: i64, capacity: usize) -> Self::Frame;

    /// Adds the state to a message, standing for the symbol's ticks from `first_seq` on.
    fn add_to(&self, frame: &mut Self::Frame, first_seq: u64);

    /// Writes the state down for those who have the tick before it, to be added to messages later.
    fn push_piece(&self, pieces: &mut Self::Pieces);

    /// Adds a state that was written down at these bytes.
    fn add_piece(frame: &mut Self::Frame, pieces: &Self::Pieces, at: Range<usize>);

    fn finish(frame: Self::Frame) -> Frame;
}

/// One symbol's state as JSON, with a hole where each reader's own `first_seq` goes.
#[derive(Clone, Debug, Default)]
pub struct EncodedQuote {
    text: String,
    /// Where the hole is; what stands before it never changes for a symbol.
    hole: usize,
    seq: u64,
}

impl EncodedQuote {
    /// Replaces the state, in place and without allocating once warm. An `EncodedQuote` stays with one
    /// instrument.
    pub fn encode(&mut self, instrument: &Instrument, state: &InstrumentState) {
        if self.hole == 0 {
            self.write_head(&instrument.symbol);
        }
        self.seq = state.seq;
        self.text.truncate(self.hole);
        let out = &mut self.text;
        let unit = instrument.price_increment;
        let price = |p| instrument.price(p);
        out.push_str(",\"seq\":");
        push_u64(out, state.seq);
        out.push_str(",\"ts_event\":");
        match state.ts_event {
            Some(ts) => push_i64(out, ts.micros()),
            None => out.push_str("null"),
        }
        let day = state.day.as_ref();
        for (name, value) in [
            (",\"last\":", state.top.last),
            (",\"bid\":", state.top.quote.bid),
            (",\"ask\":", state.top.quote.ask),
            (",\"open\":", day.map(|d| d.open)),
            (",\"high\":", day.map(|d| d.high)),
            (",\"low\":", day.map(|d| d.low)),
        ] {
            out.push_str(name);
            push_optional(out, value.map(price));
        }
        out.push_str(",\"volume\":");
        push_optional(out, day.map(|d| instrument.size_increment.size(d.volume)));
        out.push_str(",\"vwap\":");
        push_optional(
            out,
            day.and_then(|d| d.vwap(unit.as_decimal())).map(|vwap| vwap.shorten(instrument.price_digits + 2)),
        );
        out.push_str(",\"change\":");
        match (day, state.top.last) {
            (Some(day), Some(last)) => push_decimal(out, price(day.change(last))),
            _ => out.push_str("null"),
        }
        out.push('}');
    }

    fn push(&self, out: &mut String, first_seq: u64) {
        let (head, tail) = self.text.split_at(self.hole);
        out.push_str(head);
        push_u64(out, first_seq);
        out.push_str(tail);
    }

    fn write_head(&mut self, symbol: &str) {
        self.text.push_str("{\"symbol\":");
        push_json_string(&mut self.text, symbol);
        self.text.push_str(",\"first_seq\":");
        self.hole = self.text.len();
    }
}

impl QuoteEncoding for EncodedQuote {
    type Frame = QuotesFrame;
    type Pieces = String;
    const BYTES: usize = 230;

    fn renew(&mut self, _: InstrumentId, instrument: &Instrument, state: &InstrumentState) {
        self.encode(instrument, state);
    }

    fn seq(&self) -> u64 {
        self.seq
    }

    fn begin(kind: QuotesKind, epoch: u64, ts_sent: i64, capacity: usize) -> QuotesFrame {
        QuotesFrame::new(kind, epoch, ts_sent, capacity)
    }

    fn add_to(&self, frame: &mut QuotesFrame, first_seq: u64) {
        frame.push(self, first_seq);
    }

    fn push_piece(&self, pieces: &mut String) {
        self.push(pieces, self.seq);
    }

    fn add_piece(frame: &mut QuotesFrame, pieces: &String, at: Range<usize>) {
        frame.separate();
        frame.text.push_str(&pieces[at]);
    }

    fn finish(frame: QuotesFrame) -> Frame {
        frame.finish().into()
    }
}

pub fn push_json_string(out: &mut String, text: &str) {
    out.push_str(&serde_json::Value::from(text).to_string());
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuotesKind {
    Snapshot,
    Update,
}

/// A `snapshot` or `update` message being put together.
#[derive(Debug)]
pub struct QuotesFrame {
    text: String,
    begun: usize,
}

impl QuotesFrame {
    /// `ts_sent` in microseconds since the epoch; `capacity` in bytes, to allocate once.
    pub fn new(kind: QuotesKind, epoch: u64, ts_sent: i64, capacity: usize) -> Self {
        let mut text = String::with_capacity(capacity);
        text.push_str(match kind {
            QuotesKind::Snapshot => "{\"type\":\"snapshot\",\"epoch\":",
            QuotesKind::Update => "{\"type\":\"update\",\"epoch\":",
        });
        push_u64(&mut text, epoch);
        text.push_str(",\"ts_sent\":");
        push_i64(&mut text, ts_sent);
        text.push_str(",\"quotes\":[");
        let begun = text.len();
        Self { text, begun }
    }

    /// Adds a symbol's state, which stands for its ticks from `first_seq` on.
    pub fn push(&mut self, quote: &EncodedQuote, first_seq: u64) {
        self.separate();
        quote.push(&mut self.text, first_seq);
    }

    fn separate(&mut self) {
        if !self.is_empty() {
            self.text.push(',');
        }
    }

    pub const fn is_empty(&self) -> bool {
        self.text.len() == self.begun
    }

    pub fn finish(mut self) -> String {
        self.text.push_str("]}");
        self.text
    }
}

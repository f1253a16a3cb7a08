//! Quotes in the binary format.
//!
//! A symbol's state has two forms. A *step* is the difference to the state before, encoded once for all readers that
//! have that state. A *full* entry is the whole state, for all other readers.

use std::ops::Range;

use super::varint::{push_delta, push_varint, push_zigzag};
use super::{SNAPSHOT, UPDATE, header, set_count};
use crate::market::{Instrument, InstrumentId, InstrumentState};
use crate::wire::{EncodedMessage, QuoteEncoding, QuotesKind};

/// The flag of a full entry. The flags below it mark the members that are known.
pub(super) const FULL: u64 = 0x80;
pub(super) const TIME: u64 = 1;
pub(super) const LAST: u64 = 2;
pub(super) const BID: u64 = 4;
pub(super) const ASK: u64 = 8;
pub(super) const DAY: u64 = 16;
pub(super) const VWAP: u64 = 32;
/// The flag of a day whose volume has no number in this format.
pub(super) const NO_VOLUME: u64 = 64;
/// The flag of a day whose close before is not known.
pub(super) const NO_REFERENCE: u64 = 256;

/// The longest entry: index and flags, and twelve numbers of up to ten bytes.
const MAX_ENTRY: usize = 5 + 2 + 12 * 10;

/// One symbol's state as whole numbers: prices and sizes in units of their last digit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    pub seq: u64,
    pub ts_event: Option<i64>,
    pub last: Option<i64>,
    pub bid: Option<i64>,
    pub ask: Option<i64>,
    pub day: Option<Day>,
    pub vwap: Option<i64>,
}

/// The statistics of the day. The change is the difference of the last price to `reference`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Day {
    pub open: i64,
    pub high: i64,
    pub low: i64,
    /// The close of the day before, where it is known.
    pub reference: Option<i64>,
    /// `None` where it is too large.
    pub volume: Option<i64>,
}

impl Fields {
    /// The members of a symbol's state.
    pub fn of(instrument: &Instrument, state: &InstrumentState) -> Self {
        let price = |price| instrument.price_increment.price(price).mantissa;
        let day = state.day.as_ref();
        Self {
            seq: state.seq,
            ts_event: state.ts_event.map(|ts| ts.micros()),
            last: state.top.last.map(price),
            bid: state.top.quote.bid.map(price),
            ask: state.top.quote.ask.map(price),
            day: day.map(|day| Day {
                open: price(day.open),
                high: price(day.high),
                low: price(day.low),
                reference: day.prev_close.map(price),
                volume: instrument.size_increment.volume(day.volume).map(|volume| volume.mantissa),
            }),
            vwap: day.and_then(|day| day.vwap(instrument.price_increment.as_decimal())).map(|vwap| vwap.mantissa),
        }
    }

    /// The flags of the known members.
    fn known(&self) -> u64 {
        let flag = |flag: u64, is_known: bool| if is_known { flag } else { 0 };
        flag(TIME, self.ts_event.is_some())
            | flag(LAST, self.last.is_some())
            | flag(BID, self.bid.is_some())
            | flag(ASK, self.ask.is_some())
            | flag(DAY, self.day.is_some())
            | flag(VWAP, self.vwap.is_some())
            | flag(NO_VOLUME, self.day.is_some_and(|day| day.volume.is_none()))
            | flag(NO_REFERENCE, self.day.is_some_and(|day| day.reference.is_none()))
    }

    /// The members that a step may change, in the order of its flags.
    pub(super) fn moving(&self) -> [i64; 7] {
        let day = self.day.unwrap_or_default();
        let [last, bid, ask, vwap] = [self.last, self.bid, self.ask, self.vwap].map(Option::unwrap_or_default);
        [last, bid, ask, day.high, day.low, day.volume.unwrap_or_default(), vwap]
    }

    /// Returns whether a step leads from `before` to this state: the same members are known, and the day is the same.
    fn is_step_from(&self, before: &Self) -> bool {
        let fixed = |day: Option<Day>| day.map(|day| (day.open, day.reference));
        self.known() == before.known() && self.known() & TIME != 0 && fixed(self.day) == fixed(before.day)
    }

    /// Appends this state whole.
    fn push_full(&self, out: &mut Vec<u8>, index: u32, first_seq: u64) {
        push_varint(out, u64::from(index));
        push_varint(out, FULL | self.known());
        push_varint(out, (self.seq + 1).saturating_sub(first_seq));
        push_varint(out, self.seq);
        self.ts_event.iter().for_each(|ts| push_zigzag(out, *ts));
        let base = self.last.unwrap_or_default();
        self.last.iter().for_each(|last| push_zigzag(out, *last));
        for price in [self.bid, self.ask].iter().flatten() {
            push_delta(out, base, *price);
        }
        if let Some(Day { open, high, low, reference, volume }) = self.day {
            for price in [Some(open), Some(high), Some(low), reference].into_iter().flatten() {
                push_delta(out, base, price);
            }
            push_zigzag(out, volume.unwrap_or_default());
        }
        self.vwap.iter().for_each(|vwap| push_zigzag(out, *vwap));
    }

    /// Appends the step from `before` to this state.
    fn push_step(&self, out: &mut Vec<u8>, index: u32, before: &Self) {
        push_varint(out, u64::from(index));
        let (old, new) = (before.moving(), self.moving());
        out.push((0..old.len()).filter(|at| old[*at] != new[*at]).fold(0, |flags, at| flags | 1 << at));
        push_varint(out, self.seq - before.seq);
        // A reader with another state than `before` notices it by this byte.
        out.push(self.seq as u8);
        push_delta(out, before.ts_event.unwrap_or_default(), self.ts_event.unwrap_or_default());
        for (old, new) in old.iter().zip(&new).filter(|(old, new)| old != new) {
            push_delta(out, *old, *new);
        }
    }
}

/// One symbol's state, and the step to it from the state that was encoded before.
#[derive(Clone, Debug, Default)]
pub struct BinaryQuote {
    index: u32,
    fields: Fields,
    /// Empty if no step leads to the state.
    step: Vec<u8>,
    step_from: u64,
}

impl BinaryQuote {
    /// Appends the step if it begins at the tick before `first_seq`, and a full entry otherwise.
    fn push(&self, out: &mut Vec<u8>, first_seq: u64) {
        if !self.step.is_empty() && first_seq == self.step_from + 1 {
            out.extend_from_slice(&self.step);
        } else {
            self.fields.push_full(out, self.index, first_seq);
        }
    }
}

impl QuoteEncoding for BinaryQuote {
    type Message = BinaryQuotes;
    type Pieces = Vec<u8>;
    const BYTES: usize = 16;

    fn encode(&mut self, id: InstrumentId, instrument: &Instrument, state: &InstrumentState) {
        let fields = Fields::of(instrument, state);
        let before = std::mem::replace(&mut self.fields, fields);
        self.index = id.0;
        self.step.clear();
        self.step_from = before.seq;
        if fields.seq > before.seq && fields.is_step_from(&before) {
            fields.push_step(&mut self.step, id.0, &before);
        }
    }

    fn seq(&self) -> u64 {
        self.fields.seq
    }

    fn max_len(&self) -> usize {
        MAX_ENTRY
    }

    fn begin(kind: QuotesKind, epoch: u64, ts_sent: i64, capacity: usize) -> BinaryQuotes {
        let kind = match kind {
            QuotesKind::Snapshot => SNAPSHOT,
            QuotesKind::Update => UPDATE,
        };
        BinaryQuotes { bytes: header(kind, 0, ts_sent, epoch, capacity), is_snapshot: kind == SNAPSHOT, count: 0 }
    }

    fn add_to(&self, message: &mut BinaryQuotes, first_seq: u64) {
        message.count += 1;
        // Readers of a snapshot have no state.
        if message.is_snapshot {
            self.fields.push_full(&mut message.bytes, self.index, first_seq);
        } else {
            self.push(&mut message.bytes, first_seq);
        }
    }

    fn push_piece(&self, pieces: &mut Vec<u8>) {
        self.push(pieces, self.fields.seq);
    }

    fn add_piece(message: &mut BinaryQuotes, pieces: &Vec<u8>, range: Range<usize>) {
        message.count += 1;
        message.bytes.extend_from_slice(&pieces[range]);
    }

    fn message_len(message: &BinaryQuotes) -> usize {
        message.bytes.len()
    }

    fn finish(message: BinaryQuotes) -> EncodedMessage {
        let BinaryQuotes { mut bytes, count, .. } = message;
        set_count(&mut bytes, count);
        EncodedMessage::Binary(bytes.into())
    }
}

/// A `snapshot` or `update` message that is being built.
#[derive(Debug)]
pub struct BinaryQuotes {
    bytes: Vec<u8>,
    is_snapshot: bool,
    count: u16,
}

#[cfg(test)]
mod tests {
    use super::super::decode::{Input, read_entry};
    use super::*;
    use proptest::prelude::*;

    fn number() -> impl Strategy<Value = i64> {
        prop_oneof![any::<i64>(), Just(i64::MIN), Just(i64::MAX), -1_000i64..1_000]
    }

    fn fields() -> impl Strategy<Value = Fields> {
        let maybe = || proptest::option::of(number());
        let day = (number(), number(), number(), maybe(), maybe())
            .prop_map(|(open, high, low, reference, volume)| Day { open, high, low, reference, volume });
        (maybe(), maybe(), maybe(), maybe(), proptest::option::of(day), maybe())
            .prop_map(|(ts_event, last, bid, ask, day, vwap)| Fields { seq: 0, ts_event, last, bid, ask, day, vwap })
    }

    proptest! {
        #[test]
        fn full_entry_decodes_to_its_state(fields in fields(), seq in 0u64..1 << 60, merged in 0u64..1_000) {
            let fields = Fields { seq, ..fields };
            let first_seq = (seq + 1).saturating_sub(merged);
            let mut out = Vec::new();
            fields.push_full(&mut out, 9, first_seq);
            let mut bytes = Input(&out);
            prop_assert_eq!(read_entry(&mut bytes, |_| None), Some((9, first_seq, fields)));
            prop_assert!(bytes.0.is_empty());
        }

        #[test]
        fn step_decodes_to_its_state(
            before in fields(),
            moves in [number(), number(), number(), number()],
            merged in 1u64..1_000,
        ) {
            let before = Fields { seq: 7, ts_event: Some(before.ts_event.unwrap_or(5)), ..before };
            let [last, volume, vwap, ts] = moves;
            let mut after = Fields { seq: 7 + merged, ts_event: Some(ts), ..before };
            after.last = after.last.map(|_| last);
            after.vwap = after.vwap.map(|_| vwap);
            after.day = after.day.map(|day| Day { volume: day.volume.map(|_| volume), ..day });
            prop_assert!(after.is_step_from(&before));
            let mut out = Vec::new();
            after.push_step(&mut out, 300, &before);
            let mut bytes = Input(&out);
            prop_assert_eq!(read_entry(&mut bytes, |_| Some(before)), Some((300, 8, after)));
            prop_assert!(bytes.0.is_empty());
        }
    }
}

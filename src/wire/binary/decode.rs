//! A decoder of the binary format, by which the tests compare it with the JSON of the same message.
//!
//! Input that are not a message, or a step from a state that is not there, give `None`. Nothing panics.

use std::collections::HashMap;
use strum::VariantArray;

use super::quotes::{ASK, BID, DAY, Day, FULL, Fields, LAST, NO_REFERENCE, NO_VOLUME, TIME, VWAP};
use super::{BARS, DEPTH, HEADER, HEARTBEAT, MARK_LAG, MARK_SNAPSHOT, MARK_TIME, SNAPSHOT, TRADES, UPDATE};
use crate::market::{Decimal, Instrument, Interval};

/// The rest of a message. Nothing is read beyond its end.
pub struct Input<'a>(pub &'a [u8]);

impl Input<'_> {
    pub fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    pub fn varint(&mut self) -> Option<u64> {
        let mut n = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            n |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(n);
            }
        }
        None
    }

    pub fn zigzag(&mut self) -> Option<i64> {
        self.varint().map(|n| (n >> 1) as i64 ^ -((n & 1) as i64))
    }

    fn from(&mut self, base: i64) -> Option<i64> {
        self.zigzag().map(|delta| base.wrapping_add(delta))
    }

    fn if_known(&mut self, is_known: bool, base: i64) -> Option<Option<i64>> {
        if is_known { self.from(base).map(Some) } else { Some(None) }
    }
}

/// Reads the next entry: its index, first seq and state. `before` returns the state that a step begins from.
pub fn read_entry(bytes: &mut Input<'_>, before: impl Fn(u64) -> Option<Fields>) -> Option<(u64, u64, Fields)> {
    let index = bytes.varint()?;
    let flags = bytes.varint()?;
    let count = bytes.varint()?;
    let fields =
        if flags & FULL != 0 { read_full(bytes, flags)? } else { read_step(bytes, flags, count, before(index)?)? };
    Some((index, fields.seq.checked_add(1)?.checked_sub(count)?, fields))
}

fn read_full(bytes: &mut Input<'_>, flags: u64) -> Option<Fields> {
    let has = |flag| flags & flag != 0;
    let seq = bytes.varint()?;
    let ts_event = bytes.if_known(has(TIME), 0)?;
    let last = bytes.if_known(has(LAST), 0)?;
    let base = last.unwrap_or_default();
    let (bid, ask) = (bytes.if_known(has(BID), base)?, bytes.if_known(has(ASK), base)?);
    let mut day = None;
    if has(DAY) {
        let [open, high, low] = [bytes.from(base)?, bytes.from(base)?, bytes.from(base)?];
        let reference = bytes.if_known(!has(NO_REFERENCE), base)?;
        let volume = Some(bytes.zigzag()?).filter(|_| !has(NO_VOLUME));
        day = Some(Day { open, high, low, reference, volume });
    }
    let vwap = bytes.if_known(has(VWAP), 0)?;
    Some(Fields { seq, ts_event, last, bid, ask, day, vwap })
}

fn read_step(bytes: &mut Input<'_>, flags: u64, count: u64, before: Fields) -> Option<Fields> {
    let seq = before.seq.checked_add(count)?;
    if bytes.byte()? != seq as u8 {
        return None;
    }
    let ts_event = Some(bytes.from(before.ts_event?)?);
    let mut moving = before.moving();
    for (at, value) in moving.iter_mut().enumerate() {
        if flags & 1 << at != 0 {
            *value = bytes.from(*value)?;
        }
    }
    let [last, bid, ask, high, low, volume, vwap] = moving;
    Some(Fields {
        seq,
        ts_event,
        last: before.last.map(|_| last),
        bid: before.bid.map(|_| bid),
        ask: before.ask.map(|_| ask),
        day: before.day.map(|day| Day { high, low, volume: day.volume.map(|_| volume), ..day }),
        vwap: before.vwap.map(|_| vwap),
    })
}

/// A client with the list of symbols. It decodes each binary message to the JSON text of the same message.
pub struct Decoder<'a> {
    instruments: &'a [Instrument],
    states: HashMap<u64, Fields>,
}

impl<'a> Decoder<'a> {
    pub fn new(instruments: &'a [Instrument]) -> Self {
        Self { instruments, states: HashMap::new() }
    }

    pub fn json(&mut self, message: &[u8]) -> Option<String> {
        let [kind, marks, ..] = *message else { return None };
        let (head, body) = message.split_at_checked(HEADER)?;
        let count = u16::from_le_bytes(head[2..4].try_into().ok()?);
        let ts_sent = i64::from_le_bytes(head[4..12].try_into().ok()?);
        let epoch = u64::from_le_bytes(head[12..20].try_into().ok()?);
        let snapshot = marks & MARK_SNAPSHOT != 0;
        let mut bytes = Input(body);
        let (label, body) = match kind {
            UPDATE => ("update", format!("\"quotes\":[{}]", self.quotes(&mut bytes, count)?)),
            SNAPSHOT => ("snapshot", format!("\"quotes\":[{}]", self.quotes(&mut bytes, count)?)),
            BARS => ("bars", self.bars(&mut bytes, snapshot, count)?),
            TRADES => ("trades", self.trades(&mut bytes, snapshot, count)?),
            DEPTH => ("depth", self.depth(&mut bytes, marks, count)?),
            HEARTBEAT => {
                let (ts_market, ticks, late) = (bytes.zigzag()?, bytes.varint()?, bytes.varint()?);
                let lag_ms = if marks & MARK_LAG != 0 { bytes.varint()?.to_string() } else { "null".into() };
                let counts = format!("\"ticks\":{ticks},\"late\":{late},\"lag_ms\":{lag_ms}");
                ("heartbeat", format!("\"ts_market\":{ts_market},{counts}"))
            }
            _ => return None,
        };
        bytes.0.is_empty().then(|| format!("{{\"type\":\"{label}\",\"epoch\":{epoch},\"ts_sent\":{ts_sent},{body}}}"))
    }

    fn quotes(&mut self, bytes: &mut Input<'_>, count: u16) -> Option<String> {
        let mut entries = Vec::new();
        for _ in 0..count {
            let (index, first_seq, fields) = read_entry(bytes, |index| self.states.get(&index).copied())?;
            entries.push(quote(self.instruments.get(usize::try_from(index).ok()?)?, first_seq, &fields)?);
            self.states.insert(index, fields);
        }
        Some(entries.join(","))
    }

    fn bars(&self, bytes: &mut Input<'_>, snapshot: bool, count: u16) -> Option<String> {
        let instrument = self.instruments.get(usize::try_from(bytes.varint()?).ok()?)?;
        let interval = Interval::VARIANTS.get(usize::from(bytes.byte()?))?;
        let missed = bytes.varint()?;
        let (mut slot, mut near, mut entries) = (0_i64, 0, Vec::new());
        for _ in 0..count {
            let start = bytes.zigzag()?;
            slot = slot.checked_add(start >> 1)?;
            let open = bytes.from(near)?;
            let [high, low, close] = [bytes.from(open)?, bytes.from(open)?, bytes.from(open)?];
            near = close;
            let [o, h, l, c] = [open, high, low, close].map(|n| price(instrument, n));
            let volume = size(instrument, bytes.zigzag()?);
            let (ts, closed) = (slot.checked_mul(interval.nanos() / 1_000)?, start & 1 == 1);
            entries.push(format!(
                "{{\"ts\":{ts},\"open\":{o},\"high\":{h},\"low\":{l},\"close\":{c},\
                 \"volume\":{volume},\"closed\":{closed}}}"
            ));
        }
        let (symbol, entries) = (&instrument.symbol, entries.join(","));
        Some(format!(
            "\"symbol\":\"{symbol}\",\"interval\":\"{interval}\",\"snapshot\":{snapshot},\"missed\":{missed},\
             \"bars\":[{entries}]"
        ))
    }

    fn trades(&self, bytes: &mut Input<'_>, snapshot: bool, count: u16) -> Option<String> {
        let instrument = self.instruments.get(usize::try_from(bytes.varint()?).ok()?)?;
        let (skipped, first) = (bytes.varint()?, bytes.varint()?);
        let (mut ts, mut near, mut entries) = (0, 0, Vec::new());
        for _ in 0..count {
            (ts, near) = (bytes.from(ts)?, bytes.from(near)?);
            let (price, size) = (price(instrument, near), size(instrument, bytes.zigzag()?));
            let side = ["null", "\"buy\"", "\"sell\""].get(usize::from(bytes.byte()?))?;
            entries.push(format!("{{\"ts\":{ts},\"price\":{price},\"size\":{size},\"side\":{side}}}"));
        }
        let (symbol, entries) = (&instrument.symbol, entries.join(","));
        Some(format!(
            "\"symbol\":\"{symbol}\",\"snapshot\":{snapshot},\"skipped\":{skipped},\"first\":{first},\
             \"trades\":[{entries}]"
        ))
    }

    fn depth(&self, bytes: &mut Input<'_>, marks: u8, count: u16) -> Option<String> {
        let instrument = self.instruments.get(usize::try_from(bytes.varint()?).ok()?)?;
        let (covered, seq) = (bytes.varint()?, bytes.varint()?);
        let first_seq = seq.checked_add(1)?.checked_sub(covered)?;
        let ts = bytes.if_known(marks & MARK_TIME != 0, 0)?.map_or("null".into(), |ts| ts.to_string());
        let bids = u16::from(bytes.byte()?);
        let mut levels = |count: u16, mut near: i64| {
            let mut best = near;
            let mut entries = Vec::new();
            for n in 0..count {
                near = bytes.from(near)?;
                best = if n == 0 { near } else { best };
                let (price, size) = (price(instrument, near), size(instrument, bytes.zigzag()?));
                entries.push(format!("{{\"price\":{price},\"size\":{size}}}"));
            }
            Some((entries.join(","), best))
        };
        let (bids, best) =
            levels(bids, 0).zip(count.checked_sub(bids)).map(|((text, best), asks)| ((text, asks), best))?;
        let (asks, _) = levels(bids.1, best)?;
        let (symbol, bids, snapshot) = (&instrument.symbol, bids.0, marks & MARK_SNAPSHOT != 0);
        Some(format!(
            "\"symbol\":\"{symbol}\",\"snapshot\":{snapshot},\"first_seq\":{first_seq},\"seq\":{seq},\
             \"ts_event\":{ts},\"bids\":[{bids}],\"asks\":[{asks}]"
        ))
    }
}

fn price(instrument: &Instrument, mantissa: i64) -> Decimal {
    Decimal::new(mantissa, instrument.price_increment.decimals()).shorten(instrument.price_digits)
}

fn size(instrument: &Instrument, mantissa: i64) -> Decimal {
    Decimal::new(mantissa, instrument.size_increment.decimals())
}

fn quote(instrument: &Instrument, first_seq: u64, fields: &Fields) -> Option<String> {
    fn text(value: Option<impl ToString>) -> String {
        value.map_or("null".into(), |value| value.to_string())
    }
    let mut out = format!(
        "{{\"symbol\":\"{}\",\"first_seq\":{first_seq},\"seq\":{},\"ts_event\":{}",
        instrument.symbol,
        fields.seq,
        text(fields.ts_event)
    );
    let day = fields.day;
    let reference = day.and_then(|day| day.reference);
    let change = reference.zip(fields.last).map(|(reference, last)| last.checked_sub(reference));
    // Beyond 64 bits: no price is.
    if change == Some(None) {
        return None;
    }
    let vwap = |n| Decimal::new(n, instrument.price_increment.decimals() + 2).shorten(instrument.price_digits + 2);
    for (name, value) in [
        ("last", fields.last.map(|n| price(instrument, n))),
        ("bid", fields.bid.map(|n| price(instrument, n))),
        ("ask", fields.ask.map(|n| price(instrument, n))),
        ("open", day.map(|day| price(instrument, day.open))),
        ("high", day.map(|day| price(instrument, day.high))),
        ("low", day.map(|day| price(instrument, day.low))),
        ("volume", day.and_then(|day| day.volume).map(|volume| size(instrument, volume))),
        ("vwap", fields.vwap.map(vwap)),
        ("change", change.flatten().map(|change| price(instrument, change))),
    ] {
        out.push_str(&format!(",\"{name}\":{}", text(value)));
    }
    Some(out + "}")
}

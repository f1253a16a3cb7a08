//! Reads the binary format, as far as a measuring client needs it.
//!
//! Pure, and on purpose not a part of `wire`: the load generator must not share the server's faults.

use super::message::MessageKind;

/// Length of the header of each frame: kind, flags, number of entries, `ts_sent`, `epoch`.
pub const HEADER: usize = 20;

const FULL: u64 = 0x80;
const TIME: u64 = 1;
const DAY: u64 = 16;
const NO_REFERENCE: u64 = 256;
/// The fields of a full entry that have one number each; the day has five, or four without its reference.
const SINGLE: u64 = 2 | 4 | 8 | 32;

/// The header of a binary frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BinaryHead {
    pub kind: MessageKind,
    pub entries: u64,
    pub ts_sent: i64,
    pub epoch: u64,
}

/// Reads the header of a frame; `None` if the message is text or cut off.
pub fn head(bytes: &[u8]) -> Option<BinaryHead> {
    let kind = match *bytes.first()? {
        1 => MessageKind::Update,
        2 => MessageKind::Snapshot,
        b'{' => return None,
        _ => MessageKind::Other,
    };
    let entries = u16::from_le_bytes(bytes.get(2..4)?.try_into().ok()?);
    let ts_sent = i64::from_le_bytes(bytes.get(4..12)?.try_into().ok()?);
    let epoch = u64::from_le_bytes(bytes.get(12..HEADER)?.try_into().ok()?);
    let entries = if kind == MessageKind::Other { 0 } else { u64::from(entries) };
    Some(BinaryHead { kind, entries, ts_sent, epoch })
}

/// One symbol's entry of an update or snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BinaryEntry {
    pub index: u64,
    pub first_seq: u64,
    pub seq: u64,
    pub ts_event: Option<i64>,
}

/// Takes the next entry off the front of `rest`.
///
/// `before` returns the seq and time of a symbol's state, on which a delta entry builds.
pub fn take_entry(rest: &mut &[u8], before: impl Fn(u64) -> Option<(u64, i64)>) -> Option<BinaryEntry> {
    let (index, flags, count) = (varint(rest)?, varint(rest)?, varint(rest)?);
    if flags & FULL != 0 {
        let seq = varint(rest)?;
        let ts_event = if flags & TIME != 0 { Some(zigzag(rest)?) } else { None };
        let day = if flags & DAY == 0 { 0 } else { 5 - u32::from(flags & NO_REFERENCE != 0) };
        skip(rest, (flags & SINGLE).count_ones() + day)?;
        return Some(BinaryEntry { index, first_seq: seq.saturating_add(1).saturating_sub(count), seq, ts_event });
    }
    let (check, ts_delta) = (byte(rest)?, zigzag(rest)?);
    skip(rest, flags.count_ones())?;
    let (known, ts) = before(index).unwrap_or((0, 0));
    let seq = known.wrapping_add(count);
    // A delta from a state that the client does not have: a range is missing.
    let first_seq = known.saturating_add(if seq as u8 == check { 1 } else { 2 });
    Some(BinaryEntry { index, first_seq, seq, ts_event: Some(ts.wrapping_add(ts_delta)) })
}

fn skip(rest: &mut &[u8], numbers: u32) -> Option<()> {
    (0..numbers).try_for_each(|_| varint(rest).map(drop))
}

fn byte(rest: &mut &[u8]) -> Option<u8> {
    let (first, after) = rest.split_first()?;
    *rest = after;
    Some(*first)
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut n = 0;
    for shift in (0..64).step_by(7) {
        let byte = byte(rest)?;
        n |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(n);
        }
    }
    None
}

fn zigzag(rest: &mut &[u8]) -> Option<i64> {
    varint(rest).map(|n| (n >> 1) as i64 ^ -((n & 1) as i64))
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Returns the bytes of a fixture.
    pub fn fixture(name: &str) -> Vec<u8> {
        let path = format!("{}/tests/fixtures/wire/{name}.bin.hex", env!("CARGO_MANIFEST_DIR"));
        let text: String = std::fs::read_to_string(path).unwrap().split_whitespace().collect();
        let digits: Vec<u8> = text.bytes().map(|digit| (digit as char).to_digit(16).unwrap() as u8).collect();
        digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
    }

    #[test]
    fn entries_are_read_to_the_end() {
        let update = fixture("update");
        let mut rest = &update[HEADER..];
        let known = |index| (index == 0).then_some((10, 1_795_341_600_000_000));
        let want = [(0, 11, 14, 1_795_341_600_190_000), (1, 3, 3, 1_795_341_600_180_000)];
        for (index, first_seq, seq, ts) in want {
            let entry = take_entry(&mut rest, known).unwrap();
            assert_eq!(entry, BinaryEntry { index, first_seq, seq, ts_event: Some(ts) });
        }
        assert!(rest.is_empty());
        let mut rest = &update[HEADER..];
        assert_eq!(
            take_entry(&mut rest, |_| Some((9, 0))).unwrap().first_seq,
            11,
            "a delta that does not fit is a hole"
        );
    }

    proptest! {
        #[test]
        fn reader_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            head(&bytes);
            let mut rest = &bytes[..];
            while take_entry(&mut rest, |index| Some((u64::MAX - index, 4))).is_some() {}
        }
    }
}

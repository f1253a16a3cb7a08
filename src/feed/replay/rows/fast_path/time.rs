//! Times at the front of a text: counts since 1970, and ISO 8601 up to the nanosecond.
//!
//! The minute and the zone of an ISO time are mostly those of the row before: they are read once.

use super::digits::digits;
use crate::feed::replay::parse::number::TENS;
use crate::feed::replay::parse::times::{TimeFormat, TimeUnit, Zone, epoch_time, iso_minute, parse_offset};
use crate::feed::replay::schema::TimeColumns;
use crate::market::Timestamp;

/// `YYYY-MM-DDTHH:MM:`
const MINUTE: usize = 17;
/// `+HH:MM`, the longest zone that is kept.
const MAX_ZONE: usize = 6;
const NANOS_PER_SECOND: i64 = 1_000_000_000;

/// A form of time that is read here.
#[derive(Clone, Copy, Debug)]
pub enum FastTime {
    Epoch(TimeUnit),
    /// ISO 8601, with the zone of times that name none.
    Iso(Zone),
}

impl FastTime {
    /// The form of the times of a file; `None` for any other form.
    pub const fn of(time: &TimeColumns) -> Option<Self> {
        match (time.format, time.clock) {
            _ if time.parts[0].is_some() || time.are_trading_days || !time.has_clock => None,
            (TimeFormat::Epoch(unit), None) if unit.is_known_by_size() => Some(Self::Epoch(unit)),
            (TimeFormat::Iso, None) => Some(Self::Iso(time.zone)),
            _ => None,
        }
    }
}

/// A reader of times. It remembers the minute of the row before.
#[derive(Clone, Debug, Default)]
pub struct FastTimeReader {
    minute: Option<Minute>,
}

#[derive(Clone, Copy, Debug)]
struct Minute {
    text: [u8; MINUTE],
    zone: [u8; MAX_ZONE],
    zone_bytes: usize,
    start: Timestamp,
}

impl FastTimeReader {
    /// Reads the time at the front of a text: its value and its length. `None` where it needs the slow path, or ends
    /// within some bytes of the end of the text.
    pub fn read(&mut self, time: FastTime, text: &[u8], delimiter: u8) -> Option<(Timestamp, usize)> {
        match time {
            FastTime::Epoch(unit) => {
                let (count, length) = digits(text)?;
                Some((epoch_time(i64::try_from(count).ok()?, unit).filter(|_| length > 0)?, length))
            }
            FastTime::Iso(zone) => self.iso(zone, text, delimiter),
        }
    }

    fn iso(&mut self, zone: Zone, text: &[u8], delimiter: u8) -> Option<(Timestamp, usize)> {
        let known = self.minute.filter(|minute| text.starts_with(&minute.text));
        let (nanos, at) = seconds(text.get(MINUTE..)?)?;
        let at = MINUTE + at;
        let minute = match known {
            Some(minute) if text.get(at..)?.starts_with(&minute.zone[..minute.zone_bytes]) => minute,
            _ => *self.minute.insert(Minute::read(zone, text, at, delimiter)?),
        };
        Some((minute.start.plus_nanos(nanos), at + minute.zone_bytes))
    }
}

impl Minute {
    /// Reads a minute, and the zone at `at`.
    fn read(zone: Zone, text: &[u8], at: usize, delimiter: u8) -> Option<Self> {
        let is_end = |byte: &u8| *byte == delimiter || matches!(byte, b'\r' | b'\n');
        let behind = text.get(at..)?;
        let zone_bytes = behind.iter().take(MAX_ZONE + 1).position(is_end)?;
        let (written, minute) = (std::str::from_utf8(&behind[..zone_bytes]).ok()?, text.first_chunk()?);
        // Trailing blanks are no part of a cell.
        if written.ends_with([' ', '\t', '"']) || minute[MINUTE - 1] != b':' {
            return None;
        }
        let local = iso_minute(minute.first_chunk()?)?;
        let start = match parse_offset(written)? {
            Some(seconds) => Timestamp(local.0.checked_sub(seconds * NANOS_PER_SECOND)?),
            None => whole_minute(zone, local)?,
        };
        // Any second of the minute fits a timestamp.
        start.0.checked_add(60 * NANOS_PER_SECOND)?;
        let mut kept = [0; MAX_ZONE];
        kept[..zone_bytes].copy_from_slice(written.as_bytes());
        Some(Self { text: *minute, zone: kept, zone_bytes, start })
    }
}

/// The start of a minute of local time; `None` where the zone's offset changes within it, and in an hour that occurs
/// twice.
fn whole_minute(zone: Zone, local: Timestamp) -> Option<Timestamp> {
    if zone.both(local).is_some() {
        return None;
    }
    let last = 60 * NANOS_PER_SECOND - 1;
    let (start, end) = (zone.to_utc(local), zone.to_utc(Timestamp(local.0.checked_add(last)?)));
    (end.0.checked_sub(start.0)? == last).then_some(start)
}

/// Reads `SS[.fraction]` at the front of a text: nanoseconds, and the length.
fn seconds(text: &[u8]) -> Option<(i64, usize)> {
    let [tens @ b'0'..=b'5', ones @ b'0'..=b'9', rest @ ..] = text else { return None };
    let whole = i64::from(tens - b'0') * 10 + i64::from(ones - b'0');
    let (fraction, length) = match rest.strip_prefix(b".") {
        None => (0, 0),
        Some(rest) => {
            let (value, count) = digits(rest).filter(|(_, count)| (1..=9).contains(count))?;
            ((value * TENS[9 - count]) as i64, 1 + count)
        }
    };
    Some((whole * NANOS_PER_SECOND + fraction, 2 + length))
}

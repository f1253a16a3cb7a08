//! Times at the front of a text: counts since 1970, and ISO 8601 up to the nanosecond.
//!
//! Of an ISO time the minute and its zone are mostly those of the row before, and read but once.

use super::figures::{TENS, figures};
use crate::feed::replay::layout::TimeColumns;
use crate::feed::replay::times::{TimeFormat, TimeUnit, Zone, epoch_moment, iso_minute, zone_behind};
use crate::market::Timestamp;

/// `YYYY-MM-DDTHH:MM:`
const MINUTE: usize = 17;
/// `+HH:MM`, the longest zone that is kept.
const MAX_ZONE: usize = 6;
const NANOS_PER_SECOND: i64 = 1_000_000_000;

#[derive(Clone, Copy, Debug)]
pub enum PlainTime {
    Epoch(TimeUnit),
    /// With the zone of times that name none.
    Iso(Zone),
}

impl PlainTime {
    /// `None` where the times of a file are written otherwise.
    pub const fn of(time: &TimeColumns) -> Option<Self> {
        match (time.format, time.clock) {
            (TimeFormat::Epoch(unit), None) => Some(Self::Epoch(unit)),
            (TimeFormat::Iso, None) => Some(Self::Iso(time.zone)),
            _ => None,
        }
    }
}

/// Reads times; knows the minute of the one before.
#[derive(Clone, Debug, Default)]
pub struct Times {
    minute: Option<Minute>,
}

#[derive(Clone, Copy, Debug)]
struct Minute {
    text: [u8; MINUTE],
    zone: [u8; MAX_ZONE],
    zone_bytes: usize,
    start: Timestamp,
}

impl Times {
    /// The time at the front of a text, and its length; `None` where it is not as plain as that, or ends within some
    /// bytes of the end of the text.
    pub fn read(&mut self, time: PlainTime, text: &[u8], delimiter: u8) -> Option<(Timestamp, usize)> {
        match time {
            PlainTime::Epoch(unit) => {
                let (count, length) = figures(text)?;
                Some((epoch_moment(i64::try_from(count).ok()?, unit).filter(|_| length > 0)?, length))
            }
            PlainTime::Iso(zone) => self.iso(zone, text, delimiter),
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
    /// `at` is where the zone would stand.
    fn read(zone: Zone, text: &[u8], at: usize, delimiter: u8) -> Option<Self> {
        let is_end = |byte: &u8| *byte == delimiter || matches!(byte, b'\r' | b'\n');
        let behind = text.get(at..)?;
        let zone_bytes = behind.iter().take(MAX_ZONE + 1).position(is_end)?;
        let (written, minute) = (std::str::from_utf8(&behind[..zone_bytes]).ok()?, text.first_chunk()?);
        // Blanks at the end of a cell are no part of it.
        if written.ends_with([' ', '\t', '"']) || minute[MINUTE - 1] != b':' {
            return None;
        }
        let local = iso_minute(minute.first_chunk()?)?;
        let start = match zone_behind(written)? {
            Some(seconds) => Timestamp(local.0.checked_sub(seconds * NANOS_PER_SECOND)?),
            None => whole_minute(zone, local)?,
        };
        // Far from where times end.
        start.0.checked_add(60 * NANOS_PER_SECOND)?;
        let mut kept = [0; MAX_ZONE];
        kept[..zone_bytes].copy_from_slice(written.as_bytes());
        Some(Self { text: *minute, zone: kept, zone_bytes, start })
    }
}

/// The start of a minute of a zone's clocks; `None` where they are put forward or back within it.
fn whole_minute(zone: Zone, local: Timestamp) -> Option<Timestamp> {
    let last = 60 * NANOS_PER_SECOND - 1;
    let (start, end) = (zone.moment(local), zone.moment(Timestamp(local.0.checked_add(last)?)));
    (end.0.checked_sub(start.0)? == last).then_some(start)
}

/// Nanoseconds of `SS[.fraction]` at the front of a text, and its length.
fn seconds(text: &[u8]) -> Option<(i64, usize)> {
    let [tens @ b'0'..=b'5', ones @ b'0'..=b'9', rest @ ..] = text else { return None };
    let whole = i64::from(tens - b'0') * 10 + i64::from(ones - b'0');
    let (fraction, length) = match rest.strip_prefix(b".") {
        None => (0, 0),
        Some(rest) => {
            let (value, count) = figures(rest).filter(|(_, count)| (1..=9).contains(count))?;
            ((value * TENS[9 - count]) as i64, 1 + count)
        }
    };
    Some((whole * NANOS_PER_SECOND + fraction, 2 + length))
}

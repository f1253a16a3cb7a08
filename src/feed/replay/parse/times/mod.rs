//! Cells as times: ISO 8601, counts since 1970, counts since midnight, and dates as people write them.

mod calendar;
mod clock;
mod epoch;
mod iso;
#[cfg(test)]
mod tests;
mod text;
mod unit;
mod zone;

use crate::market::Timestamp;

pub use self::calendar::days;
pub use self::clock::looks_like_clock;
pub use self::epoch::epoch_time;
pub use self::iso::parse_minute as iso_minute;
pub use self::text::{DateOrder, day_and_month};
pub use self::unit::TimeUnit;
pub use self::zone::{Zone, parse_offset};

const NANOS_PER_SECOND: i64 = 1_000_000_000;
/// The nanoseconds of a day.
pub const NANOS_PER_DAY: i64 = 86_400 * NANOS_PER_SECOND;

/// The form in which a file writes its times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeFormat {
    /// Year first, as in ISO 8601.
    Iso,
    /// A count since 1970. The unit is that of most cells; each cell tells its own by its size.
    Epoch(TimeUnit),
    /// A count since midnight of a date that is elsewhere.
    SinceMidnight(TimeUnit),
    /// Any other date, with or without a clock.
    Text(DateOrder),
}

/// A time, and what of it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParsedTime {
    pub ts: Timestamp,
    pub has_zone: bool,
    pub has_clock: bool,
}

impl TimeFormat {
    /// The format of one cell. `order` is that of dates in figures alone.
    pub fn of(cell: &str, order: DateOrder) -> Option<Self> {
        if iso::parse(cell).is_some() {
            return Some(Self::Iso);
        }
        if text::parse(cell, order).is_some() {
            return Some(Self::Text(order));
        }
        epoch::unit_of_cell(cell).map(Self::Epoch)
    }

    /// Parses a cell of this format.
    pub fn parse(self, cell: &str) -> Option<ParsedTime> {
        match self {
            Self::Iso => iso::parse(cell).or_else(|| text::parse(cell, DateOrder::Ymd)),
            Self::Epoch(unit) => epoch::parse(cell, unit),
            Self::SinceMidnight(unit) => epoch::parse_since_midnight(cell, unit),
            Self::Text(order) => text::parse(cell, order).or_else(|| iso::parse(cell)),
        }
    }
}

/// Parses a date and a clock in two cells.
pub fn parse_date_and_clock(date: &str, clock: &str, format: TimeFormat) -> Option<ParsedTime> {
    let day = format.parse(date).filter(|time| time.ts.0.rem_euclid(NANOS_PER_DAY) == 0)?;
    let (nanos, rest) = clock::parse(clock)?;
    let offset = zone::parse_offset(rest)?;
    let ts = day.ts.0.checked_add(nanos)?.checked_sub(offset.unwrap_or(0) * NANOS_PER_SECOND)?;
    Some(ParsedTime { ts: Timestamp(ts), has_zone: offset.is_some(), has_clock: true })
}

/// Parses a cell that is a clock alone, with marks, into nanoseconds since midnight.
pub fn clock_nanos(cell: &str) -> Option<i64> {
    looks_like_clock(cell).then(|| clock::parse(cell))?.map(|(nanos, _)| nanos)
}

/// Joins a day, nanoseconds of it, and an offset in seconds east of UTC.
fn join(days: i64, clock: Option<i64>, offset: Option<i64>) -> Option<ParsedTime> {
    let offset_nanos = offset.unwrap_or(0) * NANOS_PER_SECOND;
    let ts = match days.checked_mul(NANOS_PER_DAY) {
        Some(midnight) => midnight.checked_add(clock.unwrap_or(0))?.checked_sub(offset_nanos)?,
        // The first day of 64 bits begins before them.
        None => {
            let midnight = i128::from(days) * i128::from(NANOS_PER_DAY);
            i64::try_from(midnight + i128::from(clock.unwrap_or(0) - offset_nanos)).ok()?
        }
    };
    Some(ParsedTime { ts: Timestamp(ts), has_zone: offset.is_some(), has_clock: clock.is_some() })
}

/// Parses at most nine digits.
fn digits(text: &[u8]) -> Option<i64> {
    text.iter().try_fold(0i64, |n, byte| byte.is_ascii_digit().then(|| n * 10 + i64::from(byte - b'0')))
}

//! Cells as times: ISO 8601, counts since 1970, counts since midnight, and dates as people write them.

mod calendar;
mod clock;
mod clock_form;
mod epoch;
mod figures;
mod iso;
#[cfg(test)]
mod tests;
mod text;
mod unit;
mod zone;

use crate::market::Timestamp;

pub use self::calendar::{date_text, days};
pub use self::clock::looks_like_clock;
pub use self::clock_form::ClockForm;
pub use self::epoch::epoch_time;
pub use self::figures::DateFigures;
pub use self::iso::parse_minute as iso_minute;
pub use self::text::{DateOrder, day_and_month, has_short_years, is_month_first, is_year_first};
pub use self::unit::TimeUnit;
pub use self::zone::{AMBIGUOUS as AMBIGUOUS_ZONE, Zone, parse as parse_zone, parse_offset};

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
    /// Figures alone, which are dates only because their column says so.
    Figures(DateFigures),
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
            Self::Iso => iso::parse(cell).or_else(|| text::parse_full_year(cell)),
            Self::Epoch(unit) => epoch::parse(cell, unit),
            Self::SinceMidnight(unit) => epoch::parse_since_midnight(cell, unit),
            Self::Text(order) => text::parse(cell, order).or_else(|| iso::parse(cell)),
            Self::Figures(figures) => figures.parse(cell),
        }
    }
}

/// Parses a date and a clock in two cells.
pub fn parse_date_and_clock(date: &str, clock: &str, format: TimeFormat, form: ClockForm) -> Option<ParsedTime> {
    let day = format.parse(date).filter(|time| time.ts.0.rem_euclid(NANOS_PER_DAY) == 0)?;
    let (nanos, zone) = form.parse(clock)?;
    join(day.ts.0.div_euclid(NANOS_PER_DAY), Some(nanos), zone)
}

/// Parses a count without a fraction, or with zeros behind the point.
pub fn whole_count(cell: &str) -> Option<i64> {
    epoch::count(cell).filter(|(_, fraction)| *fraction == 0).map(|(whole, _)| whole)
}

/// The time of the calendar that a time of a trading day means: the evening is that of the weekday before, and the hours
/// after midnight follow it.
pub fn of_trading_day(time: ParsedTime) -> ParsedTime {
    const MORNING: i64 = 6 * 3_600 * NANOS_PER_SECOND;
    const EVENING: i64 = 17 * 3_600 * NANOS_PER_SECOND;
    let (day, clock) = (time.ts.0.div_euclid(NANOS_PER_DAY), time.ts.0.rem_euclid(NANOS_PER_DAY));
    // 1970-01-01 was a Thursday; 0 is Monday.
    let days_back = match (day + 3).rem_euclid(7) {
        0 => 3,
        6 => 2,
        _ => 1,
    };
    let moved = match clock {
        ..MORNING => days_back - 1,
        EVENING.. => days_back,
        _ => 0,
    };
    ParsedTime { ts: time.ts.plus_nanos(-moved * NANOS_PER_DAY), ..time }
}

/// Parses a cell that is a clock alone, with marks, into nanoseconds since midnight.
pub fn clock_nanos(cell: &str) -> Option<i64> {
    looks_like_clock(cell).then(|| clock::parse(cell))?.map(|(nanos, _)| nanos)
}

/// Joins a day, nanoseconds of it, and the zone in which they are written.
fn join(days: i64, clock: Option<i64>, zone: Option<Zone>) -> Option<ParsedTime> {
    let local = i128::from(days) * i128::from(NANOS_PER_DAY) + i128::from(clock.unwrap_or(0));
    let ts = match zone {
        None | Some(Zone::Utc) => Timestamp(i64::try_from(local).ok()?),
        // The first day of 64 bits begins before them.
        Some(Zone::TimeOverrides(seconds)) => {
            let east = i128::from(seconds) * i128::from(NANOS_PER_SECOND);
            Timestamp(i64::try_from(local - east).ok()?)
        }
        Some(named) => named.to_utc(Timestamp(i64::try_from(local).ok()?)),
    };
    Some(ParsedTime { ts, has_zone: zone.is_some(), has_clock: clock.is_some() })
}

/// Parses at most nine digits.
fn digits(text: &[u8]) -> Option<i64> {
    text.iter().try_fold(0i64, |n, byte| byte.is_ascii_digit().then(|| n * 10 + i64::from(byte - b'0')))
}

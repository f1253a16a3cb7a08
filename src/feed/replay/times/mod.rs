//! Cells as moments: ISO 8601, epoch counts, counts since midnight, and dates as people write them.

pub mod calendar;
mod clock;
mod text;
mod zone;

use std::fmt;

use super::number::{self, DecimalMark};
use crate::market::Timestamp;

pub use clock::looks_like_clock;
pub use text::DateOrder;
pub use zone::{Zone, parse as zone_behind};

const NANOS_PER_SECOND: i64 = 1_000_000_000;
const MILLIS_A_DAY: i64 = 86_400_000;
pub const NANOS_PER_DAY: i64 = 86_400 * NANOS_PER_SECOND;

/// What a count of time counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimeUnit {
    Seconds,
    Millis,
    Micros,
    Nanos,
}

impl TimeUnit {
    pub const ALL: [Self; 4] = [Self::Seconds, Self::Millis, Self::Micros, Self::Nanos];

    pub const fn nanos(self) -> i64 {
        match self {
            Self::Seconds => NANOS_PER_SECOND,
            Self::Millis => 1_000_000,
            Self::Micros => 1_000,
            Self::Nanos => 1,
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Seconds => "s",
            Self::Millis => "ms",
            Self::Micros => "us",
            Self::Nanos => "ns",
        }
    }

    /// The unit in which a count since 1970 of this size lies between 1973 and 5138.
    const fn of_magnitude(count: u64) -> Self {
        match count {
            0..100_000_000_000 => Self::Seconds,
            100_000_000_000..100_000_000_000_000 => Self::Millis,
            100_000_000_000_000..100_000_000_000_000_000 => Self::Micros,
            _ => Self::Nanos,
        }
    }
}

impl fmt::Display for TimeUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Seconds => "seconds",
            Self::Millis => "milliseconds",
            Self::Micros => "microseconds",
            Self::Nanos => "nanoseconds",
        })
    }
}

/// How a file writes its times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeFormat {
    /// Year first, as ISO 8601 has it.
    Iso,
    /// A count since 1970. The unit is that of most cells; each cell tells its own by its size.
    Epoch(TimeUnit),
    /// A count since midnight of a date that stands elsewhere.
    SinceMidnight(TimeUnit),
    /// Any other date, with or without a clock.
    Text(DateOrder),
}

impl TimeFormat {
    /// The format that one cell is written in; dates in figures alone are taken in `order`.
    pub fn of(cell: &str, order: DateOrder) -> Option<Self> {
        if parse_iso(cell).is_some() {
            return Some(Self::Iso);
        }
        if text::parse(cell, order).is_some() {
            return Some(Self::Text(order));
        }
        epoch_count(cell).map(|(whole, _)| Self::Epoch(TimeUnit::of_magnitude(whole.unsigned_abs())))
    }

    /// Reads a cell.
    pub fn parse(self, cell: &str) -> Option<Moment> {
        match self {
            Self::Iso => parse_iso(cell).or_else(|| text::parse(cell, DateOrder::Ymd)),
            Self::Epoch(unit) => parse_epoch(cell, unit),
            Self::SinceMidnight(unit) => parse_since_midnight(cell, unit),
            Self::Text(order) => text::parse(cell, order).or_else(|| parse_iso(cell)),
        }
    }
}

/// Reads a date and a clock that stand in two cells.
pub fn parse_date_and_clock(date: &str, clock: &str, format: TimeFormat) -> Option<Moment> {
    let day = format.parse(date).filter(|moment| moment.ts.0.rem_euclid(NANOS_PER_DAY) == 0)?;
    let (nanos, rest) = clock::parse(clock)?;
    let zone = zone::parse(rest)?;
    let ts = day.ts.0.checked_add(nanos)?.checked_sub(zone.unwrap_or(0) * NANOS_PER_SECOND)?;
    Some(Moment { ts: Timestamp(ts), zoned: zone.is_some(), clock: true })
}

/// A time and how much of it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    pub ts: Timestamp,
    pub zoned: bool,
    pub clock: bool,
}

/// The two figures of a date that may each be the day or the month; `None` where it is plain which is which.
pub fn day_and_month(cell: &str) -> Option<(i64, i64)> {
    text::day_and_month(cell)
}

fn parse_epoch(cell: &str, unit: TimeUnit) -> Option<Moment> {
    let (whole, fraction_nanos) = epoch_count(cell)?;
    let nanos = if fraction_nanos == 0 {
        epoch_moment(whole, unit)?.0
    } else {
        let unit = unit_of(whole, unit)?;
        let nanos = i128::from(whole) * i128::from(unit.nanos())
            + i128::from(fraction_nanos) * i128::from(unit.nanos()) / i128::from(NANOS_PER_SECOND);
        i64::try_from(nanos).ok()?
    };
    Some(Moment { ts: Timestamp(nanos), zoned: true, clock: true })
}

/// The moment that a whole count since 1970 stands for; `unit` is that of most counts around it.
pub fn epoch_moment(count: i64, unit: TimeUnit) -> Option<Timestamp> {
    let is_epoch = !(0..MILLIS_A_DAY).contains(&count);
    count.checked_mul(unit_of(count, unit)?.nanos()).filter(|_| is_epoch).map(Timestamp)
}

/// The unit that the size of a count tells.
fn unit_of(count: i64, unit: TimeUnit) -> Option<TimeUnit> {
    match TimeUnit::of_magnitude(count.unsigned_abs()) {
        // So small a count is seconds, or of the years before 1973.
        TimeUnit::Seconds if unit != TimeUnit::Seconds => None,
        seen => Some(seen),
    }
}

fn parse_since_midnight(cell: &str, unit: TimeUnit) -> Option<Moment> {
    let (whole, billionths) = count(cell)?;
    let nanos = whole.checked_mul(unit.nanos())?.checked_add(billionths / (NANOS_PER_SECOND / unit.nanos()))?;
    (0..NANOS_PER_DAY).contains(&nanos).then_some(Moment { ts: Timestamp(nanos), zoned: false, clock: true })
}

/// A count and the billionths beyond it. A small one is no epoch count but a date without marks
/// (`20200131`), or seconds or milliseconds since midnight.
fn epoch_count(cell: &str) -> Option<(i64, i64)> {
    count(cell).filter(|(whole, _)| !(0..MILLIS_A_DAY).contains(whole))
}

fn count(cell: &str) -> Option<(i64, i64)> {
    // Any 18 figures fit 64 bits.
    if (1..=18).contains(&cell.len()) && cell.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some((cell.bytes().fold(0, |n, byte| n * 10 + i64::from(byte - b'0')), 0));
    }
    match cell.parse::<i64>() {
        Ok(whole) => Some((whole, 0)),
        Err(_) => split_fraction(cell),
    }
}

fn split_fraction(cell: &str) -> Option<(i64, i64)> {
    if !cell.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
        return None;
    }
    let value = number::parse(cell, DecimalMark::Point).ok()?;
    let scale = 10i64.checked_pow(u32::from(value.decimals))?;
    let (whole, rest) = (value.mantissa.div_euclid(scale), value.mantissa.rem_euclid(scale));
    let billionths = i128::from(rest) * i128::from(NANOS_PER_SECOND) / i128::from(scale);
    Some((whole, i64::try_from(billionths).ok()?))
}

/// The minute that `YYYY-MM-DDTHH:MM` writes, in no zone.
pub fn iso_minute(text: &[u8; 16]) -> Option<Timestamp> {
    let minute = parse_iso(std::str::from_utf8(text).ok()?)?;
    minute.clock.then_some(minute.ts)
}

/// Reads `YYYY-MM-DD`, alone or followed by `T` or a blank, `HH:MM[:SS[.fraction]]` and `Z`, an offset
/// or nothing.
fn parse_iso(cell: &str) -> Option<Moment> {
    let bytes = cell.as_bytes();
    let days = iso_date(bytes.get(..10)?)?;
    let (clock, zone) = match bytes.get(10) {
        None => (None, None),
        Some(b'T' | b't' | b' ') => {
            let (clock, rest) = clock::parse_plain(&bytes[11..])?;
            (Some(clock), zone::parse(std::str::from_utf8(rest).ok()?)?)
        }
        Some(_) => return None,
    };
    moment(days, clock, zone)
}

/// The moment that a day, nanoseconds of it and seconds east of UTC make.
fn moment(days: i64, clock: Option<i64>, zone: Option<i64>) -> Option<Moment> {
    let midnight = days.checked_mul(NANOS_PER_DAY);
    let offset = zone.unwrap_or(0) * NANOS_PER_SECOND;
    let ts = match midnight {
        Some(midnight) => midnight.checked_add(clock.unwrap_or(0))?.checked_sub(offset)?,
        // The first day that 64 bits reach begins before them.
        None => i64::try_from(i128::from(days) * i128::from(NANOS_PER_DAY) + i128::from(clock.unwrap_or(0) - offset))
            .ok()?,
    };
    Some(Moment { ts: Timestamp(ts), zoned: zone.is_some(), clock: clock.is_some() })
}

fn iso_date(text: &[u8]) -> Option<i64> {
    let [_, _, _, _, b'-', _, _, b'-', _, _] = text else { return None };
    calendar::days(digits(&text[..4])?, digits(&text[5..7])?, digits(&text[8..])?)
}

/// The number that some digits write; at most nine of them.
fn digits(text: &[u8]) -> Option<i64> {
    text.iter().try_fold(0i64, |n, byte| byte.is_ascii_digit().then(|| n * 10 + i64::from(byte - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, TimeZone, Utc};
    use proptest::prelude::*;

    fn check(cell: &str, want: Option<&str>) {
        let got = TimeFormat::of(cell, DateOrder::Mdy).and_then(|format| format.parse(cell)).map(|moment| moment.ts);
        let want = want.map(|rfc| Timestamp(DateTime::parse_from_rfc3339(rfc).unwrap().timestamp_nanos_opt().unwrap()));
        assert_eq!(got, want, "{cell:?}");
    }

    #[test]
    fn iso_times_are_read() {
        check("2016-06-14", Some("2016-06-14T00:00:00Z"));
        check("2016-06-14 09:30", Some("2016-06-14T09:30:00Z"));
        check("2016-06-14T09:30:00.098Z", Some("2016-06-14T09:30:00.098Z"));
        check("2016-06-14 09:30:00.123456789", Some("2016-06-14T09:30:00.123456789Z"));
        check("2016-06-14T09:30:00-04:00", Some("2016-06-14T13:30:00Z"));
        check("2016-06-14 09:30:00+0530", Some("2016-06-14T04:00:00Z"));
        check("2016-06-14 09:30:00 UTC", Some("2016-06-14T09:30:00Z"));
        check("2000-02-29", Some("2000-02-29T00:00:00Z"));
        check("1969-12-31T23:59:59Z", Some("1969-12-31T23:59:59Z"));
    }

    #[test]
    fn epoch_counts_are_read_by_their_magnitude() {
        check("1465862400", Some("2016-06-14T00:00:00Z"));
        check("1465862400.25", Some("2016-06-14T00:00:00.25Z"));
        check("1465862400098", Some("2016-06-14T00:00:00.098Z"));
        check("1465862400098001", Some("2016-06-14T00:00:00.098001Z"));
        check("1465862400098001002", Some("2016-06-14T00:00:00.098001002Z"));
        check("-86400", Some("1969-12-31T00:00:00Z"));
        check("-0.5", Some("1969-12-31T23:59:59.5Z"));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for cell in
            ["", "time", "2016-13-01", "2015-02-29", "2016-06-14T24:00", "2016-06-14T09:30:00.1234567890", "1.5", "12"]
        {
            check(cell, None);
        }
        for cell in
            ["09:30:00", "9999-12-31", "1600-01-01", "99999999999999999999", "2016-06-14x", "13/13/2016", "30 Feb 2020"]
        {
            check(cell, None);
        }
    }

    #[test]
    fn dates_as_people_write_them_are_read() {
        check("20160614", Some("2016-06-14T00:00:00Z"));
        check("20160614093000", Some("2016-06-14T09:30:00Z"));
        check("20160614 093000065", Some("2016-06-14T09:30:00.065Z"));
        check("20160614 09:30", Some("2016-06-14T09:30:00Z"));
        check("2016.06.14 09:30", Some("2016-06-14T09:30:00Z"));
        check("2016/6/14", Some("2016-06-14T00:00:00Z"));
        check("2016年6月14日", Some("2016-06-14T00:00:00Z"));
        check("06/14/2016", Some("2016-06-14T00:00:00Z"));
        check("6-14-2016", Some("2016-06-14T00:00:00Z"));
        check("Jun 14, 2016", Some("2016-06-14T00:00:00Z"));
        check("14-Jun-16", Some("2016-06-14T00:00:00Z"));
        check("14 June 2016", Some("2016-06-14T00:00:00Z"));
        check("Tue, 14 Jun 2016 09:30:00 GMT", Some("2016-06-14T09:30:00Z"));
        check("Tue Jun 14 09:30:00 2016", None);
        check("14. Okt. 2016", Some("2016-10-14T00:00:00Z"));
        check("14-Dec-99", Some("1999-12-14T00:00:00Z"));
        check("2016-06-14 09-AM", Some("2016-06-14T09:00:00Z"));
        check("2016-06-14 12-AM", Some("2016-06-14T00:00:00Z"));
        check("6/14/2016 3:50:00 PM", Some("2016-06-14T15:50:00Z"));
        check("6/14/2016 12:05 PM", Some("2016-06-14T12:05:00Z"));
        check("06/14/2016 00:00:00.000 GMT+0300", Some("2016-06-13T21:00:00Z"));
        check("2016-06", Some("2016-06-01T00:00:00Z"));
        check("2016-06-14 09:30:00 EDT", Some("2016-06-14T13:30:00Z"));
    }

    #[test]
    fn the_order_decides_what_figures_alone_do_not() {
        let read = |cell: &str, order| TimeFormat::Text(order).parse(cell).map(|m| m.ts.0 / NANOS_PER_DAY);
        assert_eq!(read("09/01/2020", DateOrder::Dmy), read("2020-01-09", DateOrder::Ymd));
        assert_eq!(read("09/01/2020", DateOrder::Mdy), read("2020-09-01", DateOrder::Ymd));
        assert_eq!(read("20/01/09", DateOrder::Ymd), read("2020-01-09", DateOrder::Ymd));
        assert_eq!(day_and_month("09/01/2020 00:05"), Some((9, 1)));
        assert_eq!(day_and_month("2020-01-09"), None);
        assert_eq!(day_and_month("9 Jan 2020"), None);
    }

    #[test]
    fn a_count_tells_its_own_unit() {
        let millis = TimeFormat::Epoch(TimeUnit::Millis);
        assert_eq!(millis.parse("1465862400098"), millis.parse("1465862400098000"));
        assert!(millis.parse("1465862400").is_none());
    }

    #[test]
    fn counts_since_midnight_lie_within_a_day() {
        let at = |cell: &str, unit| TimeFormat::SinceMidnight(unit).parse(cell).map(|m| m.ts.0);
        assert_eq!(at("34200.01746", TimeUnit::Seconds), Some(34_200_017_460_000));
        assert_eq!(at("14400000", TimeUnit::Millis), Some(14_400_000_000_000));
        assert_eq!(at("86400", TimeUnit::Seconds), None);
        assert_eq!(at("-1", TimeUnit::Millis), None);
    }

    #[test]
    fn a_date_and_a_clock_apart_make_one_time() {
        let joined = parse_date_and_clock("2016-06-14", "09:30:00.5", TimeFormat::Iso).unwrap();
        assert_eq!(joined, TimeFormat::Iso.parse("2016-06-14 09:30:00.5").unwrap());
        assert_eq!(parse_date_and_clock("2016-06-14", "noon", TimeFormat::Iso), None);
        assert_eq!(parse_date_and_clock("2016-06-14 09:30", "09:30", TimeFormat::Iso), None);
    }

    proptest! {
        #[test]
        fn every_moment_reads_back(nanos in any::<i64>()) {
            let text = Utc.timestamp_nanos(nanos).format("%Y-%m-%dT%H:%M:%S%.9fZ").to_string();
            prop_assert_eq!(TimeFormat::Iso.parse(&text).map(|m| m.ts), Some(Timestamp(nanos)));
        }

        #[test]
        fn parsing_never_panics(cell in "\\PC{0,30}|[-+:.TZ/ 0-9eEAPM]{0,30}|[0-9]{1,4}[-/. ][0-9a-zA-Z]{1,4}[-/. ][0-9]{1,5}.{0,12}") {
            if let Some(format) = TimeFormat::of(&cell, DateOrder::Dmy) {
                let _ = format.parse(&cell);
            }
        }
    }
}

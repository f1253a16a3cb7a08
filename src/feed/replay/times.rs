//! Cells as moments: ISO 8601 text and epoch counts.

use std::fmt;

use super::number;
use crate::market::Timestamp;

const NANOS_PER_SECOND: i64 = 1_000_000_000;

/// What an epoch count counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EpochUnit {
    Seconds,
    Millis,
    Micros,
    Nanos,
}

impl EpochUnit {
    pub const ALL: [Self; 4] = [Self::Seconds, Self::Millis, Self::Micros, Self::Nanos];

    const fn nanos(self) -> i64 {
        match self {
            Self::Seconds => NANOS_PER_SECOND,
            Self::Millis => 1_000_000,
            Self::Micros => 1_000,
            Self::Nanos => 1,
        }
    }

    /// The unit in which a count of this size lies between 1973 and 5138.
    const fn of_magnitude(count: u64) -> Self {
        match count {
            0..100_000_000_000 => Self::Seconds,
            100_000_000_000..100_000_000_000_000 => Self::Millis,
            100_000_000_000_000..100_000_000_000_000_000 => Self::Micros,
            _ => Self::Nanos,
        }
    }
}

impl fmt::Display for EpochUnit {
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
    Iso,
    Epoch(EpochUnit),
}

impl TimeFormat {
    /// The format that one cell is written in.
    pub fn of(cell: &str) -> Option<Self> {
        if parse_iso(cell).is_some() {
            return Some(Self::Iso);
        }
        epoch_count(cell).map(|(whole, _)| Self::Epoch(EpochUnit::of_magnitude(whole.unsigned_abs())))
    }

    /// Reads a cell. An epoch count of another unit's magnitude is no moment of this file.
    pub fn parse(self, cell: &str) -> Option<Moment> {
        match self {
            Self::Iso => parse_iso(cell),
            Self::Epoch(unit) => parse_epoch(cell, unit),
        }
    }
}

/// Reads a date and a clock that stand in two cells.
pub fn parse_date_and_clock(date: &str, clock: &str) -> Option<Moment> {
    let day = parse_iso(date).filter(|moment| !moment.clock)?;
    let (nanos, rest) = parse_clock(clock.as_bytes())?;
    let zone = parse_zone(rest)?;
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

fn parse_epoch(cell: &str, unit: EpochUnit) -> Option<Moment> {
    let (whole, fraction_nanos) = epoch_count(cell)?;
    if EpochUnit::of_magnitude(whole.unsigned_abs()) != unit {
        return None;
    }
    let nanos = i128::from(whole) * i128::from(unit.nanos())
        + i128::from(fraction_nanos) * i128::from(unit.nanos()) / i128::from(NANOS_PER_SECOND);
    Some(Moment { ts: Timestamp(i64::try_from(nanos).ok()?), zoned: true, clock: true })
}

/// A count and the billionths beyond it. A small one is no epoch count but a date without marks
/// (`20200131`), or seconds or milliseconds since midnight.
fn epoch_count(cell: &str) -> Option<(i64, i64)> {
    const MILLIS_A_DAY: i64 = 86_400_000;
    let (whole, billionths) = match cell.parse::<i64>() {
        Ok(whole) => (whole, 0),
        Err(_) => split_fraction(cell)?,
    };
    (!(0..MILLIS_A_DAY).contains(&whole)).then_some((whole, billionths))
}

fn split_fraction(cell: &str) -> Option<(i64, i64)> {
    let value = number::parse(cell).ok()?;
    let scale = 10i64.checked_pow(u32::from(value.decimals))?;
    let (whole, rest) = (value.mantissa.div_euclid(scale), value.mantissa.rem_euclid(scale));
    let billionths = i128::from(rest) * i128::from(NANOS_PER_SECOND) / i128::from(scale);
    Some((whole, i64::try_from(billionths).ok()?))
}

/// Reads `YYYY-MM-DD`, alone or followed by `T` or a blank, `HH:MM[:SS[.fraction]]` and `Z`, an offset
/// or nothing.
fn parse_iso(cell: &str) -> Option<Moment> {
    let bytes = cell.as_bytes();
    let days = parse_date(bytes.get(..10)?)?;
    let (clock, zone) = match bytes.get(10) {
        None => (None, None),
        Some(b'T' | b't' | b' ') => {
            let (clock, rest) = parse_clock(&bytes[11..])?;
            (Some(clock), parse_zone(rest)?)
        }
        Some(_) => return None,
    };
    let offset = i128::from(zone.unwrap_or(0)) * i128::from(NANOS_PER_SECOND);
    let nanos = i128::from(days) * 86_400 * i128::from(NANOS_PER_SECOND) + i128::from(clock.unwrap_or(0)) - offset;
    Some(Moment { ts: Timestamp(i64::try_from(nanos).ok()?), zoned: zone.is_some(), clock: clock.is_some() })
}

/// Days since 1970-01-01 of `YYYY-MM-DD`.
fn parse_date(text: &[u8]) -> Option<i64> {
    let [_, _, _, _, b'-', _, _, b'-', _, _] = text else { return None };
    let (year, month, day) = (digits(&text[..4])?, digits(&text[5..7])?, digits(&text[8..])?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    (1..=last).contains(&day).then(|| days_from_civil(year, month, day))
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar; Howard Hinnant, "chrono-Compatible
/// Low-Level Date Algorithms", `days_from_civil`.
const fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year - era * 400;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Nanoseconds since midnight of `HH:MM[:SS[.fraction]]`, and what follows it.
fn parse_clock(text: &[u8]) -> Option<(i64, &[u8])> {
    let [_, _, b':', _, _, rest @ ..] = text else { return None };
    let (hour, minute) = (digits(&text[..2])?, digits(&text[3..5])?);
    let (second, rest) = match rest {
        [b':', tens, ones, rest @ ..] => (digits(&[*tens, *ones])?, rest),
        rest => (0, rest),
    };
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (nanos, rest) = match rest {
        [b'.' | b',', rest @ ..] => parse_fraction(rest)?,
        rest => (0, rest),
    };
    Some((((hour * 60 + minute) * 60 + second) * NANOS_PER_SECOND + nanos, rest))
}

fn parse_fraction(text: &[u8]) -> Option<(i64, &[u8])> {
    let len = text.iter().take_while(|b| b.is_ascii_digit()).count();
    if len == 0 || len > 9 {
        return None;
    }
    let nanos = digits(&text[..len])? * 10i64.pow(9 - u32::try_from(len).ok()?);
    Some((nanos, &text[len..]))
}

/// Seconds east of UTC: `Z`, `+HH`, `+HHMM`, `+HH:MM`; `None` within where nothing is written.
fn parse_zone(text: &[u8]) -> Option<Option<i64>> {
    let text = text.strip_prefix(b" ").unwrap_or(text);
    let (sign, rest) = match text {
        b"" => return Some(None),
        b"Z" | b"z" | b"UTC" => return Some(Some(0)),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = match rest {
        [a, b] => (digits(&[*a, *b])?, 0),
        [a, b, c, d] | [a, b, b':', c, d] => (digits(&[*a, *b])?, digits(&[*c, *d])?),
        _ => return None,
    };
    (hours <= 15 && minutes <= 59).then_some(Some(sign * (hours * 3_600 + minutes * 60)))
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
        let got = TimeFormat::of(cell).and_then(|format| format.parse(cell)).map(|moment| moment.ts);
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
            ["", "time", "2016-6-14", "2016-13-01", "2015-02-29", "2016-06-14T24:00", "2016-06-14T09:30:00.1234567890"]
        {
            check(cell, None);
        }
        for cell in
            ["20160614", "14.06.2016", "09:30:00", "9999-12-31", "1600-01-01", "99999999999999999999", "2016-06-14x"]
        {
            check(cell, None);
        }
    }

    #[test]
    fn a_count_of_another_unit_is_no_time_of_this_file() {
        let millis = TimeFormat::Epoch(EpochUnit::Millis);
        assert!(millis.parse("1465862400098").is_some());
        assert!(millis.parse("1465862400098001").is_none());
        assert!(millis.parse("1465862400").is_none());
    }

    #[test]
    fn a_date_and_a_clock_apart_make_one_time() {
        let joined = parse_date_and_clock("2016-06-14", "09:30:00.5").unwrap();
        assert_eq!(joined, TimeFormat::Iso.parse("2016-06-14 09:30:00.5").unwrap());
        assert_eq!(parse_date_and_clock("2016-06-14", "noon"), None);
        assert_eq!(parse_date_and_clock("2016-06-14 09:30", "09:30"), None);
    }

    proptest! {
        #[test]
        fn every_moment_reads_back(nanos in any::<i64>()) {
            let text = Utc.timestamp_nanos(nanos).format("%Y-%m-%dT%H:%M:%S%.9fZ").to_string();
            prop_assert_eq!(TimeFormat::Iso.parse(&text).map(|m| m.ts), Some(Timestamp(nanos)));
        }

        #[test]
        fn parsing_never_panics(cell in "\\PC{0,30}|[-+:.TZ 0-9eE]{0,30}") {
            if let Some(format) = TimeFormat::of(&cell) {
                let _ = format.parse(&cell);
            }
        }
    }
}

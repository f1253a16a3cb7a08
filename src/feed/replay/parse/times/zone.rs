//! Zones: that of a single time, and that of all times which name none.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, LocalResult, Offset, TimeZone};
use chrono_tz::Tz;

use super::digits;
use crate::market::Timestamp;

/// The zone of times that name none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Zone {
    #[default]
    Utc,
    /// Seconds east of UTC.
    TimeOverrides(i32),
    Named(Tz),
}

impl Zone {
    /// The two times at which clocks of this zone show `local`, in an hour that occurs twice.
    pub fn both(self, local: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let Self::Named(zone) = self else { return None };
        let clock = DateTime::from_timestamp_nanos(local.0).naive_utc();
        let LocalResult::Ambiguous(first, second) = zone.offset_from_local_datetime(&clock) else { return None };
        let at = |seconds: i32| local.plus_nanos(-i64::from(seconds) * 1_000_000_000);
        Some((at(first.fix().local_minus_utc()), at(second.fix().local_minus_utc())))
    }

    /// Returns whether clocks of this zone never show `local`, in an hour that is skipped.
    pub fn skips(self, local: Timestamp) -> bool {
        let Self::Named(zone) = self else { return false };
        let clock = DateTime::from_timestamp_nanos(local.0).naive_utc();
        matches!(zone.offset_from_local_datetime(&clock), LocalResult::None)
    }

    /// The time at which clocks of this zone show `local`. In an hour that occurs twice, it is the first of the two. In
    /// an hour that is skipped, the offset before it holds.
    pub fn to_utc(self, local: Timestamp) -> Timestamp {
        match self {
            Self::Utc => local,
            Self::TimeOverrides(seconds) => local.plus_nanos(-i64::from(seconds) * 1_000_000_000),
            Self::Named(zone) => {
                let clock = DateTime::from_timestamp_nanos(local.0).naive_utc();
                let offset = match zone.offset_from_local_datetime(&clock) {
                    LocalResult::Single(offset) | LocalResult::Ambiguous(offset, _) => offset.fix(),
                    LocalResult::None => zone.offset_from_utc_datetime(&(clock - chrono::Duration::hours(3))).fix(),
                };
                local.plus_nanos(-i64::from(offset.local_minus_utc()) * 1_000_000_000)
            }
        }
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Utc => f.write_str("UTC"),
            Self::TimeOverrides(seconds) => {
                let sign = if *seconds < 0 { '-' } else { '+' };
                write!(f, "{sign}{:02}:{:02}", seconds.abs() / 3_600, seconds.abs() % 3_600 / 60)
            }
            Self::Named(zone) => f.write_str(zone.name()),
        }
    }
}

impl FromStr for Zone {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match parse_offset(text) {
            Some(Some(0)) => return Ok(Self::Utc),
            Some(Some(seconds)) => return Ok(Self::TimeOverrides(i32::try_from(seconds).unwrap_or(0))),
            _ => {}
        }
        Tz::from_str_insensitive(text)
            .map(Self::Named)
            .map_err(|_| "a zone such as UTC, -05:00 or America/New_York".into())
    }
}

/// Parses the zone behind a clock: an offset, the letters of a zone, or a name such as `US/Eastern`; brackets around or
/// behind it are skipped. The inner `None` is no zone at all.
pub fn parse(text: &str) -> Option<Option<Zone>> {
    if text.is_empty() {
        return Some(None);
    }
    let text = text.trim();
    let bare = match text.split_once(['(', '[']) {
        Some(("", inner)) => inner.trim_end_matches([')', ']']),
        Some((before, _)) => before.trim_end(),
        None => text,
    };
    if let Some(offset) = parse_offset(bare) {
        let zone = |seconds| if seconds == 0 { Zone::Utc } else { Zone::TimeOverrides(seconds) };
        return offset.map_or(Some(None), |seconds| i32::try_from(seconds).ok().map(|seconds| Some(zone(seconds))));
    }
    named(bare).map(|zone| zone.map(Zone::Named))
}

/// The zone of a name. `CST` is a zone of America and one of China, so it tells none.
fn named(text: &str) -> Option<Option<Tz>> {
    const LETTERS: [(&str, Tz); 6] = [
        ("ET", Tz::America__New_York),
        ("CT", Tz::America__Chicago),
        ("MT", Tz::America__Denver),
        ("PT", Tz::America__Los_Angeles),
        ("EET", Tz::EET),
        ("WET", Tz::WET),
    ];
    if text == AMBIGUOUS {
        return Some(None);
    }
    if let Some((_, zone)) = LETTERS.iter().find(|(letters, _)| *letters == text) {
        return Some(Some(*zone));
    }
    // Short names of zones are words, too.
    text.contains('/').then(|| Tz::from_str_insensitive(text).ok())?.map(Some)
}

/// Letters that are two zones.
pub const AMBIGUOUS: &str = "CST";

/// Parses the zone behind a clock into seconds east of UTC: `Z`, `UTC`, `GMT+0300`, `+HH`, `+HHMM`, `+HH:MM`, or the
/// letters of a zone. The inner `None` is no zone at all.
pub fn parse_offset(text: &str) -> Option<Option<i64>> {
    /// Letters, and minutes east of UTC.
    const LETTERS: [(&str, i64); 25] = [
        ("EST", -300),
        ("EDT", -240),
        ("CDT", -300),
        ("MST", -420),
        ("MDT", -360),
        ("PST", -480),
        ("PDT", -420),
        ("CET", 60),
        ("CEST", 120),
        ("BST", 60),
        ("WEST", 60),
        ("EEST", 180),
        ("MSK", 180),
        ("TRT", 180),
        ("PKT", 300),
        ("IST", 330),
        ("WIB", 420),
        ("ICT", 420),
        ("HKT", 480),
        ("SGT", 480),
        ("JST", 540),
        ("KST", 540),
        ("AEST", 600),
        ("AEDT", 660),
        ("BRT", -180),
    ];
    let text = text.trim();
    if text.is_empty() {
        return Some(None);
    }
    if let Some((_, minutes)) = LETTERS.iter().find(|(letters, _)| text.eq_ignore_ascii_case(letters)) {
        return Some(Some(minutes * 60));
    }
    let offset = ["UTC", "GMT", "Z", "z"].iter().find_map(|name| text.strip_prefix(name)).map(str::trim_start);
    if offset == Some("") {
        return Some(Some(0));
    }
    let (sign, rest) = match offset.unwrap_or(text).as_bytes() {
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = match rest {
        [a] => (digits(&[*a])?, 0),
        [a, b] => (digits(&[*a, *b])?, 0),
        [a, b':', c, d] => (digits(&[*a])?, digits(&[*c, *d])?),
        [a, b, c, d] | [a, b, b':', c, d] => (digits(&[*a, *b])?, digits(&[*c, *d])?),
        _ => return None,
    };
    (hours <= 15 && minutes <= 59).then_some(Some(sign * (hours * 3_600 + minutes * 60)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zone_turns_local_time_into_utc() {
        fn check(zone: &str, local_hour: i64, want_hour: i64) {
            // 2024-07-01, when New York has daylight saving.
            let day = 19_905 * 24;
            let got = zone.parse::<Zone>().unwrap().to_utc(Timestamp::from_secs((day + local_hour) * 3_600));
            assert_eq!(got, Timestamp::from_secs((day + want_hour) * 3_600), "{zone}");
        }
        check("UTC", 10, 10);
        check("-05:00", 10, 15);
        check("GMT+3", 10, 7);
        check("America/New_York", 10, 14);
        check("europe/berlin", 10, 8);
        check("US/Eastern", 10, 14);
        assert!("Mars/Olympus".parse::<Zone>().is_err());
        assert_eq!("-0530".parse::<Zone>().unwrap().to_string(), "-05:30");
    }

    #[test]
    fn hour_that_occurs_twice_has_two_times() {
        let zone: Zone = "America/New_York".parse().unwrap();
        let at = |text: &str| super::super::iso::parse(text).unwrap().ts;
        let both = Some((at("2024-11-03T05:30:00Z"), at("2024-11-03T06:30:00Z")));
        assert_eq!(zone.both(at("2024-11-03T01:30:00")), both);
        assert_eq!(zone.both(at("2024-11-03T02:30:00")), None);
        assert!(zone.skips(at("2024-03-10T02:30:00")) && !zone.skips(at("2024-03-10T03:30:00")));
    }

    #[test]
    fn zone_behind_a_clock_is_read() {
        let check = |text: &str, want: Option<Option<&str>>| {
            let got = parse(text).map(|zone| zone.map(|zone| zone.to_string()));
            assert_eq!(got, want.map(|zone| zone.map(String::from)), "{text}");
        };
        check("", Some(None));
        check(" +08", Some(Some("+08:00")));
        check("+5:30", Some(Some("+05:30")));
        check(" IST", Some(Some("+05:30")));
        check(" US/Eastern", Some(Some("US/Eastern")));
        check("-05:00[America/New_York]", Some(Some("-05:00")));
        check(" GMT-0500 (Eastern Standard Time)", Some(Some("-05:00")));
        check(" (ET)", Some(Some("America/New_York")));
        check(" CST", Some(None));
        check(" et", None);
        check(" noon", None);
    }
}

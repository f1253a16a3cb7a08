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
    NamedRole(Tz),
}

impl Zone {
    /// The time at which clocks of this zone show `local`. In an hour that occurs twice, it is the first of the two. In
    /// an hour that is skipped, the offset before it holds.
    pub fn to_utc(self, local: Timestamp) -> Timestamp {
        match self {
            Self::Utc => local,
            Self::TimeOverrides(seconds) => local.plus_nanos(-i64::from(seconds) * 1_000_000_000),
            Self::NamedRole(zone) => {
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
            Self::NamedRole(zone) => f.write_str(zone.name()),
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
            .map(Self::NamedRole)
            .map_err(|_| "a zone such as UTC, -05:00 or America/New_York".into())
    }
}

/// Parses the zone behind a clock into seconds east of UTC: `Z`, `UTC`, `GMT+0300`, `+HH`, `+HHMM`, `+HH:MM`, or the
/// letters of a zone. The inner `None` is no zone at all.
pub fn parse_offset(text: &str) -> Option<Option<i64>> {
    const LETTERS: [(&str, i64); 12] = [
        ("EST", -5),
        ("EDT", -4),
        ("CDT", -5),
        ("MST", -7),
        ("MDT", -6),
        ("PST", -8),
        ("PDT", -7),
        ("CET", 1),
        ("CEST", 2),
        ("BST", 1),
        ("JST", 9),
        ("KST", 9),
    ];
    let text = text.trim();
    if text.is_empty() {
        return Some(None);
    }
    if let Some((_, hours)) = LETTERS.iter().find(|(letters, _)| text.eq_ignore_ascii_case(letters)) {
        return Some(Some(hours * 3_600));
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
        assert!("Mars/Olympus".parse::<Zone>().is_err());
        assert_eq!("-0530".parse::<Zone>().unwrap().to_string(), "-05:30");
    }
}

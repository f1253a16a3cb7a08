//! Times as in ISO 8601.

use super::{ParsedTime, calendar, clock, digits, join, zone};
use crate::market::Timestamp;

/// Parses `YYYY-MM-DD`, alone or followed by `T`, `D` or a blank, `HH:MM[:SS[.fraction]]` and `Z`, a zone or nothing.
pub fn parse(cell: &str) -> Option<ParsedTime> {
    let bytes = cell.as_bytes();
    let days = date(bytes.get(..10)?)?;
    let (clock, offset) = match bytes.get(10) {
        None => (None, None),
        Some(b'T' | b't' | b'D' | b' ') => {
            let (clock, rest) = clock::parse_iso(&bytes[11..])?;
            (Some(clock), zone::parse(std::str::from_utf8(rest).ok()?)?)
        }
        Some(_) => return None,
    };
    join(days, clock, offset)
}

/// Parses `YYYY-MM-DDTHH:MM`, in no zone. The end of a day, 24:00, is no minute.
pub fn parse_minute(text: &[u8; 16]) -> Option<Timestamp> {
    if text[11..13] == *b"24" {
        return None;
    }
    let minute = parse(std::str::from_utf8(text).ok()?)?;
    minute.has_clock.then_some(minute.ts)
}

fn date(text: &[u8]) -> Option<i64> {
    let [_, _, _, _, b'-', _, _, b'-', _, _] = text else { return None };
    calendar::days(digits(&text[..4])?, digits(&text[5..7])?, digits(&text[8..])?)
}

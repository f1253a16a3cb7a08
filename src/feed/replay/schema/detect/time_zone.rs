//! The zone that a file names outside its times: in the name of a column, or in the lines above the rows.

use crate::feed::replay::parse::times::{Zone, parse_zone};

/// The zone that the name of a time column says: `Time (EET)`, `time_est`, `Date (UTC+8)`, `ts[US/Eastern]`.
pub fn of_name(name: &str) -> Option<Zone> {
    let inner = name.split_once(['(', '[', '{']).map(|(_, inner)| inner.trim_end_matches([')', ']', '}', ' ', '>']));
    inner.and_then(zone).or_else(|| of_words(name))
}

/// A zone of several letters that stands last, or one with an offset.
fn of_words(name: &str) -> Option<Zone> {
    let upper = name.to_uppercase();
    for utc in ["UTC", "GMT"] {
        if let Some(at) = upper.find(utc) {
            let behind = upper[at + utc.len()..].trim_start_matches([' ', '_']);
            let end = behind.find(|c: char| !"+-:0123456789".contains(c)).unwrap_or(behind.len());
            let is_word = !upper[..at].ends_with(char::is_alphanumeric) || name[..at].ends_with(char::is_lowercase);
            return is_word.then(|| parse_zone(&format!("UTC{}", &behind[..end])).flatten().unwrap_or(Zone::Utc));
        }
    }
    let named = name.split([' ', '(', ')', '[', ']', ',', ';', '=']).find(|word| word.contains('/')).and_then(zone);
    let last = || name.rsplit([' ', '_', '.', '-', '<', '>']).find(|word| !word.is_empty());
    // Two letters are often a word.
    let is_clear =
        |last: &&str| last.len() > 2 || name.ends_with("_et") || last.bytes().all(|b| b.is_ascii_uppercase());
    named.or_else(|| last().filter(|last| last.len() < name.trim().len()).filter(is_clear).and_then(zone))
}

fn zone(text: &str) -> Option<Zone> {
    let text = text.trim();
    let is_short = text.len() <= 3 && text.chars().all(|c| c.is_ascii_alphabetic());
    let text = if is_short { text.to_uppercase() } else { text.to_owned() };
    // An offset alone is a number.
    let is_zone = text.starts_with(['+', '-']) && text.contains(':') || text.starts_with(char::is_alphabetic);
    let zone = is_zone.then(|| parse_zone(&text)).flatten().flatten();
    zone.or_else(|| text.parse::<Zone>().ok().filter(|_| text.contains('/')))
}

/// The zone that the lines above the rows name: `Timezone: US/Eastern`, `All times are GMT+8`.
pub fn of_preamble(text: &str) -> Option<Zone> {
    let words = text.split([' ', '\n', ',', ';', '"', '\'', '(', ')', '=', '|', '\t']);
    let words = words.map(|word| word.trim_matches([':', '.']));
    let named = words
        .clone()
        .filter(|word| word.contains('/') && word.starts_with(char::is_alphabetic))
        .find_map(|word| word.parse::<Zone>().ok());
    let offset = || {
        words.clone().find_map(|word| {
            let upper = word.to_uppercase();
            let is_offset = upper.starts_with("UTC") || upper.starts_with("GMT");
            is_offset.then(|| parse_zone(&upper)).flatten().flatten()
        })
    };
    let lower = text.to_lowercase();
    let says_zone = lower.contains("time zone")
        || lower.contains("timezone")
        || lower.contains("times are")
        || lower.contains("time in");
    let letters = || {
        words
            .clone()
            .filter(|word| (2..=4).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_uppercase()))
            .find_map(zone)
    };
    named.or_else(offset).or_else(|| says_zone.then(letters).flatten())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_of_a_column_tells_its_zone() {
        let check = |name: &str, want: Option<&str>| {
            assert_eq!(of_name(name).map(|zone| zone.to_string()), want.map(String::from), "{name}");
        };
        check("Time (EET)", Some("EET"));
        check("Time (UTC+8)", Some("+08:00"));
        check("Date (GMT)", Some("UTC"));
        check("Gmt time", Some("UTC"));
        check("time_est", Some("-05:00"));
        check("Datetime (ET)", Some("America/New_York"));
        check("ts[US/Eastern]", Some("US/Eastern"));
        check("Timestamp America/New_York", Some("America/New_York"));
        check("timestamp_utc", Some("UTC"));
        check("Time (+08:00)", Some("+08:00"));
        check("Date et heure", None);
        check("time", None);
        check("trade_date", None);
        check("Time (local)", None);
        check("Date/Time", None);
    }

    #[test]
    fn lines_above_tell_the_zone() {
        let check = |text: &str, want: Option<&str>| {
            assert_eq!(of_preamble(text).map(|zone| zone.to_string()), want.map(String::from), "{text}");
        };
        check("Symbol: SPY\nTimezone: US/Eastern", Some("US/Eastern"));
        check("All times are GMT+8", Some("+08:00"));
        check("All times are EST", Some("-05:00"));
        check("Exported 2024-01-02 UTC", Some("UTC"));
        check("Ticker EST", None);
        check("", None);
    }
}

//! The symbol and the date in the name of a file, and the name of a replay.

use std::ops::Range;

use crate::feed::replay::parse::times;
use crate::text::is_printable;

const EXTENSIONS: [&str; 8] = [".gz", ".zst", ".zip", ".csv", ".tsv", ".txt", ".tab", ".dat"];
const MAX_SYMBOL_CHARS: usize = 32;
const MAX_NAMED: usize = 3;

/// The symbol of a file without a symbol column: the name of the file without its extensions, in upper case.
pub fn symbol_of(name: &str) -> String {
    let name = printable(name).to_lowercase();
    let mut stem = name.as_str();
    while let Some(shorter) = EXTENSIONS.iter().find_map(|extension| stem.strip_suffix(extension)) {
        stem = shorter;
    }
    let fit = |c: char| if is_printable(c) && !c.is_whitespace() && c != ',' { c } else { '_' };
    let symbol: String = stem.to_uppercase().chars().map(fit).take(MAX_SYMBOL_CHARS).collect();
    if symbol.is_empty() { "FILE".into() } else { symbol }
}

/// The part of a file's name that the files of a series share: without dates, lengths of bars, and numbers of parts, in
/// upper case; `None` where it has none of these, or nothing else.
pub fn stem_of(name: &str) -> Option<String> {
    let symbol = symbol_of(name);
    let parts: Vec<&str> = symbol.split(['-', '_', '.', ' ', '(', ')']).filter(|part| !part.is_empty()).collect();
    let is_of_date = |part: &&str| {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let letters = &part[digits..];
        let number: u32 = part[..digits].parse().unwrap_or(0);
        let is_year = (1900..2200).contains(&number);
        let has_letter = letters.len() <= 1;
        match digits {
            8 => has_letter && (19_000_000..22_000_000).contains(&number),
            6 => has_letter && (190_000..220_000).contains(&number),
            4 => has_letter && is_year || matches!(letters, "Q1" | "Q2" | "Q3" | "Q4"),
            1 | 2 => {
                matches!(letters, "" | "A" | "B" | "S" | "M" | "H" | "D" | "W" | "MIN" | "SEC" | "HOUR" | "DAY" | "MO")
            }
            0 => matches!(*part, "Q1" | "Q2" | "Q3" | "Q4"),
            _ => false,
        }
    };
    let kept: Vec<&str> = parts.iter().copied().filter(|part| !is_of_date(part)).collect();
    let has_letters = kept.iter().any(|part| part.bytes().any(|byte| byte.is_ascii_alphabetic()));
    (has_letters && kept.len() < parts.len()).then(|| kept.join("_"))
}

/// The date in the name of a file, `20140501` or `2014-05-01`, in days since 1970-01-01.
pub fn date_of(name: &str) -> Option<i64> {
    figures(name).find_map(|(text, digits)| {
        let (year, month, day) = match (digits, text.get(4)?) {
            (8, _) => (number(text, 0..4)?, number(text, 4..6)?, number(text, 6..8)?),
            (4, mark @ (b'-' | b'_' | b'.')) if text.get(7) == Some(mark) => {
                (number(text, 0..4)?, number(text, 5..7)?, number(text, 8..10)?)
            }
            _ => return None,
        };
        (1900..2200).contains(&year).then(|| times::days(year, month, day))?
    })
}

/// The days that the name of a file says: a date, or a month as `202401` or `2024-01`. In days since 1970-01-01.
pub fn days_of(name: &str) -> Option<Range<i64>> {
    if let Some(day) = date_of(name) {
        return Some(day..day + 1);
    }
    figures(name).find_map(|(text, digits)| {
        let is_apart = matches!(text.get(4), Some(b'-' | b'_')) && !text.get(7).is_some_and(u8::is_ascii_alphanumeric);
        let (year, month) = match digits {
            6 => (number(text, 0..4)?, number(text, 4..6)?),
            4 if is_apart => (number(text, 0..4)?, number(text, 5..7)?),
            _ => return None,
        };
        let first = (1990..2100).contains(&year).then(|| times::days(year, month, 1))??;
        let next = if month == 12 { times::days(year + 1, 1, 1) } else { times::days(year, month + 1, 1) };
        next.map(|next| first..next)
    })
}

/// The places of a name at which figures begin: the text from there on, and the number of figures.
fn figures(name: &str) -> impl Iterator<Item = (&[u8], usize)> {
    let bytes = name.as_bytes();
    let begins = move |at: &usize| bytes[*at].is_ascii_digit() && (*at == 0 || !bytes[*at - 1].is_ascii_digit());
    (0..bytes.len()).filter(begins).map(move |at| {
        let text = &bytes[at..];
        (text, text.iter().take_while(|byte| byte.is_ascii_digit()).count())
    })
}

fn number(text: &[u8], range: Range<usize>) -> Option<i64> {
    std::str::from_utf8(text.get(range)?).ok()?.parse().ok()
}

/// All dates in the name of a file, in days since 1970-01-01.
pub fn dates_of(name: &str) -> Vec<i64> {
    const MAX_BYTES: usize = 10;
    let bytes = name.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let begins = (0..bytes.len()).filter(|at| is_digit(*at) && (*at == 0 || !is_digit(at - 1)));
    let text = |at: usize| (at + 8..=at + MAX_BYTES).rev().find_map(|end| name.get(at..end).filter(|_| !is_digit(end)));
    begins.filter_map(|at| date_of(text(at)?)).collect()
}

/// The name of a replay: the names of its first files, and the number of the others.
pub fn of_replay(names: &[String]) -> String {
    let named: Vec<_> = names.iter().take(MAX_NAMED).map(|name| printable(name)).collect();
    match names.len().saturating_sub(MAX_NAMED) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

fn printable(name: &str) -> String {
    name.chars().map(|c| if is_printable(c) { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, want: &str) {
        assert_eq!(symbol_of(path), want, "{path:?}");
    }

    #[test]
    fn symbol_is_the_name_without_extensions() {
        check("eurusd-2016.csv.gz", "EURUSD-2016");
        check("BRK.B.csv", "BRK.B");
        check("AAPL.CSV", "AAPL");
        check("my file.txt", "MY_FILE");
        check("\u{1b}[2J.csv", "_[2J");
        check(".csv", "FILE");
    }

    #[test]
    fn files_of_a_series_share_a_stem() {
        let check = |name: &str, want: Option<&str>| assert_eq!(stem_of(name).as_deref(), want, "{name}");
        check("BTCUSDT-1m-2024-01.csv", Some("BTCUSDT"));
        check("BTCUSDT-1m-2024-01-02b.csv", Some("BTCUSDT"));
        check("eurusd_201601.csv.gz", Some("EURUSD"));
        check("XBTUSD 2024 Q3.csv", Some("XBTUSD"));
        check("20131007_spy_trade.csv", Some("SPY_TRADE"));
        check("AAPL.csv", None);
        check("2024-01-02.csv", None);
    }

    #[test]
    fn replay_is_named_by_its_first_three_files() {
        let paths = ["1.csv", "2.csv", "3.csv", "4.csv", "5.csv"].map(String::from);
        assert_eq!(of_replay(&paths[..2]), "1.csv, 2.csv");
        assert_eq!(of_replay(&paths), "1.csv, 2.csv, 3.csv and 2 more");
    }

    #[test]
    fn dates_of_a_name_are_all_found() {
        let check = |name: &str, want: &[(i64, i64, i64)]| {
            let want: Vec<i64> = want.iter().filter_map(|(y, m, d)| times::days(*y, *m, *d)).collect();
            assert_eq!(dates_of(name), want, "{name}");
        };
        check("EURUSD_20240101_20240131.csv", &[(2024, 1, 1), (2024, 1, 31)]);
        check("trades-2024-01-31.csv", &[(2024, 1, 31)]);
        check("20240101", &[(2024, 1, 1)]);
        check("ES_123456789012 5.csv", &[]);
    }

    #[test]
    fn date_is_found_within_a_name() {
        let check = |name: &str, want: Option<(i64, i64, i64)>| {
            assert_eq!(date_of(name), want.and_then(|(y, m, d)| times::days(y, m, d)), "{name}");
        };
        check("AMZN_2012-06-21_34200000_57600000_message_1.csv", Some((2012, 6, 21)));
        check("61-lean-20140501_eurusd_tick_quote.csv", Some((2014, 5, 1)));
        check("ES_123456789012.csv", None);
        check("AAPL_99999999.csv", None);
        check("aapl.csv", None);
        let month = |name: &str| days_of(name).map(|days| (days.start, days.end));
        let days = |from: (i64, i64), to: (i64, i64)| times::days(from.0, from.1, 1).zip(times::days(to.0, to.1, 1));
        assert_eq!(month("BTC_USDT-202412.csv"), days((2024, 12), (2025, 1)));
        assert_eq!(month("BTCUSDT-trades-2024-02.zip"), days((2024, 2), (2024, 3)));
        assert_eq!(month("SPY_123456.csv"), None);
    }
}

//! Dates as people write them, with or without a clock and a zone behind.

use clap::ValueEnum;
use strum::IntoStaticStr;

use super::calendar::{self, month_of};
use super::{ParsedTime, clock, digits, join, zone};

/// The order of year, month and day, where the length of the year does not tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, ValueEnum)]
#[strum(serialize_all = "lowercase")]
pub enum DateOrder {
    Ymd,
    Mdy,
    Dmy,
}

impl DateOrder {
    /// The word for people and programs.
    pub fn label(self) -> &'static str {
        self.into()
    }
}

/// The first of the hundred years that years of two digits mean.
const CENTURY_FROM: i64 = 1970;
/// The longest text that is tried.
const MAX_BYTES: usize = 48;

/// Parses a date, and a clock and a zone behind it.
pub fn parse(cell: &str, order: DateOrder) -> Option<ParsedTime> {
    if cell.len() > MAX_BYTES {
        return None;
    }
    let (days, rest) = date(cell, order)?;
    let rest = rest.trim_start_matches([',', ' ', '\u{a0}']);
    let rest = rest.strip_prefix(['T', 't', '_', '-', ':']).unwrap_or(rest).trim_start();
    if rest.is_empty() {
        return join(days, None, None);
    }
    let (nanos, rest) = clock::parse(rest)?;
    join(days, Some(nanos), zone::parse_offset(rest)?)
}

/// The first two figures of a date whose year comes last: day and month, in an order that is not known. `None` for any
/// other date.
pub fn day_and_month(cell: &str) -> Option<(i64, i64)> {
    let mut rest = strip_weekday(cell);
    let mut figures = [0; 3];
    for (n, figure) in figures.iter_mut().enumerate() {
        let DatePart::Figure { value, length } = part(&mut rest)? else { return None };
        if n < 2 && (length > 2 || !separator(&mut rest)) {
            return None;
        }
        *figure = value;
    }
    Some((figures[0], figures[1]))
}

enum DatePart {
    Figure { value: i64, length: usize },
    Month(i64),
}

/// Parses a date into days since 1970-01-01. Returns the rest of the text, too.
fn date(cell: &str, order: DateOrder) -> Option<(i64, &str)> {
    let mut rest = strip_weekday(cell);
    let first = part(&mut rest)?;
    if let DatePart::Figure { length: 8 | 12 | 14 | 17, .. } = first {
        return compact(strip_weekday(cell));
    }
    if !separator(&mut rest) {
        return None;
    }
    let second = part(&mut rest)?;
    let before_third = rest;
    if !separator(&mut rest) {
        return month_alone(&first, &second).map(|days| (days, rest));
    }
    let after_marks = rest;
    let third = part(&mut rest)?;
    let (year, month, day) = match (first, second, third) {
        (
            DatePart::Figure { value: y, length: 4 },
            DatePart::Figure { value: m, length: 1 | 2 },
            DatePart::Figure { value: d, length: 1 | 2 },
        ) => (y, m, d),
        (
            DatePart::Figure { value: y, length: 4 },
            DatePart::Month(m),
            DatePart::Figure { value: d, length: 1 | 2 },
        ) => (y, m, d),
        (
            DatePart::Month(m),
            DatePart::Figure { value: d, length: 1 | 2 },
            DatePart::Figure { value: y, length: length @ (2 | 4) },
        ) if !is_clock(after_marks) => (full_year(y, length), m, d),
        (
            DatePart::Figure { value: d, length: 1 | 2 },
            DatePart::Month(m),
            DatePart::Figure { value: y, length: length @ (2 | 4) },
        ) => (full_year(y, length), m, d),
        (
            DatePart::Figure { value: a, length: 1 | 2 },
            DatePart::Figure { value: b, length: 1 | 2 },
            DatePart::Figure { value: c, length: length @ (2 | 4) },
        ) => match order {
            DateOrder::Ymd if length == 2 => (full_year(a, 2), b, c),
            DateOrder::Mdy => (full_year(c, length), a, b),
            DateOrder::Dmy | DateOrder::Ymd => (full_year(c, length), b, a),
        },
        // Year and month, and a clock in the place of a day.
        (a @ DatePart::Figure { length: 4, .. }, b, _) => return month_alone(&a, &b).map(|days| (days, before_third)),
        _ => return None,
    };
    let rest = rest.strip_prefix(['日', '일']).unwrap_or(rest);
    Some((calendar::days(year, month, day)?, rest))
}

fn is_clock(text: &str) -> bool {
    text.bytes().take_while(|byte| *byte != b' ').any(|byte| byte == b':')
}

fn month_alone(first: &DatePart, second: &DatePart) -> Option<i64> {
    match (first, second) {
        (DatePart::Figure { value: year, length: 4 }, DatePart::Figure { value: month, length: 2 })
        | (DatePart::Figure { value: year, length: 4 }, DatePart::Month(month))
        | (DatePart::Month(month), DatePart::Figure { value: year, length: 4 }) => {
            (1900..2262).contains(year).then(|| calendar::days(*year, *month, 1))?
        }
        _ => None,
    }
}

/// Parses `YYYYMMDD`, alone or with `HHMM`, `HHMMSS` or `HHMMSSmmm` right behind it.
fn compact(text: &str) -> Option<(i64, &str)> {
    let bytes = text.as_bytes();
    let (year, month, day) = (digits(&bytes[..4])?, digits(&bytes[4..6])?, digits(&bytes[6..8])?);
    // Other figures of this length are numbers.
    (1800..2262).contains(&year).then(|| Some((calendar::days(year, month, day)?, &text[8..])))?
}

/// Parses the next figure or name of a month.
fn part(text: &mut &str) -> Option<DatePart> {
    let run = text.bytes().take_while(u8::is_ascii_digit).count();
    if run > 0 {
        let value = if run <= 9 { digits(&text.as_bytes()[..run])? } else { 0 };
        *text = &text[run..];
        return (run <= 17).then_some(DatePart::Figure { value, length: run });
    }
    let run: usize =
        text.chars().take_while(|c| c.is_alphabetic() && !"年月日년월일".contains(*c)).map(char::len_utf8).sum();
    let month = (run >= 3).then(|| month_of(&text[..run]))??;
    *text = &text[run..];
    Some(DatePart::Month(month))
}

/// Skips the marks between the parts of a date.
fn separator(text: &mut &str) -> bool {
    let rest = text.trim_start_matches(|c: char| "-/. ,年月년월'\u{a0}".contains(c));
    let has_skipped = rest.len() < text.len();
    *text = rest;
    has_skipped
}

fn strip_weekday(text: &str) -> &str {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let is_day = text.get(..3).is_some_and(|begin| DAYS.iter().any(|day| begin.eq_ignore_ascii_case(day)));
    if is_day {
        text.trim_start_matches(|c: char| c.is_ascii_alphabetic()).trim_start_matches([',', '.', ' '])
    } else {
        text
    }
}

/// The year of as many figures.
const fn full_year(year: i64, figures: usize) -> i64 {
    if figures == 4 {
        return year;
    }
    let year = CENTURY_FROM / 100 * 100 + year;
    if year < CENTURY_FROM { year + 100 } else { year }
}

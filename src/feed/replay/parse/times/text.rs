//! Dates as people write them, with or without a clock and a zone behind.

use std::ops::Range;

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
    /// Year first, and years of the Republic of China: 113 is 2024.
    Roc,
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
const MAX_BYTES: usize = 96;
/// The years whose nanoseconds since 1970 fit 64 bits, but for the first and the last.
pub const YEARS: Range<i64> = 1678..2262;

/// Parses a date, and a clock and a zone behind it.
pub fn parse(cell: &str, order: DateOrder) -> Option<ParsedTime> {
    parse_as(cell, Some(order))
}

/// Parses a date whose year has four figures, as other dates of its column are in ISO 8601: `1-01-01` is not 2001.
pub fn parse_full_year(cell: &str) -> Option<ParsedTime> {
    parse_as(cell, None)
}

fn parse_as(cell: &str, order: Option<DateOrder>) -> Option<ParsedTime> {
    if cell.len() > MAX_BYTES {
        return None;
    }
    let (days, rest) = date(cell, order)?;
    let rest = without_weekday_behind(rest).trim_start_matches([',', ' ', '\u{a0}']);
    let rest = rest.strip_prefix(['T', 't', 'D', '_', '-', ':']).unwrap_or(rest).trim_start();
    if rest.is_empty() {
        return join(days, None, None);
    }
    let (nanos, rest) = clock::parse(rest)?;
    join(days, Some(nanos), zone::parse(rest)?)
}

/// Japanese and Chinese tables write the weekday behind the date: `2024/01/04(木)`.
fn without_weekday_behind(rest: &str) -> &str {
    let inner = rest.trim_start().strip_prefix(['(', '（']);
    inner.and_then(|inner| inner.split_once([')', '）'])).map_or(rest, |(_, behind)| behind)
}

/// Returns whether a date begins with its year, in four figures or as a year of the Republic of China.
pub fn is_year_first(cell: &str) -> bool {
    let mut rest = strip_weekday(cell);
    matches!(part(&mut rest), Some(DatePart::Figure { length: 3 | 4 | 8 | 12 | 14 | 17, .. }))
}

/// Returns whether a date begins with the name of its month.
pub fn is_month_first(cell: &str) -> bool {
    let mut rest = strip_weekday(cell);
    matches!(part(&mut rest), Some(DatePart::Month(_)))
}

/// Returns whether each part of a date has two figures at most, so that any of them may be the year.
pub fn has_short_years(cell: &str) -> bool {
    let mut rest = strip_weekday(cell);
    (0..3).all(|n| {
        let is_short = matches!(part(&mut rest), Some(DatePart::Figure { length: 1 | 2, .. }));
        is_short && (n == 2 || separator(&mut rest))
    })
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

/// Parses a date into days since 1970-01-01. Returns the rest of the text, too. Without an order, the year has four
/// figures.
fn date(cell: &str, order: Option<DateOrder>) -> Option<(i64, &str)> {
    let mut rest = strip_weekday(cell);
    let first = part(&mut rest)?;
    if let DatePart::Figure { length: 8 | 12 | 14 | 17, .. } = first {
        return compact(strip_weekday(cell));
    }
    let first_mark = rest.chars().next();
    let has_marks = separator(&mut rest);
    let second = part(&mut rest)?;
    // `110 1/16` and `12 1/16` are prices: only marks that are alike tell a date whose year has few figures.
    let are_marks_alike = first_mark == rest.chars().next() || first_mark == Some('年');
    // Only the name of a month stands beside figures without marks: `02JAN2018`.
    if !has_marks && !matches!(second, DatePart::Month(_)) {
        return None;
    }
    let before_third = rest;
    if !separator(&mut rest) && has_marks {
        return month_alone(&first, &second).map(|days| (days, rest));
    }
    let after_marks = rest;
    let third = part(&mut rest)?;
    let full = |year, length| (length == 4 || order.is_some()).then(|| full_year(year, length));
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
        ) if !is_clock(after_marks) => (full(y, length)?, m, d),
        (
            DatePart::Figure { value: y, length: 3 },
            DatePart::Figure { value: m, length: 1 | 2 },
            DatePart::Figure { value: d, length: 1 | 2 },
        ) if are_marks_alike => (of_republic(y), m, d),
        (
            DatePart::Figure { value: d, length: 1 | 2 },
            DatePart::Month(m),
            DatePart::Figure { value: y, length: length @ (2 | 4) },
        ) => (full(y, length)?, m, d),
        (
            DatePart::Figure { value: a, length: 1 | 2 },
            DatePart::Figure { value: b, length: 1 | 2 },
            DatePart::Figure { value: c, length: length @ (2 | 4) },
        ) if length == 4 || are_marks_alike => match order? {
            DateOrder::Ymd if length == 2 => (full_year(a, 2), b, c),
            DateOrder::Roc if length == 2 => (of_republic(a), b, c),
            DateOrder::Mdy => (full_year(c, length), a, b),
            DateOrder::Dmy | DateOrder::Ymd | DateOrder::Roc => (full_year(c, length), b, a),
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
            YEARS.contains(year).then(|| calendar::days(*year, *month, 1))?
        }
        _ => None,
    }
}

/// Parses `YYYYMMDD`, alone or with `HHMM`, `HHMMSS` or `HHMMSSmmm` right behind it.
fn compact(text: &str) -> Option<(i64, &str)> {
    let bytes = text.as_bytes();
    let (year, month, day) = (digits(&bytes[..4])?, digits(&bytes[4..6])?, digits(&bytes[6..8])?);
    // Other figures of this length are numbers.
    YEARS.contains(&year).then(|| Some((calendar::days(year, month, day)?, &text[8..])))?
}

/// Parses the next figure or name of a month.
fn part(text: &mut &str) -> Option<DatePart> {
    let run = text.bytes().take_while(u8::is_ascii_digit).count();
    if run > 0 {
        let value = if run <= 9 { digits(&text.as_bytes()[..run])? } else { 0 };
        *text = without_ordinal(&text[run..], run);
        return (run <= 17).then_some(DatePart::Figure { value, length: run });
    }
    let run: usize =
        text.chars().take_while(|c| c.is_alphabetic() && !"年月日년월일".contains(*c)).map(char::len_utf8).sum();
    let month = (text[..run].chars().count() >= 3).then(|| month_of(&text[..run]))??;
    *text = &text[run..];
    Some(DatePart::Month(month))
}

/// Skips the letters behind the number of a day: `2nd`.
fn without_ordinal(rest: &str, figures: usize) -> &str {
    let is_ordinal = |letters: &&str| rest.get(..2).is_some_and(|begin| begin.eq_ignore_ascii_case(letters));
    let is_end = || !rest[2..].starts_with(char::is_alphanumeric);
    if figures <= 2 && ["st", "nd", "rd", "th"].iter().any(is_ordinal) && is_end() { &rest[2..] } else { rest }
}

/// Skips the marks between the parts of a date, and `de` of Spanish and Portuguese.
fn separator(text: &mut &str) -> bool {
    let is_mark = |c: char| "-/. ,年月년월'\u{a0}".contains(c);
    let rest = text.trim_start_matches(is_mark);
    let has_skipped = rest.len() < text.len();
    *text = rest.strip_prefix("de ").filter(|_| has_skipped).unwrap_or(rest).trim_start_matches(is_mark);
    has_skipped
}

/// Strips the weekday before a date, and the name of the era of the Republic of China.
fn strip_weekday(text: &str) -> &str {
    /// Beginnings of weekdays. Where one is the beginning of a month too (`mar`), a month has to follow.
    const DAYS: &str = "mon tue wed thu fri sat sun die mit don sam son lun mar mer jeu ven dim mie mié jue sab dom \
                        gio seg ter qua qui sex maa din woe vri zat zon mån tis ons tor fre lör sön pon wto śro czw \
                        pią sob nie";
    const SHORT_DAYS: &str = "mo di mi do fr sa so пн вт ср чт пт сб вс śr cz pt";
    let text = text.strip_prefix("民國").or_else(|| text.strip_prefix("民国")).unwrap_or(text);
    if text.as_bytes().first().is_none_or(u8::is_ascii_digit) {
        return text;
    }
    let run: usize = text.chars().take_while(|c| c.is_alphabetic()).map(char::len_utf8).sum();
    let (word, behind) = (text[..run].to_lowercase(), text[run..].trim_start_matches([',', '.', ' ']));
    let is_listed = |list: &str, begins: &dyn Fn(&str) -> bool| list.split_ascii_whitespace().any(begins);
    let is_day = is_listed(SHORT_DAYS, &|day| word == day) || is_listed(DAYS, &|day| word.starts_with(day));
    let is_month = || month_of(&word).is_some() && !names_month(behind);
    if is_day && behind.len() < text.len() - run && !is_month() { behind } else { text }
}

/// Returns whether a text begins with a day and the name of a month.
fn names_month(mut text: &str) -> bool {
    let is_day = matches!(part(&mut text), Some(DatePart::Figure { length: 1 | 2, .. }));
    is_day && separator(&mut text) && matches!(part(&mut text), Some(DatePart::Month(_)))
}

/// The year of as many figures.
pub const fn full_year(year: i64, figures: usize) -> i64 {
    if figures == 4 {
        return year;
    }
    let year = CENTURY_FROM / 100 * 100 + year;
    if year < CENTURY_FROM { year + 100 } else { year }
}

/// The year of a year of the Republic of China.
pub const fn of_republic(year: i64) -> i64 {
    year + 1911
}

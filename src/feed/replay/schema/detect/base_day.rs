//! The date of times that count from midnight: of people, of the file's name, or of the lines around the rows.

use super::table::Table;
use crate::feed::replay::error::{Problem, echo};
use crate::feed::replay::input::{Entry, LineLimits, Lines, Text, TextPosition, open_at};
use crate::feed::replay::parse::times::{self, DateOrder, NANOS_PER_DAY, TimeFormat};
use crate::feed::replay::schema::file_name;
use crate::feed::replay::schema::layout::Layout;
use crate::feed::replay::schema::overrides::Overrides;

/// The bytes at the end of a file that are read for a date.
const TAIL_BYTES: u64 = 4 * 1024;
/// The most bytes of a packed file that are read up to its end.
const MAX_PACKED_BYTES: u64 = 64 << 20;

/// Sets the date.
///
/// # Errors
/// When nothing tells it.
pub fn set(
    layout: &mut Layout,
    entry: &Entry,
    overrides: &Overrides,
    table: &Table,
    limits: LineLimits,
) -> Result<(), Problem> {
    if let Some(day) = overrides.date {
        layout.time.base_day = day;
        return Ok(());
    }
    let of_archive = || entry.member.as_ref().and_then(|_| file_name::date_of(&entry.file_name()));
    let of_name = || file_name::date_of(&entry.name()).or_else(of_archive);
    let (day, why) = if let Some(day) = date_in(&table.preamble) {
        (day, "times count from midnight, and the lines above the rows have this date")
    } else if let Some(day) = of_name() {
        (day, "times count from midnight, and the file's name has this date")
    } else if let Some(day) = date_below(layout, entry, table, limits) {
        (day, "times count from midnight, and the last line has this date")
    } else {
        let value = table.column(layout.time.column).find(|cell| !cell.is_empty()).unwrap_or_default();
        let (column, value) = (layout.name(layout.time.column).to_owned(), echo(value.as_bytes()));
        return Err(Problem::NoDate { column, value });
    };
    layout.time.base_day = day;
    layout.assume(format!("the date is {}", times::date_text(day)), why, "--date");
    Ok(())
}

/// The first date of a text that leaves no doubt about day and month.
fn date_in(text: &str) -> Option<i64> {
    let words =
        text.split([' ', '\n', '\t', ',', ';', '|', '"', '=', '(', ')']).map(|word| word.trim_end_matches([':', '.']));
    let is_long = |word: &&str| word.len() >= 8 && word.starts_with(|c: char| c.is_ascii_digit());
    words.filter(is_long).find_map(|word| {
        let day = |order| {
            TimeFormat::of(word, order)
                .filter(|format| matches!(format, TimeFormat::Iso | TimeFormat::Text(_)))?
                .parse(word)
        };
        let (month_first, day_first) = (day(DateOrder::Mdy), day(DateOrder::Dmy));
        let one =
            month_first.or(day_first).filter(|one| month_first.and(day_first).is_none_or(|other| other == *one))?;
        Some(one.ts.0.div_euclid(NANOS_PER_DAY))
    })
}

/// The date in the last line of the file, where that line is no row.
fn date_below(layout: &Layout, entry: &Entry, table: &Table, limits: LineLimits) -> Option<i64> {
    let last = last_line(layout, entry, limits)?;
    let delimiter = char::from(layout.delimiter);
    let cell = last.split(delimiter).nth(layout.time.column).unwrap_or_default().trim();
    let is_row = table.column(layout.time.column).any(|other| other.len() == cell.len() && !cell.is_empty())
        && cell.starts_with(|c: char| c.is_ascii_digit());
    if is_row { None } else { date_in(&last.replace(delimiter, " ")) }
}

fn last_line(layout: &Layout, entry: &Entry, limits: LineLimits) -> Option<String> {
    let offset = layout.text.seekable_bytes.map_or(0, |bytes| bytes.saturating_sub(TAIL_BYTES));
    let mut lines = open_at(entry, layout.text, TextPosition { offset, lines: 1 }, limits).ok()?;
    let mut last = None;
    while lines.position().offset < offset + MAX_PACKED_BYTES && next(&mut lines) {
        let text = lines.text().trim_ascii();
        if !text.is_empty() {
            last = Some(String::from_utf8_lossy(text).into_owned());
        }
    }
    last
}

fn next(lines: &mut Lines<Text>) -> bool {
    matches!(lines.advance(), Ok(Some(_)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::replay::parse::times::days;

    #[test]
    fn date_of_a_text_leaves_no_doubt() {
        let check = |text: &str, want: Option<(i64, i64, i64)>| {
            assert_eq!(date_in(text), want.and_then(|(y, m, d)| days(y, m, d)), "{text}");
        };
        check("END 20180102   4", Some((2018, 1, 2)));
        check("Date: 2018-01-02", Some((2018, 1, 2)));
        check("Trade date: 13/02/2018", Some((2018, 2, 13)));
        check("Trade date: 01/02/2018", None);
        check("Symbol AAPL 12345678", None);
        check("", None);
    }
}

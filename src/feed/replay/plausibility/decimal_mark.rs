//! `38,705` is 38705, or 38.705 where the comma is the decimal mark. Where all prices are such, nothing tells.

use super::sample::{PlayedSample, shown};
use crate::feed::replay::parse::number::DecimalMark;
use crate::feed::replay::schema::{ColumnRole, Warning, WarningCode};

pub fn check(sample: &PlayedSample<'_>) -> Option<Warning> {
    // In a file with commas between cells, a comma within one separates thousands.
    if sample.layout().delimiter == b',' {
        return None;
    }
    use ColumnRole::{Ask, AskSize, Bid, BidSize, Close, High, Low, Open, Price, Size, Volume};
    of_columns(sample, "prices", &[Price, Bid, Ask, Open, High, Low, Close])
        .or_else(|| of_columns(sample, "sizes", &[Size, Volume, BidSize, AskSize]))
}

/// The warning about the columns of some roles.
fn of_columns(sample: &PlayedSample<'_>, words: &str, wanted: &[ColumnRole]) -> Option<Warning> {
    let roles = sample.layout().roles();
    let has_role = |column: &usize| roles[*column].is_some_and(|role| wanted.contains(&role));
    let columns: Vec<usize> = (0..roles.len()).filter(has_role).collect();
    let is_comma = sample.layout().mark(*columns.first()?) == DecimalMark::Comma;
    let cells = || sample.rows.iter().flat_map(|row| columns.iter().filter_map(|n| row.cells.get(*n)));
    let marked = || cells().filter(|cell| cell.contains([',', '.']));
    // Numbers without a mark have no thousands, or no decimals.
    let is_short = |cell: &String| cell.bytes().filter(u8::is_ascii_digit).count() <= 3 && !cell.contains([',', '.']);
    // A point before three figures is that of decimals, unless the comma is taken for it.
    let has_commas = is_comma || (0..roles.len()).any(|n| sample.layout().mark(n) == DecimalMark::Comma);
    let marks: &[char] = if has_commas { &[',', '.'] } else { &[','] };
    let mark = *marks.iter().find(|mark| cells().all(|cell| is_short(cell) || may_be_either(cell, **mark)))?;
    let cell = marked().next().filter(|_| marked().count() * 3 >= cells().count())?;
    let name = if mark == ',' { "comma" } else { "point" };
    let (played, other) = match (mark == ',') == is_comma {
        true => ("decimals", "thousands"),
        false => ("thousands", "decimals"),
    };
    Some(Warning {
        code: WarningCode::DecimalMark,
        what: format!("{words} have one {name} and three figures behind it, as `{}`", shown(cell)),
        lines: sample.rows.first().map(|row| row.line).into_iter().collect(),
        played: format!("the {name} is before {played}"),
        other: format!("it is before {other}"),
        flag: format!("--decimal-mark {}", if is_comma { "point" } else { "comma" }),
    })
}

/// One mark, with three figures behind it and at most three before it.
fn may_be_either(cell: &str, mark: char) -> bool {
    let Some((before, behind)) = cell.split_once(mark) else { return false };
    let figures = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
    let has_no_mark = !before.contains([',', '.']) && !behind.contains([',', '.']);
    has_no_mark && (1..=3).contains(&figures(before)) && !before.starts_with('0') && figures(behind) == 3
}

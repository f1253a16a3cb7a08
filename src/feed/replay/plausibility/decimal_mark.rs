//! `38,705` is 38705, or 38.705 where the comma is the decimal mark. Where all prices are such, nothing tells.

use super::sample::{PlayedSample, shown};
use crate::feed::replay::parse::number::DecimalMark;
use crate::feed::replay::schema::{ColumnRole, Warning, WarningCode};

pub fn check(sample: &PlayedSample<'_>) -> Option<Warning> {
    // In a file with commas between cells, a comma within one separates thousands.
    if sample.layout().delimiter == b',' {
        return None;
    }
    let roles = sample.layout().roles();
    let is_price = |column: &usize| {
        use ColumnRole::{Ask, Bid, Close, High, Low, Open, Price};
        matches!(roles[*column], Some(Price | Bid | Ask | Open | High | Low | Close))
    };
    let prices: Vec<usize> = (0..roles.len()).filter(is_price).collect();
    let column = *prices.first()?;
    let cells = || sample.rows.iter().flat_map(|row| prices.iter().filter_map(|n| row.cells.get(*n)));
    let cells = || cells().filter(|cell| cell.contains([',', '.']));
    if cells().count() < sample.rows.len() || !cells().all(|cell| may_be_either(cell)) {
        return None;
    }
    let cell = cells().next()?;
    let is_comma = sample.layout().mark(column) == DecimalMark::Comma;
    let (played, other) = if is_comma { ("decimals", "thousands") } else { ("thousands", "decimals") };
    Some(Warning {
        code: WarningCode::DecimalMark,
        what: format!("all prices have one comma and three figures behind it, as `{}`", shown(cell)),
        lines: sample.rows.first().map(|row| row.line).into_iter().collect(),
        played: format!("the comma is before {played}"),
        other: format!("it is before {other}"),
        flag: format!("--decimal-mark {}", if is_comma { "point" } else { "comma" }),
    })
}

/// One comma, with three figures behind it and at most three before it.
fn may_be_either(cell: &str) -> bool {
    let Some((before, behind)) = cell.split_once(',') else { return false };
    let figures = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
    let has_no_mark = !before.contains('.') && !behind.contains([',', '.']);
    has_no_mark && (1..=3).contains(&figures(before)) && !before.starts_with('0') && figures(behind) == 3
}

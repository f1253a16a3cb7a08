//! The type of a cell.

use strum::EnumCount;

use crate::feed::replay::parse::number::{self, DecimalMark};
use crate::feed::replay::parse::times::{DateOrder, TimeFormat, looks_like_clock};
use crate::market::DecimalError;

/// The type of one cell, by its text alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumCount, strum::EnumIter)]
pub enum CellType {
    Blank,
    Number,
    Time,
    Clock,
    Text,
}

/// The type of a cell.
pub fn type_of(cell: &str) -> CellType {
    if number::is_blank(cell) {
        return CellType::Blank;
    }
    let is_number = |mark| number::parse(cell, mark) != Err(DecimalError::NotANumber);
    if is_number(DecimalMark::Point) || is_number(DecimalMark::Comma) || number::fraction::looks_like_points(cell) {
        CellType::Number
    } else if is_date(cell) {
        CellType::Time
    } else if looks_like_clock(cell) || cell.eq_ignore_ascii_case("inf") || cell.eq_ignore_ascii_case("-inf") {
        CellType::Clock
    } else {
        CellType::Text
    }
}

/// Returns whether a cell is a date, in any order of day and month.
pub fn is_date(cell: &str) -> bool {
    let is_date_in = |order| matches!(TimeFormat::of(cell, order), Some(TimeFormat::Iso | TimeFormat::Text(_)));
    is_date_in(DateOrder::Mdy) || is_date_in(DateOrder::Dmy) || is_date_in(DateOrder::Ymd)
}

/// A cell as nanoseconds since 1970, in whichever form it is a time.
pub fn time_of(cell: &str) -> Option<i64> {
    let format = [DateOrder::Mdy, DateOrder::Dmy, DateOrder::Ymd].iter().find_map(|order| TimeFormat::of(cell, *order));
    format?.parse(cell).map(|time| time.ts.0)
}

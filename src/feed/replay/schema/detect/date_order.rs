//! The order of day and month in dates of figures alone.

use std::io::Read;

use super::table::Table;
use crate::feed::replay::error::Problem;
use crate::feed::replay::input::{Fit, Lines, read_problem};
use crate::feed::replay::parse::cells::Cells;
use crate::feed::replay::parse::times::{self, DateOrder, NANOS_PER_DAY, TimeFormat};

/// The order of dates; a guess where no date decides it.
pub struct DetectedOrder {
    pub order: DateOrder,
    pub is_guess: bool,
}

/// Reads a file from its first line until a date tells the day from the month, or to `max_bytes`.
///
/// # Errors
/// When the file cannot be read.
pub fn find<R: Read>(
    lines: &mut Lines<R>,
    table: &Table,
    column: usize,
    max_bytes: u64,
) -> Result<DetectedOrder, Problem> {
    let mut cells = Cells::default();
    while let Some(fit) = lines.advance().map_err(|e| read_problem(e, lines.number()))? {
        if lines.position().offset > max_bytes {
            break;
        }
        if fit == Fit::TooLong || lines.number() <= table.above || cells.split(lines.text(), table.delimiter).is_err() {
            continue;
        }
        let order = match times::day_and_month(cells.get(column)) {
            Some((first, _)) if first > 12 => DateOrder::Dmy,
            Some((_, second)) if second > 12 => DateOrder::Mdy,
            _ => continue,
        };
        return Ok(DetectedOrder { order, is_guess: false });
    }
    Ok(DetectedOrder { order: guess(table, column), is_guess: true })
}

/// The order under which the dates of the sample lie closer together. Of equals, points between the figures decide:
/// they are mostly written day first.
fn guess(table: &Table, column: usize) -> DateOrder {
    let distance = |order: DateOrder| -> i64 {
        let days = table.column(column).filter_map(|cell| TimeFormat::Text(order).parse(cell));
        let days: Vec<i64> = days.map(|time| time.ts.0 / NANOS_PER_DAY).collect();
        days.windows(2).map(|pair| (pair[1] - pair[0]).abs()).sum()
    };
    let has_points = table.column(column).any(|cell| cell.get(..6).is_some_and(|date| date.contains('.')));
    let (mdy, dmy) = (distance(DateOrder::Mdy), distance(DateOrder::Dmy));
    if dmy < mdy || dmy == mdy && has_points { DateOrder::Dmy } else { DateOrder::Mdy }
}

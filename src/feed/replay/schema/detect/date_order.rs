//! The order of day and month in dates of figures alone.

use std::io::Read;

use super::date_evidence::{self, LikelyOrder};
use super::table::Table;
use super::time_column::DetectedTime;
use crate::feed::replay::error::Problem;
use crate::feed::replay::input::{Fit, Lines, read_problem};
use crate::feed::replay::parse::cells::Cells;
use crate::feed::replay::parse::times::{self, DateOrder};

/// The order of dates; a guess where no date decides it.
pub struct DetectedOrder {
    pub likely: LikelyOrder,
    pub is_guess: bool,
}

/// Reads a file from its first line until a date tells the day from the month, or to `max_bytes`.
///
/// # Errors
/// When the file cannot be read.
pub fn find<R: Read>(
    lines: &mut Lines<R>,
    table: &Table,
    time: &DetectedTime,
    has_comma: bool,
    max_bytes: u64,
) -> Result<DetectedOrder, Problem> {
    let column = time.column;
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
        return Ok(DetectedOrder { likely: LikelyOrder { order, is_open: false }, is_guess: false });
    }
    let dates: Vec<&str> = table.column(column).collect();
    let has_clocks = time.clock.is_some() || dates.iter().any(|cell| cell.contains(':'));
    Ok(DetectedOrder { likely: date_evidence::weigh(&dates, has_clocks, has_comma), is_guess: true })
}

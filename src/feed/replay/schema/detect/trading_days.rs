//! Dates that are trading days: the night before a day of trading has its date, so 20:59 stands above 09:00.

use super::table::Table;
use crate::feed::replay::parse::times::{self, NANOS_PER_DAY, TimeFormat};
use crate::feed::replay::schema::layout::Layout;
use crate::feed::replay::schema::overrides::DateMeaning;

/// The fewest dates that begin with their evening.
const MIN_DATES: usize = 1;

/// Finds out whether the dates of a layout are trading days. `given` is the answer of people.
pub fn find(layout: &mut Layout, table: &Table, given: Option<DateMeaning>) {
    match given {
        Some(DateMeaning::Trading) => layout.time.are_trading_days = true,
        Some(DateMeaning::Calendar) => {}
        None if evening_comes_first(layout, table) => {
            layout.time.are_trading_days = true;
            let why = "rows of the evening stand above those of the morning with the same date";
            layout.assume("dates are trading days: their evening is that of the day before", why, "--dates");
        }
        None => {}
    }
}

/// The part of a day in which a row lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Session {
    Day,
    Evening,
}

/// Rows run from the evening to the day within each date that has both, and never from the day to the evening.
fn evening_comes_first(layout: &Layout, table: &Table) -> bool {
    let time = layout.time;
    let Some(clock) = time.clock.filter(|_| !matches!(time.format, TimeFormat::SinceMidnight(_))) else { return false };
    let cells = |row: &Vec<String>| {
        let parsed = times::parse_date_and_clock(row.get(time.column)?, row.get(clock)?, time.format, time.clock_form)?;
        let session = session(parsed.ts.0.rem_euclid(NANOS_PER_DAY))?;
        Some((parsed.ts.0.div_euclid(NANOS_PER_DAY), session))
    };
    let rows: Vec<(i64, Session)> = table.rows.iter().filter_map(cells).collect();
    let turns = |from: Session, to: Session| {
        rows.windows(2).filter(|pair| pair[0].0 == pair[1].0 && pair[0].1 == from && pair[1].1 == to).count()
    };
    let is_in_order = rows.is_sorted_by_key(|(day, _)| *day);
    is_in_order && turns(Session::Evening, Session::Day) >= MIN_DATES && turns(Session::Day, Session::Evening) == 0
}

/// The session of a clock; `None` in the hours that may be of either.
const fn session(nanos: i64) -> Option<Session> {
    match nanos / 3_600_000_000_000 {
        6..=16 => Some(Session::Day),
        18..=23 => Some(Session::Evening),
        _ => None,
    }
}

//! A clock that was not found: many rows of one symbol share a date.

use std::collections::HashSet;

use super::clock_column;
use super::table::Table;
use crate::feed::replay::schema::layout::Layout;

/// Says so where most rows share their date with another row of their symbol, with the column that may be the clock.
pub fn assume(layout: &mut Layout, table: &Table) {
    let time = layout.time;
    if time.has_clock || time.clock.is_some() || layout.is_wide() || !share_dates(layout, table) {
        return;
    }
    let roles = layout.roles();
    let is_unused = |n: &usize| roles.get(*n).is_some_and(Option::is_none);
    let mut columns = (0..table.names.len()).filter(is_unused);
    let why = match columns.find(|n| clock_column::rises_within_dates(table, time.column, *n)) {
        Some(n) => {
            let name = table.column_name(n);
            format!("no column is a clock, but `{name}` rises within each date: --columns clock=NAME takes it for one")
        }
        None => "no column is a clock".to_owned(),
    };
    layout.assume("rows of one date have the same time", why, "--columns");
}

fn share_dates(layout: &Layout, table: &Table) -> bool {
    let mut seen = HashSet::new();
    let key = |row: &Vec<String>| {
        let cell = |n: usize| row.get(n).cloned().unwrap_or_default();
        (cell(layout.time.column), layout.time.month.map(cell), layout.time.day.map(cell), layout.symbol.map(cell))
    };
    let repeated = table.rows.iter().filter(|row| !seen.insert(key(row))).count();
    repeated * 2 > table.rows.len()
}

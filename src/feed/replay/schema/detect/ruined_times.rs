//! Times that have lost their figures: a spreadsheet shows a long number as `1.70433E+12`.

use super::column_name;
use super::profile::Profile;
use super::table::Table;
use crate::feed::replay::error::{Problem, echo};
use crate::feed::replay::schema::column_role::ColumnRole;

/// The decimals that spreadsheets leave of a long number.
const DECIMALS_LEFT: usize = 5;
/// The fewest figures of a number that is shown so.
const MIN_EXPONENT: u32 = 9;

/// Checks the column of the time or, where none was found, the columns that are named for one.
///
/// # Errors
/// When most cells of it are such.
pub fn check(table: &Table, profiles: &[Profile], time: Option<usize>) -> Result<(), Problem> {
    let is_named = |n: &usize| column_name::role_of(&profiles[*n].name, ColumnRole::Time).is_some();
    let columns = (0..profiles.len()).filter(|n| time.map_or_else(|| is_named(n), |time| time == *n));
    for n in columns {
        let ruined = table.column(n).filter(|cell| is_ruined(cell)).count();
        if profiles[n].are_most(ruined) {
            let value = table.column(n).find(|cell| is_ruined(cell)).unwrap_or_default();
            return Err(Problem::RuinedTimes { column: table.column_name(n), value: echo(value.as_bytes()) });
        }
    }
    Ok(())
}

fn is_ruined(cell: &str) -> bool {
    let Some((digits, exponent)) = cell.split_once(['e', 'E']) else { return false };
    let decimals = digits.split_once(['.', ',']).map_or(0, |(_, decimals)| decimals.len());
    exponent.trim_start_matches('+').parse::<u32>().is_ok_and(|exponent| exponent >= MIN_EXPONENT)
        && decimals <= DECIMALS_LEFT
}

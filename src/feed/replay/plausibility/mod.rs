//! The plausibility pass: looks at the first rows as they play, and finds what makes the reading of the file doubtful.
//!
//! Each check is a pure function of the [`PlayedSample`], in a file of its own. A check is quiet about a file that is
//! read right, or says something true of it.

mod chance_bars;
mod clock_form;
mod crossed_quotes;
mod decimal_mark;
mod erratic_price;
mod far_apart;
mod file_date;
mod lost_clock;
mod price_as_size;
mod price_jump;
mod repeated_rows;
mod running_total;
mod sample;
#[cfg(test)]
mod tests;
mod unused_column;
mod year_1970;
mod year_form;
mod zero_price;

use self::sample::PlayedSample;
use crate::feed::replay::config::ReplayConfig;
use crate::feed::replay::input::Entry;
use crate::feed::replay::play::Scan;
use crate::feed::replay::schema::Warning;

/// The checks, in the order in which their warnings are listed.
const CHECKS: [fn(&PlayedSample<'_>) -> Option<Warning>; 16] = [
    year_1970::check,
    year_form::check,
    clock_form::check,
    file_date::check,
    lost_clock::check,
    far_apart::check,
    price_jump::check,
    erratic_price::check,
    zero_price::check,
    decimal_mark::check,
    price_as_size::check,
    chance_bars::check,
    crossed_quotes::check,
    running_total::check,
    repeated_rows::check,
    unused_column::check,
];

/// Checks the first rows of a file that was scanned.
pub fn check(entry: &Entry, scan: &Scan, config: &ReplayConfig) -> Vec<Warning> {
    // The scan has reported what cannot be read.
    let Ok(sample) = PlayedSample::read(entry, scan, config) else { return Vec::new() };
    CHECKS.iter().filter_map(|check| check(&sample)).collect()
}

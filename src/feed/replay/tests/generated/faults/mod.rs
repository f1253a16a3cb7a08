//! The sixteen kinds of fault, each planted in a table whose right reading stays known.

mod rows;
mod times;
mod values;

use super::rng::Rng;
use super::sheet::{Needs, Sheet};

/// The number of kinds.
pub const KINDS: u8 = 16;

/// A table with a fault of a kind; 0 for a table without one.
pub fn plant(rng: &mut Rng, kind: u8) -> Sheet {
    let mut sheet = match kind {
        0 => Sheet::any(rng, Needs::default()),
        1 => times::lost_clock(rng),
        2 => values::no_price(rng),
        3 => rows::several_instruments(rng),
        4 => rows::kinds_of_rows(rng),
        5 => values::zeros(rng),
        6 => rows::symbols(rng),
        7 => times::odd_times(rng),
        8 => times::several_times(rng),
        9 => rows::repeats(rng),
        10 => times::doubled_hour(rng),
        11 => values::sizes(rng),
        12 => values::languages(rng),
        13 => values::dress(rng),
        14 => rows::damage(rng),
        15 => rows::quotes_behind_a_trade(rng),
        _ => times::zones_and_intervals(rng),
    };
    sheet.features.insert(0, format!("fault {kind}"));
    sheet
}

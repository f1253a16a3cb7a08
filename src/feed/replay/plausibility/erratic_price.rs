//! Prices move little from row to row. Volumes, counts and returns move much.

use super::sample::{PlayedPart, PlayedSample, float, median};
use super::{far_apart, price_jump};
use crate::feed::replay::schema::{FileKind, Warning, WarningCode};
use crate::market::Decimal;

/// Moves of a file from which on their median means something.
const MIN_MOVES: usize = 20;
/// The median move of a price is below this share of it.
const USUAL_MOVE: f64 = 0.1;
/// Prices of fewer steps than this move by large shares even by one step.
const MIN_STEPS: i64 = 50;
/// Rows farther from each other than a long weekend tell nothing: prices move by any share in a month.
const MAX_DISTANCE_NANOS: i64 = 4 * 86_400 * 1_000_000_000;

pub fn check(sample: &PlayedSample<'_>) -> Option<Warning> {
    // Prices of several instruments, and single jumps, have warnings of their own.
    let is_doubted = || far_apart::check(sample).or_else(|| price_jump::check(sample)).is_some();
    if sample.layout().kind == FileKind::Book || is_doubted() {
        return None;
    }
    let mut first = None;
    let mut moves = Vec::new();
    for (_, parts) in &sample.symbols {
        for pair in parts.windows(2) {
            let Some((from, to)) = prices(pair) else { continue };
            let moved = (float(to) / float(from) - 1.0).abs();
            if moved > USUAL_MOVE {
                first.get_or_insert((pair, from, to));
            }
            moves.push(moved);
        }
    }
    let count = moves.len();
    let usual = median(moves);
    if count < MIN_MOVES || usual <= USUAL_MOVE {
        return None;
    }
    let (pair, from, to) = first?;
    Some(Warning {
        code: WarningCode::ErraticPrice,
        what: format!("the price moves by {:.0} % from row to row, as from {from} to {to}", usual * 100.0),
        lines: sample.lines(pair),
        played: "prices".into(),
        other: "volumes or counts".into(),
        flag: "--columns price=NAME".into(),
    })
}

/// The prices of two rows that are near each other in time, where a step of the last digit is small beside both.
fn prices(pair: &[PlayedPart]) -> Option<(Decimal, Decimal)> {
    let [before, after] = pair else { return None };
    let (from, to) = (before.price?, after.price?);
    let is_near = after.ts.0.saturating_sub(before.ts.0) <= MAX_DISTANCE_NANOS;
    (is_near && from.mantissa >= MIN_STEPS && to.mantissa >= MIN_STEPS).then_some((from, to))
}

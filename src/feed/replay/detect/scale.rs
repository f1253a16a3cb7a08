//! Prices that are written as whole numbers, so many decimal places too large.

use super::profile::Profile;
use crate::feed::replay::layout::{Shape, TickColumns};
use crate::feed::replay::times::{TimeFormat, TimeUnit};

/// How many decimal places prices are too large, and why it seems so.
pub fn find(
    profiles: &[Profile],
    shape: &Shape,
    time: TimeFormat,
    has_header: bool,
    compact_dates: bool,
) -> Option<(u8, &'static str)> {
    let columns: Vec<&Profile> = price_columns(shape).into_iter().map(|n| &profiles[n]).collect();
    let are_integers = columns.iter().all(|profile| profile.are_integers && profile.numeric > 0);
    if columns.is_empty() || !are_integers {
        return None;
    }
    let least = columns.iter().flat_map(|p| p.values()).filter(|v| *v > 0.0 && *v < 9e18).fold(f64::MAX, f64::min);
    let divides =
        |by: u64| columns.iter().all(|profile| profile.divisor % by == 0 || profile.divisor == i64::MAX.unsigned_abs());
    let is_nanos = time == TimeFormat::Epoch(TimeUnit::Nanos);
    if least >= 1e6 && is_nanos && divides(1_000) || least >= 1e9 && divides(100_000) {
        return Some((9, "all prices are whole numbers of nine decimal places, as Databento writes them"));
    }
    let is_message = matches!(shape, Shape::Messages { .. });
    if is_message && least >= 10_000.0 {
        return Some((4, "all prices are large whole numbers, as LOBSTER writes dollars x 10000"));
    }
    if time == TimeFormat::SinceMidnight(TimeUnit::Seconds) && least >= 10_000.0 && divides(50) {
        return Some((
            4,
            "all prices are large and whole and times count from midnight, as LOBSTER writes dollars x 10000",
        ));
    }
    let is_lean = !has_header && (matches!(time, TimeFormat::SinceMidnight(TimeUnit::Millis)) || compact_dates);
    (is_lean && least >= 10_000.0 && divides(100)).then_some((
        4,
        "all prices are whole hundreds and there is no header, as QuantConnect LEAN writes equities x 10000",
    ))
}

fn price_columns(shape: &Shape) -> Vec<usize> {
    match *shape {
        Shape::Bars { open, high, low, close, .. } => vec![open, high, low, close],
        Shape::Ticks(TickColumns { price, bid, ask, .. }) => price.into_iter().chain(bid).chain(ask).collect(),
        Shape::Levels { price, .. } | Shape::Messages { price, .. } => vec![price],
    }
}

//! What flags take: factors and bounds, checked as they are read.

use crate::control::Speed;
use crate::server::HttpLimits;

pub fn speed(text: &str) -> Result<Speed, String> {
    if text.eq_ignore_ascii_case("max") {
        return Ok(Speed::Max);
    }
    let number = text.strip_suffix(['x', 'X']).unwrap_or(text);
    match number.parse::<f64>() {
        Ok(factor) if factor.is_finite() && factor > 0.0 => Ok(Speed::Times(factor)),
        _ => Err("a factor above 0 such as 60x or 0.5x, or max".into()),
    }
}

/// Bounds what is counted in memory: more could not be held anyway.
pub const MOST: usize = 1_000_000_000;

pub fn at_least_one(text: &str) -> Result<usize, String> {
    let in_range = text.parse().ok().filter(|n| (1..=MOST).contains(n));
    in_range.ok_or_else(|| format!("a whole number from 1 to {MOST}"))
}

pub fn head_bytes(text: &str) -> Result<usize, String> {
    let (least, most) = (HttpLimits::MIN_BUFFER_BYTES, 16 * 1024 * 1024);
    let in_range = text.parse().ok().filter(|n| (least..=most).contains(n));
    in_range.ok_or_else(|| format!("a whole number from {least} to {most}"))
}

/// The first place of a tape is one of them.
pub fn checkpoints(text: &str) -> Result<usize, String> {
    const MOST: usize = 1_000_000;
    let in_range = text.parse().ok().filter(|n| (2..=MOST).contains(n));
    in_range.ok_or_else(|| format!("a whole number from 2 to {MOST}"))
}

pub fn capacity(text: &str) -> Result<usize, String> {
    const MOST: usize = 1_000_000;
    let in_range = text.parse().ok().filter(|n| (1..=MOST).contains(n));
    in_range.ok_or_else(|| format!("a whole number from 1 to {MOST}"))
}

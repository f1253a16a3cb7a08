//! Values that flags take, besides those of `flags`.

use crate::control::Speed;

/// The largest count of items in memory; more would not fit anyway.
pub const MAX_COUNT: usize = 1_000_000_000;
/// The largest count of messages that wait in a channel, and of similar items.
pub const MAX_CAPACITY: usize = 1_000_000;

/// Parses a speed such as `60x`, `0.5x` or `max`.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_are_factors_above_zero_or_max() {
        for (text, want) in [("60x", 60.0), ("0.1X", 0.1), ("7", 7.0)] {
            assert_eq!(speed(text), Ok(Speed::Times(want)));
        }
        assert_eq!(speed("MAX"), Ok(Speed::Max));
        for text in ["", "x", "0", "-1x", "NaN", "inf", "fast"] {
            assert!(speed(text).is_err(), "{text}");
        }
    }
}

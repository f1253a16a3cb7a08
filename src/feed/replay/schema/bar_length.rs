//! The length of bars as a file has them, which may be none of the intervals that play.

use std::fmt;

use strum::VariantArray as _;

use crate::market::Interval;

const MICRO: i64 = 1_000;
const MILLI: i64 = 1_000_000;
const SECOND: i64 = 1_000_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
/// The nanoseconds of a day.
pub const DAY: i64 = 24 * HOUR;

/// The length of bars.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BarLength {
    nanos: i64,
}

impl BarLength {
    /// A length of so many nanoseconds.
    pub const fn of(nanos: i64) -> Self {
        Self { nanos }
    }

    /// The longest interval that is not longer: the bar plays within it.
    pub fn interval(self) -> Interval {
        let fits = |interval: &Interval| interval.nanos() <= self.nanos;
        Interval::VARIANTS.iter().copied().rfind(fits).unwrap_or(Interval::S1)
    }
}

impl fmt::Display for BarLength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(i64, &str); 6] =
            [(DAY, "d"), (HOUR, "h"), (MINUTE, "m"), (SECOND, "s"), (MILLI, "ms"), (MICRO, "us")];
        match (self.nanos / DAY, self.nanos % DAY) {
            (7, 0) => return f.write_str("1w"),
            (28..=31, 0) => return f.write_str("1mo"),
            (89..=92, 0) => return f.write_str("3mo"),
            (181..=184, 0) => return f.write_str("6mo"),
            (365 | 366, 0) => return f.write_str("1y"),
            _ => {}
        }
        match UNITS.iter().find(|(unit, _)| self.nanos % unit == 0) {
            Some((unit, letter)) => write!(f, "{}{letter}", self.nanos / unit),
            None => write!(f, "{}ns", self.nanos),
        }
    }
}

impl From<Interval> for BarLength {
    fn from(interval: Interval) -> Self {
        Self::of(interval.nanos())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_named_as_people_do() {
        let check = |nanos: i64, label: &str, interval: Interval| {
            let length = BarLength::of(nanos);
            assert_eq!((length.to_string().as_str(), length.interval()), (label, interval));
        };
        check(250 * MILLI, "250ms", Interval::S1);
        check(MINUTE, "1m", Interval::M1);
        check(3 * MINUTE, "3m", Interval::M1);
        check(90 * SECOND, "90s", Interval::M1);
        check(4 * HOUR, "4h", Interval::H1);
        check(DAY, "1d", Interval::D1);
        check(7 * DAY, "1w", Interval::D1);
        check(31 * DAY, "1mo", Interval::D1);
        check(365 * DAY, "1y", Interval::D1);
    }
}

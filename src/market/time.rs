//! Market time: nanoseconds since the Unix epoch, UTC, and the bar intervals that divide it.

use strum::{Display, EnumString, IntoStaticStr, VariantArray};

/// Nanoseconds since 1970-01-01T00:00:00Z. Covers the years 1677 to 2262.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Converts whole microseconds since the epoch.
    pub const fn from_micros(us: i64) -> Self {
        Self(us.saturating_mul(1_000))
    }

    /// Converts whole milliseconds since the epoch.
    pub const fn from_millis(ms: i64) -> Self {
        Self(ms.saturating_mul(1_000_000))
    }

    /// Converts whole seconds since the epoch.
    pub const fn from_secs(s: i64) -> Self {
        Self(s.saturating_mul(1_000_000_000))
    }

    /// Returns whole microseconds since the epoch, rounded down, as the wire carries them.
    pub const fn micros(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// Moves the time by `ns`; saturates at the limits of 64 bits.
    pub const fn plus_nanos(self, ns: i64) -> Self {
        Self(self.0.saturating_add(ns))
    }

    /// Returns the start of the `interval` that contains this time.
    pub const fn floor(self, interval: Interval) -> Self {
        let ns = interval.nanos();
        Self(self.0.div_euclid(ns).saturating_mul(ns))
    }
}

/// The length of a bar. Bars start at its multiples since the Unix epoch, so a day is a UTC day.
///
/// The variants go from the shortest to the longest, and each divides the next one.
#[derive(
    Clone, Copy, Debug, Display, EnumString, Hash, IntoStaticStr, PartialEq, Eq, PartialOrd, Ord, VariantArray,
)]
#[strum(const_into_str)]
#[repr(u8)]
pub enum Interval {
    #[strum(serialize = "1s")]
    S1,
    #[strum(serialize = "5s")]
    S5,
    #[strum(serialize = "15s")]
    S15,
    #[strum(serialize = "1m")]
    M1,
    #[strum(serialize = "5m")]
    M5,
    #[strum(serialize = "15m")]
    M15,
    #[strum(serialize = "1h")]
    H1,
    #[strum(serialize = "1d")]
    D1,
}

impl Interval {
    /// The number of intervals.
    pub const COUNT: usize = Self::VARIANTS.len();

    /// Returns its place in [`Self::VARIANTS`].
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Returns its length in nanoseconds.
    pub const fn nanos(self) -> i64 {
        const S: i64 = 1_000_000_000;
        match self {
            Self::S1 => S,
            Self::S5 => 5 * S,
            Self::S15 => 15 * S,
            Self::M1 => 60 * S,
            Self::M5 => 300 * S,
            Self::M15 => 900 * S,
            Self::H1 => 3_600 * S,
            Self::D1 => 86_400 * S,
        }
    }

    /// Returns the name on the wire, such as `15m`.
    pub const fn label(self) -> &'static str {
        self.into_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interval_parses_its_label() {
        for &interval in Interval::VARIANTS {
            assert_eq!(interval.label().parse(), Ok(interval));
        }
        assert_eq!("2m".parse::<Interval>(), Err(strum::ParseError::VariantNotFound));
    }

    #[test]
    fn interval_divides_each_longer_one() {
        for (i, short) in Interval::VARIANTS.iter().enumerate() {
            for long in &Interval::VARIANTS[i..] {
                assert_eq!(long.nanos() % short.nanos(), 0, "{short} into {long}");
            }
        }
    }

    #[test]
    fn intervals_before_1970_round_down() {
        let ts = Timestamp::from_secs(-1);
        assert_eq!(ts.floor(Interval::M1), Timestamp::from_secs(-60));
        assert_eq!(Timestamp(-1).micros(), -1);
    }
}

//! Market time: nanoseconds since the Unix epoch, UTC, and the bar intervals that divide it.

use std::fmt;
use std::str::FromStr;

/// Nanoseconds since 1970-01-01T00:00:00Z. Covers the years 1677 to 2262.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    pub const fn from_micros(us: i64) -> Self {
        Self(us.saturating_mul(1_000))
    }

    pub const fn from_millis(ms: i64) -> Self {
        Self(ms.saturating_mul(1_000_000))
    }

    pub const fn from_secs(s: i64) -> Self {
        Self(s.saturating_mul(1_000_000_000))
    }

    /// Whole microseconds since the epoch, rounded down: what the wire carries.
    pub const fn micros(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    pub const fn plus_nanos(self, ns: i64) -> Self {
        Self(self.0.saturating_add(ns))
    }

    /// The start of the bucket of `interval` that this moment lies in.
    pub const fn floor(self, interval: Interval) -> Self {
        let ns = interval.nanos();
        Self(self.0.div_euclid(ns).saturating_mul(ns))
    }
}

/// A bar length. Buckets start at multiples of it since the Unix epoch, so a day is a UTC day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Interval {
    S1,
    S5,
    S15,
    M1,
    M5,
    M15,
    H1,
    D1,
}

impl Interval {
    /// All intervals, shortest first. Each divides each later one.
    pub const ALL: [Self; 8] = [Self::S1, Self::S5, Self::S15, Self::M1, Self::M5, Self::M15, Self::H1, Self::D1];

    pub const fn index(self) -> usize {
        self as usize
    }

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

    pub const fn label(self) -> &'static str {
        match self {
            Self::S1 => "1s",
            Self::S5 => "5s",
            Self::S15 => "15s",
            Self::M1 => "1m",
            Self::M5 => "5m",
            Self::M15 => "15m",
            Self::H1 => "1h",
            Self::D1 => "1d",
        }
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

/// The text is none of `1s 5s 15s 1m 5m 15m 1h 1d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownInterval;

impl FromStr for Interval {
    type Err = UnknownInterval;

    fn from_str(text: &str) -> Result<Self, UnknownInterval> {
        Self::ALL.into_iter().find(|i| i.label() == text).ok_or(UnknownInterval)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_read_back_from_their_labels() {
        for interval in Interval::ALL {
            assert_eq!(interval.label().parse(), Ok(interval));
        }
        assert_eq!("2m".parse::<Interval>(), Err(UnknownInterval));
    }

    #[test]
    fn each_interval_divides_each_longer_one() {
        for (i, short) in Interval::ALL.iter().enumerate() {
            for long in &Interval::ALL[i..] {
                assert_eq!(long.nanos() % short.nanos(), 0, "{short} into {long}");
            }
        }
    }

    #[test]
    fn buckets_before_1970_start_earlier_not_later() {
        let ts = Timestamp::from_secs(-1);
        assert_eq!(ts.floor(Interval::M1), Timestamp::from_secs(-60));
        assert_eq!(Timestamp(-1).micros(), -1);
    }
}

//! The units of counts of time.

use std::fmt;

use clap::ValueEnum;
use strum::{EnumCount, EnumIter, IntoStaticStr};

use super::NANOS_PER_SECOND;

/// The unit of a count of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, EnumCount, EnumIter, IntoStaticStr, ValueEnum)]
pub enum TimeUnit {
    #[strum(serialize = "s")]
    #[value(name = "s")]
    Seconds,
    #[strum(serialize = "ms")]
    #[value(name = "ms")]
    Millis,
    #[strum(serialize = "us")]
    #[value(name = "us")]
    Micros,
    #[strum(serialize = "ns")]
    #[value(name = "ns")]
    Nanos,
}

impl TimeUnit {
    /// The nanoseconds of one unit.
    pub const fn nanos(self) -> i64 {
        match self {
            Self::Seconds => NANOS_PER_SECOND,
            Self::Millis => 1_000_000,
            Self::Micros => 1_000,
            Self::Nanos => 1,
        }
    }

    /// The word for programs.
    pub fn label(self) -> &'static str {
        self.into()
    }

    /// The unit in which a count since 1970 of this size lies between 1973 and 5138.
    pub const fn of_epoch_count(count: u64) -> Self {
        match count {
            0..100_000_000_000 => Self::Seconds,
            100_000_000_000..100_000_000_000_000 => Self::Millis,
            100_000_000_000_000..100_000_000_000_000_000 => Self::Micros,
            _ => Self::Nanos,
        }
    }
}

impl fmt::Display for TimeUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Seconds => "seconds",
            Self::Millis => "milliseconds",
            Self::Micros => "microseconds",
            Self::Nanos => "nanoseconds",
        })
    }
}

//! The units of counts of time.

use std::fmt;

use clap::ValueEnum;
use strum::{EnumCount, EnumIter, IntoStaticStr};

use super::{NANOS_PER_DAY, NANOS_PER_SECOND};

/// The unit of a count of time, and the day from which it counts.
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
    /// Days since 1970.
    #[strum(serialize = "d")]
    #[value(name = "d")]
    Days,
    /// Days as spreadsheets count them, since 1899-12-30.
    #[strum(serialize = "sheet")]
    #[value(name = "sheet")]
    SheetDays,
    /// Ticks of .NET: 100 ns since the year 1.
    #[strum(serialize = "dotnet")]
    #[value(name = "dotnet")]
    DotNet,
    /// Times of files on Windows: 100 ns since 1601.
    #[strum(serialize = "filetime")]
    #[value(name = "filetime")]
    FileTime,
}

impl TimeUnit {
    /// The units of counts since midnight. Since 1970, the size of a count tells which one it is.
    pub const OF_CLOCKS: [Self; 4] = [Self::Seconds, Self::Millis, Self::Micros, Self::Nanos];

    /// The nanoseconds of one unit.
    pub const fn nanos(self) -> i64 {
        match self {
            Self::Seconds => NANOS_PER_SECOND,
            Self::Millis => 1_000_000,
            Self::Micros => 1_000,
            Self::Nanos => 1,
            Self::Days | Self::SheetDays => NANOS_PER_DAY,
            Self::DotNet | Self::FileTime => 100,
        }
    }

    /// The day of the count 0, in days since 1970-01-01.
    pub const fn first_day(self) -> i64 {
        match self {
            Self::SheetDays => -25_569,
            Self::DotNet => -719_162,
            Self::FileTime => -134_774,
            _ => 0,
        }
    }

    /// Counts of this unit are distinguished from those of others by their size.
    pub const fn is_known_by_size(self) -> bool {
        matches!(self, Self::Seconds | Self::Millis | Self::Micros | Self::Nanos)
    }

    /// Counts of this unit are UTC wherever they were written.
    pub const fn is_utc(self) -> bool {
        self.is_known_by_size() || matches!(self, Self::FileTime)
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
            Self::Days => "days",
            Self::SheetDays => "days of a spreadsheet",
            Self::DotNet => ".NET ticks",
            Self::FileTime => "Windows file times",
        })
    }
}

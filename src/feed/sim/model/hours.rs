//! Trading hours: the days and the seconds at which the market is open.

use clap::ValueEnum;
use strum::{Display, EnumString};

use crate::market::Timestamp;

/// The first second of a session, counted from midnight UTC: 09:30 in New York in winter.
pub const OPEN: i64 = 14 * 3_600 + 30 * 60;
/// The second after the last one of a session: 16:00 in New York in winter.
pub const CLOSE: i64 = 21 * 3_600;
/// The seconds of a day.
pub const DAY: i64 = 86_400;

/// The trading hours of a market.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Display, EnumString, ValueEnum)]
#[strum(serialize_all = "lowercase", parse_err_ty = UnknownHours, parse_err_fn = UnknownHours::new)]
pub enum Hours {
    /// Everything trades day and night
    #[default]
    Always,
    /// Stocks and indices trade from 14:30 to 21:00 UTC on weekdays, crypto and FX day and night
    Market,
    /// Everything trades from 14:30 to 21:00 UTC on weekdays
    Session,
}

impl Hours {
    /// The length of a session in seconds.
    pub const SESSION_SECONDS: i64 = CLOSE - OPEN;

    /// Returns whether stocks have a session on the UTC day that begins at `day`. A market without sessions has one
    /// every day.
    pub fn has_session_on(self, day: Timestamp) -> bool {
        self == Self::Always || !is_weekend(day.0.div_euclid(DAY * 1_000_000_000))
    }
}

/// Returns whether a day, counted from 1970-01-01, is a Saturday or a Sunday.
pub const fn is_weekend(day: i64) -> bool {
    // 1970-01-01 was a Thursday.
    (day + 4).rem_euclid(7) % 6 == 0
}

/// A text that names no trading hours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there are no trading hours {0}: write always, market or session")]
pub struct UnknownHours(String);

impl UnknownHours {
    fn new(text: &str) -> Self {
        Self(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_read_by_name() {
        assert_eq!("market".parse(), Ok(Hours::Market));
        assert!("night".parse::<Hours>().unwrap_err().to_string().contains("night"));
    }
}

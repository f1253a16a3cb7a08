//! The pace: market time against the wall clock, at a speed.
//!
//! Pure: `now` is passed in, as the time since a fixed moment. Due times are counted from one anchor, not from tick to
//! tick, so that errors do not add up over hours.

use std::time::Duration;

use crate::control::Speed;
use crate::market::Timestamp;

/// A line through (wall, market) with the speed as its slope.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    speed: Speed,
    wall: Duration,
    market: Timestamp,
}

impl Pace {
    /// Anchors the line: market time is `market` when the wall clock is at `now`.
    pub const fn new(speed: Speed, market: Timestamp, now: Duration) -> Self {
        Self { speed, wall: now, market }
    }

    /// Returns the market time at `now`; `None` at full speed, where everything is due at once.
    pub fn market_time(&self, now: Duration) -> Option<Timestamp> {
        match self.speed {
            Speed::Max => None,
            Speed::Times(factor) => {
                let elapsed = now.saturating_sub(self.wall).as_nanos() as f64 * factor;
                // A float beyond the range of i64 saturates in this cast.
                Some(self.market.plus_nanos(elapsed as i64))
            }
        }
    }

    /// Reports whether a tick at `ts` is due at `now`.
    pub fn is_due(&self, ts: Timestamp, now: Duration) -> bool {
        self.market_time(now).is_none_or(|market| ts <= market)
    }

    /// Returns the time from `now` until `ts` is due.
    pub fn wait(&self, ts: Timestamp, now: Duration) -> Duration {
        let Speed::Times(factor) = self.speed else { return Duration::ZERO };
        let ahead = ts.0.saturating_sub(self.market.0).max(0) as f64 / factor / 1e9;
        let due = Duration::try_from_secs_f64(ahead).unwrap_or(Duration::MAX);
        self.wall.saturating_add(due).saturating_sub(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_secs(seconds)
    }

    #[test]
    fn tick_is_due_after_its_share_of_time() {
        let pace = Pace::new(Speed::Times(60.0), at(1_000), HOUR);
        assert_eq!(pace.wait(at(1_060), HOUR), Duration::from_secs(1));
        assert!(!pace.is_due(at(1_060), HOUR + Duration::from_millis(999)));
        assert!(pace.is_due(at(1_060), HOUR + Duration::from_secs(1)));
    }

    #[test]
    fn tick_before_the_start_is_due_at_once() {
        let pace = Pace::new(Speed::Times(1.0), at(1_000), HOUR);
        assert!(pace.is_due(at(5), HOUR));
        assert_eq!(pace.wait(at(5), HOUR), Duration::ZERO);
    }

    #[test]
    fn pace_does_not_drift_over_hours() {
        let pace = Pace::new(Speed::Times(0.1), at(0), Duration::ZERO);
        for hours in [1u32, 10, 100] {
            assert_eq!(pace.market_time(HOUR * hours), Some(at(360 * i64::from(hours))));
        }
    }

    #[test]
    fn everything_is_due_at_full_speed() {
        let pace = Pace::new(Speed::Max, at(0), Duration::ZERO);
        assert!(pace.is_due(Timestamp(i64::MAX), Duration::ZERO));
        assert_eq!(pace.wait(Timestamp(i64::MAX), Duration::ZERO), Duration::ZERO);
    }

    #[test]
    fn farthest_future_does_not_overflow() {
        let pace = Pace::new(Speed::Times(1e-9), Timestamp(i64::MIN), Duration::MAX);
        assert!(pace.wait(Timestamp(i64::MAX), Duration::ZERO) > HOUR);
        assert_eq!(Pace::new(Speed::Times(1e300), at(0), Duration::ZERO).market_time(HOUR), Some(Timestamp(i64::MAX)));
    }
}

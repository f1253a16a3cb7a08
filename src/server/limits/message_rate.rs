//! A limit on a rate, such as that of a client's messages: a token bucket.
//!
//! Pure: `now` is passed in.

use std::time::Duration;

use tokio::time::Instant;

/// Seconds of messages that the bucket holds, which is the largest burst.
const BURST_SECONDS: f64 = 2.0;

/// Limits a rate. Each message takes one token; tokens come back at a steady rate.
#[derive(Clone, Copy, Debug)]
pub struct RateLimiter {
    per_second: f64,
    /// The largest burst.
    capacity: f64,
    tokens: f64,
    refilled_at: Instant,
}

impl RateLimiter {
    /// Limits messages to a rate, and a burst to those of two seconds.
    pub fn new(per_second: u32, now: Instant) -> Self {
        let per_second = f64::from(per_second);
        Self::with_capacity(per_second, BURST_SECONDS * per_second, now)
    }

    /// A limit with a burst of its own.
    pub const fn with_capacity(per_second: f64, capacity: f64, now: Instant) -> Self {
        Self { per_second, capacity, tokens: capacity, refilled_at: now }
    }

    /// Adds the tokens of a time in which the server did not read: the messages of that time arrive at once.
    pub fn credit(&mut self, unread: Duration) {
        self.tokens += unread.as_secs_f64() * self.per_second;
    }

    /// Takes one token, and returns whether there was one.
    pub fn try_take(&mut self, now: Instant) -> bool {
        self.refill(now);
        let is_enough = self.tokens >= 1.0;
        if is_enough {
            self.tokens -= 1.0;
        }
        is_enough
    }

    /// Takes `count` tokens, also those that there are not. Returns the time until there is one again.
    pub fn take_all(&mut self, count: usize, now: Instant) -> Duration {
        self.refill(now);
        self.tokens -= count as f64;
        self.time_until_next()
    }

    /// Gives back a token that was taken.
    pub fn give_back(&mut self) {
        self.tokens += 1.0;
    }

    /// The time from the last try until there is a token.
    pub fn time_until_next(&self) -> Duration {
        Duration::try_from_secs_f64((1.0 - self.tokens).max(0.0) / self.per_second).unwrap_or(Duration::MAX)
    }

    /// Returns whether nothing was taken that has not come back.
    pub fn is_full(&mut self, now: Instant) -> bool {
        self.refill(now);
        self.tokens >= self.capacity
    }

    fn refill(&mut self, now: Instant) {
        let refill = now.saturating_duration_since(self.refilled_at).as_secs_f64() * self.per_second;
        // A credit may have filled the bucket beyond its size: then nothing is refilled, and nothing is lost.
        let capacity = self.tokens.max(self.capacity);
        (self.tokens, self.refilled_at) = ((self.tokens + refill).min(capacity), now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn burst_of_two_seconds_passes_and_then_the_rate_itself() {
        let start = Instant::now();
        let mut limiter = RateLimiter::new(10, start);
        let mut passed = |ms, tries| {
            let now = start + Duration::from_millis(ms);
            (0..tries).filter(|_| limiter.try_take(now)).count()
        };
        assert_eq!(passed(0, 100), 20);
        assert_eq!(passed(1_000, 100), 10);
        assert_eq!(passed(1_100, 100), 1);
        assert_eq!(passed(60_000, 100), 20);
    }

    #[test]
    fn tokens_that_there_are_not_have_to_come_first() {
        let start = Instant::now();
        let mut limiter = RateLimiter::with_capacity(10.0, 100.0, start);
        assert_eq!(limiter.take_all(99, start), Duration::ZERO);
        assert_eq!(limiter.take_all(100, start), Duration::from_secs(10));
        let later = start + Duration::from_secs(5);
        assert_eq!(limiter.take_all(0, later), Duration::from_secs(5));
        assert!(!limiter.try_take(later));
        assert!(limiter.try_take(start + Duration::from_secs(10)));
    }

    #[test]
    fn credit_lets_messages_of_an_unread_time_pass() {
        let now = Instant::now();
        let mut limiter = RateLimiter::new(10, now);
        limiter.credit(Duration::from_secs(15));
        assert_eq!((0..1_000).filter(|_| limiter.try_take(now)).count(), 170);
    }
}

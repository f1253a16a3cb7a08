//! How many messages a client may send: a token bucket.
//!
//! Pure: `now` is passed in.

use std::time::Duration;

use tokio::time::Instant;

/// Refills at a steady rate and holds two seconds' worth.
#[derive(Clone, Copy, Debug)]
pub struct RateLimiter {
    per_second: f64,
    tokens: f64,
    at: Instant,
}

impl RateLimiter {
    pub fn new(per_second: u32, now: Instant) -> Self {
        let per_second = f64::from(per_second);
        Self { per_second, tokens: 2.0 * per_second, at: now }
    }

    /// The server did not listen for so long: what was sent meanwhile comes at once.
    pub fn credit(&mut self, deaf: Duration) {
        self.tokens += deaf.as_secs_f64() * self.per_second;
    }

    /// Takes one token; `false` when there is none.
    pub fn take(&mut self, now: Instant) -> bool {
        let refill = now.saturating_duration_since(self.at).as_secs_f64() * self.per_second;
        let most = self.tokens.max(2.0 * self.per_second);
        (self.tokens, self.at) = ((self.tokens + refill).min(most), now);
        let enough = self.tokens >= 1.0;
        if enough {
            self.tokens -= 1.0;
        }
        enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn a_burst_of_twice_the_rate_passes_and_then_the_rate_itself() {
        let start = Instant::now();
        let mut limiter = RateLimiter::new(10, start);
        let mut passed = |ms, tries| (0..tries).filter(|_| limiter.take(start + Duration::from_millis(ms))).count();
        assert_eq!(passed(0, 100), 20);
        assert_eq!(passed(1_000, 100), 10);
        assert_eq!(passed(1_100, 100), 1);
        assert_eq!(passed(60_000, 100), 20);
    }

    #[test]
    fn a_client_that_was_not_listened_to_may_say_it_all() {
        let now = Instant::now();
        let mut limiter = RateLimiter::new(10, now);
        limiter.credit(Duration::from_secs(15));
        assert_eq!((0..1_000).filter(|_| limiter.take(now)).count(), 170);
    }
}

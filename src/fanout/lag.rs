//! A histogram of lags, with fixed buckets.
//!
//! Thousands of sessions add to one histogram, so an addition is two relaxed atomic ones: for the bucket and for the
//! sum.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The upper bounds of the buckets, in seconds. One more bucket holds the lags above.
pub const LAG_BOUNDS: [f64; 13] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// A histogram of lags.
#[derive(Debug, Default)]
pub struct LagHistogram {
    counts: [AtomicU64; LAG_BOUNDS.len() + 1],
    micros: AtomicU64,
}

impl LagHistogram {
    pub fn add(&self, lag: Duration) {
        let seconds = lag.as_secs_f64();
        let bucket = LAG_BOUNDS.partition_point(|bound| *bound < seconds);
        self.counts[bucket].fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(u64::try_from(lag.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// The sum of all lags in seconds, and the number in each bucket.
    pub fn read(&self) -> (f64, [u64; LAG_BOUNDS.len() + 1]) {
        let counts = std::array::from_fn(|n| self.counts[n].load(Ordering::Relaxed));
        (self.micros.load(Ordering::Relaxed) as f64 / 1e6, counts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lag_is_in_the_first_bucket_that_is_large_enough() {
        for (micros, bucket) in [(0, 0), (1_000, 0), (1_001, 1), (99_000, 6), (10_000_000, 12), (11_000_000, 13)] {
            let lags = LagHistogram::default();
            lags.add(Duration::from_micros(micros));
            let (sum, counts) = lags.read();
            assert_eq!(counts.iter().position(|count| *count == 1), Some(bucket), "{micros} us");
            assert!((sum - micros as f64 / 1e6).abs() < 1e-9);
        }
    }
}

//! How busy an instrument is: a factor on its sizes that changes by the minute, the hour and the day.
//!
//! A product of log-normal factors of mean 1, one for each bucket of time, so that volume comes in stretches
//! at several scales. Buckets may be visited forward or backward; each visit draws anew.

use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, LogNormal};

use crate::market::{Interval, Timestamp};

/// The buckets, and how far their factors spread: the standard deviation of their logarithm.
const SCALES: [(Interval, f64); 3] = [(Interval::M1, 0.45), (Interval::H1, 0.3), (Interval::D1, 0.25)];

/// The factors of the buckets that were visited last.
#[derive(Clone, Debug, Default)]
pub struct Activity([Option<(Timestamp, f64)>; SCALES.len()]);

impl Activity {
    /// The factor at `ts`, for buckets at least as long as `interval`: shorter ones average out in a bar.
    pub fn at(&mut self, ts: Timestamp, interval: Interval, rng: &mut ChaCha8Rng) -> f64 {
        let mut product = 1.0;
        for (held, (scale, sigma)) in self.0.iter_mut().zip(SCALES) {
            if scale < interval {
                continue;
            }
            let bucket = ts.floor(scale);
            let factor = match *held {
                Some((of, factor)) if of == bucket => factor,
                // A mean of 1: exp(mu + sigma^2 / 2).
                _ => LogNormal::new(-sigma * sigma / 2.0, sigma).expect("invariant: sigma is finite").sample(rng),
            };
            *held = Some((bucket, factor));
            product *= factor;
        }
        product
    }
}

#[cfg(test)]
mod tests {
    use super::super::stream::{Purpose, stream};
    use super::*;

    #[test]
    fn the_factor_stays_within_a_minute_and_moves_between_minutes() {
        let mut rng = stream(7, "A", Purpose::Tape);
        let mut activity = Activity::default();
        let mut at = |seconds| activity.at(Timestamp::from_secs(seconds), Interval::S1, &mut rng);
        let first = at(0);
        assert_eq!([at(1), at(59)], [first, first]);
        assert_ne!(at(60), first);
    }

    #[test]
    fn its_mean_is_one() {
        let mut rng = stream(7, "A", Purpose::Tape);
        let days = 4_000;
        let sum: f64 = (0..days)
            .map(|day| Activity::default().at(Timestamp::from_secs(86_400 * day), Interval::S1, &mut rng))
            .sum();
        let mean = sum / days as f64;
        assert!((mean - 1.0).abs() < 0.05, "{mean}");
    }
}

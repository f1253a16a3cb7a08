//! A histogram of delays whose buckets grow with the value: at most 1.6 % wide, from 1 µs to days.

/// Buckets for each doubling, as a power of two.
const FINE_BITS: u32 = 6;
const FINE: usize = 1 << FINE_BITS;
/// Larger values count as this one: about 12 days.
const LIMIT: u64 = (1 << 40) - 1;
const BUCKETS: usize = (40 - FINE_BITS as usize + 1) * FINE;

/// Counts of values in microseconds; empty ones hold no memory.
#[derive(Clone, Debug, Default)]
pub struct Histogram {
    buckets: Vec<u64>,
    count: u64,
    max: u64,
}

impl Histogram {
    /// Counts `value` as often as `times` says.
    pub fn record(&mut self, value: u64, times: u64) {
        if times == 0 {
            return;
        }
        if self.buckets.is_empty() {
            self.buckets = vec![0; BUCKETS];
        }
        self.buckets[bucket(value)] += times;
        self.count += times;
        self.max = self.max.max(value);
    }

    pub fn absorb(&mut self, other: &Self) {
        if self.buckets.is_empty() {
            self.buckets.clone_from(&other.buckets);
        } else {
            self.buckets.iter_mut().zip(&other.buckets).for_each(|(mine, theirs)| *mine += theirs);
        }
        self.count += other.count;
        self.max = self.max.max(other.max);
    }

    /// The value that this share (0 to 1) of all values does not exceed, rounded up to its bucket's end;
    /// `None` when there are no values.
    pub fn quantile(&self, share: f64) -> Option<u64> {
        let rank = ((share * self.count as f64).ceil() as u64).clamp(1, self.count.max(1));
        let mut seen = 0;
        let at = self.buckets.iter().position(|count| {
            seen += count;
            seen >= rank
        })?;
        Some(bucket_end(at).min(self.max))
    }

    pub const fn max(&self) -> Option<u64> {
        if self.count == 0 { None } else { Some(self.max) }
    }
}

fn bucket(value: u64) -> usize {
    let value = value.min(LIMIT);
    let shift = (64 - value.leading_zeros()).saturating_sub(FINE_BITS + 1);
    shift as usize * FINE + (value >> shift) as usize
}

/// The largest value of a bucket.
fn bucket_end(at: usize) -> u64 {
    let shift = (at / FINE).saturating_sub(1);
    let begin = (at - shift * FINE) as u64;
    ((begin + 1) << shift) - 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quantiles_of_a_hundred_values() {
        let mut histogram = Histogram::default();
        assert_eq!((histogram.quantile(0.5), histogram.max()), (None, None));
        (1..=100).for_each(|value| histogram.record(value, 1));
        for (share, want) in [(0.0, 1), (0.5, 50), (0.99, 99), (1.0, 100)] {
            assert_eq!(histogram.quantile(share), Some(want), "{share}");
        }
    }

    #[test]
    fn two_histograms_add_up_and_large_values_have_a_place() {
        let (mut one, mut two) = (Histogram::default(), Histogram::default());
        one.record(10, 98);
        two.record(u64::MAX, 2);
        one.absorb(&two);
        assert_eq!((one.quantile(0.98), one.max()), (Some(10), Some(u64::MAX)));
        assert_eq!(one.quantile(0.99), Some(LIMIT));
    }

    proptest! {
        #[test]
        fn a_bucket_holds_its_value_and_is_narrow(value in 0..LIMIT) {
            let end = bucket_end(bucket(value));
            prop_assert!(value <= end && end - value <= value / FINE as u64, "{} {}", value, end);
        }
    }
}

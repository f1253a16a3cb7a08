//! The distance between the rows of a symbol, and the bar length that follows from it.

use strum::VariantArray as _;

use crate::market::{Interval, Timestamp};

/// Counts of the steps from row to row, each under the longest interval that is not longer than the step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IntervalCounts([u64; Interval::COUNT]);

impl IntervalCounts {
    /// Counts a step in either direction: some files run newest first. Equal times are no step.
    pub fn add(&mut self, from: Timestamp, to: Timestamp) {
        let nanos = to.0.abs_diff(from.0);
        if nanos > 0 {
            let fits = |interval: &Interval| interval.nanos().unsigned_abs() <= nanos;
            self.0[Interval::VARIANTS.iter().copied().rfind(fits).unwrap_or(Interval::S1).index()] += 1;
        }
    }

    /// Adds the counts of another symbol.
    pub fn merge(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(count, more)| *count += more);
    }

    /// The interval of the median step. Gaps at nights and weekends do not change it.
    pub fn median(&self) -> Option<Interval> {
        let half = self.0.iter().sum::<u64>().div_ceil(2);
        let mut counted = 0;
        Interval::VARIANTS.iter().copied().find(|interval| {
            counted += self.0[interval.index()];
            half > 0 && counted >= half
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(secs: &[i64], want: Option<Interval>) {
        let mut counts = IntervalCounts::default();
        secs.windows(2).for_each(|pair| counts.add(Timestamp::from_secs(pair[0]), Timestamp::from_secs(pair[1])));
        assert_eq!(counts.median(), want, "{secs:?}");
    }

    #[test]
    fn bar_length_is_the_median_step() {
        const DAY: i64 = 86_400;
        check(&[0, DAY, 2 * DAY, 5 * DAY], Some(Interval::D1));
        check(&[3 * DAY, 2 * DAY, DAY], Some(Interval::D1));
        check(&[0, 60, 120, DAY, DAY + 60, DAY + 120], Some(Interval::M1));
        check(&[0, 600, 1200], Some(Interval::M5));
        check(&[0, 7 * DAY, 14 * DAY], Some(Interval::D1));
        check(&[0, 0, 0], None);
        check(&[0], None);
    }

    #[test]
    fn step_under_a_second_makes_bars_of_a_second() {
        let mut counts = IntervalCounts::default();
        counts.add(Timestamp(0), Timestamp(5));
        assert_eq!(counts.median(), Some(Interval::S1));
    }
}

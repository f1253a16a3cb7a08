//! How far apart a symbol's rows are, and the bar length that follows from it.

use crate::market::{Interval, Timestamp};
use strum::VariantArray;

/// How many steps from one row to the next fall to each interval: the longest that is not longer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Steps([u64; Interval::COUNT]);

impl Steps {
    /// Counts a step in either direction, since files run newest first, too. Equal times are no step.
    pub fn add(&mut self, from: Timestamp, to: Timestamp) {
        let nanos = to.0.abs_diff(from.0);
        if nanos > 0 {
            let fits = |interval: &Interval| interval.nanos().unsigned_abs() <= nanos;
            self.0[Interval::VARIANTS.iter().copied().rfind(fits).unwrap_or(Interval::S1).index()] += 1;
        }
    }

    pub fn merge(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(count, more)| *count += more);
    }

    /// The interval of the median step: gaps at nights and weekends do not move it.
    pub fn median(&self) -> Option<Interval> {
        let half = self.0.iter().sum::<u64>().div_ceil(2);
        let mut seen = 0;
        Interval::VARIANTS.iter().copied().find(|interval| {
            seen += self.0[interval.index()];
            half > 0 && seen >= half
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(secs: &[i64], want: Option<Interval>) {
        let mut steps = Steps::default();
        secs.windows(2).for_each(|pair| steps.add(Timestamp::from_secs(pair[0]), Timestamp::from_secs(pair[1])));
        assert_eq!(steps.median(), want, "{secs:?}");
    }

    #[test]
    fn bars_are_as_long_as_the_median_step() {
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
    fn steps_under_a_second_make_bars_of_a_second() {
        let mut steps = Steps::default();
        steps.add(Timestamp(0), Timestamp(5));
        assert_eq!(steps.median(), Some(Interval::S1));
    }
}

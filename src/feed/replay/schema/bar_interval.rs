//! The distance between the rows of a symbol, and the bar length that follows from it.

use strum::VariantArray as _;

use super::bar_length::{BarLength, DAY};
use crate::market::{Interval, Timestamp};

/// The shortest steps that are counted each by itself.
const SHORTEST: usize = 6;
/// A step is that of the bars where one of so many is such: gaps make longer ones, and clocks that are set rarely make
/// shorter ones.
const ONE_OF: u64 = 50;
/// The same for a step that does not divide the usual one.
const ONE_OF_UNEVEN: u64 = 10;
/// Days differ by this much where clocks are set.
const CLOCK_CHANGE: u64 = 3_600_000_000_000;

/// Counts of the steps from row to row: each under the longest interval that is not longer than the step, and the
/// shortest steps each by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IntervalCounts {
    by_interval: [u64; Interval::COUNT],
    /// Steps in nanoseconds and their counts, from the shortest on; a count of zero is a free place.
    shortest: [(u64, u64); SHORTEST],
}

impl IntervalCounts {
    /// Counts a step in either direction: some files run newest first. Equal times are no step.
    pub fn add(&mut self, from: Timestamp, to: Timestamp) {
        let nanos = whole_days(to.0.abs_diff(from.0));
        if nanos > 0 {
            self.add_step(nanos, 1);
            let fits = |interval: &Interval| interval.nanos().unsigned_abs() <= nanos;
            self.by_interval[Interval::VARIANTS.iter().copied().rfind(fits).unwrap_or(Interval::S1).index()] += 1;
        }
    }

    fn add_step(&mut self, nanos: u64, count: u64) {
        let is_behind = |(step, count): &(u64, u64)| *count == 0 || *step >= nanos;
        let Some(at) = self.shortest.iter().position(is_behind) else { return };
        if self.shortest[at].0 == nanos && self.shortest[at].1 > 0 {
            self.shortest[at].1 += count;
            return;
        }
        self.shortest.copy_within(at..SHORTEST - 1, at + 1);
        self.shortest[at] = (nanos, count);
    }

    /// Adds the counts of another symbol.
    pub fn merge(&mut self, other: &Self) {
        self.by_interval.iter_mut().zip(other.by_interval).for_each(|(count, more)| *count += more);
        other.shortest.iter().filter(|(_, count)| *count > 0).for_each(|(step, count)| self.add_step(*step, *count));
    }

    /// The length of bars: the shortest step that occurs now and then. Gaps at nights and weekends, and bars that are
    /// not there, do not change it.
    pub fn length(&self) -> Option<BarLength> {
        let usual = self.median()?;
        let all = self.by_interval.iter().sum::<u64>();
        let usual_step = self.shortest.iter().max_by_key(|(_, count)| *count).map_or(0, |(step, _)| *step);
        let is_of_bars = |(step, count): &&(u64, u64)| {
            let one_of = if usual_step.is_multiple_of(*step) { ONE_OF } else { ONE_OF_UNEVEN };
            *count > 0 && *count * one_of >= all
        };
        let step = self.shortest.iter().find(is_of_bars).map(|(step, _)| *step as i64);
        let length = step.map(BarLength::of);
        // Steps that hardly repeat are those of ticks.
        Some(length.unwrap_or_else(|| BarLength::from(usual)))
    }

    /// The interval of the median step.
    fn median(&self) -> Option<Interval> {
        let half = self.by_interval.iter().sum::<u64>().div_ceil(2);
        let mut counted = 0;
        Interval::VARIANTS.iter().copied().find(|interval| {
            counted += self.by_interval[interval.index()];
            half > 0 && counted >= half
        })
    }
}

/// A step of whole days, where clocks were set within it.
const fn whole_days(nanos: u64) -> u64 {
    const NANOS: u64 = DAY as u64;
    if nanos + CLOCK_CHANGE >= NANOS {
        match nanos % NANOS {
            CLOCK_CHANGE => return nanos - CLOCK_CHANGE,
            rest if rest == NANOS - CLOCK_CHANGE => return nanos + CLOCK_CHANGE,
            _ => {}
        }
    }
    nanos
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;

    fn check(secs: &[i64], want: Option<&str>, interval: Option<Interval>) {
        let mut counts = IntervalCounts::default();
        secs.windows(2).for_each(|pair| counts.add(Timestamp::from_secs(pair[0]), Timestamp::from_secs(pair[1])));
        let got = counts.length();
        assert_eq!(got.map(|length| length.to_string()), want.map(String::from), "{secs:?}");
        assert_eq!(got.map(BarLength::interval), interval, "{secs:?}");
    }

    #[test]
    fn bar_length_is_the_step_between_rows() {
        check(&[0, DAY, 2 * DAY, 5 * DAY], Some("1d"), Some(Interval::D1));
        check(&[3 * DAY, 2 * DAY, DAY], Some("1d"), Some(Interval::D1));
        check(&[0, 60, 120, DAY, DAY + 60, DAY + 120], Some("1m"), Some(Interval::M1));
        check(&[0, 600, 1200], Some("10m"), Some(Interval::M5));
        check(&[0, 7 * DAY, 14 * DAY], Some("1w"), Some(Interval::D1));
        check(&[0, 31 * DAY, 59 * DAY, 90 * DAY], Some("1mo"), Some(Interval::D1));
        check(&[0, 60, 1_800, DAY, DAY + 900, 2 * DAY], Some("1m"), Some(Interval::M1));
        check(&[0, DAY, 2 * DAY - 3_600, 3 * DAY - 3_600], Some("1d"), Some(Interval::D1));
        check(&[0, 0, 0], None, None);
        check(&[0], None, None);
    }

    #[test]
    fn step_under_a_second_plays_as_a_second() {
        let mut counts = IntervalCounts::default();
        (0..4).for_each(|n| counts.add(Timestamp(n * 250_000_000), Timestamp((n + 1) * 250_000_000)));
        let length = counts.length().unwrap();
        assert_eq!((length.to_string().as_str(), length.interval()), ("250ms", Interval::S1));
    }

    #[test]
    fn counts_of_two_symbols_are_those_of_both() {
        let (mut one, mut other, mut both) = Default::default();
        let steps = [60, 300, 60, 900, 120, 61, 62, 63, 64, 3_600];
        for (n, step) in steps.iter().enumerate() {
            let half: &mut IntervalCounts = if n % 2 == 0 { &mut one } else { &mut other };
            half.add(Timestamp(0), Timestamp::from_secs(*step));
            IntervalCounts::add(&mut both, Timestamp(0), Timestamp::from_secs(*step));
        }
        one.merge(&other);
        assert_eq!(one, both);
    }
}

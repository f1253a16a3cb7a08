//! The limits of the ticks that the market makes in one second, whatever its scenarios add up to.
//!
//! Activity above a limit is scaled down before the ticks are drawn. Chance may still make a few more; then the last
//! ticks of a symbol's second become one, the quote that stands at its end. Both follow from the seed alone.

/// The largest numbers of ticks in one second of market time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TickLimits {
    /// The ticks of one symbol.
    pub symbol: usize,
    /// The ticks of all symbols together. Each symbol may have one tick, even if these are more.
    pub market: usize,
}

impl TickLimits {
    /// More than twice the ticks of the busiest symbol in a tick storm of the largest strength, and several times those
    /// of 10,000 symbols on a usual day.
    pub const DEFAULT: Self = Self { symbol: 50_000, market: 250_000 };
    /// The smallest limits that flags can set.
    pub const MIN: Self = Self { symbol: 100, market: 1_000 };
    /// The largest limits that flags can set; a second of so many ticks takes about a gigabyte.
    pub const MAX: Self = Self { symbol: 10_000_000, market: 10_000_000 };

    /// Returns the factor that scales the activity of a market of `expected` ticks a second down to the limit.
    pub fn factor(&self, expected: f64) -> f64 {
        (self.market as f64 / expected).min(1.0)
    }

    /// Returns the ticks that each of the symbols with these numbers of ticks may keep in one second, so that all
    /// together keep the limit: the same for each, and as many as possible. Sorts `counts`.
    pub fn share(&self, counts: &mut [usize]) -> usize {
        let total: usize = counts.iter().sum();
        if total <= self.market {
            return usize::MAX;
        }
        counts.sort_unstable();
        let (mut left, mut sharing) = (self.market, counts.len());
        for count in counts {
            if *count > left / sharing {
                return (left / sharing).max(1);
            }
            left -= *count;
            sharing -= 1;
        }
        usize::MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn busy_symbols_share_what_quiet_ones_leave() {
        let limits = TickLimits { symbol: 100, market: 100 };
        assert_eq!(limits.share(&mut [50, 50]), usize::MAX);
        assert_eq!(limits.share(&mut [90, 10, 80]), 45);
        assert_eq!(limits.share(&mut [1_000; 200]), 1);
        assert_eq!((limits.factor(50.0), limits.factor(400.0)), (1.0, 0.25));
    }

    proptest! {
        #[test]
        fn shares_keep_the_limit_and_use_it(
            counts in prop::collection::vec(0..1_000usize, 1..40),
            market in 40..5_000usize,
        ) {
            let limits = TickLimits { symbol: 1_000, market };
            let share = limits.share(&mut counts.clone());
            let kept: usize = counts.iter().map(|count| *count.min(&share)).sum();
            let all: usize = counts.iter().sum();
            prop_assert!(kept <= market);
            prop_assert!(kept == all || kept + counts.len() > market, "{kept} of {all}, limit {market}");
        }
    }
}

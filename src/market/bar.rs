//! One OHLCV bar.

use super::price::{Price, Size};
use super::time::{Interval, Timestamp};

/// The open, high, low, close and volume of one interval of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// The start of its interval.
    pub start: Timestamp,
    pub open: Price,
    pub high: Price,
    pub low: Price,
    pub close: Price,
    pub volume: Size,
    /// The number of ticks of the instrument's price basis in it.
    pub count: u64,
}

impl Bar {
    /// Starts a bar with a single price.
    pub const fn first(start: Timestamp, price: Price, size: Size) -> Self {
        Self { start, open: price, high: price, low: price, close: price, volume: size, count: 1 }
    }

    /// Adds a later price.
    pub fn add(&mut self, price: Price, size: Size) {
        self.high = self.high.max(price);
        self.low = self.low.min(price);
        self.close = price;
        self.volume = Size(self.volume.0.saturating_add(size.0));
        self.count = self.count.saturating_add(1);
    }

    /// Adds a later bar of a shorter or equal interval.
    pub fn merge(&mut self, later: &Self) {
        self.high = self.high.max(later.high);
        self.low = self.low.min(later.low);
        self.close = later.close;
        self.volume = Size(self.volume.0.saturating_add(later.volume.0));
        self.count = self.count.saturating_add(later.count);
    }

    /// Returns the end of its interval, exclusive.
    pub const fn end(&self, interval: Interval) -> Timestamp {
        self.start.plus_nanos(interval.nanos())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MOST: Size = Size(u64::MAX);

    fn bar(ticks: &[(i64, u64)]) -> Bar {
        let (price, size) = ticks[0];
        let mut bar = Bar::first(Timestamp(0), Price(price), Size(size));
        ticks[1..].iter().for_each(|(price, size)| bar.add(Price(*price), Size(*size)));
        bar
    }

    #[test]
    fn bar_has_first_highest_lowest_and_last_price() {
        #[track_caller]
        fn check(ticks: &[(i64, u64)], prices: [i64; 4], volume: u64) {
            let bar = bar(ticks);
            assert_eq!([bar.open, bar.high, bar.low, bar.close], prices.map(Price));
            assert_eq!((bar.volume, bar.count), (Size(volume), ticks.len() as u64));
        }
        check(&[(10, 5)], [10, 10, 10, 10], 5);
        check(&[(10, 5), (12, 1), (9, 2), (11, 0)], [10, 12, 9, 11], 8);
        check(&[(-3763, 1), (0, 1), (-4032, 1)], [-3763, 0, -4032, -4032], 3);
    }

    #[test]
    fn volume_saturates_at_the_largest_number() {
        let mut sum = bar(&[(1, u64::MAX), (1, 1)]);
        assert_eq!(sum.volume, MOST);
        sum.count = u64::MAX;
        let full = sum;
        sum.merge(&full);
        sum.add(Price(1), MOST);
        assert_eq!((sum.volume, sum.count), (MOST, u64::MAX));
    }

    #[test]
    fn bar_ends_where_the_next_begins() {
        for (start, interval, end) in [
            (0, Interval::S1, 1_000_000_000),
            (-60_000_000_000, Interval::M1, 0),
            (86_400_000_000_000, Interval::D1, 172_800_000_000_000),
            (i64::MAX, Interval::S1, i64::MAX),
        ] {
            assert_eq!(Bar::first(Timestamp(start), Price(1), Size(1)).end(interval), Timestamp(end));
        }
    }

    proptest! {
        #[test]
        fn merged_bars_equal_the_bar_of_the_whole(
            ticks in prop::collection::vec((any::<i64>(), any::<u64>()), 2..20),
            cut in any::<prop::sample::Index>(),
        ) {
            let (first, later) = ticks.split_at(1 + cut.index(ticks.len() - 1));
            let mut merged = bar(first);
            merged.merge(&bar(later));
            prop_assert_eq!(merged, bar(&ticks));
            prop_assert!(merged.low <= merged.open.min(merged.close) && merged.high >= merged.open.max(merged.close));
        }
    }
}

//! The statistics of one market day, which is a UTC day.
//!
//! There is no clock here: a day lasts until a price of another day comes, past midnight and over weekends.

use super::bar::Bar;
use super::price::{Decimal, Price, Size};
use super::time::{Interval, Timestamp};

/// The extra digits of a VWAP: it falls between two ticks of its instrument's prices.
const VWAP_EXTRA_DECIMALS: u8 = 2;
/// A volume that is this, or larger.
const MOST: Size = Size(u64::MAX);

/// The open, high, low, volume, VWAP and change of one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayStats {
    pub start: Timestamp,
    pub open: Price,
    pub high: Price,
    pub low: Price,
    /// The largest number where the sum is larger.
    pub volume: Size,
    /// The last price of the day before, where one is known.
    pub prev_close: Option<Price>,
    /// Sum of price times size, in tick sizes times lot steps; `None` where it is too large.
    notional: Option<i128>,
}

impl DayStats {
    pub fn first(ts: Timestamp, price: Price, size: Size, prev_close: Option<Price>) -> Self {
        Self {
            start: ts.floor(Interval::D1),
            open: price,
            high: price,
            low: price,
            volume: size,
            prev_close,
            notional: Some(notional(price, size)),
        }
    }

    /// Starts a day from a bar of the history.
    pub fn from_bar(bar: &Bar, prev_close: Option<Price>) -> Self {
        let mut day = Self::first(bar.start, bar.open, Size(0), prev_close);
        day.merge(bar);
        day
    }

    pub fn add(&mut self, price: Price, size: Size) {
        self.high = self.high.max(price);
        self.low = self.low.min(price);
        self.volume = Size(self.volume.0.saturating_add(size.0));
        self.notional = self.notional.and_then(|sum| sum.checked_add(notional(price, size)));
    }

    /// Adds a bar of the history. Its trades are not known, so VWAP uses its typical price, (high + low + close) / 3.
    pub fn merge(&mut self, bar: &Bar) {
        self.high = self.high.max(bar.high);
        self.low = self.low.min(bar.low);
        self.volume = Size(self.volume.0.saturating_add(bar.volume.0));
        let thrice = i128::from(bar.high.0) + i128::from(bar.low.0) + i128::from(bar.close.0);
        let notional = thrice.checked_mul(i128::from(bar.volume.0)).map(|thrice| thrice / 3);
        self.notional = self.notional.zip(notional).and_then(|(sum, more)| sum.checked_add(more));
    }

    /// The last price less the close of the day before; `None` where that close is not known.
    pub fn change(&self, last: Price) -> Option<Price> {
        self.prev_close.map(|close| Price(last.0.saturating_sub(close.0)))
    }

    /// Returns the volume-weighted average price, with two digits more than `price_unit`, the tick size; `None` on a
    /// day without volume, or with a sum that is too large.
    pub fn vwap(&self, price_unit: Decimal) -> Option<Decimal> {
        if self.volume.0 == 0 || self.volume == MOST {
            return None;
        }
        let scale = 10i128.pow(u32::from(VWAP_EXTRA_DECIMALS)) * i128::from(price_unit.mantissa);
        let scaled = div_round(self.notional?.checked_mul(scale)?, i128::from(self.volume.0));
        Some(Decimal::new(i64::try_from(scaled).ok()?, price_unit.decimals + VWAP_EXTRA_DECIMALS))
    }
}

fn notional(price: Price, size: Size) -> i128 {
    i128::from(price.0) * i128::from(size.0)
}

/// Divides and rounds to the nearest, halves away from zero. `by` is above zero.
fn div_round(n: i128, by: i128) -> i128 {
    let half = by / 2;
    if n >= 0 { n.saturating_add(half) / by } else { n.saturating_sub(half) / by }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::Increment;
    use proptest::prelude::*;

    #[test]
    fn change_counts_from_yesterday_or_is_not_known() {
        let mut day = DayStats::first(Timestamp(0), Price(100), Size(1), None);
        day.add(Price(103), Size(1));
        assert_eq!(day.change(Price(103)), None);
        day.prev_close = Some(Price(200));
        assert_eq!(day.change(Price(103)), Some(Price(-97)));
    }

    #[test]
    fn vwap_has_two_exact_digits_beyond_the_price() {
        let mut day = DayStats::first(Timestamp(0), Price(100), Size(1), None);
        day.add(Price(101), Size(2));
        // (1.00 + 2 * 1.01) / 3 = 1.006666..
        assert_eq!(day.vwap(Decimal::new(1, 2)).unwrap().to_string(), "1.0067");
        let quiet = DayStats::first(Timestamp(0), Price(100), Size(0), None);
        assert_eq!(quiet.vwap(Decimal::new(1, 2)), None);
    }

    #[test]
    fn history_bar_weighs_as_its_typical_price() {
        let mut bar = Bar::first(Timestamp(0), Price(100), Size(3));
        (bar.high, bar.low, bar.close) = (Price(130), Price(90), Price(110));
        let mut day = DayStats::from_bar(&bar, Some(Price(80)));
        assert_eq!((day.open, day.high, day.low, day.volume), (Price(100), Price(130), Price(90), Size(3)));
        assert_eq!(day.change(Price(110)), Some(Price(30)));
        day.add(Price(150), Size(1));
        // (3 * (130 + 90 + 110) / 3 + 150) / 4 = 120
        assert_eq!(day.vwap(Decimal::new(1, 2)).unwrap().to_string(), "1.2000");
    }

    #[test]
    fn sums_beyond_their_numbers_are_not_known() {
        let (unit, lot) = (Decimal::new(1, 2), Increment::of_decimals(0));
        let mut day = DayStats::first(Timestamp(0), Price(100), Size(1 << 63), None);
        // The sum has a VWAP, though no decimal holds it.
        assert_eq!((lot.volume(day.volume), day.vwap(unit)), (None, Some(Decimal::new(10_000, 4))));
        day.add(Price(200), Size(1 << 63));
        assert_eq!((lot.volume(day.volume), day.vwap(unit)), (None, None));
        day.add(Price(100), Size(1));
        assert_eq!((lot.volume(day.volume), day.vwap(unit)), (None, None));
        let largest = DayStats::first(Timestamp(0), Price(100), Size(i64::MAX as u64), None);
        assert_eq!(lot.volume(largest.volume), Some(Decimal::new(i64::MAX, 0)));
        assert_eq!(Increment::new(5, 0).volume(largest.volume), None);
    }

    proptest! {
        #[test]
        fn day_does_not_overflow(
            prices in prop::collection::vec(prop_oneof![any::<i64>(), Just(i64::MIN), Just(i64::MAX)], 1..5),
            size in prop_oneof![any::<u64>(), Just(u64::MAX)],
            step in 1i64..=i64::from(u32::MAX),
        ) {
            let first = Price(prices[0]);
            let bar = Bar::first(Timestamp(0), first, Size(size));
            let mut day = DayStats::from_bar(&bar, Some(first));
            for price in prices {
                day.add(Price(price), Size(size));
                day.merge(&Bar::first(Timestamp(0), Price(price), Size(size)));
                let _ = (day.change(Price(price)), day.vwap(Decimal::new(step, 15)));
            }
        }
    }
}

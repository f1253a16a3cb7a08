//! One OHLCV bar.

use super::price::{Price, Size};
use super::time::{Interval, Timestamp};

/// Open, high, low, close and volume of one bucket of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// The start of the bucket; it ends one interval later, exclusive.
    pub start: Timestamp,
    pub open: Price,
    pub high: Price,
    pub low: Price,
    pub close: Price,
    pub volume: Size,
    /// How many ticks of the instrument's price basis it holds.
    pub count: u64,
}

impl Bar {
    /// The bar of a single price.
    pub const fn first(start: Timestamp, price: Price, size: Size) -> Self {
        Self { start, open: price, high: price, low: price, close: price, volume: size, count: 1 }
    }

    /// Takes in a later price.
    pub fn add(&mut self, price: Price, size: Size) {
        self.high = self.high.max(price);
        self.low = self.low.min(price);
        self.close = price;
        self.volume = Size(self.volume.0.saturating_add(size.0));
        self.count += 1;
    }

    /// Takes in a later bar of a shorter or equal interval.
    pub fn merge(&mut self, later: &Self) {
        self.high = self.high.max(later.high);
        self.low = self.low.min(later.low);
        self.close = later.close;
        self.volume = Size(self.volume.0.saturating_add(later.volume.0));
        self.count += later.count;
    }

    /// The end of its bucket, exclusive.
    pub const fn end(&self, interval: Interval) -> Timestamp {
        self.start.plus_nanos(interval.nanos())
    }
}

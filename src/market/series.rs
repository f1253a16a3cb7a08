//! The bars of one instrument and interval: the closed ones, and the one that is forming.

use super::bar::Bar;
use super::packed::PackedBars;
use super::price::{Price, Size};
use super::ring::Ring;
use super::time::{Interval, Timestamp};

/// The bars of one instrument and interval.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    pub closed: Ring<Bar, PackedBars>,
    pub forming: Option<Bar>,
}

impl Series {
    pub(super) fn new(capacity: usize) -> Self {
        Self { closed: Ring::new(capacity), forming: None }
    }

    /// Adds a price to the bar of its time. A bar of an earlier time closes.
    pub(super) fn add(&mut self, interval: Interval, ts: Timestamp, price: Price, size: Size) {
        let start = ts.floor(interval);
        match &mut self.forming {
            Some(bar) if bar.start == start => bar.add(price, size),
            _ => self.begin(Bar::first(start, price, size)),
        }
    }

    /// Merges a shorter bar into the bar of its time.
    pub(super) fn merge(&mut self, interval: Interval, bar: &Bar) {
        let start = bar.start.floor(interval);
        match &mut self.forming {
            Some(forming) if forming.start == start => forming.merge(bar),
            _ => self.begin(Bar { start, ..*bar }),
        }
    }

    fn begin(&mut self, bar: Bar) {
        if let Some(done) = self.forming.replace(bar) {
            self.closed.push(done);
        }
    }

    /// Closes the forming bar, if it ends by `now`.
    pub(super) fn close_until(&mut self, interval: Interval, now: Timestamp) {
        if let Some(bar) = self.forming.take_if(|bar| bar.end(interval) <= now) {
            self.closed.push(bar);
        }
    }

    /// Returns the newest `n` bars, oldest first, each with a flag that is true if it is closed.
    pub fn newest(&self, n: usize) -> impl Iterator<Item = (Bar, bool)> {
        let forming = self.forming.filter(|_| n > 0);
        let closed = self.closed.newest(n - usize::from(forming.is_some()));
        closed.map(|bar| (bar, true)).chain(forming.map(|bar| (bar, false)))
    }
}

//! The bars of one instrument and interval: the closed ones, and the one that is forming.

use super::bar::Bar;
use super::budget::Budget;
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
    pub(super) fn add(&mut self, interval: Interval, ts: Timestamp, price: Price, size: Size, budget: &mut Budget) {
        let start = ts.floor(interval);
        match &mut self.forming {
            Some(bar) if bar.start == start => bar.add(price, size),
            _ => self.begin(Bar::first(start, price, size), budget),
        }
    }

    /// Merges a shorter bar into the bar of its time.
    pub(super) fn merge(&mut self, interval: Interval, bar: &Bar, budget: &mut Budget) {
        let start = bar.start.floor(interval);
        match &mut self.forming {
            Some(forming) if forming.start == start => forming.merge(bar),
            _ => self.begin(Bar { start, ..*bar }, budget),
        }
    }

    /// Begins a bar, and counts the one before it, which has closed now or by the clock.
    fn begin(&mut self, bar: Bar, budget: &mut Budget) {
        if let Some(done) = self.forming.replace(bar) {
            self.closed.push(done);
        }
        budget.count(&self.closed);
    }

    /// Keeps at most `capacity` closed bars from now on. Returns the bytes that no longer count.
    pub(super) fn shrink(&mut self, capacity: usize) -> usize {
        self.closed.shrink(capacity, self.is_counted())
    }

    /// Reports whether the last closed bar is counted: not if the clock has closed it and none has begun since.
    pub(super) const fn is_counted(&self) -> bool {
        self.forming.is_some()
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

    /// Copies the newest `n` bars. The copy shares most of its memory with these bars.
    #[must_use]
    pub fn copy_newest(&self, n: usize) -> Self {
        let forming = self.forming.filter(|_| n > 0);
        Self { closed: self.closed.copy_newest(n - usize::from(forming.is_some())), forming }
    }

    /// Returns bar `at`, counted from the oldest one, with a flag that is true if it is closed.
    pub fn get(&self, at: usize) -> Option<(Bar, bool)> {
        if at < self.closed.len() {
            self.closed.get(at).map(|bar| (bar, true))
        } else {
            self.forming.filter(|_| at == self.closed.len()).map(|bar| (bar, false))
        }
    }

    /// Estimates the memory of the bars, shared or not.
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + self.closed.bytes_beyond(None)
    }
}

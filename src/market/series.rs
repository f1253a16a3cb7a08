//! The bars of one instrument: the closed ones, and those that are forming.
//!
//! A price goes into the bar of its second alone. A bar that closes goes into that of the next longer interval, so most
//! prices touch one bar instead of eight. What is forming is put together when it is read.

use strum::VariantArray;

use super::bar::Bar;
use super::budget::Budget;
use super::packed::PackedBars;
use super::price::{Price, Size};
use super::ring::Ring;
use super::time::{Interval, Timestamp};

/// Closed bars of one interval.
pub type ClosedBars = Ring<Bar, PackedBars>;

/// The bars of one interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Series<'m> {
    pub closed: &'m ClosedBars,
    pub forming: Option<Bar>,
}

impl<'m> Series<'m> {
    /// Returns the newest `n` bars, oldest first, each with a flag that is true if it is closed.
    pub fn newest(self, n: usize) -> impl Iterator<Item = (Bar, bool)> + 'm {
        let forming = self.forming.filter(|_| n > 0);
        let closed = self.closed.newest(n - usize::from(forming.is_some()));
        closed.map(|bar| (bar, true)).chain(forming.map(|bar| (bar, false)))
    }

    /// Copies the newest `n` bars. The copy shares most of its memory with these bars.
    pub fn copy_newest(self, n: usize) -> CopiedSeries {
        let forming = self.forming.filter(|_| n > 0);
        CopiedSeries { closed: self.closed.copy_newest(n - usize::from(forming.is_some())), forming }
    }
}

/// Bars that were copied from a [`Series`].
#[derive(Clone, Debug)]
pub struct CopiedSeries {
    closed: ClosedBars,
    forming: Option<Bar>,
}

impl CopiedSeries {
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

/// The bars of all intervals.
#[derive(Clone, Debug)]
pub(super) struct AllSeries {
    closed: [ClosedBars; Interval::COUNT],
    /// The part of each interval's forming bar that no shorter interval is forming: its closed bars, merged. All parts
    /// lie in the forming bar of the longest interval.
    parts: [Option<Bar>; Interval::COUNT],
}

impl AllSeries {
    pub fn new(capacity: usize) -> Self {
        Self { closed: std::array::from_fn(|_| Ring::new(capacity)), parts: [None; Interval::COUNT] }
    }

    pub fn of(&self, interval: Interval) -> Series<'_> {
        Series { closed: &self.closed[interval.index()], forming: self.forming(interval) }
    }

    /// The forming bar of an interval: its own part, and those of all shorter ones, which are later.
    fn forming(&self, interval: Interval) -> Option<Bar> {
        let parts = self.parts[..=interval.index()].iter().rev().flatten();
        parts.fold(None, |sum, part| merged(sum, Some(*part), interval))
    }

    /// The bar of the second that is forming.
    #[inline]
    pub const fn second_mut(&mut self) -> Option<&mut Bar> {
        self.parts[0].as_mut()
    }

    /// Adds a price to the bar of its second. Bars of an earlier time close.
    #[inline]
    pub fn add(&mut self, ts: Timestamp, price: Price, size: Size, budget: &mut Budget) {
        let start = ts.floor(Interval::S1);
        match &mut self.parts[0] {
            Some(bar) if bar.start == start => bar.add(price, size),
            _ => self.begin(0, Bar::first(start, price, size), budget),
        }
    }

    /// Adds a bar of the history. Shorter intervals must not have any bars yet.
    pub fn add_bar(&mut self, interval: Interval, bar: &Bar, budget: &mut Budget) {
        debug_assert!(self.parts[..interval.index()].iter().all(Option::is_none), "a shorter bar came before");
        let start = bar.start.floor(interval);
        match &mut self.parts[interval.index()] {
            Some(part) if part.start == start => part.merge(bar),
            _ => self.begin(interval.index(), Bar { start, ..*bar }, budget),
        }
    }

    /// Begins a bar of interval `from`. Bars that it is not in close, and each interval where a bar begins counts the
    /// bar before it, which has closed now or by the clock.
    #[inline(never)]
    fn begin(&mut self, from: usize, bar: Bar, budget: &mut Budget) {
        let mut done = None;
        for (at, interval) in Interval::VARIANTS.iter().enumerate().skip(from) {
            let forming = merged(self.parts[at], done, *interval);
            if forming.is_some_and(|forming| forming.start == bar.start.floor(*interval)) {
                self.parts[at] = forming;
                break;
            }
            if let Some(forming) = forming {
                self.closed[at].push(forming);
            }
            budget.count(&self.closed[at]);
            self.parts[at] = None;
            done = forming;
        }
        self.parts[from] = Some(bar);
    }

    /// Closes the bars that end by `now`.
    pub fn close_until(&mut self, now: Timestamp) {
        let mut done = None;
        for (at, interval) in Interval::VARIANTS.iter().enumerate() {
            let forming = merged(self.parts[at], done, *interval);
            let has_ended = forming.is_some_and(|bar| bar.end(*interval) <= now);
            self.parts[at] = forming.filter(|_| !has_ended);
            done = forming.filter(|_| has_ended);
            if let Some(bar) = done {
                self.closed[at].push(bar);
            } else if forming.is_some() {
                // Bars of longer intervals contain this one.
                break;
            }
        }
    }

    /// Keeps at most `capacity` closed bars of each interval from now on. Returns the bytes that no longer count.
    pub fn shrink(&mut self, capacity: usize) -> usize {
        // A last bar that the clock has closed is not counted before the next one begins.
        let mut is_counted = false;
        let both = self.closed.iter_mut().zip(&self.parts);
        let freed = both.map(|(closed, part)| {
            is_counted |= part.is_some();
            closed.shrink(capacity, is_counted)
        });
        freed.sum()
    }

    /// Returns the bytes of all chunks that count.
    #[cfg(test)]
    pub fn counted(&self) -> usize {
        let mut is_counted = false;
        let both = self.closed.iter().zip(&self.parts);
        let counted = both.map(|(closed, part)| {
            is_counted |= part.is_some();
            closed.counted(is_counted)
        });
        counted.sum()
    }

    /// Estimates the bytes that these bars do not share with `earlier`, an older copy of them.
    pub fn bytes_beyond(&self, earlier: Option<&Self>) -> usize {
        let closed = self.closed.iter().enumerate();
        closed.map(|(at, bars)| bars.bytes_beyond(earlier.map(|earlier| &earlier.closed[at]))).sum()
    }
}

impl PartialEq for AllSeries {
    fn eq(&self, other: &Self) -> bool {
        Interval::VARIANTS.iter().all(|interval| self.of(*interval) == other.of(*interval))
    }
}

/// Merges the parts of a bar of `interval`, the later one second.
#[inline]
fn merged(earlier: Option<Bar>, later: Option<Bar>, interval: Interval) -> Option<Bar> {
    let start = |bar: Bar| Bar { start: bar.start.floor(interval), ..bar };
    match (earlier, later) {
        (Some(mut bar), Some(later)) => {
            bar.merge(&later);
            Some(bar)
        }
        (Some(bar), None) | (None, Some(bar)) => Some(start(bar)),
        (None, None) => None,
    }
}

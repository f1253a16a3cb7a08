//! Many streams of ticks, merged on one clock.
//!
//! Each stream is in time order, and so is the merge. Ticks of equal times keep the order of their streams, and within
//! a stream their own.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::feed::Reading;
use crate::feed::replay::error::ReplayError;
use crate::market::{Tick, Timestamp};

/// The result of a search for the next tick, or for the next row, among a bounded number of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Search<T> {
    Found(T),
    /// None of the rows so far; the next search goes on.
    Continues,
    Ended,
}

/// Ticks in time order.
pub trait TickStream {
    /// Searches for the next tick among a bounded number of rows.
    ///
    /// # Errors
    /// When the stream cannot be read any further.
    fn find_tick(&mut self) -> Result<Search<Tick>, ReplayError>;

    /// Appends the next ticks: at most `most`, as many as are cheap to read together. Reads a bounded number of rows.
    ///
    /// # Errors
    /// When the stream cannot be read any further. Nothing is appended then.
    fn next_ticks(&mut self, most: usize, into: &mut Vec<Tick>) -> Result<Reading, ReplayError>;

    /// Reads the next tick; `None` at the end.
    ///
    /// # Errors
    /// When the stream cannot be read any further.
    fn next_tick(&mut self) -> Result<Option<Tick>, ReplayError> {
        loop {
            match self.find_tick()? {
                Search::Found(tick) => return Ok(Some(tick)),
                Search::Continues => {}
                Search::Ended => return Ok(None),
            }
        }
    }
}

impl Search<Tick> {
    /// Appends a tick that was found.
    pub fn append_to(self, ticks: &mut Vec<Tick>) -> Reading {
        match self {
            Self::Found(tick) => {
                ticks.push(tick);
                Reading::Continues
            }
            Self::Continues => Reading::Continues,
            Self::Ended => Reading::Ended,
        }
    }
}

/// Streams merged into one.
pub struct Merge<S> {
    streams: Vec<S>,
    /// The next tick of each stream.
    heads: Vec<Option<Tick>>,
    /// The times of the heads, earliest first.
    due: BinaryHeap<Reverse<(Timestamp, usize)>>,
    /// The streams whose head is not read yet, the last stream first.
    unread: Vec<usize>,
}

impl<S: TickStream> Merge<S> {
    /// Merges streams from their first ticks on.
    pub fn new(streams: Vec<S>) -> Self {
        let count = streams.len();
        let heads = streams.iter().map(|_| None).collect();
        Self { streams, heads, due: BinaryHeap::with_capacity(count), unread: (0..count).rev().collect() }
    }
}

/// The position of a merge between two ticks.
#[derive(Clone, Debug)]
pub struct MergePosition<P> {
    streams: Vec<P>,
    heads: Vec<Option<Tick>>,
    unread: Vec<usize>,
}

impl<S> Merge<S> {
    /// The position between the last tick and the next; `of` gives that of a stream.
    pub fn position<P>(&self, of: impl Fn(&S) -> P) -> MergePosition<P> {
        MergePosition {
            streams: self.streams.iter().map(of).collect(),
            heads: self.heads.clone(),
            unread: self.unread.clone(),
        }
    }

    /// Goes on from a position. `open` makes each stream from its own, in the order of the streams.
    ///
    /// # Errors
    /// Those of `open`.
    pub fn at<P>(
        position: &MergePosition<P>,
        open: impl FnMut(&P) -> Result<S, ReplayError>,
    ) -> Result<Self, ReplayError> {
        let streams = position.streams.iter().map(open).collect::<Result<_, _>>()?;
        let heads = position.heads.iter().enumerate();
        let due = heads.filter_map(|(stream, head)| head.as_ref().map(|tick| Reverse((tick.ts, stream)))).collect();
        Ok(Self { streams, heads: position.heads.clone(), due, unread: position.unread.clone() })
    }
}

impl<S: TickStream> TickStream for Merge<S> {
    fn next_ticks(&mut self, most: usize, into: &mut Vec<Tick>) -> Result<Reading, ReplayError> {
        match self.streams.as_mut_slice() {
            [only] => only.next_ticks(most, into),
            _ => Ok(self.find_tick()?.append_to(into)),
        }
    }

    fn find_tick(&mut self) -> Result<Search<Tick>, ReplayError> {
        if let [only] = self.streams.as_mut_slice() {
            return only.find_tick();
        }
        while let Some(&stream) = self.unread.last() {
            match self.streams[stream].find_tick()? {
                Search::Found(tick) => {
                    self.heads[stream] = Some(tick);
                    self.due.push(Reverse((tick.ts, stream)));
                }
                Search::Continues => return Ok(Search::Continues),
                Search::Ended => {}
            }
            self.unread.pop();
        }
        let Some(Reverse((_, stream))) = self.due.pop() else { return Ok(Search::Ended) };
        self.unread.push(stream);
        Ok(self.heads[stream].take().map_or(Search::Ended, Search::Found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::{InstrumentId, Price, Size, TickKind, Trade};
    use proptest::prelude::*;

    struct ListedTicks(std::vec::IntoIter<Tick>);

    impl TickStream for ListedTicks {
        fn find_tick(&mut self) -> Result<Search<Tick>, ReplayError> {
            Ok(self.0.next().map_or(Search::Ended, Search::Found))
        }

        fn next_ticks(&mut self, _: usize, into: &mut Vec<Tick>) -> Result<Reading, ReplayError> {
            Ok(self.find_tick()?.append_to(into))
        }
    }

    fn tick(stream: usize, ts: i64, n: usize) -> Tick {
        let trade = Trade { price: Price(n as i64), size: Size(0), side: None };
        Tick { instrument: InstrumentId(stream as u32), ts: Timestamp(ts), kind: TickKind::Trade(trade) }
    }

    proptest! {
        #[test]
        fn merge_is_a_stable_sort(times in prop::collection::vec(prop::collection::vec(0i64..8, 0..12), 0..5)) {
            let streams: Vec<Vec<Tick>> = times.into_iter().enumerate().map(|(stream, mut times)| {
                times.sort_unstable();
                times.into_iter().enumerate().map(|(n, ts)| tick(stream, ts, n)).collect()
            }).collect();
            let mut want: Vec<Tick> = streams.iter().flatten().copied().collect();
            want.sort_by_key(|tick| tick.ts);
            let mut merge = Merge::new(streams.into_iter().map(|ticks| ListedTicks(ticks.into_iter())).collect());
            let mut got = Vec::new();
            while let Some(tick) = merge.next_tick().unwrap() {
                got.push(tick);
            }
            prop_assert_eq!(got, want);
        }
    }
}

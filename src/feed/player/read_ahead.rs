//! A small buffer of ticks that were read and not played yet. Reading them one by one would cost more.

use super::time_shift::TimeShift;
use crate::feed::SourceError;
use crate::market::{Tick, Timestamp};

/// The ticks that are read at a time, if the source still has as many.
const BATCH: usize = 512;

/// The next ticks of a source: never empty before its end.
#[derive(Debug, Default)]
pub struct ReadAhead {
    ticks: Vec<Tick>,
    taken: usize,
}

impl ReadAhead {
    /// Returns the next tick; `None` at the end of the source.
    pub fn first(&self) -> Option<&Tick> {
        self.ticks.get(self.taken)
    }

    /// Reports that the source has ended.
    pub const fn is_empty(&self) -> bool {
        self.taken == self.ticks.len()
    }

    /// Returns the buffered ticks up to and including the time `to`, and whether these are all that are buffered.
    pub fn until(&self, to: Timestamp) -> (&[Tick], bool) {
        let ticks = &self.ticks[self.taken..];
        let count = ticks.partition_point(|tick| tick.ts <= to);
        (&ticks[..count], count == ticks.len())
    }

    /// Drops everything that is buffered.
    pub fn clear(&mut self) {
        self.ticks.clear();
        self.taken = 0;
    }

    /// Drops everything that is buffered and reads on from the source's position.
    ///
    /// # Errors
    /// When the source cannot be read any further; the buffer is empty then.
    pub fn restart(&mut self, source: &mut TimeShift) -> Result<(), SourceError> {
        self.clear();
        source.next_ticks(BATCH, &mut self.ticks)
    }

    /// Removes the first `count` ticks.
    ///
    /// # Errors
    /// When the source cannot be read any further; the buffer is empty then.
    pub fn consume(&mut self, count: usize, source: &mut TimeShift) -> Result<(), SourceError> {
        self.taken += count;
        if self.is_empty() { self.restart(source) } else { Ok(()) }
    }
}

//! A small buffer of ticks that were read and not played yet. Reading them one by one would cost more.

use super::time_shift::TimeShift;
use crate::feed::{Reading, SourceError};
use crate::market::{Tick, Timestamp};

/// The ticks that are read at a time, if the source still has as many.
const BATCH: usize = 512;

/// The next ticks of a source. It is empty at the end of the source, and where the next tick is not found yet.
#[derive(Debug)]
pub struct ReadAhead {
    ticks: Vec<Tick>,
    taken: usize,
    reading: Reading,
}

impl Default for ReadAhead {
    fn default() -> Self {
        Self { ticks: Vec::new(), taken: 0, reading: Reading::Ended }
    }
}

impl ReadAhead {
    /// Returns the next tick; `None` if there is none, or none is found yet.
    pub fn first(&self) -> Option<&Tick> {
        self.ticks.get(self.taken)
    }

    /// Reports that the source has ended, and all of its ticks are taken.
    pub fn has_ended(&self) -> bool {
        self.taken == self.ticks.len() && self.reading == Reading::Ended
    }

    /// Reports that the next tick is not found yet.
    pub fn is_searching(&self) -> bool {
        self.taken == self.ticks.len() && self.reading == Reading::Continues
    }

    /// Returns the buffered ticks up to and including the time `to`, and whether these are all that are buffered.
    pub fn until(&self, to: Timestamp) -> (&[Tick], bool) {
        let ticks = &self.ticks[self.taken..];
        let count = ticks.partition_point(|tick| tick.ts <= to);
        (&ticks[..count], count == ticks.len())
    }

    /// Drops everything that is buffered, as if the source had ended.
    pub fn clear(&mut self) {
        self.ticks.clear();
        self.taken = 0;
        self.reading = Reading::Ended;
    }

    /// Drops everything that is buffered and reads on from the source's position. The work is bounded, so perhaps no
    /// tick is found yet.
    ///
    /// # Errors
    /// When the source cannot be read any further; the buffer is empty then.
    pub fn restart(&mut self, source: &mut TimeShift) -> Result<(), SourceError> {
        self.clear();
        self.reading = source.next_ticks(BATCH, &mut self.ticks)?;
        Ok(())
    }

    /// Goes on to search for the next tick, if it is not found yet.
    ///
    /// # Errors
    /// When the source cannot be read any further; the buffer is empty then.
    pub fn search(&mut self, source: &mut TimeShift) -> Result<(), SourceError> {
        if self.is_searching() { self.restart(source) } else { Ok(()) }
    }

    /// Removes the first `count` ticks.
    ///
    /// # Errors
    /// When the source cannot be read any further; the buffer is empty then.
    pub fn consume(&mut self, count: usize, source: &mut TimeShift) -> Result<(), SourceError> {
        self.taken += count;
        self.search(source)
    }
}

//! Ticks that were read and not taken yet, some at a time, as single ones cost more.

use crate::feed::{Source, SourceError};
use crate::market::{Tick, Timestamp};

/// How many are read at a time, where the source gives so many.
const AHEAD: usize = 512;

/// The next ticks of a source: never empty before its end.
#[derive(Debug, Default)]
pub struct Ahead {
    ticks: Vec<Tick>,
    taken: usize,
}

impl Ahead {
    pub fn first(&self) -> Option<&Tick> {
        self.ticks.get(self.taken)
    }

    pub const fn is_empty(&self) -> bool {
        self.taken == self.ticks.len()
    }

    /// Those up to and with the time `to`, and whether they are all that were read.
    pub fn until(&self, to: Timestamp) -> (&[Tick], bool) {
        let ticks = &self.ticks[self.taken..];
        let count = ticks.partition_point(|tick| tick.ts <= to);
        (&ticks[..count], count == ticks.len())
    }

    pub fn clear(&mut self) {
        self.ticks.clear();
        self.taken = 0;
    }

    /// Reads on from where the source stands.
    ///
    /// # Errors
    /// When it cannot be read any further; this is empty then.
    pub fn restart(&mut self, source: &mut impl Source) -> Result<(), SourceError> {
        self.clear();
        source.next_ticks(AHEAD, &mut self.ticks)
    }

    /// Takes the first `count`.
    ///
    /// # Errors
    /// When the source cannot be read any further; this is empty then.
    pub fn pass(&mut self, count: usize, source: &mut impl Source) -> Result<(), SourceError> {
        self.taken += count;
        if self.is_empty() { self.restart(source) } else { Ok(()) }
    }
}

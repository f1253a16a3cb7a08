//! A source with a fault, for the tests of what happens then.

use tickcast::control::RejectedRows;
use tickcast::feed::{Reading, Seekable, SourceError, SourceInfo, Stageable, TickSource};
use tickcast::market::{HistoryBar, Tick};

/// A source that calls `then` after `good` ticks, and for each one after them.
pub struct Faulty<F> {
    pub source: Box<dyn TickSource>,
    pub good: u32,
    pub then: F,
}

impl<F: FnMut() + Send> TickSource for Faulty<F> {
    fn info(&self) -> &SourceInfo {
        self.source.info()
    }

    fn history(&mut self) -> Vec<HistoryBar> {
        if self.good == 0 {
            (self.then)();
        }
        self.source.history()
    }

    fn next_tick(&mut self) -> Result<Option<Tick>, SourceError> {
        match self.good.checked_sub(1) {
            Some(left) => self.good = left,
            None => (self.then)(),
        }
        self.source.next_tick()
    }

    fn next_ticks(&mut self, _: usize, into: &mut Vec<Tick>) -> Result<Reading, SourceError> {
        let Some(tick) = self.next_tick()? else { return Ok(Reading::Ended) };
        into.push(tick);
        Ok(Reading::Continues)
    }

    fn rewind(&mut self) -> Result<(), SourceError> {
        self.source.rewind()
    }

    fn rows_rejected(&self) -> u64 {
        self.source.rows_rejected()
    }

    fn rejected(&self) -> Vec<RejectedRows> {
        self.source.rejected()
    }

    fn seekable(&mut self) -> Option<&mut dyn Seekable> {
        None
    }

    fn stageable(&mut self) -> Option<&mut dyn Stageable> {
        None
    }
}

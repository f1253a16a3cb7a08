//! One file of a merge: the ticks of it that are in memory, and the place of the others.

use super::TickStream;
use crate::feed::Reading;
use crate::feed::replay::error::ReplayError;
use crate::market::Tick;

/// A file that has begun.
pub struct Stream<T: TickStream> {
    /// The ticks read last. The first `taken` of them are taken.
    ahead: Vec<Tick>,
    taken: usize,
    /// An error behind the ticks that are read.
    pub failed: Option<ReplayError>,
    pub place: Place<T>,
}

/// The place of the ticks that are not read yet.
pub enum Place<T: TickStream> {
    Open(T),
    Closed(T::Position),
    Ended,
}

impl<T: TickStream> Place<T> {
    /// The position of the next tick to read; `None` at the end.
    pub fn position(&self) -> Option<T::Position> {
        match self {
            Self::Open(ticks) => Some(ticks.position()),
            Self::Closed(position) => Some(position.clone()),
            Self::Ended => None,
        }
    }
}

impl<T: TickStream> Stream<T> {
    /// A stream of which some ticks are read already.
    pub const fn new(ahead: Vec<Tick>, place: Place<T>) -> Self {
        Self { ahead, taken: 0, failed: None, place }
    }

    /// The ticks read and not taken.
    pub fn ahead(&self) -> &[Tick] {
        &self.ahead[self.taken..]
    }

    /// Takes the next tick, where it is read.
    pub fn take(&mut self) -> Option<Tick> {
        let tick = self.ahead.get(self.taken).copied()?;
        self.taken += 1;
        Some(tick)
    }

    /// Forgets the ticks that are taken.
    pub fn clear(&mut self) {
        self.ahead.clear();
        self.taken = 0;
    }

    /// Reads up to `count` ticks in place of those taken, of a bounded number of rows.
    ///
    /// # Errors
    /// When there is an error before the first of them. One behind them is kept until they are taken.
    pub fn fill(&mut self, ticks: &mut T, count: usize) -> Result<Reading, ReplayError> {
        self.clear();
        while self.ahead.len() < count {
            let before = self.ahead.len();
            match ticks.next_ticks(count - before, &mut self.ahead) {
                Ok(Reading::Continues) if self.ahead.len() > before => {}
                Err(error) if before > 0 => {
                    self.failed = Some(error);
                    break;
                }
                read => return read,
            }
        }
        Ok(Reading::Continues)
    }
}

//! The memory of a market.

use super::Market;

impl Market {
    /// Estimates the bytes that this market does not share with `earlier`, a copy of it some ticks ago.
    pub fn bytes_beyond(&self, earlier: Option<&Self>) -> usize {
        let before = |at: usize| earlier.and_then(|earlier| earlier.states.get(at));
        let states = self.states.iter().enumerate().map(|(at, state)| state.bytes_beyond(before(at)));
        size_of::<Self>() + states.sum::<usize>() + self.books.bytes_beyond(earlier.map(|earlier| &earlier.books))
    }

    /// Returns the memory of all instruments, bars and trades, estimated. Copies of the market share most of it.
    pub const fn bytes(&self) -> usize {
        self.budget.bytes()
    }

    /// Returns the number of closed bars that each instrument and interval may keep now. It falls when the memory
    /// reaches its limit.
    pub fn bars_kept(&self) -> usize {
        self.budget.bars()
    }

    /// Returns the number of trades that each instrument may keep now. It falls when the memory reaches its limit.
    pub fn trades_kept(&self) -> usize {
        self.budget.trades()
    }
}

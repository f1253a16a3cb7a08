//! The memory of a market: what it may need, as formulas of its limits, and what it takes.

use super::{InstrumentState, Market};
use crate::market::budget::{BARS_CHUNK_BYTES, MarketLimits, TRADES_CHUNK_BYTES};
use crate::market::ring::chunks_of;
use crate::market::time::Interval;

impl MarketLimits {
    /// Returns the memory that a market of `instruments` may need whatever its limit of bytes is: the state of each,
    /// and of each of its rings the newest items and one chunk of the widest numbers.
    pub const fn floor_bytes(instruments: usize) -> usize {
        Self { bars: 1, trades: 1, notices: 0, bytes: 0 }.worst_bytes(instruments)
    }

    /// Returns the memory that a market of `instruments` may need without a limit of bytes, if all rings are full of
    /// the widest numbers. Usual ones need a quarter of it.
    pub const fn worst_bytes(&self, instruments: usize) -> usize {
        let bars = Interval::COUNT.saturating_mul(chunks_of(self.bars)).saturating_mul(BARS_CHUNK_BYTES);
        let trades = chunks_of(self.trades).saturating_mul(TRADES_CHUNK_BYTES);
        instruments.saturating_mul(InstrumentState::FIXED_BYTES.saturating_add(bars).saturating_add(trades))
    }
}

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

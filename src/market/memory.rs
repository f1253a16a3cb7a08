//! The memory that a market may need, as formulas of its limits.

use super::budget::{BARS_CHUNK_BYTES, MarketLimits, TRADES_CHUNK_BYTES};
use super::ring::chunks_of;
use super::state::InstrumentState;
use super::time::Interval;

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

//! The limits of a market, and the memory of its bars and trades.
//!
//! A market counts the bytes of its full chunks as they come and go. Beyond its limit it keeps fewer items: all rings
//! get the same lower capacity, so the longest ones lose their oldest items first. Only ticks and history count and
//! lower, never the clock, which may come more or less often: so the same ticks keep the same items.

use super::packed::{PackedBars, PackedTrades};
use super::ring::{CHUNK, Chunk, Ring, chunk_bytes};
use super::time::Interval;

/// The most memory of a chunk of bars.
pub(super) const BARS_CHUNK_BYTES: usize = chunk_bytes::<PackedBars>(PackedBars::WORST_BYTES);
/// The most memory of a chunk of trades.
pub(super) const TRADES_CHUNK_BYTES: usize = chunk_bytes::<PackedTrades>(PackedTrades::WORST_BYTES);

/// The share of items that goes when the memory is over its limit: one of eight, so that it happens rarely.
const LOWER_BY: usize = 8;

/// The limits of what a market keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarketLimits {
    /// Closed bars kept for each instrument and interval.
    pub bars: usize,
    /// Trades kept for each instrument.
    pub trades: usize,
    /// Headlines kept, and as many scenarios that have begun.
    pub notices: usize,
    /// The memory of all instruments with their bars and trades, estimated. Beyond it the oldest bars and trades go,
    /// down to [`Self::floor_bytes`]. No limit by default: `bars` and `trades` bound it.
    pub bytes: usize,
}

impl Default for MarketLimits {
    fn default() -> Self {
        Self { bars: 5_000, trades: 1_000, notices: 200, bytes: usize::MAX }
    }
}

/// The memory of a market, and the number of items it may keep for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Budget {
    limits: MarketLimits,
    /// The most items of any ring.
    kept: usize,
    /// The bytes of all instruments, with those chunks that count.
    bytes: usize,
}

impl Budget {
    /// Begins with the `bytes` of instruments that hold nothing.
    pub fn new(limits: MarketLimits, bytes: usize) -> Self {
        Self { limits, kept: limits.bars.max(limits.trades), bytes }
    }

    /// Returns the bytes of all instruments.
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Returns the most closed bars of an instrument and interval.
    pub fn bars(&self) -> usize {
        self.limits.bars.min(self.kept)
    }

    /// Returns the most trades of an instrument.
    pub fn trades(&self) -> usize {
        self.limits.trades.min(self.kept)
    }

    /// Counts the newest item of `ring`. Each item must be counted once, before the next one comes.
    #[inline]
    pub fn count<T, C: Chunk<T>>(&mut self, ring: &Ring<T, C>) {
        if ring.is_at_chunk() {
            self.count_chunks(ring);
        }
    }

    #[cold]
    fn count_chunks<T, C: Chunk<T>>(&mut self, ring: &Ring<T, C>) {
        let (begun, gone) = ring.counted_by_last();
        self.bytes = self.bytes + begun - gone;
    }

    /// Takes off the bytes of chunks that were dropped.
    pub const fn free(&mut self, bytes: usize) {
        self.bytes -= bytes;
    }

    /// Reports whether items must go, and may.
    #[inline]
    pub const fn is_over(&self) -> bool {
        self.bytes > self.limits.bytes && self.kept > CHUNK
    }

    /// Reports whether `ticks` more ticks of `instruments` stay below the limit, whatever they are.
    pub const fn has_room(&self, ticks: usize, instruments: usize) -> bool {
        // Each instrument may complete one chunk of each of its rings with its first tick, and one with each 64 more.
        let chunks = (ticks / CHUNK).saturating_add(instruments);
        let bytes = chunks.saturating_mul(TRADES_CHUNK_BYTES + Interval::COUNT * BARS_CHUNK_BYTES);
        self.bytes.saturating_add(bytes) <= self.limits.bytes
    }

    /// Lowers the number of items, by whole chunks and not below one.
    pub fn lower(&mut self) {
        let fewer = self.kept - self.kept.div_ceil(LOWER_BY);
        self.kept = (fewer / CHUNK * CHUNK).max(CHUNK);
    }
}

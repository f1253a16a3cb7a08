//! The cursor of a session's quotes at one rate.
//!
//! A rate below `every` is read from a [`QuoteCache`](crate::fanout::QuoteCache), `every` from a
//! [`TickLog`](crate::fanout::TickLog). Both leave it to the cursor to record what was sent.

use std::ops::Range;
use std::sync::Arc;

use super::seq_table::SeqTable;
use super::symbols::{Symbols, TickFit};
use crate::market::InstrumentId;

/// The least capacity of a message, in bytes.
const MIN_BYTES: usize = 256;

/// The symbols of a session at one rate, and the tick up to which each was sent.
#[derive(Debug)]
pub struct QuotesCursor {
    epoch: u64,
    symbols: Symbols,
    position: Position,
    /// A bit for each instrument of a list, by which most ticks of a log are skipped; empty until it is needed.
    mask: Vec<u64>,
    /// The length of the last message.
    bytes: usize,
}

/// The position of a cursor in the cache or log that serves it.
///
/// A cursor is `level` if each symbol was sent exactly as far as the cache or log stood there: then the message that
/// follows fits all level cursors.
#[derive(Clone, Copy, Debug)]
enum Position {
    /// Nothing was read, or the symbols have changed: all of them need a comparison.
    Unread,
    /// All symbols were compared with a cache as of `flush`.
    Compared { flush: u64, level: bool },
    /// A level cursor was sent the parts of the common message of `flush` before number `next`.
    Following { flush: u64, next: usize },
    /// The symbols before index `next` were compared with a cache, the last ones as of `flush`. The comparison is
    /// `whole` if all of them were.
    Comparing { flush: u64, next: usize, whole: bool, level: bool },
    /// The ticks before number `next` of a log were read; there were `more`.
    Logged { next: u64, level: bool, more: bool },
    /// A log no longer has the next tick of a symbol.
    Lost,
}

impl QuotesCursor {
    pub const fn new(epoch: u64) -> Self {
        Self { epoch, symbols: Symbols::new(), position: Position::Unread, mask: Vec::new(), bytes: 0 }
    }

    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub const fn len(&self) -> usize {
        self.symbols.len()
    }

    /// The number of instruments up to the last symbol.
    pub fn span(&self) -> usize {
        self.symbols.span()
    }

    /// The most memory that the symbols take.
    pub fn bytes(&self) -> usize {
        self.symbols.bytes()
    }

    /// Adds symbols, each with the seq up to which it was sent.
    pub fn extend(&mut self, symbols: impl IntoIterator<Item = (InstrumentId, u64)>) {
        self.symbols.extend(symbols);
        self.mask.clear();
        self.compare_again();
    }

    /// Removes the symbols in `ids`, which is sorted. Returns those it had, each with the seq up to which it was sent.
    pub fn remove(&mut self, ids: &[InstrumentId]) -> Vec<(InstrumentId, u64)> {
        let removed = self.symbols.remove(ids);
        if !removed.is_empty() {
            self.mask.clear();
            self.compare_again();
        }
        removed
    }

    /// Records that `id` was sent up to `seq` in another message.
    pub fn sent(&mut self, id: InstrumentId, seq: u64) {
        if self.symbols.set(id, seq) {
            self.compare_again();
        }
    }

    pub fn contains(&self, id: InstrumentId) -> bool {
        self.symbols.contains(id)
    }

    /// The symbols, ascending by instrument, each with the seq up to which it was sent.
    pub fn iter(&self) -> impl Iterator<Item = (InstrumentId, u64)> {
        self.symbols.iter()
    }

    /// The seq up to which `id` was sent.
    pub fn sent_of(&self, id: InstrumentId) -> Option<u64> {
        self.symbols.get(id)
    }

    /// Returns whether the last message was the last one for now.
    pub const fn is_through(&self) -> bool {
        !matches!(
            self.position,
            Position::Comparing { .. }
                | Position::Following { .. }
                | Position::Logged { more: true, .. }
                | Position::Lost
        )
    }

    /// Starts over, as another cache or log serves the cursor from now on.
    pub const fn restart(&mut self) {
        self.position = Position::Unread;
    }

    /// Compares all symbols again. The position in a log stays.
    const fn compare_again(&mut self) {
        self.position = match self.position {
            Position::Logged { next, .. } => Position::Logged { next, level: false, more: false },
            Position::Lost => Position::Lost,
            _ => Position::Unread,
        };
    }

    /// The epoch of the instruments.
    pub(in crate::fanout) const fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The capacity of the next message: the length of the last one and an eighth, as growing would copy it.
    pub(in crate::fanout) fn capacity(&self) -> usize {
        (self.bytes + self.bytes / 8).max(MIN_BYTES)
    }

    pub(in crate::fanout) const fn set_message_len(&mut self, bytes: usize) {
        self.bytes = bytes;
    }
}

/// Reading a cache.
impl QuotesCursor {
    /// Returns whether all symbols were compared as of `flush`.
    pub(in crate::fanout) const fn has_compared(&self, flush: u64) -> bool {
        matches!(self.position, Position::Compared { flush: last, .. } if last == flush)
    }

    /// The number of the next part of the common message of `flush`, if that fits: nothing else happened since the
    /// flush before.
    pub(in crate::fanout) const fn next_part(&self, flush: u64) -> Option<usize> {
        match self.position {
            Position::Compared { flush: last, level: true } if last + 1 == flush => Some(0),
            Position::Following { flush: of, next } if of == flush => Some(next),
            _ => None,
        }
    }

    /// Records that part number `part` was sent of what has `changed` at `flush`, the symbols in `range`. The cursor has
    /// all symbols of the epoch. `seq_of` is the seq of one in the cache, and `level` are all.
    pub(in crate::fanout) fn follow(
        &mut self,
        flush: u64,
        part: usize,
        (changed, range): (&[InstrumentId], Range<usize>),
        seq_of: impl Fn(InstrumentId) -> u64,
        level: impl FnOnce() -> Arc<SeqTable>,
    ) {
        self.position = if range.end == changed.len() {
            Position::Compared { flush, level: true }
        } else {
            Position::Following { flush, next: part + 1 }
        };
        self.symbols.follow((changed, range), seq_of, level);
    }

    /// Compares symbols with a cache as of `flush`, whose seqs are `level`, from where the last message ended.
    ///
    /// `send` gets a symbol and the seq up to which it was sent, and returns the seq of the cache, or `None` to end the
    /// message before the symbol.
    pub(in crate::fanout) fn compare(
        &mut self,
        flush: u64,
        level: impl Fn() -> Arc<SeqTable>,
        send: impl FnMut(InstrumentId, u64) -> Option<u64>,
    ) {
        let (from, whole, was_level) = match self.position {
            Position::Comparing { flush: last, next, whole, level } if last == flush => (next, whole, level),
            // The cache has changed behind the position.
            Position::Comparing { next, .. } => (next, false, false),
            _ => (0, true, true),
        };
        let (next, is_level) = self.symbols.compare(from, &level, send);
        let is_level = was_level && is_level;
        self.position = if !self.symbols.is_end(next) {
            Position::Comparing { flush, next, whole, level: is_level }
        } else if whole {
            Position::Compared { flush, level: is_level }
        } else {
            Position::Unread
        };
        if matches!(self.position, Position::Compared { level: true, .. }) {
            self.symbols.join(level);
        }
    }
}

/// Reading a log.
impl QuotesCursor {
    /// The number of the next tick to read; `None` if the cursor is not in the log.
    pub(in crate::fanout) const fn next_tick(&self) -> Option<u64> {
        match self.position {
            Position::Logged { next, .. } => Some(next),
            _ => None,
        }
    }

    /// Returns whether a message of all ticks from [`next_tick`](Self::next_tick) on fits.
    pub(in crate::fanout) const fn is_level_in_log(&self) -> bool {
        matches!(self.position, Position::Logged { level: true, .. })
    }

    /// Enters a log at its `end`. The ticks before it have to be sent in another message.
    pub(in crate::fanout) const fn enter_log(&mut self, end: u64) {
        self.position = Position::Logged { next: end, level: false, more: false };
    }

    /// Records that the ticks before number `next` were read, in a log that ends at `end`.
    pub(in crate::fanout) const fn advance_log(&mut self, next: u64, end: u64) {
        // Messages outside the log are older than this one, so the cursor has exactly the ticks of the log.
        self.position = Position::Logged { next, level: next == end, more: next != end };
    }

    /// Leaves the log before a tick that does not follow the last one of its symbol.
    pub(in crate::fanout) const fn lose_log(&mut self) {
        self.position = Position::Lost;
    }

    /// Records that all `ticks` before number `next` were sent, in a log that ends at `end`. The cursor has all symbols
    /// of the epoch. `after` is the table that they lead to, for the cursors that follow.
    pub(in crate::fanout) fn follow_log(
        &mut self,
        next: u64,
        end: u64,
        ticks: impl Iterator<Item = (InstrumentId, u64)>,
        after: &mut Option<Arc<SeqTable>>,
    ) {
        self.symbols.follow_ticks(ticks, after);
        self.position = Position::Logged { next, level: true, more: next != end };
    }

    /// Records tick `seq` of `id` if it is the next one. Call [`prepare_mask`](Self::prepare_mask) first.
    #[inline]
    pub(in crate::fanout) fn accept(&mut self, id: InstrumentId, seq: u64) -> TickFit {
        if self.is_masked(id) { TickFit::Skip } else { self.symbols.accept(id, seq) }
    }

    /// Returns whether the mask says that `id` is none of the symbols. There is none for a table.
    fn is_masked(&self, id: InstrumentId) -> bool {
        let (word, bit) = (id.index() / 64, 1 << (id.index() % 64));
        !self.mask.is_empty() && self.mask.get(word).is_none_or(|word| word & bit == 0)
    }

    /// Fills the mask, if symbols have changed.
    pub(in crate::fanout) fn prepare_mask(&mut self) {
        let Some(list) = self.symbols.as_list().filter(|_| self.mask.is_empty()) else { return };
        self.mask = vec![0; list.last().map_or(0, |(id, _)| id.index() / 64 + 1)];
        for (id, _) in list {
            self.mask[id.index() / 64] |= 1 << (id.index() % 64);
        }
    }
}

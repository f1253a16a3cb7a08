//! The cursor of a session's quotes at one rate.
//!
//! A rate below `every` is read from a [`QuoteCache`](crate::fanout::QuoteCache), `every` from a
//! [`TickLog`](crate::fanout::TickLog). Both leave it to the cursor to record what was sent.

use crate::market::InstrumentId;

/// The least capacity of a message, in bytes.
const MIN_BYTES: usize = 256;

/// The symbols of a session at one rate, and the tick up to which each was sent.
#[derive(Debug)]
pub struct QuotesCursor {
    epoch: u64,
    /// By instrument, ascending, with the seq up to which it was sent.
    symbols: Vec<(InstrumentId, u64)>,
    position: Position,
    /// A bit for each instrument of `symbols`, by which most ticks of a log are skipped; empty until it is needed.
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

/// The relation of a tick to a cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TickFit {
    /// The tick follows the last one that was sent of its symbol.
    Next,
    /// Ticks before it were not sent.
    Gap,
    /// Its symbol is not one of the cursor's, or was sent further.
    Skip,
}

impl QuotesCursor {
    pub const fn new(epoch: u64) -> Self {
        Self { epoch, symbols: Vec::new(), position: Position::Unread, mask: Vec::new(), bytes: 0 }
    }

    pub const fn is_empty(&self) -> bool {
        self.symbols.is_empty()
    }

    pub const fn len(&self) -> usize {
        self.symbols.len()
    }

    /// Adds symbols, each with the seq up to which it was sent.
    pub fn extend(&mut self, symbols: impl IntoIterator<Item = (InstrumentId, u64)>) {
        self.symbols.extend(symbols);
        self.symbols.sort_unstable_by_key(|(id, _)| *id);
        self.mask.clear();
        self.compare_again();
    }

    /// Removes the symbols in `ids`, which is sorted. Returns those it had, each with the seq up to which it was sent.
    pub fn remove(&mut self, ids: &[InstrumentId]) -> Vec<(InstrumentId, u64)> {
        let removed: Vec<_> = self.symbols.extract_if(.., |(id, _)| ids.binary_search(id).is_ok()).collect();
        if !removed.is_empty() {
            self.mask.clear();
            self.compare_again();
        }
        removed
    }

    /// Records that `id` was sent up to `seq` in another message.
    pub fn sent(&mut self, id: InstrumentId, seq: u64) {
        if let Ok(index) = self.find(id) {
            self.symbols[index].1 = seq;
            self.compare_again();
        }
    }

    pub fn contains(&self, id: InstrumentId) -> bool {
        self.find(id).is_ok()
    }

    /// The symbols, ascending by instrument, each with the seq up to which it was sent.
    pub fn iter(&self) -> impl Iterator<Item = (InstrumentId, u64)> {
        self.symbols.iter().copied()
    }

    /// The seq up to which `id` was sent.
    pub fn sent_of(&self, id: InstrumentId) -> Option<u64> {
        self.find(id).ok().map(|index| self.symbols[index].1)
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

    fn find(&self, id: InstrumentId) -> Result<usize, usize> {
        self.symbols.binary_search_by_key(&id, |(id, _)| *id)
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

    /// Records that the `changes` of a part were sent, the last one of `flush` if it `is_last`. The cursor has all
    /// symbols of the epoch.
    pub(in crate::fanout) fn follow(
        &mut self,
        flush: u64,
        part: usize,
        is_last: bool,
        changes: impl Iterator<Item = (InstrumentId, u64)>,
    ) {
        self.record_all(changes);
        self.position = if is_last {
            Position::Compared { flush, level: true }
        } else {
            Position::Following { flush, next: part + 1 }
        };
    }

    /// Compares symbols with a cache as of `flush`, from where the last message ended.
    ///
    /// `send` gets a symbol and the seq up to which it was sent, and returns the seq of the cache, or `None` to end the
    /// message before the symbol.
    pub(in crate::fanout) fn compare(&mut self, flush: u64, mut send: impl FnMut(InstrumentId, u64) -> Option<u64>) {
        let (mut next, whole, mut level) = match self.position {
            Position::Comparing { flush: last, next, whole, level } if last == flush => (next, whole, level),
            // The cache has changed behind the position.
            Position::Comparing { next, .. } => (next, false, false),
            _ => (0, true, true),
        };
        for (id, sent) in &mut self.symbols[next..] {
            let Some(seq) = send(*id, *sent) else { break };
            *sent = (*sent).max(seq);
            // A snapshot may be ahead of the cache: then the range of the common message would overlap.
            level &= *sent == seq;
            next += 1;
        }
        self.position = if next < self.symbols.len() {
            Position::Comparing { flush, next, whole, level }
        } else if whole {
            Position::Compared { flush, level }
        } else {
            Position::Unread
        };
    }

    /// Records seqs of a cursor that has all symbols of the epoch: each is at its own index.
    fn record_all(&mut self, seqs: impl Iterator<Item = (InstrumentId, u64)>) {
        for (id, seq) in seqs {
            self.symbols[id.index()].1 = seq;
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
    /// of the epoch.
    pub(in crate::fanout) fn follow_log(
        &mut self,
        next: u64,
        end: u64,
        ticks: impl Iterator<Item = (InstrumentId, u64)>,
    ) {
        self.record_all(ticks);
        self.position = Position::Logged { next, level: true, more: next != end };
    }

    /// Records tick `seq` of `id` if it is the next one. Call [`prepare_mask`](Self::prepare_mask) first.
    #[inline]
    pub(in crate::fanout) fn accept(&mut self, id: InstrumentId, seq: u64) -> TickFit {
        if !self.is_in_mask(id) {
            return TickFit::Skip;
        }
        let Ok(index) = self.find(id) else { return TickFit::Skip };
        let sent = &mut self.symbols[index].1;
        if seq == *sent + 1 {
            *sent = seq;
            TickFit::Next
        } else if seq > *sent {
            TickFit::Gap
        } else {
            TickFit::Skip
        }
    }

    fn is_in_mask(&self, id: InstrumentId) -> bool {
        let (word, bit) = (id.index() / 64, 1 << (id.index() % 64));
        self.mask.get(word).is_some_and(|word| word & bit != 0)
    }

    /// Fills the mask, if symbols have changed.
    pub(in crate::fanout) fn prepare_mask(&mut self) {
        if !self.mask.is_empty() {
            return;
        }
        let words = self.symbols.last().map_or(0, |(id, _)| id.index() / 64 + 1);
        self.mask = vec![0; words];
        for (id, _) in &self.symbols {
            self.mask[id.index() / 64] |= 1 << (id.index() % 64);
        }
    }
}

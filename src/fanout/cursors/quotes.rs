//! The symbols that one reader wants at one rate, and how far each was sent.
//!
//! A rate that conflates is served by a [`QuoteCache`](super::QuoteCache), `every` by a [`TickLog`](super::TickLog).

use crate::market::InstrumentId;

/// What a reader's own frame has room for, if the one before was shorter.
const LEAST_BYTES: usize = 256;

#[derive(Debug)]
pub struct QuotesCursor {
    pub(in crate::fanout) epoch: u64,
    /// By instrument, ascending, with the seq that was sent last.
    pub(in crate::fanout) wanted: Vec<(InstrumentId, u64)>,
    /// The cache's beat that was last looked through to the end.
    pub(in crate::fanout) beat: Option<u64>,
    /// The beat being looked through, and how far it has been.
    pub(in crate::fanout) pass: Option<u64>,
    pub(in crate::fanout) at: usize,
    /// That look began at its beat, and not at one before.
    pub(in crate::fanout) whole: bool,
    /// At `beat`, or before `tick`, all that is wanted had been sent just as far as cache or log stood.
    pub(in crate::fanout) level: bool,
    /// The number of the next tick in the log; `None` where it has not been looked at.
    pub(in crate::fanout) tick: Option<u64>,
    /// The log had more than the last message held.
    pub(in crate::fanout) more: bool,
    /// A bit for each instrument that is wanted, so that a log is passed over quickly; empty until it is needed.
    mask: Vec<u64>,
    /// The length of the last frame.
    pub(in crate::fanout) bytes: usize,
}

impl QuotesCursor {
    pub const fn new(epoch: u64) -> Self {
        Self {
            epoch,
            wanted: Vec::new(),
            beat: None,
            pass: None,
            at: 0,
            whole: false,
            level: false,
            tick: None,
            more: false,
            mask: Vec::new(),
            bytes: 0,
        }
    }

    pub const fn is_empty(&self) -> bool {
        self.wanted.is_empty()
    }

    pub const fn len(&self) -> usize {
        self.wanted.len()
    }

    /// Wants these from the ticks after those sent on.
    pub fn extend(&mut self, more: impl IntoIterator<Item = (InstrumentId, u64)>) {
        self.wanted.extend(more);
        self.wanted.sort_unstable_by_key(|(id, _)| *id);
        self.mask.clear();
        self.look_again();
    }

    /// Wants none of `ids`, which are sorted, any longer; gives those it had, with how far each was sent.
    pub fn remove(&mut self, ids: &[InstrumentId]) -> Vec<(InstrumentId, u64)> {
        let removed: Vec<_> = self.wanted.extract_if(.., |(id, _)| ids.binary_search(id).is_ok()).collect();
        if !removed.is_empty() {
            self.mask.clear();
            self.look_again();
        }
        removed
    }

    /// Says that `id` was sent up to `seq` by other means.
    pub fn sent(&mut self, id: InstrumentId, seq: u64) {
        if let Ok(at) = self.find(id) {
            self.wanted[at].1 = seq;
            self.look_again();
        }
    }

    pub fn contains(&self, id: InstrumentId) -> bool {
        self.find(id).is_ok()
    }

    /// By instrument, ascending, with how far each was sent.
    pub fn iter(&self) -> impl Iterator<Item = (InstrumentId, u64)> {
        self.wanted.iter().copied()
    }

    fn find(&self, id: InstrumentId) -> Result<usize, usize> {
        self.wanted.binary_search_by_key(&id, |(id, _)| *id)
    }

    /// The last look has been through to the end.
    pub const fn is_through(&self) -> bool {
        self.at == 0 && !self.more
    }

    /// How far `id` was sent.
    pub fn sent_of(&self, id: InstrumentId) -> Option<u64> {
        self.find(id).ok().map(|at| self.wanted[at].1)
    }

    pub(in crate::fanout) fn sent_mut(&mut self, id: InstrumentId) -> Option<&mut u64> {
        self.find(id).ok().map(|at| &mut self.wanted[at].1)
    }

    /// Whether `id` is wanted: quick to say no, and right only after [`draw_mask`](Self::draw_mask).
    #[inline]
    pub(in crate::fanout) fn wants(&self, id: InstrumentId) -> bool {
        let (word, bit) = (id.index() / 64, 1 << (id.index() % 64));
        self.mask.get(word).is_some_and(|word| word & bit != 0)
    }

    pub(in crate::fanout) fn draw_mask(&mut self) {
        if !self.mask.is_empty() {
            return;
        }
        let words = self.wanted.last().map_or(0, |(id, _)| id.index() / 64 + 1);
        self.mask = vec![0; words];
        for (id, _) in &self.wanted {
            self.mask[id.index() / 64] |= 1 << (id.index() % 64);
        }
    }

    /// Room for a frame as long as the last one, and an eighth: growing would copy it.
    pub(in crate::fanout) fn room(&self) -> usize {
        (self.bytes + self.bytes / 8).max(LEAST_BYTES)
    }

    const fn look_again(&mut self) {
        (self.beat, self.pass, self.at, self.level) = (None, None, 0, false);
        self.more = false;
    }

    /// Forgets what was looked through: the next look may be at another cache or log.
    pub const fn look_anew(&mut self) {
        self.look_again();
        self.tick = None;
    }
}

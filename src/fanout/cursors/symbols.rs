//! The symbols of a quotes cursor, each with the seq up to which it was sent.
//!
//! Few symbols are a list. Many are a table, which a session shares with the others that were sent as far: it holds
//! nothing for each symbol but a bit while it keeps up, and only the chunks that differ while it does not.

use std::ops::Range;
use std::sync::Arc;

use super::seq_table::{CHUNK, SeqTable};
use crate::market::{InstrumentId, InstrumentSet};

/// The least number of symbols for a table.
const MIN_TABLE: usize = if cfg!(test) { 3 } else { 256 };
/// A table has at least one symbol in so many instruments, and becomes a list below half of that.
const MAX_SPARSE: usize = 4;

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

impl TickFit {
    /// The relation of tick `seq` to a symbol that was sent up to another one.
    const fn of(seq: u64, sent: u64) -> Self {
        if seq == sent + 1 {
            Self::Next
        } else if seq > sent {
            Self::Gap
        } else {
            Self::Skip
        }
    }
}

/// The symbols of a cursor.
#[derive(Debug)]
pub enum Symbols {
    /// By instrument, ascending, with the seq up to which it was sent.
    List(Vec<(InstrumentId, u64)>),
    Table(Table),
}

/// Many symbols.
#[derive(Debug)]
pub struct Table {
    members: InstrumentSet,
    /// The number of instruments up to the last one that has been a member.
    span: usize,
    /// The seqs of the members. Those of other instruments mean nothing.
    seqs: Arc<SeqTable>,
}

impl Symbols {
    pub const fn new() -> Self {
        Self::List(Vec::new())
    }

    pub const fn len(&self) -> usize {
        match self {
            Self::List(list) => list.len(),
            Self::Table(table) => table.members.len(),
        }
    }

    /// The number of instruments up to the last symbol.
    pub fn span(&self) -> usize {
        match self {
            Self::List(list) => span_of(list),
            Self::Table(table) => table.span,
        }
    }

    /// The most memory that they take.
    pub fn bytes(&self) -> usize {
        match self {
            Self::List(list) => size_of_val(list.as_slice()),
            Self::Table(table) => {
                let chunks = table.span.div_ceil(CHUNK);
                chunks * (size_of::<usize>() + SeqTable::CHUNK_BYTES) + table.span / 8
            }
        }
    }

    pub fn contains(&self, id: InstrumentId) -> bool {
        match self {
            Self::List(list) => find(list, id).is_ok(),
            Self::Table(table) => table.members.contains(id),
        }
    }

    /// The seq of `id`, if that is one of the symbols.
    pub fn get(&self, id: InstrumentId) -> Option<u64> {
        match self {
            Self::List(list) => find(list, id).ok().map(|index| list[index].1),
            Self::Table(table) => table.members.contains(id).then(|| table.seqs.get(id)),
        }
    }

    /// Records tick `seq` of `id` if it is the next one.
    pub fn accept(&mut self, id: InstrumentId, seq: u64) -> TickFit {
        match self {
            Self::List(list) => {
                let Ok(index) = find(list, id) else { return TickFit::Skip };
                let sent = &mut list[index].1;
                let fit = TickFit::of(seq, *sent);
                if fit == TickFit::Next {
                    *sent = seq;
                }
                fit
            }
            Self::Table(table) if table.members.contains(id) => {
                let fit = TickFit::of(seq, table.seqs.get(id));
                if fit == TickFit::Next {
                    table.set(id, seq);
                }
                fit
            }
            Self::Table(_) => TickFit::Skip,
        }
    }

    /// Sets the seq of `id`. Returns whether that is one of the symbols.
    pub fn set(&mut self, id: InstrumentId, seq: u64) -> bool {
        match self {
            Self::List(list) => find(list, id).map(|index| list[index].1 = seq).is_ok(),
            Self::Table(table) => {
                let has = table.members.contains(id);
                if has {
                    table.set(id, seq);
                }
                has
            }
        }
    }

    /// The symbols, ascending by instrument.
    pub fn iter(&self) -> impl Iterator<Item = (InstrumentId, u64)> {
        let (list, table) = match self {
            Self::List(list) => (list.as_slice(), None),
            Self::Table(table) => (&[][..], Some(table)),
        };
        list.iter().copied().chain(table.into_iter().flat_map(Table::iter))
    }

    /// The symbols, if they are a list.
    pub const fn as_list(&self) -> Option<&Vec<(InstrumentId, u64)>> {
        match self {
            Self::List(list) => Some(list),
            Self::Table(_) => None,
        }
    }

    pub fn extend(&mut self, symbols: impl IntoIterator<Item = (InstrumentId, u64)>) {
        match self {
            Self::List(list) => {
                list.extend(symbols);
                list.sort_unstable_by_key(|(id, _)| *id);
                if list.len() >= MIN_TABLE && list.len() * MAX_SPARSE >= span_of(list) {
                    let mut table = Table::default();
                    table.extend(std::mem::take(list));
                    *self = Self::Table(table);
                }
            }
            Self::Table(table) => table.extend(symbols),
        }
    }

    /// Removes the symbols in `ids`, which is sorted. Returns those it had.
    pub fn remove(&mut self, ids: &[InstrumentId]) -> Vec<(InstrumentId, u64)> {
        let table = match self {
            Self::List(list) => return list.extract_if(.., |(id, _)| ids.binary_search(id).is_ok()).collect(),
            Self::Table(table) => table,
        };
        let removed = table.remove(ids);
        if table.members.len() * MAX_SPARSE * 2 < table.span {
            *self = Self::List(table.iter().collect());
        }
        removed
    }

    /// Compares symbols from a position on with those of a cache, whose seqs are `level`.
    ///
    /// `send` gets a symbol with its seq and returns the seq of the cache, or `None` to end before the symbol. Returns
    /// the position of the end, and whether all symbols up to there are exactly as in the cache.
    pub fn compare(
        &mut self,
        from: usize,
        level: impl FnOnce() -> Arc<SeqTable>,
        send: impl FnMut(InstrumentId, u64) -> Option<u64>,
    ) -> (usize, bool) {
        match self {
            Self::List(list) => compare_list(list, from, send),
            Self::Table(table) => table.compare(from, &level(), send),
        }
    }

    /// Returns whether `position` is behind the last symbol.
    pub const fn is_end(&self, position: usize) -> bool {
        match self {
            Self::List(list) => position >= list.len(),
            Self::Table(table) => position >= table.span,
        }
    }

    /// Shares the seqs of a cache that all symbols were sent exactly as far as.
    pub fn join(&mut self, level: impl FnOnce() -> Arc<SeqTable>) {
        if let Self::Table(table) = self {
            table.seqs = level();
        }
    }

    /// Records that a part of the symbols that have `changed` was sent, those in `range`, after the parts before it. The
    /// symbols are all of the epoch. `seq_of` is the seq of one in the cache, and `level` are all.
    pub fn follow(
        &mut self,
        (changed, range): (&[InstrumentId], Range<usize>),
        seq_of: impl Fn(InstrumentId) -> u64,
        level: impl FnOnce() -> Arc<SeqTable>,
    ) {
        match self {
            Self::List(list) => record_all(list, changed[range].iter().map(|id| (*id, seq_of(*id)))),
            Self::Table(table) => table.follow(changed, range, level()),
        }
    }

    /// Records that `ticks` were sent. The symbols are all of the epoch. `after` is the table that they lead to: it is
    /// made for the first cursor, and shared by the others.
    pub fn follow_ticks(
        &mut self,
        ticks: impl Iterator<Item = (InstrumentId, u64)>,
        after: &mut Option<Arc<SeqTable>>,
    ) {
        match self {
            Self::List(list) => record_all(list, ticks),
            Self::Table(table) => {
                table.seqs = Arc::clone(after.get_or_insert_with(|| {
                    ticks.for_each(|(id, seq)| table.set(id, seq));
                    Arc::clone(&table.seqs)
                }));
            }
        }
    }
}

fn span_of(list: &[(InstrumentId, u64)]) -> usize {
    list.last().map_or(0, |(id, _)| id.index() + 1)
}

fn find(list: &[(InstrumentId, u64)], id: InstrumentId) -> Result<usize, usize> {
    list.binary_search_by_key(&id, |(id, _)| *id)
}

/// Records seqs of a list of all symbols: each is at its own index.
fn record_all(list: &mut [(InstrumentId, u64)], seqs: impl Iterator<Item = (InstrumentId, u64)>) {
    for (id, seq) in seqs {
        list[id.index()].1 = seq;
    }
}

fn compare_list(
    list: &mut [(InstrumentId, u64)],
    from: usize,
    mut send: impl FnMut(InstrumentId, u64) -> Option<u64>,
) -> (usize, bool) {
    let (mut next, mut is_level) = (from, true);
    for (id, sent) in &mut list[from..] {
        let Some(seq) = send(*id, *sent) else { break };
        *sent = (*sent).max(seq);
        // A snapshot may be ahead of the cache: then the range of the common message would overlap.
        is_level &= *sent == seq;
        next += 1;
    }
    (next, is_level)
}

impl Default for Table {
    fn default() -> Self {
        Self { members: InstrumentSet::new(), span: 0, seqs: Arc::default() }
    }
}

impl Table {
    fn set(&mut self, id: InstrumentId, seq: u64) {
        if self.seqs.get(id) != seq {
            Arc::make_mut(&mut self.seqs).set(id, seq);
        }
    }

    fn iter(&self) -> impl Iterator<Item = (InstrumentId, u64)> {
        self.members.iter().map(|id| (id, self.seqs.get(id)))
    }

    fn extend(&mut self, symbols: impl IntoIterator<Item = (InstrumentId, u64)>) {
        let seqs = Arc::make_mut(&mut self.seqs);
        for (id, seq) in symbols {
            self.members.insert(id);
            self.span = self.span.max(id.index() + 1);
            seqs.grow(self.span);
            seqs.set(id, seq);
        }
    }

    fn remove(&mut self, ids: &[InstrumentId]) -> Vec<(InstrumentId, u64)> {
        let had = ids.iter().filter(|id| self.members.remove(**id));
        had.map(|id| (*id, self.seqs.get(*id))).collect()
    }

    /// See [`Symbols::follow`]. What did not change is the same before and after, so all chunks up to the first symbol
    /// that is still to be sent are those of the cache.
    fn follow(&mut self, changed: &[InstrumentId], range: Range<usize>, level: Arc<SeqTable>) {
        let Some(next) = changed.get(range.end) else {
            self.seqs = level;
            return;
        };
        let whole = next.index() / CHUNK;
        let seqs = Arc::make_mut(&mut self.seqs);
        (changed[range.start].index() / CHUNK..whole).for_each(|chunk| seqs.share(&level, chunk));
        for id in changed[range].iter().rev().take_while(|id| id.index() / CHUNK == whole) {
            seqs.set(*id, level.get(*id));
        }
    }

    /// See [`Symbols::compare`]. A chunk that is as in the cache is shared with it from then on.
    fn compare(
        &mut self,
        from: usize,
        level: &SeqTable,
        mut send: impl FnMut(InstrumentId, u64) -> Option<u64>,
    ) -> (usize, bool) {
        let (mut next, mut is_level) = (from, true);
        while next < self.span {
            let (begin, chunk) = (next, next / CHUNK);
            let end = ((chunk + 1) * CHUNK).min(self.span);
            if self.seqs.shares(level, chunk) {
                next = end;
                continue;
            }
            let mut is_ahead = false;
            while next < end {
                let id = InstrumentId(next as u32);
                if self.members.contains(id) {
                    let sent = self.seqs.get(id);
                    let Some(seq) = send(id, sent) else { break };
                    // A snapshot may be ahead of the cache: then the range of the common message would overlap.
                    is_ahead |= sent > seq;
                }
                next += 1;
            }
            is_level &= !is_ahead;
            self.take_from(level, begin, next);
            if next < end {
                break;
            }
        }
        (next, is_level)
    }

    /// Records that the symbols of one chunk in `begin..end` were sent as far as in `level`, or farther.
    fn take_from(&mut self, level: &SeqTable, begin: usize, end: usize) {
        let chunk = begin / CHUNK;
        let is_taken = |index: usize| (begin..end).contains(&index);
        let of_chunk = chunk * CHUNK..((chunk + 1) * CHUNK).min(self.span);
        let ids = || of_chunk.clone().map(|index| InstrumentId(index as u32)).filter(|id| self.members.contains(*id));
        let is_as_there = |id: InstrumentId| {
            let (ours, theirs) = (self.seqs.get(id), level.get(id));
            ours == theirs || (ours < theirs && is_taken(id.index()))
        };
        if ids().all(is_as_there) {
            Arc::make_mut(&mut self.seqs).share(level, chunk);
        } else {
            for id in (begin..end).map(|index| InstrumentId(index as u32)) {
                if self.members.contains(id) && self.seqs.get(id) < level.get(id) {
                    self.set(id, level.get(id));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;

//! A bounded list of the newest items that counts all items it ever held, and is cheap to copy.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

/// The items of one chunk, which copies share. Smaller chunks make copying slower, larger ones make each copy own more.
pub const CHUNK: usize = 64;

/// Returns the memory of a chunk of `bytes` in a ring, whose list may have room for twice its chunks.
pub const fn chunk_bytes<C>(bytes: usize) -> usize {
    bytes + 2 * size_of::<C>()
}

/// Returns the largest number of chunks that count in a ring of `capacity`: the first one may be dropped in part, and
/// the newest items are in none.
pub const fn chunks_of(capacity: usize) -> usize {
    capacity.div_ceil(CHUNK)
}

/// The form in which a [`Ring`] keeps 64 items that no longer change.
pub trait Chunk<T>: Clone {
    /// An item as readers get it.
    type Item<'c>
    where
        Self: 'c,
        T: 'c;

    /// Takes all items of a full list, and leaves the list empty.
    fn pack(items: &mut Vec<T>) -> Self;

    /// Returns item `at`, or nothing from `CHUNK` on.
    fn get(&self, at: usize) -> Option<Self::Item<'_>>;

    /// Returns an item that is not in a chunk yet, as readers get it.
    fn unpacked(item: &T) -> Self::Item<'_>;

    /// Estimates the memory of the chunk.
    fn bytes(&self) -> usize;
}

/// A chunk of the items as they are.
impl<T> Chunk<T> for Arc<[T]> {
    type Item<'c>
        = &'c T
    where
        T: 'c;

    fn pack(items: &mut Vec<T>) -> Self {
        items.drain(..).collect()
    }

    fn get(&self, at: usize) -> Option<&T> {
        self.as_ref().get(at)
    }

    fn unpacked(item: &T) -> &T {
        item
    }

    fn bytes(&self) -> usize {
        size_of_val(self.as_ref())
    }
}

/// The newest `capacity` items.
///
/// Item number `n` (from 0) keeps its number when older ones are dropped, so a reader that has seen `n` items can take
/// the rest. Copies share all items but the newest few, so that checkpoints of a market stay small.
#[derive(Clone, Debug)]
pub struct Ring<T, C = Arc<[T]>> {
    /// Full chunks, oldest first.
    chunks: VecDeque<C>,
    /// The oldest items in chunks and tail that are dropped. A chunk without any other items goes with the next push:
    /// until then its bytes can still be read.
    gone: usize,
    /// The newest items, less than one chunk.
    tail: Vec<T>,
    capacity: usize,
    total: u64,
}

/// The items that a reader has not seen.
#[derive(Debug)]
pub struct Since<I> {
    /// The number of items that were dropped before the reader came.
    pub missed: u64,
    /// The remaining items, oldest first.
    pub items: I,
}

impl<T, C> Ring<T, C> {
    /// Creates an empty ring that allocates as items come. A capacity of 0 becomes 1.
    pub const fn new(capacity: usize) -> Self {
        let capacity = if capacity == 0 { 1 } else { capacity };
        Self { chunks: VecDeque::new(), gone: 0, tail: Vec::new(), capacity, total: 0 }
    }

    /// Returns the number of items that were ever pushed.
    pub const fn total(&self) -> u64 {
        self.total
    }
}

impl<T, C: Chunk<T>> Ring<T, C> {
    /// Adds an item, and drops the oldest one beyond the capacity.
    pub fn push(&mut self, item: T) {
        self.tail.push(item);
        self.total += 1;
        if self.tail.len() == CHUNK {
            self.chunks.push_back(C::pack(&mut self.tail));
        }
        if self.held() > self.capacity {
            if self.gone == CHUNK {
                self.chunks.pop_front();
                self.gone = 0;
            }
            self.gone += 1;
        }
    }

    /// Lowers the capacity to `capacity`, and drops the oldest items beyond it. Returns the bytes of the chunks that
    /// counted before and do not any more; the last item is left out if `is_counted` is false.
    pub fn shrink(&mut self, capacity: usize, is_counted: bool) -> usize {
        self.capacity = self.capacity.min(capacity.max(1));
        let excess = self.held().saturating_sub(self.capacity);
        if excess == 0 {
            return 0;
        }
        // Without the last item one less is dropped.
        let dropped = |gone: usize| gone.saturating_sub(usize::from(!is_counted)) / CHUNK;
        let freed = self.chunks.range(dropped(self.gone)..dropped(self.gone + excess)).map(counted_bytes).sum();
        self.gone += excess;
        while self.gone > CHUNK {
            self.chunks.pop_front();
            self.gone -= CHUNK;
        }
        self.chunks.shrink_to_fit();
        freed
    }

    /// Reports whether the last item may have filled a chunk, or dropped the last item of one.
    #[inline]
    pub const fn is_at_chunk(&self) -> bool {
        self.tail.is_empty() || self.gone == CHUNK
    }

    /// Returns the bytes of the chunk that the last item has filled, and of the one whose last item it has dropped.
    pub fn counted_by_last(&self) -> (usize, usize) {
        let full = if self.tail.is_empty() { self.chunks.back().map_or(0, counted_bytes) } else { 0 };
        let dropped = if self.gone == CHUNK { self.chunks.front().map_or(0, counted_bytes) } else { 0 };
        (full, dropped)
    }

    /// Returns the bytes of all chunks that count; the last item is left out if `is_counted` is false.
    #[cfg(test)]
    pub fn counted(&self, is_counted: bool) -> usize {
        let all: usize = self.chunks.iter().map(counted_bytes).sum();
        let (full, dropped) = self.counted_by_last();
        if is_counted { all - dropped } else { all - full }
    }

    fn held(&self) -> usize {
        self.chunks.len() * CHUNK + self.tail.len() - self.gone
    }

    /// Returns the number of items held.
    pub fn len(&self) -> usize {
        self.held().min(self.capacity)
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the newest item.
    pub fn last(&self) -> Option<C::Item<'_>> {
        self.iter().next_back()
    }

    /// Returns item `at`, counted from the oldest one held.
    pub fn get(&self, at: usize) -> Option<C::Item<'_>> {
        let at = at + self.gone;
        match self.chunks.get(at / CHUNK) {
            Some(chunk) => chunk.get(at % CHUNK),
            None => self.tail.get(at - self.chunks.len() * CHUNK).map(C::unpacked),
        }
    }

    pub fn iter(&self) -> Iter<'_, T, C> {
        self.newest(usize::MAX)
    }

    /// Returns the newest `n` items, oldest first.
    pub fn newest(&self, n: usize) -> Iter<'_, T, C> {
        let len = self.len();
        Iter { ring: self, at: len.saturating_sub(n)..len }
    }

    /// Returns the items after the first `seen`.
    pub fn since(&self, seen: u64) -> Since<Iter<'_, T, C>> {
        let kept = self.len() as u64;
        let wanted = self.total.saturating_sub(seen);
        let missed = wanted.saturating_sub(kept);
        Since { missed, items: self.newest((wanted - missed) as usize) }
    }

    /// Copies the newest `n` items. The copy shares all chunks with this ring.
    #[must_use]
    pub fn copy_newest(&self, n: usize) -> Self
    where
        T: Clone,
    {
        let n = n.min(self.len());
        let tail = &self.tail[self.tail.len().saturating_sub(n)..];
        let in_chunks = n - tail.len();
        let chunks = in_chunks.div_ceil(CHUNK);
        Self {
            chunks: self.chunks.range(self.chunks.len() - chunks..).cloned().collect(),
            gone: chunks * CHUNK - in_chunks,
            tail: tail.to_vec(),
            capacity: n.max(1),
            total: self.total,
        }
    }

    /// Estimates the bytes that this ring does not share with `earlier`, an older copy of it.
    pub fn bytes_beyond(&self, earlier: Option<&Self>) -> usize {
        let new = self.total.saturating_sub(earlier.map_or(0, |earlier| earlier.total));
        let new_chunks = usize::try_from(new).unwrap_or(usize::MAX).saturating_sub(self.tail.len()).div_ceil(CHUNK);
        let own: usize = self.chunks.iter().rev().take(new_chunks).map(C::bytes).sum();
        own + self.tail.capacity() * size_of::<T>() + self.chunks.len() * size_of::<C>()
    }
}

impl<T, C: Chunk<T>> PartialEq for Ring<T, C>
where
    T: 'static,
    C: 'static,
    for<'c> C::Item<'c>: PartialEq,
{
    fn eq(&self, other: &Self) -> bool {
        (self.capacity, self.total) == (other.capacity, other.total) && self.iter().eq(other.iter())
    }
}

fn counted_bytes<T, C: Chunk<T>>(chunk: &C) -> usize {
    chunk_bytes::<C>(chunk.bytes())
}

/// An iterator over a part of a [`Ring`].
#[derive(Debug)]
pub struct Iter<'r, T, C> {
    ring: &'r Ring<T, C>,
    at: Range<usize>,
}

impl<T, C> Clone for Iter<'_, T, C> {
    fn clone(&self) -> Self {
        Self { ring: self.ring, at: self.at.clone() }
    }
}

impl<'r, T, C: Chunk<T>> Iterator for Iter<'r, T, C> {
    type Item = C::Item<'r>;

    fn next(&mut self) -> Option<Self::Item> {
        self.ring.get(self.at.next()?)
    }

    fn nth(&mut self, n: usize) -> Option<Self::Item> {
        self.ring.get(self.at.nth(n)?)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.at.size_hint()
    }
}

impl<T, C: Chunk<T>> DoubleEndedIterator for Iter<'_, T, C> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.ring.get(self.at.next_back()?)
    }
}

impl<T, C: Chunk<T>> ExactSizeIterator for Iter<'_, T, C> {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reader_gets_unseen_items_and_the_number_missed() {
        let mut ring: Ring<i32> = Ring::new(3);
        let seen = |ring: &Ring<i32>, n| {
            let since = ring.since(n);
            (since.missed, since.items.copied().collect::<Vec<_>>())
        };
        assert_eq!(seen(&ring, 0), (0, vec![]));
        for n in 0..5 {
            ring.push(n);
        }
        assert_eq!((ring.len(), ring.total()), (3, 5));
        assert_eq!(seen(&ring, 0), (2, vec![2, 3, 4]));
        assert_eq!(seen(&ring, 2), (0, vec![2, 3, 4]));
        assert_eq!(seen(&ring, 4), (0, vec![4]));
        assert_eq!(seen(&ring, 5), (0, vec![]));
        assert_eq!(seen(&ring, 9), (0, vec![]));
    }

    proptest! {
        #[test]
        fn shrunk_ring_goes_on_as_one_of_the_lower_capacity(
            capacity in 0usize..400,
            lower in 0usize..400,
            count in 0usize..700,
            shrunk_at in 0usize..700,
            is_counted in any::<bool>(),
        ) {
            let (mut ring, mut small): (Ring<usize>, Ring<usize>) =
                (Ring::new(capacity), Ring::new(lower.min(capacity)));
            for n in 0..count {
                if n == shrunk_at {
                    let copy = ring.clone();
                    let counted = ring.counted(is_counted);
                    prop_assert_eq!(counted - ring.shrink(lower, is_counted), ring.counted(is_counted));
                    prop_assert!(ring.total() == copy.total() && ring.iter().eq(copy.newest(ring.len())));
                }
                let counted = ring.counted(true);
                ring.push(n);
                small.push(n);
                let (full, dropped) = ring.counted_by_last();
                prop_assert_eq!(counted + full - dropped, ring.counted(true));
                prop_assert!(ring.counted(true) <= chunks_of(ring.capacity) * chunk_bytes::<Arc<[usize]>>(CHUNK * 8));
            }
            if shrunk_at < count {
                prop_assert_eq!(&ring, &small);
                prop_assert_eq!(ring.counted(true), small.counted(true));
                prop_assert!(ring.chunks.len() <= chunks_of(ring.capacity) + 1);
            }
        }

        #[test]
        fn ring_and_its_copies_hold_the_newest_items(
            capacity in 0usize..200,
            count in 0usize..500,
            copied_at in 0usize..500,
            wanted in 0usize..300,
        ) {
            let mut ring: Ring<usize> = Ring::new(capacity);
            let mut copy = ring.clone();
            for n in 0..count {
                if n == copied_at {
                    copy = ring.clone();
                }
                ring.push(n);
            }
            let capacity = capacity.max(1);
            prop_assert!(ring.iter().copied().eq(count.saturating_sub(capacity)..count));
            prop_assert!(ring.iter().rev().copied().eq((count.saturating_sub(capacity)..count).rev()));
            prop_assert_eq!((ring.len(), ring.total()), (count.min(capacity), count as u64));
            prop_assert_eq!(ring.last().copied(), count.checked_sub(1));
            prop_assert!(ring.copy_newest(wanted).iter().eq(ring.newest(wanted)));
            prop_assert!(ring.newest(wanted).copied().eq(count.saturating_sub(capacity.min(wanted))..count));
            let then = if copied_at < count { copied_at } else { 0 };
            prop_assert!(copy.iter().copied().eq(then.saturating_sub(capacity)..then));
            prop_assert_eq!(copy == ring, then == count);
        }
    }
}

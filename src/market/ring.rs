//! A bounded list of the newest items that counts all items it ever held, and is cheap to copy.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

/// The items of one chunk, which copies share. Smaller chunks make copying slower, larger ones make each copy own more.
const CHUNK: usize = 64;

/// The newest `capacity` items.
///
/// Item number `n` (from 0) keeps its number when older ones are dropped, so a reader that has seen `n` items can take
/// the rest. Copies share all items but the newest few, so that checkpoints of a market stay small.
#[derive(Clone, Debug)]
pub struct Ring<T> {
    /// Full chunks, oldest first. The first `gone` items of the first chunk are dropped.
    chunks: VecDeque<Arc<[T]>>,
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

impl<T> Ring<T> {
    /// Creates an empty ring that allocates as items come. A capacity of 0 becomes 1.
    pub const fn new(capacity: usize) -> Self {
        let capacity = if capacity == 0 { 1 } else { capacity };
        Self { chunks: VecDeque::new(), gone: 0, tail: Vec::new(), capacity, total: 0 }
    }

    /// Adds an item, and drops the oldest one beyond the capacity.
    pub fn push(&mut self, item: T) {
        self.tail.push(item);
        self.total += 1;
        if self.tail.len() == CHUNK {
            // A ring that filled one chunk will fill another.
            let full = std::mem::replace(&mut self.tail, Vec::with_capacity(CHUNK));
            self.chunks.push_back(full.into());
        }
        if self.held() > self.capacity {
            self.gone += 1;
            if self.gone == CHUNK {
                self.chunks.pop_front();
                self.gone = 0;
            }
        }
    }

    fn held(&self) -> usize {
        self.chunks.len() * CHUNK + self.tail.len() - self.gone
    }

    /// Returns the number of items that were ever pushed.
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// Returns the number of items held.
    pub fn len(&self) -> usize {
        self.held().min(self.capacity)
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the newest item.
    pub fn last(&self) -> Option<&T> {
        self.tail.last().or_else(|| self.chunks.back()?.last())
    }

    /// Returns item `at`, counted from the oldest one held.
    fn get(&self, at: usize) -> Option<&T> {
        let at = at + self.gone;
        match self.chunks.get(at / CHUNK) {
            Some(chunk) => chunk.get(at % CHUNK),
            None => self.tail.get(at - self.chunks.len() * CHUNK),
        }
    }

    pub fn iter(&self) -> Iter<'_, T> {
        self.newest(usize::MAX)
    }

    /// Returns the newest `n` items, oldest first.
    pub fn newest(&self, n: usize) -> Iter<'_, T> {
        let len = self.len();
        Iter { ring: self, at: len.saturating_sub(n)..len }
    }

    /// Returns the items after the first `seen`.
    pub fn since(&self, seen: u64) -> Since<Iter<'_, T>> {
        let kept = self.len() as u64;
        let wanted = self.total.saturating_sub(seen);
        let missed = wanted.saturating_sub(kept);
        Since { missed, items: self.newest((wanted - missed) as usize) }
    }

    /// Estimates the bytes that this ring does not share with `earlier`, an older copy of it.
    pub fn bytes_beyond(&self, earlier: Option<&Self>) -> usize {
        let new = self.total.saturating_sub(earlier.map_or(0, |earlier| earlier.total));
        let own = self.len().min(usize::try_from(new).unwrap_or(usize::MAX)).max(self.tail.len());
        own * size_of::<T>() + self.chunks.len() * size_of::<Arc<[T]>>()
    }
}

impl<T: PartialEq> PartialEq for Ring<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.capacity, self.total) == (other.capacity, other.total) && self.iter().eq(other.iter())
    }
}

/// An iterator over a part of a [`Ring`].
#[derive(Debug)]
pub struct Iter<'r, T> {
    ring: &'r Ring<T>,
    at: Range<usize>,
}

impl<T> Clone for Iter<'_, T> {
    fn clone(&self) -> Self {
        Self { ring: self.ring, at: self.at.clone() }
    }
}

impl<'r, T> Iterator for Iter<'r, T> {
    type Item = &'r T;

    fn next(&mut self) -> Option<&'r T> {
        self.ring.get(self.at.next()?)
    }

    fn nth(&mut self, n: usize) -> Option<&'r T> {
        self.ring.get(self.at.nth(n)?)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.at.size_hint()
    }
}

impl<T> DoubleEndedIterator for Iter<'_, T> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.ring.get(self.at.next_back()?)
    }
}

impl<T> ExactSizeIterator for Iter<'_, T> {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reader_gets_unseen_items_and_the_number_missed() {
        let mut ring = Ring::new(3);
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
        fn ring_and_its_copies_hold_the_newest_items(
            capacity in 0usize..200,
            count in 0usize..500,
            copied_at in 0usize..500,
            wanted in 0usize..300,
        ) {
            let mut ring = Ring::new(capacity);
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
            prop_assert!(ring.newest(wanted).copied().eq(count.saturating_sub(capacity.min(wanted))..count));
            let then = if copied_at < count { copied_at } else { 0 };
            prop_assert!(copy.iter().copied().eq(then.saturating_sub(capacity)..then));
            prop_assert_eq!(copy == ring, then == count);
        }
    }
}

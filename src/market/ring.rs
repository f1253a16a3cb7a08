//! A bounded list of the newest items that remembers how many there ever were.

use std::collections::VecDeque;

/// The newest `capacity` items. Item number `n` (from 0) keeps its number when older ones fall out, so a
/// reader that knows how many it has seen can ask for the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ring<T> {
    items: VecDeque<T>,
    capacity: usize,
    total: u64,
}

/// What a reader has not seen yet.
#[derive(Debug)]
pub struct Since<I> {
    /// Items that fell out before the reader came.
    pub missed: u64,
    /// The rest, oldest first.
    pub items: I,
}

impl<T> Ring<T> {
    /// An empty ring; memory is taken as items come. A capacity of 0 is raised to 1.
    pub fn new(capacity: usize) -> Self {
        Self { items: VecDeque::new(), capacity: capacity.max(1), total: 0 }
    }

    pub fn push(&mut self, item: T) {
        if self.items.len() == self.capacity {
            self.items.pop_front();
        }
        self.items.push_back(item);
        self.total += 1;
    }

    /// How many items were ever pushed.
    pub const fn total(&self) -> u64 {
        self.total
    }

    pub fn len(&self) -> usize {
        self.items.len()
    }

    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub fn last(&self) -> Option<&T> {
        self.items.back()
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + ExactSizeIterator {
        self.items.iter()
    }

    /// The newest `n` items, oldest first.
    pub fn newest(&self, n: usize) -> impl DoubleEndedIterator<Item = &T> + ExactSizeIterator {
        self.items.iter().skip(self.items.len().saturating_sub(n))
    }

    /// What follows the first `seen` items.
    pub fn since(&self, seen: u64) -> Since<impl DoubleEndedIterator<Item = &T> + ExactSizeIterator> {
        let kept = self.items.len() as u64;
        let wanted = self.total.saturating_sub(seen);
        let missed = wanted.saturating_sub(kept);
        Since { missed, items: self.newest((wanted - missed) as usize) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_gets_what_it_lacks_and_is_told_what_fell_out() {
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
}

//! A set of instruments.

use super::InstrumentId;

/// A set of instruments: a bit for each.
#[derive(Clone, Debug, Default)]
pub struct InstrumentSet {
    words: Vec<u64>,
    /// The words before this one are empty.
    first: usize,
    len: usize,
}

impl InstrumentSet {
    pub const fn new() -> Self {
        Self { words: Vec::new(), first: 0, len: 0 }
    }

    pub const fn len(&self) -> usize {
        self.len
    }

    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub fn contains(&self, id: InstrumentId) -> bool {
        let (word, bit) = place(id);
        self.words.get(word).is_some_and(|bits| bits & bit != 0)
    }

    /// Adds an instrument. Returns whether it is new.
    pub fn insert(&mut self, id: InstrumentId) -> bool {
        let (word, bit) = place(id);
        if word >= self.words.len() {
            self.words.reserve_exact(word + 1 - self.words.len());
            self.words.resize(word + 1, 0);
        }
        let is_new = self.words[word] & bit == 0;
        self.words[word] |= bit;
        self.first = self.first.min(word);
        self.len += usize::from(is_new);
        is_new
    }

    /// The instrument with the lowest index.
    pub fn first(&self) -> Option<InstrumentId> {
        let (word, bits) = self.words.iter().enumerate().skip(self.first).find(|(_, bits)| **bits != 0)?;
        Some(id(word, *bits))
    }

    /// The instruments, ascending.
    pub fn iter(&self) -> impl Iterator<Item = InstrumentId> {
        self.words.iter().enumerate().skip(self.first).flat_map(|(word, bits)| {
            let rest = std::iter::successors(Some(*bits), |bits| bits.checked_sub(1).map(|less| bits & less));
            rest.take_while(|bits| *bits != 0).map(move |bits| id(word, bits))
        })
    }

    /// Removes an instrument. Returns whether it was there.
    pub fn remove(&mut self, id: InstrumentId) -> bool {
        let is_there = self.contains(id);
        if is_there {
            let (word, bit) = place(id);
            self.words[word] &= !bit;
            self.len -= 1;
            self.shrink_if_empty();
        }
        is_there
    }

    /// Takes the instrument with the lowest index. The last one gives the memory back.
    pub fn pop_first(&mut self) -> Option<InstrumentId> {
        let first = self.first()?;
        let (word, bit) = place(first);
        self.words[word] &= !bit;
        (self.first, self.len) = (word, self.len - 1);
        self.shrink_if_empty();
        Some(first)
    }

    fn shrink_if_empty(&mut self) {
        if self.is_empty() {
            self.clear();
        }
    }

    /// Removes all instruments, and gives the memory back.
    pub fn clear(&mut self) {
        *self = Self::new();
    }
}

impl Extend<InstrumentId> for InstrumentSet {
    fn extend<I: IntoIterator<Item = InstrumentId>>(&mut self, ids: I) {
        for id in ids {
            self.insert(id);
        }
    }
}

impl FromIterator<InstrumentId> for InstrumentSet {
    fn from_iter<I: IntoIterator<Item = InstrumentId>>(ids: I) -> Self {
        let mut set = Self::new();
        set.extend(ids);
        set
    }
}

const fn place(id: InstrumentId) -> (usize, u64) {
    (id.index() / 64, 1 << (id.index() % 64))
}

/// The instrument of the lowest bit that is set.
const fn id(word: usize, bits: u64) -> InstrumentId {
    InstrumentId(word as u32 * 64 + bits.trailing_zeros())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn set_holds_what_a_tree_of_the_same_ids_holds(steps in proptest::collection::vec((0u32..300, 0..5), 0..200)) {
            let (mut set, mut model) = (InstrumentSet::new(), BTreeSet::new());
            for (n, kind) in steps {
                let id = InstrumentId(n);
                match kind {
                    0 => prop_assert_eq!(set.pop_first(), model.pop_first()),
                    1 => prop_assert_eq!(set.remove(id), model.remove(&id)),
                    _ => prop_assert_eq!(set.insert(id), model.insert(id)),
                }
                prop_assert_eq!((set.len(), set.is_empty()), (model.len(), model.is_empty()));
                prop_assert_eq!((set.first(), set.contains(id)), (model.first().copied(), model.contains(&id)));
            }
            prop_assert_eq!(set.iter().collect::<Vec<_>>(), model.iter().copied().collect::<Vec<_>>());
            let rest: Vec<_> = std::iter::from_fn(|| set.pop_first()).collect();
            prop_assert_eq!(rest, model.into_iter().collect::<Vec<_>>());
        }
    }
}

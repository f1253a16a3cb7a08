//! A table of the seqs up to which a whole market was sent, which sessions share as far as theirs agree.
//!
//! It lies in chunks. A copy shares all chunks, and a change copies only its own one: a session at the same flush as
//! another has the same table, and one that is behind has only the chunks that differ.

use std::sync::Arc;

use crate::market::InstrumentId;

/// Symbols in a chunk.
pub const CHUNK: usize = if cfg!(test) { 2 } else { 64 };

/// The seqs of a chunk, in as few bytes as the greatest one needs: it takes hours until a symbol has 65,536 ticks.
#[derive(Clone, Debug)]
enum Chunk {
    Short(Box<[u16; CHUNK]>),
    Long(Box<[u32; CHUNK]>),
    Full(Box<[u64; CHUNK]>),
}

/// A seq for each instrument, by its index.
#[derive(Clone, Debug, Default)]
pub struct SeqTable {
    chunks: Vec<Arc<Chunk>>,
}

impl Chunk {
    fn new(seqs: [u64; CHUNK]) -> Self {
        let greatest = seqs.into_iter().max().unwrap_or(0);
        if u16::try_from(greatest).is_ok() {
            Self::Short(Box::new(seqs.map(|seq| seq as u16)))
        } else if u32::try_from(greatest).is_ok() {
            Self::Long(Box::new(seqs.map(|seq| seq as u32)))
        } else {
            Self::Full(Box::new(seqs))
        }
    }

    fn get(&self, index: usize) -> u64 {
        match self {
            Self::Short(seqs) => seqs[index].into(),
            Self::Long(seqs) => seqs[index].into(),
            Self::Full(seqs) => seqs[index],
        }
    }

    fn set(&mut self, index: usize, seq: u64) {
        match self {
            Self::Short(seqs) if seq <= u16::MAX.into() => seqs[index] = seq as u16,
            Self::Long(seqs) if seq <= u32::MAX.into() => seqs[index] = seq as u32,
            Self::Full(seqs) => seqs[index] = seq,
            Self::Short(_) | Self::Long(_) => {
                let mut seqs = std::array::from_fn(|index| self.get(index));
                seqs[index] = seq;
                *self = Self::new(seqs);
            }
        }
    }
}

impl SeqTable {
    /// The most memory of a chunk, with its head.
    pub const CHUNK_BYTES: usize = CHUNK * size_of::<u64>() + 4 * size_of::<usize>();

    /// Makes room for `len` instruments. The new ones have seq 0.
    pub fn grow(&mut self, len: usize) {
        let chunks = len.div_ceil(CHUNK);
        if chunks > self.chunks.len() {
            let zeros = Arc::new(Chunk::new([0; CHUNK]));
            self.chunks.reserve_exact(chunks - self.chunks.len());
            self.chunks.resize(chunks, zeros);
        }
    }

    /// The seq of `id`; 0 beyond the end.
    pub fn get(&self, id: InstrumentId) -> u64 {
        self.chunks.get(id.index() / CHUNK).map_or(0, |chunk| chunk.get(id.index() % CHUNK))
    }

    /// Sets the seq of `id`, which has room. Copies its chunk if that is shared and changes.
    pub fn set(&mut self, id: InstrumentId, seq: u64) {
        let (chunk, index) = (&mut self.chunks[id.index() / CHUNK], id.index() % CHUNK);
        if chunk.get(index) != seq {
            Arc::make_mut(chunk).set(index, seq);
        }
    }

    /// Returns whether both tables share the chunk with this number.
    pub fn shares(&self, other: &Self, chunk: usize) -> bool {
        let both = self.chunks.get(chunk).zip(other.chunks.get(chunk));
        both.is_some_and(|(ours, theirs)| Arc::ptr_eq(ours, theirs))
    }

    /// Shares the chunk with this number with `other`, which has it too.
    pub fn share(&mut self, other: &Self, chunk: usize) {
        self.chunks[chunk] = Arc::clone(&other.chunks[chunk]);
    }
}

impl FromIterator<u64> for SeqTable {
    fn from_iter<I: IntoIterator<Item = u64>>(seqs: I) -> Self {
        let (mut seqs, mut chunks) = (seqs.into_iter().peekable(), Vec::new());
        while seqs.peek().is_some() {
            let mut chunk = [0; CHUNK];
            chunk.iter_mut().zip(&mut seqs).for_each(|(place, seq)| *place = seq);
            chunks.push(Arc::new(Chunk::new(chunk)));
        }
        chunks.shrink_to_fit();
        Self { chunks }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn table_holds_seqs_of_any_size(steps in prop::collection::vec((0u32..5, 0u32..64, 0u64..3), 0..40)) {
            let (mut table, mut model) = (SeqTable::default(), vec![0; 5]);
            table.grow(5);
            for (n, bits, less) in steps {
                let seq = (1u64 << bits).wrapping_sub(less);
                let before = table.clone();
                table.set(InstrumentId(n), seq);
                prop_assert!((0..5).all(|n| before.get(InstrumentId(n)) == model[n as usize]), "a copy stays");
                model[n as usize] = seq;
                prop_assert!((0..5).all(|n| table.get(InstrumentId(n)) == model[n as usize]));
            }
            let collected: SeqTable = model.iter().copied().collect();
            prop_assert!((0..5).all(|n| collected.get(InstrumentId(n)) == model[n as usize]));
            prop_assert_eq!(table.get(InstrumentId(99)), 0);
        }
    }
}

//! The symbol at the front of a text, compared as one word.
//!
//! Rows of hundreds of symbols come in turns. A symbol of up to 15 bytes is a word of 16 with its end cut off, and a
//! table that is indexed by a few bits of the word finds its number without a hash of the text.

/// The words kept, a power of two.
const SLOTS: usize = 1_024;
/// 2^64 divided by the golden ratio (Knuth, "The Art of Computer Programming", 6.4: multiplicative hashing).
const FIBONACCI: u64 = 0x9e37_79b9_7f4a_7c15;

/// The bytes of a symbol, the first one lowest, zeros behind them, and their number in the highest byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SymbolWord(u128);

impl SymbolWord {
    /// The word of the cell at the front of a text, and the length of the cell. `None` where the cell is empty, has
    /// more than 15 bytes, or the text ends within 16.
    #[inline]
    pub fn of(text: &[u8], delimiter: u8) -> Option<(Self, usize)> {
        let word = u128::from_le_bytes(*text.first_chunk()?);
        let ends = zeros(word ^ each(delimiter)) | zeros(word ^ each(b'\n')) | zeros(word ^ each(b'\r'));
        // The lowest bit is that of the first end; others may be wrong.
        let length = ends.trailing_zeros() / 8;
        let cut = || word & ((1 << (8 * length)) - 1) | u128::from(length) << 120;
        (1..16).contains(&length).then(|| (Self(cut()), length as usize))
    }

    const fn slot(self) -> usize {
        let folded = (self.0 ^ (self.0 >> 64)) as u64;
        (folded.wrapping_mul(FIBONACCI) >> (u64::BITS - SLOTS.trailing_zeros())) as usize
    }
}

/// A word of this byte alone.
const fn each(byte: u8) -> u128 {
    u128::from_le_bytes([byte; 16])
}

/// Sets the highest bit of the first byte that is zero, and no bit below it.
///
/// Alan Mycroft's test; Henry S. Warren, "Hacker's Delight", 6-1.
const fn zeros(word: u128) -> u128 {
    word.wrapping_sub(each(1)) & !word & each(0x80)
}

/// The memory of the table of words of a file.
pub const SYMBOL_WORDS_BYTES: usize = SLOTS * size_of::<(SymbolWord, u32)>();

/// The numbers of symbols by their words.
#[derive(Clone, Debug, Default)]
pub struct SymbolWords {
    /// Empty until a second symbol comes.
    slots: Vec<(SymbolWord, u32)>,
    last: (SymbolWord, usize),
}

impl SymbolWords {
    #[inline]
    pub fn get(&mut self, word: SymbolWord) -> Option<usize> {
        if self.last.0 != word {
            let (known, number) = *self.slots.get(word.slot())?;
            if known != word {
                return None;
            }
            self.last = (word, number as usize);
        }
        Some(self.last.1)
    }

    /// Keeps the number of a word, in place of another one with the same slot.
    pub fn insert(&mut self, word: SymbolWord, number: usize) {
        if self.last.0 != SymbolWord::default() {
            self.slots.resize(SLOTS, (SymbolWord::default(), 0));
        }
        if let (Some(slot), Ok(number)) = (self.slots.get_mut(word.slot()), u32::try_from(number)) {
            *slot = (word, number);
        }
        self.last = (word, number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn word_ends_where_the_cell_does(text in "[ -~\0]{0,20}[,\n\r]?[ -~\u{e9}]{0,20}") {
            let text = text.as_bytes();
            let end = text.iter().position(|byte| b",\n\r".contains(byte)).unwrap_or(text.len());
            let want = (text.len() >= 16 && (1..16).contains(&end)).then(|| {
                let mut word = [0; 16];
                word[..end].copy_from_slice(&text[..end]);
                word[15] = end as u8;
                (SymbolWord(u128::from_le_bytes(word)), end)
            });
            prop_assert_eq!(SymbolWord::of(text, b','), want);
        }
    }

    #[test]
    fn number_is_that_of_the_word() {
        let word = |n: usize| SymbolWord::of(format!("S{n},345678901234567890").as_bytes(), b',').unwrap().0;
        let mut words = SymbolWords::default();
        for _ in 0..2 {
            for n in 0..3 * SLOTS {
                if words.get(word(n)) != Some(n) {
                    assert_eq!(words.get(word(n)), None);
                    words.insert(word(n), n);
                }
                assert_eq!(words.get(word(n)), Some(n));
            }
        }
        assert!((0..3 * SLOTS).filter(|n| words.get(word(*n)).is_some()).count() > SLOTS / 2);
    }
}

//! The randomness of a simulation: one stream of the seed for each part, so that one part's draws change no other's.

use std::ops::Range;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A stream of random numbers.
pub struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream of number `part` of a seed.
    pub fn new(seed: u64, part: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(b"tickcast");
        let mut rng = ChaCha8Rng::from_seed(key);
        rng.set_stream(part);
        Self(rng)
    }

    /// A number of the range, each as likely as any other.
    pub fn within(&mut self, range: Range<u64>) -> u64 {
        range.start + self.0.next_u64() % (range.end - range.start)
    }

    /// True in `percent` of all cases.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.within(0..100) < percent
    }

    /// One of the items.
    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.within(0..items.len() as u64) as usize]
    }

    /// The bytes of a mask or of noise.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.0.next_u32() as u8)
    }
}

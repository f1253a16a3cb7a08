//! Where the simulator's randomness comes from: one ChaCha8 stream for each symbol and purpose.
//!
//! Invariant: the key is the seed and the stream is 1 + a hash of the ticker, so what a symbol draws is a
//! function of (seed, symbol) alone, whatever else is listed or drawn. Stream 0 is left to what all
//! symbols may one day share.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// What draws are for; each purpose has its own stream, so more of one never moves another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Tape,
    History,
}

impl Purpose {
    /// What follows the ticker in the hashed text; no ticker ends like this.
    const fn suffix(self) -> &'static str {
        match self {
            Self::Tape => "",
            Self::History => "\0history",
        }
    }
}

/// The start of the stream of `symbol` for `purpose`.
pub fn stream(seed: u64, symbol: &str, purpose: Purpose) -> ChaCha8Rng {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    let mut rng = ChaCha8Rng::from_seed(key);
    let bytes = symbol.bytes().chain(purpose.suffix().bytes());
    rng.set_stream(fnv1a(bytes).wrapping_add(1));
    rng
}

/// True `eighths` times in eight.
pub fn chance(rng: &mut ChaCha8Rng, eighths: u32) -> bool {
    rng.next_u32() >> 29 < eighths
}

/// FNV-1a, 64 bits: <http://www.isthe.com/chongo/tech/comp/fnv/>. Stable for ever, unlike std's hasher.
pub fn fnv1a(bytes: impl IntoIterator<Item = u8>) -> u64 {
    bytes.into_iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_published_one() {
        assert_eq!(fnv1a(*b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(*b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv1a(*b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn streams_differ_by_seed_symbol_and_purpose() {
        let first = |seed, symbol, purpose| stream(seed, symbol, purpose).next_u64();
        let one = first(7, "AAPL", Purpose::Tape);
        assert_eq!(one, first(7, "AAPL", Purpose::Tape));
        for other in [
            first(8, "AAPL", Purpose::Tape),
            first(7, "MSFT", Purpose::Tape),
            first(7, "AAPL", Purpose::History),
            first(7 << 32, "AAPL", Purpose::Tape),
        ] {
            assert_ne!(one, other);
        }
    }
}

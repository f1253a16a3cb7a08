//! Where the simulator's randomness comes from: ChaCha8 streams, and the distributions drawn from them.
//!
//! Invariants: the key is the seed and the stream a hash of whose draws they are, so what a symbol draws is a
//! function of (seed, symbol) alone, whatever else is listed; each distribution takes a fixed number of words,
//! so what one draw was for never moves the next.
//!
//! The distributions are inversions over [`elementary`](super::elementary) and not `rand_distr`'s: those take
//! `exp` and `ln` from the platform or from a library, as any crate in the build (proptest does) may decide
//! for all. Tests hold them against `rand_distr`.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::elementary::{ln, pow};

/// The words of a stream that one cell (a second) may draw before it reaches those of the next.
const CELL_WORDS: u32 = 20;

/// A source of random numbers.
#[derive(Clone, Debug)]
pub struct SimRng(ChaCha8Rng);

impl SimRng {
    /// The stream of `owner` for `purpose`; no owner's name ends like a purpose.
    pub fn new(seed: u64, owner: &str, purpose: &str) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        let mut rng = ChaCha8Rng::from_seed(key);
        let bytes = owner.bytes().chain([0]).chain(purpose.bytes());
        rng.set_stream(fnv1a(bytes));
        Self(rng)
    }

    /// Goes to the draws of `cell`, however many those before it took.
    pub fn seek(&mut self, cell: u64) {
        self.0.set_word_pos(u128::from(cell) << CELL_WORDS);
    }

    #[inline]
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Uniform on the open interval from 0 to 1.
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        ((self.bits() >> 11) as f64 + 0.5) * (1.0 / 9_007_199_254_740_992.0)
    }

    #[inline]
    pub fn chance(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// A mean of 1: the inversion `-ln U` (Devroye, *Non-Uniform Random Variate Generation*, 1986, II.2).
    #[inline]
    pub fn exponential(&mut self) -> f64 {
        -ln(self.uniform())
    }

    /// Mean 0, variance 1: the inverse of the normal distribution, to 1e-7.
    #[inline]
    pub fn normal(&mut self) -> f64 {
        normal_quantile(self.uniform())
    }

    /// Student's t with four degrees of freedom, its variance 2: a normal over the root of a mean of squares, of
    /// which `2 E` is two (Devroye, IX.5).
    pub fn student(&mut self) -> f64 {
        let z = self.normal();
        z / ((self.exponential() + self.exponential()) / 2.0).sqrt()
    }

    /// Pareto from 1 on: P(X > x) = x^-alpha, for `inverse` = 1 / alpha.
    #[inline]
    pub fn pareto(&mut self, inverse: f64) -> f64 {
        pow(self.uniform(), -inverse)
    }
}

/// PPND7 of Wichura, algorithm AS 241, *Applied Statistics* 37 (1988) 477.
#[inline]
fn normal_quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        let above = ((59.109_374_720 * r + 159.291_132_02) * r + 50.434_271_938) * r + 3.387_132_717_9;
        let below = ((67.187_563_600 * r + 78.757_757_664) * r + 17.895_169_469) * r + 1.0;
        return q * above / below;
    }
    let r = (-ln(if q < 0.0 { p } else { 1.0 - p })).sqrt();
    let tail = if r <= 5.0 {
        let r = r - 1.6;
        let above = ((0.170_238_211_03 * r + 1.306_728_481_6) * r + 2.756_815_390_0) * r + 1.423_437_277_7;
        above / ((0.120_211_329_75 * r + 0.737_001_642_50) * r + 1.0)
    } else {
        let r = r - 5.0;
        let above = ((0.017_337_203_997 * r + 0.428_682_943_37) * r + 3.081_226_386_0) * r + 6.657_905_115_0;
        above / ((0.012_258_202_635 * r + 0.241_978_942_25) * r + 1.0)
    };
    if q < 0.0 { -tail } else { tail }
}

/// FNV-1a, 64 bits: <http://www.isthe.com/chongo/tech/comp/fnv/>. Stable for ever, unlike std's hasher.
pub fn fnv1a(bytes: impl IntoIterator<Item = u8>) -> u64 {
    bytes.into_iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_distr::{Distribution, Exp1, Pareto, StandardNormal, StudentT};

    fn rng(owner: &str) -> SimRng {
        SimRng::new(7, owner, "test")
    }

    #[test]
    fn the_hash_is_the_published_one() {
        assert_eq!(fnv1a(*b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(*b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv1a(*b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn streams_differ_by_seed_owner_and_purpose() {
        let first = |seed, owner, purpose| SimRng::new(seed, owner, purpose).bits();
        let one = first(7, "AAPL", "tape");
        assert_eq!(one, first(7, "AAPL", "tape"));
        for other in [
            first(8, "AAPL", "tape"),
            first(7, "MSFT", "tape"),
            first(7, "AAPL", "news"),
            first(7 << 32, "AAPL", "tape"),
        ] {
            assert_ne!(one, other);
        }
    }

    #[test]
    fn a_cells_draws_do_not_depend_on_those_before() {
        let (mut one, mut other) = (rng("A"), rng("A"));
        for _ in 0..1_000 {
            other.bits();
        }
        one.seek(5);
        other.seek(5);
        assert_eq!(one.bits(), other.bits());
    }

    /// The largest distance between two empirical distributions (Kolmogorov and Smirnov).
    fn check(name: &str, mut ours: impl FnMut(&mut SimRng) -> f64, theirs: impl Distribution<f64>) {
        const N: usize = 60_000;
        let (mut a, mut b) = (rng(name), rng("theirs"));
        let mut x: Vec<_> = (0..N).map(|_| ours(&mut a)).collect();
        let mut y: Vec<_> = (0..N).map(|_| theirs.sample(&mut b.0)).collect();
        x.sort_by(f64::total_cmp);
        y.sort_by(f64::total_cmp);
        let mut j = 0;
        let distance = x.iter().enumerate().map(|(i, v)| {
            while j < N && y[j] <= *v {
                j += 1;
            }
            (i as f64 - j as f64).abs() / N as f64
        });
        let distance = distance.fold(0.0, f64::max);
        // The 0.1 % point is 1.95 sqrt(2 / N).
        assert!(distance < 1.95 * (2.0 / N as f64).sqrt(), "{name}: {distance}");
    }

    #[test]
    fn distributions_are_those_of_rand_distr() {
        check("normal", SimRng::normal, StandardNormal);
        check("exponential", SimRng::exponential, Exp1);
        check("student", SimRng::student, StudentT::new(4.0).unwrap());
        check("pareto", |rng| rng.pareto(1.0 / 1.5), Pareto::new(1.0, 1.5).unwrap());
    }

    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (p, z) in [
            (0.5, 0.0),
            (0.975, 1.959_964),
            (0.025, -1.959_964),
            (0.999, 3.090_232),
            (1e-9, -5.997_807),
            (1e-15, -7.941_345),
        ] {
            assert!((normal_quantile(p) - z).abs() < 2e-6, "{p}: {}", normal_quantile(p));
        }
    }
}

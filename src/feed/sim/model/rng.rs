//! Randomness of the simulator: ChaCha8 streams, and the distributions drawn from them.
//!
//! Invariants: the key is the seed and the stream a hash of owner and purpose, so a symbol's draws are a function of
//! (seed, symbol) alone, whatever else is listed. The bytes are the same on every machine and in every build.
//!
//! `rand_distr` draws the normal and the exponential with the ziggurat: 99 draws in 100 are a product of a random
//! word and a table entry, exact everywhere. Only its last layer returns a logarithm, and that may be the platform's:
//! Cargo lets any crate of a build switch `num-traits` to it. So the tails are drawn here, out of exponentials. Every
//! other distribution is made of these two with `libm`.

use libm::exp;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_distr::{Distribution, Exp1, StandardNormal};

/// Words of a stream that one second may draw before it reaches those of the next.
const SECOND_WORDS: u32 = 20;
/// Where the last layers of the ziggurats begin in `rand_distr` 0.6.0.
const NORMAL_TAIL: f64 = 3.654_152_885_361_009;
const EXPONENTIAL_TAIL: f64 = 7.697_117_470_131_05;

/// A stream of random numbers.
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

    /// Goes to the draws of `second`, however many the seconds before it took.
    pub fn seek(&mut self, second: u64) {
        self.0.set_word_pos(u128::from(second) << SECOND_WORDS);
    }

    /// 64 random bits.
    #[inline]
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A uniform number in the open interval from 0 to 1.
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        ((self.bits() >> 11) as f64 + 0.5) * (1.0 / 9_007_199_254_740_992.0)
    }

    /// True with this probability.
    #[inline]
    pub fn chance(&mut self, probability: f64) -> bool {
        f64::from(self.0.next_u32()) * (1.0 / 4_294_967_296.0) < probability
    }

    /// An exponential number of mean 1.
    #[inline]
    pub fn exponential(&mut self) -> f64 {
        let x: f64 = Exp1.sample(&mut self.0);
        if x < EXPONENTIAL_TAIL { x } else { self.exponential_tail() }
    }

    /// The exponential has no memory: beyond any point it begins anew.
    #[cold]
    fn exponential_tail(&mut self) -> f64 {
        EXPONENTIAL_TAIL + self.exponential()
    }

    /// A normal number of mean 0 and variance 1.
    #[inline]
    pub fn normal(&mut self) -> f64 {
        let x: f64 = StandardNormal.sample(&mut self.0);
        if x.abs() < NORMAL_TAIL { x } else { self.normal_tail().copysign(x) }
    }

    /// A normal number beyond [`NORMAL_TAIL`]: Marsaglia 1964, *Technometrics* 6:101.
    #[cold]
    fn normal_tail(&mut self) -> f64 {
        loop {
            let beyond = self.exponential() / NORMAL_TAIL;
            if 2.0 * self.exponential() > beyond * beyond {
                return NORMAL_TAIL + beyond;
            }
        }
    }

    /// Student's t with four degrees of freedom, its variance 2: a normal over the root of a mean of four squares, of
    /// which `2 E` is two (Devroye, *Non-Uniform Random Variate Generation*, 1986, IX.5).
    pub fn student(&mut self) -> f64 {
        let z = self.normal();
        z / ((self.exponential() + self.exponential()) / 2.0).sqrt()
    }

    /// A Pareto number from 1 on: P(X > x) = x^-alpha, for `inverse` = 1 / alpha (Devroye, II.2).
    #[inline]
    pub fn pareto(&mut self, inverse: f64) -> f64 {
        exp(inverse * self.exponential())
    }

    /// A log-normal number: its logarithm has the mean `mu` and the deviation `sigma`.
    pub fn log_normal(&mut self, mu: f64, sigma: f64) -> f64 {
        exp(mu + sigma * self.normal())
    }
}

/// FNV-1a, 64 bits: <http://www.isthe.com/chongo/tech/comp/fnv/>. Stable for ever, unlike std's hasher.
pub fn fnv1a(bytes: impl IntoIterator<Item = u8>) -> u64 {
    bytes.into_iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use libm::{log, pow};
    use rand_distr::{LogNormal, Pareto, StudentT};

    fn rng(owner: &str) -> SimRng {
        SimRng::new(7, owner, "test")
    }

    #[test]
    fn fnv1a_gives_the_published_hashes() {
        assert_eq!(fnv1a(*b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(*b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv1a(*b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn streams_differ_by_seed_owner_and_purpose() {
        let first = |seed, owner, purpose| SimRng::new(seed, owner, purpose).bits();
        let one = first(7, "AAPL", "fast");
        assert_eq!(one, first(7, "AAPL", "fast"));
        for other in [
            first(8, "AAPL", "fast"),
            first(7, "MSFT", "fast"),
            first(7, "AAPL", "slow"),
            first(7 << 32, "AAPL", "fast"),
        ] {
            assert_ne!(one, other);
        }
    }

    #[test]
    fn draws_of_a_second_do_not_depend_on_those_before() {
        let (mut one, mut other) = (rng("A"), rng("A"));
        for _ in 0..1_000 {
            other.bits();
        }
        one.seek(5);
        other.seek(5);
        assert_eq!(one.bits(), other.bits());
    }

    /// Compares two empirical distributions by their largest distance (Kolmogorov and Smirnov).
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
        check("student", SimRng::student, StudentT::new(4.0).unwrap());
        check("pareto", |rng| rng.pareto(1.0 / 1.5), Pareto::new(1.0, 1.5).unwrap());
        check("log-normal", |rng| rng.log_normal(0.5, 1.1), LogNormal::new(0.5, 1.1).unwrap());
    }

    #[test]
    fn tails_are_as_heavy_as_they_should_be() {
        const N: usize = 4_000_000;
        let mut rng = rng("tails");
        let mut beyond = |limit: f64, draw: fn(&mut SimRng) -> f64| {
            let tail: Vec<_> = (0..N).map(|_| draw(&mut rng).abs() - limit).filter(|x| *x > 0.0).collect();
            (tail.len() as f64 / N as f64, tail.iter().sum::<f64>() / tail.len() as f64)
        };
        // The chance of being beyond, and the mean distance there: of the normal by its Mills ratio.
        for (name, (chance, mean), (chance_due, mean_due)) in [
            ("normal", beyond(NORMAL_TAIL, SimRng::normal), (2.580_3e-4, 0.242_9)),
            ("exponential", beyond(EXPONENTIAL_TAIL, SimRng::exponential), (4.541_3e-4, 1.0)),
        ] {
            assert!((chance / chance_due - 1.0).abs() < 0.1, "{name}: {chance}");
            assert!((mean / mean_due - 1.0).abs() < 0.1, "{name}: {mean}");
        }
    }

    #[test]
    fn bits_are_the_same_on_every_machine() {
        let functions = [exp(1.0), exp(-3.7), log(10.0), log(0.3), pow(2.0, 0.45)];
        let mut rng = rng("A");
        let draws = [
            rng.normal(),
            rng.exponential(),
            rng.normal_tail(),
            rng.exponential_tail(),
            rng.student(),
            rng.pareto(0.6),
            rng.log_normal(0.0, 1.0),
        ];
        assert_eq!(functions.map(f64::to_bits), FUNCTIONS, "{:#x?}", functions.map(f64::to_bits));
        assert_eq!(draws.map(f64::to_bits), DRAWS, "{:#x?}", draws.map(f64::to_bits));
    }

    const FUNCTIONS: [u64; 5] = [
        0x4005_bf0a_8b14_576a,
        0x3f99_511f_c687_1044,
        0x4002_6bb1_bbb5_5516,
        0xbff3_4378_fcbd_a721,
        0x3ff5_db4d_073c_7920,
    ];
    const DRAWS: [u64; 7] = [
        0x3f8f_cbfe_e7ea_4f13,
        0x3fc6_30fd_5d1f_139d,
        0x400f_2833_3cc1_edfb,
        0x401e_da2c_9c9c_a814,
        0x3fed_8d44_d3c3_c1f8,
        0x3ff1_3c9a_b60d_2b72,
        0x3ff4_4c74_9d68_2921,
    ];
}

//! The sizes of trades: preferred numbers, a log-normal body, and a Pareto tail.
//!
//! Large trades fall off as P(V > x) ~ x^-3/2 (Gopikrishnan et al. 2000, *Phys. Rev. E* 62:R4493), and people
//! like round numbers (Mu et al. 2009, arXiv:0812.1512). A table stands for all but the tail, so that a draw is
//! a look-up.

use std::f64::consts::LN_2;

use libm::{exp, log};

use crate::feed::sim::model::parameters;
use crate::feed::sim::model::rng::SimRng;

/// The entries of the table.
const ENTRIES: usize = 1_024;
/// The entry that stands for the tail.
const TAIL: u32 = 0;
/// The largest trade, in units.
const LARGEST: f64 = 2e6;
/// Every second size beyond this many tail beginnings is a multiple of [`ROUND_LOT`].
const ROUND_LOT: u64 = 100;

/// Sizes of one class, in units of the listing.
#[derive(Debug)]
pub struct Sizes {
    table: Box<[u32; ENTRIES]>,
    tail_from: f64,
    inverse_alpha: f64,
    /// The price impact of a trade of 2^n units, against one of the median size.
    impact: [f64; 32],
    mean: f64,
}

impl Sizes {
    /// Draws the table of a class. It is the same for every seed: a class does not change its habits.
    pub fn new(model: &parameters::SizeParameters) -> Self {
        let mut rng = SimRng::new(0, "", "sizes");
        let tail = (model.tail_share * ENTRIES as f64).ceil() as usize;
        let mut table = vec![TAIL; tail];
        for &(size, share) in model.preferred {
            table.resize(table.len() + (share * ENTRIES as f64) as usize, size);
        }
        while table.len() < ENTRIES {
            let size = rng.log_normal(log(model.median), model.sigma);
            if size < model.tail_from {
                table.push(size.ceil() as u32);
            }
        }
        let body: f64 = table.iter().map(|size| f64::from(*size)).sum::<f64>() / ENTRIES as f64;
        let tail_mean = model.tail_share * model.tail_from * model.tail_alpha / (model.tail_alpha - 1.0);
        // Concave in volume, as measured impact is: 0.3 stands for the low end of the exponents in the literature.
        let impact = |n: f64| (0.35 + 0.65 * exp(0.3 * (n * LN_2 - log(model.median)))).clamp(0.45, 3.0);
        let table = table.into_boxed_slice().try_into().expect("invariant: the table was filled to its length");
        Self {
            table,
            tail_from: model.tail_from,
            inverse_alpha: 1.0 / model.tail_alpha,
            impact: std::array::from_fn(|n| impact(n as f64)),
            mean: body + tail_mean,
        }
    }

    /// The mean size, in units.
    pub const fn mean(&self) -> f64 {
        self.mean
    }

    /// Draws the size of a trade, in units.
    #[inline]
    pub fn draw(&self, rng: &mut SimRng) -> u64 {
        match self.table[(rng.bits() >> 54) as usize] {
            TAIL => self.large(rng),
            size => u64::from(size),
        }
    }

    /// Draws a size of the tail.
    #[cold]
    fn large(&self, rng: &mut SimRng) -> u64 {
        let size = (self.tail_from * rng.pareto(self.inverse_alpha)).min(LARGEST) as u64;
        if size.is_multiple_of(2) { size } else { (size / ROUND_LOT).max(1) * ROUND_LOT }
    }

    /// Draws a quoted size, in units, from ten random bits.
    #[inline]
    pub fn quoted(&self, bits: u64) -> u64 {
        let size = self.table[bits as usize % ENTRIES];
        u64::from(if size == TAIL { self.tail_from as u32 } else { size }) * (1 + (bits >> 8 & 3))
    }

    /// The impact of a trade of `size` units against one of the median size.
    #[inline]
    pub fn impact(&self, size: u64) -> f64 {
        self.impact[(u64::BITS - size.leading_zeros()).min(31) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::sim::model::parameters::Model;
    use crate::market::AssetClass;

    fn drawn(class: AssetClass, n: usize) -> Vec<u64> {
        let (sizes, mut rng) = (Sizes::new(&Model::of(class).sizes), SimRng::new(7, "A", "test"));
        (0..n).map(|_| sizes.draw(&mut rng)).collect()
    }

    #[test]
    fn sizes_are_above_zero_and_mostly_round() {
        let sizes = drawn(AssetClass::Stock, 50_000);
        let hundreds = sizes.iter().filter(|size| **size == 100).count();
        assert!(sizes.iter().all(|size| *size > 0));
        assert!((0.4..0.5).contains(&(hundreds as f64 / 50_000.0)), "{hundreds}");
    }

    #[test]
    fn the_tail_falls_as_its_exponent_says() {
        for (class, from) in [(AssetClass::Stock, 1_000), (AssetClass::Crypto, 1_200)] {
            let sizes = drawn(class, 2_000_000);
            let beyond = |x: u64| sizes.iter().filter(|size| **size > x).count() as f64;
            let alpha = (beyond(2 * from) / beyond(16 * from)).ln() / 8f64.ln();
            assert!((1.3..1.8).contains(&alpha), "{class:?}: {alpha}");
        }
    }

    #[test]
    fn the_mean_is_that_of_the_draws() {
        let sizes = drawn(AssetClass::Index, 2_000_000);
        let mean = sizes.iter().sum::<u64>() as f64 / sizes.len() as f64;
        let expected = Sizes::new(&Model::of(AssetClass::Index).sizes).mean();
        assert!((0.8..1.2).contains(&(mean / expected)), "{mean} against {expected}");
    }
}

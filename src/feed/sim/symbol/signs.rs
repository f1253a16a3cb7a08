//! The signs of orders: who is the aggressor, with the long memory that splitting large orders gives them.
//!
//! A few metaorders are worked at a time; each order is the next child of one of them, drawn at random. Their
//! lengths have a Pareto tail, so signs stay correlated over hundreds of orders (Lillo, Mike and Farmer 2005,
//! arXiv:cond-mat/0412708). What is expected of the next sign is known, so that only the surprise moves the
//! price and prices stay unpredictable although signs are not.

use crate::feed::sim::model::parameters::{Flow, MOST_WORKED};
use crate::feed::sim::model::rng::SimRng;

/// The longest metaorder, in orders.
const LONGEST: f64 = 20_000.0;

/// The sign of an order, and its surprise.
#[derive(Clone, Copy, Debug)]
pub struct Sign {
    pub buys: bool,
    /// The sign minus its expectation, between -2 and 2.
    pub surprise: f64,
}

/// A large order that is worked in many small ones.
#[derive(Clone, Copy, Debug)]
struct Metaorder {
    sign: i32,
    left: u32,
}

/// The signs of orders, which follow a few metaorders.
#[derive(Clone, Debug)]
pub struct Signs {
    /// The metaorders that are worked: the first [`Flow::worked`] of them.
    worked: [Metaorder; MOST_WORKED],
    /// The metaorder that traded last.
    last: usize,
    inverse_alpha: f64,
}

impl Signs {
    /// Draws the metaorders that are worked at the start.
    pub fn new(flow: &Flow, rng: &mut SimRng) -> Self {
        let metaorder =
            |_| Metaorder { sign: if rng.chance(0.5) { 1 } else { -1 }, left: 1 + (rng.bits() % 20) as u32 };
        Self { worked: [0; MOST_WORKED].map(metaorder), last: 0, inverse_alpha: 1.0 / flow.alpha }
    }

    /// Draws the sign of the next order. In a `burst` the order before is likely to go on. New metaorders buy with the
    /// probability `buying`.
    #[inline]
    pub fn next(&mut self, flow: &Flow, burst: bool, buying: f64, rng: &mut SimRng) -> Sign {
        let worked = &self.worked[..flow.worked];
        let calm = (1.0 - flow.coin) * worked.iter().map(|m| m.sign).sum::<i32>() as f64 / flow.worked as f64;
        let expected =
            if burst { flow.burst * f64::from(self.worked[self.last].sign) + (1.0 - flow.burst) * calm } else { calm };
        let sign = if burst && rng.chance(flow.burst) {
            self.child(self.last, buying, rng)
        } else {
            let bits = rng.bits();
            let coin = (bits >> 32) as f64 * (1.0 / 4_294_967_296.0) < flow.coin;
            match coin {
                true => 1 - 2 * (bits & 1) as i32,
                false => self.child(((bits & 0xffff) as usize * flow.worked) >> 16, buying, rng),
            }
        };
        Sign { buys: sign > 0, surprise: f64::from(sign) - expected }
    }

    /// Takes the next child of a metaorder; after the last one another metaorder takes its place.
    #[inline]
    fn child(&mut self, index: usize, buying: f64, rng: &mut SimRng) -> i32 {
        self.last = index;
        let metaorder = &mut self.worked[index];
        let sign = metaorder.sign;
        metaorder.left -= 1;
        if metaorder.left == 0 {
            metaorder.sign = if rng.chance(buying) { 1 } else { -1 };
            metaorder.left = rng.pareto(self.inverse_alpha).min(LONGEST).ceil() as u32;
        }
        sign
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::sim::model::parameters::Model;
    use crate::market::AssetClass;

    fn flow() -> &'static Flow {
        &Model::of(AssetClass::Stock).flow
    }

    fn signs(n: usize, buying: f64) -> Vec<Sign> {
        let mut rng = SimRng::new(7, "A", "test");
        let mut signs = Signs::new(flow(), &mut rng);
        (0..n).map(|_| signs.next(flow(), false, buying, &mut rng)).collect()
    }

    fn correlation(signs: &[Sign], lag: usize) -> f64 {
        let value = |sign: &Sign| if sign.buys { 1.0 } else { -1.0 };
        let pairs = signs.iter().zip(&signs[lag..]);
        pairs.map(|(a, b)| value(a) * value(b)).sum::<f64>() / (signs.len() - lag) as f64
    }

    #[test]
    fn signs_remember_and_forget_slowly() {
        let signs = signs(400_000, 0.5);
        let at = [1, 10, 100].map(|lag| correlation(&signs, lag));
        assert!(at[0] > 0.1 && at[0] > at[1] && at[1] > at[2] && at[2] > 0.004, "{at:?}");
    }

    #[test]
    fn surprises_are_zero_on_average_whatever_was_expected() {
        let signs = signs(400_000, 0.5);
        let mean = signs.iter().map(|s| s.surprise).sum::<f64>() / signs.len() as f64;
        assert!(mean.abs() < 0.02, "{mean}");
        let next = signs.windows(2).map(|pair| if pair[0].buys { 1.0 } else { -1.0 } * pair[1].surprise);
        let predicted = next.sum::<f64>() / signs.len() as f64;
        assert!(predicted.abs() < 0.01, "{predicted}");
    }

    #[test]
    fn a_crowd_that_buys_makes_buyers() {
        let share = signs(50_000, 0.85).iter().filter(|s| s.buys).count() as f64 / 50_000.0;
        assert!((0.7..0.9).contains(&share), "{share}");
    }
}

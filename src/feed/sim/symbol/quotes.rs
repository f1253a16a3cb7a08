//! The best bid and ask: whole ticks, which follow a latent price from some distance.
//!
//! The quote stays while the latent price is in a zone around its middle and follows when it leaves (Robert
//! and Rosenbaum 2011, *J. Financial Econometrics* 9:344). So prices are discrete, most trades leave the quote
//! alone, and trades at alternating sides bounce without any price having moved.
//!
//! Invariant: 1 <= bid < ask.

use crate::feed::sim::model::rng::SimRng;

/// The part of the mean spread that is drawn, and the rest of a narrow one: the mean then is that of the model.
const DRAWN: f64 = 0.9;
const OPENING: f64 = 0.12;
/// The largest price that is quoted, in tick sizes: far above any listed price, and exact as a whole number.
pub const MOST_PRICE: f64 = 1e12;

/// The best bid and ask, in tick sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BestQuote {
    pub bid: i64,
    pub ask: i64,
}

/// The target of quoting in one second.
#[derive(Clone, Copy, Debug, Default)]
pub struct Aim {
    /// The mean spread beyond one tick, in ticks.
    pub beyond: f64,
    /// The largest distance of the latent price from the middle, in ticks.
    pub zone: f64,
}

impl BestQuote {
    /// Places both sides around a latent price.
    pub fn around(price: f64, spread: i64) -> Self {
        let bid = (price.min(MOST_PRICE) - spread as f64 / 2.0 + 0.5) as i64;
        let bid = bid.max(1);
        Self { bid, ask: bid + spread.max(1) }
    }

    /// The distance from bid to ask.
    pub const fn spread(&self) -> i64 {
        self.ask - self.bid
    }

    /// Revises the quote by the latent price; `redraw` draws a new spread, too.
    #[inline]
    pub fn revised(self, price: f64, aim: &Aim, redraw: bool, rng: &mut SimRng) -> Self {
        let spread = if redraw { drawn_spread(aim.beyond, rng) } else { self.refilled(aim.beyond) };
        let middle = (self.bid + self.ask) as f64 * 0.5;
        if spread == self.spread() && (price - middle).abs() <= aim.zone {
            return self;
        }
        Self::around(price, spread)
    }

    /// Brings back a side that a sweep pushed away: half the excess at each revision.
    fn refilled(self, beyond: f64) -> i64 {
        let usual = 1 + (beyond + 0.5) as i64;
        let excess = self.spread() - usual;
        self.spread() - if excess > 0 { (excess + 1) / 2 } else { 0 }
    }

    /// Moves the side that a buyer or seller hits outward by `ticks`.
    pub fn pushed(self, buys: bool, ticks: i64) -> Self {
        if buys { Self { ask: self.ask + ticks, ..self } } else { Self { bid: (self.bid - ticks).max(1), ..self } }
    }

    /// The price that a buyer or seller hits.
    pub const fn hit(&self, buys: bool) -> i64 {
        if buys { self.ask } else { self.bid }
    }
}

/// Draws a spread: one tick and an exponential rest. The addend lets a spread of one tick open now and then.
fn drawn_spread(beyond: f64, rng: &mut SimRng) -> i64 {
    1 + (rng.exponential() * beyond * DRAWN + OPENING * beyond.min(1.0)) as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const AIM: Aim = Aim { beyond: 1.5, zone: 0.75 };

    proptest! {
        #[test]
        fn quotes_are_never_crossed_nor_at_zero(
            price in 0.0..1e7f64,
            beyond in 0.02..50.0f64,
            push in 0i64..1_000,
            seed in any::<u64>(),
        ) {
            let mut rng = SimRng::new(seed, "A", "test");
            let mut book = BestQuote::around(price, 1);
            for step in 0..50 {
                let target = price * (1.0 + f64::from(step) * 1e-3);
                book = book.revised(target, &Aim { beyond, ..AIM }, step % 4 == 0, &mut rng);
                book = book.pushed(step % 2 == 0, push);
                prop_assert!(1 <= book.bid && book.bid < book.ask, "{book:?}");
            }
        }
    }

    #[test]
    fn a_quote_stays_until_the_price_leaves_its_zone() {
        let mut rng = SimRng::new(7, "A", "test");
        let book = BestQuote { bid: 100, ask: 102 };
        assert_eq!(book.revised(101.7, &AIM, false, &mut rng), book);
        assert_eq!(book.revised(101.8, &AIM, false, &mut rng), BestQuote { bid: 101, ask: 103 });
    }

    #[test]
    fn a_swept_side_comes_back_by_halves() {
        let mut rng = SimRng::new(7, "A", "test");
        let mut book = BestQuote { bid: 100, ask: 102 }.pushed(true, 8);
        let mut spreads = Vec::new();
        for _ in 0..5 {
            spreads.push(book.spread());
            book = book.revised(101.0, &AIM, false, &mut rng);
        }
        assert_eq!(spreads, [10, 6, 4, 3, 3]);
    }
}

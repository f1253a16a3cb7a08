//! The meaning of a price of 0: a price among others near it (spreads, rates), and otherwise that there is none.

use std::collections::HashMap;
use std::hash::Hash;

/// Among more steps than these, the two widest are those of a wrong price.
const FEW_STEPS: usize = 8;
/// A price of 0 is at most this many times as far from the price before as the widest other step.
const MAX_STEPS: f64 = 4.0;
/// Or it is within this share of the largest price.
const NEAR_SHARE: f64 = 0.05;

/// The prices of one column in the order of the file.
#[derive(Default)]
struct PriceSteps {
    last: Option<f64>,
    largest: f64,
    smallest: Option<f64>,
    steps: Vec<f64>,
    /// The largest distance of a price of 0 from the price before, or else behind it.
    farthest_zero: f64,
    begins_with_zero: bool,
    is_negative: bool,
}

impl PriceSteps {
    fn add(&mut self, price: f64) {
        if price == 0.0 {
            match self.last {
                Some(last) => self.farthest_zero = self.farthest_zero.max(last.abs()),
                None => self.begins_with_zero = true,
            }
            return;
        }
        match self.last {
            Some(last) => self.steps.push((price - last).abs()),
            None if self.begins_with_zero => self.farthest_zero = price.abs(),
            None => {}
        }
        self.is_negative |= price < 0.0;
        self.largest = self.largest.max(price.abs());
        self.smallest = Some(self.smallest.map_or(price.abs(), |smallest| smallest.min(price.abs())));
        self.last = Some(price);
    }

    fn widest_step(&self) -> f64 {
        let mut steps = self.steps.clone();
        steps.sort_unstable_by(|a, b| b.total_cmp(a));
        let wrong = if steps.len() > FEW_STEPS { 2 } else { 0 };
        steps.get(wrong).copied().unwrap_or(0.0)
    }

    /// The prices come near 0: to its own zeros, or where it has none, to where one would be.
    fn is_near_zero(&self) -> bool {
        let Some(smallest) = self.smallest else { return false };
        let has_zeros = self.farthest_zero > 0.0;
        let distance = if has_zeros { self.farthest_zero } else { smallest };
        let is_share = has_zeros && !self.begins_with_zero && distance <= self.largest * NEAR_SHARE;
        let widest = self.widest_step();
        self.is_negative || distance <= widest * MAX_STEPS && widest > 0.0 || is_share
    }
}

/// Tells whether a zero is a price. `prices` are those of all columns, each with the series that it belongs to.
pub fn is_price<S: Eq + Hash>(prices: impl Iterator<Item = (S, f64)>) -> bool {
    let mut all: HashMap<S, PriceSteps> = HashMap::new();
    for (series, price) in prices {
        all.entry(series).or_default().add(price);
    }
    let with_zeros = |steps: &&PriceSteps| steps.farthest_zero > 0.0 || steps.begins_with_zero;
    let has_zeros = all.values().any(|steps| with_zeros(&steps));
    let mut decisive = all.values().filter(|steps| !has_zeros || with_zeros(steps)).peekable();
    decisive.peek().is_some() && decisive.all(PriceSteps::is_near_zero)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(prices: &[f64], want: bool) {
        assert_eq!(is_price(prices.iter().map(|price| (0, *price))), want, "{prices:?}");
    }

    #[test]
    fn zero_is_a_price_among_prices_near_it() {
        check(&[0.25, 0.0, -0.25, 0.5], true);
        check(&[5.25, 5.0, 0.25, 0.25, 0.0], true);
        check(&[5.25, 5.25, 0.08, 0.07, 0.0], true);
        check(&[18.27, -37.63, 10.01], true);
        check(&[2.0, 1.0, 0.0, 1.0], true);
    }

    #[test]
    fn zero_is_no_price_far_from_the_others() {
        check(&[42250.77, 0.0, 42251.77], false);
        check(&[0.0, 3406.0, 3407.0], false);
        check(&[440.0, 445.0, 448.0, 447.0, 0.0, 0.0], false);
        check(&[0.00002853, 0.0, 0.00002858], false);
        check(&[0.0, 0.0], false);
        check(&[10.0, 10.1, 10.2, 10.1, 101.0, 10.1, 10.0, 0.0, 10.1, 10.2, 10.3], false);
        check(&[10.5, 10.6], false);
        check(&[], false);
    }

    #[test]
    fn prices_of_other_symbols_are_no_steps() {
        let prices = [("A", 1.0), ("B", 400.0), ("A", 1.1), ("B", 0.0), ("A", 1.2), ("B", 401.0)];
        assert!(!is_price(prices.into_iter()));
    }
}

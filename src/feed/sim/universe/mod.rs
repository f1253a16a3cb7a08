//! The instruments that are listed: forty with names, and generated stocks beyond them.
//!
//! Invariants: symbols are unique, and classes are kept together.
//!
//! Not here: the moves of a listing (`symbol`).

mod generated;
pub mod listing;
mod named;

use self::listing::Listing;
use self::named::{NAMED, Row};
use crate::market::AssetClass;

/// The number of instruments that have names.
pub const NAMED_COUNT: usize = NAMED.len();
/// The largest number of instruments.
pub const MAX_SYMBOLS: usize = 10_000;

/// A choice of instruments. Counts out of range are brought into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Universe {
    /// All classes: the named instruments, and generated stocks beyond them.
    Mixed(usize),
    /// One class. Only stocks are generated beyond the named instruments.
    Class(AssetClass, usize),
}

impl Universe {
    /// Returns the number of instruments to list.
    pub const fn count(self) -> usize {
        let (Self::Mixed(count) | Self::Class(_, count)) = self;
        count
    }

    /// Returns the listings, of which the generated ones follow from `seed`.
    pub fn listings(self, seed: u64) -> Vec<Listing> {
        match self {
            Self::Mixed(count) => listings(count, seed),
            Self::Class(class, count) => of_class(class, count, seed),
        }
    }
}

/// Returns `count` listings, from 1 to [`MAX_SYMBOLS`].
///
/// Fewer than all named ones are taken at even distances, so that a short list has something of each class, too.
pub fn listings(count: usize, seed: u64) -> Vec<Listing> {
    let count = count.clamp(1, MAX_SYMBOLS);
    let named = count.min(NAMED_COUNT);
    let mut all: Vec<_> = (0..named).map(|n| NAMED[n * NAMED_COUNT / named].listing()).collect();
    all.extend(generated::stocks(seed).take(count - named));
    all
}

/// Returns up to `count` listings of one class.
fn of_class(class: AssetClass, count: usize, seed: u64) -> Vec<Listing> {
    let named = NAMED.iter().filter(|row| row.sector.class() == class).map(Row::listing);
    let stocks = (class == AssetClass::Stock).then(|| generated::stocks(seed)).into_iter().flatten();
    named.chain(stocks).take(count.clamp(1, MAX_SYMBOLS)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use AssetClass::{Crypto, Fx, Index, Stock};

    use super::*;

    #[test]
    fn symbols_are_unique_up_to_the_maximum() {
        let all = listings(usize::MAX, 7);
        assert_eq!(all.len(), MAX_SYMBOLS);
        assert_eq!(all.iter().map(|l| &l.symbol).collect::<HashSet<_>>().len(), MAX_SYMBOLS);
    }

    #[test]
    fn classes_are_kept_together() {
        let mut classes: Vec<_> = listings(40, 7).iter().map(Listing::class).collect();
        classes.dedup();
        assert_eq!(classes, [Stock, Index, Crypto, Fx]);
    }

    #[test]
    fn listings_are_plausible() {
        for listing in listings(2_000, 7) {
            let symbol = &listing.symbol;
            assert!(listing.price.0 >= 500, "{symbol}: a tick is at most 0.2 % of the price");
            let spread = listing.spread_ticks / listing.price.0 as f64;
            assert!(listing.spread_ticks >= 1.0 && spread < 0.002, "{symbol}: a spread of less than 20 bp");
            assert!((1.0..=20.0).contains(&listing.per_second), "{symbol}");
            assert!((0.03..1.0).contains(&listing.volatility), "{symbol}");
            assert!(listing.unit > 0 && listing.beta.abs() < 1.2, "{symbol}");
            let shared = listing.model().returns.class_share * listing.beta * listing.beta;
            assert!(shared + listing.model().returns.sector_share <= 0.98 || listing.class() == Index, "{symbol}");
        }
    }

    #[test]
    fn short_list_has_something_of_each_class() {
        let classes = |count| listings(count, 7).iter().map(Listing::class).collect::<HashSet<_>>().len();
        assert_eq!([classes(1), classes(8), classes(40)], [1, 4, 4]);
    }

    #[test]
    fn listing_is_the_same_in_every_list() {
        let all = listings(500, 7);
        for (short, symbol) in [(2, "AAPL"), (60, all[55].symbol.as_ref())] {
            let find = |list: &[Listing]| format!("{:?}", list.iter().find(|l| l.symbol == symbol).unwrap());
            assert_eq!(find(&listings(short, 7)), find(&all));
        }
    }

    #[test]
    fn class_is_listed_as_far_as_it_goes() {
        for (class, count, listed) in [(Stock, 500, 500), (Index, 9, 2), (Crypto, 4, 4), (Fx, 0, 1)] {
            assert_eq!(Universe::Class(class, count).listings(7).len(), listed, "{class:?}");
        }
    }

    #[test]
    fn grids_are_those_of_the_written_prices() {
        let all = listings(40, 7);
        let check = |symbol: &str, tick: &str, lot: &str| {
            let instrument = all.iter().find(|l| l.symbol == symbol).unwrap().instrument();
            assert_eq!(instrument.price_increment.as_decimal().to_string(), tick, "{symbol}");
            assert_eq!(instrument.size_increment.as_decimal().to_string(), lot, "{symbol}");
        };
        check("AAPL", "0.01", "1");
        check("BTC-USD", "0.1", "0.0001");
        check("DOGE-USD", "0.000001", "0.1");
        check("EURUSD", "0.00001", "1");
        check("USDJPY", "0.001", "1");
    }
}

//! The instruments of all files together: a symbol is one instrument in whichever files it occurs.

use std::collections::HashMap;

use super::place::Grid;
use super::report::FileKind;
use super::scan::{self, Digits, Scan};
use super::steps::Steps;
use crate::market::{AssetClass, Instrument, InstrumentId, Interval, PriceBasis};

pub struct Catalog {
    pub instruments: Vec<Instrument>,
    pub ids: HashMap<String, InstrumentId>,
}

struct Found {
    symbol: String,
    traded: bool,
    prices: Digits,
    sizes: Digits,
    interval: Option<Interval>,
    is_exact: bool,
}

impl Catalog {
    /// Instruments in the order in which the files name them.
    pub fn of(scans: &[Scan]) -> Self {
        let mut ids = HashMap::new();
        let mut all: Vec<Found> = Vec::new();
        for scan in scans {
            for (one, interval) in scan.symbols.iter().zip(bar_intervals(scan)) {
                let next = InstrumentId(u32::try_from(all.len()).unwrap_or(u32::MAX));
                let id = *ids.entry(one.symbol.clone()).or_insert(next);
                if id == next {
                    all.push(Found::new(&one.symbol));
                }
                let found = &mut all[id.index()];
                found.traded |= one.traded;
                found.prices.merge(one.prices);
                found.sizes.merge(one.sizes);
                found.interval = found.interval.into_iter().chain(interval).min();
                found.is_exact &= scan.is_exact;
            }
        }
        Self { instruments: all.into_iter().map(Found::into_instrument).collect(), ids }
    }
}

impl Found {
    fn new(symbol: &str) -> Self {
        let symbol = symbol.to_owned();
        let (prices, sizes) = (Digits::default(), Digits::default());
        Self { symbol, traded: false, prices, sizes, interval: None, is_exact: true }
    }

    fn into_instrument(self) -> Instrument {
        let Grid { price, size } = scan::grid(self.prices, self.sizes, self.is_exact);
        Instrument {
            symbol: self.symbol,
            name: String::new(),
            class: AssetClass::Unknown,
            price_increment: price,
            price_digits: self.prices.usual().min(price.decimals()),
            size_increment: size,
            basis: if self.traded { PriceBasis::Trade } else { PriceBasis::Bid },
            synthesised_from: self.interval,
        }
    }
}

/// The bar length of each symbol of a file; `None` where its rows are no bars.
///
/// A symbol with a single bar takes the length of the others and, where there is none, a day for a date
/// and a minute for a time.
pub fn bar_intervals(scan: &Scan) -> impl Iterator<Item = Option<Interval>> {
    let mut together = Steps::default();
    scan.symbols.iter().for_each(|one| together.merge(&one.steps));
    let alone = if scan.dates_only { Interval::D1 } else { Interval::M1 };
    let others = together.median().unwrap_or(alone);
    let are_bars = scan.layout.kind == FileKind::Bars;
    scan.symbols.iter().map(move |one| are_bars.then(|| one.steps.median().unwrap_or(others)))
}

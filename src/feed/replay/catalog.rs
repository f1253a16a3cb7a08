//! The instruments of all files together: a symbol is one instrument in whichever files it occurs.

use std::collections::HashMap;

use super::place::Grid;
use super::report::FileKind;
use super::scan::{Digits, Scan};
use super::steps::Steps;
use crate::market::{AssetClass, Instrument, InstrumentId, Interval, PriceBasis};

pub struct Catalog {
    pub instruments: Vec<Instrument>,
    pub ids: HashMap<String, InstrumentId>,
    /// A number might not fit its instrument's grid: the files must be scanned again to tell which.
    pub may_overflow: bool,
}

#[derive(Default)]
struct Found {
    symbol: String,
    traded: bool,
    prices: Digits,
    sizes: Digits,
    interval: Option<Interval>,
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
                    all.push(Found { symbol: one.symbol.clone(), ..Found::default() });
                }
                let found = &mut all[id.index()];
                found.traded |= one.traded;
                found.prices.merge(one.prices);
                found.sizes.merge(one.sizes);
                found.interval = found.interval.into_iter().chain(interval).min();
            }
        }
        let may_overflow = all.iter().any(|found| found.prices.may_overflow() || found.sizes.may_overflow());
        Self { instruments: all.into_iter().map(Found::into_instrument).collect(), ids, may_overflow }
    }

    pub fn grids(&self) -> HashMap<String, Grid> {
        let grid = |i: &Instrument| Grid { price: i.price_increment, size: i.size_increment };
        self.instruments.iter().map(|i| (i.symbol.clone(), grid(i))).collect()
    }
}

impl Found {
    fn into_instrument(self) -> Instrument {
        Instrument {
            symbol: self.symbol,
            name: String::new(),
            class: AssetClass::Unknown,
            price_increment: self.prices.increment(),
            price_digits: self.prices.usual(),
            size_increment: self.sizes.increment(),
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
    let are_bars = scan.layout.shape.kind() == FileKind::Bars;
    scan.symbols.iter().map(move |one| are_bars.then(|| one.steps.median().unwrap_or(others)))
}

//! The instruments of all files together. A symbol is one instrument, in whichever files it occurs.

use std::collections::HashMap;

use super::bars;
use super::precision::{self, Precision};
use super::scan::Scan;
use crate::feed::replay::rows::Grid;
use crate::feed::replay::schema::{BarLength, FileKind, IntervalCounts};
use crate::market::{AssetClass, Instrument, InstrumentId, Interval, Levels, PriceBasis, Timestamp};

/// The instruments of a replay, and their ids by symbol.
pub struct Catalog {
    pub instruments: Vec<Instrument>,
    pub ids: HashMap<String, InstrumentId>,
}

/// The facts of an instrument, gathered from all files that have its symbol.
struct InstrumentFacts {
    symbol: String,
    traded: bool,
    prices: Precision,
    sizes: Precision,
    interval: Option<Interval>,
    is_exact: bool,
}

impl Catalog {
    /// Gathers instruments in the order in which the files name them.
    pub fn of(scans: &[Scan]) -> Self {
        let mut ids = HashMap::new();
        let mut all: Vec<InstrumentFacts> = Vec::new();
        for scan in scans {
            for (one, interval) in scan.symbols.iter().zip(bar_intervals(scan)) {
                let next = InstrumentId(u32::try_from(all.len()).unwrap_or(u32::MAX));
                let id = *ids.entry(one.symbol.clone()).or_insert(next);
                if id == next {
                    all.push(InstrumentFacts::new(&one.symbol));
                }
                let facts = &mut all[id.index()];
                facts.traded |= one.traded;
                facts.prices.merge(one.prices);
                facts.sizes.merge(one.sizes);
                facts.interval = facts.interval.into_iter().chain(interval).min();
                facts.is_exact &= scan.is_exact;
            }
        }
        Self { instruments: all.into_iter().map(InstrumentFacts::into_instrument).collect(), ids }
    }

    /// The most levels of the books of each instrument.
    pub fn levels(&self, scans: &[Scan]) -> Levels {
        let mut levels = vec![0u8; self.instruments.len()];
        for scan in scans {
            for one in &scan.symbols {
                let of_symbol = &mut levels[self.ids[&one.symbol].index()];
                *of_symbol = (*of_symbol).max(scan.layout.book_levels() as u8);
            }
        }
        if levels.iter().all(|count| *count == 0) { Levels::None } else { Levels::Books(levels.into()) }
    }
}

impl InstrumentFacts {
    fn new(symbol: &str) -> Self {
        let symbol = symbol.to_owned();
        let (prices, sizes) = (Precision::default(), Precision::default());
        Self { symbol, traded: false, prices, sizes, interval: None, is_exact: true }
    }

    fn into_instrument(self) -> Instrument {
        let Grid { price, size } = precision::grid(self.prices, self.sizes, self.is_exact);
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

/// The times of the first and the last tick of a file.
pub fn span(scan: &Scan) -> (Timestamp, Timestamp) {
    let first = scan.symbols.iter().map(|one| one.first).min();
    let last = scan.symbols.iter().zip(bar_intervals(scan));
    let last = last.map(|(one, bar)| bar.map_or(one.last, |interval| bars::last_tick(one.last, interval))).max();
    (first.unwrap_or_default(), last.unwrap_or_default())
}

/// The bar length of each symbol of a file; `None` where its rows are no bars.
///
/// A symbol with a single bar takes the length of the others. Where there are no others, it is a day for a date and a
/// minute for a date with a clock.
pub fn bar_lengths(scan: &Scan) -> impl Iterator<Item = Option<BarLength>> {
    let mut together = IntervalCounts::default();
    scan.symbols.iter().for_each(|one| together.merge(&one.intervals));
    let single = if scan.dates_only { Interval::D1 } else { Interval::M1 };
    let others = together.length().unwrap_or(single.into());
    let are_bars = scan.layout.kind == FileKind::Bars;
    scan.symbols.iter().map(move |one| are_bars.then(|| one.intervals.length().unwrap_or(others)))
}

/// The interval within which the bars of each symbol play; `None` where its rows are no bars.
pub fn bar_intervals(scan: &Scan) -> impl Iterator<Item = Option<Interval>> {
    bar_lengths(scan).map(|length| length.map(BarLength::interval))
}

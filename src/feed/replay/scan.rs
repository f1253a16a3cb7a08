//! The first pass over a file: which symbols it has, how fine their numbers are, whether it is sorted.
//!
//! Keeps a few numbers a symbol and nothing a row, so a file of any length can be scanned.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use super::error::{Problem, ReplayError};
use super::open::open;
use super::place::Grid;
use super::report::{Reason, Refusal, Refusals};
use super::row::{Row, Rows, Values};
use super::sniff::{Layout, sniff};
use super::steps::Steps;
use super::{ReplayConfig, name};
use crate::market::{Decimal, Increment, MAX_DECIMALS, Timestamp};

/// What the first pass found in one file.
#[derive(Clone, Debug)]
pub struct Scan {
    pub layout: Arc<Layout>,
    pub symbols: Vec<SymbolScan>,
    /// Rows that play.
    pub rows: u64,
    pub refusals: Refusals,
    pub sorted: bool,
    /// Some times were written without a zone.
    pub zoneless: bool,
    /// No time was written with a clock.
    pub dates_only: bool,
    latest: Timestamp,
}

#[derive(Clone, Debug)]
pub struct SymbolScan {
    pub symbol: String,
    pub rows: u64,
    /// Some row had a trade price, and not just a quote.
    pub traded: bool,
    pub prices: Digits,
    pub sizes: Digits,
    pub steps: Steps,
    pub first: Timestamp,
    pub last: Timestamp,
    latest: Timestamp,
}

/// One in so many prices may have more decimals than are called usual.
const UNUSUAL: u64 = 20;

/// How fine and how large a column's numbers get.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Digits {
    decimals: u8,
    whole: u64,
    /// How many numbers had so many decimals.
    counts: [u64; MAX_DECIMALS as usize + 1],
}

impl Digits {
    fn add(&mut self, value: Decimal) {
        self.decimals = self.decimals.max(value.decimals);
        self.counts[usize::from(value.decimals)] += 1;
        self.whole = self.whole.max(value.mantissa.unsigned_abs() / 10u64.pow(u32::from(value.decimals)));
    }

    pub fn merge(&mut self, other: Self) {
        self.decimals = self.decimals.max(other.decimals);
        self.whole = self.whole.max(other.whole);
        self.counts.iter_mut().zip(other.counts).for_each(|(count, more)| *count += more);
    }

    /// The decimals that all but a few numbers make do with.
    pub fn usual(self) -> u8 {
        let few = self.counts.iter().sum::<u64>() / UNUSUAL;
        let mut finer = 0;
        for decimals in (1..=self.decimals).rev() {
            finer += self.counts[usize::from(decimals)];
            if finer > few {
                return decimals;
            }
        }
        0
    }

    /// Whether the largest number might not fit 64 bits at the finest step.
    pub fn may_overflow(self) -> bool {
        (i128::from(self.whole) + 1) * 10i128.pow(u32::from(self.decimals)) > i128::from(i64::MAX)
    }

    pub const fn increment(self) -> Increment {
        Increment::of_decimals(self.decimals)
    }
}

/// Scans a file. Where `grids` are given, rows that do not fit their symbol's are refused.
///
/// # Errors
/// When the file cannot be read to its end, or not one row of it can be played.
pub fn scan(path: &Path, config: &ReplayConfig, grids: Option<&HashMap<String, Grid>>) -> Result<Scan, ReplayError> {
    let at_fault = |problem| ReplayError::new(path, problem);
    let layout = sniff(&mut open(path, config.max_line_bytes)?, config.max_line_bytes).map_err(at_fault)?;
    let layout = Arc::new(layout);
    let mut rows = Rows::new(open(path, config.max_line_bytes)?, Arc::clone(&layout));
    let file_symbol = name::symbol_of(path);
    let mut scan = Scan::new(layout);
    let mut names = Names::default();
    while rows.advance().map_err(at_fault)? {
        let read = rows.read().and_then(|row| {
            let symbol = row.symbol.unwrap_or(&file_symbol);
            let fits = grids.and_then(|grids| grids.get(symbol)).is_none_or(|grid| grid.place(&row.values).is_some());
            if fits { Ok((row, symbol)) } else { Err(Refusal { reason: Reason::TooManyDigits, column: None }) }
        });
        match read {
            Ok((row, symbol)) => {
                let index = names.index(symbol);
                if index == config.max_symbols {
                    return Err(at_fault(scan.too_many_symbols(rows.line(), config.max_symbols)));
                }
                scan.add(index, symbol, &row);
            }
            Err(refusal) => scan.refusals.add(refusal, rows.line(), rows.text_of(refusal)),
        }
    }
    scan.check_rows().map_err(at_fault)?;
    Ok(scan)
}

impl Scan {
    fn new(layout: Arc<Layout>) -> Self {
        Self {
            layout,
            symbols: Vec::new(),
            rows: 0,
            refusals: Refusals::default(),
            sorted: true,
            zoneless: false,
            dates_only: true,
            latest: Timestamp(i64::MIN),
        }
    }

    fn add(&mut self, index: usize, symbol: &str, row: &Row<'_>) {
        let ts = row.moment.ts;
        self.rows += 1;
        self.sorted &= ts >= self.latest;
        self.latest = ts;
        self.zoneless |= !row.moment.zoned;
        self.dates_only &= !row.moment.clock;
        if index == self.symbols.len() {
            self.symbols.push(SymbolScan::new(symbol, ts));
        }
        self.symbols[index].add(row);
    }

    fn too_many_symbols(&self, line: u64, limit: usize) -> Problem {
        let column = self.layout.symbol.map_or("the file's name", |index| self.layout.columns.name(index));
        Problem::TooManySymbols { line, limit, column: format!("`{column}`") }
    }

    fn check_rows(&self) -> Result<(), Problem> {
        if self.rows > 0 {
            return Ok(());
        }
        let refused = self.refusals.clone().into_list();
        let Some(first) = refused.first() else { return Err(Problem::NoRows { line: self.layout.header_line }) };
        Err(Problem::NoReadableRow {
            rows: self.refusals.total(),
            line: first.first_line,
            column: first.first_column,
            reason: first.reason.label(),
            value: format!("`{}`", first.first_value),
        })
    }
}

impl SymbolScan {
    fn new(symbol: &str, ts: Timestamp) -> Self {
        Self {
            symbol: symbol.to_owned(),
            rows: 0,
            traded: false,
            prices: Digits::default(),
            sizes: Digits::default(),
            steps: Steps::default(),
            first: ts,
            last: ts,
            latest: ts,
        }
    }

    fn add(&mut self, row: &Row<'_>) {
        let ts = row.moment.ts;
        self.rows += 1;
        self.steps.add(self.latest, ts);
        self.latest = ts;
        self.first = self.first.min(ts);
        self.last = self.last.max(ts);
        self.add_digits(&row.values);
    }

    fn add_digits(&mut self, values: &Values) {
        match values {
            Values::Bar(bar) => {
                self.traded = true;
                [bar.open, bar.high, bar.low, bar.close].into_iter().for_each(|price| self.prices.add(price));
                self.sizes.add(bar.volume);
            }
            Values::Ticks { trade, quote } => {
                if let Some(trade) = trade {
                    self.traded = true;
                    self.prices.add(trade.price);
                    self.sizes.add(trade.size);
                }
                if let Some(quote) = quote {
                    quote.bid.into_iter().chain(quote.ask).for_each(|price| self.prices.add(price));
                    [quote.bid_size, quote.ask_size].into_iter().for_each(|size| self.sizes.add(size));
                }
            }
        }
    }
}

/// Symbols by name; the rows of one often follow each other.
#[derive(Clone, Default)]
pub struct Names {
    index: HashMap<String, usize>,
    last: (String, usize),
}

impl Names {
    /// The index of a symbol, the next free one if it is new.
    pub fn index(&mut self, symbol: &str) -> usize {
        if self.index.is_empty() || self.last.0 != symbol {
            self.last.1 = self.find_or_add(symbol);
            self.last.0.clear();
            self.last.0.push_str(symbol);
        }
        self.last.1
    }

    fn find_or_add(&mut self, symbol: &str) -> usize {
        if let Some(index) = self.index.get(symbol) {
            return *index;
        }
        let index = self.index.len();
        self.index.insert(symbol.to_owned(), index);
        index
    }
}

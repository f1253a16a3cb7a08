//! The first pass over a file: which symbols it has, how fine their numbers are, whether it is sorted.
//!
//! Keeps a few numbers a symbol and nothing a row. A file up to a bound is read whole; of a larger one whose
//! bytes are its text, pieces from all over it are read, and the rest is trusted to be like them.

use std::collections::HashMap;
use std::sync::Arc;

use super::entry::Entry;
use super::error::{Problem, ReplayError};
use super::layout::Layout;
use super::lines::Place;
use super::open::{Text, open_at};
use super::place::Grid;
use super::report::{Edge, Reason, Refusal, Refusals, RowOrder};
use super::row::{Rows, Values};
use super::steps::Steps;
use super::{Progress, ReplayConfig};
use crate::market::{Decimal, Increment, MAX_DECIMALS, Timestamp};

/// How many pieces of a large file are read, and how large each is.
const PIECES: u64 = 48;
const PIECE_BYTES: u64 = 128 * 1024;
/// How many rows pass between two looks at the progress.
const PROGRESS_ROWS: u64 = 1 << 16;

/// What the first pass found in one file.
#[derive(Clone, Debug)]
pub struct Scan {
    pub layout: Arc<Layout>,
    pub symbols: Vec<SymbolScan>,
    /// Rows that can be read; of a file that was not read whole an estimate.
    pub rows: u64,
    pub refusals: Refusals,
    pub order: RowOrder,
    /// The whole file was read.
    pub is_exact: bool,
    /// The last line before the packed data break off, where they do so.
    pub torn: Option<u64>,
    /// No time was written with a clock.
    pub dates_only: bool,
    pub first: Option<Edge>,
    pub last: Option<Edge>,
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
/// Zeros behind so many decimals are padding, as Databento pads to nine.
const PADDED: u8 = 8;

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
        const TENS: [u64; MAX_DECIMALS as usize + 1] = {
            let mut tens = [1; MAX_DECIMALS as usize + 1];
            let mut n = 1;
            while n < tens.len() {
                tens[n] = tens[n - 1] * 10;
                n += 1;
            }
            tens
        };
        let value = if value.decimals > PADDED { value.shorten(0) } else { value };
        self.decimals = self.decimals.max(value.decimals);
        self.counts[usize::from(value.decimals)] += 1;
        self.whole = self.whole.max(value.mantissa.unsigned_abs() / TENS[usize::from(value.decimals)]);
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

    /// The finest step that the numbers need, or at which the largest of them stays below `limit` steps: finer
    /// digits of such numbers are rounded. `more` decimals are for numbers not seen yet.
    pub fn increment(self, limit: u64, more: u8) -> Increment {
        let fits = |decimals: &u8| (u128::from(self.whole) + 1) * 10u128.pow(u32::from(*decimals)) <= u128::from(limit);
        let wanted =
            if more == 0 { self.decimals } else { self.decimals.saturating_add(more).min(PADDED.max(self.decimals)) };
        Increment::of_decimals((0..=wanted.min(MAX_DECIMALS)).rev().find(fits).unwrap_or(0))
    }
}

/// Scans a file.
///
/// # Errors
/// When the file cannot be read, or not one row of it can be played.
pub fn scan(
    entry: &Entry,
    layout: Layout,
    config: &ReplayConfig,
    progress: &mut Progress<'_>,
) -> Result<Scan, ReplayError> {
    let size = layout.form.plain_bytes;
    let mut scanner = Scanner::new(Arc::new(layout), config.max_symbols);
    let scanned = match size {
        // No larger than its pieces, it is as soon read whole.
        Some(bytes) if bytes > config.full_read_bytes.max(PIECES * PIECE_BYTES) => {
            scanner.read_pieces(entry, config, bytes)
        }
        _ => scanner.read_all(entry, config, progress),
    };
    scanned.and_then(|()| scanner.finish()).map_err(|problem| entry.at_fault(problem))
}

struct Scanner {
    scan: Scan,
    names: Names,
    max_symbols: usize,
    latest: Option<Timestamp>,
    rises: bool,
    falls: bool,
}

impl Scanner {
    fn new(layout: Arc<Layout>, max_symbols: usize) -> Self {
        let scan = Scan {
            layout,
            symbols: Vec::new(),
            rows: 0,
            refusals: Refusals::default(),
            order: RowOrder::OldestFirst,
            is_exact: true,
            torn: None,
            dates_only: true,
            first: None,
            last: None,
        };
        Self { scan, names: Names::default(), max_symbols, latest: None, rises: false, falls: false }
    }

    fn read_all(&mut self, entry: &Entry, config: &ReplayConfig, progress: &mut Progress<'_>) -> Result<(), Problem> {
        let lines = open_at(entry, self.scan.layout.form, Place::default(), config.max_line_bytes)?;
        let mut rows = Rows::new(lines, Arc::clone(&self.scan.layout));
        let total = self.scan.layout.form.plain_bytes;
        let mut seen = 0;
        while rows.advance()? {
            self.add(&rows)?;
            seen += 1;
            if seen % PROGRESS_ROWS == 0 {
                progress(entry, rows.place().offset, total);
            }
        }
        self.scan.torn = rows.torn();
        Ok(())
    }

    /// Reads pieces from the beginning to the end of a file, each from its first whole line on.
    fn read_pieces(&mut self, entry: &Entry, config: &ReplayConfig, bytes: u64) -> Result<(), Problem> {
        let layout = Arc::clone(&self.scan.layout);
        let last = bytes - PIECE_BYTES;
        let mut read = 0;
        for piece in 0..PIECES {
            let from = last / (PIECES - 1) * piece;
            let from = if piece == PIECES - 1 { last } else { from };
            let place = Place { offset: from, lines: if from == 0 { 0 } else { layout.above } };
            let mut lines = open_at(entry, layout.form, place, config.max_line_bytes)?;
            if from > 0 {
                // The end of a line that began before.
                let _ = lines.advance();
            }
            let mut rows = Rows::new(lines, Arc::clone(&layout));
            while rows.place().offset < from + PIECE_BYTES && rows.advance()? {
                self.add(&rows)?;
            }
            read += rows.place().offset - from;
        }
        self.scan.is_exact = false;
        self.scan.rows = (u128::from(self.scan.rows) * u128::from(bytes) / u128::from(read.max(1))) as u64;
        self.scan.refusals.forget_lines();
        Ok(())
    }

    fn add(&mut self, rows: &Rows<Text>) -> Result<(), Problem> {
        let moment = match rows.moment() {
            Ok(moment) => moment,
            Err(refusal) => {
                self.scan.refusals.add(refusal, rows.line(), rows.text_of(refusal));
                return Ok(());
            }
        };
        let mut found = None;
        let mut refused = false;
        for group in 0..rows.groups() {
            match rows.part(group) {
                Ok(Some(part)) => {
                    let index = self.names.index(part.symbol);
                    if index == self.max_symbols {
                        return Err(self.too_many_symbols(rows.line()));
                    }
                    found.get_or_insert(part.values);
                    self.add_part(index, part.symbol, moment.ts, &part.values);
                }
                Ok(None) => {}
                Err(refusal) => {
                    refused = true;
                    self.scan.refusals.add(refusal, rows.line(), rows.text_of(refusal));
                }
            }
        }
        match found {
            Some(values) => self.add_row(moment.ts, moment.clock, &values),
            None if refused => {}
            None => {
                let refusal = Refusal { reason: Reason::NoPrice, column: None };
                self.scan.refusals.add(refusal, rows.line(), rows.text_of(refusal));
            }
        }
        Ok(())
    }

    fn add_row(&mut self, ts: Timestamp, clock: bool, values: &Values) {
        let scan = &mut self.scan;
        scan.rows += 1;
        scan.dates_only &= !clock;
        if let Some(latest) = self.latest {
            self.rises |= ts > latest;
            self.falls |= ts < latest;
        }
        self.latest = Some(ts);
        let kind = scan.layout.kind;
        let edge = |is_first| values.edge(kind, is_first).map(|price| Edge { ts, price });
        // Newest first, the rows of one moment stand the other way round, too.
        let falls = self.falls && !self.rises;
        if scan.first.is_none_or(|first| ts < first.ts || falls && ts == first.ts) {
            scan.first = edge(true).or(scan.first);
        }
        if scan.last.is_none_or(|last| ts > last.ts || !falls && ts == last.ts) {
            scan.last = edge(false).or(scan.last);
        }
    }

    fn add_part(&mut self, index: usize, symbol: &str, ts: Timestamp, values: &Values) {
        if index == self.scan.symbols.len() {
            self.scan.symbols.push(SymbolScan::new(symbol, ts));
        }
        self.scan.symbols[index].add(ts, values);
    }

    fn too_many_symbols(&self, line: u64) -> Problem {
        let column = self.scan.layout.symbol.map_or("the file's name", |index| self.scan.layout.name(index));
        Problem::TooManySymbols { line, limit: self.max_symbols, column: format!("`{column}`") }
    }

    fn finish(mut self) -> Result<Scan, Problem> {
        self.scan.order = match (self.rises, self.falls) {
            (_, false) => RowOrder::OldestFirst,
            (false, true) => RowOrder::NewestFirst,
            (true, true) => RowOrder::Mixed,
        };
        if self.scan.rows > 0 {
            return Ok(self.scan);
        }
        let refused = self.scan.refusals.clone().into_list();
        let line = self.scan.layout.header.unwrap_or(self.scan.layout.above);
        let Some(first) = refused.first() else { return Err(Problem::NoRows { line }) };
        Err(Problem::NoReadableRow {
            rows: self.scan.refusals.total(),
            line: first.first_line,
            column: first.first_column,
            reason: first.reason.label(),
            value: format!("`{}`", first.first_value),
        })
    }
}

impl Scan {
    pub fn is_sorted(&self) -> bool {
        self.order == RowOrder::OldestFirst
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

    fn add(&mut self, ts: Timestamp, values: &Values) {
        self.rows += 1;
        self.steps.add(self.latest, ts);
        self.latest = ts;
        self.first = self.first.min(ts);
        self.last = self.last.max(ts);
        self.add_digits(values);
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
            Values::Level(level) => {
                self.prices.add(level.price);
                self.sizes.add(level.size);
            }
            Values::Message { price } => self.prices.add(*price),
        }
    }
}

/// The grid of an instrument.
pub fn grid(prices: Digits, sizes: Digits, is_exact: bool) -> Grid {
    /// Sums of sizes stay within 64 bits.
    const MAX_SIZE_STEPS: u64 = 10_000_000_000_000_000;
    const MAX_PRICE_STEPS: u64 = i64::MAX as u64 / 2;
    let more = if is_exact { 0 } else { 2 };
    Grid { price: prices.increment(MAX_PRICE_STEPS, more), size: sizes.increment(MAX_SIZE_STEPS, more * 2) }
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

    /// The index of a symbol that is known.
    pub fn get(&mut self, symbol: &str) -> Option<usize> {
        if self.last.0 != symbol || self.index.is_empty() {
            self.last.1 = *self.index.get(symbol)?;
            self.last.0.clear();
            self.last.0.push_str(symbol);
        }
        Some(self.last.1)
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

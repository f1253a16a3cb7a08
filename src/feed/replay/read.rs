//! The second pass over a file: its rows as ticks in time order.
//!
//! A sorted file is read as it plays, in constant memory; another one is read whole and sorted first.
//! Rows that the scan refused are passed over here without being counted again.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::ReplayConfig;
use super::bars;
use super::catalog::{Catalog, bar_intervals};
use super::error::{Problem, ReplayError};
use super::merge::TickStream;
use super::name;
use super::open::{Text, open};
use super::place::{self, Body, Grid, Placed};
use super::row::Rows;
use super::scan::{Names, Scan};
use super::sniff::Layout;
use crate::market::{InstrumentId, Interval, Tick, Timestamp};

/// A file that was scanned and can be played as often as wanted.
pub struct Tape {
    path: PathBuf,
    config: ReplayConfig,
    layout: Arc<Layout>,
    file_symbol: String,
    symbols: Vec<TapeSymbol>,
    names: Names,
    /// All rows in time order, where the file does not have them so.
    sorted: Option<Vec<Placed>>,
}

struct TapeSymbol {
    instrument: InstrumentId,
    grid: Grid,
    interval: Interval,
}

impl Tape {
    /// # Errors
    /// When the file has to be sorted, and cannot be.
    pub fn new(path: &Path, config: &ReplayConfig, scan: &Scan, catalog: &Catalog) -> Result<Self, ReplayError> {
        let mut names = Names::default();
        let symbols = scan.symbols.iter().zip(bar_intervals(scan)).map(|(one, interval)| {
            names.index(&one.symbol);
            let instrument = catalog.ids[&one.symbol];
            let facts = &catalog.instruments[instrument.index()];
            let grid = Grid { price: facts.price_increment, size: facts.size_increment };
            TapeSymbol { instrument, grid, interval: interval.unwrap_or(Interval::S1) }
        });
        let mut tape = Self {
            path: path.to_owned(),
            config: config.clone(),
            layout: Arc::clone(&scan.layout),
            file_symbol: name::symbol_of(path),
            symbols: symbols.collect(),
            names,
            sorted: None,
        };
        if !scan.sorted {
            tape.sorted = Some(tape.sort(scan.rows)?);
        }
        Ok(tape)
    }

    fn sort(&self, rows: u64) -> Result<Vec<Placed>, ReplayError> {
        let limit = self.config.max_sort_rows;
        if rows > limit as u64 {
            return Err(ReplayError::new(&self.path, Problem::TooManyToSort { limit }));
        }
        let mut file = self.open()?;
        let mut all = Vec::with_capacity(rows as usize);
        while let Some(row) = file.next(self)? {
            all.push(row);
        }
        all.sort_by_key(|row| row.ts);
        Ok(all)
    }

    fn open(&self) -> Result<FileRows, ReplayError> {
        let lines = open(&self.path, self.config.max_line_bytes)?;
        Ok(FileRows { rows: Rows::new(lines, Arc::clone(&self.layout)), names: self.names.clone() })
    }

    /// The ticks from the first one on.
    ///
    /// # Errors
    /// When the file cannot be opened again.
    pub fn play(self: &Arc<Self>) -> Result<TapeTicks, ReplayError> {
        let source = if self.sorted.is_some() { RowSource::Sorted(0) } else { RowSource::File(Box::new(self.open()?)) };
        Ok(TapeTicks { tape: Arc::clone(self), source, row: None, begun: false, made: BinaryHeap::new(), count: 0 })
    }
}

/// The rows of a file, in its own order.
struct FileRows {
    rows: Rows<Text>,
    names: Names,
}

impl FileRows {
    fn next(&mut self, tape: &Tape) -> Result<Option<Placed>, ReplayError> {
        while self.rows.advance().map_err(|problem| ReplayError::new(&tape.path, problem))? {
            let Ok(row) = self.rows.read() else { continue };
            let index = self.names.index(row.symbol.unwrap_or(&tape.file_symbol));
            // A symbol may be missing here when the file has changed since it was scanned.
            let Some(symbol) = tape.symbols.get(index) else { continue };
            if let Some(body) = symbol.grid.place(&row.values) {
                return Ok(Some(Placed { ts: row.moment.ts, symbol: index as u32, body }));
            }
        }
        Ok(None)
    }
}

enum RowSource {
    File(Box<FileRows>),
    /// The index of the next row of [`Tape::sorted`].
    Sorted(usize),
}

/// The ticks of one file. A bar's ticks reach beyond the rows that follow it, so they wait here.
pub struct TapeTicks {
    tape: Arc<Tape>,
    source: RowSource,
    /// The first row whose ticks are not made yet.
    row: Option<Placed>,
    begun: bool,
    made: BinaryHeap<Reverse<Made>>,
    count: u64,
}

impl TapeTicks {
    fn next_row(&mut self) -> Result<Option<Placed>, ReplayError> {
        match &mut self.source {
            RowSource::File(file) => file.next(&self.tape),
            RowSource::Sorted(next) => {
                let row = self.tape.sorted.as_ref().and_then(|rows| rows.get(*next)).copied();
                *next += 1;
                Ok(row)
            }
        }
    }

    fn make(&mut self, row: &Placed) -> Result<(), ReplayError> {
        let limit = self.tape.config.max_sort_rows;
        if self.made.len() / bars::TICKS_PER_BAR > limit {
            return Err(ReplayError::new(&self.tape.path, Problem::TooManyToSort { limit }));
        }
        let TapeSymbol { instrument, interval, .. } = self.tape.symbols[row.symbol as usize];
        let (made, count) = (&mut self.made, &mut self.count);
        let mut push = |tick| {
            made.push(Reverse(Made { tick, nth: *count }));
            *count += 1;
        };
        match &row.body {
            Body::Bar(bar) => bars::ticks(instrument, row.ts, interval, bar).into_iter().for_each(&mut push),
            Body::Ticks { trade, quote } => place::ticks(instrument, row.ts, *trade, *quote).for_each(&mut push),
        }
        Ok(())
    }
}

impl TickStream for TapeTicks {
    fn next_tick(&mut self) -> Result<Option<Tick>, ReplayError> {
        if !self.begun {
            self.row = self.next_row()?;
            self.begun = true;
        }
        while let Some(row) = self.row {
            if self.made.peek().is_some_and(|Reverse(first)| first.tick.ts <= row.ts) {
                break;
            }
            let next = self.next_row()?;
            self.make(&row)?;
            self.row = next;
        }
        Ok(self.made.pop().map(|Reverse(first)| first.tick))
    }
}

/// A tick that waits, ordered by time and then by its making.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Made {
    tick: Tick,
    nth: u64,
}

impl Made {
    const fn key(&self) -> (Timestamp, u64) {
        (self.tick.ts, self.nth)
    }
}

impl Ord for Made {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl PartialOrd for Made {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

//! The first pass over a file: its symbols, the precision of their numbers, the order of its rows.
//!
//! A file up to a bound is read whole. Of a larger one that is not packed, pieces from all over it are read, and the
//! rest is expected to be like them.

use std::sync::Arc;

use super::edges::Edges;
use super::scan::{RowOrder, Scan, SymbolScan};
use crate::feed::replay::config::ReplayConfig;
use crate::feed::replay::error::{Problem, RejectCounts, RejectReason, ReplayError, RowError};
use crate::feed::replay::input::{Entry, PROGRESS_ROWS, Progress, Text, TextPosition, open_at, read_problem};
use crate::feed::replay::parse::times::ParsedTime;
use crate::feed::replay::rows::{LineKind, RowValues, Rows, SymbolIndex};
use crate::feed::replay::schema::Layout;
use crate::market::Timestamp;

/// The pieces read of a large file, and their size.
const PIECES: u64 = 48;
const PIECE_BYTES: u64 = 128 * 1024;

/// Scans a file.
///
/// # Errors
/// When the file cannot be read, or none of its rows can be played.
pub fn scan(
    entry: &Entry,
    layout: Layout,
    config: &ReplayConfig,
    progress: &mut Progress<'_>,
) -> Result<Scan, ReplayError> {
    let size = layout.text.seekable_bytes;
    let mut scanner = Scanner::new(Arc::new(layout), config.max_symbols);
    let scanned = match size {
        // A file no larger than the pieces is read whole in the same time.
        Some(bytes) if bytes > config.full_read_bytes.max(PIECES * PIECE_BYTES) => {
            scanner.read_pieces(entry, config, bytes)
        }
        _ => scanner.read_all(entry, config, progress),
    };
    scanned.and_then(|()| scanner.finish()).map_err(|problem| entry.at_fault(problem))
}

struct Scanner {
    scan: Scan,
    symbols: SymbolIndex,
    max_symbols: usize,
    /// The time of the row read last.
    latest: Option<Timestamp>,
    edges: Edges,
    /// The line of the last trade.
    line: Vec<u8>,
    /// A row was later, or earlier, than the row before it.
    rises: bool,
    falls: bool,
}

impl Scanner {
    fn new(layout: Arc<Layout>, max_symbols: usize) -> Self {
        let scan = Scan {
            layout,
            symbols: Vec::new(),
            rows: 0,
            rejected: RejectCounts::default(),
            order: RowOrder::OldestFirst,
            repeats: 0,
            lines_again: 0,
            notes: Vec::new(),
            is_exact: true,
            torn: None,
            dates_only: true,
            first: None,
            last: None,
            warnings: Vec::new(),
        };
        let (symbols, edges, line) = (SymbolIndex::default(), Edges::default(), Vec::new());
        Self { scan, symbols, max_symbols, latest: None, edges, line, rises: false, falls: false }
    }

    fn read_all(&mut self, entry: &Entry, config: &ReplayConfig, progress: &mut Progress<'_>) -> Result<(), Problem> {
        let lines = open_at(entry, self.scan.layout.text, TextPosition::default(), config.line_limits())?;
        let mut rows = Rows::new(lines, Arc::clone(&self.scan.layout));
        let total = self.scan.layout.text.seekable_bytes;
        let mut read = 0u64;
        while rows.advance()? {
            self.add(&rows)?;
            read += 1;
            if read.is_multiple_of(PROGRESS_ROWS) {
                progress(entry, rows.position().offset, total);
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
            let from = if piece == PIECES - 1 { last } else { last / (PIECES - 1) * piece };
            let position = TextPosition { offset: from, lines: if from == 0 { 0 } else { layout.above } };
            let mut lines = open_at(entry, layout.text, position, config.line_limits())?;
            // A piece within one long line has no rows.
            if from > 0 && !lines.skip_rest(PIECE_BYTES).map_err(|e| read_problem(e, 0))? {
                read += PIECE_BYTES;
                continue;
            }
            let mut rows = Rows::new(lines, Arc::clone(&layout));
            // Line by line, as a stretch of blank lines may be longer than all pieces.
            while rows.position().offset < from + PIECE_BYTES {
                match rows.advance_line()? {
                    LineKind::Row => self.add(&rows)?,
                    LineKind::Other => {}
                    LineKind::End => break,
                }
            }
            read += rows.position().offset - from;
        }
        self.scan.is_exact = false;
        self.scan.rows = (u128::from(self.scan.rows) * u128::from(bytes) / u128::from(read.max(1))) as u64;
        self.scan.rejected.forget_lines();
        Ok(())
    }

    /// Counts in the row that `rows` stands at.
    fn add(&mut self, rows: &Rows<Text>) -> Result<(), Problem> {
        let time = match rows.time() {
            Ok(time) => time,
            Err(error) => {
                self.reject(rows, error);
                return Ok(());
            }
        };
        let mut first_values = None;
        let mut is_rejected = false;
        for group in 0..rows.groups() {
            match rows.part(group) {
                Ok(Some(part)) => {
                    let index = self.symbols.index(part.symbol);
                    if index == self.max_symbols {
                        return Err(self.too_many_symbols(rows.line()));
                    }
                    first_values.get_or_insert(part.values);
                    self.add_part(index, part.symbol, time.ts, &part.values);
                }
                Ok(None) => {}
                Err(error) => {
                    is_rejected = true;
                    if error.reason.is_event() {
                        self.edges.add_time(time.ts);
                    }
                    self.reject(rows, error);
                    if let [only] = self.scan.symbols.as_mut_slice() {
                        only.pass(time.ts);
                    }
                }
            }
        }
        if first_values.is_some() {
            self.add_levels(rows);
        }
        match first_values {
            Some(values) => {
                self.add_line(rows.text(), &values);
                self.add_row(time, &values);
            }
            None if is_rejected => {}
            None => self.reject(rows, RowError { reason: RejectReason::NoPrice, column: None }),
        }
        Ok(())
    }

    /// Counts in the levels of the book behind the first.
    fn add_levels(&mut self, rows: &Rows<Text>) {
        for part in rows.groups()..rows.parts() {
            match rows.part(part) {
                Ok(Some(part)) => {
                    let index = self.symbols.index(part.symbol);
                    self.scan.symbols[index].add_numbers(&part.values);
                }
                Ok(None) => {}
                Err(error) => self.reject(rows, error),
            }
        }
    }

    /// Counts a trade whose line is the line before again.
    fn add_line(&mut self, line: &[u8], values: &RowValues) {
        if !matches!(values, RowValues::Ticks { trade: Some(_), .. }) {
            return;
        }
        if self.line == line {
            self.scan.lines_again += 1;
        } else {
            self.line.clear();
            self.line.extend_from_slice(line);
        }
    }

    fn reject(&mut self, rows: &Rows<Text>, error: RowError) {
        self.scan.rejected.add(error, rows.line(), rows.text_of(error));
    }

    fn add_part(&mut self, index: usize, symbol: &str, ts: Timestamp, values: &RowValues) {
        if index == self.scan.symbols.len() {
            self.scan.symbols.push(SymbolScan::new(symbol, ts));
        }
        let symbol = &mut self.scan.symbols[index];
        self.scan.repeats += u64::from(symbol.is_repeated(ts, values));
        symbol.add(ts, values);
    }

    fn add_row(&mut self, ParsedTime { ts, has_clock, .. }: ParsedTime, values: &RowValues) {
        let scan = &mut self.scan;
        scan.rows += 1;
        scan.dates_only &= !has_clock;
        if let Some(latest) = self.latest {
            self.rises |= ts > latest;
            self.falls |= ts < latest;
        }
        self.latest = Some(ts);
        self.edges.add(ts, values, scan.layout.kind, self.falls && !self.rises);
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
        (self.scan.first, self.scan.last) = (self.edges.first(), self.edges.last());
        if self.scan.rows > 0 {
            return Ok(self.scan);
        }
        let rejected = self.scan.rejected.list("");
        let Some(first) = rejected.first() else {
            return Err(Problem::NoRows { line: self.scan.layout.header.unwrap_or(self.scan.layout.above) });
        };
        Err(Problem::NoReadableRow {
            rows: self.scan.rejected.total(),
            line: first.line.unwrap_or(0),
            column: first.column,
            reason: first.reason,
            value: format!("`{}`", first.value),
        })
    }
}

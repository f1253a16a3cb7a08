//! The second pass over a file: its rows on the grids of their symbols.
//!
//! A sorted file is read while it plays, in constant memory. Any other is sorted first. Rows that cannot be played are
//! skipped; a file that was not scanned whole counts them in its `RejectLedger`.
//!
//! Not here: the ticks that rows make (`ticks`).

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use super::catalog::{Catalog, bar_intervals, span};
use super::merge::Search;
use super::overlap::Skip;
use super::reject_ledger::{PartPosition, RejectLedger};
use super::scan::{RowOrder, Scan};
use super::sort::{SortSpace, Sorted, Sorter};
use super::symbol_state::SymbolState;
use crate::control::RejectedRows;
use crate::feed::replay::config::ReplayConfig;
use crate::feed::replay::error::{Problem, RejectReason, ReplayError, RowError, echo};
use crate::feed::replay::input::{Entry, LineLimits, PROGRESS_ROWS, Progress, Text, TextPosition, open_at};
use crate::feed::replay::rows::{FastPath, FastRowReader, Grid, LineKind, QuantizedRow, Rows, SymbolIndex};
use crate::feed::replay::schema::{Layout, RowShape};
use crate::market::{InstrumentId, Interval, Quote, Tick, Timestamp, Trade};

/// The bytes of a usual row, and the fewest bytes read at a time.
const ROW_BYTES: usize = 64;
const MIN_READ_BYTES: usize = 4 * 1024;

/// A file that was scanned and can be played any number of times.
pub struct ReplayFile {
    pub(super) entry: Entry,
    pub(super) layout: Arc<Layout>,
    lines: LineLimits,
    /// The times of its first and last tick. Only those of a file that was scanned whole are certain.
    span: (Timestamp, Timestamp),
    is_exact: bool,
    pub(super) max_waiting: usize,
    pub(super) max_levels: usize,
    pub(super) symbols: Vec<FileSymbol>,
    index: SymbolIndex,
    /// All rows in time order, where those of the file are not.
    pub(super) sorted: Option<Sorted>,
    rejects: RejectLedger,
    /// Rows are changes of a state of their symbol.
    pub(super) has_states: bool,
    /// The number of its books among those of all files, where rows make books.
    pub(super) book: Option<u32>,
    /// The rows that do not play, as another file has them.
    skips: Vec<Skip>,
    /// A line that is the line before again is left out.
    drops_lines: bool,
    /// The fast path, where the file is sorted and its rows allow it.
    pub(in crate::feed::replay) fast_path: Option<FastPath>,
}

/// A symbol of a file.
pub struct FileSymbol {
    pub instrument: InstrumentId,
    pub grid: Grid,
    /// The length of its bars.
    pub interval: Interval,
}

impl ReplayFile {
    /// Prepares a file for playing, and sorts it where needed.
    ///
    /// # Errors
    /// When it cannot be sorted.
    pub fn new(
        entry: &Entry,
        config: &ReplayConfig,
        scan: &Scan,
        catalog: &Catalog,
        skips: Vec<Skip>,
        space: &mut SortSpace,
        progress: &mut Progress<'_>,
    ) -> Result<Self, ReplayError> {
        let mut index = SymbolIndex::default();
        let symbols = scan.symbols.iter().zip(bar_intervals(scan)).map(|(one, interval)| {
            index.index(&one.symbol);
            let instrument = catalog.ids[&one.symbol];
            let facts = &catalog.instruments[instrument.index()];
            let grid = Grid { price: facts.price_increment, size: facts.size_increment };
            FileSymbol { instrument, grid, interval: interval.unwrap_or(Interval::S1) }
        });
        let mut file = Self {
            entry: entry.clone(),
            layout: Arc::clone(&scan.layout),
            lines: config.line_limits(),
            span: span(scan),
            is_exact: scan.is_exact,
            max_waiting: config.max_waiting,
            max_levels: config.max_levels,
            symbols: symbols.collect(),
            index,
            sorted: None,
            rejects: RejectLedger::new(scan.rejected.clone(), scan.is_exact),
            has_states: has_states(scan),
            book: None,
            drops_lines: scan.drops_lines(),
            fast_path: FastPath::of(&scan.layout, config.max_line_bytes)
                .filter(|_| scan.is_sorted() && skips.is_empty() && !scan.drops_lines()),
            skips,
        };
        if !scan.is_sorted() {
            let sorter = Sorter::new(config.max_sort_rows, scan.order == RowOrder::NewestFirst);
            file.sorted = Some(file.sort(sorter, space, progress)?);
        }
        Ok(file)
    }

    /// The same file as number `n` of its replay.
    #[must_use]
    pub fn numbered(self, n: usize) -> Self {
        let has_books = self.layout.book_levels() > 0;
        Self { book: u32::try_from(n).ok().filter(|_| has_books), ..self }
    }

    fn sort(
        &self,
        mut sorter: Sorter,
        space: &mut SortSpace,
        progress: &mut Progress<'_>,
    ) -> Result<Sorted, ReplayError> {
        let on_disk = |error| self.entry.at_fault(Problem::Sort(error));
        let mut rows = self.open(TextPosition::default(), 0, None, usize::MAX)?;
        let mut read = 0u64;
        while let Search::Found(row) = rows.find(self, &mut { usize::MAX })? {
            sorter.add(row).map_err(on_disk)?;
            read += 1;
            if read.is_multiple_of(PROGRESS_ROWS) {
                progress(&self.entry, rows.rows.position().offset, self.layout.text.seekable_bytes);
            }
        }
        sorter.finish(space).map_err(on_disk)
    }

    /// Opens the file at a row of which `group` parts are taken already, to read about `rows` rows. `line` is the hash of
    /// the line before.
    pub(super) fn open(
        &self,
        position: TextPosition,
        group: usize,
        line: Option<u64>,
        rows: usize,
    ) -> Result<FileRows, ReplayError> {
        let enough = rows.saturating_mul(ROW_BYTES).max(MIN_READ_BYTES);
        let limits = LineLimits { buffer_bytes: self.lines.buffer_bytes.min(enough), ..self.lines };
        let lines = open_at(&self.entry, self.layout.text, position, limits);
        let lines = lines.map_err(|problem| self.entry.at_fault(problem))?;
        let rows = Rows::new(lines, Arc::clone(&self.layout));
        let mut index = self.index.clone();
        let group_symbol = self.layout.groups[0].symbol.as_ref();
        let only_symbol = group_symbol.unwrap_or(&self.layout.file_symbol);
        let has_only_symbol = group_symbol.is_some() || self.layout.has_one_symbol();
        let fast = FastRowReader::new(index.get(only_symbol).filter(|_| has_only_symbol));
        let from = (position.offset, group);
        let mut file = FileRows { group: rows.parts(), rows, position, line, index, fast, from };
        file.skip_to(self, group)?;
        Ok(file)
    }

    /// The trade and the quote of a row, as the state of its symbol changes them.
    pub(super) fn change(
        &self,
        state: Option<&mut SymbolState>,
        ts: Timestamp,
        trade: Option<Trade>,
        quote: Option<Quote>,
    ) -> (Option<Trade>, Option<Quote>) {
        let (Some(state), RowShape::Ticks(columns)) = (state, &self.layout.groups[0].shape) else {
            return (trade, quote);
        };
        let quote = if columns.blanks_keep { quote.map(|quote| state.complete(quote)) } else { quote };
        let trade = match trade {
            Some(trade) if columns.is_size_total => state.trade_of_total(ts, trade),
            trade => trade,
        };
        (trade, quote)
    }

    /// A time before which it has no tick.
    pub(super) const fn first(&self) -> Timestamp {
        if self.is_exact { self.span.0 } else { Timestamp(i64::MIN) }
    }

    /// Opens in its middle as fast as at its beginning.
    pub(super) fn is_seekable(&self) -> bool {
        self.sorted.is_some() || self.layout.text.seekable_bytes.is_some()
    }

    /// The times of its first and last tick, where it has to stay open between them.
    pub fn packed_span(&self) -> Option<(Timestamp, Timestamp)> {
        (!self.is_seekable()).then_some(self.span)
    }

    /// The number of rejected rows known so far.
    pub fn rows_rejected(&self) -> u64 {
        self.rejects.total()
    }

    /// The rejected rows by reason.
    pub fn rejected(&self) -> Vec<RejectedRows> {
        self.rejects.list(&self.entry.to_string())
    }

    /// The same file, read without the fast path.
    #[cfg(any(test, fuzzing))]
    pub fn without_fast_path(self) -> Self {
        Self { fast_path: None, ..self }
    }
}

/// Returns whether rows are changes of a state of their symbol.
fn has_states(scan: &Scan) -> bool {
    let is_change = |shape: &RowShape| match shape {
        RowShape::Levels { .. } => true,
        RowShape::Ticks(ticks) => ticks.row_kind.is_some() || ticks.blanks_keep || ticks.is_size_total,
        // Bars that come again are found by the bar before.
        RowShape::Bars { .. } => scan.repeats > 0 || scan.order == RowOrder::Mixed,
        RowShape::Messages { .. } => false,
    };
    !scan.layout.levels_behind.is_empty() || scan.layout.groups.iter().any(|group| is_change(&group.shape))
}

/// A reader of the rows of a file, in the order of the file.
pub struct FileRows {
    rows: Rows<Text>,
    /// The beginning of the current row.
    position: TextPosition,
    /// The hash of the current line, where lines that come again are left out.
    line: Option<u64>,
    index: SymbolIndex,
    fast: FastRowReader,
    /// The next part of the current row.
    group: usize,
    /// The position at which reading began.
    from: PartPosition,
}

impl FileRows {
    /// Searches for the next row, or the next part of a row of a wide table, among at most `left` lines.
    pub fn find(&mut self, file: &ReplayFile, left: &mut usize) -> Result<Search<QuantizedRow>, ReplayError> {
        loop {
            while self.group < self.rows.parts() {
                self.group += 1;
                match self.part(file, self.group - 1) {
                    Ok(Some(row)) => return Ok(Search::Found(row)),
                    Ok(None) => {}
                    Err(error) => {
                        self.reject(file, error);
                        // The levels of a row that does not play are none of the row before.
                        if !file.layout.levels_behind.is_empty() && self.group == 1 {
                            self.group = self.rows.parts();
                        }
                    }
                }
            }
            if *left == 0 {
                return Ok(Search::Continues);
            }
            *left -= 1;
            self.position = self.rows.position();
            match self.rows.advance_line().map_err(|problem| file.entry.at_fault(problem))? {
                LineKind::Row if file.drops_lines && self.is_again() => self.group = self.rows.parts(),
                LineKind::Row => self.group = 0,
                LineKind::Other => {}
                LineKind::End => return Ok(Search::Ended),
            }
        }
    }

    /// Returns whether the current line is the line before again.
    fn is_again(&mut self) -> bool {
        let mut hasher = DefaultHasher::new();
        self.rows.text().hash(&mut hasher);
        let line = Some(hasher.finish());
        std::mem::replace(&mut self.line, line) == line
    }

    /// The hash of the current line, where lines that come again are left out.
    pub const fn line(&self) -> Option<u64> {
        self.line
    }

    /// The position of the next row, and how many of its parts are taken.
    pub fn position(&self) -> (TextPosition, usize) {
        if self.group < self.rows.parts() { (self.position, self.group) } else { (self.rows.position(), 0) }
    }

    /// Takes up to `most` rows on the fast path. Stops before the first row that needs the slow path or is earlier than
    /// `latest`.
    pub fn take_fast(
        &mut self,
        file: &ReplayFile,
        fast_path: &FastPath,
        latest: &mut Timestamp,
        most: usize,
        put: &mut impl FnMut(Tick),
    ) -> Result<(), ReplayError> {
        let text = self.rows.ahead().map_err(|problem| file.entry.at_fault(problem))?;
        let (mut rest, mut taken) = (text, 0);
        while taken < most
            && let Some(row) = self.fast.read(fast_path, &mut self.index, rest)
            && row.ts >= *latest
            && let FileSymbol { instrument, grid, .. } = &file.symbols[row.symbol]
            && let Some(kind) = row.tick(fast_path, grid)
        {
            put(Tick { instrument: *instrument, ts: row.ts, kind });
            (*latest, rest) = (row.ts, &rest[row.bytes..]);
            taken += 1;
        }
        let bytes = text.len() - rest.len();
        self.rows.pass(bytes, taken as u64);
        Ok(())
    }

    /// Moves on to the row at which the file was opened, where some of its parts are taken already.
    fn skip_to(&mut self, file: &ReplayFile, group: usize) -> Result<(), ReplayError> {
        if group > 0 && group < self.rows.parts() {
            self.rows.advance().map_err(|problem| file.entry.at_fault(problem))?;
            self.group = group;
        }
        Ok(())
    }

    fn part(&mut self, file: &ReplayFile, group: usize) -> Result<Option<QuantizedRow>, RowError> {
        let time = self.rows.time()?;
        let Some(part) = self.rows.part(group)? else { return Ok(None) };
        // A symbol may be unknown where only pieces of the file were scanned.
        let unknown = RowError { reason: RejectReason::UnknownSymbol, column: file.layout.symbol };
        let index = self.index.get(part.symbol).ok_or(unknown)?;
        let is_skipped = |skip: &Skip| skip.symbol == index && (skip.from..=skip.to).contains(&time.ts);
        if file.skips.iter().any(is_skipped) {
            return Ok(None);
        }
        let too_long = RowError { reason: RejectReason::TooManyDigits, column: None };
        let body = file.symbols[index].grid.quantize(&part.values).ok_or(too_long)?;
        Ok(Some(QuantizedRow { ts: time.ts, symbol: index as u32, body }))
    }

    /// Counts the current row as rejected where the scan did not, and logs the first row of each reason.
    pub fn reject(&mut self, file: &ReplayFile, error: RowError) {
        let (at, line, value) = ((self.position.offset, self.group), self.rows.line(), self.rows.text_of(error));
        if file.rejects.add(self.from, at, error, line, value) {
            let (entry, value, reason) = (&file.entry, echo(value), error.reason);
            tracing::warn!("{entry}: line {line} is rejected: {reason}: {value}; --full counts such rows first");
        }
        if error.reason.is_of_whole_row() {
            self.group = self.rows.parts();
        }
    }
}

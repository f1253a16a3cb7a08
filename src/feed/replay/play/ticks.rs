//! The ticks of a file in time order: a quote before the trade of its row, a bar as four trades, changes of an order
//! book as its levels and its best bid and ask.
//!
//! Playing can stop after any tick and go on from there ([`FilePosition`]).

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::sync::Arc;

use super::bars;
use super::file::{FileRows, FileSymbol, ReplayFile};
use super::merge::{Search, TickFile, TickStream};
use super::played_levels::BookMoment;
use super::sort::SortedRows;
use super::symbol_state::SymbolState;
use crate::feed::Reading;
use crate::feed::replay::error::{Problem, RejectReason, ReplayError, RowError};
use crate::feed::replay::input::TextPosition;
use crate::feed::replay::rows::{FastPath, QuantizedRow, RowBody, quantize};
use crate::market::{Tick, TickKind, Timestamp};

/// The rows that are read at most in search of the next tick: some milliseconds of work.
const SEARCH_ROWS: usize = 2_048;

/// The position of a file between two ticks.
#[derive(Clone, Debug)]
pub struct FilePosition {
    at: RowPosition,
    pending: Pending,
}

/// The rows read whose ticks are not taken yet.
#[derive(Clone, Debug)]
struct Pending {
    /// The first row whose ticks are not made yet.
    row: Option<QuantizedRow>,
    has_begun: bool,
    /// Ticks of bars, which reach beyond the rows that follow their bar.
    ticks: BinaryHeap<Reverse<PendingTick>>,
    /// The number of ticks made so far.
    count: u64,
    /// The state of each symbol, where rows are its changes.
    states: Vec<SymbolState>,
    /// The time of the last row.
    latest: Timestamp,
}

#[derive(Clone, Copy, Debug, Default)]
struct RowPosition {
    /// The beginning of the next row in the text, in a file that is sorted.
    text: TextPosition,
    /// The number of its parts already taken.
    group: usize,
    /// The hash of the line before it, where lines that come again are left out.
    line: Option<u64>,
    /// The index of the next row, in a file that had to be sorted.
    sorted: u64,
}

impl FilePosition {
    /// The memory of the position.
    pub fn bytes(&self) -> usize {
        let Pending { ticks, states, .. } = &self.pending;
        let states = states.iter().map(SymbolState::bytes).sum::<usize>();
        size_of::<Self>() + ticks.len() * size_of::<PendingTick>() + states
    }
}

impl TickFile for Arc<ReplayFile> {
    type Ticks = FileTicks;

    fn first(&self) -> Timestamp {
        ReplayFile::first(self)
    }

    fn is_seekable(&self) -> bool {
        ReplayFile::is_seekable(self)
    }

    fn start(&self) -> FilePosition {
        let state = SymbolState::new(self.book.is_some());
        let states = if self.has_states { vec![state; self.symbols.len()] } else { Vec::new() };
        let (row, ticks, latest) = (None, BinaryHeap::new(), Timestamp(i64::MIN));
        let pending = Pending { row, has_begun: false, ticks, count: 0, states, latest };
        FilePosition { at: RowPosition::default(), pending }
    }

    fn open(&self, position: &FilePosition, ticks: usize) -> Result<FileTicks, ReplayError> {
        let rows = match &self.sorted {
            Some(sorted) => RowSource::Sorted(sorted.rows(position.at.sorted, ticks)),
            None => {
                let RowPosition { text, group, line, .. } = position.at;
                RowSource::File(Box::new(ReplayFile::open(self, text, group, line, ticks)?))
            }
        };
        Ok(FileTicks { file: Arc::clone(self), rows, pending: position.pending.clone() })
    }
}

enum RowSource {
    File(Box<FileRows>),
    Sorted(SortedRows),
}

/// The ticks of one file.
pub struct FileTicks {
    file: Arc<ReplayFile>,
    rows: RowSource,
    pending: Pending,
}

impl FileTicks {
    /// Searches for the next row that can be played, among at most `left` rows.
    fn find_row(&mut self, left: &mut usize) -> Result<Search<QuantizedRow>, ReplayError> {
        let file = &*self.file;
        match &mut self.rows {
            RowSource::Sorted(rows) => {
                let sorted = file.sorted.as_ref().expect("invariant: sorted rows are read of a sorted file");
                let row = rows.next(sorted).map_err(|error| file.entry.at_fault(Problem::Sort(error)))?;
                Ok(row.map_or(Search::Ended, Search::Found))
            }
            RowSource::File(rows) => loop {
                let row = match rows.find(file, left)? {
                    Search::Found(row) => row,
                    none => return Ok(none),
                };
                if row.ts >= self.pending.latest {
                    self.pending.latest = row.ts;
                    return Ok(Search::Found(row));
                }
                rows.reject(file, RowError { reason: RejectReason::OutOfOrder, column: Some(file.layout.time.column) });
            },
        }
    }

    /// Makes the ticks of a row. `next` is the row after it.
    fn make(&mut self, row: &QuantizedRow, next: Option<&QuantizedRow>) -> Result<(), ReplayError> {
        let limit = self.file.max_waiting;
        if self.pending.ticks.len() > limit {
            return Err(self.file.entry.at_fault(Problem::TooManyAtOnce { limit }));
        }
        let FileSymbol { instrument, interval, .. } = self.file.symbols[row.symbol as usize];
        let at = BookMoment { instrument, ts: row.ts, book: self.file.book.unwrap_or_default() };
        let has_more = matches!(next, Some(QuantizedRow { body: RowBody::Behind { .. }, .. }));
        let Pending { ticks, count, states, .. } = &mut self.pending;
        let mut state = states.get_mut(row.symbol as usize);
        let mut push = |tick| {
            ticks.push(Reverse(PendingTick { tick, nth: *count }));
            *count += 1;
        };
        match &row.body {
            RowBody::Bar(bar) => {
                if !state.is_some_and(|state| state.is_repeated(row.ts, bar)) {
                    bars::ticks(instrument, row.ts, interval, bar).into_iter().for_each(&mut push);
                }
            }
            RowBody::Ticks { trade, quote } => {
                let (trade, quote) = self.file.change(state.as_deref_mut(), row.ts, *trade, *quote);
                match state.and_then(|state| state.levels.as_deref_mut()) {
                    Some(levels) => {
                        levels.begin_row(trade, quote);
                        if !has_more {
                            levels.finish_row(at, &mut push);
                        }
                    }
                    None => quantize::ticks(instrument, row.ts, trade, quote).for_each(&mut push),
                }
            }
            RowBody::Behind { nth, levels: behind } => {
                let Some(levels) = state.and_then(|state| state.levels.as_deref_mut()) else { return Ok(()) };
                levels.add(*nth, *behind);
                if !has_more {
                    levels.finish_row(at, &mut push);
                }
            }
            RowBody::Level(level) => {
                let Some(SymbolState { book, levels, .. }) = state else { return Ok(()) };
                book.apply(level, row.ts, self.file.max_levels);
                // Changes of equal times are one change.
                let is_same = |next: &QuantizedRow| next.ts == row.ts && next.symbol == row.symbol;
                let goes_on = next.is_some_and(|next| is_same(next) && matches!(next.body, RowBody::Level(_)));
                if !goes_on {
                    let quote = book.changed_top();
                    if let Some(levels) = levels {
                        levels.play(at, &book.depth(), quote.is_some(), &mut push);
                    }
                    quantize::ticks(instrument, row.ts, None, quote).for_each(&mut push);
                }
            }
        }
        Ok(())
    }

    /// Takes up to `most` ticks on the fast path, or else searches for one. Each row of such a file is one tick, so none
    /// is pending.
    fn take_fast(
        &mut self,
        fast_path: &FastPath,
        most: usize,
        put: &mut impl FnMut(Tick),
    ) -> Result<Reading, ReplayError> {
        let file = Arc::clone(&self.file);
        let mut has_taken = false;
        if let RowSource::File(rows) = &mut self.rows {
            let mut put = |tick| {
                has_taken = true;
                put(tick);
            };
            rows.take_fast(&file, fast_path, &mut self.pending.latest, most, &mut put)?;
        }
        if has_taken {
            return Ok(Reading::Continues);
        }
        match self.find_row(&mut { SEARCH_ROWS })? {
            Search::Found(row) => {
                let instrument = file.symbols[row.symbol as usize].instrument;
                if let RowBody::Ticks { trade, quote } = row.body {
                    quantize::ticks(instrument, row.ts, trade, quote).for_each(put);
                }
                Ok(Reading::Continues)
            }
            Search::Continues => Ok(Reading::Continues),
            Search::Ended => Ok(Reading::Ended),
        }
    }

    /// Searches for the next tick among a bounded number of rows.
    fn find_on_slow_path(&mut self) -> Result<Search<Tick>, ReplayError> {
        let mut left = SEARCH_ROWS;
        if !self.pending.has_begun {
            match self.find_row(&mut left)? {
                Search::Found(row) => self.pending.row = Some(row),
                Search::Continues => return Ok(Search::Continues),
                Search::Ended => {}
            }
            self.pending.has_begun = true;
        }
        while let Some(row) = self.pending.row {
            if self.pending.ticks.peek().is_some_and(|Reverse(first)| first.tick.ts <= row.ts) {
                break;
            }
            let next = match self.find_row(&mut left)? {
                Search::Found(row) => Some(row),
                Search::Continues => return Ok(Search::Continues),
                Search::Ended => None,
            };
            // Most rows are one trade: its tick need not be pending.
            if let RowBody::Ticks { trade: Some(trade), quote: None } = row.body
                && self.pending.ticks.is_empty()
                && self.pending.states.is_empty()
            {
                self.pending.row = next;
                let FileSymbol { instrument, .. } = self.file.symbols[row.symbol as usize];
                return Ok(Search::Found(Tick { instrument, ts: row.ts, kind: TickKind::Trade(trade) }));
            }
            self.make(&row, next.as_ref())?;
            self.pending.row = next;
        }
        Ok(self.pending.ticks.pop().map_or(Search::Ended, |Reverse(first)| Search::Found(first.tick)))
    }
}

impl TickStream for FileTicks {
    type Position = FilePosition;

    fn position(&self) -> FilePosition {
        let at = match &self.rows {
            RowSource::Sorted(rows) => RowPosition { sorted: rows.position(), ..RowPosition::default() },
            RowSource::File(rows) => {
                let (text, group) = rows.position();
                RowPosition { text, group, line: rows.line(), sorted: 0 }
            }
        };
        FilePosition { at, pending: self.pending.clone() }
    }

    fn next_ticks(&mut self, most: usize, into: &mut Vec<Tick>) -> Result<Reading, ReplayError> {
        let file = Arc::clone(&self.file);
        match &file.fast_path {
            Some(fast_path) => self.take_fast(fast_path, most, &mut |tick| into.push(tick)),
            None => Ok(self.find_on_slow_path()?.append_to(into)),
        }
    }
}

/// A tick that waits for its time, ordered by time and then by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct PendingTick {
    tick: Tick,
    nth: u64,
}

impl PendingTick {
    const fn key(&self) -> (Timestamp, u64) {
        (self.tick.ts, self.nth)
    }
}

impl Ord for PendingTick {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl PartialOrd for PendingTick {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

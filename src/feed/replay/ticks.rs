//! The rows of a tape as ticks in time order: quotes before trades, bars spread over their time, changes of a book as
//! what they do to its top.
//!
//! A tape can be left and taken up again at any tick ([`TapeMark`]).

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::sync::Arc;

use super::bars;
use super::book::Book;
use super::error::{Problem, ReplayError};
use super::lines::Place;
use super::merge::TickStream;
use super::place::{self, Body, Placed};
use super::plain::Plain;
use super::read::{FileRows, Tape, TapeSymbol};
use super::report::{Reason, Refusal};
use super::sort::SortedRows;
use crate::market::{Tick, Timestamp};

/// Ticks of bars that may wait for their time; more are bars of one moment beyond any sense.
pub const DEFAULT_MAX_WAITING: usize = 1_000_000;

/// Where a tape stands between two ticks, with all that is on its way.
#[derive(Clone, Debug)]
pub struct TapeMark {
    at: RowMark,
    underway: Underway,
}

/// What lies between the rows that are read and the ticks that are taken.
#[derive(Clone, Debug)]
struct Underway {
    /// The first row whose ticks are not made yet.
    row: Option<Placed>,
    begun: bool,
    /// A bar's ticks reach beyond the rows that follow it, so they wait here.
    made: BinaryHeap<Reverse<Made>>,
    count: u64,
    /// The order book of each symbol, where the file tells its changes.
    books: Vec<Book>,
    latest: Timestamp,
}

#[derive(Clone, Copy, Debug, Default)]
struct RowMark {
    /// Where in a sorted file's text the next row begins, or the one of whose parts some are taken.
    place: Place,
    /// How many parts of that row are taken.
    group: usize,
    /// The index among rows that were sorted.
    sorted: u64,
}

impl Tape {
    /// The ticks from the first one on.
    ///
    /// # Errors
    /// When the file cannot be opened again.
    pub fn play(self: &Arc<Self>) -> Result<TapeTicks, ReplayError> {
        let books = if self.is_book { vec![Book::default(); self.symbols.len()] } else { Vec::new() };
        let (row, made, latest) = (None, BinaryHeap::new(), Timestamp(i64::MIN));
        let underway = Underway { row, begun: false, made, count: 0, books, latest };
        self.play_from(&TapeMark { at: RowMark::default(), underway })
    }

    /// The ticks from a mark on.
    ///
    /// # Errors
    /// When the file cannot be opened again.
    pub fn play_from(self: &Arc<Self>, mark: &TapeMark) -> Result<TapeTicks, ReplayError> {
        let source = match &self.sorted {
            Some(sorted) => RowSource::Sorted(sorted.rows(mark.at.sorted)),
            None => RowSource::File(Box::new(self.open(mark.at.place, mark.at.group)?)),
        };
        Ok(TapeTicks { tape: Arc::clone(self), source, underway: mark.underway.clone() })
    }
}

enum RowSource {
    File(Box<FileRows>),
    Sorted(SortedRows),
}

/// The ticks of one file.
pub struct TapeTicks {
    tape: Arc<Tape>,
    source: RowSource,
    underway: Underway,
}

impl TapeTicks {
    /// Where this stands: [`Tape::play_from`] goes on from there with the same ticks.
    pub fn mark(&self) -> TapeMark {
        let at = match &self.source {
            RowSource::Sorted(rows) => RowMark { sorted: rows.position(), ..RowMark::default() },
            RowSource::File(file) => {
                let (place, group) = file.mark();
                RowMark { place, group, sorted: 0 }
            }
        };
        TapeMark { at, underway: self.underway.clone() }
    }

    fn next_row(&mut self) -> Result<Option<Placed>, ReplayError> {
        let tape = &*self.tape;
        match &mut self.source {
            RowSource::Sorted(rows) => {
                let sorted = tape.sorted.as_ref().expect("invariant: sorted rows are read of a sorted tape");
                rows.next(sorted).map_err(|error| tape.entry.at_fault(Problem::Sort(error)))
            }
            RowSource::File(file) => loop {
                let Some(row) = file.next(tape)? else { return Ok(None) };
                if row.ts >= self.underway.latest {
                    self.underway.latest = row.ts;
                    return Ok(Some(row));
                }
                file.refuse(tape, Refusal { reason: Reason::OutOfOrder, column: Some(tape.layout.time.column) });
            },
        }
    }

    fn make(&mut self, row: &Placed, next: Option<&Placed>) -> Result<(), ReplayError> {
        let limit = self.tape.max_waiting;
        if self.underway.made.len() > limit {
            return Err(self.tape.entry.at_fault(Problem::TooManyAtOnce { limit }));
        }
        let TapeSymbol { instrument, interval, .. } = self.tape.symbols[row.symbol as usize];
        let (made, count) = (&mut self.underway.made, &mut self.underway.count);
        let mut push = |tick| {
            made.push(Reverse(Made { tick, nth: *count }));
            *count += 1;
        };
        match &row.body {
            Body::Bar(bar) => bars::ticks(instrument, row.ts, interval, bar).into_iter().for_each(&mut push),
            Body::Ticks { trade, quote } => place::ticks(instrument, row.ts, *trade, *quote).for_each(&mut push),
            Body::Level(level) => {
                let book = &mut self.underway.books[row.symbol as usize];
                book.apply(level, self.tape.max_levels);
                // Changes of one moment are one change.
                let goes_on = next.is_some_and(|next| next.ts == row.ts && next.symbol == row.symbol);
                if !goes_on {
                    place::ticks(instrument, row.ts, None, book.tell()).for_each(&mut push);
                }
            }
        }
        Ok(())
    }
}

impl TapeTicks {
    /// Takes at least one tick, unless this is the end, and up to `most` where rows are plain. A row is then one tick,
    /// and none waits.
    fn take_plain(&mut self, plain: &Plain, most: usize, put: &mut impl FnMut(Tick)) -> Result<(), ReplayError> {
        let tape = Arc::clone(&self.tape);
        let mut taken = false;
        if let RowSource::File(file) = &mut self.source {
            let mut put = |tick| {
                taken = true;
                put(tick);
            };
            file.take_plain(&tape, plain, &mut self.underway.latest, most, &mut put)?;
        }
        if !taken && let Some(row) = self.next_row()? {
            let instrument = tape.symbols[row.symbol as usize].instrument;
            if let Body::Ticks { trade, quote } = row.body {
                place::ticks(instrument, row.ts, trade, quote).for_each(put);
            }
        }
        Ok(())
    }
}

impl TickStream for TapeTicks {
    fn next_ticks(&mut self, most: usize, into: &mut Vec<Tick>) -> Result<(), ReplayError> {
        let tape = Arc::clone(&self.tape);
        match &tape.plain {
            Some(plain) => self.take_plain(plain, most, &mut |tick| into.push(tick))?,
            None => into.extend(self.next_tick()?),
        }
        Ok(())
    }

    fn next_tick(&mut self) -> Result<Option<Tick>, ReplayError> {
        let tape = Arc::clone(&self.tape);
        if let Some(plain) = &tape.plain {
            let mut one = None;
            self.take_plain(plain, 1, &mut |tick| one = Some(tick))?;
            return Ok(one);
        }
        if !self.underway.begun {
            self.underway.row = self.next_row()?;
            self.underway.begun = true;
        }
        while let Some(row) = self.underway.row {
            if self.underway.made.peek().is_some_and(|Reverse(first)| first.tick.ts <= row.ts) {
                break;
            }
            let next = self.next_row()?;
            if let (Body::Ticks { trade: Some(trade), quote: None }, true) = (&row.body, self.underway.made.is_empty())
            {
                // The way of most ticks: nothing waits, and nothing is made that has to.
                self.underway.row = next;
                let TapeSymbol { instrument, .. } = self.tape.symbols[row.symbol as usize];
                return Ok(Some(Tick { instrument, ts: row.ts, kind: crate::market::TickKind::Trade(*trade) }));
            }
            self.make(&row, next.as_ref())?;
            self.underway.row = next;
        }
        Ok(self.underway.made.pop().map(|Reverse(first)| first.tick))
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

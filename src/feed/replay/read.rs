//! The second pass over a file: its rows as ticks in time order.
//!
//! A sorted file is read as it plays, in constant memory; another one is sorted first. Rows that cannot be played
//! are passed over; `refused` counts those of a file that was not read whole.
//! A tape can be left and taken up again at any tick ([`TapeMark`]).

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::sync::Arc;

use super::bars;
use super::book::Book;
use super::catalog::{Catalog, bar_intervals};
use super::entry::Entry;
use super::error::{Problem, ReplayError, echo};
use super::layout::{Layout, Shape};
use super::lines::Place;
use super::merge::TickStream;
use super::open::{Text, open_at};
use super::place::{self, Body, Grid, Placed};
use super::plain::{Plain, PlainRows};
use super::refused::{Ledger, PartAt};
use super::report::{Reason, Refusal, Refused, RowOrder};
use super::row::Rows;
use super::scan::{Names, Scan};
use super::sort::{Sorted, SortedRows, Sorter};
use super::{Progress, ReplayConfig};
use crate::market::{InstrumentId, Interval, Tick, Timestamp};

/// Ticks of bars that may wait for their time; more are bars of one moment beyond any sense.
pub const DEFAULT_MAX_WAITING: usize = 1_000_000;

/// A file that was scanned and can be played as often as wanted.
pub struct Tape {
    entry: Entry,
    layout: Arc<Layout>,
    max_line_bytes: usize,
    max_waiting: usize,
    max_levels: usize,
    symbols: Vec<TapeSymbol>,
    names: Names,
    /// All rows in time order, where the file does not have them so.
    sorted: Option<Sorted>,
    refused: Ledger,
    is_book: bool,
    /// The short way for its rows, where it is in order and they are plain.
    plain: Option<Plain>,
}

struct TapeSymbol {
    instrument: InstrumentId,
    grid: Grid,
    interval: Interval,
}

impl Tape {
    /// # Errors
    /// When the file has to be sorted, and cannot be.
    pub fn new(
        entry: &Entry,
        config: &ReplayConfig,
        scan: &Scan,
        catalog: &Catalog,
        progress: &mut Progress<'_>,
    ) -> Result<Self, ReplayError> {
        let mut names = Names::default();
        let symbols = scan.symbols.iter().zip(bar_intervals(scan)).map(|(one, interval)| {
            names.index(&one.symbol);
            let instrument = catalog.ids[&one.symbol];
            let facts = &catalog.instruments[instrument.index()];
            let grid = Grid { price: facts.price_increment, size: facts.size_increment };
            TapeSymbol { instrument, grid, interval: interval.unwrap_or(Interval::S1) }
        });
        let mut tape = Self {
            entry: entry.clone(),
            layout: Arc::clone(&scan.layout),
            max_line_bytes: config.max_line_bytes,
            max_waiting: config.max_waiting,
            max_levels: config.max_levels,
            symbols: symbols.collect(),
            names,
            sorted: None,
            refused: Ledger::new(scan.refusals.clone(), scan.is_exact),
            is_book: scan.layout.groups.iter().any(|group| matches!(group.shape, Shape::Levels { .. })),
            plain: Plain::of(&scan.layout, config.max_line_bytes).filter(|_| scan.is_sorted()),
        };
        if !scan.is_sorted() {
            let sorter = Sorter::new(config.max_sort_rows, scan.order == RowOrder::NewestFirst);
            tape.sorted = Some(tape.sort(sorter, progress)?);
        }
        Ok(tape)
    }

    fn sort(&self, mut sorter: Sorter, progress: &mut Progress<'_>) -> Result<Sorted, ReplayError> {
        const PROGRESS_ROWS: u64 = 1 << 16;
        let on_disk = |error| self.entry.at_fault(Problem::Sort(error));
        let mut file = self.open(Place::default(), 0)?;
        let mut seen = 0u64;
        while let Some(row) = file.next(self)? {
            sorter.add(row).map_err(on_disk)?;
            seen += 1;
            if seen.is_multiple_of(PROGRESS_ROWS) {
                progress(&self.entry, file.rows.place().offset, self.layout.form.plain_bytes);
            }
        }
        sorter.finish().map_err(on_disk)
    }

    /// `group` parts of the row at `place` are taken already.
    fn open(&self, place: Place, group: usize) -> Result<FileRows, ReplayError> {
        let lines = open_at(&self.entry, self.layout.form, place, self.max_line_bytes);
        let lines = lines.map_err(|problem| self.entry.at_fault(problem))?;
        let rows = Rows::new(lines, Arc::clone(&self.layout));
        let from = (place.offset, group);
        let mut names = self.names.clone();
        let group_symbol = self.layout.groups[0].symbol.as_ref();
        let alone = group_symbol.unwrap_or(&self.layout.file_symbol);
        let is_alone = group_symbol.is_some() || self.layout.symbol.is_none();
        let plain = PlainRows::new(names.get(alone).filter(|_| is_alone));
        let mut file = FileRows { group: rows.groups(), rows, place, names, plain, from };
        file.skip_to(self, group)?;
        Ok(file)
    }

    /// Rows that cannot be played, as far as is known by now.
    pub fn rows_refused(&self) -> u64 {
        self.refused.total()
    }

    /// The same by reason.
    pub fn refused(&self) -> Vec<Refused> {
        self.refused.list()
    }

    #[cfg(any(test, fuzzing))]
    pub fn without_short_way(self) -> Self {
        Self { plain: None, ..self }
    }

    #[cfg(test)]
    pub const fn has_short_way(&self) -> bool {
        self.plain.is_some()
    }

    pub const fn entry(&self) -> &Entry {
        &self.entry
    }

    /// The ticks from the first one on.
    ///
    /// # Errors
    /// When the file cannot be opened again.
    pub fn play(self: &Arc<Self>) -> Result<TapeTicks, ReplayError> {
        let books = if self.is_book { vec![Book::default(); self.symbols.len()] } else { Vec::new() };
        self.play_from(&TapeMark {
            at: RowMark::default(),
            row: None,
            begun: false,
            made: BinaryHeap::new(),
            count: 0,
            books,
            latest: Timestamp(i64::MIN),
        })
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
        let TapeMark { row, begun, made, count, books, .. } = mark.clone();
        Ok(TapeTicks { tape: Arc::clone(self), source, row, begun, made, count, books, latest: mark.latest })
    }
}

/// Where a tape stands between two ticks, with all that is on its way.
#[derive(Clone, Debug)]
pub struct TapeMark {
    at: RowMark,
    row: Option<Placed>,
    begun: bool,
    made: BinaryHeap<Reverse<Made>>,
    count: u64,
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

/// The rows of a file, in its own order.
struct FileRows {
    rows: Rows<Text>,
    /// Where the row that was gone to begins.
    place: Place,
    names: Names,
    plain: PlainRows,
    /// The next part of it.
    group: usize,
    /// Where reading began.
    from: PartAt,
}

impl FileRows {
    fn next(&mut self, tape: &Tape) -> Result<Option<Placed>, ReplayError> {
        loop {
            while self.group < self.rows.groups() {
                self.group += 1;
                match self.part(tape, self.group - 1) {
                    Ok(Some(placed)) => return Ok(Some(placed)),
                    Ok(None) => {}
                    Err(refusal) => self.refuse(tape, refusal),
                }
            }
            self.place = self.rows.place();
            if !self.rows.advance().map_err(|problem| tape.entry.at_fault(problem))? {
                return Ok(None);
            }
            self.group = 0;
        }
    }

    /// Takes rows by the short way, up to `most` of them, and stops before the first that is not plain or is earlier
    /// than `latest`.
    fn take_plain(
        &mut self,
        tape: &Tape,
        plain: &Plain,
        latest: &mut Timestamp,
        most: usize,
        put: &mut impl FnMut(Tick),
    ) -> Result<(), ReplayError> {
        let text = self.rows.ahead().map_err(|problem| tape.entry.at_fault(problem))?;
        let (mut rest, mut taken) = (text, 0);
        while taken < most
            && let Some(row) = self.plain.read(plain, &mut self.names, rest)
            && row.ts >= *latest
            && let TapeSymbol { instrument, grid, .. } = &tape.symbols[row.symbol]
            && let Some(kind) = row.tick(plain, grid)
        {
            put(Tick { instrument: *instrument, ts: row.ts, kind });
            (*latest, rest) = (row.ts, &rest[row.bytes..]);
            taken += 1;
        }
        let bytes = text.len() - rest.len();
        self.rows.pass(bytes, taken as u64);
        Ok(())
    }

    /// Goes to the row at the place where this was opened, if some of its parts are taken already.
    fn skip_to(&mut self, tape: &Tape, group: usize) -> Result<(), ReplayError> {
        if group > 0 && group < self.rows.groups() {
            self.rows.advance().map_err(|problem| tape.entry.at_fault(problem))?;
            self.group = group;
        }
        Ok(())
    }

    fn part(&mut self, tape: &Tape, group: usize) -> Result<Option<Placed>, Refusal> {
        let moment = self.rows.moment()?;
        let Some(part) = self.rows.part(group)? else { return Ok(None) };
        // A symbol may be missing where only pieces were scanned, or the file has changed since.
        let unknown = Refusal { reason: Reason::UnknownSymbol, column: tape.layout.symbol };
        let index = self.names.get(part.symbol).ok_or(unknown)?;
        let too_long = Refusal { reason: Reason::TooManyDigits, column: None };
        let body = tape.symbols[index].grid.place(&part.values).ok_or(too_long)?;
        Ok(Some(Placed { ts: moment.ts, symbol: index as u32, body }))
    }

    /// Counts a row that the scan has not seen, and tells of the first for each reason.
    fn refuse(&mut self, tape: &Tape, refusal: Refusal) {
        let (at, line, value) = ((self.place.offset, self.group), self.rows.line(), self.rows.text_of(refusal));
        if tape.refused.add(self.from, at, refusal, line, value) {
            let (entry, value, reason) = (&tape.entry, echo(value), refusal.reason);
            tracing::warn!("{entry}: line {line} cannot be played: {reason}: {value}; --full counts them first");
        }
        if refusal.reason.is_of_whole_row() {
            self.group = self.rows.groups();
        }
    }
}

enum RowSource {
    File(Box<FileRows>),
    Sorted(SortedRows),
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
    /// The order book of each symbol, where the file tells its changes.
    books: Vec<Book>,
    latest: Timestamp,
}

impl TapeTicks {
    /// Where this stands: [`Tape::play_from`] goes on from there with the same ticks.
    pub fn mark(&self) -> TapeMark {
        let at = match &self.source {
            RowSource::Sorted(rows) => RowMark { sorted: rows.position(), ..RowMark::default() },
            RowSource::File(file) if file.group < file.rows.groups() => {
                RowMark { place: file.place, group: file.group, sorted: 0 }
            }
            RowSource::File(file) => RowMark { place: file.rows.place(), ..RowMark::default() },
        };
        let (row, begun, made) = (self.row, self.begun, self.made.clone());
        TapeMark { at, row, begun, made, count: self.count, books: self.books.clone(), latest: self.latest }
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
                if row.ts >= self.latest {
                    self.latest = row.ts;
                    return Ok(Some(row));
                }
                file.refuse(tape, Refusal { reason: Reason::OutOfOrder, column: Some(tape.layout.time.column) });
            },
        }
    }

    fn make(&mut self, row: &Placed, next: Option<&Placed>) -> Result<(), ReplayError> {
        let limit = self.tape.max_waiting;
        if self.made.len() > limit {
            return Err(self.tape.entry.at_fault(Problem::TooManyAtOnce { limit }));
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
            Body::Level(level) => {
                let book = &mut self.books[row.symbol as usize];
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
            file.take_plain(&tape, plain, &mut self.latest, most, &mut put)?;
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
        if !self.begun {
            self.row = self.next_row()?;
            self.begun = true;
        }
        while let Some(row) = self.row {
            if self.made.peek().is_some_and(|Reverse(first)| first.tick.ts <= row.ts) {
                break;
            }
            let next = self.next_row()?;
            if let (Body::Ticks { trade: Some(trade), quote: None }, true) = (&row.body, self.made.is_empty()) {
                // The way of most ticks: nothing waits, and nothing is made that has to.
                self.row = next;
                let TapeSymbol { instrument, .. } = self.tape.symbols[row.symbol as usize];
                return Ok(Some(Tick { instrument, ts: row.ts, kind: crate::market::TickKind::Trade(*trade) }));
            }
            self.make(&row, next.as_ref())?;
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

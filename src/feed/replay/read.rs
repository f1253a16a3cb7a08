//! The second pass over a file: its rows, on the grids of their symbols.
//!
//! A sorted file is read as it plays, in constant memory; another one is sorted first. Rows that cannot be played
//! are passed over; `refused` counts those of a file that was not read whole.
//!
//! Not here: what ticks the rows make (`ticks`).

use std::sync::Arc;

use super::catalog::{Catalog, bar_intervals};
use super::entry::Entry;
use super::error::{Problem, ReplayError, echo};
use super::layout::{Layout, Shape};
use super::lines::Place;
use super::open::{Text, open_at};
use super::place::{Grid, Placed};
use super::plain::{Plain, PlainRows};
use super::refused::{Ledger, PartAt};
use super::report::{Reason, Refusal, Refused, RowOrder};
use super::row::Rows;
use super::scan::{Names, Scan};
use super::sort::{Sorted, Sorter};
use super::{Progress, ReplayConfig};
use crate::market::{InstrumentId, Interval, Tick, Timestamp};

/// A file that was scanned and can be played as often as wanted.
pub struct Tape {
    pub(super) entry: Entry,
    pub(super) layout: Arc<Layout>,
    max_line_bytes: usize,
    pub(super) max_waiting: usize,
    pub(super) max_levels: usize,
    pub(super) symbols: Vec<TapeSymbol>,
    names: Names,
    /// All rows in time order, where the file does not have them so.
    pub(super) sorted: Option<Sorted>,
    refused: Ledger,
    pub(super) is_book: bool,
    /// The short way for its rows, where it is in order and they are plain.
    pub(super) plain: Option<Plain>,
}

pub struct TapeSymbol {
    pub instrument: InstrumentId,
    pub grid: Grid,
    pub interval: Interval,
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
    pub(super) fn open(&self, place: Place, group: usize) -> Result<FileRows, ReplayError> {
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
    pub fn rows_rejected(&self) -> u64 {
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

    pub const fn entry(&self) -> &Entry {
        &self.entry
    }
}

/// The rows of a file, in its own order.
pub struct FileRows {
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
    pub fn next(&mut self, tape: &Tape) -> Result<Option<Placed>, ReplayError> {
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

    /// Where reading goes on, and how many parts of the row there are taken.
    pub fn mark(&self) -> (Place, usize) {
        if self.group < self.rows.groups() { (self.place, self.group) } else { (self.rows.place(), 0) }
    }

    /// Takes rows by the short way, up to `most` of them, and stops before the first that is not plain or is earlier
    /// than `latest`.
    pub fn take_plain(
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
    pub fn refuse(&mut self, tape: &Tape, refusal: Refusal) {
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

//! The rows of a file, one at a time: lines split into cells, with the time of each row.
//!
//! Knows nothing of the rows before. A row of a wide table has a part for each symbol.

use std::io::Read;
use std::sync::Arc;

use super::cell_values::CellValues;
use super::values::RowPart;
use crate::feed::replay::error::{Problem, RejectReason, RowError};
use crate::feed::replay::input::{Fit, Lines, TextPosition, read_problem};
use crate::feed::replay::parse::cells::Cells;
use crate::feed::replay::parse::number;
use crate::feed::replay::parse::times::{self, NANOS_PER_DAY, ParsedTime, TimeFormat, Zone};
use crate::feed::replay::schema::{Layout, symbol};

/// The kind of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    Row,
    /// A blank line, or one above the rows.
    Other,
    /// None: the file has ended.
    End,
}

/// A reader of the rows of a file.
pub struct Rows<R> {
    lines: Lines<R>,
    layout: Arc<Layout>,
    cells: Cells,
    split: Result<(), RowError>,
    /// The name of the row's instrument, where several columns make it.
    instrument: String,
    /// The cells that a row must have.
    min_cells: usize,
    /// The cells of a row that has all.
    width: usize,
    torn: Option<u64>,
}

impl<R: Read> Rows<R> {
    /// Reads lines as rows of a layout.
    pub fn new(lines: Lines<R>, layout: Arc<Layout>) -> Self {
        let roles = layout.roles();
        let last = (0..roles.len()).rfind(|n| roles[*n].is_some() && !layout.is_behind(*n)).unwrap_or(0);
        let min_cells = if layout.is_wide() { layout.time.column + 2 } else { last + 1 };
        let width = layout.names.len();
        Self {
            lines,
            layout,
            cells: Cells::default(),
            split: Ok(()),
            instrument: String::new(),
            min_cells,
            width,
            torn: None,
        }
    }

    /// Moves to the next row, past blank lines and the lines above the rows; `false` at the end of the file.
    ///
    /// The file also ends before a last frame that is incomplete ([`Self::torn`]): the line that breaks off in it is no
    /// row.
    ///
    /// # Errors
    /// When the file cannot be read any further.
    pub fn advance(&mut self) -> Result<bool, Problem> {
        loop {
            match self.advance_line()? {
                LineKind::Row => return Ok(true),
                LineKind::Other => {}
                LineKind::End => return Ok(false),
            }
        }
    }

    /// Moves to the next line, which may be no row.
    ///
    /// # Errors
    /// When the file cannot be read any further.
    pub fn advance_line(&mut self) -> Result<LineKind, Problem> {
        if self.torn.is_some() {
            return Ok(LineKind::End);
        }
        let fit = match self.lines.advance().map_err(|e| read_problem(e, self.lines.number())) {
            Ok(Some(fit)) => fit,
            Ok(None) => return Ok(LineKind::End),
            Err(Problem::Torn { line }) => {
                self.torn = Some(line);
                return Ok(LineKind::End);
            }
            Err(problem) => return Err(problem),
        };
        // A line that is too long is counted wherever it is.
        if fit == Fit::Whole && (self.lines.number() <= self.layout.above || self.is_blank()) {
            return Ok(LineKind::Other);
        }
        self.split = self.split(fit);
        if !self.layout.symbol_parts.is_empty() && self.split.is_ok() {
            self.name_instrument();
        }
        Ok(LineKind::Row)
    }

    fn name_instrument(&mut self) {
        let Self { layout, cells, instrument, .. } = self;
        instrument.clear();
        let symbol = layout.symbol.map_or(layout.file_symbol.as_str(), |column| cells.get(column));
        if symbol.is_empty() {
            return;
        }
        instrument.push_str(symbol);
        symbol::compose(instrument, layout.symbol_parts.iter().map(|column| cells.get(*column)));
    }

    /// The last line before the packed data break off, where they do.
    pub const fn torn(&self) -> Option<u64> {
        self.torn
    }

    /// Spreadsheets write lines of nothing but delimiters.
    fn is_blank(&self) -> bool {
        let is_nothing = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r') || *byte == self.layout.delimiter;
        match self.lines.text() {
            [b'0'..=b'9', ..] => false,
            text => text.iter().all(is_nothing),
        }
    }

    /// Splits the line into cells. Some writers end each row with a delimiter, others leave out empty cells at its end.
    fn split(&mut self, fit: Fit) -> Result<(), RowError> {
        let error = |reason| RowError { reason, column: None };
        if fit == Fit::TooLong {
            return Err(error(RejectReason::TooLong));
        }
        self.cells.split(self.lines.text(), self.layout.delimiter).map_err(|_| error(RejectReason::OpenQuote))?;
        let count = self.cells.len();
        if count == self.width {
            return Ok(());
        }
        if count == 1 && self.width > 1 {
            return Err(error(RejectReason::Note));
        }
        let surplus_is_empty = || (self.width..count).all(|index| self.cells.get(index).is_empty());
        if count < self.min_cells || !surplus_is_empty() {
            return Err(error(RejectReason::Width));
        }
        Ok(())
    }

    /// The time of the current row as it is written, in its zone where it names one.
    ///
    /// # Errors
    /// The reason why the row is rejected.
    pub fn local_time(&self) -> Result<ParsedTime, RowError> {
        self.split?;
        let time = &self.layout.time;
        let cell = self.cells.get(time.column);
        let parsed = match (time.clock, time.format) {
            (None, TimeFormat::SinceMidnight(_)) => self.on_base_day(time.format.parse(cell)),
            (None, format) if time.month.is_none() => format.parse(cell),
            (clock, format) => self.joined(clock, format),
        };
        let parsed = if time.parts[0].is_some() { parsed.and_then(|parsed| self.with_parts(parsed)) } else { parsed };
        let parsed = if time.are_trading_days { parsed.map(times::of_trading_day) } else { parsed };
        parsed.ok_or(RowError { reason: RejectReason::BadTime, column: Some(time.column) })
    }

    /// The time of a date and a clock in cells of their own.
    fn joined(&self, clock: Option<usize>, format: TimeFormat) -> Option<ParsedTime> {
        let time = &self.layout.time;
        let cell = self.cells.get(time.column);
        let form = time.clock_form;
        if let (Some(clock), TimeFormat::SinceMidnight(_)) = (clock, format) {
            let clock = self.cells.get(clock);
            return self.on_base_day(times::parse_date_and_clock("1970-01-01", clock, TimeFormat::Iso, form));
        }
        let Some(month) = time.month else {
            return times::parse_date_and_clock(cell, self.cells.get(clock?), format, form);
        };
        let day = time.day.map_or("1", |day| self.cells.get(day));
        let date = format!("{cell}-{:0>2}-{:0>2}", self.cells.get(month), day);
        match clock {
            Some(clock) => times::parse_date_and_clock(&date, self.cells.get(clock), TimeFormat::Iso, form),
            None => TimeFormat::Iso.parse(&date),
        }
    }

    /// Adds the parts of the clock that are in columns of their own.
    fn with_parts(&self, parsed: ParsedTime) -> Option<ParsedTime> {
        let mut ts = parsed.ts;
        for part in self.layout.time.parts.iter().flatten() {
            let cell = self.cells.get(part.column);
            let count = if number::is_blank(cell) { 0 } else { times::whole_count(cell)? };
            ts = ts.plus_nanos(count.checked_mul(part.nanos)?);
        }
        Some(ParsedTime { ts, ..parsed })
    }

    /// The time of the current row.
    ///
    /// # Errors
    /// The reason why the row is rejected.
    pub fn time(&self) -> Result<ParsedTime, RowError> {
        let parsed = self.local_time()?;
        let time = &self.layout.time;
        if parsed.has_zone || time.zone == Zone::Utc || !time.has_clock {
            return Ok(parsed);
        }
        let utc = match time.zone.both(parsed.ts).filter(|_| !self.layout.second_hours.is_empty()) {
            Some((_, second)) if self.layout.is_in_second_hour(self.lines.position().offset) => second,
            _ => time.zone.to_utc(parsed.ts),
        };
        Ok(ParsedTime { ts: utc, ..parsed })
    }

    /// Adds the date to a time that counts from midnight.
    fn on_base_day(&self, time: Option<ParsedTime>) -> Option<ParsedTime> {
        let time = time?;
        let midnight = self.layout.time.base_day.checked_mul(NANOS_PER_DAY)?;
        Some(ParsedTime { ts: time.ts.plus_nanos(midnight), ..time })
    }

    /// A part of the current row: about the symbol of one group of columns, or one more level of its book; `None` where
    /// its cells are empty.
    ///
    /// # Errors
    /// The reason why the row is rejected.
    pub fn part(&self, part: usize) -> Result<Option<RowPart<'_>>, RowError> {
        let groups = &self.layout.groups;
        let behind = part.checked_sub(groups.len());
        let columns = groups.get(part).unwrap_or(&groups[0]);
        let is_empty = || columns.shape.columns().iter().all(|(column, _)| number::is_blank(self.cells.get(*column)));
        if self.layout.is_wide() && is_empty() {
            return Ok(None);
        }
        let symbol = match (&columns.symbol, self.layout.symbol) {
            (Some(symbol), _) => symbol.as_str(),
            (None, _) if !self.layout.symbol_parts.is_empty() => {
                Self::fit_symbol(&self.instrument, self.layout.symbol)?
            }
            (None, Some(column)) => Self::fit_symbol(self.cells.get(column), Some(column))?,
            (None, None) => &self.layout.file_symbol,
        };
        let cells = CellValues { cells: &self.cells, layout: &self.layout };
        let values = match behind {
            Some(n) => cells.behind(n + 1, &self.layout.levels_behind[n])?,
            None => Some(cells.read(&columns.shape)?),
        };
        Ok(values.map(|values| RowPart { symbol, values }))
    }

    fn fit_symbol(text: &str, column: Option<usize>) -> Result<&str, RowError> {
        Some(text).filter(|text| symbol::is_symbol(text)).ok_or(RowError { reason: RejectReason::BadSymbol, column })
    }

    /// The cells of the current row.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        self.cells.iter()
    }

    /// The number of groups of columns, which are the first parts.
    pub fn groups(&self) -> usize {
        self.layout.groups.len()
    }

    /// The number of parts: groups of columns, then levels of the book.
    pub fn parts(&self) -> usize {
        self.layout.groups.len() + self.layout.levels_behind.len()
    }

    /// The line of the current row.
    pub const fn line(&self) -> u64 {
        self.lines.number()
    }

    /// The position behind the current row.
    pub const fn position(&self) -> TextPosition {
        self.lines.position()
    }

    /// The text behind the current row, as far as it is in memory; empty before the first row.
    ///
    /// # Errors
    /// When the file cannot be read any further.
    pub fn ahead(&mut self) -> Result<&[u8], Problem> {
        // A byte order mark is no part of the first line, so that line is always read by `advance`.
        if self.lines.number() < self.layout.above.max(1) || self.torn.is_some() {
            return Ok(&[]);
        }
        let line = self.lines.number();
        let Self { lines, torn, .. } = self;
        match lines.ahead().map_err(|error| read_problem(error, line)) {
            Err(Problem::Torn { line }) => {
                *torn = Some(line);
                Ok(&[])
            }
            ahead => ahead,
        }
    }

    /// Skips `bytes` bytes of the text ahead, which must be whole lines.
    pub fn pass(&mut self, bytes: usize, lines: u64) {
        self.lines.pass(bytes, lines);
    }

    /// The text of the current line.
    pub fn text(&self) -> &[u8] {
        self.lines.text()
    }

    /// The text that an error is about: a cell, or the whole line.
    pub fn text_of(&self, error: RowError) -> &[u8] {
        error.column.map_or(self.lines.text(), |column| self.cells.get(column).as_bytes())
    }
}

//! A source whose times are moved by one shift, so that a recording of another day plays as if it happened now.
//!
//! All ticks move alike, so their distances stay. The bar that a tick falls into may change, unless the shift is a
//! whole number of bars; [`TimeShift::to_now`] takes care of that for recordings made of bars.

use std::sync::Arc;

use crate::control::{CommandError, RejectedRows, ScenarioCatalog, ScenarioRequest};
use crate::feed::{Position, Reading, SourceError, SourceInfo, TickSource};
use crate::market::{HistoryBar, Interval, Notice, Tick, Timestamp};

/// A source and the shift of its times.
pub struct TimeShift {
    source: Box<dyn TickSource>,
    /// The source's facts with shifted times.
    info: SourceInfo,
    nanos: i64,
}

impl TimeShift {
    /// Wraps a source without a shift.
    pub fn new(source: Box<dyn TickSource>) -> Self {
        let info = source.info().clone();
        Self { source, info, nanos: 0 }
    }

    /// Returns the shift in nanoseconds.
    pub const fn nanos(&self) -> i64 {
        self.nanos
    }

    /// Sets the shift in nanoseconds, counted from the source's own times.
    pub fn set(&mut self, nanos: i64) {
        let info = self.source.info();
        self.nanos = nanos;
        self.info.start = info.start.plus_nanos(nanos);
        self.info.end = info.end.map(|end| end.plus_nanos(nanos));
    }

    /// Returns the shift that moves `position`, a shifted time, to `now`.
    ///
    /// The result is a whole number of seconds or, for ticks made from bars, of the longest bar; so the position may
    /// land less than that before `now`.
    pub fn to_now(&self, position: Timestamp, now: Timestamp) -> i64 {
        let bars = self.info.instruments.iter().filter_map(|instrument| instrument.synthesised_from);
        let unit = bars.max().unwrap_or(Interval::S1).nanos();
        let original = self.original(position);
        now.0.saturating_sub(original.0).div_euclid(unit).saturating_mul(unit)
    }

    /// Returns the source's own time of a shifted time.
    const fn original(&self, ts: Timestamp) -> Timestamp {
        ts.plus_nanos(self.nanos.saturating_neg())
    }

    /// Returns the source's facts with shifted times.
    pub const fn info(&self) -> &SourceInfo {
        &self.info
    }

    /// Returns the bars before the first tick.
    pub fn history(&mut self) -> Vec<HistoryBar> {
        let mut history = self.source.history();
        history.iter_mut().for_each(|past| past.bar.start = past.bar.start.plus_nanos(self.nanos));
        history
    }

    /// Appends up to `limit` ticks; see [`TickSource::next_ticks`].
    ///
    /// # Errors
    /// When the source cannot be read any further.
    pub fn next_ticks(&mut self, limit: usize, into: &mut Vec<Tick>) -> Result<Reading, SourceError> {
        let before = into.len();
        let reading = self.source.next_ticks(limit, into)?;
        if self.nanos != 0 {
            into[before..].iter_mut().for_each(|tick| tick.ts = tick.ts.plus_nanos(self.nanos));
        }
        Ok(reading)
    }

    /// Goes back to the first tick.
    ///
    /// # Errors
    /// When a file cannot be opened again.
    pub fn rewind(&mut self) -> Result<(), SourceError> {
        self.source.rewind()
    }

    /// Counts the rows that were rejected so far.
    pub fn rows_rejected(&self) -> u64 {
        self.source.rows_rejected()
    }

    /// Lists the rejected rows by file and reason.
    pub fn rejected(&self) -> Vec<RejectedRows> {
        self.source.rejected()
    }

    /// Returns the current position; `None` where the source cannot seek.
    pub fn position(&mut self) -> Option<Position> {
        self.source.seekable().map(|source| source.position())
    }

    /// Continues from a position of this source.
    ///
    /// # Errors
    /// When the source cannot seek, or a file cannot be opened again.
    pub fn go_to(&mut self, position: &Position) -> Result<(), SourceError> {
        self.source.seekable().ok_or("this source cannot seek")?.go_to(position)
    }

    /// Opens another reader of the same ticks with the same shift.
    ///
    /// # Errors
    /// When the source cannot seek, or a file cannot be opened again.
    pub fn second_reader(&mut self) -> Result<Self, SourceError> {
        let mut second = Self::new(self.source.seekable().ok_or("this source cannot seek")?.second_reader()?);
        second.set(self.nanos);
        Ok(second)
    }

    /// Lists the scenarios; `None` where the source runs none.
    pub fn catalog(&mut self) -> Option<Arc<ScenarioCatalog>> {
        self.source.stageable().map(|source| Arc::new(source.catalog()))
    }

    /// Runs a scenario at the shifted time `now`.
    ///
    /// # Errors
    /// When the source runs no scenarios, or not this one.
    pub fn run_scenario(&mut self, request: &ScenarioRequest, now: Timestamp) -> Result<(), CommandError> {
        let now = self.original(now);
        self.source.stageable().ok_or(CommandError::NoScenarios)?.run_scenario(request, now)
    }

    /// Counts the symbols whose ticks a limit holds back.
    pub fn symbols_limited(&mut self) -> usize {
        self.source.stageable().map_or(0, |source| source.symbols_limited())
    }

    /// Takes the next notice that was published by the shifted time `now`.
    pub fn next_notice(&mut self, now: Timestamp) -> Option<Notice> {
        let now = self.original(now);
        let mut notice = self.source.stageable()?.next_notice(now)?;
        notice.shift(self.nanos);
        Some(notice)
    }
}

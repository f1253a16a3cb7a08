//! A source whose times are moved by one stretch of time: a tape of another day, as if it happened now.
//!
//! All ticks move alike, so that what happens within the tape stays as it was; which bar a tick falls into may not,
//! unless the stretch is whole bars ([`Shifted::to_now`] sees to that for tapes made of bars).

use std::sync::Arc;

use super::{Mark, Source, SourceError, SourceInfo};
use crate::control::{CommandError, RejectedRows, ScenarioCatalog, ScenarioRequest};
use crate::market::{HistoryBar, Interval, Levels, Notice, Tick, Timestamp};

pub struct Shifted {
    source: Box<dyn Source>,
    /// As moved.
    info: SourceInfo,
    nanos: i64,
}

impl Shifted {
    /// Not moved yet.
    pub fn new(source: Box<dyn Source>) -> Self {
        let info = source.info().clone();
        Self { source, info, nanos: 0 }
    }

    pub const fn nanos(&self) -> i64 {
        self.nanos
    }

    /// Moves all by so many nanoseconds from where the source has it.
    pub fn set(&mut self, nanos: i64) {
        let info = self.source.info();
        self.nanos = nanos;
        self.info.start = info.start.plus_nanos(nanos);
        self.info.end = info.end.map(|end| end.plus_nanos(nanos));
    }

    /// The stretch by which `place`, a time of the tape as it is now moved, comes to lie at `now` or, by less than a
    /// second or than the longest bar that ticks were made from, before it.
    pub fn to_now(&self, place: Timestamp, now: Timestamp) -> i64 {
        let bars = self.info.instruments.iter().filter_map(|instrument| instrument.synthesised_from);
        let unit = bars.max().unwrap_or(Interval::S1).nanos();
        let original = place.plus_nanos(self.nanos.saturating_neg());
        now.0.saturating_sub(original.0).div_euclid(unit).saturating_mul(unit)
    }
}

impl Source for Shifted {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn history(&mut self) -> Vec<HistoryBar> {
        let mut history = self.source.history();
        history.iter_mut().for_each(|past| past.bar.start = past.bar.start.plus_nanos(self.nanos));
        history
    }

    fn next_tick(&mut self) -> Result<Option<Tick>, SourceError> {
        let tick = self.source.next_tick()?;
        Ok(tick.map(|tick| Tick { ts: tick.ts.plus_nanos(self.nanos), ..tick }))
    }

    fn next_ticks(&mut self, most: usize, into: &mut Vec<Tick>) -> Result<(), SourceError> {
        let before = into.len();
        self.source.next_ticks(most, into)?;
        if self.nanos != 0 {
            into[before..].iter_mut().for_each(|tick| tick.ts = tick.ts.plus_nanos(self.nanos));
        }
        Ok(())
    }

    fn rows_rejected(&self) -> u64 {
        self.source.rows_rejected()
    }

    fn rejected(&self) -> Vec<RejectedRows> {
        self.source.rejected()
    }

    fn rewind(&mut self) -> Result<(), SourceError> {
        self.source.rewind()
    }

    fn mark(&self) -> Option<Mark> {
        self.source.mark()
    }

    fn go_to(&mut self, mark: &Mark) -> Result<(), SourceError> {
        self.source.go_to(mark)
    }

    fn second_reader(&self) -> Option<Box<dyn Source>> {
        let mut second = Self::new(self.source.second_reader()?);
        second.set(self.nanos);
        Some(Box::new(second))
    }

    fn levels(&self) -> Levels {
        self.source.levels()
    }

    fn catalog(&self) -> Option<Arc<ScenarioCatalog>> {
        self.source.catalog()
    }

    fn run_scenario(&mut self, request: &ScenarioRequest, now: Timestamp) -> Result<(), CommandError> {
        self.source.run_scenario(request, now.plus_nanos(self.nanos.saturating_neg()))
    }

    fn next_notice(&mut self, now: Timestamp) -> Option<Notice> {
        let mut happening = self.source.next_notice(now.plus_nanos(self.nanos.saturating_neg()))?;
        happening.shift(self.nanos);
        Some(happening)
    }
}

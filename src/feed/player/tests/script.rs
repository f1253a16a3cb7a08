//! A source whose ticks are in memory.

use std::sync::Arc;

use crate::control::{RejectedRows, SourceKind, Speed};
use crate::feed::{Position, Reading, Seekable, SourceError, SourceInfo, Stageable, TickSource};
use crate::market::{
    HistoryBar, Instrument, InstrumentId, Levels, Price, Size, Tick, TickKind, Timestamp, Trade, sample,
};

/// Ticks in memory.
pub struct Script {
    pub info: SourceInfo,
    pub ticks: Arc<[Tick]>,
    next: usize,
    ending: Ending,
    can_seek: bool,
    /// The reads that find nothing yet before each tick.
    pub searches: usize,
    searched: usize,
}

/// The end of a script.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Whole,
    /// The source fails after the last tick.
    Torn,
}

impl Script {
    /// Trades of one instrument at these milliseconds. The source cannot seek, and its end is not known.
    pub fn at(times_ms: &[i64], ending: Ending) -> Box<Self> {
        let trade = |(price, ms): (i64, &i64)| {
            let trade = Trade { price: Price(price), size: Size(1), side: None };
            Tick { instrument: InstrumentId(0), ts: Timestamp::from_millis(*ms), kind: TickKind::Trade(trade) }
        };
        let ticks: Arc<[Tick]> = (1..).zip(times_ms).map(trade).collect();
        let info = info([sample::instrument("A")].into(), 1.0, ticks[0].ts, None);
        Box::new(Self { info, ticks, next: 0, ending, can_seek: false, searches: 0, searched: 0 })
    }

    /// A recording of three instruments with books, which can seek.
    pub fn recording(ticks: &Arc<[Tick]>) -> Box<Self> {
        let end = ticks.last().map(|tick| tick.ts);
        let mut info = info(["A", "B", "C"].map(sample::instrument).into(), 1_000.0, ticks[0].ts, end);
        info.levels = Levels::Books([10; 3].into());
        let (ticks, ending) = (Arc::clone(ticks), Ending::Whole);
        Box::new(Self { info, ticks, next: 0, ending, can_seek: true, searches: 1, searched: 0 })
    }
}

fn info(instruments: Arc<[Instrument]>, speed: f64, start: Timestamp, end: Option<Timestamp>) -> SourceInfo {
    SourceInfo {
        memory_bytes: 0,
        reading: Arc::default(),
        kind: SourceKind::Replay,
        name: "script".into(),
        instruments,
        levels: Levels::default(),
        seed: None,
        start,
        end,
        speed: Speed::Times(speed),
        speed_reason: String::new(),
    }
}

impl TickSource for Script {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn history(&mut self) -> Vec<HistoryBar> {
        Vec::new()
    }

    fn next_tick(&mut self) -> Result<Option<Tick>, SourceError> {
        let tick = self.ticks.get(self.next).copied();
        if tick.is_none() && self.ending == Ending::Torn {
            return Err("script.csv: torn".into());
        }
        self.next += usize::from(tick.is_some());
        Ok(tick)
    }

    fn next_ticks(&mut self, _: usize, into: &mut Vec<Tick>) -> Result<Reading, SourceError> {
        if self.searched < self.searches {
            self.searched += 1;
            return Ok(Reading::Continues);
        }
        self.searched = 0;
        let Some(tick) = self.next_tick()? else { return Ok(Reading::Ended) };
        into.push(tick);
        Ok(Reading::Continues)
    }

    fn rewind(&mut self) -> Result<(), SourceError> {
        self.next = 0;
        Ok(())
    }

    fn rows_rejected(&self) -> u64 {
        0
    }

    fn rejected(&self) -> Vec<RejectedRows> {
        Vec::new()
    }

    fn seekable(&mut self) -> Option<&mut dyn Seekable> {
        if self.can_seek { Some(self) } else { None }
    }

    fn stageable(&mut self) -> Option<&mut dyn Stageable> {
        None
    }
}

impl Seekable for Script {
    fn position(&self) -> Position {
        Position::new(self.next, 0)
    }

    fn go_to(&mut self, position: &Position) -> Result<(), SourceError> {
        self.next = *position.get().ok_or("a position of another source")?;
        Ok(())
    }

    fn second_reader(&self) -> Result<Box<dyn TickSource>, SourceError> {
        Ok(Self::recording(&self.ticks))
    }
}

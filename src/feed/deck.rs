//! The deck: whether the tape moves, how fast, and how far. As a tape deck has it, but for the tape.
//!
//! Pure: `now` is passed in, as time since some fixed moment. Market time stands still unless it plays, and goes
//! on from exactly where it stood. A step takes ticks without regard to the clock until it is done.
//!
//! Not here: reading ticks and sending them (`run`), going elsewhere on the tape (`seek`).

use std::sync::Arc;
use std::time::Duration;

use super::pace::Pace;
use crate::control::{CommandError, FeedState, Speed, Step};
use crate::market::{Instrument, InstrumentId, Interval, Price, PriceBasis, Tick, TickKind, Timestamp};

#[derive(Debug)]
pub struct Deck {
    motion: Motion,
    speed: Speed,
    pace: Pace,
    skip_dead_time: bool,
    /// A longer stretch without a tick is dead time, in nanoseconds.
    dead_after: i64,
    /// Market time, while no clock moves it; never before the last tick.
    position: Timestamp,
    instruments: Arc<[Instrument]>,
    /// The last price of each instrument's basis.
    prices: Vec<Option<Price>>,
}

#[derive(Debug)]
enum Motion {
    Playing,
    Stepping(Until),
    Paused,
    Ended,
    Failed,
}

/// What ends a step.
#[derive(Debug)]
enum Until {
    Event,
    /// Before the first tick of then or later.
    Time(Timestamp),
    /// Before a tick that comes after dead time; the first is taken in any case.
    Gap {
        begun: bool,
    },
    Move {
        of: Option<InstrumentId>,
        percent: f64,
        from: Vec<Option<Price>>,
    },
}

impl Deck {
    /// A deck that stands at `start` and plays on from there at `now`.
    pub fn new(speed: Speed, instruments: &Arc<[Instrument]>, start: Timestamp, now: Duration) -> Self {
        Self {
            motion: Motion::Playing,
            speed,
            pace: Pace::new(speed, start, now),
            skip_dead_time: false,
            dead_after: 0,
            position: start,
            instruments: Arc::clone(instruments),
            prices: vec![None; instruments.len()],
        }
    }

    /// Stands at `position` with these last prices; whether it plays stays as it is, but for a step or an end.
    pub fn put(&mut self, position: Timestamp, prices: Vec<Option<Price>>, now: Duration) {
        (self.position, self.prices) = (position, prices);
        if matches!(self.motion, Motion::Playing) {
            self.start(now);
        } else {
            self.motion = Motion::Paused;
        }
    }

    /// Stands at the first tick again, as when it was new.
    pub fn rewind(&mut self, start: Timestamp, now: Duration) {
        self.prices.fill(None);
        self.position = start;
        self.start(now);
    }

    pub const fn state(&self) -> FeedState {
        match self.motion {
            Motion::Playing => FeedState::Playing,
            Motion::Stepping(_) => FeedState::Stepping,
            Motion::Paused => FeedState::Paused,
            Motion::Ended => FeedState::Ended,
            Motion::Failed => FeedState::Failed,
        }
    }

    pub const fn speed(&self) -> Speed {
        self.speed
    }

    pub const fn skips_dead_time(&self) -> bool {
        self.skip_dead_time
    }

    /// Market time at `now`, when `next` is the first tick that was not taken: before that one, also where the
    /// clock has run ahead of the tape.
    pub fn moment(&self, now: Duration, next: Timestamp) -> Timestamp {
        if !matches!(self.motion, Motion::Playing) {
            return self.position;
        }
        let before_next = next.plus_nanos(-1);
        self.pace.market_time(now).map_or(before_next, |market| market.min(before_next)).max(self.position)
    }

    /// Goes on from where it stands; a step is broken off.
    pub fn play(&mut self, now: Duration) {
        if !matches!(self.motion, Motion::Playing) {
            self.start(now);
        }
    }

    fn start(&mut self, now: Duration) {
        self.pace = Pace::new(self.speed, self.position, now);
        self.motion = Motion::Playing;
    }

    /// Stands still at the market time of `now`. A step is broken off; an end stays one.
    pub fn pause(&mut self, now: Duration, next: Timestamp) {
        self.position = self.moment(now, next);
        if matches!(self.motion, Motion::Playing | Motion::Stepping(_)) {
            self.motion = Motion::Paused;
        }
    }

    pub fn end(&mut self) {
        self.motion = Motion::Ended;
    }

    pub fn fail(&mut self) {
        self.motion = Motion::Failed;
    }

    /// From `now` on; what was played before stays played.
    pub fn set_speed(&mut self, speed: Speed, now: Duration, next: Timestamp) {
        self.position = self.moment(now, next);
        self.speed = speed;
        self.pace = Pace::new(speed, self.position, now);
    }

    /// A stretch without a tick longer than `dead_after` is dead time.
    pub fn set_dead_time(&mut self, skip: bool, dead_after: Duration) {
        self.skip_dead_time = skip;
        self.dead_after = i64::try_from(dead_after.as_nanos()).unwrap_or(i64::MAX);
    }

    pub fn skip_dead_time(&mut self, skip: bool) {
        self.skip_dead_time = skip;
    }

    /// Begins a step.
    ///
    /// # Errors
    /// When there is no such symbol.
    pub fn step(&mut self, step: &Step, now: Duration, next: Timestamp) -> Result<(), CommandError> {
        let until = match step {
            Step::Event => Until::Event,
            Step::Bar(interval) => Until::Time(self.end_of_bar(*interval, now, next)),
            Step::Gap => Until::Gap { begun: false },
            Step::Move { symbol, percent } => {
                let of = symbol.as_ref().map(|symbol| self.find(symbol)).transpose()?;
                Until::Move { of, percent: *percent, from: self.prices.clone() }
            }
        };
        self.position = self.moment(now, next);
        self.motion = Motion::Stepping(until);
        Ok(())
    }

    fn find(&self, symbol: &str) -> Result<InstrumentId, CommandError> {
        let found = self.instruments.iter().zip(0..).find(|(instrument, _)| instrument.symbol == symbol);
        found.map(|(_, n)| InstrumentId(n)).ok_or_else(|| CommandError::UnknownSymbol(symbol.to_owned()))
    }

    /// Bars without a tick are passed over: a step shows something.
    fn end_of_bar(&self, interval: Interval, now: Duration, next: Timestamp) -> Timestamp {
        self.moment(now, next).max(next).floor(interval).plus_nanos(interval.nanos())
    }

    /// Whether `tick` is to be taken now. A step that it would go beyond is done with this.
    pub fn takes(&mut self, tick: &Tick, now: Duration) -> bool {
        let takes = match &self.motion {
            Motion::Playing => return self.pace.is_due(tick.ts, now),
            Motion::Paused | Motion::Ended | Motion::Failed => return false,
            Motion::Stepping(Until::Event | Until::Move { .. }) => true,
            Motion::Stepping(Until::Time(end)) => tick.ts < *end,
            Motion::Stepping(Until::Gap { begun }) => !begun || !self.is_dead(tick.ts),
        };
        if !takes {
            if let Motion::Stepping(Until::Time(end)) = self.motion {
                self.position = end;
            }
            self.motion = Motion::Paused;
        }
        takes
    }

    /// `tick` was taken. The step that it completes is done.
    pub fn took(&mut self, tick: &Tick) {
        self.position = self.position.max(tick.ts);
        self.note_price(tick);
        let done = match &mut self.motion {
            Motion::Stepping(Until::Event) => true,
            Motion::Stepping(Until::Gap { begun }) => {
                *begun = true;
                false
            }
            Motion::Stepping(Until::Move { of, percent, from }) => {
                let id = tick.instrument.index();
                let moved = |from: Price, to: Price| {
                    let by = from.0.abs_diff(to.0) as f64;
                    by > 0.0 && by * 100.0 >= *percent * from.0.unsigned_abs() as f64
                };
                let first = from.get_mut(id).zip(self.prices.get(id).copied().flatten());
                let moved = first.is_some_and(|(from, to)| moved(*from.get_or_insert(to), to));
                moved && of.is_none_or(|of| of == tick.instrument)
            }
            _ => false,
        };
        if done {
            self.motion = Motion::Paused;
        }
    }

    fn note_price(&mut self, tick: &Tick) {
        let id = tick.instrument.index();
        let (Some(price), Some(instrument)) = (self.prices.get_mut(id), self.instruments.get(id)) else { return };
        match (tick.kind, instrument.basis) {
            (TickKind::Trade(trade), PriceBasis::Trade) => *price = Some(trade.price),
            (TickKind::Quote(quote), PriceBasis::Bid) => *price = quote.bid.or(*price),
            _ => {}
        }
    }

    fn is_dead(&self, next: Timestamp) -> bool {
        next.0.saturating_sub(self.position.0) > self.dead_after
    }

    /// Goes to `next` at once where dead time lies before it and is to be passed over.
    pub fn pass_dead_time(&mut self, next: Timestamp, now: Duration) {
        if self.skip_dead_time && matches!(self.motion, Motion::Playing) && self.is_dead(next) {
            self.pace = Pace::new(self.speed, next, now);
        }
    }

    /// How long from `now` until `next` is to be taken; `None` where nothing moves.
    pub fn wait(&self, next: Timestamp, now: Duration) -> Option<Duration> {
        match self.motion {
            Motion::Playing if self.pace.is_due(next, now) => Some(Duration::ZERO),
            // However soon, it is not now.
            Motion::Playing => Some(self.pace.wait(next, now).max(Duration::from_nanos(1))),
            Motion::Stepping(_) => Some(Duration::ZERO),
            Motion::Paused | Motion::Ended | Motion::Failed => None,
        }
    }
}

#[cfg(test)]
mod tests;

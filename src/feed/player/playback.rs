//! The motion of a feed: whether it plays, how fast, and how far a step goes.
//!
//! Pure: `now` is passed in, as the time since a fixed moment. Market time stands still unless the feed plays, and
//! continues from exactly where it stood. A step takes ticks regardless of the clock until it is complete.
//!
//! Not here: reading and sending ticks (the player), other positions of the recording (`seek`).

use std::sync::Arc;
use std::time::Duration;

use super::pace::Pace;
use crate::control::{CommandError, FeedState, Speed, Step};
use crate::market::{Instrument, InstrumentId, Interval, Price, PriceBasis, Tick, TickKind, Timestamp};

/// The motion of a feed and its position in market time.
#[derive(Debug)]
pub struct Playback {
    motion: Motion,
    speed: Speed,
    pace: Pace,
    skip_dead_time: bool,
    /// The longest stretch without a tick that is not dead time, in nanoseconds.
    dead_after: i64,
    /// Market time while no clock moves it; never before the last tick.
    position: Timestamp,
    /// The most ticks of a step to a gap or a move.
    max_step: u64,
    /// The ticks of such a step so far.
    step_ticks: u64,
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

/// The end of a step.
#[derive(Debug)]
enum Until {
    Event,
    /// At the end of the bar of the next tick, so that a step always shows something.
    Bar(Interval),
    /// Before the first tick at or after this time.
    Time(Timestamp),
    /// Before a tick that follows dead time; the first tick is taken in any case.
    Gap {
        begun: bool,
    },
    Move {
        of: Option<InstrumentId>,
        percent: f64,
        from: Vec<Option<Price>>,
    },
}

impl Playback {
    /// Starts to play from `start` at `now`.
    pub fn new(speed: Speed, instruments: &Arc<[Instrument]>, start: Timestamp, now: Duration) -> Self {
        Self {
            motion: Motion::Playing,
            speed,
            pace: Pace::new(speed, start, now),
            skip_dead_time: false,
            dead_after: 0,
            position: start,
            max_step: u64::MAX,
            step_ticks: 0,
            instruments: Arc::clone(instruments),
            prices: vec![None; instruments.len()],
        }
    }

    /// Moves to `position` with these last prices. Playing goes on; a step, an end or a failure becomes a pause.
    pub fn jump(&mut self, position: Timestamp, prices: Vec<Option<Price>>, now: Duration) {
        (self.position, self.prices) = (position, prices);
        if matches!(self.motion, Motion::Playing) {
            self.start(now);
        } else {
            self.motion = Motion::Paused;
        }
    }

    /// Moves to the first tick and plays.
    pub fn rewind(&mut self, start: Timestamp, now: Duration) {
        self.prices.fill(None);
        self.position = start;
        self.start(now);
    }

    /// Returns the state for the feed's status.
    pub const fn state(&self) -> FeedState {
        match self.motion {
            Motion::Playing => FeedState::Playing,
            Motion::Stepping(_) => FeedState::Stepping,
            Motion::Paused => FeedState::Paused,
            Motion::Ended => FeedState::Ended,
            Motion::Failed => FeedState::Failed,
        }
    }

    /// Returns the speed.
    pub const fn speed(&self) -> Speed {
        self.speed
    }

    /// Reports whether dead time is skipped.
    pub const fn skips_dead_time(&self) -> bool {
        self.skip_dead_time
    }

    /// Returns the market time at `now`: always before `next`, the first tick that was not taken, even where the clock
    /// has run ahead of the source.
    pub fn market_time(&self, now: Duration, next: Timestamp) -> Timestamp {
        if !matches!(self.motion, Motion::Playing) {
            return self.position;
        }
        let before_next = next.plus_nanos(-1);
        self.pace.market_time(now).map_or(before_next, |market| market.min(before_next)).max(self.position)
    }

    /// Plays on from the current position; a step is cut short.
    pub fn play(&mut self, now: Duration) {
        if !matches!(self.motion, Motion::Playing) {
            self.start(now);
        }
    }

    fn start(&mut self, now: Duration) {
        self.pace = Pace::new(self.speed, self.position, now);
        self.motion = Motion::Playing;
    }

    /// Stops at the market time of `now`. A step is cut short; an end stays an end.
    pub fn pause(&mut self, now: Duration, next: Timestamp) {
        self.position = self.market_time(now, next);
        if matches!(self.motion, Motion::Playing | Motion::Stepping(_)) {
            self.motion = Motion::Paused;
        }
    }

    /// Stops at the end of the source.
    pub fn end(&mut self) {
        self.motion = Motion::Ended;
    }

    /// Stops because the source cannot be read any further.
    pub fn fail(&mut self) {
        self.motion = Motion::Failed;
    }

    /// Changes the speed from `now` on.
    pub fn set_speed(&mut self, speed: Speed, now: Duration, next: Timestamp) {
        self.position = self.market_time(now, next);
        self.speed = speed;
        self.pace = Pace::new(speed, self.position, now);
    }

    /// Sets the length from which a stretch without a tick is dead time, and whether dead time is skipped.
    pub fn set_dead_time(&mut self, skip: bool, dead_after: Duration) {
        self.skip_dead_time = skip;
        self.dead_after = i64::try_from(dead_after.as_nanos()).unwrap_or(i64::MAX);
    }

    /// Sets the most ticks of a step to a gap or a move.
    pub fn set_max_step(&mut self, ticks: u64) {
        self.max_step = ticks;
    }

    /// Returns the limit at which the last step ended, if it found nothing up to there.
    pub fn take_step_limit(&mut self) -> Option<u64> {
        let is_over = std::mem::take(&mut self.step_ticks) > self.max_step;
        is_over.then_some(self.max_step)
    }

    /// Sets whether dead time is skipped.
    pub fn set_skip_dead_time(&mut self, skip: bool) {
        self.skip_dead_time = skip;
    }

    /// Starts a step.
    ///
    /// # Errors
    /// When there is no such symbol.
    pub fn step(&mut self, step: &Step, now: Duration, next: Timestamp) -> Result<(), CommandError> {
        let until = match step {
            Step::Event => Until::Event,
            Step::Bar(interval) => Until::Bar(*interval),
            Step::Gap => Until::Gap { begun: false },
            Step::Move { symbol, percent } => {
                let of = symbol.as_ref().map(|symbol| self.find(symbol)).transpose()?;
                Until::Move { of, percent: *percent, from: self.prices.clone() }
            }
        };
        self.position = self.market_time(now, next);
        (self.motion, self.step_ticks) = (Motion::Stepping(until), 0);
        Ok(())
    }

    fn find(&self, symbol: &str) -> Result<InstrumentId, CommandError> {
        let found = self.instruments.iter().zip(0..).find(|(instrument, _)| instrument.symbol == symbol);
        found.map(|(_, n)| InstrumentId(n)).ok_or_else(|| CommandError::UnknownSymbol(symbol.to_owned()))
    }

    /// Reports whether `tick` is due. A step that ends before the tick is complete now.
    pub fn accepts(&mut self, tick: &Tick, now: Duration) -> bool {
        if let Motion::Stepping(Until::Bar(interval)) = self.motion {
            let end = self.position.max(tick.ts).floor(interval).plus_nanos(interval.nanos());
            self.motion = Motion::Stepping(Until::Time(end));
        }
        if matches!(self.motion, Motion::Stepping(Until::Gap { .. } | Until::Move { .. })) {
            self.step_ticks = self.step_ticks.saturating_add(1);
        }
        let accepts = match &self.motion {
            Motion::Playing => return self.pace.is_due(tick.ts, now),
            Motion::Paused | Motion::Ended | Motion::Failed => return false,
            Motion::Stepping(Until::Event | Until::Bar(_)) => true,
            Motion::Stepping(Until::Time(end)) => tick.ts < *end,
            Motion::Stepping(Until::Move { .. }) => self.step_ticks <= self.max_step,
            Motion::Stepping(Until::Gap { begun }) if *begun && self.is_dead(tick.ts) => {
                self.step_ticks = 0;
                false
            }
            Motion::Stepping(Until::Gap { .. }) => self.step_ticks <= self.max_step,
        };
        if !accepts {
            if let Motion::Stepping(Until::Time(end)) = self.motion {
                self.position = end;
            }
            self.motion = Motion::Paused;
        }
        accepts
    }

    /// Takes `tick`. A step that ends with it is complete.
    pub fn take(&mut self, tick: &Tick) {
        self.position = self.position.max(tick.ts);
        self.update_price(tick);
        let done = match &mut self.motion {
            // A change of a book is one event, however many steps it has.
            Motion::Stepping(Until::Event) => !tick.goes_on(),
            Motion::Stepping(Until::Gap { begun }) => {
                *begun = true;
                false
            }
            Motion::Stepping(Until::Move { of, percent, from }) => {
                let id = tick.instrument.index();
                let has_moved = |from: Price, to: Price| {
                    let by = from.0.abs_diff(to.0) as f64;
                    by > 0.0 && by * 100.0 >= *percent * from.0.unsigned_abs() as f64
                };
                let first = from.get_mut(id).zip(self.prices.get(id).copied().flatten());
                let moved = first.is_some_and(|(from, to)| has_moved(*from.get_or_insert(to), to));
                moved && of.is_none_or(|of| of == tick.instrument)
            }
            _ => false,
        };
        if done {
            self.motion = Motion::Paused;
        }
    }

    fn update_price(&mut self, tick: &Tick) {
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

    /// Moves to `next` at once where dead time lies before it and is skipped.
    pub fn skip_to(&mut self, next: Timestamp, now: Duration) {
        if self.skip_dead_time && matches!(self.motion, Motion::Playing) && self.is_dead(next) {
            self.pace = Pace::new(self.speed, next, now);
        }
    }

    /// Returns how long ago the next tick was due, or what is to come after the position while the next tick is not
    /// known. Zero unless the clock moves the market.
    pub fn behind(&self, now: Duration, next: Option<Timestamp>) -> Duration {
        match (&self.motion, self.speed, self.pace.market_time(now)) {
            (Motion::Playing, Speed::Times(factor), Some(due)) => {
                let nanos = due.0.saturating_sub(next.unwrap_or(self.position).0).max(0) as f64;
                Duration::try_from_secs_f64(nanos / factor / 1e9).unwrap_or(Duration::MAX)
            }
            _ => Duration::ZERO,
        }
    }

    /// Lets the clock wait for the market, where it is further ahead than `most`.
    pub fn wait_for_market(&mut self, now: Duration, next: Option<Timestamp>, most: Duration) {
        if let Speed::Times(factor) = self.speed
            && self.behind(now, next) > most
        {
            let ahead = (most.as_nanos() as f64 * factor) as i64;
            self.pace = Pace::new(self.speed, next.unwrap_or(self.position).plus_nanos(ahead), now);
        }
    }

    /// Returns the time from `now` until `next` is due; `None` where nothing moves.
    pub fn wait(&self, next: Timestamp, now: Duration) -> Option<Duration> {
        match self.motion {
            Motion::Playing if self.pace.is_due(next, now) => Some(Duration::ZERO),
            // At least a nanosecond: it is not due now.
            Motion::Playing => Some(self.pace.wait(next, now).max(Duration::from_nanos(1))),
            Motion::Stepping(_) => Some(Duration::ZERO),
            Motion::Paused | Motion::Ended | Motion::Failed => None,
        }
    }
}

#[cfg(test)]
mod tests;

//! Going to other places of a tape: the index, and the way from its last checkpoint before a place.
//!
//! A seek is gone in parts, so that another command may overtake it. Where it leads an epoch begins.

use std::sync::Arc;

use super::{CLOCK_EVERY, LOOP_REST, Player, wall};
use crate::control::{CommandError, FeedEvent, FeedState, SeekTarget, Seeked, Speed, TimestampMode};
use crate::feed::index::{Checkpoint, Checkpoints, Index};
use crate::feed::{Source, SourceError};
use crate::market::{HistoryBar, Market, Timestamp};

/// About how many ticks of a seek lie between two looks at the line.
const SEEK_TICKS: u64 = 16_384;

/// A seek under way. The source stands after what was read ahead, and the market before that.
pub struct Seek {
    to: Timestamp,
    market: Market,
}

impl Player {
    /// What was indexed had other times.
    pub(super) fn shift(&mut self, nanos: i64) {
        self.source.set(nanos);
        (self.index, self.indexed) = (None, false);
    }

    /// Carries other times from here on, as a new epoch that stands where the tape stood.
    pub(super) async fn set_timestamps(&mut self, mode: TimestampMode) -> Result<(), CommandError> {
        if self.index.is_none() {
            return Err(CommandError::NotSeekable);
        }
        let place = self.seek.as_ref().map_or_else(|| self.deck.moment(self.now(), self.next_ts()), |seek| seek.to);
        let nanos = match mode {
            TimestampMode::Original => 0,
            TimestampMode::Shifted => self.source.to_now(place, wall()),
        };
        let to = place.plus_nanos(nanos.saturating_sub(self.source.nanos()));
        (self.timestamp_mode, self.seek) = (mode, None);
        self.shift(nanos);
        match self.source.rewind() {
            Ok(()) => {
                let history = self.source.history();
                self.begin_index(&history);
                self.begin_seek(SeekTarget::Time(to)).await
            }
            Err(error) => {
                self.fail(&error).await;
                Err(CommandError::Fault(error.to_string()))
            }
        }
    }

    /// Where the source can come back, its first place is the first checkpoint.
    pub(super) fn begin_index(&mut self, history: &[HistoryBar]) {
        if self.index.is_none()
            && let Some(mark) = self.source.mark()
        {
            let opening = self.market_opening(history.to_vec());
            let market = Market::open(&opening, self.market);
            self.index = Some(Index::new(Checkpoints::new(self.index_limits, mark, &market)));
        }
        // At full speed the reader has better things to do, until somebody shows that it is not all.
        if self.deck.speed() != Speed::Max {
            self.fill_index();
        }
    }

    pub(super) fn fill_index(&mut self) {
        if let (Some(index), false) = (&self.index, self.indexed)
            && let Some(reader) = self.source.second_reader()
        {
            self.indexed = true;
            index.fill(reader);
        }
    }

    /// # Errors
    /// When there is no such place; the seek before, if there is one, then goes on.
    pub(super) async fn begin_seek(&mut self, target: SeekTarget) -> Result<(), CommandError> {
        let index = self.index.clone().ok_or(CommandError::NotSeekable)?;
        let to = self.place_of(target)?;
        self.fill_index();
        let Checkpoint { mark, market, .. } = index.with(|checkpoints| checkpoints.before(to).clone());
        // A seek on its way there goes on where that is nearer.
        if let Some(seek) = &mut self.seek
            && seek.market.now() <= to
            && seek.market.ticks() >= market.ticks()
        {
            seek.to = to;
            return Ok(());
        }
        let gone = self.source.go_to(&mark).and_then(|()| self.ahead.restart(&mut self.source));
        self.again_at = None;
        match gone {
            Ok(()) => {
                self.seek = Some(Seek { to, market });
                Ok(())
            }
            Err(error) => {
                self.fail(&error).await;
                Err(CommandError::Fault(error.to_string()))
            }
        }
    }

    fn place_of(&self, target: SeekTarget) -> Result<Timestamp, CommandError> {
        let info = self.source.info();
        let to = match target {
            SeekTarget::Time(to) => to,
            SeekTarget::By(nanos) => self.deck.moment(self.now(), self.next_ts()).plus_nanos(nanos),
            SeekTarget::Percent(percent) => {
                let span = info.end.ok_or(CommandError::NoEnd)?.0.saturating_sub(info.start.0);
                // In whole numbers: a float holds no nanoseconds of years, and would miss the end.
                let share = i128::from(span) * i128::from((percent * 1e7).round() as i64) / 1_000_000_000;
                info.start.plus_nanos(i64::try_from(share).unwrap_or(i64::MAX))
            }
        };
        Ok(to.max(info.start).min(info.end.unwrap_or(to).max(info.start)))
    }

    /// A part of the way; what remains may be overtaken by another command.
    pub(super) async fn go_on_seeking(&mut self, Seek { to, mut market }: Seek) -> Result<(), SourceError> {
        let until = market.ticks() + SEEK_TICKS;
        while market.ticks() < until {
            let (ticks, are_all) = self.ahead.until(to);
            let count = ticks.len();
            market.apply_all(ticks);
            if count == 0 || !are_all {
                self.ahead.pass(count, &mut self.source)?;
                self.arrive(to, market).await;
                return Ok(());
            }
            self.ahead.clear();
            // Between these two the source stands where the market does.
            self.keep(&market);
            self.ahead.restart(&mut self.source)?;
        }
        self.seek = Some(Seek { to, market });
        if self.told != FeedState::Seeking && self.now() >= self.clock_due {
            self.tell().await;
        }
        Ok(())
    }

    /// Makes a checkpoint of this, when it is time for one.
    fn keep(&self, market: &Market) {
        if let Some(index) = &self.index
            && index.with(|checkpoints| checkpoints.is_due(market.ticks()))
            && let Some(mark) = self.source.mark()
        {
            index.with(|checkpoints| checkpoints.add(mark, market));
        }
    }

    /// Begins an epoch in the middle of the tape.
    async fn arrive(&mut self, to: Timestamp, market: Market) {
        self.epoch += 1;
        let mut market = market.in_epoch(self.epoch);
        market.advance(to);
        let prices = market.iter().map(|(_, _, state)| state.top.last).collect();
        self.deck.put(to, prices, self.now());
        self.fault = None;
        if self.ahead.is_empty() {
            market.finish();
            self.deck.end();
            self.again_at = self.looping.then(|| self.now() + LOOP_REST);
        }
        self.revision += 1;
        self.told = self.state();
        self.clock_due = self.now() + CLOCK_EVERY;
        let status = self.status();
        self.send(FeedEvent::Seeked(Arc::new(Seeked { market, status }))).await;
        self.answer_waiting();
    }
}

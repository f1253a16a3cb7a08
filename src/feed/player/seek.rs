//! Seeking: from the last checkpoint before the target, tick by tick, to the target.
//!
//! A seek runs in slices, so that another command may overtake it. It ends with a new epoch.

use std::sync::Arc;

use super::checkpoints::{Checkpoint, Checkpoints, SharedCheckpoints};
use super::{CLOCK_INTERVAL, LOOP_PAUSE, Player};
use crate::control::{CommandError, FeedEvent, FeedState, SeekTarget, Seeked, Speed, TimestampMode};
use crate::feed::SourceError;
use crate::market::{HistoryBar, Market, Timestamp};

/// The ticks of one slice, after which commands are read again.
const SLICE_TICKS: u64 = 16_384;

/// A seek under way.
///
/// The source stands behind the ticks that were read ahead, the market before them.
pub struct Seek {
    to: Timestamp,
    market: Market,
}

impl Player {
    /// Shifts the times of a recording so that it starts now, if the settings require it.
    pub(super) fn shift_start(&mut self) {
        if self.source.position().is_none() {
            self.timestamp_mode = TimestampMode::Original;
        }
        if self.timestamp_mode == TimestampMode::Shifted {
            let nanos = self.source.to_now(self.source.info().start, (self.wall_clock)());
            self.shift_times(nanos);
        }
    }

    /// Shifts the source's times. Checkpoints made before have other times and are dropped.
    pub(super) fn shift_times(&mut self, nanos: i64) {
        self.source.set(nanos);
        (self.checkpoints, self.reads_ahead) = (None, false);
    }

    /// Changes the times that ticks carry: a new epoch at the current position.
    ///
    /// # Errors
    /// When the source cannot seek.
    pub(super) async fn set_timestamps(&mut self, mode: TimestampMode) -> Result<(), CommandError> {
        if self.checkpoints.is_none() {
            return Err(CommandError::NotSeekable);
        }
        let position = self.seek.as_ref().map_or_else(|| self.market_time(), |seek| seek.to);
        let nanos = match mode {
            TimestampMode::Original => 0,
            TimestampMode::Shifted => self.source.to_now(position, (self.wall_clock)()),
        };
        let to = position.plus_nanos(nanos.saturating_sub(self.source.nanos()));
        (self.timestamp_mode, self.config.timestamp_mode, self.seek) = (mode, mode, None);
        self.shift_times(nanos);
        match self.source.rewind() {
            Ok(()) => {
                let history = self.source.history();
                self.start_checkpoints(&history);
                self.start_seek(SeekTarget::Time(to)).await
            }
            Err(error) => Err(self.fail_command(error).await),
        }
    }

    /// Makes the first checkpoint, where the source can seek.
    pub(super) fn start_checkpoints(&mut self, history: &[HistoryBar]) {
        if self.checkpoints.is_none()
            && let Some(position) = self.source.position()
        {
            let market = Market::open(&self.market_opening(history.to_vec()), self.market_limits);
            let checkpoints = Checkpoints::new(self.checkpoint_limits, position, &market);
            self.checkpoints = Some(SharedCheckpoints::new(checkpoints));
        }
        // At full speed the processor belongs to the player, until a seek shows that somebody watches.
        if self.playback.speed() != Speed::Max {
            self.start_reading_ahead();
        }
    }

    fn start_reading_ahead(&mut self) {
        if let (Some(checkpoints), false) = (&self.checkpoints, self.reads_ahead)
            && let Ok(reader) = self.source.second_reader()
        {
            self.reads_ahead = true;
            checkpoints.fill(reader);
        }
    }

    /// Starts a seek, or turns the one under way to a nearer target.
    ///
    /// # Errors
    /// When the target does not exist; a seek under way goes on then.
    pub(super) async fn start_seek(&mut self, target: SeekTarget) -> Result<(), CommandError> {
        let checkpoints = self.checkpoints.clone().ok_or(CommandError::NotSeekable)?;
        let to = self.time_of(target)?;
        self.start_reading_ahead();
        let Checkpoint { position, market, .. } = checkpoints.with(|checkpoints| checkpoints.before(to).clone());
        if let Some(seek) = &mut self.seek
            && seek.market.now() <= to
            && seek.market.events() >= market.events()
        {
            seek.to = to;
            return Ok(());
        }
        let moved = self.source.go_to(&position).and_then(|()| self.ahead.restart(&mut self.source));
        self.restart_at = None;
        match moved {
            Ok(()) => {
                self.seek = Some(Seek { to, market });
                Ok(())
            }
            Err(error) => Err(self.fail_command(error).await),
        }
    }

    async fn fail_command(&mut self, error: SourceError) -> CommandError {
        self.fail(&error).await;
        CommandError::Fault(error.to_string())
    }

    /// Returns the market time of a target, inside the recording.
    fn time_of(&self, target: SeekTarget) -> Result<Timestamp, CommandError> {
        let info = self.source.info();
        let to = match target {
            SeekTarget::Time(to) => to,
            SeekTarget::By(nanos) => self.market_time().plus_nanos(nanos),
            SeekTarget::Percent(percent) => {
                let span = info.end.ok_or(CommandError::NoEnd)?.0.saturating_sub(info.start.0);
                // In whole numbers: a float cannot hold the nanoseconds of years, and would miss the end.
                let share = i128::from(span) * i128::from((percent * 1e7).round() as i64) / 1_000_000_000;
                info.start.plus_nanos(i64::try_from(share).unwrap_or(i64::MAX))
            }
        };
        Ok(to.max(info.start).min(info.end.unwrap_or(to).max(info.start)))
    }

    /// Plays one slice of a seek. Another command may overtake the rest.
    ///
    /// # Errors
    /// When the source cannot be read any further.
    pub(super) async fn continue_seek(&mut self, Seek { to, mut market }: Seek) -> Result<(), SourceError> {
        let until = market.events() + SLICE_TICKS;
        while market.events() < until {
            let (ticks, are_all) = self.ahead.until(to);
            let count = ticks.len();
            market.apply_all(ticks);
            if !are_all || self.ahead.has_ended() {
                self.ahead.consume(count, &mut self.source)?;
                self.finish_seek(to, market).await;
                return Ok(());
            }
            self.ahead.clear();
            // Here the source and the market stand at the same tick.
            self.add_checkpoint(&market);
            self.ahead.restart(&mut self.source)?;
            if self.ahead.is_searching() {
                break;
            }
        }
        self.seek = Some(Seek { to, market });
        if self.sent_state != FeedState::Seeking && self.now() >= self.clock_due {
            self.send_status().await;
        }
        Ok(())
    }

    /// Adds a checkpoint of `market`, if one is due.
    fn add_checkpoint(&mut self, market: &Market) {
        if let Some(checkpoints) = &self.checkpoints
            && checkpoints.with(|checkpoints| checkpoints.is_due(market.events()))
            && let Some(position) = self.source.position()
        {
            checkpoints.with(|checkpoints| checkpoints.add(position, market));
        }
    }

    /// Opens an epoch at the target.
    async fn finish_seek(&mut self, to: Timestamp, market: Market) {
        self.epoch += 1;
        let mut market = market.in_epoch(self.epoch);
        market.advance(to);
        let prices = market.iter().map(|(_, _, state)| state.top.last).collect();
        self.playback.jump(to, prices, self.now());
        self.fault = None;
        if self.ahead.has_ended() {
            market.finish();
            self.playback.end();
            self.restart_at = self.looping.then(|| self.now() + LOOP_PAUSE);
        }
        self.revision += 1;
        self.sent_state = self.state();
        self.clock_due = self.now() + CLOCK_INTERVAL;
        let status = self.status();
        self.send(FeedEvent::Seeked(Arc::new(Seeked { market, status }))).await;
        self.reply_to_waiting();
    }
}

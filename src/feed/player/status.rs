//! The state of a player, as its status tells it.

use std::sync::Arc;
use std::time::Duration;

use super::Player;
use super::checkpoints::SharedCheckpoints;
use crate::control::{CommandError, FeedEvent, FeedState, FeedStatus, Lag};

/// The time between two statuses that tell of rejected rows or a lag.
const DETAILS_INTERVAL: Duration = Duration::from_secs(1);

impl Player {
    /// Returns the state to be sent: a seek under way counts, whatever the playback does after it.
    pub(super) const fn state(&self) -> FeedState {
        if self.seek.is_some() { FeedState::Seeking } else { self.playback.state() }
    }

    pub(super) const fn is_over(&self) -> bool {
        self.state().is_over()
    }

    pub(super) fn status(&mut self) -> Arc<FeedStatus> {
        self.update_details();
        let info = self.source.info();
        Arc::new(FeedStatus {
            source: info.kind,
            feeds: Arc::clone(&self.feeds),
            name: info.name.clone(),
            state: self.state(),
            speed: self.playback.speed(),
            looping: self.looping,
            revision: self.revision,
            seekable: self.checkpoints.is_some(),
            skip_dead_time: self.playback.skips_dead_time(),
            timestamp_mode: self.timestamp_mode,
            time_shift_ns: self.source.nanos(),
            seed: info.seed,
            start: info.start,
            end: info.end,
            rows_rejected: self.rows_rejected,
            rejected: Arc::clone(&self.rejected),
            reading: Arc::clone(&info.reading),
            lag: self.sent_lag,
            catalog: self.catalog.clone(),
            preview: self.checkpoints.as_ref().map(SharedCheckpoints::preview).unwrap_or_default(),
            fault: self.fault.clone(),
        })
    }

    /// Reports whether rows were rejected, or the lag has changed, since the last status; at most once a second.
    pub(super) fn has_new_details(&mut self, now: Duration) -> bool {
        let is_due = now >= self.details_due;
        is_due && (self.source.rows_rejected() != self.rows_rejected || self.lag(now) != self.sent_lag)
    }

    /// Returns the lag of the market at `now`.
    fn lag(&mut self, now: Duration) -> Lag {
        let next = self.ahead.first().map(|tick| tick.ts);
        let behind = if self.seek.is_some() { Duration::ZERO } else { self.playback.behind(now, next) };
        Lag { behind_seconds: behind.as_secs(), symbols_limited: self.source.symbols_limited() }
    }

    fn update_lag(&mut self) {
        let (before, lag) = (self.sent_lag, self.lag(self.now()));
        if lag.symbols_limited > 0 && before.symbols_limited == 0 {
            let symbols = lag.symbols_limited;
            tracing::warn!(
                symbols,
                "the scenarios ask for more ticks than the limits --max-symbol-ticks-per-second and \
                 --max-ticks-per-second allow: they are scaled down"
            );
        }
        if lag.behind_seconds > 0 && before.behind_seconds == 0 {
            tracing::warn!(
                seconds = lag.behind_seconds,
                "the market is late: its ticks cannot be made or read at this speed"
            );
        }
        self.sent_lag = lag;
    }

    fn update_details(&mut self) {
        self.update_lag();
        let rows = self.source.rows_rejected();
        if rows != self.rows_rejected {
            (self.rows_rejected, self.rejected) = (rows, self.source.rejected().into());
        }
        self.details_due = self.now() + DETAILS_INTERVAL;
    }

    /// Sends the status to all readers, and their results to the senders that waited for it.
    pub(super) async fn send_status(&mut self) {
        self.revision += 1;
        self.sent_state = self.state();
        let status = self.status();
        let event = if self.is_over() { FeedEvent::End(status) } else { FeedEvent::Status(status) };
        self.send(event).await;
        self.reply_to_waiting();
    }

    /// Tells the senders whose commands are complete.
    pub(super) fn reply_to_waiting(&mut self) {
        if !matches!(self.sent_state, FeedState::Stepping | FeedState::Seeking) {
            let limit = self.playback.take_step_limit();
            let result = limit.map_or(Ok(self.revision), |ticks| Err(CommandError::NothingFound { ticks }));
            self.waiting.drain(..).for_each(|reply| reply.send(result.clone()));
        }
    }
}

//! The state of a player, as its status tells it.

use std::sync::Arc;
use std::time::Duration;

use super::Player;
use super::checkpoints::SharedCheckpoints;
use crate::control::{FeedEvent, FeedState, FeedStatus};

/// The time between two checks for rejected rows.
const REJECTED_INTERVAL: Duration = Duration::from_secs(1);

impl Player {
    /// Returns the state to be sent: a seek under way counts, whatever the playback does after it.
    pub(super) const fn state(&self) -> FeedState {
        if self.seek.is_some() { FeedState::Seeking } else { self.playback.state() }
    }

    pub(super) const fn is_over(&self) -> bool {
        self.state().is_over()
    }

    pub(super) fn status(&mut self) -> Arc<FeedStatus> {
        self.update_rejected();
        let info = self.source.info();
        Arc::new(FeedStatus {
            source: info.kind,
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
            catalog: self.catalog.clone(),
            preview: self.checkpoints.as_ref().map(SharedCheckpoints::preview).unwrap_or_default(),
            fault: self.fault.clone(),
        })
    }

    fn update_rejected(&mut self) {
        let rows = self.source.rows_rejected();
        if rows != self.rows_rejected {
            (self.rows_rejected, self.rejected) = (rows, self.source.rejected().into());
        }
        self.rejected_due = self.now() + REJECTED_INTERVAL;
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
            let revision = self.revision;
            self.waiting.drain(..).for_each(|reply| reply.send(Ok(revision)));
        }
    }
}

//! Server-Sent Events: the messages of a session for clients that only listen.
//!
//! A session without a socket: the response's body asks the outbox for the next message when it can take one, so
//! nothing queues here either.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use futures_util::Stream;
use warp::sse::Event;

use crate::fanout::{Due, LiveMarket, Notifier};
use crate::server::limits::{SessionPlace, Turns};
use crate::server::ops::{Meter, Metrics, Transport};
use crate::server::session::{Outbox, SessionLimits};
use crate::wire::{ApiError, Format, Text};

/// Bytes that a slow client may keep: hyper's buffer of a connection, and the message behind it.
const KEPT_BYTES: usize = 96 * 1024;

/// The least time that a client waits before it reconnects. A browser waits equally long before each attempt.
const MIN_RETRY: Duration = Duration::from_secs(1);
/// The most milliseconds that are added to [`MIN_RETRY`]. Each client gets a random number of them, so that the clients
/// of a server that went away do not all come back at once.
const RETRY_SPREAD_MS: u64 = 4_000;

/// One client's stream of events.
struct Events {
    outbox: Outbox,
    /// Wakes the stream when something is due.
    notifier: Arc<Notifier>,
    turns: Turns,
    meter: Meter,
    /// The time that the client waits before it reconnects. The first event tells it.
    retry: Option<Duration>,
    /// The announcement of a stop was the last message.
    is_stopped: bool,
    _place: SessionPlace,
}

/// The events of a session whose client has sent `request` and nothing else.
///
/// # Errors
/// When there is no memory left for the messages that hyper keeps, or for the subscriptions.
pub fn events(
    live: LiveMarket,
    limits: SessionLimits,
    request: &str,
    mut place: SessionPlace,
    turns: Turns,
    metrics: &Metrics,
) -> Result<impl Stream<Item = Result<Event, Infallible>> + Send + 'static, ApiError> {
    let notifier = live.register();
    let mut outbox = Outbox::new(live, Arc::clone(&notifier), &limits, Format::Json);
    outbox.answer(request);
    place.messages.resize(KEPT_BYTES).map_err(|_| ApiError::no_memory())?;
    place.subscriptions.resize(outbox.bytes_beyond_included()).map_err(|_| ApiError::no_memory())?;
    let meter = metrics.session(Transport::Events);
    let events =
        Events { outbox, notifier, turns, meter, retry: Some(random_retry()), is_stopped: false, _place: place };
    Ok(futures_util::stream::unfold(events, |mut events| async {
        let text = events.next().await?;
        let event = Event::default().data(text.as_str());
        let event = match events.retry.take() {
            Some(retry) => event.retry(retry),
            None => event,
        };
        Some((Ok(event), events))
    }))
}

/// A random time for one client to wait before it reconnects.
fn random_retry() -> Duration {
    // On a system without randomness all clients wait equally long.
    let random = getrandom::u32().unwrap_or_default();
    MIN_RETRY + Duration::from_millis(u64::from(random) % RETRY_SPREAD_MS)
}

impl Events {
    /// Waits for the next message; `None` after the announcement of a stop.
    async fn next(&mut self) -> Option<Text> {
        while !self.is_stopped {
            if self.outbox.is_turn_over() {
                self.turns.take().await;
            }
            if let Some(frame) = self.outbox.next() {
                self.meter.sent(&frame, frame.byte_len());
                if let Some(text) = frame.into_text() {
                    return Some(text);
                }
                continue;
            }
            self.meter.settle();
            let due = self.notifier.wait().await;
            if due.contains(Due::STOP) {
                self.is_stopped = true;
                return Some(self.outbox.stopping());
            }
            // The lag of delivery is not known here: hyper writes the body.
            let _ = self.notifier.take_flush();
            self.outbox.mark(due);
        }
        None
    }
}

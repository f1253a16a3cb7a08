//! Server-Sent Events: the same messages for those who only listen.
//!
//! A session without a socket of its own: the same desk, asked for the next message when the response's body
//! wants more. Nothing queues here either.

use std::convert::Infallible;
use std::sync::Arc;

use futures_util::Stream;
use warp::sse::Event;

use super::desk::Desk;
use super::guests::Place;
use super::metrics::{Meter, Metrics, Transport};
use super::session::SessionLimits;
use crate::fanout::{Bell, Due, LiveMarket};
use crate::wire::Format;

struct Listener {
    desk: Desk,
    bell: Arc<Bell>,
    stopped: bool,
    meter: Meter,
    _place: Place,
}

/// What a client that says `request`, a message of the stream, would hear.
pub fn events(
    live: LiveMarket,
    limits: SessionLimits,
    request: &str,
    place: Place,
    metrics: &Metrics,
) -> impl Stream<Item = Result<Event, Infallible>> + Send + 'static {
    let bell = live.bell();
    let mut desk = Desk::new(live, Arc::clone(&bell), limits, Format::Json);
    desk.answer(request);
    let meter = metrics.session(Transport::Events);
    let listener = Listener { desk, bell, stopped: false, meter, _place: place };
    futures_util::stream::unfold(listener, |mut listener| async {
        let text = listener.next().await?;
        Some((Ok(Event::default().data(text.as_str())), listener))
    })
}

impl Listener {
    /// The next message, when there is one; `None` after the server said that it stops.
    async fn next(&mut self) -> Option<crate::wire::Text> {
        loop {
            if self.stopped {
                return None;
            }
            if let Some(frame) = self.desk.next() {
                self.meter.sent(&frame);
                if let Some(text) = frame.into_text() {
                    return Some(text);
                }
                continue;
            }
            self.meter.settle();
            let due = self.bell.wait().await;
            if due.contains(Due::STOP) {
                self.stopped = true;
                return Some(Desk::stopping());
            }
            // How it is delivered is the business of the one who asks for the body.
            let _ = self.bell.take_beat();
            self.desk.ring(due);
        }
    }
}

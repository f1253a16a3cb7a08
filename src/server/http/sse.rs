//! Server-Sent Events: the same messages for those who only listen.
//!
//! A session without a socket of its own: the same outbox, asked for the next message when the response's body
//! wants more. Nothing queues here either.

use std::convert::Infallible;
use std::sync::Arc;

use futures_util::Stream;
use warp::sse::Event;

use crate::fanout::{Due, LiveMarket, Notifier};
use crate::server::limits::Permit;
use crate::server::ops::{Meter, Metrics, Transport};
use crate::server::session::Outbox;
use crate::server::session::SessionLimits;
use crate::wire::Format;

struct Listener {
    outbox: Outbox,
    notifier: Arc<Notifier>,
    stopped: bool,
    meter: Meter,
    _place: Permit,
}

/// What a client that says `request`, a message of the stream, would hear.
pub fn events(
    live: LiveMarket,
    limits: SessionLimits,
    request: &str,
    permit: Permit,
    metrics: &Metrics,
) -> impl Stream<Item = Result<Event, Infallible>> + Send + 'static {
    let notifier = live.register();
    let mut outbox = Outbox::new(live, Arc::clone(&notifier), limits, Format::Json);
    outbox.answer(request);
    let meter = metrics.session(Transport::Events);
    let listener = Listener { outbox, notifier, stopped: false, meter, _place: permit };
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
            if let Some(frame) = self.outbox.next() {
                self.meter.sent(&frame);
                if let Some(text) = frame.into_text() {
                    return Some(text);
                }
                continue;
            }
            self.meter.settle();
            let due = self.notifier.wait().await;
            if due.contains(Due::STOP) {
                self.stopped = true;
                return Some(Outbox::stopping());
            }
            // How it is delivered is the business of the one who asks for the body.
            let _ = self.notifier.take_flush();
            self.outbox.mark(due);
        }
    }
}

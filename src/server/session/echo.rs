//! A session that sends each message back, to try clients, lines and the WebSocket protocol itself.
//!
//! It holds one message: the next one is read when that one has been written. It ends as every session does.

use std::sync::Arc;

use futures_util::{Sink, SinkExt, Stream, StreamExt};
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::{Error as WsError, Message as WsMessage};

use super::deflate::Compressor;
use super::end::{CLOSE_TIMEOUT, SessionEnd};
use super::limits::SessionLimits;
use super::liveness::{Liveness, Silence};
use super::session::{Flow, LONG_WRITE, close, or_end};
use crate::fanout::{Due, LiveMarket, Notifier};
use crate::server::limits::RateLimiter;
use crate::server::ops::{Meter, Metrics, Transport};

/// Sends one client's messages back until either side ends the session. Then closes the WebSocket.
pub async fn echo<S>(
    socket: &mut S,
    live: &LiveMarket,
    limits: &SessionLimits,
    metrics: &Metrics,
    compressor: Option<Compressor>,
) -> SessionEnd
where
    S: Stream<Item = Result<WsMessage, WsError>> + Sink<WsMessage, Error = WsError> + Unpin,
{
    let end = Echo::new(&mut *socket, live.register(), limits, metrics, compressor).run().await;
    end.count(metrics);
    // As at the end of other sessions, a client that takes nothing is not waited for.
    let _ = timeout(CLOSE_TIMEOUT, close(socket, end)).await;
    end
}

/// One client's messages on their way back.
struct Echo<'s, S> {
    socket: &'s mut S,
    /// Compresses messages, if the client has negotiated it.
    compressor: Option<Compressor>,
    /// Wakes the session each half second, and when the server stops.
    notifier: Arc<Notifier>,
    /// Limits the client's messages.
    rate_limiter: RateLimiter,
    /// Counts this session until it ends.
    _meter: Meter,
    /// Finds out whether the client is still there.
    liveness: Liveness,
}

impl<'s, S> Echo<'s, S>
where
    S: Stream<Item = Result<WsMessage, WsError>> + Sink<WsMessage, Error = WsError> + Unpin,
{
    fn new(
        socket: &'s mut S,
        notifier: Arc<Notifier>,
        limits: &SessionLimits,
        metrics: &Metrics,
        compressor: Option<Compressor>,
    ) -> Self {
        Self {
            socket,
            compressor,
            notifier,
            rate_limiter: RateLimiter::new(limits.messages_per_second, Instant::now()),
            _meter: metrics.session(Transport::WebSocket),
            liveness: Liveness::default(),
        }
    }

    async fn run(&mut self) -> SessionEnd {
        loop {
            let flow = tokio::select! {
                due = self.notifier.wait() => self.on_due(due).await,
                message = self.socket.next() => self.on_message(message).await,
            };
            if let Flow::Break(end) = flow {
                return end;
            }
        }
    }

    async fn on_due(&mut self, due: Due) -> Flow {
        if due.contains(Due::STOP) {
            return Flow::Break(SessionEnd::Stopped);
        }
        match self.liveness.pass(due.half_seconds()) {
            None => Flow::Continue(()),
            Some(Silence::Ping) => or_end(self.socket.send(WsMessage::Ping(Vec::new().into())).await),
            Some(Silence::End) => Flow::Break(SessionEnd::NoPong),
        }
    }

    async fn on_message(&mut self, message: Option<Result<WsMessage, WsError>>) -> Flow {
        self.liveness.on_received();
        let began = Instant::now();
        if !self.rate_limiter.try_take(began) {
            return Flow::Break(SessionEnd::TooManyMessages);
        }
        let written = match message {
            Some(Ok(WsMessage::Text(text))) => {
                let compressed = self.compressor.as_mut().and_then(|compressor| compressor.compress_text(&text));
                self.socket.send(compressed.unwrap_or(WsMessage::Text(text))).await
            }
            Some(Ok(WsMessage::Binary(bytes))) => self.socket.send(WsMessage::Binary(bytes)).await,
            Some(Ok(WsMessage::Close(_))) | None => return Flow::Break(SessionEnd::Left),
            // Writes the answer to a ping.
            Some(Ok(_)) => self.socket.flush().await,
            Some(Err(error)) => return Flow::Break(SessionEnd::of(&error)),
        };
        let took = began.elapsed();
        if took > LONG_WRITE {
            self.rate_limiter.credit(took);
        }
        or_end(written)
    }
}

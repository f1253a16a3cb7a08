//! One WebSocket session: from greeting to goodbye.
//!
//! Written over any sink and stream of messages, so that it is tested without sockets. One message is on
//! its way at a time: while a slow client takes it, nothing queues here, and what is due then is the
//! newest state.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{Sink, SinkExt, Stream, StreamExt};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, frame::coding::CloseCode};
use tokio_tungstenite::tungstenite::{Error as WsError, Message as WsMessage};

use super::answer::Desk;
use super::subscriptions::SubscriptionLimits;
use crate::fanout::{Due, LiveMarket};
use crate::wire::{HelloLimits, Refusal, Text};

/// What a session may cost.
#[derive(Clone, Copy, Debug)]
pub struct SessionLimits {
    /// Longest message a client may send, in bytes.
    pub message_bytes: usize,
    pub subscriptions: SubscriptionLimits,
    /// Bars in one snapshot of one series.
    pub bars: usize,
    /// How long a client may take no byte before it is let go.
    pub stall: Duration,
}

impl SessionLimits {
    pub const fn hello(&self) -> HelloLimits {
        HelloLimits { message_bytes: self.message_bytes, subscriptions: self.subscriptions.count, bars: self.bars }
    }
}

/// How a session ended. None of these is an error of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionEnd {
    /// The client closed, or was gone.
    Left,
    /// The client broke the WebSocket protocol.
    BadProtocol,
    /// The client sent more than it may.
    MessageTooLarge,
    /// The client took no byte for the stall timeout.
    TooSlow,
    /// The server stops.
    Stopped,
}

impl SessionEnd {
    fn close_frame(self) -> Option<CloseFrame> {
        let (code, reason) = match self {
            Self::Left | Self::BadProtocol => return None,
            Self::MessageTooLarge => (CloseCode::Size, "message_too_large"),
            Self::TooSlow => (CloseCode::Again, "too_slow"),
            Self::Stopped => (CloseCode::Away, "server_stopping"),
        };
        Some(CloseFrame { code, reason: reason.into() })
    }
}

/// How long a goodbye may take to write.
const GOODBYE: Duration = Duration::from_secs(1);

/// Serves one client until either side ends it.
pub async fn run<S>(mut socket: S, live: LiveMarket, limits: &SessionLimits) -> SessionEnd
where
    S: Stream<Item = Result<WsMessage, WsError>> + Sink<WsMessage, Error = WsError> + Unpin,
{
    let end = serve(&mut socket, live, limits).await;
    if let Some(frame) = end.close_frame() {
        // A client that is gone or stuck does not hear it; that is no reason to stay.
        let _ = timeout(GOODBYE, socket.send(WsMessage::Close(Some(frame)))).await;
    }
    end
}

async fn serve<S>(socket: &mut S, live: LiveMarket, limits: &SessionLimits) -> SessionEnd
where
    S: Stream<Item = Result<WsMessage, WsError>> + Sink<WsMessage, Error = WsError> + Unpin,
{
    let bell = live.bell();
    let mut desk = Desk::new(live, Arc::clone(&bell), *limits);
    let mut out = desk.greet();
    // Nothing but beats was said since the bell last rang for one.
    let mut quiet = false;
    loop {
        for text in out.drain(..) {
            if let Err(end) = send(socket, text, limits.stall).await {
                return end;
            }
        }
        tokio::select! {
            message = socket.next() => match message {
                Some(Ok(WsMessage::Text(text))) => {
                    desk.answer(&text, &mut out);
                    quiet = false;
                }
                Some(Ok(WsMessage::Binary(_))) => desk.refuse(&Refusal::binary(), &mut out),
                Some(Ok(WsMessage::Close(_))) | None => return SessionEnd::Left,
                Some(Ok(_)) => {}
                Some(Err(error)) => return end_of(&error),
            },
            due = bell.wait() => {
                if due.contains(Due::STOP) {
                    return SessionEnd::Stopped;
                }
                desk.take_due(due, &mut out);
                quiet &= out.is_empty();
                if due.contains(Due::BEAT) && std::mem::replace(&mut quiet, true) {
                    desk.beat(&mut out);
                }
            }
        }
    }
}

async fn send<S>(socket: &mut S, text: Text, stall: Duration) -> Result<(), SessionEnd>
where
    S: Sink<WsMessage, Error = WsError> + Unpin,
{
    match timeout(stall, socket.send(WsMessage::Text(text))).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(end_of(&error)),
        Err(_) => Err(SessionEnd::TooSlow),
    }
}

const fn end_of(error: &WsError) -> SessionEnd {
    match error {
        WsError::Capacity(_) => SessionEnd::MessageTooLarge,
        WsError::Protocol(_) | WsError::Utf8(_) | WsError::AttackAttempt => SessionEnd::BadProtocol,
        _ => SessionEnd::Left,
    }
}

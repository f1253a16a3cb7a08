//! One WebSocket session: from greeting to goodbye.
//!
//! Written over any sink and stream of messages, so that it is tested without sockets. The client is not
//! listened to while something is due to it, and what is due is written when the one before it is on its
//! way: nothing queues here, and what a slow client gets is the newest state.

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{Sink, SinkExt, Stream, StreamExt};
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, frame::coding::CloseCode};
use tokio_tungstenite::tungstenite::{Error as WsError, Message as WsMessage};

use super::allowance::Allowance;
use super::desk::Desk;
use super::ladder::Ladder;
use super::metrics::{Meter, Metrics, Transport};
use super::remote::{Commands, Done, Remote};
use super::subscriptions::SubscriptionLimits;
use crate::fanout::{Due, LiveMarket};
use crate::wire::{Format, Frame, HelloLimits, Refusal};

/// What a session may cost.
#[derive(Clone, Copy, Debug)]
pub struct SessionLimits {
    /// Longest message a client may send, in bytes.
    pub message_bytes: usize,
    /// Messages a client may send in a second, pings included; twice as many at once.
    pub messages_per_second: u32,
    pub subscriptions: SubscriptionLimits,
    /// Commands that may wait for the feed.
    pub commands: usize,
    /// Bars that one series may begin with.
    pub bars: usize,
    /// Whether it may drive the feed.
    pub control: bool,
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
    /// The client sent a text that is no UTF-8.
    BadText,
    /// The client sent a larger message than it may.
    MessageTooLarge,
    /// The client sent more messages than it may.
    TooManyMessages,
    /// The client took no byte for the stall timeout.
    TooSlow,
    /// The client answered no ping.
    NoPong,
    /// The server stops.
    Stopped,
}

/// RFC 6455, section 7.4.2: 4000 to 4999 are for private use; the last digits follow HTTP's 408.
const NO_PONG: u16 = 4408;

impl SessionEnd {
    pub const ALL: [Self; 8] = [
        Self::Left,
        Self::BadProtocol,
        Self::BadText,
        Self::MessageTooLarge,
        Self::TooManyMessages,
        Self::TooSlow,
        Self::NoPong,
        Self::Stopped,
    ];

    /// The close code and the reason that the client is told; `None` where it is the client who ends.
    pub const fn told(self) -> Option<(CloseCode, &'static str)> {
        Some(match self {
            Self::Left => return None,
            Self::BadProtocol => (CloseCode::Protocol, "protocol_error"),
            // RFC 6455, section 8.1.
            Self::BadText => (CloseCode::Invalid, "invalid_utf8"),
            Self::MessageTooLarge => (CloseCode::Size, "message_too_large"),
            Self::TooManyMessages => (CloseCode::Policy, "too_many_messages"),
            Self::TooSlow => (CloseCode::Again, "too_slow"),
            Self::NoPong => (CloseCode::Library(NO_PONG), "no_pong"),
            Self::Stopped => (CloseCode::Away, "server_stopping"),
        })
    }
}

/// How long a goodbye may take to write.
pub const GOODBYE: Duration = Duration::from_secs(1);
/// A write that took longer kept the client's own messages waiting.
const DEAF: Duration = Duration::from_secs(1);
/// A client is pinged once in so many half seconds, and let go when it said nothing since the ping before.
const PING_EVERY: u32 = 30;

/// Serves one client, who begins in `format`, until either side ends it.
pub async fn run<S>(
    socket: &mut S,
    remote: Remote,
    live: LiveMarket,
    limits: &SessionLimits,
    format: Format,
    metrics: &Metrics,
) -> SessionEnd
where
    S: Stream<Item = Result<WsMessage, WsError>> + Sink<WsMessage, Error = WsError> + Unpin,
{
    let end = serve(socket, remote, live, limits, format, metrics).await;
    metrics.ended(end);
    let goodbye = async {
        match end.told() {
            Some((code, reason)) => {
                socket.send(WsMessage::Close(Some(CloseFrame { code, reason: reason.into() }))).await
            }
            // Where the client closed, the answer to that waits to be sent (RFC 6455, section 5.5.1).
            None => socket.flush().await,
        }
    };
    // A client that is gone or stuck does not hear it; that is no reason to stay.
    let _ = timeout(GOODBYE, goodbye).await;
    end
}

async fn serve<S>(
    socket: &mut S,
    remote: Remote,
    live: LiveMarket,
    limits: &SessionLimits,
    format: Format,
    metrics: &Metrics,
) -> SessionEnd
where
    S: Stream<Item = Result<WsMessage, WsError>> + Sink<WsMessage, Error = WsError> + Unpin,
{
    let bell = live.bell();
    let mut desk = Desk::new(live, Arc::clone(&bell), *limits, format);
    let mut allowance = Allowance::new(limits.messages_per_second, Instant::now());
    let mut ladder = Ladder::new(Instant::now());
    let mut commands = Commands::new(remote, limits.commands);
    let mut meter = metrics.session(Transport::WebSocket);
    let mut half_seconds = 0;
    let mut heard = true;
    let mut beat = None;
    loop {
        let began = Instant::now();
        if let Err(end) = say_all(socket, &mut desk, &mut meter).await {
            return end;
        }
        let now = Instant::now();
        if let Some(due) = beat.take() {
            meter.delivered(now.saturating_duration_since(due));
        }
        if now - began > DEAF {
            allowance.forgive(now - began);
        }
        if ladder.wrote(now - began, desk.fastest(), now) {
            meter.capped(ladder.cap());
            desk.throttle(ladder.cap());
            continue;
        }
        // Who waits asks the bell first, as it is what mostly rings; where it never stops ringing, the client has its turn.
        let rang = bell.is_rung();
        let event = tokio::select! {
            biased;
            due = bell.wait(), if !rang => Event::Due(due),
            message = socket.next() => Event::Message(message),
            done = commands.next_done() => Event::Done(done),
            due = bell.wait(), if rang => Event::Due(due),
        };
        match event {
            Event::Due(due) if due.contains(Due::STOP) => {
                let notice = socket.feed(WsMessage::Text(Desk::stopping()));
                // The close says the same to those who do not hear it in time.
                let _ = timeout(GOODBYE, notice).await;
                return SessionEnd::Stopped;
            }
            Event::Due(due) => {
                beat = bell.take_beat();
                desk.ring(due);
                half_seconds += due.half_seconds();
                if half_seconds < PING_EVERY {
                    continue;
                }
                half_seconds = 0;
                if !std::mem::take(&mut heard) {
                    return SessionEnd::NoPong;
                }
                if let Err(error) = socket.feed(WsMessage::Ping(Vec::new().into())).await {
                    return end_of(&error);
                }
            }
            Event::Message(message) => {
                heard = true;
                if !allowance.take(Instant::now()) {
                    return SessionEnd::TooManyMessages;
                }
                match message {
                    Some(Ok(WsMessage::Text(text))) => {
                        desk.answer(&text).into_iter().for_each(|code| metrics.refused(code));
                        if let Some((id, command)) = desk.take_command()
                            && let Err(refusal) = commands.push(id, command)
                        {
                            metrics.refused(refusal.code);
                            desk.refuse(&refusal);
                        }
                    }
                    Some(Ok(WsMessage::Binary(_))) => {
                        let refusal = Refusal::binary();
                        metrics.refused(refusal.code);
                        desk.refuse(&refusal);
                    }
                    Some(Ok(WsMessage::Close(_))) | None => return SessionEnd::Left,
                    // A ping is answered by the next flush.
                    Some(Ok(_)) => {}
                    Some(Err(error)) => return end_of(&error),
                }
            }
            Event::Done((id, command, done)) => {
                done.as_ref().err().into_iter().for_each(|refusal| metrics.refused(refusal.code));
                desk.driven(id, command, done);
            }
        }
    }
}

/// What a session waits for.
enum Event {
    Due(Due),
    Message(Option<Result<WsMessage, WsError>>),
    /// A command of its client was obeyed or refused.
    Done(Done),
}

/// Sends all that is due, in as few writes as may be. How long a client may take nothing is the socket's affair.
async fn say_all<S>(socket: &mut S, desk: &mut Desk, meter: &mut Meter) -> Result<(), SessionEnd>
where
    S: Sink<WsMessage, Error = WsError> + Unpin,
{
    while let Some(frame) = desk.next() {
        meter.sent(&frame);
        let message = match frame {
            Frame::Text(text) => WsMessage::Text(text),
            Frame::Binary(bytes) => WsMessage::Binary(bytes),
        };
        socket.feed(message).await.map_err(|error| end_of(&error))?;
    }
    meter.settle();
    socket.flush().await.map_err(|error| end_of(&error))
}

fn end_of(error: &WsError) -> SessionEnd {
    match error {
        WsError::Io(error) if error.kind() == ErrorKind::TimedOut => SessionEnd::TooSlow,
        WsError::Capacity(_) => SessionEnd::MessageTooLarge,
        WsError::Protocol(tokio_tungstenite::tungstenite::error::ProtocolError::ResetWithoutClosingHandshake) => {
            SessionEnd::Left
        }
        WsError::Utf8(_) => SessionEnd::BadText,
        WsError::Protocol(_) | WsError::AttackAttempt => SessionEnd::BadProtocol,
        _ => SessionEnd::Left,
    }
}

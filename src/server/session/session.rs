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
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error as WsError, Message as WsMessage};

use super::commands::{CommandDone, CommandQueue, FeedControl};
use super::end::{CLOSE_TIMEOUT, SessionEnd};
use super::limits::SessionLimits;
use super::outbox::Outbox;
use super::throttle::Throttle;
use crate::fanout::{Due, LiveMarket};
use crate::server::limits::RateLimiter;
use crate::server::ops::{Meter, Metrics, Transport};
use crate::wire::{ApiError, Format, Frame};

/// A write that took longer kept the client's own messages waiting.
const DEAF: Duration = Duration::from_secs(1);
/// A client is pinged once in so many half seconds, and let go when it said nothing since the ping before.
const PING_EVERY: u32 = 30;

/// Serves one client, who begins in `format`, until either side ends it.
pub async fn run<S>(
    socket: &mut S,
    commands: FeedControl,
    live: LiveMarket,
    limits: &SessionLimits,
    format: Format,
    metrics: &Metrics,
) -> SessionEnd
where
    S: Stream<Item = Result<WsMessage, WsError>> + Sink<WsMessage, Error = WsError> + Unpin,
{
    let end = serve(socket, commands, live, limits, format, metrics).await;
    metrics.session_ended(end.reason(), end.close_code().map(u16::from));
    if end == SessionEnd::TooSlow {
        metrics.ended_by_stall();
    }
    let goodbye = async {
        match end.close_code() {
            Some(code) => socket.send(WsMessage::Close(Some(CloseFrame { code, reason: end.reason().into() }))).await,
            // Where the client closed, the answer to that waits to be sent (RFC 6455, section 5.5.1).
            None => socket.flush().await,
        }
    };
    // A client that is gone or stuck does not hear it; that is no reason to stay.
    let _ = timeout(CLOSE_TIMEOUT, goodbye).await;
    end
}

async fn serve<S>(
    socket: &mut S,
    commands: FeedControl,
    live: LiveMarket,
    limits: &SessionLimits,
    format: Format,
    metrics: &Metrics,
) -> SessionEnd
where
    S: Stream<Item = Result<WsMessage, WsError>> + Sink<WsMessage, Error = WsError> + Unpin,
{
    let notifier = live.register();
    let mut outbox = Outbox::new(live, Arc::clone(&notifier), *limits, format);
    let mut rate_limiter = RateLimiter::new(limits.messages_per_second, Instant::now());
    let mut throttle = Throttle::new(Instant::now());
    let mut commands = CommandQueue::new(commands, limits.commands);
    let mut meter = metrics.session(Transport::WebSocket);
    let mut half_seconds = 0;
    let mut heard = true;
    let mut beat = None;
    loop {
        let began = Instant::now();
        if let Err(end) = say_all(socket, &mut outbox, &mut meter).await {
            return end;
        }
        let now = Instant::now();
        if let Some(due) = beat.take() {
            meter.delivered(now.saturating_duration_since(due));
        }
        if now - began > DEAF {
            rate_limiter.credit(now - began);
        }
        if throttle.wrote(now - began, outbox.fastest(), now) {
            meter.capped(throttle.cap());
            outbox.throttle(throttle.cap());
            continue;
        }
        // Who waits asks the notifier first, as it is what mostly rings; where it never stops ringing, the client has its turn.
        let rang = notifier.is_pending();
        let event = tokio::select! {
            biased;
            due = notifier.wait(), if !rang => Event::Due(due),
            message = socket.next() => Event::Message(message),
            done = commands.next_done() => Event::CommandDone(done),
            due = notifier.wait(), if rang => Event::Due(due),
        };
        match event {
            Event::Due(due) if due.contains(Due::STOP) => {
                let notice = socket.feed(WsMessage::Text(Outbox::stopping()));
                // The close says the same to those who do not hear it in time.
                let _ = timeout(CLOSE_TIMEOUT, notice).await;
                return SessionEnd::Stopped;
            }
            Event::Due(due) => {
                beat = notifier.take_flush();
                outbox.ring(due);
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
                if !rate_limiter.take(Instant::now()) {
                    return SessionEnd::TooManyMessages;
                }
                match message {
                    Some(Ok(WsMessage::Text(text))) => {
                        outbox.answer(&text).into_iter().for_each(|code| metrics.refused(code));
                        if let Some((id, command)) = outbox.take_command()
                            && let Err(refusal) = commands.push(id, command)
                        {
                            metrics.refused(refusal.code);
                            outbox.refuse(&refusal);
                        }
                    }
                    Some(Ok(WsMessage::Binary(_))) => {
                        let refusal = ApiError::binary();
                        metrics.refused(refusal.code);
                        outbox.refuse(&refusal);
                    }
                    Some(Ok(WsMessage::Close(_))) | None => return SessionEnd::Left,
                    // A ping is answered by the next flush.
                    Some(Ok(_)) => {}
                    Some(Err(error)) => return end_of(&error),
                }
            }
            Event::CommandDone((id, command, done)) => {
                done.as_ref().err().into_iter().for_each(|refusal| metrics.refused(refusal.code));
                outbox.driven(id, command, done);
            }
        }
    }
}

/// What a session waits for.
enum Event {
    Due(Due),
    Message(Option<Result<WsMessage, WsError>>),
    /// A command of its client was obeyed or refused.
    CommandDone(CommandDone),
}

/// Sends all that is due, in as few writes as may be. How long a client may take nothing is the socket's affair.
async fn say_all<S>(socket: &mut S, outbox: &mut Outbox, meter: &mut Meter) -> Result<(), SessionEnd>
where
    S: Sink<WsMessage, Error = WsError> + Unpin,
{
    while let Some(frame) = outbox.next() {
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

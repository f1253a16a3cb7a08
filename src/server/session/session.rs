//! One WebSocket session, from the greeting to the close frame.
//!
//! Nothing queues here. The session reads the client's messages only when all that is due has been written, and each
//! message is made when the one before it is on its way: a slow client gets the newest state. No message is made either
//! while the client has too much to read (`read_window.rs`).
//!
//! Not here: what is due (`outbox.rs`), and how bytes are written (`socket.rs`).

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{Sink, SinkExt, Stream, StreamExt};
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error as WsError, Message as WsMessage};

use super::commands::{CommandDone, CommandQueue, FeedControl};
use super::deflate::{Compressor, outgoing};
use super::end::{CLOSE_TIMEOUT, SessionEnd};
use super::limits::SessionLimits;
use super::liveness::{Liveness, Silence};
use super::outbox::Outbox;
use super::read_window::ReadWindow;
use super::throttle::Throttle;
use crate::fanout::{Due, LiveMarket, Notifier};
use crate::server::limits::{HeldMemory, RateLimiter, Turns};
use crate::server::ops::{Meter, Metrics, Transport};
use crate::wire::{ApiError, EncodedMessage, Format};

/// A write that takes longer than this is credited to the client's message rate, as its messages waited meanwhile.
pub(super) const LONG_WRITE: Duration = Duration::from_secs(1);
/// The time in which a session may ask again for all the history that it may hold. It may ask for all of it at once.
const HISTORY_TIME: Duration = Duration::from_secs(10);

/// The session's part of what all sessions share.
pub struct Shared {
    /// The memory of many subscriptions.
    pub held: HeldMemory,
    /// The turns for work that clients ask for.
    pub turns: Turns,
    /// Compresses messages, if the client has negotiated it.
    pub compressor: Option<Compressor>,
}

/// Serves one client, first in `format`, until either side ends the session. Then closes the WebSocket.
pub fn serve<'s, S>(
    socket: &'s mut S,
    live: LiveMarket,
    feed: &'s FeedControl,
    limits: &'s SessionLimits,
    format: Format,
    metrics: &'s Metrics,
    shared: &'s mut Shared,
) -> impl Future<Output = SessionEnd> + use<'s, S>
where
    S: Stream<Item = Result<WsMessage, WsError>> + Sink<WsMessage, Error = WsError> + Unpin,
{
    // The future has room for what it captures and for its locals, so the session is made before it, and not moved.
    let mut session = Session::new(socket, live, feed, limits, format, metrics, shared);
    async move {
        let end = session.run().await;
        end.count(session.metrics);
        // A client that vanished or takes nothing does not get the close frame; the server does not wait for it.
        let _ = timeout(CLOSE_TIMEOUT, close(session.socket, end)).await;
        end
    }
}

/// One client's session over a socket: any sink and stream of WebSocket messages.
pub(super) struct Session<'s, S> {
    pub(super) socket: &'s mut S,
    /// Makes the messages that are due.
    pub(super) outbox: Outbox,
    /// Wakes the session when something is due.
    notifier: Arc<Notifier>,
    /// Limits the client's messages.
    pub(super) rate_limiter: RateLimiter,
    /// Limits the bars, trades and quotes that the client asks for.
    asked: RateLimiter,
    /// The client's next message is read from then on, after it has asked for much.
    reads_at: Option<Instant>,
    /// Time of the write in progress that went by until the session had its turns.
    waited_for_turns: Duration,
    /// Bounds what the client has not read.
    pub(super) window: ReadWindow<'s>,
    /// The time since which something is due while the window is shut.
    shut_since: Option<Instant>,
    /// Lowers the rate of a slow client.
    throttle: Throttle,
    /// The client's commands to the feed.
    commands: CommandQueue<'s>,
    shared: &'s mut Shared,
    pub(super) metrics: &'s Metrics,
    /// Counts this session and what it sends.
    pub(super) meter: Meter,
    /// When the flush was due whose updates are to be written next.
    flush_due: Option<Instant>,
    /// Finds out whether the client is still there.
    pub(super) liveness: Liveness,
}

/// Something that a session waits for.
enum Event {
    Due(Due),
    Message(Option<Result<WsMessage, WsError>>),
    CommandDone(CommandDone),
}

/// The session goes on, or ends.
pub(super) type Flow = ControlFlow<SessionEnd>;

impl<'s, S> Session<'s, S>
where
    S: Stream<Item = Result<WsMessage, WsError>> + Sink<WsMessage, Error = WsError> + Unpin,
{
    fn new(
        socket: &'s mut S,
        live: LiveMarket,
        feed: &'s FeedControl,
        limits: &'s SessionLimits,
        format: Format,
        metrics: &'s Metrics,
        shared: &'s mut Shared,
    ) -> Self {
        let (notifier, now) = (live.register(), Instant::now());
        let history = limits.subscriptions.history.max(1) as f64;
        Self {
            socket,
            outbox: Outbox::new(live, Arc::clone(&notifier), limits, format),
            notifier,
            rate_limiter: RateLimiter::new(limits.messages_per_second, now),
            asked: RateLimiter::with_capacity(history / HISTORY_TIME.as_secs_f64(), history, now),
            reads_at: None,
            waited_for_turns: Duration::ZERO,
            window: ReadWindow::new(&limits.unread, now),
            shut_since: None,
            throttle: Throttle::new(now),
            commands: CommandQueue::new(feed, limits.commands),
            shared,
            metrics,
            meter: metrics.session(Transport::WebSocket),
            flush_due: None,
            liveness: Liveness::default(),
        }
    }

    async fn run(&mut self) -> SessionEnd {
        loop {
            if let Flow::Break(end) = self.step().await {
                return end;
            }
        }
    }

    /// Writes all that is due, then waits for the next event and handles it.
    async fn step(&mut self) -> Flow {
        self.flush().await?;
        loop {
            match self.next_event().await {
                Event::Due(due) => return self.on_due(due).await,
                Event::Message(message) if self.is_pong(&message) => {
                    // Where the window was open, the answer to a probe makes nothing due.
                    if self.shut_since.is_some() {
                        return Flow::Continue(());
                    }
                }
                Event::Message(message) => return self.on_message(message),
                Event::CommandDone(done) => {
                    self.on_command_done(done);
                    return Flow::Continue(());
                }
            }
        }
    }

    /// Waits for the next event. Due messages come first, as they are the most frequent; where something is always due,
    /// the client has its turn.
    async fn next_event(&mut self) -> Event {
        let was_pending = self.notifier.is_pending();
        // The notifier wakes the session each half second, so this needs no timer.
        let reads = self.reads();
        tokio::select! {
            biased;
            due = self.notifier.wait(), if !was_pending => Event::Due(due),
            message = self.socket.next(), if reads => Event::Message(message),
            done = self.commands.next_done() => Event::CommandDone(done),
            due = self.notifier.wait(), if was_pending => Event::Due(due),
        }
    }

    async fn on_due(&mut self, due: Due) -> Flow {
        if due.contains(Due::STOP) {
            let notice = self.socket.feed(WsMessage::Text(self.outbox.stopping()));
            // A client that does not take it in time learns the same from the close frame.
            let _ = timeout(CLOSE_TIMEOUT, notice).await;
            return Flow::Break(SessionEnd::Stopped);
        }
        // While the window is shut, the notifier keeps the time of the first flush that the client misses.
        if self.shut_since.is_none() {
            self.flush_due = self.notifier.take_flush();
        } else {
            self.notifier.count_skipped(self.outbox.marked_again(due));
        }
        self.outbox.mark(due);
        if due.half_seconds() == 0 { Flow::Continue(()) } else { self.on_half_seconds(due.half_seconds()).await }
    }

    async fn on_half_seconds(&mut self, passed: u32) -> Flow {
        let now = Instant::now();
        self.outbox.set_lag(self.window.lag(now));
        if let Some(at) = self.reads_at {
            // A client that is not read may have sent its pong.
            self.liveness.on_received();
            self.reads_at = (now < at).then_some(at);
        }
        match self.liveness.pass(passed) {
            None => Flow::Continue(()),
            Some(Silence::Ping) => or_end(self.socket.feed(WsMessage::Ping(Vec::new().into())).await),
            Some(Silence::End) => Flow::Break(SessionEnd::NoPong),
        }
    }

    fn on_message(&mut self, message: Option<Result<WsMessage, WsError>>) -> Flow {
        if !self.rate_limiter.try_take(Instant::now()) {
            return Flow::Break(SessionEnd::TooManyMessages);
        }
        let Some(message) = message else { return Flow::Break(SessionEnd::Left) };
        match message {
            Ok(WsMessage::Text(text)) => return self.on_request(&text),
            Ok(WsMessage::Binary(_)) => self.reject(&ApiError::binary()),
            Ok(WsMessage::Close(_)) => return Flow::Break(SessionEnd::Left),
            // The next flush answers a ping.
            Ok(_) => {}
            Err(error) => return Flow::Break(SessionEnd::of(&error)),
        }
        Flow::Continue(())
    }

    fn on_request(&mut self, text: &str) -> Flow {
        if let Some(code) = self.outbox.answer(text) {
            self.metrics.api_error(code);
        }
        if let Some(number) = self.outbox.take_acknowledged() {
            return self.on_ack(number);
        }
        self.window.acknowledge(self.outbox.acknowledges());
        let wait = self.asked.take_all(self.outbox.take_asked(), Instant::now());
        if !wait.is_zero() {
            let wait = wait.min(HISTORY_TIME);
            self.reads_at = Some(Instant::now() + wait);
            // Messages wait meanwhile.
            self.rate_limiter.credit(wait);
        }
        if let Some((id, command)) = self.outbox.take_command()
            && let Err(error) = self.commands.push(id, command)
        {
            self.reject(&error);
        }
        let is_held = self.shared.held.resize(self.outbox.bytes_beyond_included());
        is_held.map_or(Flow::Break(SessionEnd::NoMemory), Flow::Continue)
    }

    /// Returns whether the client's messages are read. They are not after it has asked for much.
    pub(super) fn reads(&self) -> bool {
        self.reads_at.is_none_or(|at| Instant::now() >= at)
    }

    fn on_command_done(&mut self, CommandDone { id, name, result }: CommandDone) {
        match result {
            Ok(()) => self.outbox.confirm(id, name),
            Err(error) => self.reject(&error.with_id(id)),
        }
    }

    fn reject(&mut self, error: &ApiError) {
        self.metrics.api_error(error.code);
        self.outbox.reject(error);
    }

    /// Writes all that is due. A client that is slow to take it is throttled, and gets the message about that at once.
    async fn flush(&mut self) -> Flow {
        loop {
            let began = Instant::now();
            let was_shut = self.shut_since.take();
            or_end(self.write_due(began).await)?;
            let now = Instant::now();
            if !self.window.is_open(now) && self.outbox.has_more() {
                self.shut_since = Some(now);
            } else {
                // The notifier keeps the time of a flush that came while the window was shut.
                let waited = was_shut.and_then(|_| self.notifier.take_flush());
                if let Some(due) = self.flush_due.take().or(waited) {
                    self.meter.delivered(now.saturating_duration_since(due));
                }
            }
            // A wait for a turn says nothing about the client.
            let took = (now - began).saturating_sub(std::mem::take(&mut self.waited_for_turns));
            if took > LONG_WRITE {
                self.rate_limiter.credit(took);
            }
            // A lower rate would make the prices of a program that acknowledges older, as the window alone keeps them
            // fresh.
            let shut = was_shut.filter(|_| !self.outbox.acknowledges());
            let shut = shut.map_or(Duration::ZERO, |since| began.saturating_duration_since(since));
            if !self.throttle.on_write(took + shut, self.outbox.fastest(), now) {
                return Flow::Continue(());
            }
            self.meter.throttled(self.throttle.cap());
            self.outbox.throttle(self.throttle.cap());
        }
    }

    /// Writes all that is due in as few writes as possible, up to the end of the window. The socket ends a write that
    /// stalls.
    async fn write_due(&mut self, mut now: Instant) -> Result<(), WsError> {
        while let Some(frame) = self.next_frame(now) {
            let message = self.encode(&frame);
            self.socket.feed(message).await?;
            self.probe(now).await?;
            if self.outbox.is_turn_over() {
                let began = Instant::now();
                self.shared.turns.take().await;
                now = Instant::now();
                let waited = now - began;
                self.window.excuse(waited);
                self.waited_for_turns += waited;
            }
        }
        // An answer may have shut the window with messages behind it.
        self.probe(now).await?;
        self.meter.settle();
        self.socket.flush().await
    }

    /// Makes the message for the socket, and counts it.
    pub(super) fn encode(&mut self, frame: &EncodedMessage) -> WsMessage {
        let message = outgoing(self.shared.compressor.as_mut(), frame);
        let bytes = match &message {
            // Its length is with the header.
            WsMessage::Frame(frame) => frame.payload().len(),
            message => message.len(),
        };
        self.meter.sent(frame, bytes);
        message
    }

    /// The next message that the client may get. It gets the answers to its requests in any case.
    fn next_frame(&mut self, now: Instant) -> Option<EncodedMessage> {
        if !self.window.is_open(now) {
            if self.reads() {
                let answer = self.outbox.next_answer()?;
                self.window.on_sent(answer.byte_len(), false, now);
                return Some(answer);
            }
            // Its answers wait in the socket.
            self.window.forget();
        }
        let frame = self.outbox.next()?;
        self.window.on_sent(frame.byte_len(), !self.outbox.is_heartbeat(), now);
        Some(frame)
    }
}

/// Sends the close frame.
pub(super) async fn close<S>(socket: &mut S, end: SessionEnd) -> Result<(), WsError>
where
    S: Sink<WsMessage, Error = WsError> + Unpin,
{
    match end.close_code() {
        Some(code) => socket.send(WsMessage::Close(Some(CloseFrame { code, reason: end.reason().into() }))).await,
        // Where the client closed, tungstenite holds the answer to its close frame (RFC 6455, section 5.5.1).
        None => socket.flush().await,
    }
}

pub(super) fn or_end(result: Result<(), WsError>) -> Flow {
    result.map_or_else(|error| Flow::Break(SessionEnd::of(&error)), Flow::Continue)
}

//! Sessions over an in-memory socket, with scripted ticks and paused time.

mod commands;
mod compression;
mod delivery;
mod depth;
mod echo;
mod faults;
mod liveness;
mod notices;
mod other_feed;
mod resume;
mod slow_clients;
mod turns;

use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use crate::bus::{self, CommandReceiver};
use crate::control::sample::opening;
use crate::control::{FeedEvent, Opening};
use crate::fanout::{DEFAULT_TICKS, LiveMarket, Publisher, wall_micros};
use crate::market::{InstrumentId, Price, Size, Tick, TickKind, Timestamp, Trade};
use crate::server::limits::{ConnectionLimit, HeldMemory, Turns, WriteTimeout};
use crate::server::ops::Metrics;
use crate::server::session::end::SessionEnd;
use crate::server::session::{
    Compression, DEFAULT_MAX_SENT_BYTES, FeedControl, SessionLimits, Shared, Socket, SubscriptionLimits, UnreadLimits,
    serve,
};
use crate::wire::{Decoder, Format};

const LIMITS: SessionLimits = SessionLimits {
    message_bytes: 1_024,
    max_sent_bytes: DEFAULT_MAX_SENT_BYTES,
    messages_per_second: 20,
    subscriptions: SubscriptionLimits { count: 4, history: 100 },
    commands: 32,
    bars: 50,
    control: true,
    stall: Duration::from_secs(20),
    unread: UnreadLimits { time: Duration::from_secs(1), bytes: 256 * 1024 },
    compression: Compression::Nothing,
};

/// A market of three symbols whose ticks the test sends.
struct Fixture {
    bus: bus::Sender<FeedEvent>,
    live: LiveMarket,
    metrics: Metrics,
    turns: Turns,
    feed: FeedControl,
    /// The commands that the sessions send to the feed.
    commands: CommandReceiver,
}

impl Fixture {
    async fn new() -> Self {
        Self::open(opening(1, &["A", "B", "C"])).await
    }

    async fn open(first: Opening) -> Self {
        let bus = bus::Sender::new(64);
        let reader = bus.subscribe();
        bus.send(FeedEvent::Opening(Arc::new(first)));
        let publisher = Publisher::open(reader, DEFAULT_TICKS, wall_micros).await.unwrap();
        let live = publisher.live();
        tokio::spawn(publisher.run());
        let metrics = Metrics::new(live.clone(), ConnectionLimit::new(1, 1), None);
        let (sender, commands) = bus::command_channel(bus::DEFAULT_COMMAND_CAPACITY);
        let feed = FeedControl::new(live.clone(), sender);
        Self { bus, live, metrics, turns: Turns::new(1), feed, commands }
    }

    fn trade(&self, id: u32, price: i64, ms: i64) {
        let kind = TickKind::Trade(Trade { price: Price(price), size: Size(10), side: None });
        let tick = Tick { instrument: InstrumentId(id), ts: Timestamp::from_millis(ms), kind };
        self.bus.send(FeedEvent::Ticks([tick].into()));
    }

    /// A client whose socket holds at most `buffer` unread bytes.
    async fn join(&self, buffer: usize) -> Client {
        let (ours, theirs) = tokio::io::duplex(buffer);
        let config = WebSocketConfig::default().max_message_size(Some(LIMITS.message_bytes));
        let ours = WriteTimeout::new(ours, LIMITS.stall);
        let mut server = Socket::new(ours, Vec::new(), config, None).await;
        let (live, metrics, feed) = (self.live.clone(), self.metrics.clone(), self.feed.clone());
        let mut shared = Shared { held: HeldMemory::unlimited(), turns: self.turns.clone(), compressor: None };
        let session =
            tokio::spawn(
                async move { serve(&mut server, live, &feed, &LIMITS, Format::Json, &metrics, &mut shared).await },
            );
        let socket = WebSocketStream::from_raw_socket(ClientEnd(theirs), Role::Client, None).await;
        Client { socket, session, received: 0, every: 0 }
    }

    /// The value of a metric, by its name with labels and without the prefix.
    fn count(&self, name: &str) -> u64 {
        let text = self.metrics.text();
        let found = text.lines().find_map(|line| line.strip_prefix(&format!("tickcast_{name} ")));
        found.unwrap_or_else(|| panic!("no {name} in {text}")).parse().unwrap()
    }
}

/// The client's end of a connection. It takes what the server will not read any more, as a kernel does.
struct ClientEnd(DuplexStream);

impl AsyncRead for ClientEnd {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for ClientEnd {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.0).poll_write(context, bytes) {
            Poll::Ready(Err(error)) if error.kind() == ErrorKind::BrokenPipe => Poll::Ready(Ok(bytes.len())),
            written => written,
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

struct Client {
    socket: WebSocketStream<ClientEnd>,
    session: JoinHandle<SessionEnd>,
    /// Text and binary messages that were received.
    received: u64,
    /// Each message whose number is a multiple of this is to be acknowledged; none if it is 0.
    every: u64,
}

impl Client {
    async fn send(&mut self, message: Value) {
        self.send_text(&message.to_string()).await;
    }

    async fn send_text(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    /// The next message or close frame. The socket answers the pings between.
    async fn receive_raw(&mut self) -> Message {
        loop {
            let message = timeout(Duration::from_secs(3_600), self.socket.next()).await;
            let message = message.expect("nothing came for an hour").expect("the server closed the socket").unwrap();
            if !message.is_ping() {
                self.received += u64::from(message.is_text() || message.is_binary());
                return message;
            }
        }
    }

    /// The next message of one type; others are skipped.
    async fn receive(&mut self, kind: &str) -> Value {
        for _ in 0..1_000 {
            let message = self.receive_any().await;
            if message["type"] == kind {
                return message;
            }
        }
        panic!("a thousand messages and no {kind} among them");
    }

    /// The next text message.
    async fn receive_any(&mut self) -> Value {
        loop {
            if let Message::Text(text) = self.receive_raw().await {
                let message: Value = serde_json::from_str(&text).unwrap();
                if message["type"] == "acknowledge" {
                    self.every = message["every"].as_u64().unwrap_or(0);
                }
                return message;
            }
        }
    }

    /// Acknowledges a message that was handled, if the server has asked for that.
    async fn acknowledge(&mut self, message: &Value) {
        if self.every > 0 && self.received.is_multiple_of(self.every) || message["type"] == "probe" {
            self.send(json!({"type":"ack","number":self.received})).await;
        }
    }

    /// The next binary message, as JSON.
    async fn receive_binary(&mut self, decoder: &mut Decoder<'_>) -> Value {
        loop {
            if let Message::Binary(bytes) = self.receive_raw().await {
                return serde_json::from_str(&decoder.json(&bytes).expect("a whole frame")).unwrap();
            }
        }
    }

    async fn subscribe(&mut self, symbols: &[&str], rate: f64) -> Value {
        self.send(json!({"type":"subscribe","channel":"quotes","symbols":symbols,"rate":rate})).await;
        assert_eq!(self.receive("granted").await["rate"], rate);
        self.receive("snapshot").await
    }

    async fn close_code(&mut self) -> (u16, String) {
        loop {
            if let Message::Close(Some(frame)) = self.receive_raw().await {
                return (frame.code.into(), frame.reason.to_string());
            }
        }
    }
}

fn throttle_changes(change: &str) -> String {
    format!("throttle_changes_total{{change=\"{change}\"}}")
}

fn ranges(message: &Value) -> Vec<(&str, u64, u64)> {
    let quotes = message["quotes"].as_array().unwrap();
    let range = |q: &'_ Value| (q["first_seq"].as_u64().unwrap(), q["seq"].as_u64().unwrap());
    quotes.iter().map(|q| (q["symbol"].as_str().unwrap(), range(q).0, range(q).1)).collect()
}

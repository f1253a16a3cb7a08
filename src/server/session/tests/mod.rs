//! Sessions over an in-memory socket, with scripted ticks and paused time.

mod delivery;
mod depth;
mod driving;
mod faults;
mod happenings;
mod liveness;
mod resume;
mod slow;

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::DuplexStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use crate::bus::{self, CommandReceiver};
use crate::control::sample::opening;
use crate::control::{FeedEvent, Opening};
use crate::fanout::{DEFAULT_TICKS, LiveMarket, Publisher};
use crate::market::{InstrumentId, MarketLimits, Price, Size, Tick, TickKind, Timestamp, Trade};
use crate::server::limits::ConnectionLimit;
use crate::server::limits::WriteTimeout;
use crate::server::ops::Metrics;
use crate::server::session::{FeedControl, SessionEnd, SessionLimits, Socket, SubscriptionLimits, run};
use crate::wire::{Decoder, Format};

const LIMITS: SessionLimits = SessionLimits {
    message_bytes: 1_024,
    messages_per_second: 20,
    subscriptions: SubscriptionLimits { count: 4, history: 100 },
    commands: 32,
    bars: 50,
    control: true,
    stall: Duration::from_secs(20),
};

/// A market of three symbols, fed by hand.
struct Stage {
    bus: bus::Sender<FeedEvent>,
    live: LiveMarket,
    metrics: Metrics,
    commands: FeedControl,
    /// What the clients want of the feed.
    line: CommandReceiver,
}

impl Stage {
    async fn new() -> Self {
        Self::open(opening(1, &["A", "B", "C"])).await
    }

    async fn open(first: Opening) -> Self {
        let bus = bus::Sender::new(64);
        let reader = bus.subscribe();
        bus.send(FeedEvent::Opening(Arc::new(first)));
        let publisher = Publisher::open(reader, MarketLimits::default(), DEFAULT_TICKS).await.unwrap();
        let live = publisher.live();
        tokio::spawn(publisher.run());
        let metrics = Metrics::new(live.clone(), ConnectionLimit::new(1, 1));
        let (caller, line) = bus::command_channel(bus::DEFAULT_COMMAND_CAPACITY);
        let commands = FeedControl::new(live.clone(), caller);
        Self { bus, live, metrics, commands, line }
    }

    fn trade(&self, id: u32, price: i64, ms: i64) {
        let kind = TickKind::Trade(Trade { price: Price(price), size: Size(10), side: None });
        let tick = Tick { instrument: InstrumentId(id), ts: Timestamp::from_millis(ms), kind };
        self.bus.send(FeedEvent::Ticks([tick].into()));
    }

    /// A client whose socket holds `buffer` bytes that it has not read.
    async fn join(&self, buffer: usize) -> Client {
        let (ours, theirs) = tokio::io::duplex(buffer);
        let config = WebSocketConfig::default().max_message_size(Some(LIMITS.message_bytes));
        let ours = WriteTimeout::new(ours, LIMITS.stall);
        let mut server = Socket::new(WebSocketStream::from_raw_socket(ours, Role::Server, Some(config)).await);
        let (live, metrics, commands) = (self.live.clone(), self.metrics.clone(), self.commands.clone());
        let session =
            tokio::spawn(async move { run(&mut server, commands, live, &LIMITS, Format::Json, &metrics).await });
        Client { socket: WebSocketStream::from_raw_socket(theirs, Role::Client, None).await, session }
    }

    /// What one of the metrics shows, by its whole name with labels and without the prefix.
    fn count(&self, name: &str) -> u64 {
        let text = self.metrics.text();
        let found = text.lines().find_map(|line| line.strip_prefix(&format!("tickcast_{name} ")));
        found.unwrap_or_else(|| panic!("no {name} in {text}")).parse().unwrap()
    }
}

struct Client {
    socket: WebSocketStream<DuplexStream>,
    session: JoinHandle<SessionEnd>,
}

impl Client {
    async fn say(&mut self, message: Value) {
        self.say_text(&message.to_string()).await;
    }

    async fn say_text(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    async fn hear_raw(&mut self) -> Message {
        let heard = timeout(Duration::from_secs(3_600), self.socket.next()).await;
        heard.expect("nothing was heard for an hour").expect("the server hung up").unwrap()
    }

    /// The next message of one kind; others are passed over.
    async fn hear(&mut self, kind: &str) -> Value {
        for _ in 0..1_000 {
            let message = self.hear_any().await;
            if message["type"] == kind {
                return message;
            }
        }
        panic!("a thousand messages and no {kind} among them");
    }

    /// The next message; pings are passed over.
    async fn hear_any(&mut self) -> Value {
        loop {
            if let Message::Text(text) = self.hear_raw().await {
                return serde_json::from_str(&text).unwrap();
            }
        }
    }

    /// The next binary message, as the JSON message that it stands for.
    async fn hear_binary(&mut self, decoder: &mut Decoder<'_>) -> Value {
        loop {
            if let Message::Binary(bytes) = self.hear_raw().await {
                return serde_json::from_str(&decoder.json(&bytes).expect("a whole frame")).unwrap();
            }
        }
    }

    async fn subscribe(&mut self, symbols: &[&str], rate: f64) -> Value {
        self.say(json!({"type":"subscribe","channel":"quotes","symbols":symbols,"rate":rate})).await;
        assert_eq!(self.hear("granted").await["rate"], rate);
        self.hear("snapshot").await
    }

    async fn close_code(&mut self) -> (u16, String) {
        loop {
            if let Message::Close(Some(frame)) = self.hear_raw().await {
                return (frame.code.into(), frame.reason.to_string());
            }
        }
    }
}

fn step_total(step: &str) -> String {
    format!("slow_client_steps_total{{step=\"{step}\"}}")
}

fn ranges(message: &Value) -> Vec<(&str, u64, u64)> {
    let quotes = message["quotes"].as_array().unwrap();
    let range = |q: &'_ Value| (q["first_seq"].as_u64().unwrap(), q["seq"].as_u64().unwrap());
    quotes.iter().map(|q| (q["symbol"].as_str().unwrap(), range(q).0, range(q).1)).collect()
}

//! Sessions over an in-memory socket, with scripted ticks and paused time.

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

use super::session::{self, SessionEnd, SessionLimits};
use super::subscriptions::SubscriptionLimits;
use crate::bus::Bus;
use crate::fanout::{DEFAULT_TICKS, LiveMarket, Publisher};
use crate::market::sample::opening;
use crate::market::{Event, InstrumentId, MarketLimits, Price, Size, Tick, TickKind, Timestamp, Trade};
use crate::wire::{Decoder, Format};

const LIMITS: SessionLimits = SessionLimits {
    message_bytes: 1_024,
    messages_per_second: 20,
    subscriptions: SubscriptionLimits { count: 4, history: 100 },
    bars: 50,
    stall: Duration::from_secs(20),
};

/// A market of three symbols, fed by hand.
struct Stage {
    bus: Bus<Event>,
    live: LiveMarket,
}

impl Stage {
    async fn new() -> Self {
        let bus = Bus::new(64);
        let reader = bus.reader();
        bus.send(Event::Opening(Arc::new(opening(1, &["A", "B", "C"]))));
        let publisher = Publisher::open(reader, MarketLimits::default(), DEFAULT_TICKS).await.unwrap();
        let live = publisher.live();
        tokio::spawn(publisher.run());
        Self { bus, live }
    }

    fn trade(&self, id: u32, price: i64, ms: i64) {
        let kind = TickKind::Trade(Trade { price: Price(price), size: Size(10), side: None });
        let tick = Tick { instrument: InstrumentId(id), ts: Timestamp::from_millis(ms), kind };
        self.bus.send(Event::Ticks([tick].into()));
    }

    /// A client whose socket holds `buffer` bytes that it has not read.
    async fn join(&self, buffer: usize) -> Client {
        let (ours, theirs) = tokio::io::duplex(buffer);
        let config = WebSocketConfig::default().max_message_size(Some(LIMITS.message_bytes));
        let mut server = WebSocketStream::from_raw_socket(ours, Role::Server, Some(config)).await;
        let live = self.live.clone();
        let session = tokio::spawn(async move { session::run(&mut server, live, &LIMITS, Format::Json).await });
        Client { socket: WebSocketStream::from_raw_socket(theirs, Role::Client, None).await, session }
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

fn ranges(message: &Value) -> Vec<(&str, u64, u64)> {
    let quotes = message["quotes"].as_array().unwrap();
    let range = |q: &'_ Value| (q["first_seq"].as_u64().unwrap(), q["seq"].as_u64().unwrap());
    quotes.iter().map(|q| (q["symbol"].as_str().unwrap(), range(q).0, range(q).1)).collect()
}

#[tokio::test(start_paused = true)]
async fn a_client_is_greeted_and_gets_a_snapshot_then_updates_that_meet() {
    let stage = Stage::new().await;
    stage.trade(0, 100, 0);
    let mut client = stage.join(1 << 16).await;
    assert_eq!(client.hear("hello").await["protocol"], "tickcast.v1");
    assert_eq!(client.hear("feed").await["epoch"], 1);
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert_eq!(ranges(&client.subscribe(&["A", "B"], 5.0).await), [("A", 1, 1), ("B", 1, 0)]);
    stage.trade(0, 101, 101);
    assert_eq!(ranges(&client.hear("update").await), [("A", 2, 2)], "the first change goes out at once");
    for price in 102..105 {
        stage.trade(0, price, price);
    }
    stage.trade(1, 9, 106);
    stage.trade(2, 7, 106);
    let update = client.hear("update").await;
    assert_eq!(ranges(&update), [("A", 3, 5), ("B", 1, 1)], "C was not asked for");
    assert_eq!(update["quotes"][0]["last"], 1.04);
}

#[tokio::test(start_paused = true)]
async fn rate_0_is_silent_and_on_return_one_snapshot_comes() {
    let stage = Stage::new().await;
    let mut client = stage.join(1 << 16).await;
    client.subscribe(&["*"], 5.0).await;
    client.say(json!({"type":"rate","id":1,"channel":"quotes","symbols":["*"],"rate":0})).await;
    assert_eq!(client.hear("granted").await["rate"], 0);
    for n in 0..50 {
        stage.trade(0, 100 + n, n);
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    client.say(json!({"type":"rate","id":2,"channel":"quotes","symbols":["*"],"rate":1.5})).await;
    let mut between = Vec::new();
    let snapshot = loop {
        let message = client.hear_any().await;
        match message["type"].as_str().unwrap() {
            "snapshot" => break message,
            other => between.push(other.to_owned()),
        }
    };
    assert!(between.iter().all(|kind| kind == "beat" || kind == "granted"), "{between:?}");
    assert_eq!(ranges(&snapshot)[0], ("A", 1, 50));
}

#[tokio::test(start_paused = true)]
async fn every_closed_bar_arrives_at_the_slowest_rate() {
    let stage = Stage::new().await;
    let mut client = stage.join(1 << 16).await;
    client.say(json!({"type":"subscribe","channel":"bars","symbols":["A"],"interval":"1s","rate":0.5})).await;
    let snapshot = client.hear("bars").await;
    assert_eq!((&snapshot["snapshot"], &snapshot["bars"]), (&json!(true), &json!([])));
    for second in 0..20 {
        stage.trade(0, 100 + second, second * 1_000);
        stage.trade(0, 200 + second, second * 1_000 + 1);
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    stage.bus.send(Event::Clock(Timestamp::from_secs(20)));
    let mut closed = Vec::new();
    while closed.len() < 20 {
        let message = client.hear("bars").await;
        assert_eq!((&message["snapshot"], &message["missed"]), (&json!(false), &json!(0)));
        let bars = message["bars"].as_array().unwrap().clone();
        closed.extend(bars.into_iter().filter(|bar| bar["closed"] == true));
    }
    for (second, bar) in closed.iter().enumerate() {
        let (open, close) = (100 + second, 200 + second);
        let want = json!({
            "ts": second * 1_000_000, "open": open as f64 / 100.0, "high": close as f64 / 100.0,
            "low": open as f64 / 100.0, "close": close as f64 / 100.0, "volume": 20, "closed": true,
        });
        assert_eq!(bar, &want);
    }
}

#[tokio::test(start_paused = true)]
async fn a_new_epoch_comes_with_new_snapshots_of_what_was_subscribed() {
    let stage = Stage::new().await;
    let mut client = stage.join(1 << 16).await;
    client.subscribe(&["A", "B"], 5.0).await;
    client.say(json!({"type":"subscribe","channel":"bars","symbols":["B"],"interval":"1m"})).await;
    client.hear("bars").await;
    stage.trade(1, 100, 0);
    assert_eq!(ranges(&client.hear("update").await), [("B", 1, 1)]);
    // In the new epoch B stands elsewhere and A is gone.
    stage.bus.send(Event::Opening(Arc::new(opening(2, &["X", "Y", "B"]))));
    assert_eq!(client.hear("feed").await["epoch"], 2);
    let snapshot = client.hear("snapshot").await;
    assert_eq!((&snapshot["epoch"], snapshot["quotes"].as_array().unwrap().len()), (&json!(2), 1));
    assert_eq!(snapshot["quotes"][0]["symbol"], "B");
    assert_eq!(client.hear("bars").await["snapshot"], true);
    stage.trade(2, 300, 0);
    let update = client.hear("update").await;
    assert_eq!((&update["epoch"], &update["quotes"][0]["last"]), (&json!(2), &json!(3.0)));
}

#[tokio::test(start_paused = true)]
async fn another_rate_loses_neither_the_last_state_nor_the_last_bar() {
    let stage = Stage::new().await;
    let (mut client, mut other) = (stage.join(1 << 16).await, stage.join(1 << 16).await);
    client.subscribe(&["*"], 0.5).await;
    client.say(json!({"type":"subscribe","channel":"bars","symbols":["A"],"interval":"1s","rate":0.5})).await;
    client.hear("bars").await;
    // The fast tier publishes the end for another client; then nothing moves any more.
    other.subscribe(&["*"], 60.0).await;
    stage.trade(0, 100, 0);
    client.hear("update").await;
    stage.trade(0, 200, 10);
    stage.bus.send(Event::End(Arc::new(crate::market::sample::status())));
    while ranges(&other.hear("update").await)[0].2 < 2 {}
    tokio::time::sleep(Duration::from_millis(100)).await;
    client.say(json!({"type":"rate","channel":"quotes","symbols":["*"],"rate":60})).await;
    client.say(json!({"type":"rate","channel":"bars","symbols":["*"],"interval":"1s","rate":60})).await;
    let update = client.hear("update").await;
    assert_eq!((ranges(&update), &update["quotes"][0]["last"]), (vec![("A", 2, 2)], &json!(2.0)));
    let bars = client.hear("bars").await;
    assert_eq!((&bars["bars"][0]["close"], &bars["bars"][0]["closed"]), (&json!(2.0), &json!(true)));
}

#[tokio::test(start_paused = true)]
async fn what_was_unsubscribed_from_all_stays_away_in_the_next_epoch() {
    let stage = Stage::new().await;
    let mut client = stage.join(1 << 16).await;
    client.subscribe(&["*"], 5.0).await;
    client.say(json!({"type":"unsubscribe","channel":"quotes","symbols":["B"]})).await;
    client.hear("unsubscribed").await;
    stage.bus.send(Event::Opening(Arc::new(opening(2, &["B", "A", "D"]))));
    let snapshot = client.hear("snapshot").await;
    assert_eq!(ranges(&snapshot).iter().map(|r| r.0).collect::<Vec<_>>(), ["A", "D"]);
}

#[tokio::test(start_paused = true)]
async fn each_trade_arrives_once_and_what_was_lost_is_counted() {
    let stage = Stage::new().await;
    let mut client = stage.join(1 << 16).await;
    client.say(json!({"type":"subscribe","channel":"trades","symbols":["A"],"rate":1})).await;
    let snapshot = client.hear("trades").await;
    assert_eq!((&snapshot["snapshot"], &snapshot["first"], &snapshot["trades"]), (&json!(true), &json!(1), &json!([])));
    let kept = MarketLimits::default().trades as i64;
    stage.trade(0, 1, 1);
    // The first goes out at once; all others wait for the next beat.
    assert_eq!(client.hear("trades").await["trades"][0]["price"], 0.01);
    for n in 2..=kept + 30 {
        stage.bus.room().await;
        stage.trade(0, n, n);
    }
    let (mut next, mut skipped) = (2, 0);
    while next <= kept + 30 {
        let message = client.hear("trades").await;
        skipped += message["skipped"].as_i64().unwrap();
        next += message["skipped"].as_i64().unwrap();
        assert_eq!(message["first"], next);
        for trade in message["trades"].as_array().unwrap() {
            assert_eq!(trade["price"], next as f64 / 100.0);
            next += 1;
        }
    }
    assert_eq!(skipped, 29);
}

#[tokio::test(start_paused = true)]
async fn who_comes_back_in_the_same_epoch_gets_only_what_is_missing() {
    let stage = Stage::new().await;
    for second in 0..5 {
        stage.trade(0, 100 + second, second * 1_000);
        stage.trade(1, 100, second * 1_000);
    }
    let mut client = stage.join(1 << 16).await;
    client.hear("feed").await;
    tokio::time::sleep(Duration::from_millis(10)).await;
    let since = json!({"epoch": 1, "at": {"A": 3, "B": 5}});
    client.say(json!({"type":"subscribe","channel":"quotes","symbols":["*"],"since":since})).await;
    assert_eq!(client.hear("granted").await["recovered"], true);
    let snapshot = client.hear_any().await;
    assert_eq!(
        (&snapshot["type"], ranges(&snapshot)),
        (&json!("snapshot"), vec![("C", 1, 0)]),
        "the client did not know C"
    );
    let update = client.hear_any().await;
    assert_eq!((&update["type"], ranges(&update)), (&json!("update"), vec![("A", 4, 5)]), "B lacks nothing");

    let since = json!({"epoch": 1, "at": {"A": 1_000_000}});
    let bars = json!({"type":"subscribe","channel":"bars","symbols":["A"],"interval":"1s","since":since});
    client.say(bars).await;
    assert_eq!(client.hear("granted").await["recovered"], true);
    let message = client.hear("bars").await;
    let starts: Vec<_> = message["bars"].as_array().unwrap().iter().map(|bar| bar["ts"].as_i64().unwrap()).collect();
    assert_eq!((&message["snapshot"], starts), (&json!(false), vec![2_000_000, 3_000_000, 4_000_000]));

    let since = json!({"epoch": 1, "at": {"A": 4}});
    client.say(json!({"type":"subscribe","channel":"trades","symbols":["A"],"since":since})).await;
    let message = client.hear("trades").await;
    assert_eq!((&message["snapshot"], &message["first"]), (&json!(false), &json!(5)));
}

#[tokio::test(start_paused = true)]
async fn who_comes_back_in_another_epoch_begins_anew() {
    let stage = Stage::new().await;
    stage.trade(0, 100, 0);
    let mut client = stage.join(1 << 16).await;
    client.hear("feed").await;
    tokio::time::sleep(Duration::from_millis(10)).await;
    for since in [
        json!({"epoch": 9, "at": {"A": 1}}),
        json!({"epoch": 1, "at": {"A": 99}}),
        json!({"epoch": 1, "at": {"A": -1}}),
    ] {
        let same = since["epoch"] == 1;
        client.say(json!({"type":"subscribe","channel":"quotes","symbols":["A"],"since":since})).await;
        assert_eq!(client.hear("granted").await["recovered"], same);
        assert_eq!(ranges(&client.hear("snapshot").await), [("A", 1, 1)], "an impossible seq is not believed");
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_stays_behind_is_slowed_told_and_comes_back_up() {
    let stage = Stage::new().await;
    let mut client = stage.join(1_500).await;
    client.subscribe(&["A"], 20.0).await;
    let trades = tokio::spawn({
        let bus = stage.bus.clone();
        async move {
            for n in 0..20_000 {
                let kind = TickKind::Trade(Trade { price: Price(n), size: Size(1), side: None });
                let tick = Tick { instrument: InstrumentId(0), ts: Timestamp::from_millis(n), kind };
                bus.send(Event::Ticks([tick].into()));
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    });
    // Reads one message in 300 ms: too slowly for 20 a second, and for 10 and 5.
    let mut slowed = Value::Null;
    for _ in 0..200 {
        tokio::time::sleep(Duration::from_millis(300)).await;
        slowed = client.hear_any().await;
        if slowed["type"] == "throttled" {
            break;
        }
    }
    assert_eq!((&slowed["max_rate"], &slowed["reason"]), (&json!(10), &json!("slow_consumer")));
    // From now on it reads at once.
    let mut seen = None;
    let mut lifted = Value::Null;
    for _ in 0..2_000 {
        let message = client.hear_any().await;
        if message["type"] == "update" {
            let [("A", first, last)] = ranges(&message)[..] else { panic!("{message}") };
            assert!(seen.is_none_or(|seen| first == seen + 1), "{message}");
            seen = Some(last);
        }
        if message["type"] == "throttled" && message["max_rate"].is_null() {
            lifted = message;
            break;
        }
    }
    assert_eq!((&lifted["max_rate"], &lifted["reason"]), (&json!(null), &json!("recovered")));
    trades.abort();
}

#[tokio::test(start_paused = true)]
async fn no_second_passes_in_silence() {
    let stage = Stage::new().await;
    let mut client = stage.join(1 << 16).await;
    client.hear("feed").await;
    for wait in [0, 300, 700, 450, 999] {
        tokio::time::sleep(Duration::from_millis(wait)).await;
        client.say(json!({"type":"sing"})).await;
        client.hear("error").await;
        let said = tokio::time::Instant::now();
        for beats in 1..=3 {
            assert_eq!(client.hear_any().await["type"], "beat");
            assert!(said.elapsed() <= Duration::from_secs(beats), "beat {beats} came after {:?}", said.elapsed());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_busy_session_hears_the_time_too() {
    let stage = Stage::new().await;
    let mut client = stage.join(1 << 16).await;
    client.subscribe(&["A"], 10.0).await;
    let mut beats = 0;
    for n in 0..300 {
        stage.trade(0, n, n);
        beats += usize::from(client.hear_any().await["type"] == "beat");
    }
    assert!(beats >= 5, "{beats} beats in half a minute");
}

#[tokio::test(start_paused = true)]
async fn a_close_is_answered() {
    let stage = Stage::new().await;
    let mut client = stage.join(1 << 16).await;
    client.hear("feed").await;
    client.socket.close(None).await.unwrap();
    while let Some(message) = client.socket.next().await {
        message.expect("the stream ends with an answered close, not with an error");
    }
    assert_eq!(client.session.await.unwrap(), SessionEnd::Left);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_floods_is_let_go() {
    let stage = Stage::new().await;
    let mut client = stage.join(1 << 16).await;
    for _ in 0..=2 * LIMITS.messages_per_second {
        client.socket.send(Message::Ping(vec![0; 100].into())).await.unwrap();
    }
    assert_eq!(client.close_code().await, (1008, "too_many_messages".into()));
    assert_eq!(client.session.await.unwrap(), SessionEnd::TooManyMessages);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_answers_no_ping_is_let_go() {
    let stage = Stage::new().await;
    // A large socket, so that writes go on without being read.
    let client = stage.join(1 << 20).await;
    let began = tokio::time::Instant::now();
    assert_eq!(client.session.await.unwrap(), SessionEnd::NoPong);
    assert!((30..=32).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_feed_that_vanishes_is_told_as_failed() {
    let Stage { bus, live } = Stage::new().await;
    let mut client = Stage { bus: Bus::new(1), live }.join(1 << 16).await;
    client.hear("feed").await;
    drop(bus);
    let feed = client.hear("feed").await;
    assert_eq!(feed["state"], "failed");
    assert!(feed["fault"].as_str().is_some_and(|fault| !fault.is_empty()));
}

#[tokio::test(start_paused = true)]
async fn each_bad_message_is_answered_and_the_session_goes_on() {
    let stage = Stage::new().await;
    let mut client = stage.join(1 << 16).await;
    for (message, code) in [
        ("Hello, world!", "bad_json"),
        (r#"{"type":"sing"}"#, "bad_message"),
        (r#"{"type":"subscribe","channel":"quotes","symbols":["NO"]}"#, "unknown_symbol"),
        (r#"{"type":"rate","channel":"quotes","symbols":["A"],"rate":1}"#, "not_subscribed"),
        (r#"{"type":"resync","symbols":["A"]}"#, "not_subscribed"),
        (
            r#"{"type":"subscribe","channel":"bars","symbols":["A","B","C"],"interval":"1m","history":50}"#,
            "too_much_history",
        ),
    ] {
        client.say_text(message).await;
        assert_eq!(client.hear("error").await["code"], code, "{message}");
    }
    client.socket.send(Message::binary(vec![0, 159, 146])).await.unwrap();
    assert_eq!(client.hear("error").await["code"], "binary");
    client
        .say(json!({"type":"subscribe","id":5,"channel":"bars","symbols":["A","B","C"],"interval":"1m","history":9}))
        .await;
    assert_eq!(client.hear("granted").await["id"], 5);
    client.say(json!({"type":"subscribe","id":6,"channel":"quotes","symbols":["A","B"]})).await;
    let error = client.hear("error").await;
    assert_eq!((&error["code"], &error["id"]), (&json!("too_many_subscriptions"), &json!(6)));
    client.subscribe(&["A"], 5.0).await;
}

#[tokio::test(start_paused = true)]
async fn a_message_that_is_too_large_ends_the_session_with_its_code() {
    let stage = Stage::new().await;
    let mut client = stage.join(1 << 16).await;
    client.say_text(&"x".repeat(LIMITS.message_bytes + 1)).await;
    assert_eq!(client.close_code().await, (1009, "message_too_large".into()));
    assert_eq!(client.session.await.unwrap(), SessionEnd::MessageTooLarge);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_takes_nothing_is_let_go_and_one_that_pauses_gets_the_newest_state() {
    let stage = Stage::new().await;
    let (mut pausing, mut stuck) = (stage.join(2_000).await, stage.join(2_000).await);
    pausing.subscribe(&["A"], 60.0).await;
    stuck.subscribe(&["A"], 60.0).await;
    for n in 1..=300 {
        stage.trade(0, n, n);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // 15 seconds: within the stall timeout. What waits is a socket's worth of old updates, then the newest.
    let (mut seen, mut updates) = (0, 0);
    while seen < 300 {
        let update = pausing.hear("update").await;
        let [("A", first, seq)] = ranges(&update)[..] else { panic!("{update}") };
        assert_eq!(first, seen + 1);
        seen = seq;
        updates += 1;
    }
    assert!(updates < 30, "{updates} updates were queued");
    tokio::time::sleep(Duration::from_secs(20)).await;
    assert_eq!(stuck.session.await.unwrap(), SessionEnd::TooSlow);
    pausing.say(json!({"type":"resync","symbols":["A"]})).await;
    assert_eq!(ranges(&pausing.hear("snapshot").await), [("A", 1, 300)]);
}

#[tokio::test(start_paused = true)]
async fn a_stop_is_said_with_its_code() {
    let stage = Stage::new().await;
    let mut client = stage.join(1 << 16).await;
    client.hear("feed").await;
    stage.live.stop_sessions();
    assert_eq!(client.hear("stopping").await["reconnect_after_ms"], 1_000);
    assert_eq!(client.close_code().await, (1001, "server_stopping".into()));
    assert_eq!(client.session.await.unwrap(), SessionEnd::Stopped);
}

#[tokio::test(start_paused = true)]
async fn a_switch_of_format_loses_nothing_and_steps_have_a_state_to_begin_from() {
    let stage = Stage::new().await;
    let instruments = Arc::clone(stage.live.read().market.instruments());
    let mut decoder = Decoder::new(&instruments);
    let mut client = stage.join(1 << 16).await;
    client.subscribe(&["A", "B"], 5.0).await;
    stage.trade(0, 100, 0);
    assert_eq!(ranges(&client.hear("update").await), [("A", 1, 1)]);
    client.say(json!({"type":"format","format":"binary"})).await;
    assert_eq!(client.hear("format").await["format"], "binary");
    let snapshot = client.hear_binary(&mut decoder).await;
    assert_eq!((&snapshot["type"], ranges(&snapshot)), (&json!("snapshot"), vec![("A", 1, 1), ("B", 1, 0)]));
    for n in 2..6 {
        stage.trade(0, 100 + n, n);
        stage.trade(1, 100 + n, n);
        let (n, update) = (n as u64, client.hear_binary(&mut decoder).await);
        assert_eq!(ranges(&update), [("A", n, n), ("B", n - 1, n - 1)]);
        assert_eq!(update["quotes"][0]["last"], 1.0 + n as f64 / 100.0);
    }
    // These are on the binary board when the client goes back.
    stage.trade(0, 200, 9);
    client.say(json!({"type":"format","format":"json"})).await;
    assert_eq!(client.hear("format").await["format"], "json");
    stage.trade(0, 201, 9);
    let mut seq = 0;
    while seq < 7 {
        let update = client.hear("update").await;
        seq = ranges(&update)[0].2;
        assert!(update["quotes"][0]["first_seq"].as_u64().unwrap() >= 6, "{update}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_comes_back_in_binary_has_a_state_for_the_first_step() {
    let stage = Stage::new().await;
    let instruments = Arc::clone(stage.live.read().market.instruments());
    let mut decoder = Decoder::new(&instruments);
    stage.trade(0, 100, 0);
    stage.trade(1, 100, 0);
    let mut client = stage.join(1 << 16).await;
    client.say(json!({"type":"format","format":"binary"})).await;
    let since = json!({"epoch":1,"at":{"A":1,"B":0}});
    tokio::time::sleep(Duration::from_millis(10)).await;
    client.say(json!({"type":"subscribe","channel":"quotes","symbols":["A","B"],"since":since})).await;
    assert_eq!(client.hear("granted").await["recovered"], true);
    let snapshot = client.hear_binary(&mut decoder).await;
    assert_eq!((&snapshot["type"], ranges(&snapshot)), (&json!("snapshot"), vec![("A", 1, 1)]));
    let update = client.hear_binary(&mut decoder).await;
    assert_eq!((&update["type"], ranges(&update)), (&json!("update"), vec![("B", 1, 1)]));
    for (id, symbol) in [(0, "A"), (1, "B")] {
        stage.trade(id, 101, 1);
        assert_eq!(ranges(&client.hear_binary(&mut decoder).await), [(symbol, 2, 2)]);
    }
}

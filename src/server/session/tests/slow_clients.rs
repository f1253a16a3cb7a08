//! Clients that read slowly, or not at all.

use std::time::Duration;

use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::time::{Instant, timeout};

use super::{Fixture, LIMITS, ranges, throttle_changes};
use crate::control::FeedEvent;
use crate::market::{InstrumentId, Price, Size, Tick, TickKind, Timestamp, Trade};
use crate::server::session::end::SessionEnd;

#[tokio::test(start_paused = true)]
async fn client_that_stays_behind_is_throttled_and_recovers() {
    let fixture = Fixture::new().await;
    let mut client = fixture.join(1_500).await;
    client.subscribe(&["A"], 20.0).await;
    let trades = tokio::spawn({
        let bus = fixture.bus.clone();
        async move {
            for n in 0..20_000 {
                let kind = TickKind::Trade(Trade { price: Price(n), size: Size(1), side: None });
                let tick = Tick { instrument: InstrumentId(0), ts: Timestamp::from_millis(n), kind };
                bus.send(FeedEvent::Ticks([tick].into()));
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    });
    // Reads one message in 300 ms: too slowly for 20 a second, and for 10 and 5.
    let mut slowed = Value::Null;
    for _ in 0..200 {
        tokio::time::sleep(Duration::from_millis(300)).await;
        slowed = client.receive_any().await;
        if slowed["type"] == "throttled" {
            break;
        }
    }
    assert_eq!((&slowed["max_rate"], &slowed["reason"]), (&json!(10), &json!("slow_consumer")));
    assert_eq!(fixture.count("sessions_by_throttle_level{level=\"lowered\"}"), 1);
    // From now on it reads at once.
    let mut seen = None;
    let mut lifted = Value::Null;
    for _ in 0..2_000 {
        let message = client.receive_any().await;
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
    let [lowered, raised] = ["lowered", "raised"].map(|change| fixture.count(&throttle_changes(change)));
    assert!(lowered >= 1 && lowered == raised, "{lowered} down and {raised} up");
    assert_eq!(fixture.count("sessions_by_throttle_level{level=\"lowered\"}"), 0);
    trades.abort();
}

#[tokio::test(start_paused = true)]
async fn stuck_client_is_closed_and_a_pausing_one_gets_the_newest() {
    let fixture = Fixture::new().await;
    let (mut pausing, mut stuck) = (fixture.join(2_000).await, fixture.join(2_000).await);
    pausing.subscribe(&["A"], 60.0).await;
    stuck.subscribe(&["A"], 60.0).await;
    for n in 1..=300 {
        fixture.trade(0, n, n);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // 15 seconds, within the stall timeout. The socket holds a buffer of old updates, then comes the newest.
    let (mut seen, mut updates) = (0, 0);
    while seen < 300 {
        let update = pausing.receive("update").await;
        let [("A", first, seq)] = ranges(&update)[..] else { panic!("{update}") };
        assert_eq!(first, seen + 1);
        seen = seq;
        updates += 1;
    }
    assert!(updates < 30, "{updates} updates were queued");
    let skipped = fixture.count("flushes_skipped_total");
    assert!(skipped > 200, "{skipped} flushes of two sessions that took nothing");
    tokio::time::sleep(Duration::from_secs(20)).await;
    // Its socket never was full.
    assert_eq!(stuck.session.await.unwrap(), SessionEnd::NoPong);
    assert_eq!((fixture.count(&throttle_changes("ended")), fixture.count("sessions{transport=\"websocket\"}")), (0, 1));
    assert_eq!(fixture.count("session_ends_total{reason=\"no_pong\",code=\"4408\"}"), 1);
    pausing.send(json!({"type":"resync","symbols":["A"]})).await;
    assert_eq!(ranges(&pausing.receive("snapshot").await), [("A", 1, 300)]);
}

#[tokio::test(start_paused = true)]
async fn stall_is_judged_by_the_byte_and_not_by_the_message() {
    let fixture = Fixture::new().await;
    for second in 0..50 {
        fixture.trade(0, 100 + second, second * 1_000);
    }
    tokio::time::sleep(Duration::from_millis(10)).await;
    let bars = json!({"type":"subscribe","channel":"bars","symbols":["A"],"interval":"1s","history":50});
    let (mut slow, mut stuck) = (fixture.join(600).await, fixture.join(600).await);
    for client in [&mut slow, &mut stuck] {
        client.receive("feed").await;
        client.send(bars.clone()).await;
        client.receive("granted").await;
    }
    let began = Instant::now();
    let almost = LIMITS.stall - Duration::from_millis(1);
    let mut taken = Vec::new();
    for _ in 0..100 {
        tokio::time::sleep(almost).await;
        taken.push(slow.socket.get_mut().read_u8().await.unwrap());
        assert!(!slow.session.is_finished(), "let go after {:?} and {} bytes", began.elapsed(), taken.len());
    }
    while !String::from_utf8_lossy(&taken).contains("\"ts\":49000000") {
        taken.push(slow.socket.get_mut().read_u8().await.unwrap());
    }
    assert_eq!(stuck.session.await.unwrap(), SessionEnd::TooSlow);
}

#[tokio::test(start_paused = true)]
async fn client_that_wakes_up_late_gets_the_close_code() {
    let fixture = Fixture::new().await;
    let mut client = fixture.join(600).await;
    client.send(json!({"type":"subscribe","channel":"quotes","symbols":["*"],"rate":60})).await;
    for n in 0..100 {
        fixture.trade(0, n, n);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    tokio::time::sleep(LIMITS.stall - Duration::from_millis(4_500)).await;
    assert_eq!(client.close_code().await, (1013, "too_slow".into()));
    assert_eq!(client.session.await.unwrap(), SessionEnd::TooSlow);
}

/// The largest age, in market time, of the newest price in hand while a client takes `handler` for each message. One that
/// acknowledges messages has the channels of a page, too.
async fn largest_age(rate: Value, handler: Duration, acknowledges: bool) -> Duration {
    let fixture = Fixture::new().await;
    let mut client = fixture.join(1 << 20).await;
    if acknowledges {
        client.send(json!({"type":"acknowledge","id":1})).await;
        assert_eq!(client.receive("acknowledge").await, json!({"type":"acknowledge","id":1,"on":true,"every":1}));
        client.send(json!({"type":"subscribe","channel":"bars","symbols":["A"],"interval":"1s","history":10})).await;
        client.send(json!({"type":"subscribe","channel":"trades","symbols":["A"],"history":10})).await;
    }
    client.send(json!({"type":"subscribe","channel":"quotes","symbols":["A"],"rate":rate})).await;
    client.receive("snapshot").await;
    let trades = tokio::spawn({
        let bus = fixture.bus.clone();
        async move {
            for n in 0.. {
                let kind = TickKind::Trade(Trade { price: Price(n), size: Size(1), side: None });
                let tick = Tick { instrument: InstrumentId(0), ts: Timestamp::from_millis(n * 10), kind };
                bus.send(FeedEvent::Ticks([tick].into()));
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    });
    let began = Instant::now();
    let (mut newest, mut largest) = (0, Duration::ZERO);
    while began.elapsed() < Duration::from_secs(60) {
        let message = client.receive_any().await;
        if message["type"] == "update" {
            newest = message["quotes"][0]["ts_event"].as_u64().unwrap();
        }
        tokio::time::sleep(handler).await;
        client.acknowledge(&message).await;
        if began.elapsed() > Duration::from_secs(5) {
            largest = largest.max(began.elapsed().saturating_sub(Duration::from_micros(newest)));
        }
    }
    trades.abort();
    assert!(!client.session.is_finished(), "a client that reads stays");
    largest
}

#[tokio::test(start_paused = true)]
async fn slow_reader_never_holds_an_old_price() {
    for acknowledges in [false, true] {
        for rate in [json!(5), json!(60), json!("every")] {
            for handler in [50, 200, 500].map(Duration::from_millis) {
                let age = largest_age(rate.clone(), handler, acknowledges).await;
                let bound = Duration::from_millis(1_500) + handler;
                assert!(age <= bound, "{age:?} at {rate} with {handler:?} a message, acknowledging: {acknowledges}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn client_that_stops_for_a_while_gets_the_newest_at_once() {
    let fixture = Fixture::new().await;
    let mut client = fixture.join(1 << 20).await;
    client.subscribe(&["A"], 60.0).await;
    for n in 1..=1_000 {
        fixture.trade(0, n, n);
        if n < 500 {
            while timeout(Duration::from_millis(20), client.socket.next()).await.is_ok() {}
        } else {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    // Ten seconds at 50 changes a second.
    let mut updates = 0;
    while ranges(&client.receive("update").await)[0].2 < 1_000 {
        updates += 1;
    }
    assert!(updates <= 32, "{updates} updates waited for the client");
}

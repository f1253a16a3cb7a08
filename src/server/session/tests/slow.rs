//! Clients that read slowly, or not at all.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::AsyncReadExt;

use super::{LIMITS, Stage, ranges, step_total};
use crate::control::FeedEvent;
use crate::market::{InstrumentId, Price, Size, Tick, TickKind, Timestamp, Trade};
use crate::server::session::SessionEnd;

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
                bus.send(FeedEvent::Ticks([tick].into()));
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
    assert_eq!(stage.count("sessions_on_rung{rung=\"lowered\"}"), 1);
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
    let [lowered, raised] = ["lowered", "raised"].map(|step| stage.count(&step_total(step)));
    assert!(lowered >= 1 && lowered == raised, "{lowered} down and {raised} up");
    assert_eq!(stage.count("sessions_on_rung{rung=\"lowered\"}"), 0);
    trades.abort();
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
    let skipped = stage.count("beats_skipped_total");
    assert!(skipped > 200, "{skipped} beats of two sessions that took nothing");
    tokio::time::sleep(Duration::from_secs(20)).await;
    assert_eq!(stuck.session.await.unwrap(), SessionEnd::TooSlow);
    assert_eq!((stage.count(&step_total("ended")), stage.count("sessions{transport=\"websocket\"}")), (1, 1));
    assert_eq!(stage.count("session_ends_total{reason=\"too_slow\",code=\"1013\"}"), 1);
    pausing.say(json!({"type":"resync","symbols":["A"]})).await;
    assert_eq!(ranges(&pausing.hear("snapshot").await), [("A", 1, 300)]);
}

#[tokio::test(start_paused = true)]
async fn who_takes_a_byte_now_and_then_of_a_long_message_is_waited_for_and_who_takes_none_is_not() {
    let stage = Stage::new().await;
    for second in 0..50 {
        stage.trade(0, 100 + second, second * 1_000);
    }
    let bars = json!({"type":"subscribe","channel":"bars","symbols":["A"],"interval":"1s","history":50});
    let (mut slow, mut stuck) = (stage.join(600).await, stage.join(600).await);
    for client in [&mut slow, &mut stuck] {
        client.hear("feed").await;
        client.say(bars.clone()).await;
        client.hear("granted").await;
    }
    let began = tokio::time::Instant::now();
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
async fn who_wakes_up_as_it_is_let_go_is_told_why() {
    let stage = Stage::new().await;
    let mut client = stage.join(600).await;
    client.say(json!({"type":"subscribe","channel":"quotes","symbols":["*"],"rate":60})).await;
    for n in 0..100 {
        stage.trade(0, n, n);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    tokio::time::sleep(LIMITS.stall - Duration::from_millis(4_500)).await;
    assert_eq!(client.close_code().await, (1013, "too_slow".into()));
    assert_eq!(client.session.await.unwrap(), SessionEnd::TooSlow);
}

//! Subscribed quotes, bars and trades arrive without a hole, in either format.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::{Fixture, ranges};
use crate::control::FeedEvent;
use crate::control::sample::opening;
use crate::market::{MarketLimits, Timestamp};
use crate::wire::Decoder;

#[tokio::test(start_paused = true)]
async fn subscription_begins_with_a_snapshot_and_ranges_meet() {
    let fixture = Fixture::new().await;
    fixture.trade(0, 100, 0);
    let mut client = fixture.join(1 << 16).await;
    assert_eq!(client.receive("hello").await["protocol"], "tickcast.v1");
    assert_eq!(client.receive("feed").await["epoch"], 1);
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert_eq!(ranges(&client.subscribe(&["A", "B"], 5.0).await), [("A", 1, 1), ("B", 1, 0)]);
    fixture.trade(0, 101, 101);
    assert_eq!(ranges(&client.receive("update").await), [("A", 2, 2)], "the first change goes out at once");
    for price in 102..105 {
        fixture.trade(0, price, price);
    }
    fixture.trade(1, 9, 106);
    fixture.trade(2, 7, 106);
    let update = client.receive("update").await;
    assert_eq!(ranges(&update), [("A", 3, 5), ("B", 1, 1)], "C is not subscribed");
    assert_eq!(update["quotes"][0]["last"], 1.04);
}

#[tokio::test(start_paused = true)]
async fn rate_0_is_silent_and_ends_with_one_snapshot() {
    let fixture = Fixture::new().await;
    let mut client = fixture.join(1 << 16).await;
    client.subscribe(&["*"], 5.0).await;
    client.send(json!({"type":"rate","id":1,"channel":"quotes","symbols":["*"],"rate":0})).await;
    assert_eq!(client.receive("granted").await["rate"], 0);
    for n in 0..50 {
        fixture.trade(0, 100 + n, n);
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    client.send(json!({"type":"rate","id":2,"channel":"quotes","symbols":["*"],"rate":1.5})).await;
    let mut between = Vec::new();
    let snapshot = loop {
        let message = client.receive_any().await;
        match message["type"].as_str().unwrap() {
            "snapshot" => break message,
            other => between.push(other.to_owned()),
        }
    };
    assert!(between.iter().all(|kind| kind == "heartbeat" || kind == "granted"), "{between:?}");
    assert_eq!(ranges(&snapshot)[0], ("A", 1, 50));
}

#[tokio::test(start_paused = true)]
async fn closed_bars_all_arrive_at_the_slowest_rate() {
    let fixture = Fixture::new().await;
    let mut client = fixture.join(1 << 16).await;
    client.send(json!({"type":"subscribe","channel":"bars","symbols":["A"],"interval":"1s","rate":0.5})).await;
    let snapshot = client.receive("bars").await;
    assert_eq!((&snapshot["snapshot"], &snapshot["bars"]), (&json!(true), &json!([])));
    for second in 0..20 {
        fixture.trade(0, 100 + second, second * 1_000);
        fixture.trade(0, 200 + second, second * 1_000 + 1);
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    fixture.bus.send(FeedEvent::Clock(Timestamp::from_secs(20)));
    let mut closed = Vec::new();
    while closed.len() < 20 {
        let message = client.receive("bars").await;
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
async fn epoch_begins_with_new_snapshots_of_all_subscriptions() {
    let fixture = Fixture::new().await;
    let mut client = fixture.join(1 << 16).await;
    client.subscribe(&["A", "B"], 5.0).await;
    client.send(json!({"type":"subscribe","channel":"bars","symbols":["B"],"interval":"1m"})).await;
    client.receive("bars").await;
    fixture.trade(1, 100, 0);
    assert_eq!(ranges(&client.receive("update").await), [("B", 1, 1)]);
    // In the new epoch B has another id and A is gone.
    fixture.bus.send(FeedEvent::Opening(Arc::new(opening(2, &["X", "Y", "B"]))));
    assert_eq!(client.receive("feed").await["epoch"], 2);
    let snapshot = client.receive("snapshot").await;
    assert_eq!((&snapshot["epoch"], snapshot["quotes"].as_array().unwrap().len()), (&json!(2), 1));
    assert_eq!(snapshot["quotes"][0]["symbol"], "B");
    assert_eq!(client.receive("bars").await["snapshot"], true);
    fixture.trade(2, 300, 0);
    let update = client.receive("update").await;
    assert_eq!((&update["epoch"], &update["quotes"][0]["last"]), (&json!(2), &json!(3.0)));
}

#[tokio::test(start_paused = true)]
async fn rate_change_loses_neither_the_last_quote_nor_the_last_bar() {
    let fixture = Fixture::new().await;
    let (mut client, mut other) = (fixture.join(1 << 16).await, fixture.join(1 << 16).await);
    client.subscribe(&["*"], 0.5).await;
    client.send(json!({"type":"subscribe","channel":"bars","symbols":["A"],"interval":"1s","rate":0.5})).await;
    client.receive("bars").await;
    // The fast tier flushes the last tick for another client; then no tick follows.
    other.subscribe(&["*"], 60.0).await;
    fixture.trade(0, 100, 0);
    client.receive("update").await;
    fixture.trade(0, 200, 10);
    fixture.bus.send(FeedEvent::End(Arc::new(crate::control::sample::status())));
    while ranges(&other.receive("update").await)[0].2 < 2 {}
    tokio::time::sleep(Duration::from_millis(100)).await;
    client.send(json!({"type":"rate","channel":"quotes","symbols":["*"],"rate":60})).await;
    client.send(json!({"type":"rate","channel":"bars","symbols":["*"],"interval":"1s","rate":60})).await;
    let update = client.receive("update").await;
    assert_eq!((ranges(&update), &update["quotes"][0]["last"]), (vec![("A", 2, 2)], &json!(2.0)));
    let bars = client.receive("bars").await;
    assert_eq!((&bars["bars"][0]["close"], &bars["bars"][0]["closed"]), (&json!(2.0), &json!(true)));
}

#[tokio::test(start_paused = true)]
async fn rate_change_before_a_silent_feed_loses_no_quote() {
    let fixture = Fixture::new().await;
    let mut client = fixture.join(1 << 16).await;
    client.subscribe(&["*"], 0.5).await;
    fixture.trade(0, 100, 0);
    client.receive("update").await;
    // The slow tier holds this one back; the fast one had no listener, and no event follows.
    fixture.trade(0, 200, 10);
    tokio::time::sleep(Duration::from_millis(100)).await;
    client.send(json!({"type":"rate","channel":"quotes","symbols":["*"],"rate":60})).await;
    assert_eq!(ranges(&client.receive("update").await), [("A", 2, 2)]);
}

#[tokio::test(start_paused = true)]
async fn rate_without_readers_keeps_no_quotes() {
    let fixture = Fixture::new().await;
    let mut client = fixture.join(1 << 16).await;
    client.subscribe(&["*"], 60.0).await;
    for (n, rate) in (1..).zip([0.5, 60.0, 0.5]) {
        fixture.trade(0, 100, 0);
        assert_eq!(ranges(&client.receive("update").await), [("A", n, n)]);
        client.send(json!({"type":"rate","channel":"quotes","symbols":["*"],"rate":rate})).await;
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!(fixture.live.cached_quotes(), 3, "of the rate that is read");
    }
    client.send(json!({"type":"unsubscribe","channel":"quotes","symbols":["*"]})).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(fixture.live.cached_quotes(), 0);
}

#[tokio::test(start_paused = true)]
async fn symbol_unsubscribed_from_star_stays_out_of_the_next_epoch() {
    let fixture = Fixture::new().await;
    let mut client = fixture.join(1 << 16).await;
    client.subscribe(&["*"], 5.0).await;
    client.send(json!({"type":"unsubscribe","channel":"quotes","symbols":["B"]})).await;
    client.receive("unsubscribed").await;
    fixture.bus.send(FeedEvent::Opening(Arc::new(opening(2, &["B", "A", "D"]))));
    let snapshot = client.receive("snapshot").await;
    assert_eq!(ranges(&snapshot).iter().map(|r| r.0).collect::<Vec<_>>(), ["A", "D"]);
}

#[tokio::test(start_paused = true)]
async fn trades_arrive_once_each_and_skipped_ones_are_counted() {
    let fixture = Fixture::new().await;
    let mut client = fixture.join(1 << 16).await;
    client.send(json!({"type":"subscribe","channel":"trades","symbols":["A"],"rate":1})).await;
    let snapshot = client.receive("trades").await;
    assert_eq!((&snapshot["snapshot"], &snapshot["first"], &snapshot["trades"]), (&json!(true), &json!(1), &json!([])));
    let kept = MarketLimits::default().trades as i64;
    fixture.trade(0, 1, 1);
    // The first goes out at once; all others wait for the next flush.
    assert_eq!(client.receive("trades").await["trades"][0]["price"], 0.01);
    for n in 2..=kept + 30 {
        fixture.bus.ready().await;
        fixture.trade(0, n, n);
    }
    let (mut next, mut skipped) = (2, 0);
    while next <= kept + 30 {
        let message = client.receive("trades").await;
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
async fn format_switch_loses_nothing_and_begins_with_a_state() {
    let fixture = Fixture::new().await;
    let instruments = Arc::clone(fixture.live.read().market.instruments());
    let mut decoder = Decoder::new(&instruments);
    let mut client = fixture.join(1 << 16).await;
    client.subscribe(&["A", "B"], 5.0).await;
    fixture.trade(0, 100, 0);
    assert_eq!(ranges(&client.receive("update").await), [("A", 1, 1)]);
    client.send(json!({"type":"format","format":"binary"})).await;
    assert_eq!(client.receive("format").await["format"], "binary");
    let snapshot = client.receive_binary(&mut decoder).await;
    assert_eq!((&snapshot["type"], ranges(&snapshot)), (&json!("snapshot"), vec![("A", 1, 1), ("B", 1, 0)]));
    for n in 2..6 {
        fixture.trade(0, 100 + n, n);
        fixture.trade(1, 100 + n, n);
        let (n, update) = (n as u64, client.receive_binary(&mut decoder).await);
        assert_eq!(ranges(&update), [("A", n, n), ("B", n - 1, n - 1)]);
        assert_eq!(update["quotes"][0]["last"], 1.0 + n as f64 / 100.0);
    }
    // The binary cache holds this update when the client switches back.
    fixture.trade(0, 200, 9);
    client.send(json!({"type":"format","format":"json"})).await;
    assert_eq!(client.receive("format").await["format"], "json");
    fixture.trade(0, 201, 9);
    let mut seq = 0;
    while seq < 7 {
        let update = client.receive("update").await;
        seq = ranges(&update)[0].2;
        assert!(update["quotes"][0]["first_seq"].as_u64().unwrap() >= 6, "{update}");
    }
}

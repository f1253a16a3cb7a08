//! What is subscribed arrives: states whose ranges meet, bars and trades each one, in either format.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::{Stage, ranges};
use crate::control::FeedEvent;
use crate::control::sample::opening;
use crate::market::{MarketLimits, Timestamp};
use crate::wire::Decoder;

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
    assert!(between.iter().all(|kind| kind == "heartbeat" || kind == "granted"), "{between:?}");
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
    stage.bus.send(FeedEvent::Clock(Timestamp::from_secs(20)));
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
    stage.bus.send(FeedEvent::Opening(Arc::new(opening(2, &["X", "Y", "B"]))));
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
    stage.bus.send(FeedEvent::End(Arc::new(crate::control::sample::status())));
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
    stage.bus.send(FeedEvent::Opening(Arc::new(opening(2, &["B", "A", "D"]))));
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
        stage.bus.ready().await;
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

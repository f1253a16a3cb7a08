//! Depth: its levels, its rate, and the error of a feed without levels.

use super::*;
use crate::control::sample::{opening_with_books, opening_with_depth};
use crate::market::BookStep;
use crate::market::sample::{book_edit, level, quote};

fn prices(message: &Value, side: &str) -> Vec<f64> {
    message[side].as_array().unwrap().iter().map(|level| level["price"].as_f64().unwrap()).collect()
}

#[tokio::test(start_paused = true)]
async fn depth_is_sent_at_the_granted_rate_with_ticks_merged() {
    let fixture = Fixture::open(opening_with_depth(1, &["A", "B", "C"])).await;
    let quote = |n: i64| quote(InstrumentId(1), Timestamp::from_millis(n), Some(100 + n), Some(103 + n));
    let mut client = fixture.join(4_096).await;
    client.send(json!({"type":"subscribe","id":1,"channel":"depth","symbols":["B"],"rate":2})).await;
    assert_eq!(client.receive("granted").await["channel"], "depth");
    let book = client.receive("depth").await;
    assert_eq!((&book["snapshot"], &book["seq"]), (&json!(true), &json!(0)));
    assert!(prices(&book, "bids").is_empty() && prices(&book, "asks").is_empty());
    fixture.bus.send(FeedEvent::Ticks([1, 2, 3].map(quote).into()));
    let book = client.receive("depth").await;
    assert_eq!((&book["snapshot"], &book["first_seq"], &book["seq"]), (&json!(false), &json!(1), &json!(3)));
    assert_eq!(prices(&book, "bids"), [1.03, 1.02, 1.01, 1.0, 0.99]);
    assert_eq!(prices(&book, "asks"), [1.06, 1.07, 1.08, 1.09, 1.10]);
    client.send(json!({"type":"rate","channel":"depth","symbols":["*"],"rate":0})).await;
    client.receive("granted").await;
    fixture.bus.send(FeedEvent::Ticks([4].map(quote).into()));
    client.send(json!({"type":"rate","channel":"depth","symbols":["B"],"rate":"every"})).await;
    let book = client.receive("depth").await;
    assert_eq!((&book["snapshot"], &book["seq"]), (&json!(true), &json!(4)));
    client.send(json!({"type":"unsubscribe","channel":"depth","symbols":["*"]})).await;
    client.receive("unsubscribed").await;
    client.send(json!({"type":"rate","channel":"depth","symbols":["B"],"rate":1})).await;
    assert_eq!(client.receive("error").await["code"], "not_subscribed");
}

#[tokio::test(start_paused = true)]
async fn feed_without_levels_rejects_depth() {
    let fixture = Fixture::new().await;
    let mut client = fixture.join(4_096).await;
    for (symbols, expected) in [(json!(["B"]), "\"B\" has no levels"), (json!(["*"]), "this feed has no levels")] {
        client.send(json!({"type":"subscribe","id":1,"channel":"depth","symbols":symbols})).await;
        let error = client.receive("error").await;
        assert_eq!((&error["code"], &error["id"]), (&json!("no_depth"), &json!(1)));
        assert!(error["message"].as_str().unwrap().starts_with(expected), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn depth_counts_against_the_subscription_limit() {
    let fixture = Fixture::open(opening_with_depth(1, &["A", "B", "C", "D", "E"])).await;
    let mut client = fixture.join(4_096).await;
    client.send(json!({"type":"subscribe","channel":"depth","symbols":["*"]})).await;
    assert_eq!(client.receive("error").await["code"], "too_many_subscriptions");
    client.send(json!({"type":"subscribe","channel":"depth","symbols":["A", "B", "C", "D"]})).await;
    client.receive("granted").await;
    client.send(json!({"type":"subscribe","channel":"quotes","symbols":["A"]})).await;
    assert_eq!(client.receive("error").await["code"], "too_many_subscriptions");
}

#[tokio::test(start_paused = true)]
async fn deeper_level_reaches_depth_readers_and_no_others() {
    for rate in [json!(10), json!("every")] {
        let fixture = Fixture::open(opening_with_books(1, &["A", "B", "C"])).await;
        let (mut client, mut other) = (fixture.join(4_096).await, fixture.join(4_096).await);
        client.send(json!({"type":"subscribe","channel":"depth","symbols":["B"],"rate":rate})).await;
        client.receive("depth").await;
        other.send(json!({"type":"subscribe","channel":"quotes","symbols":["*"],"rate":rate})).await;
        other.receive("snapshot").await;
        let ts = Timestamp::from_millis(1);
        let steps = [BookStep::Begin, level(true, 100, 5), level(true, 99, 7)];
        fixture.bus.send(FeedEvent::Ticks(steps.map(|step| book_edit(InstrumentId(1), ts, step)).into()));
        let book = client.receive("depth").await;
        let seq = book["seq"].as_u64().unwrap();
        assert_eq!((&book["snapshot"], &book["first_seq"]), (&json!(false), &json!(seq + 1)));
        assert_eq!(prices(&book, "bids"), [1.0, 0.99]);
        fixture.bus.send(FeedEvent::Ticks([quote(InstrumentId(1), ts, Some(100), None)].into()));
        let update = other.receive("update").await;
        let quotes = update["quotes"].as_array().unwrap();
        assert_eq!((quotes.len(), &quotes[0]["seq"], &quotes[0]["first_seq"]), (1, &json!(seq + 1), &json!(seq + 1)));
    }
}

//! Sessions when the server changes to another feed.

use super::*;

fn unsubscribed(channel: &str, symbols: &[&str]) -> Value {
    json!({"type":"unsubscribed","channel":channel,"symbols":symbols,"reason":"gone"})
}

#[tokio::test(start_paused = true)]
async fn subscription_ends_with_a_word_where_its_symbol_is_gone() {
    let fixture = Fixture::open(crate::control::sample::opening_with_depth(1, &["A", "B", "C"])).await;
    let mut client = fixture.join(1 << 16).await;
    client.subscribe(&["A", "B"], 5.0).await;
    for (channel, symbol) in [("bars", "A"), ("depth", "C")] {
        client.send(json!({"type":"subscribe","channel":channel,"symbols":[symbol],"interval":"1m"})).await;
        client.receive(channel).await;
    }
    fixture.bus.send(FeedEvent::Opening(Arc::new(opening(2, &["X", "B"]))));
    assert_eq!(client.receive("feed").await["epoch"], 2);
    assert_eq!(client.receive_any().await, unsubscribed("quotes", &["A"]));
    let mut bars = unsubscribed("bars", &["A"]);
    bars["interval"] = "1m".into();
    assert_eq!(client.receive_any().await, bars);
    assert_eq!(client.receive_any().await, unsubscribed("depth", &["C"]));
    assert_eq!(ranges(&client.receive("snapshot").await), [("B", 1, 0)]);
    fixture.trade(1, 100, 0);
    assert_eq!(ranges(&client.receive("update").await), [("B", 1, 1)]);
    // What has ended takes no room: four subscriptions are allowed.
    client.send(json!({"type":"subscribe","channel":"trades","symbols":["*"]})).await;
    client.receive("granted").await;
    client.send(json!({"type":"subscribe","channel":"quotes","symbols":["A"]})).await;
    assert_eq!(client.receive("error").await["code"], "unknown_symbol");
}

#[tokio::test(start_paused = true)]
async fn star_covers_another_feed_without_a_word() {
    let fixture = Fixture::new().await;
    let mut client = fixture.join(1 << 16).await;
    client.subscribe(&["*"], 5.0).await;
    fixture.bus.send(FeedEvent::Opening(Arc::new(opening(2, &["X", "Y"]))));
    assert_eq!(client.receive("feed").await["epoch"], 2);
    let snapshot = client.receive_any().await;
    assert_eq!((&snapshot["type"], ranges(&snapshot)), (&json!("snapshot"), vec![("X", 1, 0), ("Y", 1, 0)]));
}

#[tokio::test(start_paused = true)]
async fn every_tick_of_another_feed_comes_once() {
    let fixture = Fixture::new().await;
    let mut client = fixture.join(1 << 16).await;
    client.send(json!({"type":"subscribe","channel":"quotes","symbols":["*"],"rate":"every"})).await;
    client.receive("snapshot").await;
    fixture.trade(2, 100, 0);
    assert_eq!(ranges(&client.receive("update").await), [("C", 1, 1)]);
    fixture.bus.send(FeedEvent::Opening(Arc::new(opening(2, &["X"]))));
    assert_eq!(ranges(&client.receive("snapshot").await), [("X", 1, 0)]);
    for n in 1..=3 {
        fixture.trade(0, 100, n);
        let update = client.receive("update").await;
        let n = u64::try_from(n).unwrap();
        assert_eq!((&update["epoch"], ranges(&update)), (&json!(2), vec![("X", n, n)]));
    }
}

#[tokio::test(start_paused = true)]
async fn client_resumes_nothing_of_another_feed() {
    let fixture = Fixture::new().await;
    fixture.bus.send(FeedEvent::Opening(Arc::new(opening(2, &["A", "X"]))));
    tokio::time::sleep(Duration::from_millis(10)).await;
    let mut client = fixture.join(1 << 16).await;
    let since = json!({"epoch":1,"at":{"A":5,"B":7}});
    client.send(json!({"type":"subscribe","channel":"quotes","symbols":["A"],"since":since})).await;
    assert_eq!(client.receive("granted").await["recovered"], false);
    assert_eq!(ranges(&client.receive("snapshot").await), [("A", 1, 0)]);
    client.send(json!({"type":"subscribe","channel":"quotes","symbols":["B"],"since":since})).await;
    assert_eq!(client.receive("error").await["code"], "unknown_symbol");
}

#[tokio::test(start_paused = true)]
async fn market_has_the_limits_of_the_feed_that_plays() {
    let fixture = Fixture::new().await;
    let mut other = opening(2, &["A"]);
    other.limits.trades = 2;
    fixture.bus.send(FeedEvent::Opening(Arc::new(other)));
    let mut client = fixture.join(1 << 16).await;
    client.send(json!({"type":"subscribe","channel":"trades","symbols":["A"]})).await;
    client.receive("trades").await;
    (0..5).for_each(|n| fixture.trade(0, 100, n));
    client.receive("trades").await;
    client.send(json!({"type":"subscribe","channel":"trades","symbols":["A"],"history":5})).await;
    client.receive("granted").await;
    assert_eq!(client.receive("trades").await["first"], 4);
}

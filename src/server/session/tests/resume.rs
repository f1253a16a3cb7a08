//! A client that reconnects sends its last positions, and receives the messages that it missed.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use super::{Fixture, ranges};
use crate::control::FeedEvent;
use crate::control::sample::{opening, opening_with_depth};
use crate::wire::Decoder;

#[tokio::test(start_paused = true)]
async fn reconnect_in_the_same_epoch_gets_only_what_is_missing() {
    let fixture = Fixture::new().await;
    for second in 0..5 {
        fixture.trade(0, 100 + second, second * 1_000);
        fixture.trade(1, 100, second * 1_000);
    }
    let mut client = fixture.join(1 << 16).await;
    client.receive("feed").await;
    tokio::time::sleep(Duration::from_millis(10)).await;
    let since = json!({"epoch": 1, "at": {"A": 3, "B": 5}});
    client.send(json!({"type":"subscribe","channel":"quotes","symbols":["*"],"since":since})).await;
    assert_eq!(client.receive("granted").await["recovered"], true);
    let snapshot = client.receive_any().await;
    assert_eq!(
        (&snapshot["type"], ranges(&snapshot)),
        (&json!("snapshot"), vec![("C", 1, 0)]),
        "the client has no state of C"
    );
    let update = client.receive_any().await;
    assert_eq!((&update["type"], ranges(&update)), (&json!("update"), vec![("A", 4, 5)]), "B lacks nothing");

    let since = json!({"epoch": 1, "at": {"A": 1_000_000}});
    let bars = json!({"type":"subscribe","channel":"bars","symbols":["A"],"interval":"1s","since":since});
    client.send(bars).await;
    assert_eq!(client.receive("granted").await["recovered"], true);
    let message = client.receive("bars").await;
    let starts: Vec<_> = message["bars"].as_array().unwrap().iter().map(|bar| bar["ts"].as_i64().unwrap()).collect();
    assert_eq!((&message["snapshot"], starts), (&json!(false), vec![2_000_000, 3_000_000, 4_000_000]));

    let since = json!({"epoch": 1, "at": {"A": 4}});
    client.send(json!({"type":"subscribe","channel":"trades","symbols":["A"],"since":since})).await;
    let message = client.receive("trades").await;
    assert_eq!((&message["snapshot"], &message["first"]), (&json!(false), &json!(5)));
}

#[tokio::test(start_paused = true)]
async fn reconnect_in_another_epoch_begins_with_a_snapshot() {
    let fixture = Fixture::new().await;
    fixture.trade(0, 100, 0);
    let mut client = fixture.join(1 << 16).await;
    client.receive("feed").await;
    tokio::time::sleep(Duration::from_millis(10)).await;
    for since in [
        json!({"epoch": 9, "at": {"A": 1}}),
        json!({"epoch": 1, "at": {"A": 99}}),
        json!({"epoch": 1, "at": {"A": -1}}),
    ] {
        let same = since["epoch"] == 1;
        client.send(json!({"type":"subscribe","channel":"quotes","symbols":["A"],"since":since})).await;
        assert_eq!(client.receive("granted").await["recovered"], same);
        assert_eq!(ranges(&client.receive("snapshot").await), [("A", 1, 1)], "an impossible seq is ignored");
    }
}

#[tokio::test(start_paused = true)]
async fn reconnect_in_binary_has_a_state_for_the_first_update() {
    let fixture = Fixture::new().await;
    let instruments = Arc::clone(fixture.live.read().market.instruments());
    let mut decoder = Decoder::new(&instruments);
    fixture.trade(0, 100, 0);
    fixture.trade(1, 100, 0);
    let mut client = fixture.join(1 << 16).await;
    client.send(json!({"type":"format","format":"binary"})).await;
    let since = json!({"epoch":1,"at":{"A":1,"B":0}});
    tokio::time::sleep(Duration::from_millis(10)).await;
    client.send(json!({"type":"subscribe","channel":"quotes","symbols":["A","B"],"since":since})).await;
    assert_eq!(client.receive("granted").await["recovered"], true);
    let snapshot = client.receive_binary(&mut decoder).await;
    assert_eq!((&snapshot["type"], ranges(&snapshot)), (&json!("snapshot"), vec![("A", 1, 1)]));
    let update = client.receive_binary(&mut decoder).await;
    assert_eq!((&update["type"], ranges(&update)), (&json!("update"), vec![("B", 1, 1)]));
    for (id, symbol) in [(0, "A"), (1, "B")] {
        fixture.trade(id, 101, 1);
        assert_eq!(ranges(&client.receive_binary(&mut decoder).await), [(symbol, 2, 2)]);
    }
}

#[tokio::test(start_paused = true)]
async fn reconnect_with_a_position_far_ahead_begins_with_a_snapshot() {
    let fixture = Fixture::open(opening_with_depth(1, &["A", "B", "C"])).await;
    for second in 0..5 {
        fixture.trade(0, 100 + second, second * 1_000);
    }
    let mut client = fixture.join(1 << 16).await;
    client.receive("feed").await;
    tokio::time::sleep(Duration::from_millis(10)).await;
    for (channel, kind) in
        [("quotes", "snapshot"), ("bars", "bars"), ("trades", "trades"), ("depth", "depth"), ("news", "news")]
    {
        for ahead in [6_000_000, i64::MAX] {
            let at = if channel == "news" { json!({"*": ahead}) } else { json!({"A": ahead}) };
            let mut request = json!({"type":"subscribe","channel":channel,"since":{"epoch":1,"at":at}});
            if channel != "news" {
                request["symbols"] = json!(["A"]);
            }
            if channel == "bars" {
                request["interval"] = "1s".into();
            }
            client.send(request).await;
            assert_eq!(client.receive("granted").await["channel"], channel);
            let answer = client.receive(kind).await;
            assert!(kind == "snapshot" || answer["snapshot"] == true, "{channel} at {ahead}: {answer}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn binary_client_needs_no_list_of_symbols() {
    let fixture = Fixture::new().await;
    for id in 0..3 {
        fixture.trade(id, 100, 0);
    }
    let mut client = fixture.join(1 << 16).await;
    client.receive("feed").await;
    tokio::time::sleep(Duration::from_millis(10)).await;
    let facts = |message: &Value| {
        let listed = message["instruments"].as_array().unwrap();
        listed.iter().map(|one| format!("{}{}", one["index"], one["symbol"].as_str().unwrap())).collect::<Vec<_>>()
    };
    // A client of JSON gets them if it asks.
    client.subscribe(&["B"], 5.0).await;
    client.send(json!({"type":"describe","symbols":["A","C"]})).await;
    assert_eq!(facts(&client.receive("instruments").await), ["0A", "2C"]);
    client.send(json!({"type":"format","format":"binary"})).await;
    client.receive("format").await;
    let text = client.receive_raw().await;
    assert_eq!(facts(&serde_json::from_str(text.to_text().unwrap()).unwrap()), ["1B"], "before the first snapshot");
    assert!(client.receive_raw().await.is_binary());
    for (channel, symbols, want) in [("quotes", "*", vec!["0A", "2C"]), ("trades", "A", vec![])] {
        let request = json!({"type":"subscribe","channel":channel,"symbols":[symbols]});
        client.send(request).await;
        client.receive("granted").await;
        let mut found = Vec::new();
        while let Message::Text(text) = client.receive_raw().await {
            found.extend(facts(&serde_json::from_str(&text).unwrap()));
        }
        assert_eq!(found, want, "each symbol comes once");
    }
    // Another epoch has another list.
    fixture.bus.send(FeedEvent::Opening(Arc::new(opening(2, &["C", "A"]))));
    assert_eq!(client.receive("feed").await["epoch"], 2);
    let mut found = Vec::new();
    while let Message::Text(text) = client.receive_raw().await {
        found.extend(facts(&serde_json::from_str(&text).unwrap()));
    }
    assert_eq!(found, ["0C", "1A"]);
}

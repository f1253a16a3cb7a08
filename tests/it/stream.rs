//! The stream over real sockets: quotes, bars, garbage and messages that are too large.

use std::collections::HashMap;

use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::support::Server;

#[tokio::test]
async fn subscriber_sees_prices_change_in_adjacent_ranges() {
    let server = Server::start(&[]).await;
    let mut client = server.connect().await;
    assert_eq!(client.receive("hello").await["protocol"], "tickcast.v1");
    client.send(json!({"type":"subscribe","id":1,"channel":"quotes","symbols":["*"],"rate":30}).to_string()).await;
    let granted = client.receive("granted").await;
    assert_eq!((&granted["id"], &granted["rate"]), (&json!(1), &json!(20)));
    let mut seen: HashMap<String, (u64, serde_json::Value)> = HashMap::new();
    for quote in client.receive("snapshot").await["quotes"].as_array().unwrap() {
        seen.insert(quote["symbol"].as_str().unwrap().into(), (quote["seq"].as_u64().unwrap(), quote["last"].clone()));
    }
    assert_eq!(seen.len(), 40);
    let mut changes = 0;
    while changes < 50 {
        for quote in client.receive("update").await["quotes"].as_array().unwrap() {
            let (seq, last) = seen.get_mut(quote["symbol"].as_str().unwrap()).unwrap();
            assert_eq!(quote["first_seq"].as_u64().unwrap(), *seq + 1);
            *seq = quote["seq"].as_u64().unwrap();
            changes += u32::from(*last != quote["last"]);
            *last = quote["last"].clone();
            let (bid, ask) = (quote["bid"].as_f64().unwrap(), quote["ask"].as_f64().unwrap());
            assert!(bid < ask, "{quote}");
        }
    }
}

#[tokio::test]
async fn forming_bar_changes_until_it_closes() {
    let server = Server::start(&["--speed", "20x"]).await;
    let mut client = server.connect().await;
    client
        .send(
            json!({"type":"subscribe","channel":"bars","symbols":["BTC-USD"],"interval":"1s","history":5,"rate":10})
                .to_string(),
        )
        .await;
    let snapshot = client.receive("bars").await;
    assert_eq!(snapshot["bars"].as_array().unwrap().len(), 5);
    let last_closed = snapshot["bars"].as_array().unwrap().iter().rfind(|bar| bar["closed"] == true);
    let mut last_ts = last_closed.unwrap()["ts"].as_i64().unwrap();
    let (mut closed, mut formed) = (0, 0);
    while closed < 20 || formed < 5 {
        let message = client.receive("bars").await;
        let newest = message["bars"].as_array().unwrap().last().unwrap();
        if newest["closed"] == false {
            formed += 1;
            assert!(newest["ts"].as_i64().unwrap() > last_ts, "a forming bar is newer than every closed bar");
        }
        for bar in message["bars"].as_array().unwrap().iter().filter(|bar| bar["closed"] == true) {
            let ts = bar["ts"].as_i64().unwrap();
            assert!(ts > last_ts, "a closed bar comes once, in order");
            last_ts = ts;
            closed += 1;
        }
    }
}

#[tokio::test]
async fn garbage_is_answered_and_the_server_goes_on() {
    let server = Server::start(&[]).await;
    let mut client = server.connect().await;
    for text in ["Hello, world!", "", "{\"type\":", "[[[[[[", "null"] {
        client.send(text).await;
        let error = client.receive("error").await;
        assert!(error["remedy"].as_str().is_some_and(|remedy| !remedy.is_empty()), "{error}");
    }
    client.send(json!({"type":"subscribe","channel":"quotes","symbols":["AAPL"]}).to_string()).await;
    client.receive("snapshot").await;
    client.send("x".repeat(70_000)).await;
    let code = loop {
        if let Message::Close(Some(frame)) = client.receive_raw().await {
            break u16::from(frame.code);
        }
    };
    assert_eq!(code, 1009);
    assert_eq!(server.json("/healthz").await["status"], "ok");
}

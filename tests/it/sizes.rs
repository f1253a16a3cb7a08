//! The length of messages: none above 32 KiB, unless the client takes longer ones.

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Client, Server};

/// The longest message to a client that says nothing, as docs/PROTOCOL.md promises.
const MESSAGE_BYTES: usize = 32 * 1024;
/// Enough for quotes, bars and trades of several messages.
const MARKET: [&str; 4] = ["--symbols", "600", "--speed", "30x"];

/// The messages up to the one that ends `until`, each with its length. A binary one is `null`.
async fn read_until(client: &mut Client, mut until: impl FnMut(&Value, &[u8]) -> bool) -> Vec<(usize, Value)> {
    let mut messages = Vec::new();
    loop {
        let (length, value, bytes) = match client.receive_raw().await {
            Message::Text(text) => (text.len(), serde_json::from_str(&text).unwrap(), Vec::new()),
            Message::Binary(bytes) => (bytes.len(), Value::Null, bytes.to_vec()),
            _ => continue,
        };
        let is_last = until(&value, &bytes);
        messages.push((length, value));
        if is_last {
            return messages;
        }
    }
}

async fn subscribe_to_much(client: &mut Client) {
    for mut message in [
        json!({"channel":"quotes","symbols":["*"],"rate":20}),
        json!({"channel":"bars","interval":"1m","symbols":["AAPL","BTC-USD"],"history":5_000,"rate":5}),
        json!({"channel":"trades","symbols":["AAPL"],"history":500,"rate":5}),
        json!({"channel":"depth","symbols":["AAPL"],"rate":5}),
        json!({"channel":"news","history":200}),
    ] {
        message["type"] = "subscribe".into();
        client.send(message.to_string()).await;
    }
}

#[tokio::test]
async fn message_is_never_longer_than_a_client_takes() {
    let server = Server::start(&MARKET).await;
    let mut client = server.connect().await;
    let hello = client.receive("hello").await;
    assert_eq!(hello["limits"]["sent_bytes"], MESSAGE_BYTES);
    subscribe_to_much(&mut client).await;
    let mut updates = 0;
    let messages = read_until(&mut client, |value, _| {
        updates += usize::from(value["type"] == "update");
        updates == 60
    });
    let messages = messages.await;
    let longest = |kind: &str| {
        let of_kind = messages.iter().filter(|(_, value)| value["type"] == kind);
        of_kind.map(|(length, _)| *length).max().unwrap_or_default()
    };
    for kind in ["snapshot", "update", "bars", "trades", "depth", "news"] {
        assert!((1..=MESSAGE_BYTES).contains(&longest(kind)), "{kind}: {}", longest(kind));
    }
    // A part is not much shorter than it may be.
    assert!(longest("snapshot") > MESSAGE_BYTES - 1_024 && longest("bars") > MESSAGE_BYTES - 1_024);
    let bars = messages.iter().filter(|(_, value)| value["symbol"] == "AAPL" && value["interval"] == "1m");
    let starts: Vec<_> = bars.map(|(_, value)| value["snapshot"] == true).collect();
    assert_eq!(starts.iter().position(|snapshot| *snapshot), Some(0));
    assert_eq!(starts.iter().filter(|snapshot| **snapshot).count(), 1, "the other parts continue");
}

#[tokio::test]
async fn client_that_takes_longer_messages_gets_them() {
    let server = Server::start(&MARKET).await;
    let mut client = server.connect().await;
    for (asked, granted) in [(1_u64, 4_096), (100_000, 100_000), (1 << 40, 131_072)] {
        client.send(json!({"type":"limits","id":7,"sent_bytes":asked}).to_string()).await;
        let answer = client.receive("limits").await;
        assert_eq!((&answer["sent_bytes"], &answer["id"]), (&granted.into(), &7.into()));
    }
    client.send(json!({"type":"subscribe","channel":"quotes","symbols":["*"]}).to_string()).await;
    let length = client.receive_text("snapshot").await.len();
    assert!((MESSAGE_BYTES + 1..=131_072).contains(&length), "{length}");
    client.send(json!({"type":"limits","sent_bytes":4_096}).to_string()).await;
    client.receive("limits").await;
    client.send(json!({"type":"resync","symbols":["*"]}).to_string()).await;
    let length = client.receive_text("snapshot").await.len();
    assert!((3_000..=4_096).contains(&length), "{length}");
}

#[tokio::test]
async fn answer_to_a_long_request_comes_in_parts() {
    let server = Server::start(&["--symbols", "4000", "--max-past-bars", "4000"]).await;
    let listed = server.json("/api/v1/symbols").await;
    let names: Vec<_> = listed["symbols"].as_array().unwrap().iter().map(|one| one["symbol"].clone()).collect();
    let mut client = server.connect().await;
    client.send(json!({"type":"limits","sent_bytes":4_096}).to_string()).await;
    client.send(json!({"type":"subscribe","id":3,"channel":"quotes","symbols":names,"rate":0}).to_string()).await;
    let mut granted = Vec::new();
    while granted.len() < names.len() {
        let text = client.receive_text("granted").await;
        assert!(text.len() <= 4_096, "{}", text.len());
        let part: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(part["id"], 3);
        granted.extend(part["symbols"].as_array().unwrap().iter().cloned());
    }
    assert_eq!(granted, names);
}

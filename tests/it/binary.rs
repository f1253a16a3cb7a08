//! The binary format over real sockets: chosen when connecting, and switched while connected.

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Client, Server};

const UPDATE: u8 = 1;
const SNAPSHOT: u8 = 2;
const BARS: u8 = 3;
const TRADES: u8 = 4;
const HEARTBEAT: u8 = 5;

/// Returns the next binary message of one kind and the number of its entries. Text messages of these kinds fail.
async fn receive_binary(client: &mut Client, kind: u8) -> (Vec<u8>, u16) {
    loop {
        match client.receive_raw().await {
            Message::Binary(bytes) if bytes[0] == kind => {
                return (bytes.to_vec(), u16::from_le_bytes([bytes[2], bytes[3]]));
            }
            Message::Text(text) => {
                let message: Value = serde_json::from_str(&text).unwrap();
                let kind = message["type"].as_str().unwrap();
                assert!(!["snapshot", "update", "bars", "trades", "heartbeat"].contains(&kind), "{text}");
            }
            _ => {}
        }
    }
}

async fn subscribe_all(client: &mut Client) {
    client.send(json!({"type":"subscribe","channel":"quotes","symbols":["*"],"rate":20}).to_string()).await;
}

#[tokio::test]
async fn subprotocol_chooses_the_format() {
    let server = Server::start(&[]).await;
    let epoch = server.json("/api/v1/symbols").await["epoch"].as_u64().unwrap();
    for (offered, chosen) in [
        ("tickcast.v1.bin", Some("tickcast.v1.bin")),
        ("tickcast.v9.bin, tickcast.v1.bin, tickcast.v1.json", Some("tickcast.v1.bin")),
        ("tickcast.v1.json", Some("tickcast.v1.json")),
    ] {
        let (mut client, named) = server.connect_offering(offered).await;
        assert_eq!(named.as_deref(), chosen);
        assert_eq!(client.receive("hello").await["protocol"], "tickcast.v1", "hello is text in either format");
        subscribe_all(&mut client).await;
        client.receive("granted").await;
        if chosen == Some("tickcast.v1.json") {
            client.receive("snapshot").await;
            continue;
        }
        let (snapshot, entries) = receive_binary(&mut client, SNAPSHOT).await;
        assert_eq!((entries, u64::from_le_bytes(snapshot[12..20].try_into().unwrap())), (40, epoch));
        let (mut bytes, mut updates) = (0, 0);
        while updates < 200 {
            let (update, entries) = receive_binary(&mut client, UPDATE).await;
            (bytes, updates) = (bytes + update.len(), updates + usize::from(entries));
        }
        assert!(bytes / updates <= 30, "{bytes} bytes for {updates} updates");
    }
}

#[tokio::test]
async fn unknown_subprotocol_falls_back_to_json() {
    let server = Server::start(&[]).await;
    let head = "GET /ws HTTP/1.1\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
                sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: graphql-ws\r\n";
    let answer = server.upgrade(head).await;
    assert!(answer.starts_with("HTTP/1.1 101") && answer.contains("\"type\":\"hello\""), "{answer}");
    assert!(!answer.to_ascii_lowercase().contains("sec-websocket-protocol"), "{answer}");
}

#[tokio::test]
async fn format_switches_while_connected() {
    let server = Server::start(&["--speed", "20x"]).await;
    let mut client = server.connect().await;
    subscribe_all(&mut client).await;
    let subscribe = json!({"type":"subscribe","channel":"bars","symbols":["BTC-USD"],"interval":"1s","history":5});
    client.send(subscribe.to_string()).await;
    client.send(json!({"type":"subscribe","channel":"trades","symbols":["BTC-USD"],"rate":10}).to_string()).await;
    client.receive("update").await;
    client.send(r#"{"type":"format","id":6,"format":"binary"}"#).await;
    assert_eq!(client.receive("format").await, json!({"type":"format","id":6,"format":"binary"}));
    assert_eq!(receive_binary(&mut client, SNAPSHOT).await.1, 40, "the snapshot comes before its updates");
    for kind in [UPDATE, BARS, TRADES, HEARTBEAT] {
        receive_binary(&mut client, kind).await;
    }
    client.send(r#"{"type":"format","format":"json"}"#).await;
    assert_eq!(client.receive("format").await, json!({"type":"format","format":"json"}));
    for kind in ["update", "bars", "trades", "heartbeat"] {
        loop {
            match client.receive_raw().await {
                Message::Binary(_) => panic!("binary message after the switch to JSON"),
                Message::Text(text) if text.starts_with(&format!("{{\"type\":\"{kind}\"")) => break,
                _ => {}
            }
        }
    }
    client.send(r#"{"type":"format","format":"xml"}"#).await;
    assert_eq!(client.receive("error").await["code"], "bad_message");
}

//! Faults of clients: the answers, the close codes and the counts.

use futures_util::SinkExt;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

use super::{Fixture, LIMITS};
use crate::server::session::end::SessionEnd;

#[tokio::test(start_paused = true)]
async fn client_above_the_message_rate_is_disconnected() {
    let fixture = Fixture::new().await;
    let mut client = fixture.join(1 << 16).await;
    for _ in 0..=2 * LIMITS.messages_per_second {
        client.socket.send(Message::Ping(vec![0; 100].into())).await.unwrap();
    }
    assert_eq!(client.close_code().await, (1008, "too_many_messages".into()));
    assert_eq!(client.session.await.unwrap(), SessionEnd::TooManyMessages);
}

#[tokio::test(start_paused = true)]
async fn bad_messages_get_an_error_and_the_session_goes_on() {
    let fixture = Fixture::new().await;
    let mut client = fixture.join(1 << 16).await;
    for (message, code) in [
        ("Hello, world!", "bad_json"),
        (r#"{"type":"sing"}"#, "bad_message"),
        (r#"{"type":"subscribe","channel":"quotes","symbols":["NO"]}"#, "unknown_symbol"),
        (r#"{"type":"rate","channel":"quotes","symbols":["A"],"rate":1}"#, "not_subscribed"),
        (r#"{"type":"resync","symbols":["A"]}"#, "not_subscribed"),
        (
            r#"{"type":"subscribe","channel":"bars","symbols":["A","B","C"],"interval":"1m","history":50}"#,
            "too_much_history",
        ),
    ] {
        client.send_text(message).await;
        assert_eq!(client.receive("error").await["code"], code, "{message}");
    }
    client.socket.send(Message::binary(vec![0, 159, 146])).await.unwrap();
    assert_eq!(client.receive("error").await["code"], "binary");
    client
        .send(json!({"type":"subscribe","id":5,"channel":"bars","symbols":["A","B","C"],"interval":"1m","history":9}))
        .await;
    assert_eq!(client.receive("granted").await["id"], 5);
    client.send(json!({"type":"subscribe","id":6,"channel":"quotes","symbols":["A","B"]})).await;
    let error = client.receive("error").await;
    assert_eq!((&error["code"], &error["id"]), (&json!("too_many_subscriptions"), &json!(6)));
    client.subscribe(&["A"], 5.0).await;
}

#[tokio::test(start_paused = true)]
async fn sent_messages_are_counted_by_format() {
    let fixture = Fixture::new().await;
    let mut client = fixture.join(1 << 16).await;
    let (mut messages, mut bytes) = ([0, 0], [0, 0]);
    client.send(json!({"type":"subscribe","channel":"quotes","symbols":["*"]})).await;
    client.send(json!({"type":"format","format":"binary"})).await;
    client.send_text("Hello, world!").await;
    for n in 0..20 {
        fixture.trade(0, n, n);
        match client.receive_raw().await {
            Message::Text(text) => (messages[0], bytes[0]) = (messages[0] + 1, bytes[0] + text.len() as u64),
            Message::Binary(data) => (messages[1], bytes[1]) = (messages[1] + 1, bytes[1] + data.len() as u64),
            _ => {}
        }
    }
    drop(client.socket);
    client.session.await.unwrap();
    for (format, messages, bytes) in [("json", messages[0], bytes[0]), ("binary", messages[1], bytes[1])] {
        assert!(messages > 0);
        assert_eq!(fixture.count(&format!("messages_sent_total{{format=\"{format}\"}}")), messages);
        assert_eq!(fixture.count(&format!("message_bytes_sent_total{{format=\"{format}\"}}")), bytes);
    }
    assert_eq!(fixture.count("api_errors_total{code=\"bad_json\"}"), 1);
    assert_eq!(fixture.count("sessions_opened_total{transport=\"websocket\"}"), 1);
    assert_eq!(fixture.count("sessions{transport=\"websocket\"}"), 0);
}

#[tokio::test(start_paused = true)]
async fn message_above_the_limit_ends_the_session_with_1009() {
    let fixture = Fixture::new().await;
    let mut client = fixture.join(1 << 16).await;
    client.send_text(&"x".repeat(LIMITS.message_bytes + 1)).await;
    assert_eq!(client.close_code().await, (1009, "message_too_large".into()));
    assert_eq!(client.session.await.unwrap(), SessionEnd::MessageTooLarge);
}

#[tokio::test(start_paused = true)]
async fn text_that_is_not_utf_8_ends_the_session_with_1007() {
    // RFC 6455, section 8.1: an overlong form, a surrogate, above U+10FFFF, cut short, and no first byte.
    for bytes in [&b"\xc0\xaf"[..], b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"ok \xe2\x82", b"\xff"] {
        let fixture = Fixture::new().await;
        let mut client = fixture.join(1 << 16).await;
        let frame = Frame::message(bytes.to_vec(), OpCode::Data(Data::Text), true);
        client.socket.send(Message::Frame(frame)).await.unwrap();
        assert_eq!(client.close_code().await, (1007, "invalid_utf8".into()), "{bytes:x?}");
        assert_eq!(client.session.await.unwrap(), SessionEnd::BadText);
    }
}

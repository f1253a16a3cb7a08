//! Hostile clients beside a healthy one, which is served all the time.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::Message;

use super::{is_long, my_turn};
use crate::raw_client::{CONTINUATION, FIN, MASK, PING, RawClient, TEXT, frame, handshake};
use crate::support::{Server, TIMEOUT, connect_to, status};

/// Longest silence of a healthy client: a heartbeat comes each second, and the machine may be slow.
const SILENCE: Duration = Duration::from_secs(5);

/// The bytes after a good handshake, and the close code that they bring. Behaviour against the letter of RFC 6455
/// is in `rfc6455.rs`.
fn attacks() -> Vec<(&'static str, Vec<u8>, u16)> {
    let huge = |length: u64| [&[FIN | TEXT, MASK | 127][..], &length.to_be_bytes(), &[0; 4]].concat();
    let subscribe = frame(FIN | TEXT, br#"{"type":"subscribe","channel":"quotes","symbols":["*"]}"#);
    let fragments = [frame(TEXT, b"{"), frame(CONTINUATION, &[b' '; 1_000]).repeat(70)].concat();
    vec![
        ("a header that announces 4 EiB", huge(1 << 62), 1009),
        ("a header that announces one byte too many", huge(64 * 1_024 + 1), 1009),
        ("thousands of subscribes", subscribe.repeat(5_000), 1008),
        ("thousands of pings", frame(FIN | PING, b"").repeat(5_000), 1008),
        ("fragments without end", fragments, 1009),
    ]
}

/// A client that behaves: it counts updates and sees to it that their ranges meet and none is long in coming.
async fn healthy(address: String) -> (u64, Duration) {
    let mut client = connect_to(&address).await.unwrap();
    client.send(json!({"type":"subscribe","channel":"quotes","symbols":["*"],"rate":10}).to_string()).await;
    let (mut seqs, mut updates) = (HashMap::<String, u64>::new(), 0);
    let (mut received, mut longest) = (Instant::now(), Duration::ZERO);
    while let Some(message) = client.try_receive_raw().await {
        longest = longest.max(received.elapsed());
        received = Instant::now();
        let Message::Text(text) = message else { continue };
        let message: Value = serde_json::from_str(&text).unwrap();
        let is_update = message["type"] == "update";
        for quote in message["quotes"].as_array().into_iter().flatten() {
            let known = seqs.entry(quote["symbol"].as_str().unwrap().into()).or_default();
            assert!(!is_update || quote["first_seq"] == *known + 1, "{quote}");
            *known = quote["seq"].as_u64().unwrap();
            updates += u64::from(is_update);
        }
    }
    (updates, longest)
}

#[tokio::test]
async fn hostile_clients_are_closed_and_a_healthy_one_is_served() {
    let _turn = my_turn().await;
    let server = Server::start(&[]).await;
    let address = server.address.clone();
    let neighbour = tokio::spawn(healthy(address.clone()));

    let no_end = RawClient::dial(&address).await;
    let mut dripping = RawClient::dial(&address).await;
    let dripping = tokio::spawn(async move {
        // A head that grows by a byte now and then, and never ends.
        for _ in 0..600 {
            if dripping.socket.write_all(b"G").await.is_err() {
                break;
            }
            sleep(Duration::from_millis(100)).await;
        }
        dripping.read_to_end().await
    });
    let silent = is_long().then(|| {
        tokio::spawn({
            let address = address.clone();
            async move { RawClient::open(&address).await.close_code().await }
        })
    });

    for (name, bytes, code) in attacks() {
        let mut hostile = RawClient::open(&address).await;
        // The server may close the connection before it has read everything.
        let _ = hostile.socket.write_all(&bytes).await;
        assert_eq!(hostile.close_code().await, code, "{name}");
    }

    let mut slow = RawClient::dial(&address).await;
    slow.drip(handshake(&address).as_bytes()).await;
    assert_eq!(status(&slow.head().await), 101);
    slow.drip(&frame(FIN | TEXT, br#"{"type":"subscribe","channel":"quotes","symbols":["AAPL"]}"#)).await;
    let granted = loop {
        let (_, payload) = slow.frame().await.expect("it is served");
        if payload.starts_with(br#"{"type":"granted""#) {
            break payload;
        }
    };
    assert!(String::from_utf8(granted).unwrap().contains("AAPL"), "who is slow to speak is served");

    let garbage: Vec<u8> = (0..4_000_u32).map(|n| (n * 7 + n / 251) as u8).collect();
    for bytes in [&b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..], &garbage, b"\r\n\r\n\r\nHELO\r\n\r\n"] {
        let mut hostile = RawClient::dial(&address).await;
        let _ = hostile.socket.write_all(bytes).await;
        let (answer, _) = hostile.read_to_end().await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{answer}");
    }
    for (line, code) in [("GET /ws HTTP/1.1\r\n", 426), ("PUT /ws HTTP/1.1\r\n", 405)] {
        assert_eq!(status(&server.request(line).await.0), code);
    }

    let (answer, _) = no_end.read_to_end().await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
    let (answer, _) = timeout(TIMEOUT, dripping).await.expect("the server hangs up").unwrap();
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 40"), "{answer}");
    if let Some(silent) = silent {
        assert_eq!(timeout(TIMEOUT, silent).await.expect("the server closes it").unwrap(), 4408);
    }

    let health = server.json("/healthz").await;
    assert_eq!((&health["status"], &health["bus_gaps"]), (&json!("ok"), &json!(0)));
    server.stop().await;
    let (updates, longest) = timeout(TIMEOUT, neighbour).await.expect("the session ends").unwrap();
    println!("{updates} updates, the longest silence {longest:?}");
    assert!(updates > 0 && longest < SILENCE, "{updates} updates, {longest:?}");
}

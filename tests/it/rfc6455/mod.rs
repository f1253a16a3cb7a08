//! RFC 6455, as far as it binds a server without extensions: each row names its section. The real binary, and
//! a client that writes its own frames. `docs/RELIABILITY.md` says which groups of the Autobahn suite they stand for.

mod rows;

use tokio::io::AsyncWriteExt;

use self::rows::{Answer, Row, closing, control_frames, error, fragments, framing, texts};
use crate::raw_client::{CLOSE, CONTINUATION, FIN, MASK, PING, PONG, RawClient, TEXT};
use crate::support::{Server, status};

/// The next frame that is an answer; the market's messages and the server's pings are passed over.
async fn next_answer(client: &mut RawClient) -> Option<(u8, Vec<u8>)> {
    loop {
        let (first, payload) = client.frame().await?;
        assert_eq!(first & 0xf0, FIN, "whole frames without reserved bits");
        let is_error = payload.starts_with(br#"{"type":"error""#);
        if first & 0xf >= CLOSE && first & 0xf != PING || is_error {
            return Some((first & 0xf, payload));
        }
    }
}

async fn check((section, name, bytes, answers): Row, address: &str, is_slow: bool) {
    let row = format!("section {section}, {name}, slowly: {is_slow}");
    let mut client = RawClient::open(address).await;
    if is_slow {
        client.drip(&bytes).await;
    } else {
        client.socket.write_all(&bytes).await.unwrap();
    }
    for want in answers {
        let (opcode, payload) = next_answer(&mut client).await.unwrap_or_else(|| panic!("no answer: {row}"));
        let got = match opcode {
            CLOSE if matches!(want, Answer::Code(_)) => Answer::Code(u16::from_be_bytes([payload[0], payload[1]])),
            CLOSE => Answer::Close(payload),
            PONG => Answer::Pong(payload),
            _ => {
                let Answer::Error(text) = want else { panic!("{row}: {}", String::from_utf8_lossy(&payload)) };
                assert!(String::from_utf8(payload).unwrap().contains(text), "{row}");
                continue;
            }
        };
        assert_eq!(got, want, "{row}");
        if opcode == CLOSE {
            assert_eq!(client.frame().await, None, "the server hangs up after the close: {row}");
        }
    }
}

#[tokio::test]
async fn frames_are_read_by_the_rfc() {
    let server = Server::start(&[]).await;
    let rows = [framing(), fragments(), control_frames(), closing(), texts()].concat();
    assert!(rows.len() > 120, "{} rows", rows.len());
    for row in rows {
        check(row, &server.address, false).await;
    }
}

#[tokio::test]
async fn frames_may_come_byte_by_byte() {
    let server = Server::start(&[]).await;
    for row in
        [fragments(), control_frames(), texts()].concat().into_iter().filter(|(_, _, bytes, _)| bytes.len() < 200)
    {
        check(row, &server.address, true).await;
    }
}

#[tokio::test]
async fn long_messages_are_read_where_the_limit_allows_them() {
    const MIB: usize = 1 << 20;
    let server = Server::start(&["--max-message-bytes", "4194304"]).await;
    for length in [256 * 1_024, MIB, 4 * MIB, 4 * MIB + 1] {
        let want = if length > 4 * MIB { Answer::Code(1009) } else { error("gggg") };
        let header =
            |first: u8, length: usize| [&[first, MASK | 127][..], &(length as u64).to_be_bytes(), &[0; 4]].concat();
        let whole = [header(FIN | TEXT, length), vec![b'g'; length]].concat();
        // Fragments of 64 kB, as section 5.4 allows.
        let pieces = vec![b'g'; length];
        let mut fragments: Vec<Vec<u8>> = pieces
            .chunks(64 * 1_000)
            .map(|piece| [header(CONTINUATION, piece.len()), piece.to_vec()].concat())
            .collect();
        fragments[0][0] = TEXT;
        let last = fragments.len() - 1;
        fragments[last][0] |= FIN;
        for (name, bytes) in [("in one frame", whole), ("in fragments", fragments.concat())] {
            let mut client = RawClient::open(&server.address).await;
            // The server may close the connection before it has read everything.
            let _ = client.socket.write_all(&bytes).await;
            let (opcode, payload) = next_answer(&mut client).await.unwrap_or_else(|| panic!("{length} {name}"));
            let got = if opcode == CLOSE {
                Answer::Code(u16::from_be_bytes([payload[0], payload[1]]))
            } else {
                error("gggg")
            };
            assert_eq!(got, want, "{length} bytes {name}");
        }
    }
}

#[tokio::test]
async fn handshake_is_checked_by_section_4_2() {
    let server = Server::start(&[]).await;
    let good = [
        ("upgrade", "websocket"),
        ("connection", "Upgrade"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    let head = |version: &str, headers: &[(&str, &str)]| {
        let lines: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        format!("GET /ws HTTP/{version}\r\nhost: {}\r\n{lines}\r\n", server.address)
    };
    let with = |name: &str, value: &'static str| {
        let changed = good.map(|(known, old)| if known == name { (known, value) } else { (known, old) });
        changed.into_iter().filter(|(_, value)| !value.is_empty()).collect::<Vec<_>>()
    };
    for (section, version, headers, want) in [
        ("4.2.1", "1.1", good.to_vec(), 101),
        ("4.2.1", "1.1", with("upgrade", "WebSocket"), 101),
        ("4.2.1", "1.1", with("connection", "keep-alive, Upgrade"), 101),
        ("4.2.1", "1.1", with("upgrade", ""), 426),
        ("4.2.1", "1.1", with("upgrade", "h2c"), 426),
        ("4.2.1", "1.1", with("connection", "keep-alive"), 426),
        ("4.2.1", "1.1", with("sec-websocket-key", ""), 426),
        ("4.2.1", "1.1", with("sec-websocket-key", "c2hvcnQ="), 426),
        ("4.2.1", "1.1", with("sec-websocket-key", "this is no base64 at all"), 426),
        ("4.4", "1.1", with("sec-websocket-version", ""), 426),
        ("4.4", "1.1", with("sec-websocket-version", "8"), 426),
        ("4.4", "1.1", with("sec-websocket-version", "14"), 426),
        ("4.2.1", "1.0", good.to_vec(), 426),
    ] {
        let mut client = RawClient::dial(&server.address).await;
        client.socket.write_all(head(version, &headers).as_bytes()).await.unwrap();
        let answer = client.head().await.to_ascii_lowercase();
        assert_eq!(status(&answer), want, "section {section}, HTTP/{version}, {headers:?}: {answer}");
        if want == 101 {
            // The example of section 1.3; no extension was agreed on (section 9.1).
            assert!(answer.contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo="), "{answer}");
            assert!(answer.contains("upgrade: websocket") && answer.contains("connection: upgrade"), "{answer}");
        } else {
            assert!(answer.contains("sec-websocket-version: 13"), "section 4.4: {answer}");
            assert!(answer.contains("upgrade: websocket"), "RFC 9110, section 15.5.22: {answer}");
        }
    }
    for (offers, want) in [
        (&["permessage-deflate"][..], Some("permessage-deflate; client_no_context_takeover")),
        (
            &["x-unknown, permessage-deflate; unknown", "permessage-deflate"],
            Some("permessage-deflate; client_no_context_takeover"),
        ),
        (&["permessage-deflate; server_max_window_bits=7"], None),
        (&["x-unknown"], None),
    ] {
        let mut client = RawClient::dial(&server.address).await;
        let lines: Vec<_> = offers.iter().map(|offer| ("sec-websocket-extensions", *offer)).collect();
        client.socket.write_all(head("1.1", &[&good[..], &lines].concat()).as_bytes()).await.unwrap();
        let answer = client.head().await.to_ascii_lowercase();
        let agreed = answer.lines().find_map(|line| line.strip_prefix("sec-websocket-extensions: "));
        assert!(status(&answer) == 101 && agreed == want, "RFC 7692, section 7.1, {offers:?}: {answer}");
    }
    let mut client = RawClient::dial(&server.address).await;
    let invalid = [&good[..], &[("sec-websocket-extensions", "permessage-deflate; =")]].concat();
    client.socket.write_all(head("1.1", &invalid).as_bytes()).await.unwrap();
    let answer = client.head().await;
    assert_eq!(status(&answer), 426, "section 9.1: {answer}");
}

//! Sessions: a server in this process takes any frames of a client without panic, and what it sends is right: whole frames
//! of its own, JSON messages with a type, and a close frame that a server may send (RFC 6455, sections 5 and 7.4).

#![no_main]

#[path = "../server.rs"]
mod server;

use std::io::{Read, Write};
use std::net::Shutdown;

use libfuzzer_sys::fuzz_target;

/// The client asks for binary messages.
const IS_BINARY: u8 = 1;
/// The client offers to compress.
const OFFERS_DEFLATE: u8 = 2;
/// The mask of each frame.
const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];
/// A frame longer than any message of the server.
const MAX_FRAME: usize = 1 << 20;

/// The input: what the client offers, then for each frame its first byte, its length and its payload.
fn frames(mut bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    while let [first, length, rest @ ..] = bytes {
        let (payload, rest) = rest.split_at(usize::from(length & 0x7f).min(rest.len()).min(125));
        out.extend([*first, 0x80 | payload.len() as u8]);
        out.extend(MASK);
        out.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
        bytes = rest;
    }
    out
}

/// Checks a frame of the server, and returns what follows it.
fn check(bytes: &[u8], deflates: bool) -> &[u8] {
    let [first, length, ..] = bytes else { panic!("half a frame: {bytes:02x?}") };
    let (head, length) = match length {
        0x80.. => panic!("a masked frame"),
        126 => (4, usize::from(u16::from_be_bytes([bytes[2], bytes[3]]))),
        127 => (10, u64::from_be_bytes(bytes[2..10].try_into().expect("eight bytes")) as usize),
        short => (2, usize::from(*short)),
    };
    assert!(length < MAX_FRAME, "a frame of {length} bytes");
    let (payload, rest) = bytes[head..].split_at(length);
    match first {
        0x81 => {
            let message: serde_json::Value = serde_json::from_slice(payload).expect("JSON");
            assert!(message["type"].is_string(), "{message}");
        }
        0x82 | 0x89 | 0x8a => {}
        0xc1 | 0xc2 if deflates => {}
        0x88 => {
            assert!(rest.is_empty(), "{} bytes after the close frame", rest.len());
            if !payload.is_empty() {
                let code = u16::from_be_bytes([payload[0], payload[1]]);
                assert!(matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999), "code {code}");
            }
        }
        _ => panic!("a frame that begins with {first:02x}"),
    }
    rest
}

fuzz_target!(init: server::ignore_broken_pipes(), |bytes: &[u8]| {
    let [offers, bytes @ ..] = bytes else { return };
    let mut head = String::from("GET /ws HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: upgrade\r\nupgrade: websocket\r\n");
    head += "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    if offers & IS_BINARY != 0 {
        head += "sec-websocket-protocol: tickcast.v1.bin\r\n";
    }
    if offers & OFFERS_DEFLATE != 0 {
        head += "sec-websocket-extensions: permessage-deflate\r\n";
    }
    head += "\r\n";
    let mut socket = server::connect();
    // The server may have closed the connection already.
    let _ = socket.write_all(head.as_bytes()).and_then(|()| socket.write_all(&frames(bytes)));
    // The client leaves.
    let _ = socket.write_all(&frames(&[0x88, 2, 0x03, 0xe8])).and_then(|()| socket.shutdown(Shutdown::Write));
    let mut answer = Vec::new();
    // A reset ends the answer, as the server has closed with bytes unread.
    let is_whole = socket.read_to_end(&mut answer).is_ok();
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { return assert!(!is_whole) };
    let (head, mut rest) = answer.split_at(end + 4);
    let head = String::from_utf8_lossy(head).to_lowercase();
    assert!(head.starts_with("http/1.1 101"), "{head}");
    while is_whole && !rest.is_empty() {
        rest = check(rest, head.contains("permessage-deflate"));
    }
});

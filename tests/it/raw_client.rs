//! A WebSocket client without a library, so that tests can break the protocol's rules.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::support::{TIMEOUT, status};

/// The bits and opcodes of a frame's first byte (RFC 6455, section 5.2).
pub const FIN: u8 = 0x80;
pub const CONTINUATION: u8 = 0;
pub const TEXT: u8 = 1;
pub const BINARY: u8 = 2;
pub const CLOSE: u8 = 8;
pub const PING: u8 = 9;
pub const PONG: u8 = 10;
/// The bit of the second byte that announces a mask.
pub const MASK: u8 = 0x80;

/// The mask of the example in section 5.7.
const KEY: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// Builds a masked frame from its first byte and its payload.
pub fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len()).unwrap();
    let mut frame = vec![first];
    match length {
        0..126 => frame.push(MASK | length as u8),
        _ => {
            frame.push(MASK | 126);
            frame.extend(length.to_be_bytes());
        }
    }
    frame.extend(KEY);
    frame.extend(payload.iter().zip(KEY.iter().cycle()).map(|(byte, key)| byte ^ key));
    frame
}

/// Builds the payload of a close frame.
pub fn close(code: u16, reason: &[u8]) -> Vec<u8> {
    [&code.to_be_bytes()[..], reason].concat()
}

/// Returns the lengths of a frame's header and payload, once the header is complete.
fn frame_length(bytes: &[u8]) -> Option<(usize, usize)> {
    match *bytes.get(1)? {
        126 => Some((4, u16::from_be_bytes(bytes.get(2..4)?.try_into().unwrap()).into())),
        127 => Some((10, u64::from_be_bytes(bytes.get(2..10)?.try_into().unwrap()) as usize)),
        short => {
            assert_eq!(short & MASK, 0, "a server must not mask (section 5.1)");
            Some((2, short.into()))
        }
    }
}

/// Returns the request that opens a session.
pub fn handshake(address: &str) -> String {
    handshake_at(address, "/ws")
}

/// Returns the request that opens a WebSocket at `path`.
pub fn handshake_at(address: &str, path: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
}

/// A TCP connection that speaks WebSocket frame by frame.
pub struct RawClient {
    pub socket: TcpStream,
    unread: Vec<u8>,
}

impl RawClient {
    /// Connects and sends nothing.
    pub async fn dial(address: &str) -> Self {
        let socket = TcpStream::connect(address).await.unwrap();
        socket.set_nodelay(true).unwrap();
        Self { socket, unread: Vec::new() }
    }

    /// Connects and opens a WebSocket.
    pub async fn open(address: &str) -> Self {
        Self::shake_hands(Self::dial(address).await.socket, address).await
    }

    /// Connects and opens a WebSocket at `path`.
    pub async fn open_at(address: &str, path: &str) -> Self {
        let mut client = Self::dial(address).await;
        client.socket.write_all(handshake_at(address, path).as_bytes()).await.unwrap();
        assert_eq!(status(&client.head().await), 101);
        client
    }

    /// Opens a WebSocket on a connection.
    pub async fn shake_hands(mut socket: TcpStream, address: &str) -> Self {
        socket.write_all(handshake(address).as_bytes()).await.unwrap();
        let mut client = Self { socket, unread: Vec::new() };
        assert_eq!(status(&client.head().await), 101);
        client
    }

    /// Reads the head of an HTTP answer.
    pub async fn head(&mut self) -> String {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(timeout(TIMEOUT, self.socket.read_u8()).await.expect("an answer").unwrap());
        }
        String::from_utf8(head).unwrap()
    }

    /// Sends the bytes one by one, a millisecond apart.
    pub async fn drip(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.socket.write_all(&[*byte]).await.unwrap();
            sleep(Duration::from_millis(1)).await;
        }
    }

    /// Reads and drops at most `most` bytes and returns their number; `None` at the end.
    pub async fn take(&mut self, most: usize) -> Option<usize> {
        let mut bytes = vec![0; most];
        let read = timeout(TIMEOUT, self.socket.read(&mut bytes)).await.expect("the server sends in time");
        read.ok().filter(|read| *read > 0)
    }

    /// Returns the next frame as its first byte and payload; `None` at the end. Cancel safe.
    pub async fn frame(&mut self) -> Option<(u8, Vec<u8>)> {
        loop {
            if let Some((head, length)) = frame_length(&self.unread)
                && self.unread.len() >= head + length
            {
                let rest = self.unread.split_off(head + length);
                let frame = std::mem::replace(&mut self.unread, rest);
                return Some((frame[0], frame[head..].to_vec()));
            }
            let read = timeout(TIMEOUT, self.socket.read_buf(&mut self.unread)).await;
            // A reset is an end too.
            if read.expect("the server sends in time").unwrap_or(0) == 0 {
                return None;
            }
        }
    }

    /// Reads until the server's close frame and returns its code.
    pub async fn close_code(mut self) -> u16 {
        loop {
            if let (0x88, payload) = self.frame().await.expect("a close frame comes first") {
                return u16::from_be_bytes([payload[0], payload[1]]);
            }
        }
    }

    /// Reads until the server closes the connection; returns the text and the time that it took.
    pub async fn read_to_end(mut self) -> (String, Duration) {
        let (mut answer, began) = (Vec::new(), Instant::now());
        // A reset is an end too.
        let _ = timeout(TIMEOUT, self.socket.read_to_end(&mut answer)).await.expect("the server closes the connection");
        (String::from_utf8_lossy(&answer).into_owned(), began.elapsed())
    }
}

//! The client's side of HTTP and of the WebSocket protocol, byte by byte, so that a client can break either.

use bytes::{Buf as _, BytesMut};

/// The opcodes of RFC 6455, section 5.2.
pub const TEXT: u8 = 1;
const BINARY: u8 = 2;
pub const CLOSE: u8 = 8;
const PING: u8 = 9;
pub const PONG: u8 = 10;

/// A frame from the server, which neither masks nor splits its messages.
#[derive(Debug, PartialEq, Eq)]
pub enum Frame {
    Text(String),
    Binary(Vec<u8>),
    Ping(Vec<u8>),
    Close(Option<u16>),
}

/// An answer over HTTP.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: String,
    /// The server closes the connection after it.
    pub is_last: bool,
}

/// A frame of a client.
pub fn masked(opcode: u8, payload: &[u8], mask: [u8; 4]) -> Vec<u8> {
    let mut frame = vec![0x80 | opcode];
    match payload.len() {
        short @ ..=125 => frame.push(0x80 | short as u8),
        medium @ ..=65_535 => {
            frame.push(0x80 | 126);
            frame.extend((medium as u16).to_be_bytes());
        }
        long => {
            frame.push(0x80 | 127);
            frame.extend((long as u64).to_be_bytes());
        }
    }
    frame.extend(mask);
    frame.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    frame
}

/// Takes the first frame of `bytes`, if it is complete.
///
/// # Errors
/// When the bytes are not a frame that a server may send.
pub fn take_frame(bytes: &mut BytesMut) -> Result<Option<Frame>, String> {
    let [first, second, ..] = **bytes else { return Ok(None) };
    let (head, len) = match second {
        126 if bytes.len() >= 4 => (4, usize::from(u16::from_be_bytes([bytes[2], bytes[3]]))),
        127 if bytes.len() >= 10 => (10, u64::from_be_bytes(bytes[2..10].try_into().unwrap()) as usize),
        126 | 127 => return Ok(None),
        short @ ..=125 => (2, usize::from(short)),
        masked => return Err(format!("a server does not mask: {masked:#x}")),
    };
    if bytes.len() < head + len {
        return Ok(None);
    }
    bytes.advance(head);
    let payload = bytes.split_to(len).to_vec();
    match (first & 0xf0, first & 0x0f) {
        (0x80, TEXT) => String::from_utf8(payload).map(|text| Some(Frame::Text(text))).map_err(|e| e.to_string()),
        (0x80, BINARY) => Ok(Some(Frame::Binary(payload))),
        (0x80, PING) => Ok(Some(Frame::Ping(payload))),
        (0x80, CLOSE) => Ok(Some(Frame::Close(payload.first_chunk().map(|code: &[u8; 2]| u16::from_be_bytes(*code))))),
        _ => Err(format!("no frame of a server begins with {first:#x}")),
    }
}

/// Takes the first answer of `bytes`, if it is complete.
///
/// # Errors
/// When the bytes are not an answer with a length.
pub fn take_answer(bytes: &mut BytesMut) -> Result<Option<Answer>, String> {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| format!("no status: {head}"))?;
    let value = |name: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(named, _)| *named == name).map(|(_, value)| value.trim())
    };
    let is_last = value("connection") == Some("close");
    let rest = &bytes[end + 4..];
    let (body, length) = match value("content-length").and_then(|length| length.parse().ok()) {
        Some(length) if rest.len() >= length => (rest[..length].to_vec(), length),
        Some(_) => return Ok(None),
        None if status == 101 => (Vec::new(), 0),
        None => match join_chunks(rest)? {
            Some(joined) => joined,
            None => return Ok(None),
        },
    };
    bytes.advance(end + 4 + length);
    let body = String::from_utf8_lossy(&body).into_owned();
    Ok(Some(Answer { status, body, is_last }))
}

/// Joins a body that comes in chunks (RFC 9112, section 7.1), if it is complete. Returns it with its bytes on the wire.
fn join_chunks(bytes: &[u8]) -> Result<Option<(Vec<u8>, usize)>, String> {
    let (mut body, mut at) = (Vec::new(), 0);
    loop {
        let Some(line) = bytes[at..].windows(2).position(|two| two == b"\r\n") else { return Ok(None) };
        let size = std::str::from_utf8(&bytes[at..at + line]).ok();
        let size = size.and_then(|size| usize::from_str_radix(size, 16).ok());
        let size = size.ok_or_else(|| "a body without a length".to_owned())?;
        let from = at + line + 2;
        let Some(chunk) = bytes.get(from..from + size + 2) else { return Ok(None) };
        body.extend_from_slice(&chunk[..size]);
        at = from + size + 2;
        if size == 0 {
            return Ok(Some((body, at)));
        }
    }
}

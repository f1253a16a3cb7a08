//! One client as a state machine over bytes: handshake, subscriptions, and the messages after them.
//!
//! Pure: the time is passed in, and bytes to send wait in `out`. Not here: sockets (`connect`).

use std::sync::Arc;

use super::check::Checker;
use super::frame::{FrameError, FrameEvent, FrameReader, Opcode, push_frame};
use super::message::{MessageKind, ScannedMessage};
use super::plan::{ClientPlan, check_answer};
use super::scan::Scanner;
use super::tally::Tally;

/// The longest answer to a handshake.
const MAX_HEAD_BYTES: usize = 16 * 1024;
/// The close code of a frame that has none (RFC 6455, section 7.1.5).
const NO_CODE: u16 = 1005;

/// The end of a connection.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientEnd {
    #[error("the server did not open a WebSocket: {0}")]
    NotOpened(String),
    #[error("closed with code {0}")]
    Closed(u16),
    #[error(transparent)]
    Protocol(#[from] FrameError),
}

/// One client: its connection, its counts, and its checks.
#[derive(Debug)]
pub struct Client {
    index: usize,
    plan: Arc<ClientPlan>,
    /// The answer to the handshake so far; `None` once it is complete.
    head: Option<Vec<u8>>,
    frames: FrameReader,
    scanner: Scanner,
    checker: Option<Box<Checker>>,
    stalls: bool,
    out: Vec<u8>,
}

impl Client {
    /// Creates a client whose handshake waits in `out`. It checks every message if `checks` or `stalls` is true.
    pub fn new(index: usize, plan: Arc<ClientPlan>, checks: bool, stalls: bool) -> Self {
        let out = plan.handshake().into_bytes();
        let checker = (checks || stalls).then(Box::default);
        let (frames, scanner) = (FrameReader::default(), Scanner::default());
        Self { index, plan, head: Some(Vec::new()), frames, scanner, checker, stalls, out }
    }

    /// Returns the bytes to send; the caller removes the bytes it has sent.
    pub const fn out(&mut self) -> &mut Vec<u8> {
        &mut self.out
    }

    /// Returns true once the WebSocket is open.
    pub const fn is_open(&self) -> bool {
        self.head.is_none()
    }

    /// Returns true if the client stops reading for some time.
    pub const fn stalls(&self) -> bool {
        self.stalls
    }

    /// Notes that the client reads again after a stall.
    pub fn resume(&mut self, now: i64) {
        if let Some(checker) = &mut self.checker {
            checker.resume(now);
        }
    }

    /// Takes bytes that were read at `now`, in microseconds since 1970.
    ///
    /// # Errors
    /// Returns the end of the connection; a close frame may still wait in `out`.
    pub fn take(&mut self, bytes: &[u8], now: i64, tally: &mut Tally) -> Result<(), ClientEnd> {
        tally.traffic.bytes += bytes.len() as u64;
        let Some(head) = &mut self.head else { return self.take_frames(bytes, now, tally) };
        head.extend_from_slice(bytes);
        let Some(end) = memchr::memmem::find(head, b"\r\n\r\n") else {
            let is_endless = head.len() > MAX_HEAD_BYTES;
            return if is_endless { Err(ClientEnd::NotOpened("its answer does not end".into())) } else { Ok(()) };
        };
        let after_head = head.split_off(end + 4);
        check_answer(&String::from_utf8_lossy(head)).map_err(ClientEnd::NotOpened)?;
        self.head = None;
        tally.outcomes.connected += 1;
        for subscribe in Arc::clone(&self.plan).subscriptions(self.index) {
            self.send(Opcode::Text, subscribe.as_bytes());
        }
        self.take_frames(&after_head, now, tally)
    }

    fn send(&mut self, opcode: Opcode, payload: &[u8]) {
        // The mask protects proxies from hostile scripts (RFC 6455, section 10.3); here any mask will do.
        let mask = (self.index as u32 | 0x5a00_0000).to_be_bytes();
        push_frame(&mut self.out, opcode, payload, mask);
    }

    fn take_frames(&mut self, mut bytes: &[u8], now: i64, tally: &mut Tally) -> Result<(), ClientEnd> {
        while let Some(event) = self.frames.next(&mut bytes)? {
            match event {
                FrameEvent::Data { bytes, last } => {
                    if let Some(checker) = &mut self.checker {
                        checker.collect(bytes);
                    }
                    if let Some(message) = self.scanner.push(bytes, last) {
                        self.take_message(message, now, tally);
                    }
                }
                FrameEvent::Ping(payload) => self.send(Opcode::Pong, &payload),
                FrameEvent::Pong => {}
                FrameEvent::Close(code) => {
                    let payload = if code == NO_CODE { vec![] } else { code.to_be_bytes().to_vec() };
                    self.send(Opcode::Close, &payload);
                    return Err(self.close(code, tally));
                }
            }
        }
        Ok(())
    }

    /// Ends the client with a close code, of a close frame or of a connection that ended without one.
    pub fn close(&mut self, code: u16, tally: &mut Tally) -> ClientEnd {
        if self.checker.as_mut().is_some_and(|checker| checker.cut_off(&mut tally.outcomes)) {
            *tally.outcomes.stalled_closed.entry(code).or_default() += 1;
        }
        ClientEnd::Closed(code)
    }

    fn take_message(&mut self, message: ScannedMessage, now: i64, tally: &mut Tally) {
        let ScannedMessage { kind, ts_sent, entries, bytes } = message;
        let (traffic, outcomes) = (&mut tally.traffic, &mut tally.outcomes);
        traffic.messages += 1;
        match kind {
            MessageKind::Update => {
                traffic.updates += entries;
                traffic.update_bytes += bytes;
                if let Some(ts_sent) = ts_sent.filter(|_| !self.stalls) {
                    traffic.record_delay(u64::try_from(now - ts_sent).unwrap_or(0), entries);
                }
            }
            MessageKind::Error => {
                outcomes.errors += 1;
                let head = self.scanner.head();
                outcomes.first_error.get_or_insert_with(|| String::from_utf8_lossy(head).into_owned());
            }
            MessageKind::Snapshot | MessageKind::Other => {}
        }
        if let Some(checker) = &mut self.checker {
            checker.finish(entries, now, outcomes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::config::SymbolChoice;
    use crate::load::plan::tests::plan;

    const ANSWER: &str =
        "HTTP/1.1 101 Switching Protocols\r\nsec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
    const UPDATE: &str = r#"{"type":"update","epoch":1,"ts_sent":500,"quotes":[{"symbol":"A","first_seq":1,"seq":2}]}"#;

    fn client() -> Client {
        Client::new(0, Arc::new(plan(SymbolChoice::Count(2))), false, false)
    }

    fn server_frame(first: u8, payload: &str) -> Vec<u8> {
        [&[first, payload.len() as u8], payload.as_bytes()].concat()
    }

    /// Returns the payload of the first frame in `out`.
    fn unmask(out: &[u8]) -> Vec<u8> {
        let (length, mask, rest) = (usize::from(out[1] & 0x7f), &out[2..6], &out[6..]);
        rest[..length].iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask).collect()
    }

    #[test]
    fn single_bytes_are_counted_like_whole_messages() {
        let bytes = [ANSWER.as_bytes(), &server_frame(0x81, UPDATE), &server_frame(0x89, "hi")].concat();
        for size in [1, bytes.len()] {
            let (mut client, mut tally) = (client(), Tally::default());
            client.out().clear();
            for piece in bytes.chunks(size) {
                client.take(piece, 700, &mut tally).unwrap();
            }
            assert!(client.is_open());
            let (traffic, outcomes) = (&tally.traffic, &tally.outcomes);
            assert_eq!((outcomes.connected, traffic.messages, traffic.updates), (1, 1, 1));
            assert_eq!((traffic.bytes, traffic.update_bytes), (bytes.len() as u64, UPDATE.len() as u64));
            assert_eq!(traffic.max_delay(), Some(200));
            let subscribe = r#"{"type":"subscribe","channel":"quotes","symbols":["A","B"],"rate":0.5}"#;
            assert_eq!(String::from_utf8(unmask(client.out())).unwrap(), subscribe);
            let pong = client.out()[6 + subscribe.len()..].to_vec();
            assert_eq!((pong[0], unmask(&pong)), (0x8a, b"hi".to_vec()));
        }
    }

    #[test]
    fn failed_handshakes_and_closes_have_a_reason() {
        let check = |bytes: &[u8], expected: &str| {
            let end = client().take(bytes, 0, &mut Tally::default()).unwrap_err().to_string();
            assert!(end.contains(expected), "{end}");
        };
        check(b"HTTP/1.1 503 Service Unavailable\r\n\r\n", "503");
        check(b"HTTP/1.1 101 Switching Protocols\r\n\r\n", "Sec-WebSocket-Accept");
        check(&[ANSWER.as_bytes(), &[0x88, 2, 0x03, 0xf5]].concat(), "1013");
        check(&[ANSWER.as_bytes(), &[0x88, 0]].concat(), "1005");
        check(&[ANSWER.as_bytes(), &[0x83, 0]].concat(), "unknown opcode 3");
    }

    #[test]
    fn stalled_client_does_not_count_in_the_delay() {
        let mut client = Client::new(0, Arc::new(plan(SymbolChoice::All)), false, true);
        let mut tally = Tally::default();
        client.take(ANSWER.as_bytes(), 0, &mut tally).unwrap();
        client.resume(450);
        client.take(&server_frame(0x81, UPDATE), 700, &mut tally).unwrap();
        let Tally { traffic, outcomes } = tally;
        assert_eq!((traffic.updates, traffic.max_delay(), outcomes.recoveries.len()), (1, None, 1));
    }
}

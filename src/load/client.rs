//! One client's connection as a state machine over bytes: handshake, subscription, and what comes after.
//!
//! Pure: it asks no clock and knows no socket. What it wants to send waits in `out`.

use std::sync::Arc;

use super::check::Inspection;
use super::frame::{Event, FrameError, Frames, Opcode, push_frame};
use super::scan::{Kind, Message, Scanner};
use super::tally::Tally;
use super::{Format, Rate, Symbols};

/// The nonce of RFC 6455, section 1.3, and its answer: a measuring client needs no secret, only a check.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
/// The longest answer to a handshake.
const MAX_HEAD: usize = 16 * 1024;
/// Symbols in one `subscribe`, so that it stays well below the server's limit of a message.
const SYMBOLS_AT_ONCE: usize = 400;

/// What all clients of a run have in common.
#[derive(Debug)]
pub struct Plan {
    pub host: String,
    pub path: String,
    pub format: Format,
    /// Of the server, as JSON strings with their quotes.
    pub catalog: Vec<String>,
    pub symbols: Symbols,
    pub rate: Rate,
}

/// Why a connection is over.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum End {
    #[error("the server refused the WebSocket: {0}")]
    Refused(String),
    #[error("closed with code {0}")]
    Closed(u16),
    #[error("the server broke the protocol: {0}")]
    Protocol(#[from] FrameError),
}

#[derive(Debug)]
pub struct Client {
    index: usize,
    plan: Arc<Plan>,
    /// The answer to the handshake so far; `None` once it is complete.
    head: Option<Vec<u8>>,
    frames: Frames,
    scanner: Scanner,
    inspection: Option<Box<Inspection>>,
    stalls: bool,
    out: Vec<u8>,
}

impl Plan {
    /// The symbols of one client: windows that go round the catalog one after the other.
    fn symbols_of(&self, client: usize) -> Vec<&str> {
        match self.symbols {
            Symbols::All => vec!["\"*\""],
            Symbols::Count(count) => {
                let all = self.catalog.len();
                (0..count).map(|n| self.catalog[(client % all * count + n) % all].as_str()).collect()
            }
        }
    }

    /// How many symbols a client has.
    pub fn symbol_count(&self) -> usize {
        match self.symbols {
            Symbols::All => self.catalog.len(),
            Symbols::Count(count) => count,
        }
    }

    fn handshake(&self) -> String {
        let Self { host, path, .. } = self;
        let protocol = self.format.subprotocol().map(|name| format!("Sec-WebSocket-Protocol: {name}\r\n"));
        format!(
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n{}\r\n",
            protocol.unwrap_or_default()
        )
    }
}

impl Client {
    /// `inspected` clients read each message in full; so do those that `stalls` says will stall.
    pub fn new(index: usize, plan: Arc<Plan>, inspected: bool, stalls: bool) -> Self {
        let out = plan.handshake().into_bytes();
        let inspection = (inspected || stalls).then(Box::default);
        let (frames, scanner) = (Frames::default(), Scanner::default());
        Self { index, plan, head: Some(Vec::new()), frames, scanner, inspection, stalls, out }
    }

    /// What waits to be sent; the caller removes what it sent.
    pub const fn out(&mut self) -> &mut Vec<u8> {
        &mut self.out
    }

    pub const fn is_open(&self) -> bool {
        self.head.is_none()
    }

    pub const fn stalls(&self) -> bool {
        self.stalls
    }

    /// It goes on reading after a stall.
    pub fn resume(&mut self, now: i64) {
        if let Some(inspection) = &mut self.inspection {
            inspection.resume(now);
        }
    }

    /// Takes bytes that were read at `now`, in microseconds since 1970.
    ///
    /// # Errors
    /// With how the connection ended; a goodbye may still wait in `out`.
    pub fn take(&mut self, bytes: &[u8], now: i64, tally: &mut Tally) -> Result<(), End> {
        tally.flow.bytes += bytes.len() as u64;
        let Some(head) = &mut self.head else { return self.take_frames(bytes, now, tally) };
        head.extend_from_slice(bytes);
        let Some(end) = memchr::memmem::find(head, b"\r\n\r\n") else {
            return if head.len() > MAX_HEAD { Err(End::Refused("an endless answer".into())) } else { Ok(()) };
        };
        let early = head.split_off(end + 4);
        check_answer(&String::from_utf8_lossy(head))?;
        self.head = None;
        tally.events.connected += 1;
        self.subscribe();
        self.take_frames(&early, now, tally)
    }

    fn subscribe(&mut self) {
        let plan = Arc::clone(&self.plan);
        for symbols in plan.symbols_of(self.index).chunks(SYMBOLS_AT_ONCE) {
            let (symbols, rate) = (symbols.join(","), plan.rate.to_json());
            let text = format!(r#"{{"type":"subscribe","channel":"quotes","symbols":[{symbols}],"rate":{rate}}}"#);
            self.send(Opcode::Text, text.as_bytes());
        }
    }

    fn send(&mut self, opcode: Opcode, payload: &[u8]) {
        // The mask guards proxies against hostile scripts (RFC 6455, section 10.3); here any will do.
        let mask = (self.index as u32 | 0x5a00_0000).to_be_bytes();
        push_frame(&mut self.out, opcode, payload, mask);
    }

    fn take_frames(&mut self, mut bytes: &[u8], now: i64, tally: &mut Tally) -> Result<(), End> {
        while let Some(event) = self.frames.next(&mut bytes)? {
            match event {
                Event::Data { bytes, last } => {
                    if let Some(inspection) = &mut self.inspection {
                        inspection.collect(bytes);
                    }
                    if let Some(message) = self.scanner.piece(bytes, last) {
                        self.take_message(message, now, tally);
                    }
                }
                Event::Ping(payload) => self.send(Opcode::Pong, &payload),
                Event::Pong => {}
                Event::Close(code) => {
                    let payload = if code == 1005 { vec![] } else { code.to_be_bytes().to_vec() };
                    self.send(Opcode::Close, &payload);
                    return Err(self.closed(code, tally));
                }
            }
        }
        Ok(())
    }

    /// The connection is over, with or without a close frame.
    pub fn closed(&mut self, code: u16, tally: &mut Tally) -> End {
        if self.inspection.as_mut().is_some_and(|inspection| inspection.cut_off(&mut tally.events)) {
            *tally.events.stalled_closed.entry(code).or_default() += 1;
        }
        End::Closed(code)
    }

    fn take_message(&mut self, message: Message, now: i64, tally: &mut Tally) {
        let Message { kind, ts_sent, entries, bytes } = message;
        tally.flow.messages += 1;
        match kind {
            Kind::Update => {
                tally.flow.updates += entries;
                tally.flow.update_bytes += bytes;
                if let Some(ts_sent) = ts_sent.filter(|_| !self.stalls) {
                    tally.flow.delay.record(u64::try_from(now - ts_sent).unwrap_or(0), entries);
                }
            }
            Kind::Error => {
                tally.events.errors += 1;
                let head = self.scanner.head();
                tally.events.first_error.get_or_insert_with(|| String::from_utf8_lossy(head).into_owned());
            }
            Kind::Snapshot | Kind::Other => {}
        }
        if let Some(inspection) = &mut self.inspection {
            inspection.finish(entries, now, &mut tally.events);
        }
    }
}

fn check_answer(head: &str) -> Result<(), End> {
    let mut lines = head.lines();
    let status = lines.next().unwrap_or_default();
    if status.split(' ').nth(1) != Some("101") {
        return Err(End::Refused(status.to_owned()));
    }
    let accept = lines
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("sec-websocket-accept"));
    match accept {
        Some((_, value)) if value.trim() == ACCEPT => Ok(()),
        _ => Err(End::Refused("its Sec-WebSocket-Accept does not fit the key".into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str =
        "HTTP/1.1 101 Switching Protocols\r\nsec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
    const UPDATE: &str = r#"{"type":"update","epoch":1,"ts_sent":500,"quotes":[{"symbol":"A","first_seq":1,"seq":2}]}"#;

    fn plan(symbols: Symbols) -> Plan {
        let catalog = ["\"A\"", "\"B\"", "\"C\""].map(String::from).to_vec();
        Plan {
            host: "h:1".into(),
            path: "/ws".into(),
            format: Format::Json,
            catalog,
            symbols,
            rate: Rate::PerSecond(0.5),
        }
    }

    fn client() -> Client {
        Client::new(0, Arc::new(plan(Symbols::Count(2))), false, false)
    }

    fn server_frame(first: u8, payload: &str) -> Vec<u8> {
        [&[first, payload.len() as u8], payload.as_bytes()].concat()
    }

    /// The payload of the first frame that waits.
    fn unmask(out: &[u8]) -> Vec<u8> {
        let (length, mask, rest) = (usize::from(out[1] & 0x7f), &out[2..6], &out[6..]);
        rest[..length].iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask).collect()
    }

    #[test]
    fn symbols_go_round_the_catalog() {
        let plan = plan(Symbols::Count(2));
        let lists: Vec<String> = (0..4).map(|client| plan.symbols_of(client).concat()).collect();
        assert_eq!(lists, ["\"A\"\"B\"", "\"C\"\"A\"", "\"B\"\"C\"", "\"A\"\"B\""]);
        assert_eq!(super::tests::plan(Symbols::All).symbols_of(7), ["\"*\""]);
    }

    #[test]
    fn bytes_one_by_one_are_counted_like_all_at_once() {
        let bytes = [ANSWER.as_bytes(), &server_frame(0x81, UPDATE), &server_frame(0x89, "hi")].concat();
        for size in [1, bytes.len()] {
            let (mut client, mut tally) = (client(), Tally::default());
            client.out().clear();
            for piece in bytes.chunks(size) {
                client.take(piece, 700, &mut tally).unwrap();
            }
            assert!(client.is_open());
            let (flow, events) = (&tally.flow, &tally.events);
            assert_eq!((events.connected, flow.messages, flow.updates), (1, 1, 1));
            assert_eq!((flow.bytes, flow.update_bytes), (bytes.len() as u64, UPDATE.len() as u64));
            assert_eq!(flow.delay.max(), Some(200));
            let subscribe = r#"{"type":"subscribe","channel":"quotes","symbols":["A","B"],"rate":0.5}"#;
            assert_eq!(String::from_utf8(unmask(client.out())).unwrap(), subscribe);
            let pong = client.out()[6 + subscribe.len()..].to_vec();
            assert_eq!((pong[0], unmask(&pong)), (0x8a, b"hi".to_vec()));
        }
    }

    #[test]
    fn a_refusal_and_a_close_are_told() {
        let check = |bytes: &[u8], says: &str| {
            let end = client().take(bytes, 0, &mut Tally::default()).unwrap_err().to_string();
            assert!(end.contains(says), "{end}");
        };
        check(b"HTTP/1.1 503 Service Unavailable\r\n\r\n", "503");
        check(b"HTTP/1.1 101 Switching Protocols\r\n\r\n", "Sec-WebSocket-Accept");
        check(&[ANSWER.as_bytes(), &[0x88, 2, 0x03, 0xf5]].concat(), "1013");
        check(&[ANSWER.as_bytes(), &[0x88, 0]].concat(), "1005");
        check(&[ANSWER.as_bytes(), &[0x83, 0]].concat(), "unknown kind 3");
    }

    #[test]
    fn a_stalling_client_does_not_count_in_the_delay() {
        let mut client = Client::new(0, Arc::new(plan(Symbols::All)), false, true);
        let mut tally = Tally::default();
        client.take(ANSWER.as_bytes(), 0, &mut tally).unwrap();
        client.resume(450);
        client.take(&server_frame(0x81, UPDATE), 700, &mut tally).unwrap();
        assert_eq!((tally.flow.updates, tally.flow.delay.max(), tally.events.stalls.len()), (1, None, 1));
    }
}

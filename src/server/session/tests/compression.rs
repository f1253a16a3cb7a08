//! Sessions whose clients have negotiated `permessage-deflate`, with another implementation of it at the client's end.

use std::sync::Arc;

use flate2::{Compress, Compression as Effort, Decompress, FlushCompress, FlushDecompress};
use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;
use crate::server::session::{Codec, Compressor, DeflateParams};

const PARAMS: DeflateParams = DeflateParams { is_alone: false, window_bits: None };
const TAIL: [u8; 4] = [0x00, 0x00, 0xff, 0xff];

const FIN: u8 = 0x80;
const RSV1: u8 = 0x40;
const CONTINUATION: u8 = 0;
const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// A client that sees the frames themselves.
struct FrameClient {
    stream: ClientEnd,
    inflate: Decompress,
    /// The last `seq` of each symbol.
    seqs: [u64; 3],
    session: JoinHandle<SessionEnd>,
}

/// A message as it came.
#[derive(Debug, PartialEq, Eq)]
struct Received {
    text: String,
    /// The bytes on the wire, if it was compressed.
    compressed: Option<usize>,
}

impl Received {
    fn is(&self, kind: &str) -> bool {
        self.text.starts_with(&format!("{{\"type\":\"{kind}\""))
    }
}

impl Fixture {
    /// A client that has negotiated compression.
    async fn join_compressed(&self, compression: Compression, params: DeflateParams) -> FrameClient {
        let (ours, stream) = tokio::io::duplex(1 << 20);
        let config = WebSocketConfig::default().max_message_size(Some(LIMITS.message_bytes));
        let codec = Arc::<Codec>::default();
        let ours = WriteTimeout::new(ours, LIMITS.stall);
        let mut server = Socket::new(ours, Vec::new(), config, Some(Arc::clone(&codec))).await;
        let (live, metrics, feed) = (self.live.clone(), self.metrics.clone(), self.feed.clone());
        let compressor = Some(Compressor::new(codec, params, compression));
        let mut shared = Shared { held: HeldMemory::unlimited(), turns: self.turns.clone(), compressor };
        let session =
            tokio::spawn(
                async move { serve(&mut server, live, &feed, &LIMITS, Format::Json, &metrics, &mut shared).await },
            );
        FrameClient { stream: ClientEnd(stream), inflate: Decompress::new(false), seqs: [0; 3], session }
    }
}

fn deflate(message: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(2 * message.len() + 100);
    Compress::new(Effort::best(), false).compress_vec(message, &mut out, FlushCompress::Sync).unwrap();
    out.strip_suffix(&TAIL).expect("a flushed block").to_vec()
}

impl FrameClient {
    async fn send_frame(&mut self, first: u8, payload: &[u8]) {
        const MASKED: u8 = 0x80;
        let mut frame = match u16::try_from(payload.len()) {
            Ok(short @ ..=125) => vec![first, MASKED | short as u8],
            Ok(medium) => [&[first, MASKED | 126][..], &medium.to_be_bytes()].concat(),
            Err(_) => [&[first, MASKED | 127][..], &(payload.len() as u64).to_be_bytes()].concat(),
        };
        let mask = [0x12, 0x34, 0x56, 0x78];
        frame.extend(mask);
        frame.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
        self.stream.write_all(&frame).await.unwrap();
    }

    async fn send(&mut self, message: Value) {
        self.send_frame(FIN | RSV1 | TEXT, &deflate(message.to_string().as_bytes())).await;
    }

    /// The next frame but for pings, which are answered: its first byte and its payload.
    async fn receive_frame(&mut self) -> (u8, Vec<u8>) {
        loop {
            let (first, payload) = self.receive_any_frame().await;
            if first != FIN | PING {
                return (first, payload);
            }
            self.send_frame(FIN | PONG, &payload).await;
        }
    }

    /// Answers the pings of a moment, so that the server finds a client that keeps up.
    async fn answer_pings(&mut self) {
        while timeout(Duration::from_millis(10), self.receive_frame()).await.is_ok() {}
    }

    async fn receive_any_frame(&mut self) -> (u8, Vec<u8>) {
        let read = async {
            let [first, short] = [self.stream.read_u8().await.unwrap(), self.stream.read_u8().await.unwrap()];
            let len = match short {
                126 => usize::from(self.stream.read_u16().await.unwrap()),
                127 => self.stream.read_u64().await.unwrap() as usize,
                short => usize::from(short),
            };
            let mut payload = vec![0; len];
            self.stream.read_exact(&mut payload).await.unwrap();
            (first, payload)
        };
        timeout(Duration::from_secs(3_600), read).await.expect("nothing came for an hour")
    }

    /// The next text.
    async fn receive_any(&mut self) -> Received {
        let (first, payload) = self.receive_frame().await;
        if first == FIN | TEXT {
            return Received { text: String::from_utf8(payload).unwrap(), compressed: None };
        }
        assert_eq!(first, FIN | RSV1 | TEXT, "{payload:?}");
        let mut out = Vec::with_capacity(1 << 18);
        let whole = [&payload[..], &TAIL].concat();
        self.inflate.decompress_vec(&whole, &mut out, FlushDecompress::Sync).unwrap();
        Received { text: String::from_utf8(out).unwrap(), compressed: Some(payload.len()) }
    }

    /// The next message of one type; others are skipped.
    async fn receive(&mut self, kind: &str) -> Received {
        loop {
            let received = self.receive_any().await;
            if received.is(kind) {
                return received;
            }
        }
    }

    /// Takes the quotes of a snapshot or update, whose ranges must meet.
    fn apply(&mut self, text: &str) {
        let message: Value = serde_json::from_str(text).unwrap();
        for (symbol, first_seq, seq) in ranges(&message) {
            let last = &mut self.seqs[["A", "B", "C"].iter().position(|name| *name == symbol).unwrap()];
            assert!(message["type"] == "snapshot" || first_seq == *last + 1, "{message}");
            *last = seq;
        }
    }

    /// Reads until all symbols have these numbers.
    async fn read_up_to(&mut self, seqs: [u64; 3]) {
        while self.seqs != seqs {
            self.read().await;
        }
    }

    /// Reads the next message, whose ranges must meet those before.
    async fn read(&mut self) -> Received {
        let received = self.receive_any().await;
        if received.is("snapshot") || received.is("update") {
            self.apply(&received.text);
        }
        received
    }

    /// The code of the close frame.
    async fn close_code(&mut self) -> u16 {
        loop {
            let (first, payload) = self.receive_frame().await;
            if first == FIN | CLOSE {
                return u16::from_be_bytes([payload[0], payload[1]]);
            }
        }
    }
}

fn all_symbols(rate: Value) -> Value {
    json!({"type":"subscribe","channel":"quotes","symbols":["*"],"rate":rate})
}

/// Sends some trades to all clients, and waits until they were flushed.
async fn trade(fixture: &Fixture, prices: &[i64]) {
    for (n, price) in prices.iter().enumerate() {
        fixture.trade(n as u32 % 3, *price, n as i64);
    }
    tokio::time::sleep(Duration::from_millis(250)).await;
}

#[tokio::test(start_paused = true)]
async fn shared_updates_are_compressed_and_refer_to_the_last_ones() {
    for (params, refers) in [(PARAMS, true), (DeflateParams { is_alone: true, ..PARAMS }, false)] {
        let fixture = Fixture::new().await;
        let mut client = fixture.join_compressed(Compression::Shared, params).await;
        client.send(all_symbols(json!(5))).await;
        assert_eq!(client.receive("snapshot").await.compressed, None, "it is of this session alone");
        trade(&fixture, &[1, 2, 3]).await;
        assert_eq!(client.receive("update").await.compressed, None, "the first one depends on the snapshot");
        let mut sizes = Vec::new();
        for n in 0..30 {
            client.answer_pings().await;
            trade(&fixture, &[100 + n, 200 + n, 300 + n]).await;
            let update = client.receive("update").await;
            sizes.push((update.text.len(), update.compressed.expect("all sessions get it")));
        }
        let shares: Vec<_> = sizes.iter().map(|(text, compressed)| *compressed as f64 / *text as f64).collect();
        assert!(shares[0] < 0.6, "{shares:?}");
        assert_eq!(shares.iter().all(|share| *share > 0.35), !refers, "{shares:?}");
        assert_eq!(shares[20..].iter().all(|share| *share < 0.3), refers, "{shares:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn bytes_are_counted_before_and_after_compression() {
    let fixture = Fixture::new().await;
    let mut client = fixture.join_compressed(Compression::Shared, PARAMS).await;
    client.send(all_symbols(json!(5))).await;
    client.receive("snapshot").await;
    trade(&fixture, &[1, 2, 3]).await;
    client.receive("update").await;
    client.answer_pings().await;
    let count = |name: &str| fixture.count(&format!("message_bytes_{name}_total{{format=\"json\"}}"));
    let before = [count("sent"), count("uncompressed")];
    assert_eq!(before[0], before[1]);
    trade(&fixture, &[4, 5, 6]).await;
    let update = client.receive("update").await;
    let counted = [count("sent") - before[0], count("uncompressed") - before[1]];
    assert_eq!(counted.map(|bytes| bytes as usize), [update.compressed.unwrap(), update.text.len()]);
}

#[tokio::test(start_paused = true)]
async fn messages_of_one_session_are_compressed_on_request() {
    let fixture = Fixture::new().await;
    let mut shared = fixture.join_compressed(Compression::Shared, PARAMS).await;
    let mut all = fixture.join_compressed(Compression::All, PARAMS).await;
    for (client, is_compressed) in [(&mut shared, false), (&mut all, true)] {
        client.send(json!({"type":"subscribe","channel":"quotes","symbols":["A"],"rate":5})).await;
        assert_eq!(client.receive("snapshot").await.compressed.is_some(), is_compressed);
    }
    for n in 0..20 {
        shared.answer_pings().await;
        all.answer_pings().await;
        trade(&fixture, &[100 + n]).await;
        let [plain, update] = [shared.receive("update").await, all.receive("update").await];
        assert_eq!(plain.compressed, None);
        assert_eq!(plain.text, update.text);
        let compressed = update.compressed.unwrap();
        assert!(n == 0 || 3 * compressed < update.text.len(), "{compressed} of {} bytes", update.text.len());
    }
}

#[tokio::test(start_paused = true)]
async fn clients_with_small_windows_get_only_short_messages_compressed() {
    let fixture = Fixture::new().await;
    let params = DeflateParams { window_bits: Some(9), ..PARAMS };
    let mut client = fixture.join_compressed(Compression::All, params).await;
    client.send(all_symbols(json!(5))).await;
    client.receive("snapshot").await;
    let (mut long, mut short) = (0, 0);
    for n in 0..20 {
        client.answer_pings().await;
        trade(&fixture, &[100 + n, 200 + n, 300 + n][..1 + n as usize % 3]).await;
        let update = client.receive("update").await;
        assert!(update.text.len() <= 512 || update.compressed.is_none());
        *(if update.text.len() > 512 { &mut long } else { &mut short }) += 1;
    }
    assert!(long > 0 && short > 0, "{long} and {short}");
}

#[tokio::test(start_paused = true)]
async fn compressed_requests_come_in_any_fragments() {
    let fixture = Fixture::new().await;
    let mut client = fixture.join_compressed(Compression::Shared, PARAMS).await;
    let request = deflate(br#"{"type":"clock","id":7}"#);
    for cut in 0..=request.len() {
        let (left, right) = request.split_at(cut);
        client.send_frame(RSV1 | TEXT, left).await;
        client.send_frame(FIN | PING, b"between").await;
        client.send_frame(FIN | CONTINUATION, right).await;
        let (first, payload) = loop {
            let (first, payload) = client.receive_frame().await;
            if first == FIN | PONG {
                assert_eq!(payload, b"between");
            } else if payload.starts_with(br#"{"type":"time""#) {
                break (first, payload);
            }
        };
        assert_eq!(first, FIN | TEXT);
        assert!(String::from_utf8(payload).unwrap().contains("\"id\":7"));
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    // A request that is not compressed is allowed too.
    client.send_frame(FIN | TEXT, br#"{"type":"clock","id":8}"#).await;
    assert!(client.receive("time").await.text.contains("\"id\":8"));
}

#[tokio::test(start_paused = true)]
async fn faulty_compression_ends_the_session() {
    let bomb = deflate(&vec![b' '; 512 << 10]);
    assert!(bomb.len() < LIMITS.message_bytes, "the limit applies to what is unpacked");
    let long = deflate(&vec![b' '; LIMITS.message_bytes + 1]);
    let clock = deflate(br#"{"type":"clock"}"#);
    let bad_text = deflate(b"\xff\xfe");
    for (frames, code) in [
        (&[(FIN | RSV1 | TEXT, &bomb[..])][..], 1_009),
        (&[(FIN | RSV1 | BINARY, &bomb)], 1_009),
        (&[(FIN | RSV1 | TEXT, &long)], 1_009),
        (&[(FIN | RSV1 | TEXT, b"\xff\xff\xff")], 1_002),
        (&[(FIN | RSV1 | TEXT, &bad_text)], 1_007),
        (&[(FIN | RSV1 | PING, b"")], 1_002),
        (&[(FIN | RSV1 | CLOSE, b"")], 1_002),
        (&[(RSV1 | TEXT, &clock), (FIN | RSV1 | CONTINUATION, b"")], 1_002),
        (&[(FIN | 0x20 | TEXT, &clock)], 1_002),
        (&[(FIN | RSV1 | 0x10 | TEXT, &clock)], 1_002),
    ] {
        let fixture = Fixture::new().await;
        let mut client = fixture.join_compressed(Compression::Shared, PARAMS).await;
        for (first, payload) in frames {
            client.send_frame(*first, payload).await;
        }
        assert_eq!(client.close_code().await, code, "{:x?}", frames.iter().map(|frame| frame.0).collect::<Vec<_>>());
        client.session.await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn mark_without_negotiation_ends_the_session() {
    let fixture = Fixture::new().await;
    let client = fixture.join(1 << 16).await;
    let mut stream = client.socket.into_inner();
    stream.write_all(&[FIN | RSV1 | TEXT, 0x80, 0, 0, 0, 0]).await.unwrap();
    assert_eq!(client.session.await.unwrap(), SessionEnd::BadProtocol);
}

#[derive(Clone, Debug)]
enum Act {
    Trade(Vec<i64>),
    /// The client joins, or leaves, and so misses messages.
    Toggle(usize),
    /// The client asks for a message of its own, which may break the row of its shared messages.
    Disturb(usize),
}

fn act() -> impl Strategy<Value = Act> {
    let client = 0..CLIENTS;
    prop_oneof![
        6 => proptest::collection::vec(1_i64..100_000, 1..6).prop_map(Act::Trade),
        1 => client.clone().prop_map(Act::Toggle),
        1 => client.prop_map(Act::Disturb),
    ]
}

const CLIENTS: usize = 3;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn compressed_sessions_read_what_others_read(
        acts in proptest::collection::vec(act(), 10..60),
        every in any::<bool>(),
        compression in prop::sample::select(vec![Compression::Shared, Compression::All]),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let fixture = Fixture::new().await;
            let rate = if every { json!("every") } else { json!(5) };
            let mut clients: [Option<FrameClient>; CLIENTS] = [const { None }; CLIENTS];
            let mut seqs = [0; 3];
            for act in acts {
                match act {
                    Act::Trade(prices) => {
                        (0..prices.len()).for_each(|n| seqs[n % 3] += 1);
                        trade(&fixture, &prices).await;
                        for client in clients.iter_mut().flatten() {
                            client.read_up_to(seqs).await;
                        }
                    }
                    Act::Toggle(n) if clients[n].is_some() => clients[n] = None,
                    Act::Toggle(n) => {
                        let mut client = fixture.join_compressed(compression, PARAMS).await;
                        client.send(all_symbols(rate.clone())).await;
                        client.read_up_to(seqs).await;
                        clients[n] = Some(client);
                    }
                    Act::Disturb(n) => {
                        if let Some(client) = &mut clients[n] {
                            client.send(json!({"type":"resync","symbols":["*"]})).await;
                            while !client.read().await.is("snapshot") {}
                        }
                    }
                }
            }
        });
    }
}

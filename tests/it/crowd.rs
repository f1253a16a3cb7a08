//! Many clients at once: clients that stop reading, a server that is killed among its clients, and hostile clients
//! beside a healthy one. `docs/RELIABILITY.md` has the results.

use std::collections::HashMap;
use std::env;
use std::process::Stdio;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpSocket;
use tokio::sync::{Mutex, MutexGuard, mpsc};
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::Message;

use crate::raw_client::{CONTINUATION, FIN, MASK, PING, RawClient, TEXT, frame, handshake};
use crate::support::{Client, Server, TIMEOUT, command, connect_to, status};

/// Each test here wants the machine to itself.
static TURN: Mutex<()> = Mutex::const_new(());

async fn my_turn() -> MutexGuard<'static, ()> {
    TURN.lock().await
}

/// `TICKCAST_LONG=1` stalls for longer than the server's stall timeout, and waits for a missing pong.
fn is_long() -> bool {
    env::var_os("TICKCAST_LONG").is_some_and(|value| value == "1")
}

const CROWD: u64 = 1_000;
const STALLED: u64 = 300;
const STALL_SECS: u64 = 12;
const LONG_STALL_SECS: u64 = 60;
/// The most resident memory that a session may add to the server, stalled or not.
const SESSION_BYTES: u64 = 64 * 1_024;
/// From going on to the first update sent after that: an interval of the rate, and a slow machine's share.
const FRESH: Duration = Duration::from_secs(3);
/// The connection ended without a close frame (RFC 6455, section 7.1.5): it could not get past what had piled up.
const CUT_OFF: u16 = 1006;
/// The most that a slow machine may add to the others' 99th percentile, with two generators at work.
const NOTICED_MICROS: u64 = 1_000_000;
/// Old messages in the buffers of both kernels: the reader's receive buffer, the writer's, and one frame.
const PILED_BYTES: usize = 1_024 * 1_024;

/// The load generator's report, and the highest memory of the server meanwhile.
async fn load(server: &Server, flags: &str) -> (Value, u64) {
    let line = format!("load ws://{}/ws --json --quiet {flags}", server.address);
    let words: Vec<&str> = line.split_whitespace().collect();
    let child = command(&words).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
    let mut output = Box::pin(child.wait_with_output());
    let mut highest = 0;
    let output = loop {
        tokio::select! {
            output = &mut output => break output.unwrap(),
            () = sleep(Duration::from_millis(100)) => {
                highest = highest.max(server.rss_bytes().unwrap_or_default());
            }
        }
    };
    let stderr = String::from_utf8_lossy(&output.stderr);
    let report = serde_json::from_slice(&output.stdout);
    (report.unwrap_or_else(|error| panic!("{error}: {stderr}")), highest)
}

fn count(report: &Value, pointer: &str) -> u64 {
    report.pointer(pointer).and_then(Value::as_u64).unwrap_or_else(|| panic!("no {pointer} in {report}"))
}

#[tokio::test]
async fn stalled_third_of_a_crowd_costs_little_and_disturbs_nobody() {
    let _turn = my_turn().await;
    let server = Server::start(&["--max-sessions-per-address", "2000"]).await;
    let before = server.rss_bytes();
    let long = is_long();
    let secs = if long { LONG_STALL_SECS } else { STALL_SECS };
    // Two generators: that of the readers must not be kept by what the stalled ones find when they go on.
    let readers = format!("--clients {} --symbols all --rate 2 --check 20 --warm-up 2s", CROWD - STALLED);
    let (calm, _) = load(&server, &format!("{readers} --duration 4s")).await;
    let others = format!("{readers} --duration {}s", secs + 6);
    let address = server.address.clone();
    let stalled = async move {
        let stall = Duration::from_secs(secs);
        let tasks: Vec<_> = (0..STALLED).map(|_| tokio::spawn(stop_reading(address.clone(), stall))).collect();
        let mut all = Vec::new();
        for task in tasks {
            all.push(task.await.unwrap());
        }
        all
    };
    let ((others, highest), stalled) = tokio::join!(load(&server, &others), stalled);

    for report in [&calm, &others] {
        assert_eq!((count(report, "/connected"), count(report, "/failed")), (CROWD - STALLED, 0), "{report}");
        for fault in ["/check/holes", "/check/overlaps", "/check/miscounted"] {
            assert_eq!(count(report, fault), 0, "{fault}: {report}");
        }
        assert!(report["closed"].as_object().is_none_or(serde_json::Map::is_empty), "who reads is kept: {report}");
    }
    let (p99, calm_p99) = (count(&others, "/delay_p99_us"), count(&calm, "/delay_p99_us"));
    println!("p99 {calm_p99} us in calm, {p99} us beside the stalled");
    assert!(p99 <= calm_p99 + NOTICED_MICROS, "the others notice: {calm_p99} and then {p99} us");

    let piled = stalled.iter().map(|found| found.old_bytes).max().unwrap();
    let fresh: Vec<Duration> = stalled.iter().filter_map(|found| found.fresh_after).collect();
    let mut codes: HashMap<u16, usize> = HashMap::new();
    stalled.iter().filter_map(|found| found.closed).for_each(|code| *codes.entry(code).or_default() += 1);
    println!(
        "{} of the stalled go on, after at most {:?}; closed: {codes:?}; old bytes: {piled}",
        fresh.len(),
        fresh.iter().max()
    );
    assert!(piled <= PILED_BYTES, "{piled} old bytes");
    assert!(fresh.iter().all(|after| *after <= FRESH), "{:?}", fresh.iter().max());
    assert!(stalled.iter().all(|found| found.fresh_after.is_some() != found.closed.is_some()));
    assert!(codes.keys().all(|code| [1013, 4408, CUT_OFF].contains(code)), "{codes:?}");
    assert!(long || codes.is_empty(), "the stall is shorter than the timeout: {codes:?}");
    if let Some(before) = before {
        let a_session = highest.saturating_sub(before) / CROWD;
        assert!(a_session <= SESSION_BYTES, "{a_session} bytes of resident memory a session");
        println!("{a_session} bytes a session at the highest");
    }
}

/// The messages that a client receives when it goes on after a stall.
#[derive(Default)]
struct Found {
    /// Sent before it went on.
    old_bytes: usize,
    /// From going on to the first update that was sent after that.
    fresh_after: Option<Duration>,
    closed: Option<u16>,
}

/// Watches all symbols, reads for two seconds, stops for a while, and goes on.
async fn stop_reading(address: String, stall: Duration) -> Found {
    let mut client = RawClient::open(&address).await;
    let subscribe = br#"{"type":"subscribe","channel":"quotes","symbols":["*"],"rate":2}"#;
    client.socket.write_all(&frame(FIN | TEXT, subscribe)).await.unwrap();
    let reading = async { while client.frame().await.is_some() {} };
    let _ = timeout(Duration::from_secs(2), reading).await;
    sleep(stall).await;
    let (going_on, micros) = (Instant::now(), wall_micros());
    let mut found = Found::default();
    loop {
        let Some((first, payload)) = client.frame().await else {
            found.closed = Some(CUT_OFF);
            return found;
        };
        if first == 0x88 {
            found.closed = Some(u16::from_be_bytes([payload[0], payload[1]]));
            return found;
        }
        let head = String::from_utf8_lossy(&payload[..payload.len().min(100)]).into_owned();
        let sent = head.split_once("\"ts_sent\":").and_then(|(_, rest)| rest.split(',').next()?.parse::<u128>().ok());
        if sent.is_some_and(|sent| sent < micros) {
            found.old_bytes += payload.len();
        } else if head.starts_with("{\"type\":\"update\"") {
            found.fresh_after = Some(going_on.elapsed());
            return found;
        }
    }
}

fn wall_micros() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros()
}

/// A socket whose kernel holds little that was not read.
async fn small_socket(address: &str) -> RawClient {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4 * 1_024).unwrap();
    RawClient::shake_hands(socket.connect(address.parse().unwrap()).await.unwrap(), address).await
}

#[tokio::test]
async fn stall_is_judged_by_the_byte_and_not_by_the_message() {
    let _turn = my_turn().await;
    let server = Server::start(&["--stall-timeout", "3s"]).await;
    // 500 bars in one message: at a tenth of a kilobyte each, more than three seconds' worth for the slow one.
    let bars = br#"{"type":"subscribe","channel":"bars","symbols":["AAPL"],"interval":"1s","history":500}"#;
    let (mut slow, mut stuck) = (small_socket(&server.address).await, small_socket(&server.address).await);
    for client in [&mut slow, &mut stuck] {
        client.socket.write_all(&frame(FIN | TEXT, bars).repeat(8)).await.unwrap();
    }
    let began = Instant::now();
    let mut taken = 0;
    while began.elapsed() < Duration::from_secs(9) {
        taken += slow.take(1_024).await.expect("who takes something is kept");
        sleep(Duration::from_millis(100)).await;
    }
    assert!(taken < 400 * 1_024, "{taken} bytes were to be taken slowly");
    let metrics = server.get("/metrics").await.1;
    assert!(metrics.contains("tickcast_session_ends_total{reason=\"too_slow\",code=\"1013\"} 1\n"), "{metrics}");
    assert!(metrics.contains("tickcast_sessions{transport=\"websocket\"} 1\n"), "{metrics}");
    drop(stuck);
}

const COMERS: u64 = 500;
const WATCHED: [&str; 3] = ["AAPL", "EURUSD", "BTC-USD"];
const CHART: &str = "BTC-USD";
/// The time for which the port is dead.
const DOWN: Duration = Duration::from_millis(1_500);
/// The most attempts within 100 ms: the first waits lie within 250 ms, which makes 200 in the mean.
const TRIES: usize = COMERS as usize * 3 / 5;
/// The most connections accepted within 100 ms: later waits are spread more widely.
const STAMPEDE: usize = COMERS as usize / 2;

/// The page's: doubles from 500 ms to 10 s, and each wait is a random share of that between a half and all.
fn backoff(attempt: u32, chance: f64) -> Duration {
    let longest = (500.0 * 2_f64.powi(attempt.min(10) as i32)).min(10_000.0);
    Duration::from_secs_f64(longest * (0.5 + 0.5 * chance) / 1_000.0)
}

/// Random enough for a wait, and the same in each run: the mixer of SplitMix64 (Steele, Lea and Flood, 2014).
fn chance(client: u64, attempt: u32) -> f64 {
    let mut mixed = (client << 8 | u64::from(attempt)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((mixed ^ mixed >> 31) >> 11) as f64 / (1_u64 << 53) as f64
}

/// The state of a client, which it sends as `since` when it comes back.
#[derive(Default)]
struct Known {
    epoch: u64,
    seqs: HashMap<String, i64>,
    last_bar: i64,
}

impl Known {
    /// Subscribes to quotes and a chart and reads until both are there. Tells what `recovered` was.
    async fn begin(&mut self, client: &mut Client) -> Value {
        let since = |at: Value| if self.epoch == 0 { Value::Null } else { json!({"epoch": self.epoch, "at": at}) };
        let quotes =
            json!({"type":"subscribe","channel":"quotes","symbols":WATCHED,"rate":1,"since":since(json!(self.seqs))});
        let bars = json!({"type":"subscribe","channel":"bars","symbols":[CHART],"interval":"1m","history":100,"rate":1,
            "since":since(json!({CHART: self.last_bar}))});
        client.send(quotes.to_string()).await;
        let recovered = client.receive("granted").await["recovered"].clone();
        let snapshot = client.receive("snapshot").await;
        self.epoch = snapshot["epoch"].as_u64().unwrap();
        let seq = |quote: &Value| (quote["symbol"].as_str().unwrap().to_owned(), quote["seq"].as_i64().unwrap());
        self.seqs = snapshot["quotes"].as_array().unwrap().iter().map(seq).collect();
        assert_eq!(self.seqs.len(), WATCHED.len());
        client.send(bars.to_string()).await;
        assert_eq!(client.receive("granted").await["recovered"], recovered);
        let chart = client.receive("bars").await;
        assert_eq!(chart["snapshot"], true);
        let starts: Vec<i64> =
            chart["bars"].as_array().unwrap().iter().map(|bar| bar["ts"].as_i64().unwrap()).collect();
        assert_eq!(starts.len(), 100);
        assert!(starts.windows(2).all(|pair| pair[1] - pair[0] == 60_000_000), "a hole in the chart: {starts:?}");
        self.last_bar = starts[98];
        recovered
    }
}

/// One client's life: it is there, loses the server, and comes back. Tells when it tried to.
async fn come_back(n: u64, address: String, done: mpsc::Sender<Vec<Instant>>) {
    let mut known = Known::default();
    let mut client = connect_to(&address).await.expect("the server takes a session");
    assert_eq!(known.begin(&mut client).await, Value::Null);
    done.send(Vec::new()).await.unwrap();
    while client.try_receive_raw().await.is_some() {}
    drop(client);
    let (mut tries, before) = (Vec::new(), known.epoch);
    let mut client = loop {
        let attempt = tries.len() as u32;
        assert!(attempt < 20, "client {n} does not come back");
        sleep(backoff(attempt, chance(n, attempt))).await;
        tries.push(Instant::now());
        if let Some(client) = connect_to(&address).await {
            break client;
        }
    };
    assert_eq!(known.begin(&mut client).await, false, "another run is another epoch");
    assert!(known.epoch > before);
    // The stream goes on, too.
    client.receive("update").await;
    done.send(tries).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_server_gets_all_clients_back_without_a_stampede() {
    let _turn = my_turn().await;
    let flags = ["--max-sessions-per-address", "2000"];
    let server = Server::start(&flags).await;
    let address = server.address.clone();
    let (done, mut all_done) = mpsc::channel(COMERS as usize);
    let clients: Vec<_> = (0..COMERS).map(|n| tokio::spawn(come_back(n, address.clone(), done.clone()))).collect();
    for _ in 0..COMERS {
        timeout(TIMEOUT, all_done.recv()).await.expect("all clients get there").expect("none has failed");
    }
    server.kill().await;
    let killed = Instant::now();
    sleep(DOWN).await;
    let _server = Server::start_at(&address, &flags).await;
    let mut tries = Vec::new();
    for client in clients {
        timeout(TIMEOUT, client).await.expect("all clients come back").unwrap();
    }
    drop(done);
    while let Some(of_one) = all_done.recv().await {
        tries.push(of_one);
    }
    let since_kill = |at: &Instant| at.duration_since(killed);
    let all: Vec<Duration> = tries.iter().flatten().map(since_kill).collect();
    let let_in: Vec<Duration> = tries.iter().filter_map(|tries| tries.last()).map(since_kill).collect();
    assert_eq!(let_in.len(), COMERS as usize);
    let (tried, entered) = (densest(&all), densest(&let_in));
    println!(
        "{} tries by {COMERS} clients, at most {tried} in 100 ms; at most {entered} let in, the last at {:?}",
        all.len(),
        let_in.iter().max()
    );
    assert!(tried <= TRIES, "{tried} tries within 100 ms");
    assert!(entered <= STAMPEDE, "{entered} clients came in within 100 ms");
}

/// Returns the most times that lie within one tenth of a second.
fn densest(times: &[Duration]) -> usize {
    let mut windows: HashMap<u128, usize> = HashMap::new();
    times.iter().for_each(|at| *windows.entry(at.as_millis() / 100).or_default() += 1);
    windows.into_values().max().unwrap_or_default()
}

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

/// Longest silence of a healthy client: a heartbeat comes each second, and the machine may be slow.
const SILENCE: Duration = Duration::from_secs(5);

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
    for (line, code) in [("GET /ws HTTP/1.1\r\n", 426), ("POST /ws HTTP/1.1\r\n", 405)] {
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

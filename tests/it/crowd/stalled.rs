//! Clients that stop reading: their cost, and what they find when they go on.

use std::collections::HashMap;
use std::process::Stdio;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpSocket;
use tokio::time::{sleep, timeout};

use super::{is_long, my_turn};
use crate::raw_client::{FIN, PING, PONG, RawClient, TEXT, frame};
use crate::support::{Server, command};

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
    let reading = async { while next_frame(&mut client).await.is_some() {} };
    let _ = timeout(Duration::from_secs(2), reading).await;
    sleep(stall).await;
    let (going_on, micros) = (Instant::now(), wall_micros());
    let mut found = Found::default();
    loop {
        let Some((first, payload)) = next_frame(&mut client).await else {
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

/// The next frame. Answers pings, as each library does.
async fn next_frame(client: &mut RawClient) -> Option<(u8, Vec<u8>)> {
    loop {
        let (first, payload) = client.frame().await?;
        if first != FIN | PING {
            return Some((first, payload));
        }
        // A server that has gone is seen by the next read.
        let _ = client.socket.write_all(&frame(FIN | PONG, &payload)).await;
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

//! A server that is killed among its clients: all come back, with the page's waits, and not at once.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::{sleep, sleep_until, timeout};

use super::my_turn;
use crate::support::{Client, Server, TIMEOUT, connect_to};

const COMERS: u64 = 500;
const WATCHED: [&str; 3] = ["AAPL", "EURUSD", "BTC-USD"];
const CHART: &str = "BTC-USD";
/// The time for which the port is dead.
const DOWN: Duration = Duration::from_millis(1_500);
/// The most attempts within 100 ms: the first waits lie within 250 ms, which makes 200 in the mean.
const TRIES: usize = COMERS as usize * 3 / 5;
/// The most attempts within 100 ms that succeed: later waits are spread more widely.
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
        // When it wants to try: a busy machine wakes many late, and at one time.
        let at = Instant::now() + backoff(attempt, chance(n, attempt));
        sleep_until(at.into()).await;
        tries.push(at);
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

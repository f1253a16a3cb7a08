//! Connections that delay, throttle, break in the middle of a frame, or fall silent, by a proxy of the tests, so that
//! they run anywhere. `network` has the kernel do the same.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpSocket};
use tokio::time::{sleep, timeout};

use super::{Follower, random};
use crate::support::{Client, Server, TIMEOUT, connect_to, wall_micros};

/// The faults of a connection.
#[derive(Debug, Default)]
struct Conditions {
    /// The delay of each piece.
    delay_ms: u64,
    /// The largest piece in bytes; 0 for as they come.
    piece: usize,
    /// The bytes from the server after which the connection breaks; 0 for never.
    cut_after: AtomicU64,
    /// Drops everything without closing.
    silent: AtomicBool,
}

/// Starts a proxy to `server` and returns its address.
async fn proxy(server: &Server, conditions: Arc<Conditions>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, server) = (listener.local_addr().unwrap(), server.address.parse().unwrap());
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            // Small buffers, as on a slow connection.
            let socket = TcpSocket::new_v4().unwrap();
            socket.set_recv_buffer_size(8 * 1_024).unwrap();
            let Ok(upstream) = socket.connect(server).await else { continue };
            let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), upstream.into_split());
            let (up, down) = (Arc::clone(&conditions), Arc::clone(&conditions));
            tokio::spawn(async move {
                tokio::select! {
                    () = pump(from_client, to_server, &up, 0) => {}
                    () = pump(from_server, to_client, &down, down.cut_after.load(Ordering::Relaxed)) => {}
                }
            });
        }
    });
    address.to_string()
}

async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, conditions: &Conditions, mut cut_after: u64) {
    let mut piece = vec![0; if conditions.piece == 0 { 16 * 1_024 } else { conditions.piece }];
    while let Ok(n @ 1..) = from.read(&mut piece).await {
        sleep(Duration::from_millis(conditions.delay_ms)).await;
        if conditions.silent.load(Ordering::Relaxed) {
            std::future::pending().await
        }
        let whole = cut_after == 0 || n as u64 <= cut_after;
        let n = if whole { n } else { cut_after as usize };
        if to.write_all(&piece[..n]).await.is_err() || !whole {
            return;
        }
        cut_after = if cut_after == 0 { 0 } else { (cut_after - n as u64).max(1) };
    }
}

/// The largest age of a message at 60 ms for each 2 kB: the kernel's buffers and a slow machine's share.
const MAX_AGE: Duration = Duration::from_secs(12);

#[tokio::test]
async fn slow_connection_keeps_ranges_adjacent_and_fresh() {
    let server = Server::start(&["--seed", "4", "--speed", "5x"]).await;
    let conditions = Conditions { delay_ms: 60, piece: 2_000, ..Conditions::default() };
    let address = proxy(&server, Arc::new(conditions)).await;
    let (mut client, mut follower) = (connect_to(&address).await.unwrap(), Follower::default());
    // Twice the capacity of the connection.
    follower.begin(&mut client, 20).await.unwrap();
    let (until, mut oldest) = (Instant::now() + Duration::from_secs(10), 0);
    while Instant::now() < until {
        follower.follow(&mut client).await.expect("the connection stays open");
        oldest = oldest.max(if follower.updates > 0 { wall_micros() - follower.ts_sent } else { 0 });
    }
    println!("{} updates, the oldest {} ms old", follower.updates, oldest / 1_000);
    assert!(follower.updates > 100, "{}", follower.updates);
    assert!(Duration::from_micros(oldest.unsigned_abs()) < MAX_AGE, "{oldest} us");
}

const CUTS: u64 = 16;

#[tokio::test]
async fn broken_connections_lose_no_range() {
    let server = Server::start(&["--seed", "4", "--speed", "5x"]).await;
    let conditions = Arc::new(Conditions::default());
    let address = proxy(&server, Arc::clone(&conditions)).await;
    let (mut follower, mut recovered) = (Follower::default(), 0);
    for n in 0..CUTS {
        // After the handshake: before, within or after the first messages.
        conditions.cut_after.store(300 + random(n, 60_000), Ordering::Relaxed);
        let Some(mut client) = connect_to(&address).await else { continue };
        let knew = follower.epoch > 0;
        if let Some(was) = follower.begin(&mut client, 20).await {
            assert!(!knew || was == json!(true), "the last position is still known: {was}");
            recovered += u64::from(knew);
        }
        while follower.follow(&mut client).await.is_some() {}
    }
    println!("{} updates over {CUTS} connections; recovered {recovered} times", follower.updates);
    assert!(recovered >= CUTS / 2 && follower.updates > 100, "{recovered} times, {} updates", follower.updates);
    timeout(TIMEOUT, wait_for_no_session(&server)).await.expect("no session is left");
}

async fn wait_for_no_session(server: &Server) {
    while !server.get("/metrics").await.1.contains("tickcast_sessions{transport=\"websocket\"} 0\n") {
        sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test]
async fn vanished_clients_are_closed() {
    let server = Server::start(&[]).await;
    let conditions = Arc::new(Conditions::default());
    let address = proxy(&server, Arc::clone(&conditions)).await;
    let mut client: Client = connect_to(&address).await.unwrap();
    client.send(json!({"type":"subscribe","channel":"quotes","symbols":["AAPL"],"rate":1}).to_string()).await;
    client.receive("update").await;
    // Without a subscription a client gets heartbeats alone.
    let idle = connect_to(&address).await;
    conditions.silent.store(true, Ordering::Relaxed);
    let began = Instant::now();
    // A client that answers no ping is closed within half a minute, or a little later on a slow machine.
    timeout(2 * TIMEOUT, wait_for_no_session(&server)).await.expect("both sessions end");
    println!("closed after {:?}", began.elapsed());
    let metrics = server.get("/metrics").await.1;
    assert!(metrics.contains("tickcast_session_ends_total{reason=\"no_pong\",code=\"4408\"} 2\n"), "{metrics}");
    drop((client, idle));
}

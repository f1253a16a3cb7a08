//! Lines between server and client that delay, throttle, break in the middle of a frame, or fall silent. A proxy of our own,
//! so that it runs anywhere; `network` lets the kernel do it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpSocket};
use tokio::time::{sleep, timeout};

use super::{Follower, random};
use crate::support::{Client, Server, TIMEOUT, connect_to};

/// What the line does to what goes through it.
#[derive(Debug, Default)]
struct Weather {
    /// So long for each piece ..
    delay_ms: u64,
    /// .. of at most so many bytes; 0 for as they come.
    piece: usize,
    /// From the server; then it breaks. 0 for never.
    cut_after: AtomicU64,
    /// Nothing goes through, and nobody is told.
    silent: AtomicBool,
}

/// The address of a line to `server`.
async fn line(server: &Server, weather: Arc<Weather>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, server) = (listener.local_addr().unwrap(), server.address.parse().unwrap());
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            // Little waits on the way, as on a slow line.
            let socket = TcpSocket::new_v4().unwrap();
            socket.set_recv_buffer_size(8 * 1_024).unwrap();
            let Ok(upstream) = socket.connect(server).await else { continue };
            let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), upstream.into_split());
            let (up, down) = (Arc::clone(&weather), Arc::clone(&weather));
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

async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, weather: &Weather, mut cut_after: u64) {
    let mut piece = vec![0; if weather.piece == 0 { 16 * 1_024 } else { weather.piece }];
    while let Ok(n @ 1..) = from.read(&mut piece).await {
        sleep(Duration::from_millis(weather.delay_ms)).await;
        if weather.silent.load(Ordering::Relaxed) {
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

fn wall_micros() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_micros()).unwrap()
}

/// How old a message may be on a line that takes 60 ms for each 2 kB: what waits in the kernel, and a slow machine's share.
const OLD: Duration = Duration::from_secs(12);

#[tokio::test]
async fn slow_connection_keeps_ranges_adjacent_and_fresh() {
    let server = Server::start(&["--seed", "4", "--speed", "5x"]).await;
    let weather = Weather { delay_ms: 60, piece: 2_000, ..Weather::default() };
    let address = line(&server, Arc::new(weather)).await;
    let (mut client, mut follower) = (connect_to(&address).await.unwrap(), Follower::default());
    // Twice what goes through.
    follower.begin(&mut client, 20).await.unwrap();
    let (until, mut oldest) = (Instant::now() + Duration::from_secs(10), 0);
    while Instant::now() < until {
        follower.follow(&mut client).await.expect("it is not hung up");
        oldest = oldest.max(if follower.updates > 0 { wall_micros() - follower.ts_sent } else { 0 });
    }
    println!("{} updates, the oldest {} ms old", follower.updates, oldest / 1_000);
    assert!(follower.updates > 100, "{}", follower.updates);
    assert!(Duration::from_micros(oldest.unsigned_abs()) < OLD, "{oldest} us");
}

const CUTS: u64 = 16;

#[tokio::test]
async fn broken_connections_lose_no_range() {
    let server = Server::start(&["--seed", "4", "--speed", "5x"]).await;
    let weather = Arc::new(Weather::default());
    let address = line(&server, Arc::clone(&weather)).await;
    let (mut follower, mut recovered) = (Follower::default(), 0);
    for n in 0..CUTS {
        // Behind the handshake, before or within the first messages, or some way into the stream.
        weather.cut_after.store(300 + random(n, 60_000), Ordering::Relaxed);
        let Some(mut client) = connect_to(&address).await else { continue };
        let knew = follower.epoch > 0;
        if let Some(was) = follower.begin(&mut client, 20).await {
            assert!(!knew || was == json!(true), "it was there a moment ago: {was}");
            recovered += u64::from(knew);
        }
        while follower.follow(&mut client).await.is_some() {}
    }
    println!("{} updates over {CUTS} lines; recovered {recovered} times", follower.updates);
    assert!(recovered >= CUTS / 2 && follower.updates > 100, "{recovered} times, {} updates", follower.updates);
    timeout(TIMEOUT, none_is_left(&server)).await.expect("none is left");
}

async fn none_is_left(server: &Server) {
    while !server.get("/metrics").await.1.contains("tickcast_sessions{transport=\"websocket\"} 0\n") {
        sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test]
async fn vanished_clients_are_closed() {
    let server = Server::start(&[]).await;
    let weather = Arc::new(Weather::default());
    let address = line(&server, Arc::clone(&weather)).await;
    let mut client: Client = connect_to(&address).await.unwrap();
    client.send(json!({"type":"subscribe","channel":"quotes","symbols":["AAPL"],"rate":1}).to_string()).await;
    client.receive("update").await;
    // One that asked for nothing: only beats are due to it.
    let listening = connect_to(&address).await;
    weather.silent.store(true, Ordering::Relaxed);
    let began = Instant::now();
    // Who answers no ping is let go within half a minute, and on a slow machine a little later.
    timeout(2 * TIMEOUT, none_is_left(&server)).await.expect("both are let go");
    println!("let go after {:?}", began.elapsed());
    let metrics = server.get("/metrics").await.1;
    assert!(metrics.contains("tickcast_session_ends_total{reason=\"no_pong\",code=\"4408\"} 2\n"), "{metrics}");
    drop((client, listening));
}

//! Heartbeats and pings, and the ends of sessions with their codes.

use std::time::Duration;

use futures_util::StreamExt;
use serde_json::json;

use super::Fixture;
use crate::bus;
use crate::server::session::end::SessionEnd;

#[tokio::test(start_paused = true)]
async fn heartbeat_comes_after_each_second_of_silence() {
    let fixture = Fixture::new().await;
    let mut client = fixture.join(1 << 16).await;
    client.receive("feed").await;
    for wait in [0, 300, 700, 450, 999] {
        tokio::time::sleep(Duration::from_millis(wait)).await;
        client.send(json!({"type":"sing"})).await;
        client.receive("error").await;
        let answered = tokio::time::Instant::now();
        for count in 1..=3 {
            assert_eq!(client.receive_any().await["type"], "heartbeat");
            assert!(
                answered.elapsed() <= Duration::from_secs(count),
                "heartbeat {count} came after {:?}",
                answered.elapsed()
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn busy_session_gets_heartbeats_too() {
    let fixture = Fixture::new().await;
    let mut client = fixture.join(1 << 16).await;
    client.subscribe(&["A"], 10.0).await;
    let mut count = 0;
    for n in 0..300 {
        fixture.trade(0, n, n);
        count += usize::from(client.receive_any().await["type"] == "heartbeat");
    }
    assert!(count >= 5, "{count} heartbeats in half a minute");
}

#[tokio::test(start_paused = true)]
async fn clock_is_answered_with_the_time() {
    let fixture = Fixture::new().await;
    let mut client = fixture.join(1 << 16).await;
    client.receive("feed").await;
    client.send(json!({"type":"clock","id":7})).await;
    let answer = client.receive("time").await;
    assert_eq!(answer["id"], 7);
    assert!(answer["ts_sent"].as_i64().unwrap() > 0, "{answer}");
}

#[tokio::test(start_paused = true)]
async fn close_is_answered() {
    let fixture = Fixture::new().await;
    let mut client = fixture.join(1 << 16).await;
    client.receive("feed").await;
    client.socket.close(None).await.unwrap();
    while let Some(message) = client.socket.next().await {
        message.expect("the stream ends with an answered close, not with an error");
    }
    assert_eq!(client.session.await.unwrap(), SessionEnd::Left);
}

#[tokio::test(start_paused = true)]
async fn client_without_a_pong_is_disconnected() {
    let fixture = Fixture::new().await;
    // A large socket, so that writes go on without being read.
    let client = fixture.join(1 << 20).await;
    let began = tokio::time::Instant::now();
    assert_eq!(client.session.await.unwrap(), SessionEnd::NoPong);
    assert!((30..=32).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn feed_that_vanishes_is_reported_as_failed() {
    let Fixture { bus, live, metrics, turns, feed, commands } = Fixture::new().await;
    let mut client = Fixture { bus: bus::Sender::new(1), live, metrics, turns, feed, commands }.join(1 << 16).await;
    client.receive("feed").await;
    drop(bus);
    let feed = client.receive("feed").await;
    assert_eq!(feed["state"], "failed");
    assert!(feed["fault"].as_str().is_some_and(|fault| !fault.is_empty()));
}

#[tokio::test(start_paused = true)]
async fn stop_is_announced_and_closes_with_1001() {
    let fixture = Fixture::new().await;
    let mut client = fixture.join(1 << 16).await;
    client.receive("feed").await;
    fixture.live.stop_sessions();
    assert_eq!(client.receive("stopping").await["reconnect_after_ms"], 1_000);
    assert_eq!(client.close_code().await, (1001, "server_stopping".into()));
    assert_eq!(client.session.await.unwrap(), SessionEnd::Stopped);
}

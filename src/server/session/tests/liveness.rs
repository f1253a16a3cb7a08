//! Signs of life, and ends: each has its code.

use std::time::Duration;

use futures_util::StreamExt;
use serde_json::json;

use super::Stage;
use crate::bus;
use crate::server::session::SessionEnd;

#[tokio::test(start_paused = true)]
async fn no_second_passes_in_silence() {
    let stage = Stage::new().await;
    let mut client = stage.join(1 << 16).await;
    client.hear("feed").await;
    for wait in [0, 300, 700, 450, 999] {
        tokio::time::sleep(Duration::from_millis(wait)).await;
        client.say(json!({"type":"sing"})).await;
        client.hear("error").await;
        let said = tokio::time::Instant::now();
        for beats in 1..=3 {
            assert_eq!(client.hear_any().await["type"], "heartbeat");
            assert!(said.elapsed() <= Duration::from_secs(beats), "beat {beats} came after {:?}", said.elapsed());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_busy_session_hears_the_time_too() {
    let stage = Stage::new().await;
    let mut client = stage.join(1 << 16).await;
    client.subscribe(&["A"], 10.0).await;
    let mut beats = 0;
    for n in 0..300 {
        stage.trade(0, n, n);
        beats += usize::from(client.hear_any().await["type"] == "heartbeat");
    }
    assert!(beats >= 5, "{beats} beats in half a minute");
}

#[tokio::test(start_paused = true)]
async fn a_close_is_answered() {
    let stage = Stage::new().await;
    let mut client = stage.join(1 << 16).await;
    client.hear("feed").await;
    client.socket.close(None).await.unwrap();
    while let Some(message) = client.socket.next().await {
        message.expect("the stream ends with an answered close, not with an error");
    }
    assert_eq!(client.session.await.unwrap(), SessionEnd::Left);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_answers_no_ping_is_let_go() {
    let stage = Stage::new().await;
    // A large socket, so that writes go on without being read.
    let client = stage.join(1 << 20).await;
    let began = tokio::time::Instant::now();
    assert_eq!(client.session.await.unwrap(), SessionEnd::NoPong);
    assert!((30..=32).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_feed_that_vanishes_is_told_as_failed() {
    let Stage { bus, live, metrics, commands, line } = Stage::new().await;
    let mut client = Stage { bus: bus::Sender::new(1), live, metrics, commands, line }.join(1 << 16).await;
    client.hear("feed").await;
    drop(bus);
    let feed = client.hear("feed").await;
    assert_eq!(feed["state"], "failed");
    assert!(feed["fault"].as_str().is_some_and(|fault| !fault.is_empty()));
}

#[tokio::test(start_paused = true)]
async fn a_stop_is_said_with_its_code() {
    let stage = Stage::new().await;
    let mut client = stage.join(1 << 16).await;
    client.hear("feed").await;
    stage.live.stop_sessions();
    assert_eq!(client.hear("stopping").await["reconnect_after_ms"], 1_000);
    assert_eq!(client.close_code().await, (1001, "server_stopping".into()));
    assert_eq!(client.session.await.unwrap(), SessionEnd::Stopped);
}

//! Sessions that send messages back.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::io::DuplexStream;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use super::{Fixture, LIMITS};
use crate::server::limits::WriteTimeout;
use crate::server::session::end::SessionEnd;
use crate::server::session::{Socket, echo};

/// Opens an echo session whose socket holds at most `buffer` unread bytes.
async fn join(fixture: &Fixture, buffer: usize) -> (WebSocketStream<DuplexStream>, JoinHandle<SessionEnd>) {
    let (ours, theirs) = tokio::io::duplex(buffer);
    let config = WebSocketConfig::default().max_message_size(Some(LIMITS.message_bytes));
    let ours = WriteTimeout::new(ours, LIMITS.stall);
    let mut server = Socket::new(ours, Vec::new(), config, None).await;
    let (live, metrics) = (fixture.live.clone(), fixture.metrics.clone());
    let session = tokio::spawn(async move { echo(&mut server, &live, &LIMITS, &metrics, None).await });
    (WebSocketStream::from_raw_socket(theirs, Role::Client, None).await, session)
}

async fn close_code(client: &mut WebSocketStream<DuplexStream>) -> u16 {
    loop {
        if let Message::Close(Some(frame)) = client.next().await.unwrap().unwrap() {
            return frame.code.into();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn echo_is_a_session_and_ends_as_one() {
    let fixture = Fixture::new().await;
    let (mut client, session) = join(&fixture, 1 << 16).await;
    client.send(Message::text("hello")).await.unwrap();
    assert_eq!(client.next().await.unwrap().unwrap(), Message::text("hello"));
    assert_eq!(fixture.count("sessions{transport=\"websocket\"}"), 1);
    fixture.live.stop_sessions();
    assert_eq!(close_code(&mut client).await, 1001);
    assert_eq!(session.await.unwrap(), SessionEnd::Stopped);
    assert_eq!(fixture.count("sessions{transport=\"websocket\"}"), 0);
}

#[tokio::test(start_paused = true)]
async fn echo_ends_without_a_pong() {
    let fixture = Fixture::new().await;
    let (_client, session) = join(&fixture, 1 << 16).await;
    let began = Instant::now();
    assert_eq!(session.await.unwrap(), SessionEnd::NoPong);
    assert!((30..=32).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn quiet_client_that_answers_pings_keeps_its_echo() {
    let fixture = Fixture::new().await;
    let (mut client, session) = join(&fixture, 1 << 16).await;
    for _ in 0..20 {
        assert_eq!(client.next().await.unwrap().unwrap(), Message::Ping(Vec::new().into()));
        client.flush().await.unwrap();
    }
    assert!(!session.is_finished());
}

#[tokio::test(start_paused = true)]
async fn echo_reads_no_further_than_the_message_it_writes() {
    let fixture = Fixture::new().await;
    let (mut client, session) = join(&fixture, 100).await;
    let mut sent = 0;
    let send = async {
        for _ in 0..10 {
            client.send(Message::binary(vec![0; LIMITS.message_bytes])).await.unwrap();
            sent += 1;
        }
    };
    assert!(timeout(Duration::from_secs(10), send).await.is_err(), "the server waits for its client");
    assert_eq!(sent, 1);
    assert_eq!(session.await.unwrap(), SessionEnd::TooSlow);
}

#[tokio::test(start_paused = true)]
async fn echo_has_the_limits_of_messages() {
    let fixture = Fixture::new().await;
    let (mut client, session) = join(&fixture, 1 << 16).await;
    client.send(Message::binary(vec![0; LIMITS.message_bytes + 1])).await.unwrap();
    assert_eq!(close_code(&mut client).await, 1009);
    assert_eq!(session.await.unwrap(), SessionEnd::MessageTooLarge);
    let (mut client, session) = join(&fixture, 1 << 16).await;
    for _ in 0..=2 * LIMITS.messages_per_second {
        client.feed(Message::text("")).await.unwrap();
    }
    client.flush().await.unwrap();
    assert_eq!(close_code(&mut client).await, 1008);
    assert_eq!(session.await.unwrap(), SessionEnd::TooManyMessages);
}

//! `/echo` sends messages back, where a flag opens it, within the limits and rules of every session.

use tokio::io::AsyncWriteExt;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::raw_client::{BINARY, CONTINUATION, FIN, MASK, PING, PONG, RawClient, TEXT, close, frame};
use crate::support::Server;

/// Opens `/echo` with these headers and returns the status of the answer.
async fn status_with(server: &Server, headers: &[(&'static str, &str)]) -> u16 {
    let mut request = format!("ws://{}/echo", server.address).into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    match connect_async(request).await {
        Ok((_, response)) => response.status().as_u16(),
        Err(Error::Http(response)) => response.status().as_u16(),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn messages_come_back_as_they_are() {
    let server = Server::start(&["--echo"]).await;
    let mut client = RawClient::open_at(&server.address, "/echo").await;
    for (opcode, payload) in [
        (TEXT, "caf\u{e9} \u{1f980}".as_bytes().to_vec()),
        (TEXT, Vec::new()),
        (BINARY, vec![0, 255, 128]),
        (BINARY, vec![7; 65_535]),
    ] {
        client.socket.write_all(&frame(FIN | opcode, &payload)).await.unwrap();
        assert_eq!(client.frame().await.unwrap(), (FIN | opcode, payload));
    }
    // Fragments come back as one frame, after the answer to a ping between them (RFC 6455, section 5.4).
    let fragments = [frame(TEXT, b"a"), frame(FIN | PING, b"?"), frame(FIN | CONTINUATION, b"b")].concat();
    client.socket.write_all(&fragments).await.unwrap();
    assert_eq!(client.frame().await.unwrap(), (FIN | PONG, b"?".to_vec()));
    assert_eq!(client.frame().await.unwrap(), (FIN | TEXT, b"ab".to_vec()));
    client.socket.write_all(&frame(FIN | 8, &close(1000, b"bye"))).await.unwrap();
    assert_eq!(client.close_code().await, 1000);
}

#[tokio::test]
async fn echo_is_closed_unless_a_flag_opens_it() {
    let closed = Server::start(&[]).await;
    assert_eq!(status_with(&closed, &[]).await, 404);
    assert_eq!(closed.get("/echo").await.0, 404);
    let open = Server::start(&["--echo"]).await;
    assert_eq!(status_with(&open, &[]).await, 101);
    assert_eq!(open.get("/echo").await.0, 426);
    // No subprotocol of the stream is spoken here.
    let offered = [("sec-websocket-protocol", "tickcast.v1.json")];
    let mut request = format!("ws://{}/echo", open.address).into_client_request().unwrap();
    request.headers_mut().insert(offered[0].0, offered[0].1.parse().unwrap());
    let refused = connect_async(request).await.unwrap_err();
    assert!(refused.to_string().to_lowercase().contains("subprotocol"), "{refused}");
}

#[tokio::test]
async fn echo_has_the_rules_of_access() {
    let server = Server::start(&["--echo", "--viewer-token=a-token-for-viewers"]).await;
    assert_eq!(status_with(&server, &[]).await, 401);
    let right = ("authorization", "Bearer a-token-for-viewers");
    assert_eq!(status_with(&server, &[right]).await, 101);
    assert_eq!(status_with(&server, &[right, ("origin", "https://elsewhere.example")]).await, 403);
    assert_eq!(status_with(&server, &[right, ("host", "elsewhere.example")]).await, 421);
}

#[tokio::test]
async fn echo_counts_as_a_session() {
    let server = Server::start(&["--echo", "--max-sessions-per-address", "1"]).await;
    let client = RawClient::open_at(&server.address, "/echo").await;
    assert_eq!(status_with(&server, &[]).await, 429);
    assert_eq!(server.connect_with(&[]).await.err(), Some(429));
    drop(client);
    while server.try_connect().await.is_none() {}
}

#[tokio::test]
async fn echoed_messages_hold_bounded_memory() {
    // One address may hold half of it, so nine messages of 60,000 bytes.
    let server = Server::start(&["--echo", "--session-memory", "1"]).await;
    let announced = [FIN | TEXT, MASK | 126, 0xea, 0x60, 1, 2, 3, 4];
    let mut waiting = Vec::new();
    let refused = loop {
        let mut client = RawClient::open_at(&server.address, "/echo").await;
        client.socket.write_all(&announced).await.unwrap();
        waiting.push(client);
        let metrics = server.get("/metrics").await.1;
        if metrics.contains("tickcast_session_ends_total{reason=\"no_memory\",code=\"1013\"} 1\n") {
            break waiting.len();
        }
    };
    assert!((10..60).contains(&refused), "client {refused}");
}

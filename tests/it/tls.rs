//! TLS without a proxy, with a certificate made by the test.

use std::sync::Arc;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Server, TIMEOUT, command, status};

/// A certificate for `localhost` with its key as files, and the copy that a client trusts.
struct Identity {
    folder: TempDir,
    certificate: CertificateDer<'static>,
}

impl Identity {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        std::fs::write(folder.path().join("cert.pem"), made.cert.pem()).unwrap();
        std::fs::write(folder.path().join("key.pem"), made.signing_key.serialize_pem()).unwrap();
        Self { folder, certificate: made.cert.der().clone() }
    }

    fn file(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    async fn serve(&self, arguments: &[&str]) -> Server {
        let (certificate, key) = (self.file("cert.pem"), self.file("key.pem"));
        Server::start(&[&["--tls-cert", &certificate, "--tls-key", &key], arguments].concat()).await
    }

    async fn dial(&self, server: &Server) -> TlsStream<TcpStream> {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(Arc::new(config)).connect(name, server.dial().await).await.expect("a TLS handshake")
    }
}

async fn get(mut socket: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin, path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    tokio::time::timeout(TIMEOUT, socket.read_to_string(&mut answer)).await.expect("an answer").unwrap();
    answer
}

#[tokio::test]
async fn tls_serves_page_and_stream_with_a_secure_cookie() {
    let identity = Identity::new();
    let server = identity.serve(&["--token=presenter-0123456789"]).await;
    assert!(server.lines.iter().any(|line| line.contains("https://")), "{:?}", server.lines);
    assert_eq!(status(&get(identity.dial(&server).await, "/").await), 200);

    let body = r#"{"token":"presenter-0123456789"}"#;
    let mut socket = identity.dial(&server).await;
    let head = format!(
        "POST /api/v1/login HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    assert!(answer.contains("; Secure"), "{answer}");

    let (mut client, _) = client_async("wss://localhost/ws", identity.dial(&server).await).await.unwrap();
    client.send(Message::text(r#"{"type":"subscribe","channel":"quotes","symbols":["*"],"rate":20}"#)).await.unwrap();
    let mut updates = 0;
    while updates < 20 {
        let message = tokio::time::timeout(TIMEOUT, client.next()).await.expect("a message").unwrap().unwrap();
        let Message::Text(text) = message else { continue };
        let value: Value = serde_json::from_str(&text).unwrap();
        updates += usize::from(value["type"] == "update");
    }
    assert_eq!(server.stop().await, Some(0));
}

/// The sessions whose memory is measured, and the most resident memory that one may add.
const SESSIONS: u64 = 300;
const SESSION_BYTES: u64 = 64 * 1_024;

#[tokio::test]
async fn session_over_tls_costs_little_memory() {
    let identity = Identity::new();
    let server = identity.serve(&["--max-sessions-per-address", "2000"]).await;
    let subscribe = r#"{"type":"subscribe","channel":"quotes","symbols":["*"],"rate":2}"#;
    let open = async || {
        let (mut client, _) = client_async("wss://localhost/ws", identity.dial(&server).await).await.unwrap();
        client.send(Message::text(subscribe)).await.unwrap();
        client
    };
    let receive_updates = async |client: &mut tokio_tungstenite::WebSocketStream<TlsStream<TcpStream>>, count: u32| {
        let mut updates = 0;
        while updates < count {
            let message = tokio::time::timeout(TIMEOUT, client.next()).await.expect("a message").unwrap().unwrap();
            updates += u32::from(message.to_text().is_ok_and(|text| text.starts_with("{\"type\":\"update\"")));
        }
    };
    let mut first = open().await;
    receive_updates(&mut first, 1).await;
    let before = server.rss_bytes();
    let mut sessions = Vec::new();
    for _ in 0..SESSIONS {
        sessions.push(open().await);
    }
    // Each is served, and some seconds of messages wait for clients that do not read.
    for session in &mut sessions {
        receive_updates(session, 1).await;
    }
    receive_updates(&mut first, 6).await;
    if let (Some(before), Some(after)) = (before, server.rss_bytes()) {
        let a_session = after.saturating_sub(before) / SESSIONS;
        println!("{a_session} bytes a session over TLS");
        assert!(a_session <= SESSION_BYTES, "{a_session} bytes of resident memory a session");
    }
}

#[tokio::test]
async fn failed_tls_handshakes_are_closed_and_counted() {
    let identity = Identity::new();
    let server = identity.serve(&["--head-timeout", "1s"]).await;
    let mut plain = server.dial().await;
    plain.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let mut silent = server.dial().await;
    for socket in [&mut plain, &mut silent] {
        let mut rest = Vec::new();
        // Reset or closed, the connection has ended.
        let over = tokio::time::timeout(TIMEOUT, socket.read_to_end(&mut rest)).await;
        assert!(over.is_ok() && !String::from_utf8_lossy(&rest).contains("200 OK"));
    }
    // The server counts shortly after the client has seen the end.
    let counted = async {
        loop {
            let metrics = get(identity.dial(&server).await, "/metrics").await;
            let is_counted =
                |reason| metrics.contains(&format!("tickcast_connections_ended_total{{reason=\"{reason}\"}} 1\n"));
            if ["bad_tls", "no_tls"].into_iter().all(is_counted) {
                return;
            }
        }
    };
    tokio::time::timeout(TIMEOUT, counted).await.expect("both are counted");
}

#[tokio::test]
async fn mismatched_tls_key_stops_the_start() {
    let (one, other) = (Identity::new(), Identity::new());
    let (certificate, key) = (one.file("cert.pem"), other.file("key.pem"));
    let arguments = ["--tls-cert", &certificate, "--tls-key", &key];
    let output = command(&arguments).output().await.unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && text.contains(&certificate) && text.contains(&key), "{text}");
}

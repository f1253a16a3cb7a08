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
    let metrics = get(identity.dial(&server).await, "/metrics").await;
    for counted in ["{reason=\"bad_tls\"} 1", "{reason=\"no_tls\"} 1"] {
        assert!(metrics.contains(&format!("tickcast_connections_ended_total{counted}")), "{metrics}");
    }
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

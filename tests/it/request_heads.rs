//! Heads of requests: targets, hosts, methods, connection options and CORS, and random ones.

use std::io::{Read, Write};
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use crate::raw_client::RawClient;
use crate::support::{Server, TIMEOUT, status};

const UPGRADE: &str = "upgrade: websocket\r\nsec-websocket-version: 13\r\n\
                       sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/// Sends a head as it is, and returns the head and the body of the answer. The head must end the connection.
async fn exchange(server: &Server, head: &str) -> (String, String) {
    let mut socket = server.dial().await;
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    timeout(TIMEOUT, socket.read_to_end(&mut answer)).await.expect("an answer").unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{head}: {answer:?}"));
    (head.to_owned(), body.to_owned())
}

fn code(body: &str) -> String {
    let body: Value = serde_json::from_str(body).unwrap_or_else(|_| panic!("{body}"));
    assert!(!body["error"]["remedy"].as_str().unwrap().is_empty());
    body["error"]["code"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn target_without_a_path_is_a_bad_request() {
    let server = Server::start(&[]).await;
    let host = format!("host: {}\r\nconnection: close\r\n\r\n", server.address);
    for line in ["GET *", "OPTIONS *", "GET example.org:443", "GET example", "GET ftp://127.0.0.1/", "CONNECT a:443"] {
        let (head, body) = exchange(&server, &format!("{line} HTTP/1.1\r\n{host}")).await;
        assert_eq!((status(&head), code(&body).as_str()), (400, "bad_request"), "{line}");
    }
    for target in ["http://127.0.0.1/healthz", "http://localhost:80/healthz?a=b", "https://127.0.0.1?a=b"] {
        let (head, _) = exchange(&server, &format!("GET {target} HTTP/1.1\r\n{host}")).await;
        assert_eq!(status(&head), 200, "{target}");
    }
    let (head, body) = exchange(&server, &format!("GET http://evil.example/ HTTP/1.1\r\n{host}")).await;
    assert_eq!((status(&head), code(&body).as_str()), (421, "host_not_allowed"));
}

#[tokio::test]
async fn request_needs_one_host() {
    let server = Server::start(&[]).await;
    for (version, hosts, expected) in [
        ("1.1", "", 400),
        ("1.1", "host: 127.0.0.1\r\nhost: 127.0.0.1\r\n", 400),
        ("1.1", "host: \r\n", 400),
        ("1.1", "host: a b\r\n", 400),
        ("1.1", "host: 127.0.0.1:99999\r\n", 400),
        ("1.1", "host: 127.0.0.1\r\n", 200),
        ("1.0", "", 200),
    ] {
        let head = format!("GET /healthz HTTP/{version}\r\n{hosts}connection: close\r\n\r\n");
        let (head, body) = exchange(&server, &head).await;
        assert_eq!(status(&head), expected, "{version} {hosts:?}: {body}");
    }
}

#[tokio::test]
async fn host_must_be_known_for_each_method() {
    let server = Server::start(&["--public-host", "ticker.example.org"]).await;
    let check = async |method: &str, path: &str, host: &str, expected: u16| {
        let head =
            format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        let (head, body) = exchange(&server, &head).await;
        assert_eq!(status(&head), expected, "{method} {path} {host}: {body}");
        if expected == 421 && method != "HEAD" {
            assert!(code(&body) == "host_not_allowed" && body.contains("--public-host"), "{body}");
        }
    };
    for (method, path) in [
        ("GET", "/"),
        ("HEAD", "/"),
        ("GET", "/api/v1/symbols"),
        ("GET", "/metrics"),
        ("GET", "/healthz"),
        ("POST", "/api/v1/feed"),
        ("DELETE", "/api/v1/login"),
        ("OPTIONS", "/api/v1/feed"),
        ("PATCH", "/nowhere"),
    ] {
        for host in ["evil.example", "evil.example:3030", "127.0.0.1.evil.example", "localhost.evil.example"] {
            check(method, path, host, 421).await;
        }
    }
    let machine = String::from_utf8(std::process::Command::new("uname").arg("-n").output().unwrap().stdout).unwrap();
    let machine = machine.trim();
    for host in ["127.0.0.1", "192.168.1.5:3030", "[::1]", "localhost:80", "TICKER.example.org:443", machine] {
        check("GET", "/healthz", host, 200).await;
    }
    let short = machine.split('.').next().unwrap();
    check("GET", "/healthz", &format!("{short}.local:3030"), 200).await;
    let metrics = server.get("/metrics").await.1;
    assert!(metrics.contains("tickcast_api_errors_total{code=\"host_not_allowed\"} 36"), "{metrics}");
}

#[tokio::test]
async fn default_port_in_host_and_origin_is_the_same() {
    let server = Server::start(&["--public-host", "ticker.example.org"]).await;
    for (host, origin, expected) in [
        ("127.0.0.1:80", "http://127.0.0.1", 101),
        ("127.0.0.1", "http://127.0.0.1:80", 101),
        ("ticker.example.org:443", "https://ticker.example.org", 101),
        ("ticker.example.org", "https://ticker.example.org", 101),
        // A proxy that names the server by its address.
        ("127.0.0.1:3030", "https://ticker.example.org", 101),
        ("127.0.0.1:3030", "http://127.0.0.1", 403),
        ("ticker.example.org", "https://ticker.example.org:8443", 403),
    ] {
        let mut socket = server.dial().await;
        let head =
            format!("GET /ws HTTP/1.1\r\nhost: {host}\r\norigin: {origin}\r\nconnection: upgrade\r\n{UPGRADE}\r\n");
        socket.write_all(head.as_bytes()).await.unwrap();
        let mut answer = vec![0; 1_024];
        let read = timeout(TIMEOUT, socket.read(&mut answer)).await.expect("an answer").unwrap();
        assert_eq!(status(&String::from_utf8_lossy(&answer[..read])), expected, "{host} {origin}");
    }
}

#[tokio::test]
async fn options_may_stand_in_several_header_lines() {
    let server = Server::start(&[]).await;
    for lines in [
        "connection: keep-alive\r\nconnection: Upgrade\r\n",
        "connection: Upgrade\r\nconnection: keep-alive\r\n",
        "connection: keep-alive, Upgrade\r\n",
    ] {
        let answer = server.upgrade(&format!("GET /ws HTTP/1.1\r\n{lines}{UPGRADE}")).await;
        assert_eq!(status(&answer), 101, "{lines}");
    }
    let (head, _) = server.request(&format!("GET /ws HTTP/1.1\r\n{UPGRADE}")).await;
    assert_eq!(status(&head), 426, "without the option");
}

#[tokio::test]
async fn other_methods_are_answered_with_the_allowed_ones() {
    let server = Server::start(&[]).await;
    for (path, allowed) in [
        ("/", "GET, HEAD"),
        ("/js/main.js", "GET, HEAD"),
        ("/ws", "GET, HEAD, POST"),
        ("/events", "GET"),
        ("/api/v1/symbols", "GET, HEAD"),
        ("/api/v1/feed", "GET, HEAD, POST"),
        ("/api/v1/login", "GET, HEAD, POST, DELETE"),
        ("/metrics", "GET, HEAD"),
    ] {
        for method in ["PUT", "PATCH", "OPTIONS", "TRACE", "get", "QUERY"] {
            let (head, body) = server.request(&format!("{method} {path} HTTP/1.1\r\n")).await;
            assert_eq!((status(&head), code(&body).as_str()), (405, "method_not_allowed"), "{method} {path}");
            assert!(head.contains(&format!("\r\nallow: {allowed}\r\n")), "{method} {path}: {head}");
        }
    }
}

#[tokio::test]
async fn allowed_page_may_ask_first_and_read_answers() {
    let server = Server::start(&["--allow-origin", "https://app.example.org", "--token=presenter-0123456789"]).await;
    let allows = |head: &str| head.contains("access-control-allow-origin: https://app.example.org\r\n");
    let ours = "origin: https://app.example.org\r\n";
    for (path, method) in [("/api/v1/feed", "POST"), ("/api/v1/login", "DELETE"), ("/events", "GET")] {
        let wanted = format!(
            "access-control-request-method: {method}\r\naccess-control-request-headers: authorization,content-type\r\n"
        );
        let (head, _) = server.request(&format!("OPTIONS {path} HTTP/1.1\r\n{ours}{wanted}")).await;
        assert!(status(&head) == 200 && allows(&head), "{head}");
        let value = |name: &str| {
            let line =
                head.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("{name}: {head}"));
            line.to_ascii_lowercase()
        };
        assert!(value("access-control-allow-methods: ").contains(&method.to_ascii_lowercase()), "{head}");
        let headers = value("access-control-allow-headers: ");
        assert!(headers.contains("authorization") && headers.contains("content-type"), "{head}");
        let foreign = format!("OPTIONS {path} HTTP/1.1\r\norigin: https://evil.example\r\n{wanted}");
        assert!(!server.request(&foreign).await.0.contains("access-control-allow-origin"));
    }
    // Errors can be read as well.
    for (path, expected) in [("/api/v1/symbols", 200), ("/api/v1/nothing", 404), ("/events?rate=fast", 400)] {
        let (head, _) = server.request(&format!("GET {path} HTTP/1.1\r\n{ours}")).await;
        assert!(status(&head) == expected && allows(&head), "{path}: {head}");
        let (head, _) = server.request(&format!("GET {path} HTTP/1.1\r\norigin: https://evil.example\r\n")).await;
        assert!(!head.contains("access-control-allow-origin"), "{head}");
    }
    let body = r#"{"command":"pause"}"#;
    let post = format!("POST /api/v1/feed HTTP/1.1\r\n{ours}content-type: application/json\r\ncontent-length: 19\r\n");
    let (head, _) = server.request_with(&post, body).await;
    assert!(status(&head) == 403 && allows(&head), "without the token: {head}");
    let (head, _) = server.request_with(&format!("{post}authorization: Bearer presenter-0123456789\r\n"), body).await;
    assert!(status(&head) == 200 && allows(&head), "{head}");
}

/// A proxy keeps its connections. It must know which one it cannot use again, or its next request fails.
#[tokio::test]
async fn answer_before_the_body_announces_the_close() {
    let server = Server::start(&["--token=presenter-0123456789"]).await;
    for (line, host, body, expected, closes) in [
        ("POST /api/v1/feed", "127.0.0.1", "content-length: 18\r\n", 403, true),
        ("POST /api/v1/feed", "127.0.0.1", "transfer-encoding: chunked\r\n", 403, true),
        ("POST /api/v1/feed", "evil.example", "content-length: 18\r\n", 421, true),
        ("POST /healthz", "127.0.0.1", "content-length: 18\r\n", 405, true),
        ("POST /nowhere", "127.0.0.1", "content-length: 18\r\n", 404, true),
        ("POST /api/v1/feed", "127.0.0.1", "content-length: 0\r\n", 403, false),
        ("GET /nowhere", "127.0.0.1", "", 404, false),
    ] {
        let mut client = RawClient::dial(&server.address).await;
        let head = format!("{line} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n{body}\r\n");
        client.socket.write_all(head.as_bytes()).await.unwrap();
        let answer = client.head().await;
        assert_eq!(status(&answer), expected, "{line}");
        assert_eq!(answer.contains("\r\nconnection: close\r\n"), closes, "{line} {body}: {answer}");
    }
}

#[tokio::test]
async fn query_is_not_logged() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let server = Server::start_with(&["--bind", "127.0.0.1:0"], &[("TICKCAST_LOG", "trace")], &log).await;
    for path in ["/ws?", "/enter?", "/events?symbols=NO&", "/api/v1/symbols?", "/nothing?"] {
        server.get(&format!("{path}token=misplaced-0123456789")).await;
    }
    let logged = std::fs::read_to_string(&log).unwrap();
    assert!(logged.contains("/api/v1/symbols") && !logged.contains("misplaced"), "{logged}");
}

/// Cases of the random heads.
const CASES: u32 = 1_500;

fn method() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        6 => prop::sample::select(vec!["GET", "HEAD", "POST", "DELETE", "OPTIONS", "CONNECT", "TRACE", "PRI", "get"])
            .prop_map(|text| text.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..12),
    ]
}

/// Targets of each form of RFC 9112, section 3.2, parts of them, and any bytes.
fn target() -> impl Strategy<Value = Vec<u8>> {
    let parts = vec![
        "/",
        "//",
        "?",
        "#",
        "*",
        ":",
        "@",
        "..",
        "%2f",
        "%",
        "\\",
        "[::1]",
        "a",
        "http://",
        "https://",
        "ws",
        "api/v1/",
        "feed",
        "login",
        "events",
        "js/main.js",
        "127.0.0.1",
        ":80",
        ":99999",
        "=",
        "&",
        "symbols=",
        "\u{e9}",
        "{",
        "|",
    ];
    prop_oneof![
        6 => prop::collection::vec(prop::sample::select(parts), 0..7).prop_map(|parts| parts.concat().into_bytes()),
        2 => "/[ -~]{0,20}".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..30),
    ]
}

fn header_line() -> impl Strategy<Value = Vec<u8>> {
    let names = vec![
        "host",
        "origin",
        "connection",
        "upgrade",
        "content-length",
        "content-type",
        "transfer-encoding",
        "expect",
        "cookie",
        "authorization",
        "x-forwarded-for",
        "x-forwarded-host",
        "sec-websocket-key",
        "sec-websocket-version",
        "sec-websocket-protocol",
        "accept-encoding",
        "if-none-match",
        "access-control-request-method",
    ];
    let values = vec![
        "127.0.0.1",
        "localhost:80",
        "",
        "close",
        "keep-alive",
        "upgrade",
        "websocket",
        "13",
        "0",
        "-1",
        "5",
        "chunked",
        "100-continue",
        "gzip",
        "*",
        "application/json",
        "http://127.0.0.1",
        "null",
        "dGhlIHNhbXBsZSBub25jZQ==",
        "Bearer",
        "Bearer x",
        "tickcast-80=x",
        "tickcast.v1.bin",
        "POST",
        "\"",
        ",,",
        ";=;",
    ];
    let known = (prop::sample::select(names), prop::sample::select(values))
        .prop_map(|(name, value)| format!("{name}: {value}").into_bytes());
    prop_oneof![8 => known, 1 => prop::collection::vec(any::<u8>(), 0..20)]
}

fn head() -> impl Strategy<Value = Vec<u8>> {
    let version = prop_oneof![
        8 => Just("HTTP/1.1"),
        2 => Just("HTTP/1.0"),
        1 => prop::sample::select(vec!["HTTP/2.0", "HTTP/0.9", "", "http/1.1"]),
    ];
    let host = prop_oneof![9 => Just("host: 127.0.0.1\r\n"), 1 => Just("")];
    let lines = prop::collection::vec(header_line(), 0..6);
    (method(), target(), version, host, lines).prop_map(|(method, target, version, host, lines)| {
        let lines = lines.into_iter().flat_map(|line| [line, b"\r\n".to_vec()].concat());
        let start = [&method[..], b" ", &target, b" ", version.as_bytes(), b"\r\n", host.as_bytes()].concat();
        start.into_iter().chain(lines).chain(*b"connection: close\r\n\r\n").collect()
    })
}

/// Sends bytes and nothing more, and checks that the answer, if there is one, is HTTP.
fn send_raw(address: &str, bytes: &[u8]) {
    let mut socket = std::net::TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    // The server may have closed the connection already.
    let _ = socket.write_all(bytes).and_then(|()| socket.shutdown(std::net::Shutdown::Write));
    let mut answer = [0; 64];
    let read = socket.read(&mut answer).unwrap_or(0);
    let text = String::from_utf8_lossy(&answer[..read]);
    assert!(read == 0 || text.starts_with("HTTP/1."), "{text}");
    assert!(!text.starts_with("HTTP/1.1 500"), "{}", String::from_utf8_lossy(bytes));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn random_heads_cause_no_panic() {
    let server = Server::start(&["--token=presenter-0123456789"]).await;
    let address = server.address.clone();
    let sent = tokio::task::spawn_blocking(move || {
        let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
        let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        TestRunner::new_with_rng(config, rng).run(&head(), |head| {
            send_raw(&address, &head);
            Ok(())
        })
    });
    sent.await.unwrap().unwrap();
    let metrics = server.get("/metrics").await.1;
    assert!(metrics.contains("\ntickcast_panics_total 0\n"), "{metrics}");
    assert_eq!(server.stop().await, Some(0));
}

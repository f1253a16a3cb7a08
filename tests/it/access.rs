//! Access: anonymous clients, viewers and presenters, pages of other sites, proxies and tokens.

use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{Server, command, status};

const PRESENTER: &str = "presenter-0123456789";
const VIEWER: &str = "viewer-0123456789abc";
const STOCKS: &str = "data/us-stocks-daily.csv.gz";

/// A paused replay that requires a token, for viewers and presenters alike.
async fn guarded() -> Server {
    let (presenter, viewer) = (format!("--token={PRESENTER}"), format!("--viewer-token={VIEWER}"));
    Server::start(&["replay", STOCKS, "--paused", &presenter, &viewer]).await
}

fn bearer(token: &str) -> String {
    format!("authorization: Bearer {token}\r\n")
}

/// Sends a JSON request and returns the head and body of its answer.
async fn send(server: &Server, method: &str, path: &str, headers: &str, body: &Value) -> (String, Value) {
    let body = body.to_string();
    let head = format!(
        "{method} {path} HTTP/1.1\r\ncontent-type: application/json\r\ncontent-length: {}\r\n{headers}",
        body.len()
    );
    let (head, answer) = server.request_with(&head, &body).await;
    (head, serde_json::from_str(&answer).unwrap_or(Value::Null))
}

/// Every command.
fn commands() -> Vec<Value> {
    vec![
        json!({"command":"play"}),
        json!({"command":"pause"}),
        json!({"command":"speed","speed":"max"}),
        json!({"command":"step","to":"event"}),
        json!({"command":"step","to":"move","percent":0.1}),
        json!({"command":"seek","percent":50}),
        json!({"command":"loop","on":true}),
        json!({"command":"skip_dead_time","on":true}),
        json!({"command":"timestamps","timestamps":"shifted"}),
    ]
}

#[tokio::test]
async fn viewer_and_anonymous_clients_cannot_send_commands() {
    let server = guarded().await;
    let feed = async || {
        let (_, body) = server.request(&format!("GET /api/v1/feed HTTP/1.1\r\n{}", bearer(VIEWER))).await;
        let feed: Value = serde_json::from_str(&body).unwrap();
        ["epoch", "state", "speed", "revision", "ts_market", "looping", "timestamps"].map(|name| feed[name].clone())
    };
    let before = feed().await;
    for (token, status_of_post) in [("", 401), ("wrong-0123456789abc", 401), (VIEWER, 403)] {
        for command in commands() {
            let (head, answer) = send(&server, "POST", "/api/v1/feed", &bearer(token), &command).await;
            assert_eq!(status(&head), status_of_post, "{token} {command}: {answer}");
            assert!(answer["error"]["remedy"].as_str().is_some_and(|remedy| remedy.contains("Bearer")), "{answer}");
        }
    }
    assert_eq!(server.connect_with(&[]).await.err(), Some(401));
    let mut viewer = server.connect_with(&[("authorization", &format!("Bearer {VIEWER}"))]).await.unwrap();
    assert_eq!(viewer.receive("hello").await["control"], json!(false));
    for mut command in commands() {
        command["type"] = json!("drive");
        viewer.send(command.to_string()).await;
        assert_eq!(viewer.receive("error").await["code"], "control_not_allowed", "{command}");
    }
    assert_eq!(feed().await, before);

    let mut presenter = server.connect_with(&[("authorization", &format!("Bearer {PRESENTER}"))]).await.unwrap();
    assert_eq!(presenter.receive("hello").await["control"], json!(true));
    let (head, _) =
        send(&server, "POST", "/api/v1/feed", &bearer(PRESENTER), &json!({"command":"loop","on":true})).await;
    assert_eq!(status(&head), 200);
    assert_ne!(feed().await, before);
}

#[tokio::test]
async fn anonymous_clients_get_the_page_but_no_market_data() {
    let server = guarded().await;
    let get =
        async |path: &str, headers: &str| status(&server.request(&format!("GET {path} HTTP/1.1\r\n{headers}")).await.0);
    for path in ["/", "/enter", "/js/main.js", "/favicon.svg", "/healthz", "/api/v1/login"] {
        assert_eq!(get(path, "").await, 200, "{path}");
    }
    for path in [
        "/api/v1/symbols",
        "/api/v1/feed",
        "/api/v1/quotes",
        "/api/v1/bars?symbols=AAPL&interval=1d",
        "/events?symbols=AAPL",
        "/metrics",
        "/asyncapi.json",
        "/ws",
        "/ws/",
        "//ws",
        "/api/v1/feed/",
        "/%77s",
        "/api/v1/./feed",
        "/nothing",
        "/js/../api/v1/feed",
    ] {
        assert_eq!(get(path, "").await, 401, "{path}");
        assert_eq!(get(path, &bearer("wrong-0123456789abc")).await, 401, "{path}");
    }
    for path in
        ["/api/v1/symbols", "/api/v1/feed", "/api/v1/quotes", "/api/v1/bars?symbols=AAPL&interval=1d", "/metrics"]
    {
        assert_eq!(get(path, &bearer(VIEWER)).await, 200, "{path}");
        assert_eq!(get(path, &bearer(PRESENTER)).await, 200, "{path}");
    }
    let (head, _) = server.request("GET /api/v1/feed HTTP/1.1\r\n").await;
    assert!(head.to_ascii_lowercase().contains("www-authenticate: bearer"), "{head}");
}

#[tokio::test]
async fn browser_login_lets_its_socket_send_commands() {
    let server = guarded().await;
    let sign_in = async |token: &str| send(&server, "POST", "/api/v1/login", "", &json!({"token":token})).await;
    let (head, answer) = sign_in("wrong-0123456789abc").await;
    assert_eq!((status(&head), &answer["error"]["code"]), (401, &json!("wrong_token")));
    let (head, answer) = sign_in(PRESENTER).await;
    assert_eq!(answer, json!({"role":"presenter","watching":"token","driving":"token"}));
    let cookie = head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).expect("a cookie");
    for part in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age="] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let pair = cookie.split(';').next().unwrap();
    let mut client = server.connect_with(&[("cookie", &format!("theme=dark; {pair}"))]).await.unwrap();
    assert_eq!(client.receive("hello").await["control"], json!(true));
    let other = pair.replace("tickcast-", "tickcast-1");
    assert_eq!(server.connect_with(&[("cookie", &other)]).await.err(), Some(401), "another server's cookie");

    let (head, answer) = send(&server, "DELETE", "/api/v1/login", &format!("cookie: {pair}\r\n"), &Value::Null).await;
    assert_eq!((status(&head), &answer["role"]), (200, &json!("anonymous")));
    assert!(head.contains("Max-Age=0"), "{head}");
}

#[tokio::test]
async fn other_origins_can_neither_read_nor_command() {
    let server = Server::start(&["--allow-origin", "https://ticker.example.org/"]).await;
    let own = format!("http://{}", server.address);
    let check = async |origin: &str, allowed: bool| {
        let connected = server.connect_with(&[("origin", origin)]).await;
        assert_eq!(connected.err(), (!allowed).then_some(403), "{origin}");
        let headers = format!("origin: {origin}\r\n");
        let (head, answer) = send(&server, "POST", "/api/v1/feed", &headers, &json!({"command":"pause"})).await;
        assert_eq!(status(&head), if allowed { 200 } else { 403 }, "{origin} {answer}");
    };
    check(&own, true).await;
    check("https://ticker.example.org", true).await;
    check("https://ticker.example.com", false).await;
    check("http://127.0.0.1:1", false).await;
    check("null", false).await;
    // A foreign name that resolves to this machine: origin and host agree, but the name is not ours.
    let head = "GET /ws HTTP/1.1\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
                sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\norigin: http://evil.example\r\nhost: evil.example\r\n\
                connection: close\r\n\r\n";
    let mut socket = server.dial().await;
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut answer = vec![0; 1_024];
    let read = socket.read(&mut answer).await.unwrap();
    assert_eq!(status(&String::from_utf8_lossy(&answer[..read])), 421);
}

#[tokio::test]
async fn forwarded_address_counts_only_from_trusted_proxies() {
    let check = async |flags: &[&str], names: &[&str], expected: &[Option<u16>]| {
        let server = Server::start(&[&["--max-sessions-per-address", "1"], flags].concat()).await;
        let mut sessions = Vec::new();
        for (name, expected) in names.iter().zip(expected) {
            let session = server.connect_with(&[("x-forwarded-for", name)]).await;
            assert_eq!(session.as_ref().err(), expected.as_ref(), "{flags:?} {name}");
            sessions.push(session);
        }
    };
    let trusted = ["--trust-proxy", "127.0.0.0/8"];
    check(&[], &["1.1.1.1", "2.2.2.2"], &[None, Some(429)]).await;
    check(&trusted, &["1.1.1.1", "2.2.2.2", "1.1.1.1"], &[None, None, Some(429)]).await;
    // Addresses before the one that the proxy added come from the client and may be invented.
    check(&trusted, &["1.1.1.1", "9.9.9.9, 1.1.1.1", "1.1.1.1, 127.0.0.2"], &[None, Some(429), Some(429)]).await;
}

#[tokio::test]
async fn secrets_are_never_logged_or_printed() {
    let folder = tempfile::tempdir().unwrap();
    let (file, log) = (folder.path().join("token"), folder.path().join("log"));
    std::fs::write(&file, format!("{PRESENTER}\n")).unwrap();
    let viewer = format!("--viewer-token={VIEWER}");
    let arguments = ["--bind", "127.0.0.1:0", "--token-file", file.to_str().unwrap(), &viewer];
    let server = Server::start_with(&arguments, &[("TICKCAST_LOG", "trace")], &log).await;
    for token in [PRESENTER, VIEWER, "wrong-0123456789abc"] {
        send(&server, "POST", "/api/v1/login", "", &json!({"token":token})).await;
        drop(server.connect_with(&[("authorization", &format!("Bearer {token}"))]).await);
        drop(
            server
                .connect_with(&[(
                    "cookie",
                    &format!("tickcast-{}={token}", server.address.rsplit(':').next().unwrap()),
                )])
                .await,
        );
    }
    let printed = server.lines.join("\n");
    let logged = std::fs::read_to_string(&log).unwrap();
    assert!(logged.contains("tickcast"), "the log is written");
    for token in [PRESENTER, VIEWER, "wrong-0123456789abc"] {
        assert!(!printed.contains(token) && !logged.contains(token), "{printed}\n{logged}");
    }
}

/// Asks over HTTP, as a page does, why its WebSocket is rejected.
async fn ask(server: &Server, headers: &str) -> (u16, String) {
    let (head, answer) = send(server, "POST", "/ws", headers, &Value::Null).await;
    (status(&head), answer["error"]["code"].as_str().expect("an error").to_owned())
}

#[tokio::test]
async fn page_can_ask_why_its_socket_is_rejected() {
    let limits = ["--max-sessions", "4", "--max-sessions-per-address", "2", "--trust-proxy", "127.0.0.1"];
    let server = Server::start(&limits).await;
    let own = format!("origin: http://{}\r\n", server.address);
    let free = (426, "not_a_websocket".to_owned());
    // Asking takes no place.
    for _ in 0..5 {
        assert_eq!(ask(&server, &own).await, free);
    }
    assert_eq!(ask(&server, "origin: https://abc.tunnel.example\r\n").await, (403, "origin_not_allowed".into()));

    let from = async |address: &str| server.connect_with(&[("x-forwarded-for", address)]).await;
    let ask_from = async |address: &str| ask(&server, &format!("{own}x-forwarded-for: {address}\r\n")).await;
    let mut sessions = Vec::new();
    for _ in 0..2 {
        assert_eq!(ask_from("1.1.1.1").await, free);
        sessions.push(from("1.1.1.1").await.unwrap());
    }
    assert_eq!(from("1.1.1.1").await.err(), Some(429));
    assert_eq!(ask_from("1.1.1.1").await, (429, "too_many_sessions_from_address".into()));
    for address in ["2.2.2.2", "3.3.3.3"] {
        assert_eq!(ask_from(address).await, free);
        sessions.push(from(address).await.unwrap());
    }
    assert_eq!(from("4.4.4.4").await.err(), Some(503));
    assert_eq!(ask_from("4.4.4.4").await, (503, "too_many_sessions".into()));
    assert_eq!(status(&server.request("GET /ws HTTP/1.1\r\n").await.0), 503, "GET asks too");
}

#[tokio::test]
async fn asking_counts_the_connections_of_an_address() {
    let server = Server::start(&["--max-connections-per-address", "2"]).await;
    assert_eq!(ask(&server, "").await.0, 426);
    let _idle = server.dial().await;
    // The asking connection and the idle one are all that this address may have.
    let asked = async { while ask(&server, "").await != (429, "too_many_connections_from_address".into()) {} };
    tokio::time::timeout(crate::support::TIMEOUT, asked).await.expect("the idle connection is counted");
}

#[tokio::test]
async fn first_rejection_of_a_name_is_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let server = Server::start_with(&["--bind", "127.0.0.1:0"], &[], &log).await;
    for _ in 0..3 {
        ask(&server, "origin: https://abc.tunnel.example\r\n").await;
        assert_eq!(server.connect_with(&[("origin", "https://abc.tunnel.example")]).await.err(), Some(403));
        let (head, _) = server.request("GET / HTTP/1.1\r\nx-forwarded-host: a\r\n").await;
        assert_eq!(status(&head), 200);
        let request = "GET / HTTP/1.1\r\nhost: ticker.example.org\r\n\r\n";
        let mut socket = server.dial().await;
        tokio::io::AsyncWriteExt::write_all(&mut socket, request.as_bytes()).await.unwrap();
        let mut answer = [0; 12];
        tokio::io::AsyncReadExt::read_exact(&mut socket, &mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 421");
    }
    let logged = std::fs::read_to_string(&log).unwrap();
    for (name, flag) in [("abc.tunnel.example", "--public-host"), ("ticker.example.org", "--public-host")] {
        let lines: Vec<&str> = logged.lines().filter(|line| line.contains(name)).collect();
        assert!(lines.len() == 1 && lines[0].contains("WARN") && lines[0].contains(flag), "{name}: {logged}");
    }
}

#[tokio::test]
async fn bad_tokens_and_certificates_stop_the_start() {
    let check = async |arguments: &[&str], expected: &[&str]| {
        let output = command(arguments).args(["--bind", "127.0.0.1:0"]).stdout(Stdio::null()).output().await.unwrap();
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && expected.iter().all(|part| text.contains(part)), "{arguments:?}: {text}");
    };
    check(&["--token=short"], &["--token", "16 to 256"]).await;
    check(&["--token-file", "no/such/file"], &["no/such/file", "cannot read"]).await;
    check(&["--control", "some"], &["everybody, token, nobody"]).await;
    check(&["--allow-origin", "example.org/x"], &["--allow-origin", "https://"]).await;
    check(&["--trust-proxy", "proxy"], &["--trust-proxy", "127.0.0.1"]).await;
    check(&["--tls-cert", "cert.pem"], &["--tls-key"]).await;
    check(&["--tls-cert", "no.pem", "--tls-key", "no.pem"], &["no.pem", "--tls-cert"]).await;
    check(&["--tls-cert", "README.md", "--tls-key", "README.md"], &["README.md", "certificate"]).await;
}

//! HTTP endpoints: answers, errors, limits and security headers.

use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use crate::support::{Server, TIMEOUT, status};

#[tokio::test]
async fn page_and_assets_come_from_the_binary() {
    let server = Server::start(&[]).await;
    let (head, page) = server.request("GET / HTTP/1.1\r\n").await;
    assert!(page.contains("<title>") && page.contains("src=\"js/main.js\""), "{page}");
    for header in ["content-security-policy: default-src 'none'", "x-content-type-options: nosniff", "etag: "] {
        assert!(head.contains(header), "{head}");
    }
    assert!(!page.contains("https://cdn"), "the page loads nothing from other hosts");
    for path in ["/js/main.js", "/styles/index.css", "/lib/lightweight-charts.LICENSE", "/favicon.svg"] {
        assert_eq!(server.get(path).await.0, 200, "{path}");
    }
    for path in ["/package.json", "/js/../../Cargo.toml", "/..%2fCargo.toml", "/lib/", "/js", "/nowhere"] {
        assert_eq!(server.get(path).await.0, 404, "{path}");
    }
}

/// The scripts that a script imports, at its start or later.
fn named_in(script: &str) -> Vec<String> {
    let names = script.split("\"./").skip(1).filter_map(|rest| rest.split_once(".js\""));
    names.filter(|(name, _)| !name.contains('"')).map(|(name, _)| format!("/js/{name}.js")).collect()
}

#[tokio::test]
async fn scripts_are_small_and_have_source_maps() {
    let server = Server::start(&[]).await;
    let (_, page) = server.get("/").await;
    let mut pending = vec!["/js/early.js".to_owned(), "/js/main.js".to_owned()];
    let (mut seen, mut bytes) = (Vec::new(), 0);
    while let Some(path) = pending.pop() {
        let (code, script) = server.get(&path).await;
        assert_eq!(code, 200, "{path}");
        bytes += script.len();
        let (code, map) = server.get(&format!("{path}.map")).await;
        assert_eq!(code, 200, "{path}.map");
        let map: Value = serde_json::from_str(&map).unwrap();
        let sources = map["sources"].as_array().unwrap();
        assert_eq!(map["sourcesContent"].as_array().unwrap().len(), sources.len());
        for source in sources {
            let source = source.as_str().unwrap();
            assert!(!source.starts_with(['.', '/']), "{path}: {source} reveals a path of the build machine");
        }
        seen.push(path);
        let named = named_in(&script).into_iter().filter(|path| !seen.contains(path));
        pending.extend(named.collect::<Vec<_>>());
        pending.sort();
        pending.dedup();
    }
    assert!(seen.iter().any(|path| path.contains("panels")), "{seen:?}");
    // Those that the first script imports at once; others come with the parts that need them.
    let (_, main) = server.get("/js/main.js").await;
    for path in named_in(&main).iter().filter(|path| main.contains(&format!("from\".{}\"", &path[3..]))) {
        assert!(page.contains(&format!("rel=\"modulepreload\" href=\"{}\"", &path[1..])), "{path} is not preloaded");
    }
    assert!(bytes < 450_000, "{bytes} bytes of scripts");
}

#[tokio::test]
async fn unchanged_assets_are_not_sent_again() {
    let server = Server::start(&[]).await;
    let (head, _) = server.request("GET /js/main.js HTTP/1.1\r\n").await;
    let etag = head.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap();
    let (head, body) = server.request(&format!("GET /js/main.js HTTP/1.1\r\nif-none-match: {etag}\r\n")).await;
    assert_eq!((status(&head), body.as_str()), (304, ""));
    let (head, _) = server.request("GET /js/main.js HTTP/1.1\r\naccept-encoding: gzip\r\n").await;
    assert!(head.contains("content-encoding: gzip"), "{head}");
}

#[tokio::test]
async fn api_returns_symbols_bars_and_feed() {
    let server = Server::start(&["--seed", "3"]).await;
    let symbols = server.json("/api/v1/symbols").await;
    assert_eq!(symbols["symbols"].as_array().unwrap().len(), 40);
    let feed = server.json("/api/v1/feed").await;
    assert_eq!((&feed["source"], &feed["seed"], &feed["speed"]), (&"simulation".into(), &3.into(), &1.into()));
    assert_eq!(symbols["epoch"], feed["epoch"]);
    for interval in ["1s", "5s", "15s", "1m", "5m", "15m", "1h", "1d"] {
        let bars = server.json(&format!("/api/v1/bars?symbols=AAPL,BTC-USD&interval={interval}&limit=50")).await;
        for series in bars["series"].as_array().unwrap() {
            let bars = series["bars"].as_array().unwrap();
            assert!(bars.len() >= 5, "{interval}: a chart has bars from the start: {}", bars.len());
            let starts: Vec<_> = bars.iter().map(|bar| bar["ts"].as_i64().unwrap()).collect();
            assert!(starts.windows(2).all(|w| w[0] < w[1]), "{interval}");
            let open = bars.iter().filter(|bar| bar["closed"] == false).count();
            assert!(open <= 1 && bars[..bars.len() - 1].iter().all(|bar| bar["closed"] == true), "{interval}");
        }
    }
    assert_eq!(server.json("/healthz").await["status"], "ok");
}

#[tokio::test]
async fn book_levels_begin_with_the_quote() {
    let server = Server::start(&["--seed", "3"]).await;
    let symbols = server.json("/api/v1/symbols").await;
    assert!(symbols["symbols"].as_array().unwrap().iter().all(|symbol| symbol["depth"] == 5));
    let depth = server.json("/api/v1/depth?symbols=EURUSD,AAPL,EURUSD").await;
    let books = depth["books"].as_array().unwrap();
    assert_eq!(books.iter().map(|book| book["symbol"].as_str().unwrap()).collect::<Vec<_>>(), ["EURUSD", "AAPL"]);
    loop {
        let quote = &server.json("/api/v1/quotes?symbols=EURUSD").await["quotes"][0];
        let book = &server.json("/api/v1/depth?symbols=EURUSD").await["books"][0];
        // A tick may fall between the two requests; before the first tick there is no quote.
        if book["seq"] == quote["seq"] && !quote["bid"].is_null() {
            assert_eq!((&book["bids"][0]["price"], &book["asks"][0]["price"]), (&quote["bid"], &quote["ask"]));
            assert_eq!((book["bids"].as_array().unwrap().len(), book["asks"].as_array().unwrap().len()), (5, 5));
            break;
        }
    }
}

#[tokio::test]
async fn replay_without_a_book_answers_no_depth() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/csv/quotes-bid-ask.csv");
    let server = Server::start(&["replay", file]).await;
    let symbols = server.json("/api/v1/symbols").await;
    let symbol = symbols["symbols"][0]["symbol"].as_str().unwrap();
    assert_eq!(symbols["symbols"][0]["depth"], 0);
    let (head, body) = server.request(&format!("GET /api/v1/depth?symbols={symbol} HTTP/1.1\r\n")).await;
    assert_eq!(status(&head), 404, "{body}");
    assert!(body.contains("\"no_depth\"") && body.contains("subscribe to quotes"), "{body}");
}

#[tokio::test]
async fn wrong_requests_are_answered_with_a_remedy() {
    let server = Server::start(&["--max-history", "100"]).await;
    for (request, want, code) in [
        ("GET /api/v1/bars?symbols=AAPL&interval=2m HTTP/1.1\r\n", 400, "bad_query"),
        ("GET /api/v1/bars HTTP/1.1\r\n", 400, "bad_query"),
        ("GET /api/v1/bars?symbols=AAPL&interval=1m&limit=-1 HTTP/1.1\r\n", 400, "bad_query"),
        ("GET /api/v1/bars?symbols=AAPL,MSFT&interval=1m&limit=51 HTTP/1.1\r\n", 400, "bad_query"),
        ("GET /api/v1/bars?symbols=NO&interval=1m&limit=5 HTTP/1.1\r\n", 404, "unknown_symbol"),
        ("GET /api/v1/depth HTTP/1.1\r\n", 400, "bad_query"),
        ("GET /api/v1/depth?symbols=NO HTTP/1.1\r\n", 404, "unknown_symbol"),
        ("GET /api/v1/nothing HTTP/1.1\r\n", 404, "not_found"),
        ("PUT /api/v1/feed HTTP/1.1\r\n", 405, "method_not_allowed"),
        ("GET /ws HTTP/1.1\r\n", 426, "not_a_websocket"),
    ] {
        let (head, body) = server.request(request).await;
        assert_eq!(status(&head), want, "{request}: {body}");
        let body: Value = serde_json::from_str(&body).unwrap_or_else(|_| panic!("{request}: {body}"));
        assert_eq!(body["error"]["code"], code, "{request}");
        assert!(!body["error"]["remedy"].as_str().unwrap().is_empty());
    }
    let (head, body) = server.request("HEAD /healthz HTTP/1.1\r\n").await;
    assert_eq!((status(&head), body.as_str()), (200, ""));
    assert_eq!(server.json("/healthz").await["status"], "ok", "the server goes on");
}

#[tokio::test]
async fn polling_returns_snapshots() {
    let server = Server::start(&[]).await;
    let two = server.json("/api/v1/quotes?symbols=MSFT,EURUSD").await;
    let symbols: Vec<_> = two["quotes"].as_array().unwrap().iter().map(|quote| quote["symbol"].clone()).collect();
    assert_eq!((&two["type"], symbols), (&"snapshot".into(), vec!["MSFT".into(), "EURUSD".into()]));
    assert_eq!(server.json("/api/v1/quotes").await["quotes"].as_array().unwrap().len(), 40);
    assert_eq!(server.get("/api/v1/quotes?symbols=NO").await.0, 404);
}

#[tokio::test]
async fn event_stream_carries_the_same_messages() {
    let server = Server::start(&[]).await;
    let mut socket = tokio::net::TcpStream::connect(&server.address).await.unwrap();
    let request = format!("GET /events?symbols=BTC-USD&rate=20 HTTP/1.1\r\nhost: {}\r\n\r\n", server.address);
    tokio::io::AsyncWriteExt::write_all(&mut socket, request.as_bytes()).await.unwrap();
    let mut lines = tokio::io::AsyncBufReadExt::lines(tokio::io::BufReader::new(socket));
    let mut kinds = Vec::new();
    let mut seen = 0;
    while seen < 20 {
        let line = tokio::time::timeout(crate::support::TIMEOUT, lines.next_line()).await.unwrap().unwrap().unwrap();
        let Some(data) = line.strip_prefix("data:") else { continue };
        let message: Value = serde_json::from_str(data).unwrap();
        let kind = message["type"].as_str().unwrap().to_owned();
        if kind == "snapshot" || kind == "update" {
            let quote = &message["quotes"][0];
            assert_eq!(quote["symbol"], "BTC-USD");
            assert!(kind == "snapshot" || quote["first_seq"] == seen + 1, "{message} after {seen}");
            seen = quote["seq"].as_u64().unwrap();
        }
        kinds.push(kind);
    }
    assert_eq!(kinds[..4], ["hello", "granted", "feed", "snapshot"]);
    assert_eq!(server.get("/events?symbols=NO").await.0, 404);
    assert_eq!(server.get("/events?rate=fast").await.0, 400);
    assert_eq!(server.stop().await, Some(0), "an open event stream does not delay the stop");
}

#[tokio::test]
async fn event_streams_are_told_different_times_to_retry() {
    let server = Server::start(&[]).await;
    let mut waits = Vec::new();
    for _ in 0..8 {
        let mut socket = server.dial().await;
        socket.write_all(b"GET /events?symbols=AAPL HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
        let mut lines = tokio::io::AsyncBufReadExt::lines(tokio::io::BufReader::new(socket));
        let wait: u64 = loop {
            let line = timeout(TIMEOUT, lines.next_line()).await.unwrap().unwrap().expect("an event");
            if let Some(wait) = line.strip_prefix("retry:") {
                break wait.parse().unwrap();
            }
        };
        assert!((1_000..5_000).contains(&wait), "{wait} ms");
        waits.push(wait);
    }
    waits.sort_unstable();
    waits.dedup();
    assert!(waits.len() > 4, "{waits:?}");
}

#[tokio::test]
async fn sessions_per_address_are_limited() {
    let server = Server::start(&["--max-sessions-per-address", "2"]).await;
    let (first, _second) = (server.connect().await, server.connect().await);
    let (status, body) = server.get("/events").await;
    assert_eq!(status, 429, "{body}");
    assert!(body.contains("--max-sessions-per-address"), "{body}");
    drop(first);
    while server.get("/events?symbols=NO").await.0 != 404 {}
    let mut third = loop {
        if let Some(client) = server.try_connect().await {
            break client;
        }
    };
    third.receive("feed").await;
}

#[tokio::test]
async fn full_server_answers_503() {
    let server = Server::start(&["--max-sessions", "1"]).await;
    let mut first = server.connect().await;
    first.receive("feed").await;
    let upgrade = "GET /ws HTTP/1.1\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
                   sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nconnection: upgrade\r\n";
    let (head, body) = server.request(upgrade).await;
    assert_eq!(status(&head), 503, "{body}");
    assert!(body.contains("--max-sessions"), "{body}");
}

#[tokio::test]
async fn connections_per_address_do_not_count_sessions() {
    let server = Server::start(&["--max-connections-per-address", "2"]).await;
    let mut sessions = Vec::new();
    for _ in 0..3 {
        let mut session = server.connect().await;
        // With its first message the connection counts as a session.
        session.receive("feed").await;
        sessions.push(session);
    }
    let (first, _second) = (server.dial().await, server.dial().await);
    let (head, body) = server.request("GET /healthz HTTP/1.1\r\n").await;
    assert_eq!(status(&head), 429, "{body}");
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body["error"]["code"], "too_many_connections_from_address");
    assert!(body["error"]["remedy"].as_str().unwrap().contains("--max-connections-per-address"), "{body}");
    drop(first);
    while server.get("/healthz").await.0 != 200 {}
}

#[tokio::test]
async fn silent_connections_are_closed_early_when_few_are_free() {
    // Of four connections only the last comes while three quarters are in use.
    let server = Server::start(&["--max-connections", "4", "--head-timeout", "1h"]).await;
    let mut silent = Vec::new();
    for _ in 0..4 {
        silent.push(server.dial().await);
    }
    assert_eq!(server.get("/healthz").await.0, 200);
    let mut last = silent.pop().unwrap();
    assert_eq!(timeout(TIMEOUT, last.read(&mut [0])).await.expect("the connection is closed").unwrap(), 0);
    let first = silent.remove(0);
    assert_eq!(first.try_read(&mut [0]).unwrap_err().kind(), std::io::ErrorKind::WouldBlock, "others may wait");
}

#[tokio::test]
async fn slow_heads_and_idle_connections_are_closed() {
    // Slowloris holds every connection; others are served when these are closed.
    let server = Server::start(&["--max-connections", "8", "--head-timeout", "1s"]).await;
    let dripping = (0..8).map(|_| async {
        let mut socket = server.dial().await;
        let drip = async {
            socket.write_all(b"GET / HTTP/1.1\r\n").await?;
            loop {
                socket.write_all(b"x: y\r\n").await?;
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let ended: std::io::Result<()> = timeout(TIMEOUT, drip).await.expect("the connection is closed");
        ended.unwrap_err();
    });
    let healthy = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!(server.get("/healthz").await.0, 200);
    };
    tokio::join!(futures_util::future::join_all(dripping), healthy);

    let mut idle = server.dial().await;
    idle.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    timeout(TIMEOUT, idle.read_to_string(&mut answer)).await.expect("the connection is closed").unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("keep-alive: timeout=1\r\n"), "the answer announces the keep-alive timeout: {answer}");
    let began = Instant::now();
    let silent = timeout(TIMEOUT, server.dial().await.read_to_string(&mut answer)).await;
    silent.expect("the connection is closed").unwrap();
    assert!(began.elapsed() >= Duration::from_millis(900), "{:?}", began.elapsed());
}

#[tokio::test]
async fn oversized_head_is_rejected_and_body_is_not_awaited() {
    let server = Server::start(&["--max-head-bytes", "8192"]).await;
    let long = format!("GET /healthz HTTP/1.1\r\nx: {}\r\n", "y".repeat(9_000));
    assert_eq!(status(&server.request(&long).await.0), 431);
    let (head, _) = server.request("POST /healthz HTTP/1.1\r\ncontent-length: 1000000000\r\n").await;
    assert!([405, 413].contains(&status(&head)), "{head}");
    let mut dripping = server.dial().await;
    dripping.write_all(b"POST /healthz HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9000\r\n\r\nx").await.unwrap();
    let mut answer = String::new();
    timeout(TIMEOUT, dripping.read_to_string(&mut answer)).await.expect("the connection is closed").unwrap();
    assert!(answer.starts_with("HTTP/1.1 405"), "{answer}");
    assert_eq!(server.get("/healthz").await.0, 200);
}

#[tokio::test]
async fn unread_answer_ends_the_connection() {
    let server = Server::start(&["--stall-timeout", "1s"]).await;
    let symbols = server.json("/api/v1/symbols").await;
    let symbols: Vec<&str> =
        symbols["symbols"].as_array().unwrap().iter().map(|symbol| symbol["symbol"].as_str().unwrap()).collect();
    let path = format!("/api/v1/bars?symbols={}&interval=1s&limit=1000", symbols.join(","));
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4 * 1_024).unwrap();
    let mut socket = socket.connect(server.address.parse().unwrap()).await.unwrap();
    socket.write_all(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n").as_bytes()).await.unwrap();
    let counted = async {
        while !server
            .get("/metrics")
            .await
            .1
            .contains("tickcast_connections_ended_total{reason=\"answer_not_taken\"} 1\n")
        {}
    };
    timeout(TIMEOUT, counted).await.expect("the connection is ended");
}

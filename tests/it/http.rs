//! The HTTP addresses: answers, refusals and security headers.

use serde_json::Value;

use crate::support::{Server, status};

#[tokio::test]
async fn the_page_and_all_it_needs_come_from_the_binary() {
    let server = Server::start(&[]).await;
    let (head, page) = server.request("GET / HTTP/1.1\r\n").await;
    assert!(page.contains("<title>") && page.contains("type=\"importmap\""), "{page}");
    for header in ["content-security-policy: default-src 'none'", "x-content-type-options: nosniff", "etag: "] {
        assert!(head.contains(header), "{head}");
    }
    assert!(!page.contains("https://cdn"), "nothing may come from elsewhere");
    for path in ["/js/main.js", "/styles/tokens.css", "/lib/lightweight-charts.mjs", "/favicon.svg"] {
        assert_eq!(server.get(path).await.0, 200, "{path}");
    }
    for path in ["/package.json", "/js/../../Cargo.toml", "/..%2fCargo.toml", "/lib/", "/js", "/nowhere"] {
        assert_eq!(server.get(path).await.0, 404, "{path}");
    }
}

#[tokio::test]
async fn what_the_browser_has_is_not_sent_again() {
    let server = Server::start(&[]).await;
    let (head, _) = server.request("GET /js/main.js HTTP/1.1\r\n").await;
    let etag = head.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap();
    let (head, body) = server.request(&format!("GET /js/main.js HTTP/1.1\r\nif-none-match: {etag}\r\n")).await;
    assert_eq!((status(&head), body.as_str()), (304, ""));
    let (head, _) = server.request("GET /js/main.js HTTP/1.1\r\naccept-encoding: gzip\r\n").await;
    assert!(head.contains("content-encoding: gzip"), "{head}");
}

#[tokio::test]
async fn the_api_tells_symbols_bars_and_feed() {
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
            assert!(bars.len() >= 5, "{interval}: a chart must not be empty at the start: {}", bars.len());
            let starts: Vec<_> = bars.iter().map(|bar| bar["ts"].as_i64().unwrap()).collect();
            assert!(starts.windows(2).all(|w| w[0] < w[1]), "{interval}");
            let open = bars.iter().filter(|bar| bar["closed"] == false).count();
            assert!(open <= 1 && bars[..bars.len() - 1].iter().all(|bar| bar["closed"] == true), "{interval}");
        }
    }
    assert_eq!(server.json("/healthz").await["status"], "ok");
}

#[tokio::test]
async fn wrong_requests_are_told_what_would_be_right() {
    let server = Server::start(&["--max-history", "100"]).await;
    for (request, want, code) in [
        ("GET /api/v1/bars?symbols=AAPL&interval=2m HTTP/1.1\r\n", 400, "bad_query"),
        ("GET /api/v1/bars HTTP/1.1\r\n", 400, "bad_query"),
        ("GET /api/v1/bars?symbols=AAPL&interval=1m&limit=-1 HTTP/1.1\r\n", 400, "bad_query"),
        ("GET /api/v1/bars?symbols=AAPL,MSFT&interval=1m&limit=51 HTTP/1.1\r\n", 400, "bad_query"),
        ("GET /api/v1/bars?symbols=NO&interval=1m&limit=5 HTTP/1.1\r\n", 404, "unknown_symbol"),
        ("GET /api/v1/nothing HTTP/1.1\r\n", 404, "not_found"),
        ("POST /api/v1/feed HTTP/1.1\r\n", 405, "method_not_allowed"),
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
async fn a_full_server_says_so() {
    let server = Server::start(&["--max-sessions", "1"]).await;
    let mut first = server.connect().await;
    first.hear("feed").await;
    let upgrade = "GET /ws HTTP/1.1\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
                   sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nconnection: upgrade\r\n";
    let (head, body) = server.request(upgrade).await;
    assert_eq!(status(&head), 503, "{body}");
    assert!(body.contains("--max-sessions"), "{body}");
}

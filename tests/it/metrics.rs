//! `/metrics`: rejected requests, ended sessions and throttle levels are counted, and the document lists every metric.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::deploy::{prepare, tool};
use crate::support::{Server, status};

/// Scrapes the metrics and returns the samples by name with labels. A connection counts until the server has seen its
/// end, shortly after the client has, so a scrape just above a limit of connections tries again.
async fn scrape(server: &Server) -> BTreeMap<String, f64> {
    let (head, body) = loop {
        let answer = server.request("GET /metrics HTTP/1.1\r\n").await;
        if status(&answer.0) != 429 {
            break answer;
        }
    };
    assert_eq!(status(&head), 200);
    assert!(head.contains("content-type: application/openmetrics-text; version=1.0.0; charset=utf-8"), "{head}");
    assert!(body.ends_with("# EOF\n"), "{body}");
    let samples = body.lines().filter(|line| !line.starts_with('#'));
    samples.map(|line| line.rsplit_once(' ').unwrap()).map(|(name, n)| (name.to_owned(), n.parse().unwrap())).collect()
}

/// Scrapes until a sample has the wanted value: a session ends shortly after its client.
async fn wait_for(server: &Server, name: &str, want: f64) {
    let wait = async { while scrape(server).await.get(name) != Some(&want) {} };
    let in_time = tokio::time::timeout(crate::support::TIMEOUT, wait).await;
    assert!(in_time.is_ok(), "{name} must be {want}: {:?}", scrape(server).await);
}

#[tokio::test]
async fn sessions_messages_and_ends_are_counted() {
    let server = Server::start(&[]).await;
    let before = scrape(&server).await;
    assert_eq!(before["tickcast_sessions{transport=\"websocket\"}"], 0.0);
    assert_eq!(
        before["tickcast_session_ends_total{reason=\"too_slow\",code=\"1013\"}"], 0.0,
        "the metric exists from the start"
    );
    assert_eq!(before["tickcast_build_info{version=\"0.1.0\"}"], 1.0);
    let mut client = server.connect().await;
    client.send(json!({"type":"subscribe","channel":"quotes","symbols":["*"],"rate":20}).to_string()).await;
    for _ in 0..5 {
        client.receive("update").await;
    }
    client.send("Hello, world!").await;
    client.receive("error").await;
    let during = scrape(&server).await;
    assert_eq!(during["tickcast_sessions{transport=\"websocket\"}"], 1.0);
    assert!(during["tickcast_messages_sent_total{format=\"json\"}"] >= 9.0);
    assert!(during["tickcast_message_bytes_sent_total{format=\"json\"}"] >= 2_000.0);
    assert!(during["tickcast_ticks_total"] > before["tickcast_ticks_total"]);
    assert!(during["tickcast_market_time_seconds"] > before["tickcast_market_time_seconds"]);
    assert_eq!(during["tickcast_bus_gaps_total"], 0.0);
    assert!(during["tickcast_updates_encoded_total"] >= 5.0);
    assert!(
        during.contains_key("tickcast_ticks_merged_total") && during.contains_key("tickcast_flushes_skipped_total")
    );
    assert_eq!(during["tickcast_connections"], 1.0, "the connection of the scrape");
    assert_eq!(during["tickcast_sessions_by_throttle_level{level=\"full\"}"], 1.0);
    for lag in ["flush", "delivery"] {
        let of = |part: &str| during[&format!("tickcast_{lag}_lag_seconds_{part}")];
        let (count, sum) = (of("count"), of("sum"));
        assert!(count >= 5.0 && of("bucket{le=\"+Inf\"}") == count, "{lag}: {count}");
        assert!(of("bucket{le=\"0.001\"}") <= of("bucket{le=\"10.0\"}") && sum > 0.0 && sum < 60.0, "{lag}: {sum} s");
    }
    assert!(during["tickcast_tasks"] >= 3.0, "publisher, session and scrape: {}", during["tickcast_tasks"]);
    client.send("x".repeat(70_000)).await;
    wait_for(&server, "tickcast_session_ends_total{reason=\"message_too_large\",code=\"1009\"}", 1.0).await;
    wait_for(&server, "tickcast_sessions{transport=\"websocket\"}", 0.0).await;
    let after = scrape(&server).await;
    let levels = ["full", "skipping", "lowered"]
        .map(|level| after[&format!("tickcast_sessions_by_throttle_level{{level=\"{level}\"}}")]);
    assert_eq!(levels, [0.0; 3]);
    // Its close frame may still be on its way.
    let no_task_left = async { while scrape(&server).await["tickcast_tasks"] >= during["tickcast_tasks"] {} };
    let in_time = tokio::time::timeout(crate::support::TIMEOUT, no_task_left).await;
    assert!(in_time.is_ok(), "an ended session leaves no task behind");
    assert_eq!(after["tickcast_sessions_opened_total{transport=\"websocket\"}"], 1.0);
    assert_eq!(after["tickcast_api_errors_total{code=\"bad_json\"}"], 1.0);
}

#[tokio::test]
async fn rejected_requests_are_counted_by_reason() {
    let flags = ["--max-sessions", "2", "--max-sessions-per-address", "1", "--max-connections-per-address", "2"];
    let server = Server::start(&flags).await;
    // While there is room: afterwards it would be told that there is none.
    server.request("GET /ws HTTP/1.1\r\n").await;
    wait_for(&server, "tickcast_api_errors_total{code=\"not_a_websocket\"}", 1.0).await;
    let mut client = server.connect().await;
    client.receive("feed").await;
    for (request, code) in [
        ("GET /events HTTP/1.1\r\n", "too_many_sessions_from_address"),
        ("GET /nowhere HTTP/1.1\r\n", "not_found"),
        ("GET /api/v1/bars HTTP/1.1\r\n", "bad_query"),
        ("GET /api/v1/quotes?symbols=NO HTTP/1.1\r\n", "unknown_symbol"),
        ("POST /healthz HTTP/1.1\r\n", "method_not_allowed"),
    ] {
        server.request(request).await;
        wait_for(&server, &format!("tickcast_api_errors_total{{code=\"{code}\"}}"), 1.0).await;
    }
    // The end of an earlier connection may take the place of one of these.
    let mut waiting = Vec::new();
    while server.get("/healthz").await.0 != 429 {
        waiting.push(server.dial().await);
    }
    drop(waiting);
    while server.get("/healthz").await.0 != 200 {}
    let rejected = scrape(&server).await["tickcast_api_errors_total{code=\"too_many_connections_from_address\"}"];
    assert!(rejected >= 1.0, "{rejected}");

    let full = Server::start(&["--max-sessions", "1", "--head-timeout", "1s"]).await;
    let mut client = full.connect().await;
    client.receive("feed").await;
    full.get("/events").await;
    wait_for(&full, "tickcast_api_errors_total{code=\"too_many_sessions\"}", 1.0).await;
    let _silent = full.dial().await;
    wait_for(&full, "tickcast_connections_ended_total{reason=\"no_head\"}", 1.0).await;
    full.request(&format!("GET / HTTP/1.1\r\nx: {}\r\n", "y".repeat(100_000))).await;
    wait_for(&full, "tickcast_connections_ended_total{reason=\"head_too_long\"}", 1.0).await;
    full.request("GET no address at all\r\n").await;
    wait_for(&full, "tickcast_connections_ended_total{reason=\"bad_head\"}", 1.0).await;
    client.send("{}").await;
    wait_for(&full, "tickcast_api_errors_total{code=\"bad_message\"}", 1.0).await;
}

#[tokio::test]
async fn older_text_format_is_served_to_those_who_accept_only_that() {
    let server = Server::start(&[]).await;
    let (head, body) = server.request("GET /metrics HTTP/1.1\r\naccept: text/plain;version=0.0.4\r\n").await;
    assert!(head.contains("content-type: text/plain; version=0.0.4; charset=utf-8"), "{head}");
    assert!(body.contains("# TYPE tickcast_ticks_total counter\n") && !body.contains("# EOF"), "{body}");
    let prometheus = "accept: application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
    let (head, _) = server.request(&format!("GET /metrics HTTP/1.1\r\n{prometheus}\r\n")).await;
    assert!(head.contains("content-type: application/openmetrics-text"), "{head}");
    check_with_promtool(&body).await;
}

/// Has Prometheus's own checker read the text, if `tests/run` has fetched it.
async fn check_with_promtool(text: &str) {
    let Some(promtool) = tool("promtool") else { return };
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    let mut promtool = prepare(&promtool);
    let checked = promtool.args(["check", "metrics"]).stdin(file.reopen().unwrap()).output().await.unwrap();
    let complaints = String::from_utf8_lossy(&checked.stderr);
    assert!(checked.status.success() && complaints.is_empty(), "{complaints}");
}

#[tokio::test]
async fn metrics_document_lists_exactly_the_metrics() {
    let server = Server::start(&[]).await;
    let (_, text) = server.get("/metrics").await;
    let types = text.lines().filter_map(|line| line.strip_prefix("# TYPE tickcast_")?.split_once(' '));
    let shown: BTreeSet<String> = types
        .map(|(name, kind)| match kind {
            "counter" => format!("{name}_total"),
            "info" => format!("{name}_info"),
            _ => name.to_owned(),
        })
        .collect();
    let document = include_str!("../../docs/OPERATIONS.md");
    let (_, table) = document.split_once("| name (with the prefix `tickcast_`)").unwrap();
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let first_cells = rows.filter_map(|row| row.split('|').nth(1));
    let listed: BTreeSet<String> =
        first_cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).map(Into::into).collect();
    assert_eq!(shown, listed);
}

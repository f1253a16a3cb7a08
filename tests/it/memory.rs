//! The memory budget: what it refuses, what it shows, and what happens where a part has taken its share.

use std::collections::BTreeMap;

use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

use crate::raw_client::{FIN, MASK, RawClient, TEXT};
use crate::support::{Server, TIMEOUT, command, status};

const MEBIBYTE: f64 = 1_048_576.0;

/// The error of a command line that does not start.
async fn refusal(arguments: &[&str]) -> String {
    let output = command(arguments).args(["--bind", "127.0.0.1:0"]).output();
    let output = timeout(TIMEOUT, output).await.expect("it ends").unwrap();
    assert!(!output.status.success(), "{arguments:?} is refused");
    String::from_utf8(output.stderr).unwrap()
}

/// A metric of each part of the memory.
async fn by_part(server: &Server, name: &str) -> BTreeMap<String, f64> {
    let metrics = server.get("/metrics").await.1;
    let prefix = format!("tickcast_{name}{{part=\"");
    let lines = metrics.lines().filter_map(|line| line.strip_prefix(&prefix));
    let parts = lines.map(|line| line.split_once("\"} ").unwrap());
    parts.map(|(part, value)| (part.to_owned(), value.parse().unwrap())).collect()
}

#[tokio::test]
async fn settings_that_cannot_fit_are_refused_with_the_flag() {
    let cases: [(&[&str], &[&str]); 5] = [
        (
            &["--memory", "512", "--max-sessions", "100000"],
            &["--memory is 512", "sessions may take", "max-sessions 100000 x 16 kiB", "lower --max-sessions"],
        ),
        (&["--memory", "512", "--answer-memory", "600"], &["answers may take 600 MiB", "lower --answer-memory"]),
        (
            &["replay", "data/us-stocks-daily.csv.gz", "--memory", "256", "--checkpoint-memory", "300"],
            &["checkpoints may take 300 MiB", "lower --checkpoint-memory"],
        ),
        // The number of symbols is known only when the market is made.
        (&["--memory", "1000", "--symbols", "10000"], &["quotes may take", "10000 symbols", "lower --symbols"]),
        (&["--memory", "256"], &["feed may take", "source", "lower --max-past-bars", "raise --memory"]),
    ];
    for (arguments, expected) in cases {
        let error = refusal(arguments).await;
        assert!(expected.iter().all(|text| error.contains(text)), "{arguments:?}: {error}");
    }
}

#[tokio::test]
async fn print_config_shows_how_the_memory_is_divided() {
    for (arguments, parts) in [
        (&["--memory", "1024", "--print-config"][..], 8),
        (&["replay", "a.csv", "--memory", "96", "--print-config"][..], 8),
    ] {
        let output = command(arguments).output().await.unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let table: Vec<&str> = text.lines().skip_while(|line| !line.starts_with("# memory: at most")).collect();
        let [table @ .., below] = &table[..] else { panic!("{text}") };
        assert_eq!((table.len(), below.contains("added when it is open")), (1 + parts, true), "{text}");
        assert!(text.parse::<toml::Table>().is_ok(), "the table is a comment: {text}");
        let mebibytes: f64 =
            table[1..].iter().map(|row| row.split_whitespace().nth(2).unwrap().parse::<f64>().unwrap()).sum();
        let total: f64 = arguments[arguments.len() - 2].parse().unwrap();
        assert!((mebibytes - total).abs() <= parts as f64, "the parts are the whole: {text}");
    }
}

#[tokio::test]
async fn metrics_show_the_memory_of_each_part() {
    let server = Server::start(&["--memory", "512"]).await;
    assert!(server.lines.iter().any(|line| line.contains("at most 512 MiB, set with --memory")), "{:?}", server.lines);
    let mut client = server.connect().await;
    client.receive("feed").await;
    let (limits, used) = (by_part(&server, "memory_limit_bytes").await, by_part(&server, "memory_used_bytes").await);
    assert_eq!(limits.values().sum::<f64>(), 512.0 * MEBIBYTE);
    // The program has all that no other part accounts for, with what was freed since the start.
    for (part, limit) in limits.iter().filter(|(part, _)| *part != "program") {
        assert!(used[part] <= *limit, "{part} uses {} of {limit}", used[part]);
    }
    assert!(used.values().sum::<f64>() <= 512.0 * MEBIBYTE, "{used:?}");
    for part in ["program", "market", "sessions", "requests"] {
        assert!(used[part] > 0.0, "{part} uses nothing: {used:?}");
    }
}

/// The first bytes of a text message of 60,000 bytes, of which nothing comes.
const ANNOUNCED: [u8; 8] = [FIN | TEXT, MASK | 126, 0xea, 0x60, 1, 2, 3, 4];

#[tokio::test]
async fn messages_that_never_come_hold_bounded_memory() {
    // One address may hold half of it, so nine of these messages.
    let server = Server::start(&["--session-memory", "1"]).await;
    let mut honest = server.connect().await;
    let mut waiting = Vec::new();
    for _ in 0..9 {
        let mut client = RawClient::open(&server.address).await;
        client.socket.write_all(&ANNOUNCED).await.unwrap();
        waiting.push(client);
    }
    while by_part(&server, "memory_used_bytes").await["sessions"] < 480.0 * 1024.0 {
        tokio::task::yield_now().await;
    }
    let mut one_more = RawClient::open(&server.address).await;
    one_more.socket.write_all(&ANNOUNCED).await.unwrap();
    assert_eq!(one_more.close_code().await, 1013);
    let (head, body) = server.request("GET /events?symbols=AAPL HTTP/1.1\r\n").await;
    assert_eq!(status(&head), 503, "{head}");
    assert!(
        body.contains("no_memory") && body.contains("--session-memory") && head.contains("retry-after"),
        "{head}{body}"
    );
    honest.send(r#"{"type":"subscribe","channel":"quotes","symbols":["*"]}"#).await;
    honest.receive("update").await;
    drop(waiting);
    while by_part(&server, "memory_used_bytes").await["sessions"] > 64.0 * 1024.0 {
        tokio::task::yield_now().await;
    }
    let metrics = server.get("/metrics").await.1;
    assert!(metrics.contains("tickcast_session_ends_total{reason=\"no_memory\",code=\"1013\"} 1\n"), "{metrics}");
}

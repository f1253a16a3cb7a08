//! A replay on the wire equals its file, digit for digit.

use std::collections::BTreeMap;
use std::io::Read as _;

use serde_json::json;

use crate::support::{Server, digits, member};

const STOCKS: &str = "data/us-stocks-daily.csv.gz";

/// A day as the file writes it: date, open, high, low, close, volume.
type Row = [String; 6];

/// Reads the rows of each ticker, by commas and line ends alone.
fn rows_of_the_file() -> BTreeMap<String, Vec<Row>> {
    let file = std::fs::File::open(concat!(env!("CARGO_MANIFEST_DIR"), "/data/us-stocks-daily.csv.gz")).unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
    let mut rows: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let [ticker, date, open, high, low, close, volume, _adjusted] = cells[..] else { panic!("{line}") };
        rows.entry(ticker.into()).or_default().push([date, open, high, low, close, volume].map(String::from));
    }
    rows
}

/// Returns the numbers of each bar as the text of the wire, without a detour through floats.
fn bars_on_the_wire(message: &str) -> Vec<Row> {
    let bars = message.split_once("\"bars\":[").unwrap().1;
    let row = |bar: &str| {
        assert_eq!(member(bar, "closed"), "true", "{bar}");
        let micros: i64 = member(bar, "ts").parse().unwrap();
        let date = chrono::DateTime::from_timestamp_micros(micros).unwrap();
        assert_eq!(date.time(), chrono::NaiveTime::MIN, "{bar}");
        let number = |name| member(bar, name).to_owned();
        [
            date.date_naive().to_string(),
            number("open"),
            number("high"),
            number("low"),
            number("close"),
            number("volume"),
        ]
    };
    bars.split("},{").map(row).collect()
}

fn check(ticker: &str, got: &[Row], want: &[Row]) {
    assert_eq!(got.len(), want.len(), "{ticker}: as many bars as rows");
    for (got, want) in got.iter().zip(want) {
        assert_eq!(got.each_ref().map(|n| digits(n)), want.each_ref().map(|n| digits(n)), "{ticker} {}", want[0]);
    }
}

#[tokio::test]
async fn stocks_replay_digit_for_digit_at_full_speed() {
    let server = Server::start(&["replay", STOCKS, "--speed", "max"]).await;
    let rows = rows_of_the_file();
    assert_eq!(rows.values().map(Vec::len).sum::<usize>(), 12_154);
    assert!(server.lines.iter().any(|line| line.contains("12154 rows of bars, 5 symbols")), "{:?}", server.lines);
    let mut client = server.connect().await;
    server.wait_until_ended().await;
    assert_eq!(server.json("/healthz").await["ticks"], 4 * 12_154, "four ticks a row");

    client.send(json!({"type":"subscribe","channel":"quotes","symbols":["*"]}).to_string()).await;
    let snapshot = client.receive("snapshot").await;
    for quote in snapshot["quotes"].as_array().unwrap() {
        let ticker = quote["symbol"].as_str().unwrap();
        assert_eq!(quote["seq"], 4 * rows[ticker].len());
        let close = &rows[ticker].last().unwrap()[4];
        assert_eq!(quote["last"].to_string(), digits(close), "{ticker}");
    }
    for (ticker, want) in &rows {
        client
            .send(
                json!({"type":"subscribe","channel":"bars","symbols":[ticker],"interval":"1d","history":5000})
                    .to_string(),
            )
            .await;
        let mut got = bars_on_the_wire(&client.receive_text("bars").await);
        while got.len() < want.len() {
            got.extend(bars_on_the_wire(&client.receive_text("bars").await));
        }
        check(ticker, &got, want);
    }
    let (_, body) = server.get("/api/v1/bars?symbols=MSFT&interval=1d&limit=5000").await;
    check("MSFT", &bars_on_the_wire(&body), &rows["MSFT"]);
}

#[tokio::test]
async fn early_client_gets_each_bar_once() {
    // About a hundred days a second: bars arrive as they close, many to a message.
    let server = Server::start(&["replay", STOCKS, "--speed", "50000000x"]).await;
    let mut client = server.connect().await;
    client
        .send(
            json!({"type":"subscribe","channel":"bars","symbols":["IBM"],"interval":"1d","history":5000,"rate":10})
                .to_string(),
        )
        .await;
    let want = &rows_of_the_file()["IBM"];
    let mut got: Vec<Row> = Vec::new();
    while got.len() < want.len() {
        let message = client.receive_text("bars").await;
        assert!(message.contains("\"missed\":0"), "{message}");
        let (head, bars) = message.split_once("\"bars\":[").unwrap();
        // A forming bar comes again when it is closed.
        let closed: Vec<&str> = bars.split_inclusive('}').filter(|bar| bar.contains("\"closed\":true")).collect();
        if !closed.is_empty() {
            let closed: Vec<&str> = closed.iter().map(|bar| bar.trim_start_matches(',')).collect();
            got.extend(bars_on_the_wire(&format!("{head}\"bars\":[{}]}}", closed.join(","))));
        }
    }
    check("IBM", &got, want);
}

#[tokio::test]
async fn one_sided_quotes_play_exactly_and_without_volume() {
    let server = Server::start(&["replay", "data/eurusd-2016-06-14-ticks.csv.gz", "--speed", "max"]).await;
    let mut client = server.connect().await;
    server.wait_until_ended().await;
    client.send(json!({"type":"subscribe","channel":"quotes","symbols":["EURUSD"]}).to_string()).await;
    let snapshot = client.receive_text("snapshot").await;
    for text in ["\"seq\":100005,", "\"last\":1.11062,", "\"bid\":1.11062,", "\"ask\":null,", "\"vwap\":null,"] {
        assert!(snapshot.contains(text), "{text} in {snapshot}");
    }
    assert_eq!(server.json("/api/v1/symbols").await["symbols"][0]["basis"], "bid");
}

#[tokio::test]
async fn loop_begins_a_new_epoch() {
    let server = Server::start(&["replay", "tests/fixtures/csv/epoch-ms-trades.csv", "--speed", "max", "--loop"]).await;
    let mut client = server.connect().await;
    client.receive("hello").await;
    let mut epochs = Vec::new();
    while epochs.len() < 3 {
        let feed = client.receive("feed").await;
        assert_eq!(feed["looping"], true);
        epochs.push(feed["epoch"].as_u64().unwrap());
        epochs.dedup();
    }
    assert!(epochs.windows(2).all(|w| w[0] < w[1]), "{epochs:?}");
}

#[tokio::test]
async fn rejected_rows_are_listed_by_reason() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("odd.csv");
    std::fs::write(&file, "time,price\n2024-01-01,1.5\nnoon,2\n2024-01-02,dear\n2024-01-03,cheap\n2024-01-04,2.5\n")
        .unwrap();
    let file = file.to_str().unwrap();
    let server = Server::start(&["replay", file, "--paused"]).await;
    let got = server.json("/api/v1/feed/rejected").await;
    let want = json!([
        {"file":file,"reason":"bad time","line":3,"column":1,"value":"noon","count":1},
        {"file":file,"reason":"bad price","line":4,"column":2,"value":"dear","count":2},
    ]);
    assert_eq!((&got["rows_rejected"], &got["rejected"]), (&json!(3), &want));
    assert_eq!(server.json("/api/v1/feed").await["rows_rejected"], 3);
    assert!(server.get("/metrics").await.1.contains("\ntickcast_rows_rejected 3\n"));
}

#[tokio::test]
async fn remarks_about_the_files_are_listed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("jump.csv");
    std::fs::write(&file, "time,price\n2024-01-02,10.5\n2024-01-03,10.6\n2024-01-04,1062\n2024-01-05,10.4\n").unwrap();
    let file = file.to_str().unwrap();
    let server = Server::start(&["replay", file, "--paused"]).await;
    let got = server.json("/api/v1/feed/reading").await;
    let warning = json!({
        "file": file,
        "code": "price-jump",
        "what": "the price of JUMP goes from 10.6 to 1062 in one step",
        "lines": [3, 4],
        "played": "one instrument, JUMP",
        "other": "several instruments, another scale, or a cell that is no price",
        "flag": "--columns symbol=NAME, or price=NAME",
    });
    assert_eq!(got["warnings"], json!([warning]));
    let first = &got["assumptions"][0];
    assert_eq!((first["what"].as_str(), first["flag"].as_str()), (Some("times are UTC"), None));
}

/// Writes files of trades that begin together or one after another.
fn write_files(folder: &std::path::Path, count: u64, offset: u64) {
    for file in 0..count {
        let row = |n: u64| format!("{},S{file},{}.5,1\n", 1_700_000_000_000 + file * offset + n * 1_000, 10 + n);
        let rows: String = (0..20).map(row).collect();
        std::fs::write(folder.join(format!("{file}.csv")), format!("timestamp,symbol,price,size\n{rows}")).unwrap();
    }
}

#[cfg(unix)]
#[tokio::test]
async fn more_files_play_than_may_be_open() {
    for offset in [1, 100_000] {
        let folder = tempfile::tempdir().unwrap();
        write_files(folder.path(), 90, offset);
        let path = folder.path().to_str().unwrap();
        let few = ["--max-sessions", "4", "--max-connections", "8"];
        let server = Server::start_with_files(48, &[&["replay", path, "--speed", "max"], &few[..]].concat()).await;
        server.wait_until_ended().await;
        assert_eq!(server.json("/healthz").await["ticks"], 90 * 20);
        assert_eq!(server.json("/api/v1/feed").await["state"], "ended");
    }
}

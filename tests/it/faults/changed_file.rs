//! A file that changes while it plays: prices of another file are never shown as its own.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use super::Follower;
use crate::support::{Server, TIMEOUT};

/// Rows with prices of `from` and above, a millisecond apart.
fn rows(count: u64, from: u64) -> String {
    let row = |n: u64| format!("{},AAA,{}.{:02},1\n", 1_700_000_000_000 + n, from + n / 100 % 50, n % 100);
    std::iter::once("time,symbol,price,size\n".to_owned()).chain((0..count).map(row)).collect()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// Replaces a file by another one, as an editor or `mv` does.
fn replace(path: &Path, bytes: &[u8]) {
    let other = path.with_extension("new");
    fs::write(&other, bytes).unwrap();
    fs::rename(other, path).unwrap();
}

struct Case {
    name: &'static str,
    content: Vec<u8>,
    change: fn(&Path),
    fault: &'static str,
}

/// More rows than are read ahead, so that reading goes on while the file changes.
const LONG: u64 = 60_000;
/// Few rows, which a loop reads again and again.
const SHORT: u64 = 4_000;

fn cases() -> Vec<Case> {
    let rows_from_100 = |count| rows(count, 100).into_bytes();
    vec![
        Case {
            name: "cut.csv",
            content: rows_from_100(LONG),
            change: |path| fs::OpenOptions::new().write(true).open(path).unwrap().set_len(700_000).unwrap(),
            fault: "the file has changed: it is shorter than when tickcast began",
        },
        Case {
            name: "cut.csv.gz",
            content: gzip(&rows(10 * LONG, 100)),
            change: |path| fs::OpenOptions::new().write(true).open(path).unwrap().set_len(500_000).unwrap(),
            fault: "the file has changed: it is shorter than when tickcast began",
        },
        Case {
            name: "copied-over.csv",
            content: rows_from_100(LONG),
            change: |path| fs::write(path, rows(LONG + 1_000, 900)).unwrap(),
            fault: "the file has changed: it was rewritten after tickcast began",
        },
        Case {
            name: "replaced.csv",
            content: rows_from_100(SHORT),
            change: |path| replace(path, rows(SHORT, 900).as_bytes()),
            fault: "the file has changed: it is not the same file as when tickcast began",
        },
        Case {
            name: "deleted.csv",
            content: rows_from_100(SHORT),
            change: |path| fs::remove_file(path).unwrap(),
            fault: "no such file",
        },
    ]
}

async fn start(case: &Case) -> (tempfile::TempDir, PathBuf, Server) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(case.name);
    fs::write(&path, &case.content).unwrap();
    // The change must be later than the file's own time by more than the file system's resolution.
    sleep(Duration::from_millis(50)).await;
    let speed = if case.content.len() > 1_000_000 { "10x" } else { "5x" };
    let server = Server::start(&["replay", path.to_str().unwrap(), "--speed", speed, "--loop"]).await;
    (folder, path, server)
}

/// Follows until the feed plays, changes the file, and follows until the feed has failed. Returns its fault.
async fn change_while_it_plays(server: &Server, follower: &mut Follower, change: impl FnOnce()) -> String {
    let mut client = server.connect().await;
    follower.begin(&mut client, 20).await.unwrap();
    let failed = async {
        while follower.updates == 0 {
            follower.follow(&mut client).await.expect("the connection stays open");
        }
        change();
        loop {
            let message = follower.follow(&mut client).await.expect("the connection stays open");
            if message["type"] == "feed" && message["state"] == "failed" {
                return message["fault"].as_str().unwrap().to_owned();
            }
        }
    };
    timeout(TIMEOUT, failed).await.expect("the fault is sent")
}

#[tokio::test]
async fn changed_file_fails_the_feed_and_shows_no_foreign_price() {
    for case in cases() {
        let (_folder, path, server) = start(&case).await;
        let mut follower = Follower::default();
        let fault = change_while_it_plays(&server, &mut follower, || (case.change)(&path)).await;
        assert!(fault.contains(case.name) && fault.contains(case.fault), "{}: {fault}", case.name);
        assert!(follower.highest_price < 200.0, "{}: {}", case.name, follower.highest_price);
        // The last prices stay, and new clients get the same fault.
        let feed = server.json("/api/v1/feed").await;
        assert_eq!((&feed["state"], feed["fault"].as_str()), (&json!("failed"), Some(&*fault)), "{}", case.name);
        assert_eq!(server.json("/api/v1/quotes").await["quotes"].as_array().unwrap().len(), 1);
        assert_eq!(server.stop().await, Some(0), "{}", case.name);
    }
}

async fn seek(server: &Server, percent: u32) -> (u16, Value) {
    server.post("/api/v1/feed", &json!({"command":"seek","percent":percent})).await
}

#[tokio::test]
async fn seek_in_a_replaced_file_shows_no_foreign_price() {
    let case = Case { name: "sought.csv", content: rows(10 * LONG, 100).into_bytes(), change: |_| {}, fault: "" };
    let (_folder, path, server) = start(&case).await;
    assert_eq!(seek(&server, 20).await.0, 200);
    replace(&path, rows(10 * LONG, 900).as_bytes());
    seek(&server, 90).await;
    let failed = async {
        loop {
            let feed = server.json("/api/v1/feed").await;
            if feed["state"] == "failed" {
                return feed;
            }
            sleep(Duration::from_millis(20)).await;
        }
    };
    let feed = timeout(TIMEOUT, failed).await.expect("the fault is sent");
    assert!(feed["fault"].as_str().unwrap().contains("it is not the same file"), "{feed}");
    let quotes = server.json("/api/v1/quotes").await;
    assert!(quotes["quotes"][0]["last"].as_f64().is_none_or(|last| last < 200.0), "{quotes}");
}

#[tokio::test]
async fn rows_added_while_playing_wait_for_the_next_start() {
    let case = Case { name: "growing.csv", content: rows(SHORT, 100).into_bytes(), change: |_| {}, fault: "" };
    let (_folder, path, server) = start(&case).await;
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    // A whole row, and the first half of another one.
    write!(file, "1700000100000,AAA,901.00,1\n1700000100001,AAA,90").unwrap();
    let (mut client, mut follower) = (server.connect().await, Follower::default());
    follower.begin(&mut client, 20).await.unwrap();
    let first = follower.follow(&mut client).await.map(|_| follower.epoch);
    let again = async {
        while follower.epoch == 0 || Some(follower.epoch) <= first.map(|epoch| epoch + 1) {
            follower.follow(&mut client).await.expect("the connection stays open");
        }
    };
    timeout(TIMEOUT, again).await.expect("the loop begins again");
    assert!(follower.highest_price < 200.0, "{}", follower.highest_price);
    assert_eq!(server.json("/api/v1/feed").await["fault"], Value::Null);
}

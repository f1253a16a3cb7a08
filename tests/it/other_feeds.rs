//! The change to other feeds while the server runs.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::Server;

const FEED: &str = "/api/v1/feed";
/// A file of minutes, and of ticks.
const BARS: &str =
    "symbol,time,open,high,low,close,volume\nABC,2024-01-05 10:00,1,2,1,2,100\nABC,2024-01-05 10:01,2,3,2,3,50\n";
const TICKS: &str = "time,symbol,price,size\n2024-01-05T10:00:00Z,XYZ,10.5,1\n2024-01-05T10:00:01Z,XYZ,10.6,2\n";

/// A folder with two files that play, and one that does not.
pub fn library() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    std::fs::create_dir(folder.path().join("deep")).unwrap();
    write("bars.csv", BARS);
    write("deep/ticks.csv", TICKS);
    write("bad.csv", "time,price\n2024-01-05T10:00:00Z,no\n2024-01-05T10:00:01Z,price\n");
    folder
}

/// A simulation of five symbols that can change to the files of a folder.
pub async fn with_library(folder: &Path, flags: &[&str]) -> Server {
    Server::start(&[&["--symbols", "5", "--library", folder.to_str().unwrap()], flags].concat()).await
}

async fn load(server: &Server, command: Value) -> (u16, Value) {
    let mut body = json!({"command":"load"});
    body.as_object_mut().unwrap().extend(command.as_object().unwrap().clone());
    server.post(FEED, &body).await
}

#[tokio::test]
async fn feeds_are_listed_and_played_in_turn() {
    let folder = library();
    let server = with_library(folder.path(), &[]).await;
    let mut client = server.connect().await;
    client.send(json!({"type":"subscribe","channel":"quotes","symbols":["*"]}).to_string()).await;
    client.receive("granted").await;
    let listed = server.json("/api/v1/feeds").await;
    let ids: Vec<_> = listed["feeds"].as_array().unwrap().iter().map(|feed| feed["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["simulation", "library/bad.csv", "library/bars.csv", "library/deep/ticks.csv"]);
    assert_eq!((&listed["playing"], &listed["load"]), (&json!(["simulation"]), &json!(null)));
    assert_eq!(listed["feeds"][2]["bytes"], BARS.len());
    let mut epoch = server.json(FEED).await["epoch"].as_u64().unwrap();
    for (ids, source, symbols) in [
        (vec!["library/bars.csv"], "replay", vec!["ABC"]),
        (vec!["library/bars.csv", "library/deep/ticks.csv"], "replay", vec!["ABC", "XYZ"]),
        (vec!["simulation"], "simulation", vec!["AAPL", "BTCUSD", "EURUSD", "NDX", "SPX"]),
        (vec!["library/deep/ticks.csv"], "replay", vec!["XYZ"]),
    ] {
        let (status, feed) = load(&server, json!({"feeds":ids,"paused":true})).await;
        assert_eq!((status, &feed["source"], &feed["state"]), (200, &json!(source), &json!("paused")), "{feed}");
        epoch += 1;
        assert_eq!(feed["epoch"], epoch);
        assert_eq!(server.json("/api/v1/feeds").await["playing"], json!(ids));
        let listed = server.json("/api/v1/symbols").await;
        let of = |symbols: &Value| {
            let listed = symbols.as_array().unwrap().iter().map(|one| one["symbol"].as_str().unwrap().to_owned());
            let mut listed: Vec<_> = listed.collect();
            listed.sort_unstable();
            listed
        };
        if source == "replay" {
            assert_eq!(of(&listed["symbols"]), symbols);
        }
        let snapshot = loop {
            let snapshot = client.receive("snapshot").await;
            if snapshot["epoch"] == epoch {
                break snapshot;
            }
        };
        assert_eq!(of(&snapshot["quotes"]), of(&listed["symbols"]));
    }
}

#[tokio::test]
async fn files_of_the_start_can_be_played_again() {
    let folder = library();
    let bars = folder.path().join("bars.csv");
    let server = Server::start(&[
        "replay",
        bars.to_str().unwrap(),
        "--speed",
        "3x",
        "--library",
        folder.path().to_str().unwrap(),
    ])
    .await;
    assert_eq!(server.json("/api/v1/feeds").await["feeds"][1]["name"], "bars.csv");
    let simulated = load(&server, json!({"feeds":["simulation"]})).await.1;
    assert_eq!(
        (&simulated["source"], &simulated["speed"], &simulated["seed"]),
        (&json!("simulation"), &json!(1), &json!(7))
    );
    let again = load(&server, json!({"feeds":["start"]})).await.1;
    assert_eq!((&again["source"], &again["speed"], &again["name"]), (&json!("replay"), &json!(3), &json!("bars.csv")));
    let set = load(&server, json!({"feeds":["start"],"settings":{"symbol":"NEW"},"speed":7})).await.1;
    assert_eq!(set["speed"], 7);
    assert_eq!(server.json("/api/v1/symbols").await["symbols"][0]["symbol"], "NEW");
}

#[tokio::test]
async fn load_that_fails_says_why_and_the_feed_plays_on() {
    let folder = library();
    let server = with_library(folder.path(), &[]).await;
    let before = server.json(FEED).await;
    let secret = tempfile::NamedTempFile::new().unwrap();
    let outside = format!("library/{}", secret.path().display());
    for (command, status, code, message) in [
        (json!({"feeds":["library/bad.csv"]}), 422, "not_playable", "bad.csv"),
        (json!({"feeds":["library/none.csv"]}), 404, "unknown_feed", "library/none.csv"),
        (json!({"feeds":["start"]}), 404, "unknown_feed", "start"),
        (json!({"feeds":["library/../bad.csv"]}), 404, "unknown_feed", ".."),
        (json!({"feeds":["library/../../../../../../etc/passwd"]}), 404, "unknown_feed", ".."),
        (json!({"feeds":[outside]}), 404, "unknown_feed", "library/"),
        (json!({"feeds":["/etc/passwd"]}), 404, "unknown_feed", "/etc/passwd"),
        (json!({"feeds":["upload/1"]}), 404, "unknown_feed", "upload/1"),
        (json!({"feeds":["library/bars.csv","simulation"]}), 400, "bad_message", "plays alone"),
        (json!({"feeds":["library/bars.csv","library/bars.csv"]}), 400, "bad_message", "twice"),
        (json!({"feeds":["library/bars.csv"],"settings":{"tz":"Nowhere"}}), 400, "bad_message", "tz"),
        (json!({"feeds":["library/bars.csv"],"settings":{"max_symbols":9}}), 400, "bad_message", "max-symbols"),
        (json!({"feeds":["simulation"],"settings":{"tz":"UTC"}}), 400, "bad_message", "tz"),
        (json!({"feeds":["library/bars.csv"],"settings":{"columns":"time=nothing"}}), 422, "not_playable", "nothing"),
    ] {
        let (got, answer) = load(&server, command.clone()).await;
        let error = &answer["error"];
        assert_eq!((got, &error["code"]), (status, &json!(code)), "{command}: {answer}");
        assert!(error["message"].as_str().unwrap().contains(message), "{command}: {answer}");
        assert!(!answer.to_string().contains(folder.path().to_str().unwrap()), "no path is shown: {answer}");
    }
    let after = server.json(FEED).await;
    assert_eq!((&after["epoch"], &after["state"]), (&before["epoch"], &json!("playing")));
}

#[tokio::test]
async fn recorded_or_journaled_feed_stays() {
    let folder = library();
    for flag in ["--record", "--journal"] {
        let out = folder.path().join(format!("out{flag}"));
        let server = with_library(folder.path(), &[flag, out.to_str().unwrap()]).await;
        let reason = server.json("/api/v1/feeds").await["load"].as_str().unwrap().to_owned();
        let (status, answer) = load(&server, json!({"feeds":["library/bars.csv"]})).await;
        assert_eq!((status, &answer["error"]["code"]), (409, &json!("not_possible")));
        assert_eq!(answer["error"]["message"], reason);
        assert!(answer["error"]["remedy"].as_str().unwrap().contains(flag), "{answer}");
    }
}

#[tokio::test]
async fn feed_that_does_not_fit_into_the_memory_is_refused() {
    let folder = library();
    let many: String = (0..30_000).map(|n| format!("2024-01-05T10:00:00Z,S{n},1,1\n")).collect();
    std::fs::write(folder.path().join("many.csv"), format!("time,symbol,price,size\n{many}")).unwrap();
    let bars = folder.path().join("bars.csv");
    let flags = ["--memory", "256", "--library", folder.path().to_str().unwrap()];
    let server = Server::start(&[&["replay", bars.to_str().unwrap()], &flags[..]].concat()).await;
    let (status, answer) = load(&server, json!({"feeds":["library/many.csv"]})).await;
    assert_eq!((status, &answer["error"]["code"]), (422, &json!("not_playable")), "{answer}");
    assert!(answer["error"]["message"].as_str().unwrap().contains("--memory"), "{answer}");
    assert_eq!(load(&server, json!({"feeds":["library/deep/ticks.csv"]})).await.0, 200);
}

#[tokio::test]
async fn all_files_of_a_load_keep_to_their_number() {
    let folder = library();
    let bars = folder.path().join("bars.csv");
    let flags = ["--max-files", "1", "--library", folder.path().to_str().unwrap()];
    let server = Server::start(&[&["replay", bars.to_str().unwrap()], &flags[..]].concat()).await;
    assert_eq!(load(&server, json!({"feeds":["library/deep/ticks.csv"]})).await.0, 200);
    let (status, answer) = load(&server, json!({"feeds":["library/bars.csv","library/deep/ticks.csv"]})).await;
    let message = answer["error"]["message"].as_str().unwrap();
    assert!(status == 422 && message.contains("2 files") && message.contains("--max-files"), "{answer}");
}

#[tokio::test]
async fn viewer_lists_and_does_not_load() {
    let folder = library();
    let server = with_library(folder.path(), &["--control", "nobody"]).await;
    assert_eq!(server.get("/api/v1/feeds").await.0, 200);
    assert_eq!(load(&server, json!({"feeds":["library/bars.csv"]})).await.0, 403);
    let mut client = server.connect().await;
    let drive = json!({"type":"drive","id":1,"command":"load","feeds":["library/bars.csv"]});
    client.send(drive.to_string()).await;
    assert_eq!(client.receive("error").await["code"], "control_not_allowed");
}

#[tokio::test]
async fn load_over_the_stream_ends_what_the_new_feed_lacks() {
    let folder = library();
    let server = with_library(folder.path(), &[]).await;
    let mut client = server.connect().await;
    client.send(json!({"type":"subscribe","channel":"quotes","symbols":["AAPL"]}).to_string()).await;
    client.receive("snapshot").await;
    let drive = json!({"type":"drive","id":1,"command":"load","feeds":["library/bars.csv"]});
    client.send(drive.to_string()).await;
    let ended = client.receive("unsubscribed").await;
    assert_eq!(ended, json!({"type":"unsubscribed","channel":"quotes","symbols":["AAPL"],"reason":"gone"}));
    assert_eq!(client.receive("driven").await, json!({"type":"driven","id":1,"command":"load"}));
}

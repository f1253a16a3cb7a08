//! Commands to the feed over HTTP and WebSocket, and their effect on every client.

use serde_json::{Value, json};

use crate::support::{Client, Server, status};

/// The address of commands.
const FEED: &str = "/api/v1/feed";
const STOCKS: &str = "data/us-stocks-daily.csv.gz";

/// Sends a command that must succeed, and returns the feed's answer.
async fn command(server: &Server, command: Value) -> Value {
    let (status, feed) = server.post(FEED, &command).await;
    assert_eq!(status, 200, "{command}: {feed}");
    assert_eq!(feed["type"], "feed");
    feed
}

/// The market as the HTTP API returns it, without the epoch and the time of sending.
async fn market_state(server: &Server) -> Value {
    let mut all = vec![server.json("/api/v1/quotes").await];
    for interval in ["1s", "1m", "1h", "1d"] {
        let path = format!("/api/v1/bars?symbols=AAPL,FB,GOOG,IBM,MSFT&interval={interval}&limit=3000");
        all.push(server.json(&path).await);
    }
    for part in &mut all {
        let part = part.as_object_mut().unwrap();
        part.remove("epoch");
        part.remove("ts_sent");
    }
    json!(all)
}

#[tokio::test]
async fn preview_covers_the_whole_recording_before_it_plays() {
    let server = Server::start(&["replay", STOCKS, "--paused"]).await;
    let query = "symbols=AAPL,GOOG&interval=1d&limit=3000";
    let preview = async || server.json(&format!("/api/v1/feed/preview?{query}")).await;
    let feed = server.json("/api/v1/feed").await;
    let whole = loop {
        let preview = preview().await;
        if preview["through"] == feed["end"] {
            break preview;
        }
    };
    assert_eq!((&feed["state"], &whole["epoch"]), (&json!("paused"), &feed["epoch"]));
    assert_eq!(server.json(&format!("/api/v1/bars?{query}")).await["series"][0]["bars"], json!([]));
    command(&server, json!({"command":"seek","percent":100})).await;
    assert_eq!(server.json(&format!("/api/v1/bars?{query}")).await["series"], whole["series"]);
    assert_eq!(preview().await["series"], whole["series"]);
    assert_eq!(server.get("/api/v1/feed/preview?symbols=NO&interval=1d").await.0, 404);
    assert_eq!(server.get("/api/v1/feed/preview?symbols=AAPL&interval=2d").await.0, 400);
}

#[tokio::test]
async fn seek_back_shows_the_earlier_market_to_every_client() {
    let server = Server::start(&["replay", STOCKS, "--paused"]).await;
    let mut client = server.connect().await;
    let (_, mut watcher) = (client.receive("feed").await, server.connect().await);
    let there = command(&server, json!({"command":"seek","percent":40})).await;
    assert_eq!((&there["state"], &there["seekable"]), (&json!("paused"), &json!(true)));
    let before = market_state(&server).await;
    command(&server, json!({"command":"seek","percent":90})).await;
    assert_ne!(market_state(&server).await, before);
    client.send(json!({"type":"drive","id":5,"command":"seek","time":there["ts_market"]}).to_string()).await;
    assert_eq!(client.receive("driven").await, json!({"type":"driven","id":5,"command":"seek"}));
    assert_eq!(market_state(&server).await, before);
    let here = server.json("/api/v1/feed").await;
    assert_eq!(here["ts_market"], there["ts_market"]);
    assert!(here["epoch"].as_u64() > there["epoch"].as_u64());
    for mut other in [std::mem::replace(&mut watcher, server.connect().await), server.connect().await] {
        while other.receive("feed").await["revision"] != here["revision"] {}
    }
}

#[tokio::test]
async fn seek_shows_what_playing_to_the_same_time_shows() {
    let server = Server::start(&["replay", STOCKS, "--paused"]).await;
    for _ in 0..3 {
        command(&server, json!({"command":"step","to":"bar","interval":"1d"})).await;
    }
    command(&server, json!({"command":"step","to":"move","symbol":"IBM","percent":5})).await;
    // Before a gap no event of the same time is left over, unlike at the end of a bar or after a move.
    let feed = command(&server, json!({"command":"step","to":"gap"})).await;
    let played = market_state(&server).await;
    command(&server, json!({"command":"seek","percent":100})).await;
    assert_eq!(server.json("/api/v1/feed").await["state"], "ended");
    command(&server, json!({"command":"seek","time":feed["ts_market"]})).await;
    assert_eq!(market_state(&server).await, played);
    assert_eq!(server.json("/api/v1/feed").await["state"], "paused");
}

#[tokio::test]
async fn simulation_pauses_exactly_and_cannot_seek() {
    let server = Server::start(&["--seed", "4"]).await;
    let mut client = server.connect().await;
    client.receive("feed").await;
    let paused = command(&server, json!({"command":"pause"})).await;
    assert_eq!(paused["state"], "paused");
    let before = server.json("/healthz").await["ticks"].clone();
    client.receive("heartbeat").await;
    assert_eq!(client.receive("heartbeat").await["ts_market"], paused["ts_market"]);
    assert_eq!(server.json("/healthz").await["ticks"], before);
    let stepped = command(&server, json!({"command":"step"})).await;
    assert_eq!(server.json("/healthz").await["ticks"], before.as_u64().unwrap() + 1);
    assert_eq!(stepped["state"], "paused");
    let playing = command(&server, json!({"command":"speed","speed":10})).await;
    assert_eq!((&playing["state"], &playing["speed"]), (&json!("paused"), &json!(10)));
    assert_eq!(command(&server, json!({"command":"play"})).await["state"], "playing");
    let (code, error) = server.post(FEED, &json!({"command":"seek","percent":10})).await;
    assert_eq!((code, &error["error"]["code"]), (409, &json!("not_possible")));
}

#[tokio::test]
async fn invalid_commands_are_answered_with_a_remedy() {
    let server = Server::start(&[]).await;
    for (body, code) in [
        (json!({"command":"fly"}), "bad_message"),
        (json!({"command":"step","to":"move","symbol":"NO"}), "unknown_symbol"),
    ] {
        let (_, answer) = server.post(FEED, &body).await;
        assert_eq!(answer["error"]["code"], code, "{answer}");
    }
    let (head, _) = server.request_with("POST /api/v1/feed HTTP/1.1\r\ncontent-length: 2\r\n", "{}").await;
    assert_eq!(status(&head), 415);
    let head = "POST /api/v1/feed HTTP/1.1\r\ncontent-type: application/json\r\ncontent-length: 9000000\r\n";
    assert_eq!(status(&server.request_with(head, "{}").await.0), 413);
}

#[tokio::test]
async fn remote_server_takes_commands_only_where_allowed() {
    async fn control(bind: &str, flags: &[&str]) -> (Value, u16) {
        let server = Server::start_at(bind, flags).await;
        let mut client: Client = server.connect().await;
        let hello = client.receive("hello").await;
        (hello["control"].clone(), server.post(FEED, &json!({"command":"pause"})).await.0)
    }
    assert_eq!(control("127.0.0.1:0", &[]).await, (json!(true), 200));
    assert_eq!(control("0.0.0.0:0", &[]).await, (json!(false), 403));
    assert_eq!(control("0.0.0.0:0", &["--control", "everybody"]).await, (json!(true), 200));
    assert_eq!(control("127.0.0.1:0", &["--control", "nobody"]).await, (json!(false), 403));
}

#[tokio::test]
async fn scenario_is_listed_sent_to_all_and_journaled() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("session.toml");
    let server = Server::start(&["--seed", "3", "--symbols", "5", "--journal", journal.to_str().unwrap()]).await;
    let listed = server.json("/api/v1/scenarios").await;
    assert_eq!((listed["scenarios"].as_array().unwrap().len(), &listed["active"]), (12, &json!([])));
    assert_eq!(listed["groups"][0]["on"], "class:stock");
    let mut watcher = server.connect().await;
    let mut client = server.connect().await;
    let command = json!({"type":"drive","id":1,"command":"scenario","name":"news","on":"AAPL","strength":-1});
    watcher.send(json!({"type":"subscribe","channel":"news"}).to_string()).await;
    client.send(command.to_string()).await;
    assert_eq!(client.receive("driven").await, json!({"type":"driven","id":1,"command":"scenario"}));
    let scenarios = watcher.receive("scenarios").await;
    assert_eq!(
        (&scenarios["scenarios"][0]["name"], &scenarios["scenarios"][0]["on"]),
        (&json!("news"), &json!("AAPL"))
    );
    let about_apple = |news: &Value| {
        let stories = news["stories"].as_array().unwrap();
        stories.iter().any(|story| story["on"] == "AAPL" && story["tone"].as_f64().unwrap() < 0.0)
    };
    while !about_apple(&watcher.receive("news").await) {}
    assert!(about_apple(&server.json("/api/v1/news?limit=100").await));
    assert_eq!(server.json("/api/v1/scenarios").await["active"], scenarios["scenarios"]);
    let text = std::fs::read_to_string(&journal).unwrap();
    assert!(text.contains("name = \"news\"") && text.contains("target = \"AAPL\""), "{text}");
    for (command, code) in [
        (json!({"command":"scenario","name":"tsunami"}), "bad_scenario"),
        (json!({"command":"scenario","name":"crash","on":"NOBODY"}), "bad_scenario"),
        (json!({"command":"scenario"}), "bad_message"),
    ] {
        let (status, answer) = server.post(FEED, &command).await;
        assert_eq!((status, &answer["error"]["code"]), (400, &json!(code)), "{answer}");
    }
    assert_eq!(server.post(FEED, &json!({"command":"scenario","name":"halt","on":"sector:technology"})).await.0, 200);
    let replay = Server::start(&["replay", STOCKS, "--paused"]).await;
    let (status, answer) = replay.post(FEED, &json!({"command":"scenario","name":"crash"})).await;
    assert_eq!((status, &answer["error"]["code"]), (409, &json!("not_possible")));
    assert_eq!(replay.json("/api/v1/scenarios").await["scenarios"], json!([]));
}

#[tokio::test]
async fn commands_are_obeyed_in_a_pile_of_scenarios() {
    let server = Server::start(&["--seed", "7"]).await;
    let storm = json!({"command":"scenario","name":"tick-storm","on":"AAPL","strength":10,"seconds":600});
    for _ in 0..5 {
        command(&server, storm.clone()).await;
    }
    let mut client = server.connect().await;
    while client.receive("feed").await["symbols_limited"] != 1 {}
    let before = server.json("/healthz").await["ticks"].as_u64().unwrap();
    for (body, state) in [
        (json!({"command":"pause"}), "paused"),
        (json!({"command":"speed","speed":1000}), "paused"),
        (json!({"command":"play"}), "playing"),
        (json!({"command":"step","to":"event"}), "paused"),
        (json!({"command":"play"}), "playing"),
        (json!({"command":"pause"}), "paused"),
    ] {
        assert_eq!(command(&server, body).await["state"], state);
    }
    let health = server.json("/healthz").await;
    assert_eq!((&health["status"], &health["bus_gaps"]), (&json!("ok"), &json!(0)));
    assert!(health["ticks"].as_u64().unwrap() > before, "{health}");
}

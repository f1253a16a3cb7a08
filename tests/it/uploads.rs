//! Files that presenters send, and what attackers send instead.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Server, command, status};

const FEED: &str = "/api/v1/feed";
const UPLOADS: &str = "/api/v1/uploads";
const TICKS: &str = "time,symbol,price,size\n2024-01-05T10:00:00Z,XYZ,10.5,1\n2024-01-05T10:00:01Z,XYZ,10.6,2\n";

/// Starts a small simulation. It is killed at the end of the test, so what it has kept of uploads stays.
async fn start(flags: &[&str]) -> Server {
    let mut program = command(&[&["--symbols", "5", "--bind", "127.0.0.1:0"], flags].concat());
    Server::spawn(program.env("TMPDIR", env!("CARGO_TARGET_TMPDIR"))).await
}

async fn begin(server: &Server, name: &str, bytes: u64) -> (u16, Value) {
    server.post(UPLOADS, &json!({"name":name,"bytes":bytes})).await
}

/// Sends a request about an upload.
async fn send(server: &Server, method: &str, path: &str, body: &str) -> (u16, Value) {
    let head = format!("{method} /api/v1/{path} HTTP/1.1\r\ncontent-length: {}\r\n", body.len());
    let (head, answer) = server.request_with(&head, body).await;
    (status(&head), serde_json::from_str(&answer).unwrap_or(Value::Null))
}

/// Sends a whole file, and returns its id.
async fn upload(server: &Server, name: &str, text: &str) -> String {
    let (status, begun) = begin(server, name, text.len() as u64).await;
    assert_eq!(status, 201, "{begun}");
    let id = begun["id"].as_str().unwrap().to_owned();
    let address = id.replace("upload/", "uploads/");
    for (n, piece) in text.as_bytes().chunks(60).enumerate() {
        let piece = std::str::from_utf8(piece).unwrap();
        let (status, answer) = send(server, "PUT", &format!("{address}?offset={}", n * 60), piece).await;
        assert_eq!((status, &answer["received"]), (200, &json!(n * 60 + piece.len())), "{answer}");
    }
    id
}

async fn load(server: &Server, id: &str) -> (u16, Value) {
    server.post(FEED, &json!({"command":"load","feeds":[id]})).await
}

/// The uploads in the list of feeds.
async fn listed(server: &Server) -> Vec<Value> {
    let feeds = server.json("/api/v1/feeds").await["feeds"].as_array().unwrap().clone();
    feeds.into_iter().filter(|feed| feed["kind"] == "upload").collect()
}

#[track_caller]
fn check((got, answer): (u16, Value), status: u16, code: &str) {
    assert_eq!((got, &answer["error"]["code"]), (status, &json!(code)), "{answer}");
    assert!(!answer["error"]["remedy"].as_str().unwrap().is_empty());
}

#[tokio::test]
async fn file_is_sent_played_and_removed() {
    let server = start(&[]).await;
    let id = upload(&server, "xyz.csv", TICKS).await;
    let whole =
        json!({"id":id,"kind":"upload","name":"xyz.csv","bytes":TICKS.len(),"received":TICKS.len(),"complete":true});
    assert_eq!(listed(&server).await, [whole]);
    let (status, feed) = load(&server, &id).await;
    assert_eq!((status, &feed["name"], &feed["source"]), (200, &json!("xyz.csv"), &json!("replay")), "{feed}");
    assert_eq!(server.json("/api/v1/feeds").await["playing"], json!([id]));
    check(send(&server, "DELETE", "uploads/1", "").await, 409, "not_possible");
    assert_eq!(load(&server, "simulation").await.0, 200);
    assert_eq!(send(&server, "DELETE", "uploads/1", "").await.0, 200);
    assert_eq!(listed(&server).await, [] as [Value; 0]);
    check(send(&server, "DELETE", "uploads/1", "").await, 404, "unknown_feed");
    check(load(&server, &id).await, 404, "unknown_feed");
}

#[tokio::test]
async fn name_is_only_shown() {
    let server = start(&[]).await;
    for name in ["../../etc/passwd", "<img src=x onerror=alert(1)>", "a\u{202e}vsc.exe", "C:\\x.csv", "/x", "name\n2"] {
        let id = upload(&server, name, TICKS).await;
        assert_eq!(listed(&server).await.last().unwrap()["name"], name);
        let (status, feed) = load(&server, &id).await;
        assert_eq!(status, 200, "{feed}");
        assert!(feed["name"].as_str().unwrap().chars().all(|c| !c.is_control()), "{feed}");
    }
    for name in ["", "  ", &"x".repeat(256)] {
        check(begin(&server, name, 1).await, 400, "bad_message");
    }
    // A file that cannot be played is named as its sender named it, and not by its place on the disk.
    let id = upload(&server, "../bad.csv", "time,price\n2024-01-05T10:00:00Z,no\n2024-01-05T10:00:01Z,price\n").await;
    let (_, answer) = load(&server, &id).await;
    let message = answer["error"]["message"].as_str().unwrap();
    assert!(message.starts_with("../bad.csv: ") && !message.contains("tickcast-uploads"), "{message}");
}

#[tokio::test]
async fn upload_keeps_to_its_sizes() {
    let server = start(&["--upload-bytes", "3000000", "--uploads", "2", "--upload-total-bytes", "4000000"]).await;
    let limits = server.json("/api/v1/feeds").await["limits"].clone();
    assert_eq!(limits, json!({"upload_bytes":3_000_000,"uploads":2,"total_bytes":4_000_000,"piece_bytes":1_048_576}));
    check(begin(&server, "huge", 3_000_001).await, 413, "too_large");
    check(begin(&server, "huge", u64::MAX).await, 413, "too_large");
    check(begin(&server, "empty", 0).await, 400, "bad_message");
    check(server.post(UPLOADS, &json!({"name":"a","bytes":-1})).await, 400, "bad_message");
    check(server.post(UPLOADS, &json!({"name":"a","bytes":1e300})).await, 400, "bad_message");
    assert_eq!(begin(&server, "a", 2_500_000).await.0, 201);
    check(begin(&server, "b", 2_000_000).await, 507, "uploads_full");
    assert_eq!(begin(&server, "b", 10).await.0, 201);
    check(begin(&server, "c", 10).await, 507, "uploads_full");
    let mebibyte = "x".repeat(1 << 20);
    assert_eq!(send(&server, "PUT", "uploads/1?offset=0", &mebibyte).await.0, 200);
    let (status, answer) = send(&server, "PUT", "uploads/1?offset=7", "x").await;
    assert_eq!((status, &answer["received"]), (409, &json!(1 << 20)));
    check((status, answer), 409, "wrong_offset");
    // More than a piece is not even read.
    let head = "PUT /api/v1/uploads/1?offset=1048576 HTTP/1.1\r\ncontent-length: 1048577\r\n";
    assert_eq!(crate::support::status(&server.request_with(head, "x").await.0), 413);
    // Neither is more without a length.
    let head = "PUT /api/v1/uploads/1?offset=1048576 HTTP/1.1\r\ntransfer-encoding: chunked\r\n";
    let endless = format!("100001\r\n{}\r\n", "x".repeat(0x10_0001));
    let status = crate::support::status(&server.request_with(head, &endless).await.0);
    assert!([400, 413].contains(&status), "{status}");
    check(send(&server, "PUT", "uploads/2?offset=0", &"x".repeat(11)).await, 413, "too_large");
    for query in ["", "?offset=", "?offset=-1", "?offset=1e3", "?offset=0&offset=0"] {
        check(send(&server, "PUT", &format!("uploads/2{query}"), "x").await, 400, "bad_query");
    }
    check(load(&server, "upload/2").await, 422, "not_playable");
    for path in ["uploads/3", "uploads/0", "uploads/18446744073709551616"] {
        check(send(&server, "PUT", &format!("{path}?offset=0"), "x").await, 404, "unknown_feed");
    }
    for path in ["uploads/x", "uploads/-1", "uploads/1/2", "uploads/..%2f1"] {
        assert_eq!(send(&server, "DELETE", path, "").await.0, 404, "{path}");
    }
    let (answer, _) = server.request("GET /api/v1/uploads/1 HTTP/1.1\r\n").await;
    assert!(crate::support::status(&answer) == 405 && answer.contains("allow: PUT, DELETE"), "{answer}");
    assert_eq!(listed(&server).await[1]["received"], 0, "nothing of a refused piece is kept");
}

#[tokio::test]
async fn two_files_are_sent_at_once() {
    let server = start(&[]).await;
    for name in ["a.csv", "b.csv"] {
        assert_eq!(begin(&server, name, TICKS.len() as u64).await.0, 201);
    }
    for (offset, byte) in TICKS.bytes().enumerate() {
        let byte = char::from(byte).to_string();
        let [first, second] = [1, 2].map(|number| format!("uploads/{number}?offset={offset}"));
        let both = tokio::join!(send(&server, "PUT", &first, &byte), send(&server, "PUT", &second, &byte));
        assert_eq!((both.0.0, both.1.0), (200, 200));
    }
    let both = server.post(FEED, &json!({"command":"load","feeds":["upload/1","upload/2"],"paused":true})).await;
    assert_eq!((both.0, &both.1["name"]), (200, &json!("a.csv, b.csv")));
}

#[tokio::test]
async fn viewer_sends_no_file() {
    let server = Server::start_at("0.0.0.0:0", &["--symbols", "5"]).await;
    for (method, path) in [("POST", "uploads"), ("PUT", "uploads/1?offset=0"), ("DELETE", "uploads/1")] {
        check(send(&server, method, path, "{}").await, 403, "control_not_allowed");
    }
    assert_eq!(server.get("/api/v1/feeds").await.0, 200);
    let private = start(&["--viewer-token=abcdefghijklmnop"]).await;
    assert_eq!(send(&private, "POST", "uploads", "{}").await.0, 401);
    assert_eq!(private.get("/api/v1/feeds").await.0, 401);
    // Nor does a page of another site.
    let server = start(&[]).await;
    let head = "PUT /api/v1/uploads/1?offset=0 HTTP/1.1\r\norigin: https://evil.example\r\ncontent-length: 1\r\n";
    assert_eq!(status(&server.request_with(head, "x").await.0), 403);
    let head = "POST /api/v1/uploads HTTP/1.1\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n";
    assert_eq!(status(&server.request_with(head, "{}").await.0), 415);
}

#[tokio::test]
async fn server_without_uploads_says_so() {
    let server = start(&["--no-uploads"]).await;
    assert_eq!(server.json("/api/v1/feeds").await["limits"]["uploads"], 0);
    check(begin(&server, "a", 1).await, 409, "not_possible");
    check(send(&server, "PUT", "uploads/1?offset=0", "x").await, 409, "not_possible");
}

#[tokio::test]
async fn upload_that_does_not_go_on_is_removed() {
    let server = start(&["--upload-timeout", "1s"]).await;
    begin(&server, "idle", 10).await;
    let whole = upload(&server, "whole.csv", TICKS).await;
    while listed(&server).await.len() > 1 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(listed(&server).await[0]["id"], whole);
}

#[cfg(unix)]
#[tokio::test]
async fn folder_of_uploads_is_private_and_removed_at_the_end() {
    use std::os::unix::fs::PermissionsExt as _;
    for signal in ["INT", "TERM"] {
        let folder = tempfile::tempdir().unwrap();
        let other = folder.path().join("tickcast-uploads-other");
        std::fs::create_dir(&other).unwrap();
        let mut program = command(&["--symbols", "5", "--bind", "127.0.0.1:0"]);
        let server = Server::spawn(program.env("TMPDIR", folder.path())).await;
        let names = || std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
        assert_eq!(names(), std::slice::from_ref(&other), "nothing is made before it is needed");
        let id = upload(&server, "a.csv", TICKS).await;
        load(&server, &id).await;
        let own = names().into_iter().find(|path| *path != other).unwrap();
        assert_eq!(std::fs::metadata(&own).unwrap().permissions().mode() & 0o777, 0o700);
        server.stop_with(signal).await;
        assert_eq!(names(), [other], "{signal}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn full_disk_is_told_and_the_server_goes_on() {
    let script = "ulimit -f 64 && exec \"$0\" \"$@\"";
    let mut shell = tokio::process::Command::new("sh");
    shell.args(["-c", script, env!("CARGO_BIN_EXE_tickcast"), "--symbols", "5", "--bind", "127.0.0.1:0"]);
    shell.env("TMPDIR", env!("CARGO_TARGET_TMPDIR")).stdin(std::process::Stdio::null());
    let server = Server::spawn(&mut shell).await;
    begin(&server, "a", 1_000_000).await;
    check(send(&server, "PUT", "uploads/1?offset=0", &"x".repeat(1_000_000)).await, 507, "not_written");
    assert_eq!(listed(&server).await, [] as [Value; 0]);
    upload(&server, "b.csv", TICKS).await;
}

#[tokio::test]
async fn twenty_loads_leave_one_feed() {
    let server = start(&[]).await;
    let id = upload(&server, "a.csv", TICKS).await;
    let mut client = server.connect().await;
    client.send(json!({"type":"subscribe","channel":"quotes","symbols":["*"]}).to_string()).await;
    let mut epoch = client.receive("snapshot").await["epoch"].as_u64().unwrap();
    for n in 0..20 {
        let (status, feed) = load(&server, if n % 2 == 0 { &id } else { "simulation" }).await;
        assert_eq!((status, &feed["epoch"]), (200, &json!(epoch + 1)), "{feed}");
        epoch += 1;
        while client.receive("snapshot").await["epoch"] != epoch {}
    }
    assert_eq!(send(&server, "DELETE", "uploads/1", "").await.0, 200, "no load before keeps the file");
}

#[tokio::test]
async fn files_are_inspected_before_they_play() {
    let server = start(&[]).await;
    let ticks = upload(&server, "xyz.csv", TICKS).await;
    let odd = upload(&server, "odd.csv", "a;b\n1;\u{202e}2\n3;4\n").await;
    let inspect = async |body: Value| server.post("/api/v1/inspect", &body).await;
    let (status, report) = inspect(json!({"feeds":[ticks, odd]})).await;
    assert_eq!(status, 200, "{report}");
    let [first, second] = [0, 1].map(|n| &report["files"][n]);
    assert_eq!((&first["file"], &first["kind"], &first["rows"]), (&json!("xyz.csv"), &json!("trades"), &json!(2)));
    assert_eq!(first["names"], json!(["time", "symbol", "price", "size"]));
    assert_eq!(first["sample"][1], json!(["2024-01-05T10:00:01Z", "XYZ", "10.6", "2"]));
    assert_eq!(first["columns"][2], json!({"name":"price","meaning":"price"}));
    // One that cannot be played shows its rows too, so that its columns can be named.
    assert_eq!((&second["names"], &second["sample"][1]), (&json!(["a", "b"]), &json!(["3", "4"])));
    assert!(second["error"]["message"].as_str().unwrap().contains("no column"), "{second}");
    assert!(!report.to_string().contains('\u{202e}'), "{report}");
    let (_, report) = inspect(json!({"feeds":[ticks],"settings":{"symbol":"NEW"}})).await;
    assert_eq!(report["files"][0]["symbols"], json!(["NEW"]), "{report}");
    for (body, status, code) in [
        (json!({"feeds":[]}), 400, "bad_message"),
        (json!({}), 400, "bad_message"),
        (json!({"feeds":["simulation"]}), 400, "bad_message"),
        (json!({"feeds":["upload/9"]}), 404, "unknown_feed"),
        (json!({"feeds":["../x"]}), 404, "unknown_feed"),
        (json!({"feeds":[ticks],"settings":{"tz":"Nowhere"}}), 400, "bad_message"),
        (json!({"feeds":[ticks],"settings":{"max_rejected":1}}), 400, "bad_message"),
    ] {
        check(inspect(body).await, status, code);
    }
    let remote = Server::start_at("0.0.0.0:0", &["--symbols", "5"]).await;
    check(remote.post("/api/v1/inspect", &json!({"feeds":["upload/1"]})).await, 403, "control_not_allowed");
}

/// A folder with a small file that holds gigabytes of rows: the same gzip member again and again.
fn bomb() -> tempfile::TempDir {
    use std::io::Write as _;
    let packed = |text: &str| {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packed.write_all(text.as_bytes()).unwrap();
        packed.finish().unwrap()
    };
    let folder = tempfile::tempdir().unwrap();
    let rows = packed(&"2024-01-05T10:00:00Z,1\n".repeat(1 << 16));
    let all = [packed("time,price\n"), rows.repeat(4_000)].concat();
    std::fs::write(folder.path().join("bomb.csv.gz"), all).unwrap();
    folder
}

#[tokio::test]
async fn stop_does_not_wait_for_files_that_are_read() {
    let folder = bomb();
    let server = start(&["--library", folder.path().to_str().unwrap(), "--inspect-timeout", "1h"]).await;
    let mut sockets = Vec::new();
    for (path, body) in [
        ("/api/v1/inspect", json!({"feeds":["library/bomb.csv.gz"]})),
        (FEED, json!({"command":"load","feeds":["library/bomb.csv.gz"]})),
        (FEED, json!({"command":"load","feeds":["library/bomb.csv.gz"]})),
    ] {
        let body = body.to_string();
        let head = format!("POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\n", server.address);
        let mut socket = server.dial().await;
        let request = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
        tokio::io::AsyncWriteExt::write_all(&mut socket, request.as_bytes()).await.unwrap();
        sockets.push(socket);
    }
    // One of the loads is refused, as the other has begun.
    let [_, first, second] = &sockets[..] else { panic!("three requests") };
    tokio::select! { read = first.readable() => read.unwrap(), read = second.readable() => read.unwrap() }
    let began = std::time::Instant::now();
    server.stop().await;
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}

#[tokio::test]
async fn packed_bomb_ends_in_time_and_the_feed_plays_on() {
    let folder = bomb();
    let library = folder.path().to_str().unwrap();
    let server = start(&["--library", library, "--load-timeout", "1s", "--inspect-timeout", "1s"]).await;
    let (status, report) = server.post("/api/v1/inspect", &json!({"feeds":["library/bomb.csv.gz"]})).await;
    let message = report["files"][0]["error"]["message"].as_str().unwrap_or_default();
    assert!(status == 200 && message.contains("--inspect-timeout"), "{report}");
    let (status, answer) = load(&server, "library/bomb.csv.gz").await;
    check((status, answer.clone()), 422, "not_playable");
    assert!(answer["error"]["message"].as_str().unwrap().contains("--load-timeout"), "{answer}");
    assert_eq!(server.json(FEED).await["state"], "playing");
    assert_eq!(load(&server, "simulation").await.0, 200);
}

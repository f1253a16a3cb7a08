//! Signing in and out: wrong tokens, their limit, what is logged, and what is never printed.

use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::{Server, command, status};

const PRESENTER: &str = "presenter-0123456789";
const VIEWER: &str = "viewer-0123456789abc";
const REFUSED: &str = "refused, as it has spaces";

/// Signs in from an address behind a trusted proxy, and returns the head and body of the answer.
async fn sign_in(server: &Server, address: &str, token: &str) -> (String, Value) {
    let body = json!({ "token": token }).to_string();
    let head = format!(
        "POST /api/v1/login HTTP/1.1\r\nx-forwarded-for: {address}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n",
        body.len()
    );
    let (head, answer) = server.request_with(&head, &body).await;
    (head, serde_json::from_str(&answer).unwrap())
}

/// Sends a command with a token from an address, and returns the head of the answer.
async fn pause(server: &Server, address: &str, credentials: &str) -> String {
    let body = r#"{"command":"pause"}"#;
    let head = format!(
        "POST /api/v1/feed HTTP/1.1\r\nx-forwarded-for: {address}\r\n{credentials}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n",
        body.len()
    );
    server.request_with(&head, body).await.0
}

async fn guarded(max_wrong: &str) -> Server {
    let token = format!("--token={PRESENTER}");
    Server::start(&[&token, "--trust-proxy", "127.0.0.1", "--max-wrong-tokens", max_wrong]).await
}

#[tokio::test]
async fn wrong_tokens_are_limited_by_address() {
    let server = guarded("3").await;
    for number in 0..3 {
        let (head, answer) = sign_in(&server, "10.0.0.1", &format!("guess-0123456789-{number}")).await;
        assert_eq!((status(&head), &answer["error"]["code"]), (401, &json!("wrong_token")));
    }
    for token in ["guess-0123456789-3", PRESENTER] {
        let (head, answer) = sign_in(&server, "10.0.0.1", token).await;
        assert_eq!((status(&head), &answer["error"]["code"]), (429, &json!("too_many_wrong_tokens")), "{token}");
        let wait = head.lines().find_map(|line| line.strip_prefix("retry-after: ")).expect("a time");
        assert!((1..=20).contains(&wait.parse::<u32>().unwrap()), "{wait}");
        assert!(answer["error"]["remedy"].as_str().unwrap().contains("--max-wrong-tokens"), "{answer}");
    }
    // The same holds for a token in a header or a cookie, and not for people without one.
    let port = server.address.rsplit(':').next().unwrap();
    for credentials in [format!("authorization: Bearer {PRESENTER}"), format!("cookie: tickcast-{port}={PRESENTER}")] {
        let head = pause(&server, "10.0.0.1", &credentials).await;
        assert!(status(&head) == 429 && head.contains("\r\nretry-after: "), "{head}");
    }
    assert_eq!(status(&pause(&server, "10.0.0.1", "x: y").await), 403);
    let watching =
        format!("GET /api/v1/symbols HTTP/1.1\r\nx-forwarded-for: 10.0.0.1\r\ncookie: tickcast-{port}=old\r\n");
    assert_eq!(status(&server.request(&watching).await.0), 200);
    // Another address is not concerned.
    assert_eq!(status(&sign_in(&server, "10.0.0.2", PRESENTER).await.0), 200);
}

#[tokio::test]
async fn people_behind_one_address_do_not_lock_each_other_out() {
    let server = guarded("3").await;
    let bearer = format!("authorization: Bearer {PRESENTER}");
    assert_eq!(status(&pause(&server, "10.0.0.1", &bearer).await), 200);
    while status(&sign_in(&server, "10.0.0.1", "guess-0123456789").await.0) == 401 {}
    assert_eq!(status(&pause(&server, "10.0.0.1", &bearer).await), 200);
}

#[tokio::test]
async fn old_cookie_is_not_counted_again_and_again() {
    let server = guarded("3").await;
    let old = "authorization: Bearer token-of-an-earlier-start";
    for _ in 0..20 {
        assert_eq!(status(&pause(&server, "10.0.0.1", old).await), 403);
    }
    assert_eq!(status(&sign_in(&server, "10.0.0.1", PRESENTER).await.0), 200);
}

#[tokio::test]
async fn one_request_tries_few_tokens() {
    let server = guarded("3").await;
    let port = server.address.rsplit(':').next().unwrap();
    let many: Vec<String> = (0..100).map(|number| format!("tickcast-{port}=guess-{number}")).collect();
    let head = pause(&server, "10.0.0.1", &format!("cookie: {}; tickcast-{port}={PRESENTER}", many.join("; "))).await;
    assert_eq!(status(&head), 403);
}

#[tokio::test]
async fn signing_out_removes_the_cookie_and_keeps_open_sessions() {
    let server = guarded("3").await;
    let (head, _) = sign_in(&server, "10.0.0.1", PRESENTER).await;
    let cookie = head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).expect("a cookie");
    let pair = cookie.split(';').next().unwrap().to_owned();
    let mut session = server.connect_with(&[("cookie", &pair)]).await.unwrap();
    assert_eq!(session.receive("hello").await["control"], json!(true));
    let prefix = "x-forwarded-prefix: /ticker\r\n";
    let (head, _) = server.request(&format!("DELETE /api/v1/login HTTP/1.1\r\ncookie: {pair}\r\n{prefix}")).await;
    let removed = head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).expect("a cookie");
    assert!(removed.contains("=; Path=/ticker; Max-Age=0"), "{removed}");
    session.send(r#"{"type":"drive","command":"pause"}"#).await;
    session.receive("driven").await;
    // A prefix that would add attributes to the cookie is ignored.
    let (head, _) = server.request("DELETE /api/v1/login HTTP/1.1\r\nx-forwarded-prefix: /a; Domain=b\r\n").await;
    assert!(head.contains("=; Path=/; Max-Age=0"), "{head}");
}

#[tokio::test]
async fn sign_ins_and_rejections_are_logged_with_their_reason() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let token = format!("--token={PRESENTER}");
    let flags = ["--bind", "127.0.0.1:0", &token, "--trust-proxy", "127.0.0.1", "--max-wrong-tokens", "1"];
    let server = Server::start_with(&flags, &[("TICKCAST_LOG", "warn,tickcast::audit=info")], &log).await;
    sign_in(&server, "10.0.0.1", PRESENTER).await;
    sign_in(&server, "10.0.0.2", "guess-0123456789-1").await;
    sign_in(&server, "10.0.0.2", "guess-0123456789-2").await;
    server.request("DELETE /api/v1/login HTTP/1.1\r\nx-forwarded-for: 10.0.0.3\r\n").await;
    pause(&server, "10.0.0.4", "x: y").await;
    pause(&server, "10.0.0.5", "origin: http://evil.example").await;
    server
        .request("GET /?token=secret HTTP/1.1\r\nx-forwarded-for: 10.0.0.6\r\nx-forwarded-host: evil.example\r\n")
        .await;
    let logged = std::fs::read_to_string(&log).unwrap();
    for (address, parts) in [
        ("10.0.0.1", &["signed in", "presenter"][..]),
        ("10.0.0.2", &["sign-in rejected", "wrong_token"]),
        ("10.0.0.2", &["sign-in rejected", "too_many_wrong_tokens"]),
        ("10.0.0.3", &["signed out"]),
        ("10.0.0.4", &["request rejected", "POST", "/api/v1/feed", "control_not_allowed"]),
        ("10.0.0.5", &["request rejected", "origin_not_allowed", "evil.example"]),
        ("10.0.0.6", &["request rejected", "host_not_allowed", "evil.example"]),
    ] {
        let address = format!("address={address}");
        let found = logged.lines().any(|line| {
            // The first rejection of a name is a warning.
            let has_level = line.contains("INFO") || line.contains("WARN") && line.contains("evil.example");
            has_level && line.contains(&address) && parts.iter().all(|part| line.contains(part))
        });
        assert!(found, "{address} {parts:?}: {logged}");
    }
    for secret in [PRESENTER, "guess-0123456789", "secret"] {
        assert!(!logged.contains(secret), "{secret}: {logged}");
    }
}

#[tokio::test]
async fn refused_token_is_never_printed() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (token, settings) = (file("token", REFUSED), file("settings.toml", &format!("viewer-token = \"{REFUSED}\"\n")));
    let given = [format!("--token={REFUSED}"), format!("--viewer-token={REFUSED}")];
    for (arguments, variable, named) in [
        (vec![given[0].as_str()], None, "--token"),
        (vec![given[1].as_str()], None, "--viewer-token"),
        (vec![], Some("TICKCAST_TOKEN"), "--token"),
        (vec![], Some("TICKCAST_VIEWER_TOKEN"), "--viewer-token"),
        (vec!["--token-file", &token], None, "token"),
        (vec!["--config", &settings], None, "settings.toml"),
        (vec!["--token", REFUSED], None, "--token=TOKEN"),
        (vec!["--viewer-token", VIEWER], None, "--viewer-token=TOKEN"),
        (vec!["replay", "data/us-stocks-daily.csv.gz", "--token", PRESENTER], None, "--token=TOKEN"),
    ] {
        let mut command = command(&arguments);
        command.args(["--bind", "127.0.0.1:0"]).stdout(Stdio::piped());
        if let Some(variable) = variable {
            command.env(variable, REFUSED);
        }
        let output = command.output().await.unwrap();
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        assert!(!output.status.success() && text.contains(named), "{arguments:?} {variable:?}: {text}");
        for secret in [REFUSED, "spaces", PRESENTER, VIEWER] {
            assert!(!text.contains(secret), "{arguments:?} {variable:?}: {text}");
        }
    }
}

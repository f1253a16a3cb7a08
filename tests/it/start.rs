//! Starting and stopping: the lines on the terminal, errors with their remedy, signals.

use tokio::time::timeout;

use crate::support::{Server, TIMEOUT, command, is_hangup_ignored};

/// Checks that the program fails and prints these texts.
async fn check_failure(arguments: &[&str], expected: &[&str]) {
    let running = command(arguments).kill_on_drop(true).output();
    let output = timeout(TIMEOUT, running).await.expect("the program ends by itself").unwrap();
    let printed = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{arguments:?} should fail");
    for text in expected {
        assert!(printed.contains(text), "{arguments:?} should print {text:?}: {printed}");
    }
    assert!(!printed.contains("panicked") && !printed.contains("stack backtrace"), "{printed}");
}

#[tokio::test]
async fn startup_lines_name_the_feed_and_the_address() {
    let server = Server::start(&["--seed", "11"]).await;
    let lines = server.lines.join("\n");
    for text in ["tickcast 0.1.0", "simulated market: 40 instruments, seed 11", "http://127.0.0.1:"] {
        assert!(lines.contains(text), "{lines}");
    }
    assert!(server.lines.len() <= 5, "{lines}");
}

#[tokio::test]
async fn taken_port_is_reported_with_its_flag() {
    let taken = Server::start(&[]).await;
    check_failure(&["--bind", &taken.address], &["cannot listen on", &taken.address, "--bind"]).await;
}

#[tokio::test]
async fn wrong_files_and_flags_are_reported_by_name() {
    check_failure(&["replay", "nosuch.csv"], &["nosuch.csv", "no such file"]).await;
    check_failure(&["replay", "tests/fixtures/csv/a-png.csv"], &["a-png.csv", "PNG"]).await;
    check_failure(&["replay", "tests/fixtures/csv/empty.csv"], &["empty.csv", "empty"]).await;
    check_failure(&["replay", "tests/fixtures/csv/header-only.csv"], &["header-only.csv", "no rows"]).await;
    check_failure(&["replay", "web/favicon.svg"], &["favicon.svg"]).await;
    check_failure(&["replay"], &["<FILE>"]).await;
    check_failure(&["--speed", "warp"], &["--speed", "60x"]).await;
    check_failure(&["--scenario", "tsunami"], &["--scenario", "no scenario tsunami", "flash-crash"]).await;
    check_failure(&["--scenario", "crash:NOBODY"], &["NOBODY", "name a symbol"]).await;
    check_failure(&["--scenario", "crash,strength=11"], &["strength is 11", "--max-scenario-strength"]).await;
    let bounds = ["--max-scenario-strength", "2", "--max-scenario-duration", "1m"];
    for (scenario, expected) in
        [("crash,strength=-3", "from -2 to 2"), ("crash,duration=61s", "--max-scenario-duration")]
    {
        check_failure(&[&["--scenario", scenario][..], &bounds].concat(), &[expected]).await;
    }
    check_failure(&["--max-scenario-strength", "11"], &["--max-scenario-strength", "at most 10"]).await;
    check_failure(&["--script", "nosuch.toml"], &["nosuch.toml", "cannot be read"]).await;
    check_failure(&["--script", "Cargo.toml"], &["Cargo.toml: line ", "unknown field"]).await;
    let endless = ["/dev/zero", "it is a device, not a file"];
    check_failure(&["--script", "/dev/zero"], &endless).await;
    check_failure(&["--config", "/dev/zero"], &endless).await;
    check_failure(&["--token-file", "/dev/zero"], &endless).await;
    check_failure(&["--tls-cert", "/dev/zero", "--tls-key", "/dev/zero"], &endless).await;
    check_failure(&["--day", "10m", "--speed", "2x"], &["--day", "--speed"]).await;
    check_failure(&["simulate", "--out", "no/such/trades.csv"], &["no/such/trades.csv", "cannot be written"]).await;
}

#[tokio::test]
async fn files_of_settings_and_journals_are_reported_with_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bad.toml");
    std::fs::write(&path, "seed = 1\nspeed =\n").unwrap();
    check_failure(&["--config", path.to_str().unwrap()], &["bad.toml is not TOML", "line 2, column 8"]).await;
    let nowhere = folder.path().join("no/such/session.toml");
    let expected = ["session.toml cannot be written", "os error 2", "check that the folder exists"];
    check_failure(&["--bind", "127.0.0.1:0", "--journal", nowhere.to_str().unwrap()], &expected).await;
}

#[tokio::test]
async fn help_lists_the_flags_of_each_subcommand() {
    for (arguments, flags) in [
        (
            &["--help"][..],
            &["replay", "--seed", "--symbols", "--speed", "--bind", "--max-sessions", "--stall-timeout"][..],
        ),
        (
            &["--help"],
            &["simulate", "--hours", "--day", "--start", "--scenario", "--script", "--journal", "--max-pending-news"],
        ),
        (&["simulate", "--help"], &["--out", "--class", "--symbols", "--days", "--seed", "--threads", "--scenario"]),
        (&["replay", "--help"], &["<FILE>", "--speed", "--loop", "--max-sort-rows", "--bind", "--bars"]),
    ] {
        let output = command(arguments).output().await.unwrap();
        let help = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success());
        for flag in flags {
            assert!(help.contains(flag), "{arguments:?} lacks {flag}: {help}");
        }
    }
}

#[tokio::test]
async fn sigterm_stops_cleanly_and_notifies_clients() {
    let server = Server::start(&[]).await;
    let mut client = server.connect().await;
    client.receive("feed").await;
    let goodbye = tokio::spawn(async move {
        loop {
            if let tokio_tungstenite::tungstenite::Message::Close(Some(frame)) = client.receive_raw().await {
                return (u16::from(frame.code), frame.reason.to_string());
            }
        }
    });
    assert_eq!(server.stop().await, Some(0));
    assert_eq!(goodbye.await.unwrap(), (1001, "server_stopping".into()));
}

#[cfg(unix)]
#[tokio::test]
async fn every_signal_to_stop_is_a_clean_stop() {
    let signals = if is_hangup_ignored() { &["INT", "TERM"][..] } else { &["INT", "TERM", "HUP"] };
    for signal in signals {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let server = Server::start_with(&[], &[], &log).await;
        server.connect().await.receive("feed").await;
        assert_eq!(server.stop_with(signal).await, Some(0), "{signal}");
        // A busy machine may make the market late, which is no matter of the stop.
        let text = std::fs::read_to_string(&log).unwrap();
        let about_the_stop: Vec<&str> = text.lines().filter(|line| !line.contains("the market is late")).collect();
        assert!(about_the_stop.is_empty(), "{signal}: {about_the_stop:?}");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn program_goes_on_after_a_hangup_that_nohup_ignores() {
    let mut command = tokio::process::Command::new("sh");
    let script = "trap '' HUP && exec \"$0\" --bind 127.0.0.1:0";
    let server = Server::spawn(command.args(["-c", script, env!("CARGO_BIN_EXE_tickcast")])).await;
    server.connect().await.receive("feed").await;
    let id = server.id().to_string();
    assert!(tokio::process::Command::new("kill").args(["-s", "HUP", &id]).status().await.unwrap().success());
    server.connect().await.receive("feed").await;
    assert_eq!(server.stop().await, Some(0));
}

#[cfg(unix)]
#[tokio::test]
async fn low_file_limit_is_reported_and_clients_wait() {
    let server = Server::start_with_files(64, &["--head-timeout", "2s", "--memory", "4096"]).await;
    let lines = server.lines.join("\n");
    for expected in ["warning  this process may open 64 files", "ulimit -n 11152", "--max-sessions"] {
        assert!(lines.contains(expected), "{lines}");
    }
    // More silent connections than the server can open.
    let mut silent = Vec::new();
    for _ in 0..100 {
        silent.push(server.dial().await);
    }
    // This request is served when the silent connections are closed.
    assert_eq!(server.get("/healthz").await.0, 200);
    drop(silent);
    let metrics = server.get("/metrics").await.1;
    assert!(!metrics.contains("\ntickcast_accept_failures_total 0\n"), "{metrics}");
    server.connect().await.receive("feed").await;

    let enough = Server::start_with_files(1_000, &["--max-sessions", "100", "--max-connections", "100"]).await;
    assert!(!enough.lines.join("\n").contains("warning"), "{:?}", enough.lines);
}

#[tokio::test]
async fn name_is_bound_at_each_of_its_addresses() {
    let server = Server::start_at("localhost:0", &[]).await;
    assert!(server.address.starts_with("127.0.0.1:"), "{:?}", server.lines);
    assert_eq!(server.get("/healthz").await.0, 200);
    let port = server.address.rsplit(':').next().unwrap();
    // A machine may have no IPv6, or know localhost by one address only.
    let names: Vec<_> = tokio::net::lookup_host(("localhost", 0)).await.unwrap().map(|found| found.ip()).collect();
    let has_v6 = tokio::net::TcpListener::bind("[::1]:0").await.is_ok();
    if has_v6 && names.iter().any(std::net::IpAddr::is_ipv6) {
        let (head, _) = crate::support::get_from(&format!("[::1]:{port}"), "/healthz", "").await;
        assert_eq!(crate::support::status(&head), 200);
    }
    let (code, _) = server.post("/api/v1/feed", &serde_json::json!({"command":"pause"})).await;
    assert_eq!(code, 200, "only this machine reaches it, so nobody needs a token");
    assert_eq!(server.stop().await, Some(0));
}

#[tokio::test]
async fn name_without_an_address_stops_the_start() {
    let output = command(&["--bind", "no-such-name.invalid:3030"]).output().await.unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && text.contains("no-such-name.invalid:3030"), "{text}");
    assert!(text.contains("--bind"), "{text}");
}

/// A command by a user who may not read every file, where the tests run as one who may; `None` where there is no such
/// user.
#[cfg(target_os = "linux")]
async fn unprivileged(arguments: &[&str]) -> Option<std::process::Output> {
    use crate::support::ANY_PORT;
    use tokio::process::Command;
    const NOBODY: [&str; 3] = ["--reuid=65534", "--regid=65534", "--clear-groups"];
    let mut command = Command::new("setpriv");
    command.args(NOBODY).arg(env!("CARGO_BIN_EXE_tickcast")).args(arguments).env(ANY_PORT.0, ANY_PORT.1);
    command.stdin(std::process::Stdio::null());
    // Nobody may also be kept from the program.
    let output =
        timeout(TIMEOUT, command.kill_on_drop(true).output()).await.expect("the program ends by itself").ok()?;
    (!String::from_utf8_lossy(&output.stderr).contains("setpriv:")).then_some(output)
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn forbidden_file_is_named_with_reason_and_remedy() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret.csv");
    std::fs::write(&path, "time,price\n2024-01-01,1.5\n").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    let is_bound = std::fs::read(&path).is_err();
    let path = path.to_str().unwrap();
    for arguments in [
        &["inspect", path][..],
        &["replay", path],
        &["--config", path],
        &["--token-file", path],
        &["--script", path],
        &["--tls-cert", path, "--tls-key", path],
    ] {
        let output = if is_bound {
            let running = command(arguments).kill_on_drop(true).output();
            timeout(TIMEOUT, running).await.expect("the program ends by itself").unwrap()
        } else if let Some(output) = unprivileged(arguments).await {
            output
        } else {
            eprintln!("skipped: this user may read every file, and setpriv cannot start tickcast as another one");
            return;
        };
        let printed = [&output.stdout[..], &output.stderr].concat();
        let printed = String::from_utf8_lossy(&printed);
        assert!(!output.status.success(), "{arguments:?} should fail: {printed}");
        for part in ["secret.csv", "Permission denied (os error 13); allow the user who runs tickcast to read it"] {
            assert!(printed.contains(part), "{arguments:?} should print {part:?}: {printed}");
        }
    }
}

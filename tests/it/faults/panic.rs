//! A panicking part: the program ends with its name, and does not stay up without sending.

use std::ffi::OsString;
use std::sync::mpsc;
use std::time::Duration;

use tickcast::app::{self, AppError};
use tickcast::cli::{Cli, Job, ServeConfig};
use tickcast::feed::replay::{ReplayConfig, open};
use tokio::time::timeout;

use super::{Follower, faulty::Faulty};
use crate::support::{TIMEOUT, connect_to};

fn config() -> ServeConfig {
    let line = ["tickcast", "replay", "data/us-stocks-daily.csv.gz", "--speed", "1000000x", "--bind", "127.0.0.1:0"];
    let Job::Serve(config) = Cli::job(&line.map(OsString::from), &[]).unwrap() else {
        panic!("the arguments start a server")
    };
    *config
}

/// Runs the program with a feed that panics after `good` ticks. Its lines go to `lines`.
async fn run(good: u32, lines: mpsc::Sender<String>) -> Result<(), AppError> {
    let source = open(&["data/us-stocks-daily.csv.gz".into()], &ReplayConfig::default()).unwrap();
    let faulty = Faulty { source: Box::new(source), good, then: || panic!("a panic made by the test") };
    let print = move |line: &str| drop(lines.send(line.to_owned()));
    let ended = app::serve_with(config(), |_, _| Ok(Box::new(faulty)), std::future::pending(), print);
    timeout(TIMEOUT, ended).await.expect("the program ends by itself")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn panicking_feed_ends_the_program_and_notifies_clients() {
    let (sender, lines) = mpsc::channel();
    // Enough ticks for ten seconds, so that a slow machine can connect.
    let running = tokio::spawn(run(2_500, sender));
    let address = loop {
        tokio::time::sleep(Duration::from_millis(5)).await;
        let mut printed = lines.try_iter();
        if let Some(address) =
            printed.find_map(|line| Some(line.split_once("http://")?.1.trim_end_matches('/').to_owned()))
        {
            break address;
        }
    };
    let (mut client, mut follower) = (connect_to(&address).await.expect("a session"), Follower::default());
    let mut notices = Vec::new();
    if follower.begin(&mut client, 20).await.is_some() {
        while let Some(message) = follower.follow(&mut client).await {
            if ["feed", "stopping"].contains(&message["type"].as_str().unwrap()) {
                notices.push(message);
            }
        }
    }
    let ended = running.await.unwrap();
    assert!(matches!(ended, Err(AppError::Broken("feed"))), "{ended:?}");
    assert!(ended.unwrap_err().to_string().contains("the feed stopped because of a bug; please report the message"));
    assert!(notices.iter().any(|message| message["type"] == "stopping"), "{notices:?}");
    assert!(connect_to(&address).await.is_none(), "the server is closed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn feed_that_panics_at_once_accepts_no_client() {
    let ended = run(0, mpsc::channel().0).await;
    assert!(matches!(ended, Err(AppError::Broken("feed"))), "{ended:?}");
}

/// The variable by which the test below starts itself as another process, whose panics are logged.
const PANICKING: &str = "TICKCAST_TEST_PANICKING";

#[test]
fn backtrace_is_logged_once_without_folders() {
    if std::env::var_os(PANICKING).is_some() {
        tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false).init();
        tickcast::server::watch_panics();
        for _ in 0..3 {
            std::thread::spawn(|| panic!("a panic made by the test")).join().unwrap_err();
        }
        return;
    }
    let mut again = std::process::Command::new(std::env::current_exe().unwrap());
    again.args(["--exact", "faults::panic::backtrace_is_logged_once_without_folders", "--nocapture"]);
    let output = again.env(PANICKING, "1").env("RUST_BACKTRACE", "1").output().unwrap();
    let logged = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{logged}");
    assert_eq!(logged.matches("a panic made by the test").count(), 3, "{logged}");
    assert_eq!(logged.matches("backtrace=").count(), 1, "{logged}");
    assert!(logged.contains("at=tests/it/faults/panic.rs:") && logged.contains("std::panicking"), "{logged}");
    for folder in [env!("CARGO_MANIFEST_DIR"), "/registry/src/", "/rustc/"] {
        assert!(!logged.contains(folder), "{folder}: {logged}");
    }
}

//! `tickcast load` as a process against the real server.

use std::process::Output;

use serde_json::Value;

use crate::support::{Server, command};

async fn load(url: &str, flags: &str) -> Output {
    let line = format!("load {url} --json {flags}");
    command(&line.split_whitespace().collect::<Vec<_>>()).output().await.unwrap()
}

#[tokio::test]
async fn load_counts_twenty_clients_without_gaps() {
    let server = Server::start(&[]).await;
    let url = format!("ws://{}/ws", server.address);
    let output =
        load(&url, "--clients 20 --symbols 30 --rate 10 --warm-up 500ms --duration 2s --check 20 --threads 2").await;
    let printed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{printed}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["connected"], &report["failed"], &report["errors"]), (&20.into(), &0.into(), &0.into()));
    assert_eq!((&report["rate_granted"], &report["ended"]), (&10.0.into(), &"complete".into()));
    let count = |pointer: &str| report.pointer(pointer).and_then(Value::as_u64).unwrap();
    for counted in ["/messages", "/updates", "/bytes", "/delay_p50_us", "/delay_max_us", "/check/updates"] {
        assert!(count(counted) > 0, "{counted}: {report}");
    }
    for fault in ["/check/holes", "/check/overlaps", "/check/miscounted"] {
        assert_eq!(count(fault), 0, "{fault}: {report}");
    }
    if cfg!(target_os = "linux") {
        assert!(count("/server/rss_bytes") > 1_000_000, "{report}");
    }
    assert!(printed.contains("measuring") && printed.contains("20 clients"), "{printed}");
}

#[tokio::test]
async fn binary_takes_a_fifth_of_the_bytes_without_gaps() {
    let server = Server::start(&[]).await;
    let url = format!("ws://{}/ws", server.address);
    let mut bytes = Vec::new();
    for format in ["json", "binary"] {
        let flags = "--clients 8 --symbols all --rate 10 --warm-up 500ms --duration 2s --check 8 --quiet --format";
        let output = load(&url, &format!("{flags} {format}")).await;
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((&report["connected"], &report["format"]), (&8.into(), &format.into()), "{report}");
        for fault in ["/errors", "/check/holes", "/check/overlaps", "/check/miscounted"] {
            assert_eq!(report.pointer(fault), Some(&0.into()), "{fault}: {report}");
        }
        bytes.push(report["bytes"].as_f64().unwrap() / report["updates"].as_f64().unwrap());
    }
    assert!(bytes[1] < bytes[0] / 5.0, "bytes an update: {bytes:?}");
}

#[tokio::test]
async fn stalled_clients_are_reported_separately() {
    let server = Server::start(&[]).await;
    let url = format!("ws://{}/ws", server.address);
    // Measuring goes on until some seconds after the stall, even past the duration.
    let flags = "--clients 6 --symbols all --rate 20 --warm-up 0s --duration 1s --stall 2 --stall-for 1s --quiet";
    let output = load(&url, flags).await;
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["stall"]["clients"], &report["stall"]["resumed"]), (&2.into(), &2.into()), "{report}");
    let fresh = report["stall"]["fresh_after_us_max"].as_u64().unwrap();
    assert!(fresh < 5_000_000 && report["stall"]["piled_bytes_max"].as_u64().unwrap() > 0, "{report}");
    assert_eq!((&report["check"]["holes"], output.stderr.is_empty()), (&0.into(), true), "{report}");
}

#[tokio::test]
async fn load_errors_name_a_remedy() {
    let server = Server::start(&[]).await;
    for (url, flags, expected) in [
        ("ws://192.0.2.1:3030/ws", "", "--allow-remote"),
        ("http://127.0.0.1:3030/", "", "ws://127.0.0.1:3030/ws"),
        ("ws://127.0.0.1:1/ws", "", "no tickcast answers"),
        (&*format!("ws://{}/ws", server.address), "--symbols 1000", "40 symbols"),
        (&*format!("ws://{}/nothing", server.address), "--clients 1", "404"),
    ] {
        let output = load(url, flags).await;
        let printed = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && printed.contains(expected), "{url} {flags}: {printed}");
    }
}

//! The examples of `docs/PROTOCOL.md`.

use super::*;

/// Reads the document at run time, so that its text is checked without a new build.
fn document() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/PROTOCOL.md")).unwrap()
}

#[test]
fn protocol_document_has_the_binary_example() {
    let document = document();
    let rows = document.split("| bytes of `update` | meaning |").nth(1).expect("the worked example is there");
    let hex = |row: &str| row.strip_prefix("| `")?.split_once('`').map(|(hex, _)| hex.replace(' ', ""));
    let shown: String = rows.lines().skip(2).map_while(hex).collect();
    assert_eq!(shown, binary_fixture("update"));
}

#[test]
fn protocol_document_has_the_fixtures() {
    let document = document();
    for name in [
        "hello",
        "feed_simulation",
        "granted",
        "granted_recovered",
        "snapshot",
        "update",
        "bars_update",
        "trades_update",
        "depth_update",
        "news_update",
        "scenarios",
        "throttled",
        "stopping",
        "unsubscribed_gone",
        "heartbeat",
        "error",
        "subscribe_quotes",
        "subscribe_bars",
        "subscribe_trades",
        "subscribe_depth",
        "subscribe_since",
        "subscribe_news",
        "drive_load",
        "drive_scenario",
        "format",
        "acknowledge",
        "probe",
        "ack",
        "limits",
        "instruments",
        "describe",
        "rate",
        "rate_every",
        "resync",
        "unsubscribe",
    ] {
        assert!(document.contains(&fixture(name)), "docs/PROTOCOL.md lacks the fixture {name}");
    }
}

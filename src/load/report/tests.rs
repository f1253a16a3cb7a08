//! Both forms of a report.

use std::time::Duration;

use super::*;
use crate::load::config::{MessageFormat, SymbolChoice, UpdateRate};

fn usage(cpu_ms: u64, rss_bytes: u64) -> Usage {
    Usage { cpu: Duration::from_millis(cpu_ms), rss_bytes }
}

fn config(stall: usize) -> LoadConfig {
    LoadConfig {
        url: "ws://127.0.0.1:1/ws".into(),
        clients: 3,
        symbols: SymbolChoice::Count(10),
        rate: UpdateRate::PerSecond(7.0),
        duration: Duration::from_secs(1),
        warm_up: Duration::ZERO,
        format: MessageFormat::Json,
        check: 1,
        stall,
        stall_for: Duration::from_secs(20),
        connect_rate: 1.0,
        threads: 1,
        rest: Duration::ZERO,
        allow_remote: false,
        json: false,
        quiet: true,
    }
}

fn report(stall: usize) -> Report {
    let mut traffic = Traffic { messages: 10, updates: 100, update_bytes: 8_100, bytes: 9_000, ..Traffic::default() };
    traffic.record_delay(1_500, 100);
    let recovery = StallRecovery { first_age: Some(5), first_market_age: None, fresh_after: Some(7), piled_bytes: 16 };
    let outcomes = Outcomes {
        connected: 2,
        failed: 1,
        first_failure: Some("a \"quoted\"\nreason".into()),
        granted: Some(5.0),
        recoveries: vec![recovery],
        closed: if stall > 0 { [(1013, 1)].into() } else { [].into() },
        ..Outcomes::default()
    };
    Report {
        config: config(stall),
        end: RunEnd::Complete,
        symbols: 10,
        elapsed: Duration::from_secs(1),
        traffic,
        outcomes,
        server: Some(ServerUsage {
            pid: 42,
            idle: usage(0, 1_000),
            begun: usage(100, 3_000),
            ended: usage(150, 5_000),
        }),
        own_cpu: Some(Duration::from_millis(900)),
        own_rss_bytes: None,
    }
}

#[test]
fn json_report_has_all_figures() {
    let json: serde_json::Value = serde_json::from_str(&report(0).to_json()).unwrap();
    for (pointer, want) in [
        ("/updates_per_second", 100.0),
        ("/updates_at_full_rate", 100.0),
        ("/bytes_per_update", 81.0),
        ("/delay_p99_us", 1_500.0),
        ("/server/process", 42.0),
        ("/server/cpu_seconds_per_million_updates", 500.0),
        ("/server/rss_bytes_per_client", 2_000.0),
    ] {
        assert_eq!(json.pointer(pointer).and_then(serde_json::Value::as_f64), Some(want), "{pointer}: {json}");
    }
    assert_eq!((&json["ended"], &json["format"]), (&"complete".into(), &"json".into()));
    assert_eq!(json["first_failure"], "a \"quoted\"\nreason");
    assert!(json["stall"].is_null() && json["first_error"].is_null());
    let json: serde_json::Value = serde_json::from_str(&report(1).to_json()).unwrap();
    assert_eq!((&json["stall"]["piled_bytes_max"], &json["stall"]["resumed"]), (&16.into(), &1.into()));
    assert!(json["stall"]["first_market_age_us_max"].is_null() && json["updates_at_full_rate"].is_null());
    assert_eq!(json["closed"]["1013"], 1);
}

#[test]
fn table_has_a_line_for_each_figure() {
    let table = report(1).to_string();
    for text in [
        "2 of 3 connected, 1 failed",
        "10 symbols, 7 updates per second (granted: 5)",
        "100 in 10 messages: 100/s",
        "81.0 per update",
        "p99 1.50 ms",
        "0 holes",
        "process 42: 0.05 CPU-s",
        "try --threads",
        "1 for 20 s: 1 recovered",
    ] {
        assert!(table.contains(text), "{text} in {table}");
    }
    let nothing = Report { server: None, traffic: Traffic::default(), elapsed: Duration::ZERO, ..report(0) };
    assert!(nothing.to_string().contains("not measured"));
    serde_json::from_str::<serde_json::Value>(&nothing.to_json()).unwrap();
}

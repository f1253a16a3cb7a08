//! A lossy network in a namespace of its own: `tc netem` where the kernel has it, or `tc tbf`, which throttles and
//! drops.
#![cfg(target_os = "linux")]

use std::process::Stdio;

use serde_json::Value;
use tokio::process::Command;
use tokio::time::timeout;

use crate::support::TIMEOUT;

/// Loads the server with more clients than the network can carry. Exits with 77 without namespaces or `tc`.
const SCRIPT: &str = r#"
ip link set lo mtu 1500 up || exit 77
tc qdisc add dev lo root netem delay 40ms 10ms loss 2% 2>/dev/null ||
  tc qdisc add dev lo root tbf rate 6mbit burst 16kb latency 80ms || exit 77
"$0" --bind 127.0.0.1:3030 --seed 3 >/dev/null &
server=$!
trap 'kill $server' EXIT
url=ws://127.0.0.1:3030/ws
until "$0" load $url --clients 1 --duration 100ms --warm-up 0s --quiet >/dev/null 2>&1; do sleep 0.2; done
"$0" load $url --clients 60 --symbols all --rate 10 --check 60 --warm-up 1s --duration 8s --json --quiet
code=$?
tc -s qdisc show dev lo >&2
exit $code
"#;

#[tokio::test]
async fn lossy_network_loses_no_range() {
    let mut command = Command::new("unshare");
    command.args(["-rn", "sh", "-c", SCRIPT, env!("CARGO_BIN_EXE_tickcast")]).stdin(Stdio::null()).kill_on_drop(true);
    let output = match timeout(TIMEOUT, command.output()).await.expect("the load ends") {
        Ok(output) if output.status.code() == Some(0) => output,
        // 1: unshare is not allowed, so the script did not run.
        Ok(output) if [Some(77), Some(1)].contains(&output.status.code()) && output.stdout.is_empty() => {
            eprintln!("skipped: no network namespace here: {}", String::from_utf8_lossy(&output.stderr));
            return;
        }
        other => panic!("{other:?}"),
    };
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let statistics = String::from_utf8_lossy(&output.stderr).into_owned();
    println!("{statistics}{report}");
    assert_eq!((&report["connected"], &report["failed"]), (&60.into(), &0.into()), "{report}");
    for fault in ["holes", "overlaps", "miscounted"] {
        assert_eq!(report["check"][fault], 0, "{fault}: {report}");
    }
    assert!(report["updates"].as_u64() > Some(1_000), "{report}");
    assert!(!statistics.contains("(dropped 0,"), "no packet was dropped: {statistics}");
}

//! A wall clock that jumps, as if set by NTP or an operator: the real binary under libfaketime, which `tests/run`
//! fetches.
#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::Follower;
use crate::support::{Server, TIMEOUT};

const HOUR: i64 = 3_600_000_000;
/// The delay allowed to a slow machine; a delay by the clock's jump would last the whole hour.
const SLOW: Duration = Duration::from_secs(30);

fn libfaketime() -> Option<PathBuf> {
    let Some(tools) = std::env::var_os("TICKCAST_TOOLS") else {
        eprintln!("skipped: TICKCAST_TOOLS is not set, so libfaketime is missing; tests/run fetches it");
        return None;
    };
    let folders = std::fs::read_dir(Path::new(&tools).join("usr/lib")).into_iter().flatten().flatten();
    let mut files = folders.map(|folder| folder.path().join("faketime/libfaketime.so.1"));
    let found = files.find(|file| file.exists());
    if found.is_none() {
        eprintln!("skipped: libfaketime is not in {}; tests/run could not fetch it", tools.display());
    }
    found
}

/// Follows until the server's clock is `ahead` of `from`, and returns the longest silence.
async fn follow_until_ahead(
    follower: &mut Follower,
    client: &mut crate::support::Client,
    from: i64,
    ahead: i64,
) -> Duration {
    let (began, mut longest, mut received) = (Instant::now(), Duration::ZERO, Instant::now());
    loop {
        follower.follow(client).await.expect("the connection stays open");
        longest = longest.max(received.elapsed());
        received = Instant::now();
        let off = follower.ts_sent - from - ahead - i64::try_from(began.elapsed().as_micros()).unwrap();
        if off.abs() < 10_000_000 {
            return longest;
        }
        assert!(began.elapsed() < TIMEOUT, "the clock should be {ahead} us ahead: {off} us off");
    }
}

#[tokio::test]
async fn jumping_clock_delays_nothing_and_moves_no_market() {
    let Some(library) = libfaketime() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (offset, log) = (folder.path().join("offset"), folder.path().join("log"));
    std::fs::write(&offset, "+0\n").unwrap();
    let variables = [
        ("LD_PRELOAD", library.to_str().unwrap()),
        ("FAKETIME_TIMESTAMP_FILE", offset.to_str().unwrap()),
        ("FAKETIME_NO_CACHE", "1"),
        // A wall clock that is set does not move the monotonic clock.
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        ("DONT_FAKE_MONOTONIC", "1"),
    ];
    let server = Server::start_with(&["--bind", "127.0.0.1:0", "--seed", "6"], &variables, &log).await;
    let (mut client, mut follower) = (server.connect().await, Follower::default());
    follower.begin(&mut client, 10).await.unwrap();
    assert!(follower.follow_for(&mut client, Duration::from_secs(2)).await);
    let market_time = async || server.json("/api/v1/feed").await["ts_market"].as_i64().unwrap();
    let (began, began_market) = (Instant::now(), market_time().await);
    for (text, ahead) in [("+3600\n", HOUR), ("-3600\n", -HOUR), ("+0\n", 0)] {
        let from = follower.ts_sent - offset_in(&offset);
        std::fs::write(&offset, text).unwrap();
        let silence = follow_until_ahead(&mut follower, &mut client, from, ahead).await;
        println!("{}: the longest silence {silence:?}", text.trim());
        assert!(silence < SLOW, "{text}: {silence:?}");
        // The stream goes on at the same pace.
        let before = follower.updates;
        assert!(follower.follow_for(&mut client, Duration::from_secs(2)).await);
        assert!(follower.updates > before);
    }
    let (passed, market_passed) = (began.elapsed(), market_time().await - began_market);
    let off = market_passed - i64::try_from(passed.as_micros()).unwrap();
    assert!(
        off.abs() < i64::try_from(SLOW.as_micros()).unwrap(),
        "the market's clock went {market_passed} us in {passed:?}"
    );
    assert_eq!(server.json("/healthz").await["status"], "ok");
    let metrics = server.get("/metrics").await.1;
    assert!(metrics.contains("tickcast_sessions{transport=\"websocket\"} 1\n"), "{metrics}");
    assert_eq!(server.stop().await, Some(0));
}

/// The offset that the file holds now, in microseconds.
fn offset_in(file: &Path) -> i64 {
    std::fs::read_to_string(file).unwrap().trim().parse::<i64>().unwrap() * 1_000_000
}

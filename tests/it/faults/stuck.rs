//! A source that is in the middle of a long stretch without rows: a recording stops all the same.

use std::ffi::OsString;
use std::sync::mpsc;

use tickcast::app;
use tickcast::cli::{Cli, Job};
use tickcast::feed::replay::{ReplayConfig, open};
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::faulty::Faulty;
use crate::support::TIMEOUT;

const STOCKS: &str = "data/us-stocks-daily.csv.gz";
/// The rows before the stretch, of which each is a bar and plays as four ticks.
const ROWS: usize = 25;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn recording_stops_in_a_stretch_without_rows() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.csv");
    let line = ["tickcast", "record", out.to_str().unwrap(), STOCKS].map(OsString::from);
    let Job::Record(job) = Cli::job(&line, &[]).unwrap() else { panic!("the arguments record") };

    let (stuck, mut stuck_receiver) = tokio::sync::mpsc::unbounded_channel();
    // Reading ends only when the test does.
    let (reading, end) = mpsc::channel::<()>();
    let then = move || {
        let _ = stuck.send(());
        let _ = end.recv();
    };
    let source = open(&[STOCKS.into()], &ReplayConfig::default()).unwrap();
    let faulty = Faulty { source: Box::new(source), good: 4 * ROWS as u32, then };
    let (stop, stopped) = oneshot::channel::<()>();
    let mut printed = Vec::new();
    let recording = app::record_feed_with(
        job,
        |_, _| Ok(Box::new(faulty)),
        async { drop(stopped.await) },
        |line: &str| printed.push(line.to_owned()),
    );
    let stopping = async {
        stuck_receiver.recv().await.expect("the source gets stuck");
        stop.send(()).unwrap();
    };
    let (recorded, ()) = timeout(TIMEOUT, async { tokio::join!(recording, stopping) }).await.expect("it stops");
    recorded.unwrap();
    assert!(printed.last().unwrap().contains("recorded everything up to here"), "{printed:?}");
    drop(reading);
}

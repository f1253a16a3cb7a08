//! A part that panics: the program ends and names it, and never looks alive without sending anything.

use std::ffi::OsString;
use std::sync::mpsc;
use std::time::Duration;

use tickcast::app::{self, AppError};
use tickcast::cli::{Cli, Config, Job};
use tickcast::feed::replay::{ReplayConfig, open};
use tickcast::feed::{Source, SourceError, SourceInfo};
use tickcast::market::{HistoryBar, Tick};
use tokio::time::timeout;

use super::Follower;
use crate::support::{TIMEOUT, connect_to};

/// A tape whose reader has a fault after so many ticks.
struct Faulty {
    tape: Box<dyn Source>,
    good: u32,
}

impl Source for Faulty {
    fn info(&self) -> &SourceInfo {
        self.tape.info()
    }

    fn history(&mut self) -> Vec<HistoryBar> {
        assert!(self.good > 0, "a fault of the test's own making");
        self.tape.history()
    }

    fn next_tick(&mut self) -> Result<Option<Tick>, SourceError> {
        self.good = self.good.checked_sub(1).expect("a fault of the test's own making");
        self.tape.next_tick()
    }

    fn rewind(&mut self) -> Result<(), SourceError> {
        self.tape.rewind()
    }
}

fn config() -> Config {
    let line = ["tickcast", "replay", "data/us-stocks-daily.csv.gz", "--speed", "1000000x", "--bind", "127.0.0.1:0"];
    let Job::Serve(config) = Cli::job(&line.map(OsString::from), &[]).unwrap() else { panic!("it serves") };
    *config
}

/// Runs the program with a feed that has a fault after `good` ticks. What it ends with, and the lines it said.
async fn run(good: u32, lines: mpsc::Sender<String>) -> Result<(), AppError> {
    let tape = open(&["data/us-stocks-daily.csv.gz".into()], &ReplayConfig::default()).unwrap();
    let faulty = Faulty { tape: Box::new(tape), good };
    let say = move |line: &str| drop(lines.send(line.to_owned()));
    let ended = app::run_with(config(), |_, _| Ok(Box::new(faulty)), std::future::pending(), say);
    timeout(TIMEOUT, ended).await.expect("it ends by itself")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn panicking_feed_ends_the_program_and_notifies_clients() {
    let (say, lines) = mpsc::channel();
    // Good for some ten seconds, so that a slow machine can connect.
    let running = tokio::spawn(run(2_500, say));
    let address = loop {
        tokio::time::sleep(Duration::from_millis(5)).await;
        let mut said = lines.try_iter();
        if let Some(address) =
            said.find_map(|line| Some(line.split_once("http://")?.1.trim_end_matches('/').to_owned()))
        {
            break address;
        }
    };
    let (mut client, mut follower) = (connect_to(&address).await.expect("a session"), Follower::default());
    let mut told = Vec::new();
    if follower.begin(&mut client, 20).await.is_some() {
        while let Some(message) = follower.follow(&mut client).await {
            if ["feed", "stopping"].contains(&message["type"].as_str().unwrap()) {
                told.push(message);
            }
        }
    }
    let ended = running.await.unwrap();
    assert!(matches!(ended, Err(AppError::Broken("feed"))), "{ended:?}");
    assert!(ended.unwrap_err().to_string().contains("the feed stopped by a fault of its own"));
    assert!(told.iter().any(|message| message["type"] == "stopping"), "{told:?}");
    assert!(connect_to(&address).await.is_none(), "nobody looks alive");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn feed_that_panics_at_once_accepts_no_client() {
    let ended = run(0, mpsc::channel().0).await;
    assert!(matches!(ended, Err(AppError::Broken("feed"))), "{ended:?}");
}

//! The feed of a simulation: the simulated market or a recording, with the faults of a source.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::OnceLock;

use tempfile::TempDir;

use super::dice::Dice;
use crate::control::{CommandError, RejectedRows, ScenarioCatalog, ScenarioRequest};
use crate::feed::replay::{self, Replay, ReplayConfig};
use crate::feed::sim::{SimConfig, Simulator, Universe};
use crate::feed::{Position, Reading, Seekable, SourceError, SourceInfo, Stageable, TickSource};
use crate::market::{HistoryBar, Notice, Tick, Timestamp};

/// The kind of a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedKind {
    Market,
    Recording,
}

/// The source of a feed.
enum Source {
    Market(Box<Simulator>),
    Recording(Box<Replay>),
}

/// A source that may fail, and that has no second reader: that would read on a thread of its own.
pub struct FaultySource {
    source: Source,
    /// Reads until the source fails.
    fails_after: Option<u64>,
}

impl FaultySource {
    pub fn open(kind: FeedKind, seed: u64, start: Timestamp, dice: &mut Dice) -> Self {
        let source = match kind {
            FeedKind::Market => {
                let universe = Universe::Mixed(dice.pick(&[2, 5, 9]));
                let config = SimConfig { seed, universe, past_bars: 200, ..SimConfig::new(start) };
                Source::Market(Box::new(Simulator::new(config).unwrap()))
            }
            FeedKind::Recording => {
                let files = [recording()];
                Source::Recording(Box::new(replay::open(&files, &ReplayConfig::default()).unwrap()))
            }
        };
        let fails_after = dice.chance(7).then(|| dice.within(1..400));
        Self { source, fails_after }
    }

    fn inner(&self) -> &dyn TickSource {
        match &self.source {
            Source::Market(source) => &**source,
            Source::Recording(source) => &**source,
        }
    }

    fn inner_mut(&mut self) -> &mut dyn TickSource {
        match &mut self.source {
            Source::Market(source) => &mut **source,
            Source::Recording(source) => &mut **source,
        }
    }

    fn recording(&self) -> &Replay {
        match &self.source {
            Source::Recording(source) => source,
            Source::Market(_) => unreachable!("invariant: only a recording seeks"),
        }
    }

    fn market(&self) -> &Simulator {
        match &self.source {
            Source::Market(source) => source,
            Source::Recording(_) => unreachable!("invariant: only a market runs scenarios"),
        }
    }

    fn take(&mut self, ticks: u64) -> Result<(), SourceError> {
        match &mut self.fails_after {
            Some(left) if *left < ticks => {
                self.fails_after = None;
                Err("the disk is gone, by chance".into())
            }
            Some(left) => {
                *left -= ticks;
                Ok(())
            }
            None => Ok(()),
        }
    }
}

/// The name of the recording.
const NAME: &str = "recording.csv";

/// A recording of three symbols for some minutes; all runs play the same.
fn recording() -> PathBuf {
    // Its name is in the log, so it is the same in all runs; that of its folder is not.
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    let write = || {
        let mut dice = Dice::new(1, 1);
        let (mut text, mut ts) = (String::from("time,symbol,price,size\n"), 1_700_000_000_000_u64);
        for _ in 0..1_500 {
            ts += if dice.chance(3) { dice.within(1_000..9_000) } else { dice.within(0..300) };
            let symbol = dice.pick(&["AAPL", "MSFT", "NVDA"]);
            let (cents, size) = (dice.within(9_900..10_100), dice.within(1..500));
            writeln!(text, "{ts},{symbol},{}.{:02},{size}", cents / 100, cents % 100).unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(NAME), text).unwrap();
        folder
    };
    FOLDER.get_or_init(write).path().join(NAME)
}

impl TickSource for FaultySource {
    fn info(&self) -> &SourceInfo {
        self.inner().info()
    }

    fn history(&mut self) -> Vec<HistoryBar> {
        self.inner_mut().history()
    }

    fn next_tick(&mut self) -> Result<Option<Tick>, SourceError> {
        self.take(1)?;
        self.inner_mut().next_tick()
    }

    fn next_ticks(&mut self, limit: usize, into: &mut Vec<Tick>) -> Result<Reading, SourceError> {
        self.take(1)?;
        self.inner_mut().next_ticks(limit, into)
    }

    fn rewind(&mut self) -> Result<(), SourceError> {
        self.inner_mut().rewind()
    }

    fn rows_rejected(&self) -> u64 {
        self.inner().rows_rejected()
    }

    fn rejected(&self) -> Vec<RejectedRows> {
        self.inner().rejected()
    }

    fn seekable(&mut self) -> Option<&mut dyn Seekable> {
        matches!(self.source, Source::Recording(_)).then_some(self)
    }

    fn stageable(&mut self) -> Option<&mut dyn Stageable> {
        matches!(self.source, Source::Market(_)).then_some(self)
    }
}

impl Seekable for FaultySource {
    fn position(&self) -> Position {
        self.recording().position()
    }

    fn go_to(&mut self, position: &Position) -> Result<(), SourceError> {
        self.inner_mut().seekable().expect("invariant: a recording seeks").go_to(position)
    }

    fn second_reader(&self) -> Result<Box<dyn TickSource>, SourceError> {
        Err("a run has one thread".into())
    }
}

impl Stageable for FaultySource {
    fn catalog(&self) -> ScenarioCatalog {
        self.market().catalog()
    }

    fn run_scenario(&mut self, request: &ScenarioRequest, now: Timestamp) -> Result<(), CommandError> {
        self.inner_mut().stageable().expect("invariant: a market runs scenarios").run_scenario(request, now)
    }

    fn next_notice(&mut self, now: Timestamp) -> Option<Notice> {
        self.inner_mut().stageable()?.next_notice(now)
    }

    fn symbols_limited(&self) -> usize {
        self.market().symbols_limited()
    }
}

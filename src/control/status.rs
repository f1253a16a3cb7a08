//! The state of a feed, as the page and the API show it.

use std::fmt;
use std::sync::Arc;

use strum::{IntoStaticStr, VariantArray};

use super::preview::Preview;
use super::scenario::ScenarioCatalog;
use crate::market::Timestamp;

/// The kind of source that a feed plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum SourceKind {
    /// A simulated market.
    Simulation,
    /// Recorded files.
    Replay,
}

impl SourceKind {
    /// The name on the wire.
    pub fn label(self) -> &'static str {
        self.into()
    }
}

/// The motion of a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum FeedState {
    /// Ticks come at the chosen speed.
    Playing,
    /// Market time stands still.
    Paused,
    /// Ticks come at full speed until a step is complete.
    Stepping,
    /// The feed is on the way to another position of the recording; the prices before stand.
    Seeking,
    /// The recording has ended; the last prices stand.
    Ended,
    /// The source cannot be read any further; the last prices stand.
    Failed,
}

impl FeedState {
    /// Reports that no tick follows until a command starts the feed again.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Ended | Self::Failed)
    }

    /// The name on the wire.
    pub fn label(self) -> &'static str {
        self.into()
    }
}

/// The speed of market time against the wall clock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Speed {
    /// A finite factor above 0; 1 is real time.
    Times(f64),
    /// As fast as the source can be read.
    Max,
}

impl Speed {
    /// Returns `None` where `factor` is not a finite number above 0.
    pub fn times(factor: f64) -> Option<Self> {
        (factor.is_finite() && factor > 0.0).then_some(Self::Times(factor))
    }
}

impl fmt::Display for Speed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Times(factor) => write!(f, "{factor}x"),
            Self::Max => f.write_str("max"),
        }
    }
}

/// The times that the ticks of a recording carry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum TimestampMode {
    /// The recording's own times.
    #[default]
    Original,
    /// All times moved by one shift, so that the current position is now.
    Shifted,
}

impl TimestampMode {
    /// The name on the wire.
    pub fn label(self) -> &'static str {
        self.into()
    }
}

/// Rows of one file that were rejected for the same reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectedRows {
    /// The file's name.
    pub file: String,
    /// The reason, as a short phrase.
    pub reason: &'static str,
    /// The first rejected line, counted from 1, where it is known.
    pub line: Option<u64>,
    /// The column of the cell at fault, counted from 1, where one cell is at fault.
    pub column: Option<usize>,
    /// That cell, or else the line; short and without control characters.
    pub value: String,
    /// The number of rows.
    pub count: u64,
}

/// A choice that a file leaves open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileAssumption {
    /// The file's name.
    pub file: String,
    pub what: String,
    pub why: String,
    /// The flag that changes it; empty where there is none.
    pub flag: &'static str,
}

/// A finding that makes the reading of a file doubtful.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileWarning {
    /// The file's name.
    pub file: String,
    /// The kind of the finding, in words with hyphens.
    pub code: &'static str,
    /// The finding, with the values.
    pub what: String,
    /// The first lines that show it, counted from 1.
    pub lines: Vec<u64>,
    /// The reading that plays.
    pub played: String,
    /// The other reading.
    pub other: String,
    /// The flag that decides; empty where there is none.
    pub flag: String,
}

/// The remarks about the reading of files; a bounded number of each kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadingReport {
    pub assumptions: Vec<FileAssumption>,
    pub warnings: Vec<FileWarning>,
}

/// The difference between the market that is due and the one that is played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lag {
    /// The whole seconds by which ticks are late.
    pub behind_seconds: u64,
    /// The symbols that have fewer ticks than their scenarios ask for, because of a limit.
    pub symbols_limited: usize,
}

/// The state of a feed at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct FeedStatus {
    pub source: SourceKind,
    /// The ids of what plays, as a load names them.
    pub feeds: Arc<[String]>,
    /// A name for people: file names, or the simulation's seed.
    pub name: String,
    pub state: FeedState,
    pub speed: Speed,
    pub looping: bool,
    /// Counts the changes of the status over all epochs.
    pub revision: u64,
    pub seekable: bool,
    pub skip_dead_time: bool,
    pub timestamp_mode: TimestampMode,
    /// Nanoseconds that are added to the source's own times.
    pub time_shift_ns: i64,
    /// The simulation's seed.
    pub seed: Option<u64>,
    /// The time of the first event.
    pub start: Timestamp,
    /// The time of the last event, where it is known.
    pub end: Option<Timestamp>,
    /// Rows that were rejected so far.
    pub rows_rejected: u64,
    /// The same rows by file and reason; a bounded number of them.
    pub rejected: Arc<[RejectedRows]>,
    /// The remarks about the reading of the files.
    pub reading: Arc<ReadingReport>,
    pub lag: Lag,
    /// The scenarios that can be run; `None` where there are none.
    pub catalog: Option<Arc<ScenarioCatalog>>,
    /// The rest of the recording, where it is read ahead.
    pub preview: Preview,
    /// The reason of a failure.
    pub fault: Option<String>,
}

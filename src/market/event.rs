//! What a feed says: a new epoch, ticks, or how it stands. This is what the bus carries.

use std::fmt;
use std::sync::Arc;

use super::bar::Bar;
use super::command::Stamps;
use super::depth::Levels;
use super::happening::{Catalogue, Happening};
use super::instrument::{Instrument, InstrumentId};
use super::outline::Outline;
use super::state::Market;
use super::tick::Tick;
use super::time::{Interval, Timestamp};

#[derive(Clone, Debug)]
pub enum Event {
    /// A new epoch: all that was known is void.
    Opening(Arc<Opening>),
    /// Ticks that are due together, in time order.
    Ticks(Arc<[Tick]>),
    /// Market time has come to here: bars that ended before it are closed.
    Clock(Timestamp),
    /// The feed is driven otherwise: paused, at another speed. What was sent before holds.
    Status(Arc<FeedStatus>),
    /// What happened besides ticks, in time order.
    Happened(Arc<[Happening]>),
    /// A new epoch that begins in the middle of the tape.
    Seeked(Arc<Seeked>),
    /// No tick follows in this epoch: the tape has ended, or cannot be read any further.
    End(Arc<FeedStatus>),
}

/// The start of one continuous run of a feed.
#[derive(Clone, Debug)]
pub struct Opening {
    /// Never used before, also not by an earlier process.
    pub epoch: u64,
    pub instruments: Arc<[Instrument]>,
    /// Bars before the first tick. For one instrument: longer intervals first, then time order, without
    /// overlap.
    pub history: Vec<HistoryBar>,
    /// What stands behind the best bid and ask, where the feed knows.
    pub levels: Levels,
    pub status: Arc<FeedStatus>,
}

/// Where a seek led to.
#[derive(Clone, Debug)]
pub struct Seeked {
    /// Of a new epoch, as if the tape had been played up to here.
    pub market: Market,
    pub status: Arc<FeedStatus>,
}

/// A bar from before the feed's first tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryBar {
    pub instrument: InstrumentId,
    pub interval: Interval,
    pub bar: Bar,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceKind {
    Simulation,
    Replay,
}

impl SourceKind {
    pub const fn label(self) -> &'static str {
        match self {
            Self::Simulation => "simulation",
            Self::Replay => "replay",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedState {
    Playing,
    Paused,
    /// Plays at full speed to where a step leads.
    Stepping,
    /// On the way to another place of the tape; the prices before stand.
    Seeking,
    /// The end of the tape: the last prices stand.
    Ended,
    /// The tape cannot be read any further; the last prices stand.
    Failed,
}

impl FeedState {
    /// No tick follows, unless somebody asks for it.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Ended | Self::Failed)
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Playing => "playing",
            Self::Paused => "paused",
            Self::Stepping => "stepping",
            Self::Seeking => "seeking",
            Self::Ended => "ended",
            Self::Failed => "failed",
        }
    }
}

/// How fast market time runs against the wall clock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Speed {
    /// Finite and above 0; 1 is real time.
    Times(f64),
    /// As fast as it can be read.
    Max,
}

impl Speed {
    /// `None` where `factor` is no finite number above 0.
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

/// Rows of one file that could not be played, all for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedRows {
    pub file: String,
    pub reason: &'static str,
    /// The first of them, where it is known; from 1.
    pub line: Option<u64>,
    /// The column of its cell that is to blame, where it is one cell; from 1.
    pub column: Option<usize>,
    /// That cell, or else the line; short and without control characters.
    pub value: String,
    pub count: u64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct FeedStatus {
    pub source: SourceKind,
    /// What is playing, for people: file names, or the simulation's seed.
    pub name: String,
    pub state: FeedState,
    pub speed: Speed,
    pub looping: bool,
    /// Counts the changes of a feed's status over all epochs.
    pub revision: u64,
    pub seekable: bool,
    pub skip_dead_time: bool,
    pub stamps: Stamps,
    /// Nanoseconds that are added to the times of the tape.
    pub shift: i64,
    pub seed: Option<u64>,
    /// The first event, and the last where it is known.
    pub start: Timestamp,
    pub end: Option<Timestamp>,
    /// Rows of the files that could not be played, as far as is known by now.
    pub rows_refused: u64,
    /// The same by file and reason; where there are very many, not all.
    pub refused: Arc<[RefusedRows]>,
    /// What can be staged; `None` where that is nothing.
    pub catalogue: Option<Arc<Catalogue>>,
    /// What the tape comes to, where it is read ahead.
    pub outline: Outline,
    /// Why the feed failed, where it did.
    pub fault: Option<String>,
}

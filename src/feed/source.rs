//! The sources of ticks: one trait that each has, and two that some have.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use crate::control::{
    CommandError, LoadRequest, ReadingReport, RejectedRows, ScenarioCatalog, ScenarioRequest, SourceKind, Speed,
};
use crate::market::{HistoryBar, Instrument, Levels, MarketLimits, Notice, Tick, Timestamp};

/// The facts of a source that are known before its first tick.
#[derive(Clone, Debug)]
pub struct SourceInfo {
    pub kind: SourceKind,
    /// A name for people: file names, or the number of instruments and the seed.
    pub name: String,
    pub instruments: Arc<[Instrument]>,
    /// The model of the levels behind the best bid and ask, where the source has one.
    pub levels: Levels,
    pub seed: Option<u64>,
    /// The first tick's time; for an endless source the time at which it starts.
    pub start: Timestamp,
    /// The last tick's time, where there is a last one.
    pub end: Option<Timestamp>,
    /// A speed at which people can watch this source.
    pub speed: Speed,
    /// The reason for that speed; empty for real time.
    pub speed_reason: String,
    /// The remarks about the reading of files.
    pub reading: Arc<ReadingReport>,
    /// The most memory that the source takes, without the market.
    pub memory_bytes: usize,
}

/// The error of a source that cannot go on. Its text names the file and the remedy.
pub type SourceError = Box<dyn std::error::Error + Send + Sync>;

/// The state of a source after reading from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// More may follow, even if this time there was none.
    Continues,
    /// The source has ended; no tick was read.
    Ended,
}

/// A source of ticks in time order. It is pure, except for the files it reads.
pub trait TickSource: Send {
    /// Returns the facts that are known before the first tick.
    fn info(&self) -> &SourceInfo;

    /// Returns the bars before the first tick, in the order of [`crate::market::MarketOpening::history`].
    fn history(&mut self) -> Vec<HistoryBar>;

    /// Reads the next tick; `None` at the end.
    ///
    /// # Errors
    /// When the source cannot be read any further. Rows that are merely wrong are skipped and counted.
    fn next_tick(&mut self) -> Result<Option<Tick>, SourceError>;

    /// Appends up to `limit` ticks, as many as can be read cheaply.
    ///
    /// The work of one call is bounded, well below a hundredth of a second. Where the next tick takes more, a call
    /// appends nothing, and the next call goes on: so the caller stays free to obey commands between them.
    ///
    /// # Errors
    /// When the source cannot be read any further; nothing was appended then.
    fn next_ticks(&mut self, limit: usize, into: &mut Vec<Tick>) -> Result<Reading, SourceError>;

    /// Goes back to the first tick.
    ///
    /// # Errors
    /// When a file cannot be opened again.
    fn rewind(&mut self) -> Result<(), SourceError>;

    /// Counts the rows that were rejected so far.
    fn rows_rejected(&self) -> u64;

    /// Lists the same rows by file and reason; a bounded number of them.
    fn rejected(&self) -> Vec<RejectedRows>;

    /// Returns the source as one that can seek; `None` where it has no past to go back to.
    fn seekable(&mut self) -> Option<&mut dyn Seekable>;

    /// Returns the source as one that runs scenarios; `None` where it runs none.
    fn stageable(&mut self) -> Option<&mut dyn Stageable>;
}

/// A source that can continue from any position it has had.
pub trait Seekable {
    /// Returns the current position, which lies between two ticks.
    fn position(&self) -> Position;

    /// Continues from a position of this source, or of another reader of the same files.
    ///
    /// # Errors
    /// When a file cannot be opened again.
    fn go_to(&mut self, position: &Position) -> Result<(), SourceError>;

    /// Opens another reader of the same ticks, at the first one.
    ///
    /// # Errors
    /// When a file cannot be opened again.
    fn second_reader(&self) -> Result<Box<dyn TickSource>, SourceError>;
}

/// A source that runs scenarios and publishes notices.
pub trait Stageable {
    /// Lists the scenarios that can be run.
    fn catalog(&self) -> ScenarioCatalog;

    /// Runs a scenario at `now`, or at the next moment that is not simulated yet.
    ///
    /// # Errors
    /// When the scenario cannot run; nothing has changed then.
    fn run_scenario(&mut self, request: &ScenarioRequest, now: Timestamp) -> Result<(), CommandError>;

    /// Takes the next notice that was published by `now`.
    fn next_notice(&mut self, now: Timestamp) -> Option<Notice>;

    /// Counts the symbols that have fewer ticks now than their scenarios ask for, because of a limit.
    fn symbols_limited(&self) -> usize;
}

/// Opens sources while another one plays. It is called on a thread of its own, as it reads files.
pub trait OpenSource: Send + Sync {
    /// Opens the feeds of a request.
    ///
    /// # Errors
    /// When there is no such feed, or it cannot be played, or does not fit into the memory.
    fn open(&self, request: &LoadRequest) -> Result<OpenedSource, CommandError>;
}

/// A source that is open, and its part of what the program may take.
pub struct OpenedSource {
    pub source: Box<dyn TickSource>,
    /// The ids of what plays.
    pub feeds: Arc<[String]>,
    /// The limits of its market.
    pub market: MarketLimits,
    /// The speed, where it is not the one that the source proposes.
    pub speed: Option<Speed>,
    /// Keeps the files as long as the source plays.
    pub lease: Option<Box<dyn Any + Send>>,
}

/// A position between two ticks of a source. Only the source knows its content. Cheap to clone.
#[derive(Clone)]
pub struct Position {
    content: Arc<dyn Any + Send + Sync>,
    bytes: usize,
}

impl Position {
    /// Wraps a source's own position, which takes `bytes` of memory.
    pub fn new(position: impl Any + Send + Sync, bytes: usize) -> Self {
        Self { content: Arc::new(position), bytes }
    }

    /// Returns its memory, estimated.
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Returns the source's own position, where it has this type.
    pub fn get<T: Any>(&self) -> Option<&T> {
        self.content.downcast_ref()
    }
}

impl fmt::Debug for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Position")
    }
}

//! What produces ticks: one folder a source, one shape for all.
//!
//! A [`Source`] is an iterator of ticks in market time and knows no wall clock; [`pace`] says when each
//! is due; [`run`] puts what is due together on the bus as one batch.

mod deck;
mod index;
mod pace;
pub mod replay;
mod run;
mod shift;
pub mod sim;

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use crate::control::{CommandError, RejectedRows, ScenarioCatalog, ScenarioRequest, SourceKind, Speed};
use crate::market::{HistoryBar, Instrument, Levels, Notice, Tick, Timestamp};

pub use index::IndexLimits;
pub use run::{DEFAULT_DEAD_AFTER, RunConfig, run};

/// What a source plays, known before its first tick.
#[derive(Clone, Debug)]
pub struct SourceInfo {
    pub kind: SourceKind,
    /// What is playing, for people: file names, or the number of instruments and the seed.
    pub name: String,
    pub instruments: Arc<[Instrument]>,
    pub seed: Option<u64>,
    /// The first tick's time, or for an endless source the time it starts at.
    pub start: Timestamp,
    /// The last tick's time, where there is a last one.
    pub end: Option<Timestamp>,
    /// A speed at which people can watch this source.
    pub speed: Speed,
    /// Why that speed, for people; empty for real time.
    pub speed_reason: String,
}

/// Ticks in time order. Pure but for the files it reads.
pub trait Source: Send {
    fn info(&self) -> &SourceInfo;

    /// Bars before the first tick, as [`crate::control::Opening::history`] wants them.
    fn history(&mut self) -> Vec<HistoryBar>;

    /// The next tick; `None` at the end of the tape.
    ///
    /// # Errors
    /// When the tape cannot be read any further; rows that are merely wrong are passed over and counted.
    fn next_tick(&mut self) -> Result<Option<Tick>, SourceError>;

    /// Appends the next ticks, as many as come cheaply, at most `most`; none at the end of the tape.
    ///
    /// # Errors
    /// When the tape cannot be read any further; nothing was appended then.
    fn next_ticks(&mut self, _most: usize, into: &mut Vec<Tick>) -> Result<(), SourceError> {
        into.extend(self.next_tick()?);
        Ok(())
    }

    /// Rows that could not be played, as far as is known by now.
    fn rows_rejected(&self) -> u64 {
        0
    }

    /// The same by file and reason; of very many reasons some.
    fn rejected(&self) -> Vec<RejectedRows> {
        Vec::new()
    }

    /// Goes back to the first tick.
    ///
    /// # Errors
    /// When a file cannot be opened again.
    fn rewind(&mut self) -> Result<(), SourceError>;

    /// Where it stands, between two ticks; `None` where it cannot come back.
    fn mark(&self) -> Option<Mark> {
        None
    }

    /// Goes on from a mark of its own, or of another reader of the same tape, with the ticks that followed it.
    ///
    /// # Errors
    /// When a file cannot be opened again.
    fn go_to(&mut self, _mark: &Mark) -> Result<(), SourceError> {
        Err("this source cannot go back".into())
    }

    /// Another reader of the same tape, at its first tick; `None` where there can be none.
    fn second_reader(&self) -> Option<Box<dyn Source>> {
        None
    }

    /// What stands behind the best bid and ask, where this knows.
    fn levels(&self) -> Levels {
        Levels::default()
    }

    /// What can be staged; `None` where that is nothing.
    fn catalog(&self) -> Option<Arc<ScenarioCatalog>> {
        None
    }

    /// Stages something at `now`, or at the next moment that is not made yet.
    ///
    /// # Errors
    /// When it cannot be staged.
    fn run_scenario(&mut self, _request: &ScenarioRequest, _now: Timestamp) -> Result<(), CommandError> {
        Err(CommandError::NoScenarios)
    }

    /// The first thing that happened by `now` besides ticks and that this did not tell yet.
    fn next_notice(&mut self, _now: Timestamp) -> Option<Notice> {
        None
    }
}

/// A place between two ticks of a source; what is in it only the source knows. Cheap to clone.
#[derive(Clone)]
pub struct Mark(Arc<dyn Any + Send + Sync>);

impl Mark {
    pub fn new(place: impl Any + Send + Sync) -> Self {
        Self(Arc::new(place))
    }

    /// The place, where it is of this type.
    pub fn get<T: Any>(&self) -> Option<&T> {
        self.0.downcast_ref()
    }
}

impl fmt::Debug for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mark")
    }
}

/// A source that cannot go on; the text names the file and the remedy.
pub type SourceError = Box<dyn std::error::Error + Send + Sync>;

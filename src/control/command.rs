//! Commands to a feed, and the reasons why one fails. The other direction of [`crate::control::FeedEvent`].

use super::load::LoadRequest;
use super::scenario::ScenarioRequest;
use super::status::{Speed, TimestampMode};
use crate::market::{Interval, Timestamp};

/// A command to a feed.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Continues from the current position; after the end, from the beginning.
    Play,
    /// Stops market time.
    Pause,
    /// Plays a short stretch at full speed, then pauses.
    Step(Step),
    /// Changes the speed.
    Speed(Speed),
    /// Moves to another position of the recording.
    Seek(SeekTarget),
    /// Sets whether the recording starts again at its end.
    Loop(bool),
    /// Sets whether stretches without a tick, such as nights and weekends, are skipped.
    SkipDeadTime(bool),
    /// Chooses the times that ticks carry.
    Timestamps(TimestampMode),
    /// Runs a scenario.
    RunScenario(ScenarioRequest),
    /// Plays other feeds instead. The present one plays on until they are open, and if they cannot be played.
    Load(LoadRequest),
}

/// The length of one step.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// One tick.
    Event,
    /// To the end of the bar that is forming or, where none is, of the next one.
    Bar(Interval),
    /// To the last tick before dead time.
    Gap,
    /// To the tick by which a price has moved by `percent`: the price of `symbol`, or of any symbol.
    Move { symbol: Option<String>, percent: f64 },
}

/// The target of a seek, in the times that ticks carry. A target outside the recording is moved to its nearer end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SeekTarget {
    Time(Timestamp),
    /// 0 to 100 percent of the market time from the first tick to the last.
    Percent(f64),
    /// A distance in nanoseconds from the current position; negative goes back.
    By(i64),
}

/// The reason why a command failed. A failed command changes nothing, unless its error says otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommandError {
    /// The source has no past to go back to.
    NotSeekable,
    /// A percentage of a recording whose end is not known.
    NoEnd,
    /// A step during a seek; another seek, play, pause and the settings are allowed meanwhile.
    Seeking,
    /// A step to a gap or a move found none in so many ticks. The feed has played them, and is paused.
    NothingFound { ticks: u64 },
    /// A step to a gap of a market that never rests.
    NoGaps,
    /// The feed has no such symbol.
    UnknownSymbol(String),
    /// The feed runs no scenarios.
    NoScenarios,
    /// The scenario cannot run; the text gives the reason.
    BadScenario(String),
    /// The source cannot be read; the text names the file and the remedy.
    Fault(String),
    /// Another feed is being opened already.
    Loading,
    /// The feed of this server stays as it is; the texts give the reason and the remedy.
    NotLoadable { reason: String, remedy: String },
    /// There is no feed with this id.
    UnknownFeed(String),
    /// The request for another feed makes no sense; the text gives the reason.
    BadLoad(String),
    /// The other feed cannot be played; the text names the file and the remedy.
    NotPlayable(String),
}

/// The revision of the status that a command led to, or the reason why it failed.
pub type CommandResult = Result<u64, CommandError>;

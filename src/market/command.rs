//! What a feed may be asked, and why it may refuse. The other direction of [`crate::market::Event`].

use super::event::Speed;
use super::time::Interval;

#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Goes on from where it stands; from the beginning where it has ended.
    Play,
    Pause,
    /// Plays a little as fast as it goes, then pauses.
    Step(Step),
    Speed(Speed),
    /// Whether the tape begins again at its end.
    Loop(bool),
    /// Whether stretches without a tick, such as nights and weekends, are passed over.
    SkipDeadTime(bool),
}

/// How far one step goes.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// One tick.
    Event,
    /// To the end of the bar that is forming or, where none is, of the next one.
    Bar(Interval),
    /// To the last tick before dead time.
    Gap,
    /// To the tick by which a price stands `percent` away from where it stands now; any price, or that of `symbol`.
    Move { symbol: Option<String>, percent: f64 },
}

/// Why a command was not obeyed. It changed nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    UnknownSymbol(String),
    /// The tape cannot be read; the text names the file and the remedy.
    Fault(String),
}

/// The number of the status that a command led to, or why it was not obeyed.
pub type Answer = Result<u64, Refused>;

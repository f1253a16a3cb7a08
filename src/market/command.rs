//! What a feed may be asked, and why it may refuse. The other direction of [`crate::market::Event`].

use super::event::Speed;
use super::happening::Staging;
use super::time::{Interval, Timestamp};

#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Goes on from where it stands; from the beginning where it has ended.
    Play,
    Pause,
    /// Plays a little as fast as it goes, then pauses.
    Step(Step),
    Speed(Speed),
    Seek(Target),
    /// Whether the tape begins again at its end.
    Loop(bool),
    /// Whether stretches without a tick, such as nights and weekends, are passed over.
    SkipDeadTime(bool),
    /// Whose times the ticks carry.
    Timestamps(Stamps),
    /// Stages a scenario.
    Stage(Staging),
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

/// Where to seek, in the times that the ticks carry. What lies outside the tape is brought to its nearer end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    Time(Timestamp),
    /// 0 to 100 of the market time from the first tick to the last.
    Percent(f64),
    /// So many nanoseconds on from here, or back.
    By(i64),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stamps {
    /// As the tape has them.
    #[default]
    Original,
    /// All moved by one stretch of time, so that where the tape stands is now.
    Shifted,
}

impl Stamps {
    pub const ALL: [Self; 2] = [Self::Original, Self::Shifted];

    pub const fn label(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Shifted => "shifted",
        }
    }
}

/// Why a command was not obeyed. It changed nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The source has no past to go back to.
    NotSeekable,
    /// A share of a tape whose end is not known.
    NoEnd,
    /// A seek is under way; another seek, play, pause and the settings are taken meanwhile.
    Seeking,
    UnknownSymbol(String),
    /// Nothing can be staged on this feed.
    NotStageable,
    /// A scenario that cannot be staged; the text says why.
    BadScenario(String),
    /// The tape cannot be read; the text names the file and the remedy.
    Fault(String),
}

/// The number of the status that a command led to, or why it was not obeyed.
pub type Answer = Result<u64, Refused>;

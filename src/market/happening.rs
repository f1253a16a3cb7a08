//! What happens on a feed besides ticks: headlines, and scenarios that somebody stages.

use super::time::Timestamp;

/// Something that all are told of at its time.
#[derive(Clone, Debug, PartialEq)]
pub enum Happening {
    News(Story),
    Staged(Staged),
}

impl Happening {
    /// When it is told.
    pub const fn ts(&self) -> Timestamp {
        match self {
            Self::News(story) => story.ts,
            Self::Staged(staged) => staged.start,
        }
    }

    /// Moves all its times.
    pub const fn shift(&mut self, nanos: i64) {
        match self {
            Self::News(story) => story.ts = story.ts.plus_nanos(nanos),
            Self::Staged(staged) => {
                staged.start = staged.start.plus_nanos(nanos);
                staged.end = staged.end.plus_nanos(nanos);
            }
        }
    }
}

/// One headline.
#[derive(Clone, Debug, PartialEq)]
pub struct Story {
    /// When it is published.
    pub ts: Timestamp,
    /// Whom it is about, as in [`Staging::on`].
    pub on: String,
    /// From -1, as bad as can be, to 1.
    pub tone: f64,
    /// The price follows it; otherwise the price has moved already.
    pub leads: bool,
    pub headline: String,
}

/// A scenario that has begun.
#[derive(Clone, Debug, PartialEq)]
pub struct Staged {
    pub scenario: &'static str,
    /// As in [`Staging::on`].
    pub on: String,
    /// 1 is usual; below 0 it goes the other way.
    pub strength: f64,
    pub start: Timestamp,
    /// The end of its duration; what it stirred up calms down later.
    pub end: Timestamp,
}

/// A wish to stage a scenario now.
#[derive(Clone, Debug, PartialEq)]
pub struct Staging {
    pub scenario: String,
    /// A symbol, `sector:NAME`, `class:NAME` or `all`.
    pub on: String,
    /// 1 is usual.
    pub strength: f64,
    /// `None` for as long as is usual.
    pub seconds: Option<f64>,
}

/// What can be staged on a feed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Catalogue {
    pub scenarios: Vec<Offer>,
    pub groups: Vec<Group>,
    /// The largest strength, either way, and the longest duration in seconds.
    pub most_strength: f64,
    pub most_seconds: f64,
}

/// One scenario, for people to choose.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    pub name: &'static str,
    pub title: &'static str,
    /// One sentence.
    pub about: &'static str,
    /// Whether a strength changes it, and whether one below 0 turns it round.
    pub has_strength: bool,
    pub turns: bool,
    /// Its usual duration; `None` where it happens at once.
    pub seconds: Option<f64>,
}

/// Symbols that a scenario can be put on together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// As in [`Staging::on`].
    pub on: String,
    pub name: &'static str,
    pub symbols: Vec<String>,
}

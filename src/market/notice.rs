//! Notices: the events of a market besides ticks, which are headlines and scenarios that begin.

use super::time::Timestamp;

/// A headline or the begin of a scenario. Everybody receives it at its time.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    News(Headline),
    Scenario(ActiveScenario),
}

impl Notice {
    /// The time at which it is published.
    pub const fn ts(&self) -> Timestamp {
        match self {
            Self::News(headline) => headline.ts,
            Self::Scenario(scenario) => scenario.start,
        }
    }

    /// Moves all its times by `nanos`.
    pub const fn shift(&mut self, nanos: i64) {
        match self {
            Self::News(headline) => headline.ts = headline.ts.plus_nanos(nanos),
            Self::Scenario(scenario) => {
                scenario.start = scenario.start.plus_nanos(nanos);
                scenario.end = scenario.end.plus_nanos(nanos);
            }
        }
    }
}

/// One headline.
#[derive(Clone, Debug, PartialEq)]
pub struct Headline {
    /// The time of publication.
    pub ts: Timestamp,
    /// Its subject: a symbol, `sector:NAME`, `class:NAME` or `all`.
    pub on: String,
    /// The tone from -1, the worst, to 1, the best.
    pub tone: f64,
    /// True where the price follows the headline, false where the price has moved before it.
    pub leads: bool,
    pub text: String,
}

/// A scenario that has begun.
#[derive(Clone, Debug, PartialEq)]
pub struct ActiveScenario {
    pub scenario: &'static str,
    /// A symbol, `sector:NAME`, `class:NAME` or `all`.
    pub on: String,
    /// The strength; 1 is the default, a negative one reverses the direction.
    pub strength: f64,
    pub start: Timestamp,
    /// The end of its duration; its after-effects fade later.
    pub end: Timestamp,
}

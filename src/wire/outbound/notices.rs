//! News and scenarios: parts of two numbered lists, and the scenarios that a feed offers.

use serde::Serialize;

use super::{take_fitting, to_json};
use crate::control::{ScenarioCatalog, ScenarioInfo, SymbolGroup};
use crate::market::{ActiveScenario, Headline, Market};

/// The position of a part of a numbered list. Numbers begin with 1 in each epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ListPart {
    /// The part begins the list.
    pub snapshot: bool,
    /// Items before the first one that are no longer kept.
    pub skipped: u64,
    /// The number of the first item, or of the next one if the part is empty.
    pub first: u64,
}

/// A part of the list of headlines.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "news")]
pub struct News<'m> {
    epoch: u64,
    ts_sent: i64,
    #[serde(flatten)]
    part: ListPart,
    stories: Vec<Story<'m>>,
}

#[derive(Debug, Serialize)]
struct Story<'m> {
    ts: i64,
    on: &'m str,
    tone: f64,
    timing: &'static str,
    headline: &'m str,
}

impl<'m> From<&'m Headline> for Story<'m> {
    fn from(Headline { ts, on, tone, leads, text }: &'m Headline) -> Self {
        let timing = if *leads { "leads" } else { "follows" };
        Self { ts: ts.micros(), on, tone: *tone, timing, headline: text }
    }
}

impl<'m> News<'m> {
    /// A message of the first headlines, as many as `max_bytes` hold.
    pub fn new(
        epoch: u64,
        ts_sent: i64,
        part: ListPart,
        headlines: impl Iterator<Item = &'m Headline>,
        max_bytes: usize,
    ) -> Self {
        Self { epoch, ts_sent, part, stories: take_fitting(headlines.map(Story::from), max_bytes) }
    }

    /// The number of headlines.
    pub const fn count(&self) -> usize {
        self.stories.len()
    }
}

/// A part of the list of scenarios that have begun.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "scenarios")]
pub struct Scenarios<'m> {
    epoch: u64,
    ts_sent: i64,
    #[serde(flatten)]
    part: ListPart,
    scenarios: Vec<Scenario<'m>>,
}

#[derive(Debug, Serialize)]
struct Scenario<'m> {
    name: &'static str,
    on: &'m str,
    strength: f64,
    start: i64,
    end: i64,
}

impl<'m> From<&'m ActiveScenario> for Scenario<'m> {
    fn from(ActiveScenario { scenario, on, strength, start, end }: &'m ActiveScenario) -> Self {
        Self { name: scenario, on, strength: *strength, start: start.micros(), end: end.micros() }
    }
}

impl<'m> Scenarios<'m> {
    /// A message of the first scenarios, as many as `max_bytes` hold.
    pub fn new(
        epoch: u64,
        ts_sent: i64,
        part: ListPart,
        scenarios: impl Iterator<Item = &'m ActiveScenario>,
        max_bytes: usize,
    ) -> Self {
        Self { epoch, ts_sent, part, scenarios: take_fitting(scenarios.map(Scenario::from), max_bytes) }
    }

    /// The number of scenarios.
    pub const fn count(&self) -> usize {
        self.scenarios.len()
    }
}

/// The body of `GET /api/v1/news`: a `news` message with the newest `limit` headlines.
pub fn news_response(market: &Market, ts_sent: i64, limit: u64) -> String {
    let headlines = market.news().newest(usize::try_from(limit).unwrap_or(usize::MAX));
    let first = market.news().total() - headlines.len() as u64 + 1;
    let part = ListPart { snapshot: true, skipped: 0, first };
    // A client that polls expects one answer.
    to_json(&News::new(market.epoch(), ts_sent, part, headlines, usize::MAX))
}

/// The body of `GET /api/v1/scenarios`: the scenarios that the feed offers, and the scenarios that have begun.
pub fn scenarios_response(market: &Market, catalog: Option<&ScenarioCatalog>) -> String {
    #[derive(Serialize)]
    struct Offer {
        name: &'static str,
        title: &'static str,
        about: &'static str,
        strength: Option<f64>,
        negative: bool,
        seconds: Option<f64>,
    }
    #[derive(Serialize)]
    struct Group<'m> {
        on: &'m str,
        name: &'static str,
        symbols: &'m [String],
    }
    #[derive(Serialize)]
    struct Body<'m> {
        epoch: u64,
        max_strength: f64,
        max_seconds: f64,
        scenarios: Vec<Offer>,
        groups: Vec<Group<'m>>,
        active: Vec<Scenario<'m>>,
    }
    let none = ScenarioCatalog::default();
    let ScenarioCatalog { scenarios, groups, max_strength, max_seconds } = catalog.unwrap_or(&none);
    let offer = |info: &ScenarioInfo| {
        let ScenarioInfo { name, title, about, has_strength, is_reversible, seconds } = *info;
        Offer { name, title, about, strength: has_strength.then_some(1.0), negative: is_reversible, seconds }
    };
    to_json(&Body {
        epoch: market.epoch(),
        max_strength: *max_strength,
        max_seconds: *max_seconds,
        scenarios: scenarios.iter().map(offer).collect(),
        groups: groups.iter().map(|SymbolGroup { on, name, symbols }| Group { on, name, symbols }).collect(),
        active: market.scenarios().iter().map(Scenario::from).collect(),
    })
}

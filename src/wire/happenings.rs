//! What happens besides ticks, as JSON: `news`, `staged`, and what can be staged.

use serde::Serialize;

use super::outbound::Message;
use crate::control::{ScenarioCatalog, ScenarioInfo, SymbolGroup};
use crate::market::{ActiveScenario, Headline, Market, Ring};

/// How far a client was told of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Items that it has, or will never ask for.
    pub seen: u64,
    /// The next message continues one before.
    pub begun: bool,
}

impl Told {
    /// Begins with the newest `history` items of a list.
    pub const fn newest<T>(list: &Ring<T>, history: u64) -> Self {
        Self { seen: list.total().saturating_sub(history), begun: false }
    }

    /// The items that follow, and where they stand.
    fn take<'m, T, U: From<&'m T>>(&mut self, list: &'m Ring<T>) -> Part<U> {
        let since = list.since(self.seen);
        // A list that begins has skipped nothing: what was before it was not asked for.
        let skipped = if self.begun { since.missed } else { 0 };
        let items: Vec<U> = since.items.map(U::from).collect();
        let first = list.total() - items.len() as u64 + 1;
        let snapshot = !std::mem::replace(&mut self.begun, true);
        self.seen = list.total();
        Part { snapshot, skipped, first, items }
    }
}

/// A part of a numbered list. Numbers begin with 1 in each epoch.
struct Part<T> {
    /// Whether it begins anew.
    snapshot: bool,
    /// What was no longer kept.
    skipped: u64,
    /// The number of the first item here or, where there is none, of the next one.
    first: u64,
    items: Vec<T>,
}

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "news")]
pub struct News<'m> {
    epoch: u64,
    ts_sent: i64,
    snapshot: bool,
    skipped: u64,
    first: u64,
    stories: Vec<StoryText<'m>>,
}

#[derive(Debug, Serialize)]
struct StoryText<'m> {
    ts: i64,
    on: &'m str,
    tone: f64,
    timing: &'static str,
    headline: &'m str,
}

impl<'m> From<&'m Headline> for StoryText<'m> {
    fn from(story: &'m Headline) -> Self {
        let Headline { ts, on, tone, leads, text: headline } = story;
        Self { ts: ts.micros(), on, tone: *tone, timing: if *leads { "leads" } else { "follows" }, headline }
    }
}

impl<'m> News<'m> {
    /// What follows, `None` where nothing does and something was said before.
    pub fn after(told: &mut Told, market: &'m Market, ts_sent: i64) -> Option<Self> {
        if told.begun && told.seen >= market.news().total() {
            return None;
        }
        let Part { snapshot, skipped, first, items: stories } = told.take(market.news());
        Some(Self { epoch: market.epoch(), ts_sent, snapshot, skipped, first, stories })
    }
}

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "scenarios")]
pub struct Scenarios<'m> {
    epoch: u64,
    ts_sent: i64,
    snapshot: bool,
    skipped: u64,
    first: u64,
    scenarios: Vec<Scene<'m>>,
}

#[derive(Debug, Serialize)]
struct Scene<'m> {
    name: &'static str,
    on: &'m str,
    strength: f64,
    start: i64,
    end: i64,
}

impl<'m> From<&'m ActiveScenario> for Scene<'m> {
    fn from(ActiveScenario { scenario, on, strength, start, end }: &'m ActiveScenario) -> Self {
        Self { name: scenario, on, strength: *strength, start: start.micros(), end: end.micros() }
    }
}

impl<'m> Scenarios<'m> {
    /// What follows; `None` where nothing does.
    pub fn after(told: &mut Told, market: &'m Market, ts_sent: i64) -> Option<Self> {
        if told.seen >= market.scenarios().total() {
            return None;
        }
        let Part { snapshot, skipped, first, items: scenarios } = told.take(market.scenarios());
        Some(Self { epoch: market.epoch(), ts_sent, snapshot, skipped, first, scenarios })
    }
}

impl Message for News<'_> {}
impl Message for Scenarios<'_> {}

/// The body of `GET /api/v1/news`: the newest `limit` headlines.
pub fn news_response(market: &Market, ts_sent: i64, limit: u64) -> String {
    let mut told = Told::newest(market.news(), limit);
    let news = News::after(&mut told, market, ts_sent).expect("invariant: a beginning is always said");
    news.to_text().as_str().to_owned()
}

/// The body of `GET /api/v1/scenarios`: what can be staged, and what has begun.
pub fn scenarios_response(market: &Market, catalogue: Option<&ScenarioCatalog>) -> String {
    #[derive(Serialize)]
    struct Scenario {
        name: &'static str,
        title: &'static str,
        about: &'static str,
        strength: Option<f64>,
        negative: bool,
        seconds: Option<f64>,
    }
    #[derive(Serialize)]
    struct GroupText<'m> {
        on: &'m str,
        name: &'static str,
        symbols: &'m [String],
    }
    #[derive(Serialize)]
    struct Body<'m> {
        epoch: u64,
        max_strength: f64,
        max_seconds: f64,
        scenarios: Vec<Scenario>,
        groups: Vec<GroupText<'m>>,
        active: Vec<Scene<'m>>,
    }
    let nothing = ScenarioCatalog::default();
    let ScenarioCatalog { scenarios, groups, max_strength, max_seconds } = catalogue.unwrap_or(&nothing);
    let scenario = |offer: &ScenarioInfo| {
        let ScenarioInfo { name, title, about, has_strength, is_reversible, seconds } = *offer;
        Scenario { name, title, about, strength: has_strength.then_some(1.0), negative: is_reversible, seconds }
    };
    let body = Body {
        epoch: market.epoch(),
        max_strength: *max_strength,
        max_seconds: *max_seconds,
        scenarios: scenarios.iter().map(scenario).collect(),
        groups: groups.iter().map(|SymbolGroup { on, name, symbols }| GroupText { on, name, symbols }).collect(),
        active: market.scenarios().iter().map(Scene::from).collect(),
    };
    serde_json::to_string(&body).expect("invariant: a body is plain data")
}

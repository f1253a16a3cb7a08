//! Scenarios that a feed offers, and the request to run one.

/// A request to run a scenario now.
#[derive(Clone, Debug, PartialEq)]
pub struct ScenarioRequest {
    /// The name of a scenario in the catalog.
    pub scenario: String,
    /// A symbol, `sector:NAME`, `class:NAME` or `all`.
    pub on: String,
    /// The strength; 1 is the default.
    pub strength: f64,
    /// The duration; `None` for the scenario's default.
    pub seconds: Option<f64>,
}

/// The scenarios of a feed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScenarioCatalog {
    pub scenarios: Vec<ScenarioInfo>,
    pub groups: Vec<SymbolGroup>,
    /// The largest strength, up or down.
    pub max_strength: f64,
    /// The longest duration in seconds.
    pub max_seconds: f64,
}

/// The description of one scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct ScenarioInfo {
    pub name: &'static str,
    pub title: &'static str,
    /// One sentence.
    pub about: &'static str,
    /// A strength changes it.
    pub has_strength: bool,
    /// A strength below 0 reverses its direction.
    pub is_reversible: bool,
    /// The default duration; `None` where it happens at once.
    pub seconds: Option<f64>,
}

/// Symbols that one scenario can run on together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SymbolGroup {
    /// The group as [`ScenarioRequest::on`] names it.
    pub on: String,
    pub name: &'static str,
    pub symbols: Vec<String>,
}

//! A script: scenarios in a TOML file, and the settings of their market that the file gives.
//!
//! The journal of a session is a script, too (`journal`).

use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

use chrono::DateTime;
use serde::de::{Error as _, IgnoredAny};
use serde::{Deserialize, Deserializer};
use toml::Spanned;
use toml::value::Datetime;

use super::kind::Scenario;
use super::spec::{ScenarioSpec, TIME};
use super::target::Target;
use crate::feed::sim::model::hours::Hours;
use crate::market::Timestamp;

/// Scenarios, and the market they belong to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Script {
    pub market: ScriptMarket,
    pub scenarios: Vec<ScenarioSpec>,
}

/// The `[market]` of a script: settings that a flag goes before.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScriptMarket {
    pub seed: Option<u64>,
    #[serde(default, deserialize_with = "datetime")]
    pub start: Option<Timestamp>,
    pub symbols: Option<usize>,
    #[serde(default, deserialize_with = "some_text")]
    pub hours: Option<Hours>,
}

/// An error in a script, and its place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct ScriptError {
    pub line: usize,
    pub column: usize,
    pub message: String,
}

impl ScriptError {
    fn new(text: &str, offset: usize, message: String) -> Self {
        let before = &text[..offset.min(text.len())];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Self { line, column, message }
    }
}

impl Script {
    /// Reads the TOML of a script.
    ///
    /// # Errors
    /// When the text is not a script; the error has its place.
    pub fn parse(text: &str) -> Result<Self, ScriptError> {
        let file: ScriptFile = toml::from_str(text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            ScriptError::new(text, offset, error.message().to_owned())
        })?;
        let spec = |entry: Spanned<Entry>| {
            let offset = entry.span().start;
            let spec = entry.into_inner().spec();
            spec.check().map_err(|error| ScriptError::new(text, offset, error.to_string()))?;
            Ok(spec)
        };
        let scenarios = file.scenario.into_iter().map(spec).collect::<Result<_, _>>()?;
        Ok(Self { market: file.market, scenarios })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScriptFile {
    #[serde(rename = "title")]
    _title: Option<IgnoredAny>,
    #[serde(default)]
    market: ScriptMarket,
    #[serde(default)]
    scenario: Vec<Spanned<Entry>>,
}

/// One `[[scenario]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    #[serde(deserialize_with = "text")]
    name: Scenario,
    #[serde(default, deserialize_with = "time")]
    at: Option<Duration>,
    target: Option<Targets>,
    strength: Option<f64>,
    #[serde(default, deserialize_with = "time")]
    duration: Option<Duration>,
    #[serde(rename = "note")]
    _note: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "write a symbol, a sector, a class, all, or a list of them")]
enum Targets {
    One(String),
    Many(Vec<String>),
}

impl Entry {
    fn spec(self) -> ScenarioSpec {
        let default = ScenarioSpec::new(self.name);
        ScenarioSpec {
            after: self.at.unwrap_or(default.after),
            targets: match self.target {
                None => default.targets,
                Some(Targets::One(target)) => vec![Target::parse(&target)],
                Some(Targets::Many(targets)) => targets.iter().map(|target| Target::parse(target)).collect(),
            },
            strength: self.strength.unwrap_or(default.strength),
            duration: self.duration.unwrap_or(default.duration),
            ..default
        }
    }
}

fn text<'de, D: Deserializer<'de>, T: FromStr<Err: Display>>(deserializer: D) -> Result<T, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}

fn some_text<'de, D: Deserializer<'de>, T: FromStr<Err: Display>>(deserializer: D) -> Result<Option<T>, D::Error> {
    text(deserializer).map(Some)
}

fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let time = humantime::parse_duration(&text);
    time.map(Some).map_err(|_| D::Error::custom(format_args!("{text:?} cannot be read: write {TIME}")))
}

fn datetime<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let text = Datetime::deserialize(deserializer)?.to_string();
    let time = timestamp(&text).ok_or("write a date and a time with its zone, such as 2024-01-08T14:30:00Z");
    time.map(Some).map_err(D::Error::custom)
}

/// Reads a time such as `2024-01-08T14:30:00Z`.
pub fn timestamp(text: &str) -> Option<Timestamp> {
    DateTime::parse_from_rfc3339(text).ok()?.timestamp_nanos_opt().map(Timestamp)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SCRIPT: &str = r#"
title = "A morning"
[market]
seed = 11
start = 2024-01-08T14:30:00Z
hours = "market"

[[scenario]]
at = "30s"
name = "news"
target = ["AAPL", "energy"]
strength = -1
note = "ask the class what they see"

[[scenario]]
at = "1h 2m"
name = "halt"
target = "fx"
duration = "90s"
"#;

    #[test]
    fn script_is_toml() {
        let Script { market, scenarios } = Script::parse(SCRIPT).unwrap();
        assert_eq!((market.seed, market.symbols, market.hours), (Some(11), None, Some(Hours::Market)));
        assert_eq!(market.start, Some(Timestamp::from_secs(1_704_724_200)));
        let [news, halt] = &scenarios[..] else { panic!("{scenarios:?}") };
        assert_eq!((news.strength, news.targets.len(), news.after.as_secs()), (-1.0, 2, 30));
        assert_eq!((halt.after.as_secs(), halt.duration.as_secs()), (3_720, 90));
        assert_eq!((news.duration.as_secs(), halt.targets.len()), (600, 1));
    }

    #[test]
    fn errors_have_their_place() {
        let check = |text: &str, line: usize, expected: &str| {
            let error = Script::parse(text).unwrap_err();
            assert!(error.line == line && error.message.contains(expected), "{text:?}: {error}");
        };
        check("[[scenario]]\nat = \"1s\"\n", 1, "missing field `name`");
        check("[[scenario]]\nname = \"boom\"\n", 2, "no scenario boom");
        check("[[scenario]]\nname = \"crash\"\nat = \"soon\"\n", 3, "such as 30s, 2m or 1h 30m");
        check("[[scenario]]\nname = \"crash\"\nsize = 3\n", 3, "unknown field `size`");
        check("[[scenario]]\nname = \"crash\"\nstrength = 50\n", 1, "the strength is 50");
        check("[[scenario]]\nname = \"crash\"\ntarget = 3\n", 3, "write a symbol");
        check("[market]\nseed = -1\n", 2, "invalid value");
        check("[market]\nhours = \"late\"\n", 2, "always, market or session");
        check("[market]\nstart = 2024-01-08\n", 2, "such as 2024-01-08T14:30:00Z");
        check("actors = 1\n", 1, "unknown field `actors`");
        check("x = \n", 1, "");
    }

    proptest! {
        #[test]
        fn script_of_any_text_does_not_panic(text in "(\\[|\\]|[a-z=@:,\"\\n0-9. é])*") {
            let _ = (Script::parse(&text), timestamp(&text));
        }
    }
}

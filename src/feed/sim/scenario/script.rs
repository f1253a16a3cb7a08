//! How scenarios are written: one on the command line, many in a TOML file, and a session's journal.
//!
//! A journal is a script that also says which tape it belongs to, so playing it makes the same tape again.

use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat, TimeZone as _, Utc};
use toml::de::{DeTable, DeValue};

use super::effects::Scenario;
use super::schedule::{Injection, ScenarioError, StageLimits};
use super::target::Target;
use crate::feed::sim::model::season::Hours;
use crate::market::{Interval, Timestamp};

/// A scenario at a time after the beginning of a tape.
#[derive(Clone, Debug, PartialEq)]
pub struct Cue {
    pub after_seconds: f64,
    pub scenario: Scenario,
    pub targets: Vec<Target>,
    pub strength: f64,
    pub seconds: f64,
}

/// Scenarios, and the tape they belong to as far as the file says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Script {
    pub seed: Option<u64>,
    pub start: Option<Timestamp>,
    pub symbols: Option<usize>,
    pub hours: Option<Hours>,
    pub cues: Vec<Cue>,
}

/// What is wrong with a script, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct ScriptError {
    pub line: usize,
    pub column: usize,
    pub message: String,
}

impl Cue {
    fn new(scenario: Scenario) -> Self {
        let targets = vec![Target::All];
        Self { after_seconds: 0.0, scenario, targets, strength: 1.0, seconds: scenario.usual_seconds() }
    }

    /// Reads `name[@time][:target+target][,strength=2][,duration=1m]`, such as `crash@30s:AAPL,strength=2`.
    ///
    /// # Errors
    /// When a part of it cannot be read; the text says which.
    pub fn parse(text: &str) -> Result<Self, ScenarioError> {
        let mut parts = text.split(',');
        let head = parts.next().unwrap_or_default();
        let (head, targets) = head.split_once(':').map_or((head, None), |(head, targets)| (head, Some(targets)));
        let (name, after) = head.split_once('@').map_or((head, None), |(name, after)| (name, Some(after)));
        let mut cue = Self::new(name.trim().parse::<Scenario>()?);
        if let Some(after) = after {
            cue.after_seconds = seconds(after).ok_or_else(|| bad("time", after, "30s, 5m or 1h30m"))?;
        }
        if let Some(targets) = targets {
            cue.targets = targets.split('+').map(|target| Target::of(target.trim())).collect();
        }
        for part in parts {
            match part.split_once('=').map(|(key, value)| (key.trim(), value.trim())) {
                Some(("strength", value)) => {
                    cue.strength = value.parse().map_err(|_| bad("strength", value, "a number such as 2 or -0.5"))?;
                }
                Some(("duration", value)) => {
                    cue.seconds = seconds(value).ok_or_else(|| bad("duration", value, "30s, 5m or 1h30m"))?;
                }
                _ => return Err(bad("part", part, "strength=.. or duration=..; targets are joined by +")),
            }
        }
        cue.injections(Timestamp(0)).iter().try_for_each(|injection| injection.check(&StageLimits::WIDEST))?;
        Ok(cue)
    }

    /// On a tape that begins at `start`.
    pub fn injections(&self, start: Timestamp) -> Vec<Injection> {
        let second = start.floor(Interval::S1);
        let first = if second < start { second.plus_nanos(Interval::S1.nanos()) } else { second };
        let at = first.plus_nanos((self.after_seconds * 1e9) as i64);
        let injection = |target: &Target| Injection {
            scenario: self.scenario,
            target: target.clone(),
            at,
            strength: self.strength,
            seconds: self.seconds,
        };
        self.targets.iter().map(injection).collect()
    }
}

fn bad(what: &str, text: &str, want: &str) -> ScenarioError {
    ScenarioError::Text(format!("the {what} {text:?} cannot be read: {want}"))
}

/// Seconds of a text such as `90s`, `1m30s`, `0.5h` or `90`.
pub fn seconds(text: &str) -> Option<f64> {
    let mut rest = text.trim();
    if let Ok(plain) = rest.parse::<f64>() {
        return (plain.is_finite() && plain >= 0.0).then_some(plain);
    }
    let mut total = 0.0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..end].parse().ok()?;
        let unit = rest[end..].chars().next()?;
        total += number
            * match unit {
                's' => 1.0,
                'm' => 60.0,
                'h' => 3_600.0,
                _ => return None,
            };
        rest = &rest[end + 1..];
    }
    Some(total)
}

/// A time such as `2024-01-08T14:30:00Z`.
pub fn moment(text: &str) -> Option<Timestamp> {
    DateTime::parse_from_rfc3339(text).ok()?.timestamp_nanos_opt().map(Timestamp)
}

impl Script {
    /// Reads the TOML of a script or a journal.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub fn parse(text: &str) -> Result<Self, ScriptError> {
        let at = |offset: usize, message: String| {
            let before = &text[..offset.min(text.len())];
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            ScriptError { line, column, message }
        };
        let table = DeTable::parse(text)
            .map_err(|error| at(error.span().map_or(0, |span| span.start), error.message().to_owned()))?;
        let mut script = Self::default();
        for (key, value) in table.into_inner() {
            let offset = key.span().start;
            match (key.get_ref().as_ref(), value.get_ref()) {
                ("title", DeValue::String(_)) => {}
                ("tape", DeValue::Table(tape)) => {
                    script.read_tape(tape).map_err(|(offset, message)| at(offset, message))?
                }
                ("scenario", DeValue::Array(scenarios)) => {
                    for scenario in scenarios {
                        let offset = scenario.span().start;
                        let table = scenario
                            .get_ref()
                            .as_table()
                            .ok_or_else(|| at(offset, "not a table: write [[scenario]]".into()))?;
                        script.cues.push(cue(table, offset).map_err(|(offset, message)| at(offset, message))?);
                    }
                }
                (other, _) => {
                    return Err(at(offset, format!("{other} is not known here: title, [tape] and [[scenario]] are")));
                }
            }
        }
        Ok(script)
    }

    fn read_tape(&mut self, tape: &DeTable<'_>) -> Result<(), (usize, String)> {
        for (key, value) in tape {
            let wrong = |want: &str| (value.span().start, format!("{} must be {want}", key.get_ref()));
            let number = || value.get_ref().as_integer().and_then(|n| n.as_str().replace('_', "").parse::<u64>().ok());
            match key.get_ref().as_ref() {
                // A number of TOML has a sign: the larger half of seeds is written as text.
                "seed" => {
                    let text = value.get_ref().as_str().and_then(|text| text.parse().ok());
                    self.seed = Some(text.or_else(number).ok_or_else(|| wrong("a whole number from 0 on"))?);
                }
                "symbols" => {
                    let count = number().and_then(|n| usize::try_from(n).ok());
                    self.symbols = Some(count.ok_or_else(|| wrong("a whole number"))?);
                }
                "start" => {
                    let text = value.get_ref().as_datetime().map(ToString::to_string);
                    let text = text.or_else(|| value.get_ref().as_str().map(str::to_owned)).unwrap_or_default();
                    self.start = Some(moment(&text).ok_or_else(|| wrong("a time such as 2024-01-08T14:30:00Z"))?);
                }
                "hours" => {
                    let hours = value.get_ref().as_str().and_then(|text| text.parse().ok());
                    self.hours = Some(hours.ok_or_else(|| wrong("always, market or session"))?);
                }
                other => {
                    return Err((
                        key.span().start,
                        format!("{other} is not known here: seed, start, symbols and hours are"),
                    ));
                }
            }
        }
        Ok(())
    }
}

/// One `[[scenario]]`, which begins at `offset` of the text.
fn cue(table: &DeTable<'_>, offset: usize) -> Result<Cue, (usize, String)> {
    let name = table
        .iter()
        .find(|(key, _)| key.get_ref() == "name")
        .and_then(|(_, value)| Some((value.span().start, value.get_ref().as_str()?)));
    let (name_at, name) = name.ok_or_else(|| (offset, "name is missing, such as name = \"crash\"".to_owned()))?;
    let mut cue = Cue::new(name.parse::<Scenario>().map_err(|error| (name_at, error.to_string()))?);
    for (key, value) in table {
        let at = value.span().start;
        let wrong = |want: &str| (at, format!("{} must be {want}", key.get_ref()));
        let number = || match value.get_ref() {
            DeValue::Integer(n) => n.as_str().parse::<f64>().ok(),
            DeValue::Float(n) => n.as_str().parse::<f64>().ok(),
            _ => None,
        };
        let time = || value.get_ref().as_str().and_then(seconds).or_else(number).filter(|seconds| *seconds >= 0.0);
        match key.get_ref().as_ref() {
            "name" | "note" => {}
            "at" => cue.after_seconds = time().ok_or_else(|| wrong("a time such as \"30s\""))?,
            "duration" => cue.seconds = time().ok_or_else(|| wrong("a time such as \"1m\""))?,
            "strength" => cue.strength = number().ok_or_else(|| wrong("a number"))?,
            "target" => {
                cue.targets = targets(value.get_ref())
                    .ok_or_else(|| wrong("a symbol, a sector, a class, all, or a list of them"))?
            }
            other => {
                return Err((
                    key.span().start,
                    format!("{other} is not known here: name, at, target, strength, duration and note are"),
                ));
            }
        }
    }
    cue.injections(Timestamp(0))
        .iter()
        .try_for_each(|injection| injection.check(&StageLimits::WIDEST))
        .map_err(|error| (offset, error.to_string()))?;
    Ok(cue)
}

fn targets(value: &DeValue<'_>) -> Option<Vec<Target>> {
    match value {
        DeValue::String(text) => Some(vec![Target::of(text)]),
        DeValue::Array(list) => {
            let targets: Option<Vec<_>> = list.iter().map(|one| one.get_ref().as_str().map(Target::of)).collect();
            targets.filter(|targets| !targets.is_empty())
        }
        _ => None,
    }
}

/// The market that a journal belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Header {
    pub seed: u64,
    pub start: Timestamp,
    pub symbols: usize,
    pub hours: Hours,
}

/// The journal of a session as TOML: a script that makes its market again.
pub fn journal(header: &Header, injections: &[Injection]) -> String {
    let Header { seed, start, symbols, hours } = *header;
    let start_text = Utc.timestamp_nanos(start.0).to_rfc3339_opts(SecondsFormat::AutoSi, true);
    let mut text = format!(
        "# A session of the simulated market. Played with --script, it makes the same tape again.\n\n\
         [tape]\nseed = \"{seed}\"\nstart = \"{start_text}\"\nsymbols = {symbols}\nhours = \"{hours}\"\n"
    );
    injections.iter().for_each(|injection| text.push_str(&entry(start, injection)));
    text
}

/// One injection of a journal whose tape begins at `start`.
pub fn entry(start: Timestamp, injection: &Injection) -> String {
    let Injection { scenario, target, at, strength, seconds } = injection;
    let first = Cue::new(*scenario).injections(start)[0].at;
    let after = (at.0 - first.0) / 1_000_000_000;
    let mut text = String::new();
    // Writing to a string cannot fail. A symbol may hold anything, so it is written as TOML wants text.
    let _ = write!(
        text,
        "\n[[scenario]]\nat = \"{after}s\"\nname = \"{scenario}\"\ntarget = {:?}\nstrength = {strength:?}\nduration = \"{seconds}s\"\n",
        &*target.text()
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::AssetClass;
    use proptest::prelude::*;

    #[test]
    fn a_scenario_is_one_short_text() {
        let crash = Cue {
            seconds: 60.0,
            strength: 2.0,
            after_seconds: 30.0,
            targets: vec![Target::of("AAPL")],
            ..Cue::new(Scenario::Crash)
        };
        let both = vec![Target::of("BTC-USD"), Target::Class(AssetClass::Fx)];
        for (text, want) in [
            ("crash", Cue::new(Scenario::Crash)),
            ("crash@30s:AAPL,strength=2,duration=1m", crash),
            ("feed-gap@1h30m:BTC-USD+fx", Cue { after_seconds: 5_400.0, targets: both, ..Cue::new(Scenario::FeedGap) }),
        ] {
            assert_eq!(Cue::parse(text), Ok(want), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_with_it_is_said() {
        for (text, says) in [
            ("tsunami", "no scenario tsunami"),
            ("crash@soon", "the time \"soon\""),
            ("crash,strength=much", "the strength \"much\""),
            ("crash,duration=1d", "the duration \"1d\""),
            ("crash,AAPL", "joined by +"),
            ("crash,strength=99", "from -10 to 10"),
            ("crash,duration=0s", "from 1 s"),
        ] {
            let error = Cue::parse(text).unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }

    const SCRIPT: &str = r#"
title = "A morning"
[tape]
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
at = 120
name = "halt"
"#;

    #[test]
    fn a_script_is_toml() {
        let script = Script::parse(SCRIPT).unwrap();
        assert_eq!((script.seed, script.symbols, script.hours), (Some(11), None, Some(Hours::Market)));
        assert_eq!(script.start, Some(Timestamp::from_secs(1_704_724_200)));
        assert_eq!((script.cues[0].strength, script.cues[0].targets.len()), (-1.0, 2));
        assert_eq!((script.cues[1].after_seconds, script.cues[1].seconds), (120.0, 60.0));
    }

    #[test]
    fn errors_in_a_script_say_where() {
        let check = |text: &str, line: usize, says: &str| {
            let error = Script::parse(text).unwrap_err();
            assert!(error.line == line && error.message.contains(says), "{text:?}: {error}");
        };
        check("[[scenario]]\nat = \"1s\"\n", 1, "name is missing");
        check("[[scenario]]\nname = \"boom\"\n", 2, "no scenario boom");
        check("[[scenario]]\nname = \"crash\"\nat = \"soon\"\n", 3, "at must be a time");
        check("[[scenario]]\nname = \"crash\"\nsize = 3\n", 3, "size is not known");
        check("[[scenario]]\nname = \"crash\"\nstrength = 50\n", 1, "a strength of 50");
        check("[tape]\nseed = -1\n", 2, "seed must be");
        check("[tape]\nhours = \"late\"\n", 2, "hours must be");
        check("scenes = 1\n", 1, "scenes is not known");
        check("x = \n", 1, "");
    }

    #[test]
    fn a_journal_is_read_back_as_it_was() {
        let start = Timestamp(1_704_724_200_123_456_789);
        let cues = ["crash@30s:AAPL,strength=-0.1,duration=1m30s", "quiet@2m", "news@0s:energy"]
            .map(|text| Cue::parse(text).unwrap());
        let injections: Vec<_> = cues.iter().flat_map(|cue| cue.injections(start)).collect();
        let header = Header { seed: u64::MAX, start, symbols: 40, hours: Hours::Always };
        let script = Script::parse(&journal(&header, &injections)).unwrap();
        assert_eq!((script.seed, script.start, script.symbols), (Some(u64::MAX), Some(start), Some(40)));
        let again: Vec<_> = script.cues.iter().flat_map(|cue| cue.injections(start)).collect();
        assert_eq!(again, injections);
    }

    proptest! {
        #[test]
        fn no_text_makes_a_reader_panic(text in "(\\[|\\]|[a-z=@:,\"\\n0-9. é])*") {
            let _ = (Cue::parse(&text), Script::parse(&text), seconds(&text), moment(&text));
        }
    }
}

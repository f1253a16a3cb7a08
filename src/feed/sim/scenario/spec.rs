//! A scenario as a flag or a script writes it: at a time after the beginning of the market.

use std::str::FromStr;
use std::time::Duration;

use super::kind::Scenario;
use super::scheduled::{ScenarioError, ScenarioLimits, ScheduledScenario};
use super::target::Target;
use crate::market::{Interval, Timestamp};

/// A scenario on one or more targets, at a time after the beginning of the market.
#[derive(Clone, Debug, PartialEq)]
pub struct ScenarioSpec {
    pub after: Duration,
    pub scenario: Scenario,
    pub targets: Vec<Target>,
    pub strength: f64,
    pub duration: Duration,
}

/// An error of a text that is not a scenario.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SpecError {
    #[error("the {part} {text:?} cannot be read: write {want}")]
    Part { part: &'static str, text: String, want: &'static str },
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
}

/// The way to write a time, for errors.
pub const TIME: &str = "a time such as 30s, 2m or 1h 30m";

impl ScenarioSpec {
    /// Creates a spec with the defaults of `scenario`: at once, on all symbols.
    pub fn new(scenario: Scenario) -> Self {
        let duration = scenario.default_duration();
        Self { after: Duration::ZERO, scenario, targets: vec![Target::All], strength: 1.0, duration }
    }

    /// Checks the strength and the duration against the widest limits.
    ///
    /// # Errors
    /// When one of them is out of range.
    pub fn check(&self) -> Result<(), ScenarioError> {
        self.schedule(Timestamp(0)).iter().try_for_each(|scenario| scenario.check(&ScenarioLimits::WIDEST))
    }

    /// Returns the scenario of each target in a market that begins at `start`.
    pub fn schedule(&self, start: Timestamp) -> Vec<ScheduledScenario> {
        let at = first_second(start).plus_nanos(i64::try_from(self.after.as_nanos()).unwrap_or(i64::MAX));
        let scheduled = |target: &Target| ScheduledScenario {
            scenario: self.scenario,
            target: target.clone(),
            start: at,
            strength: self.strength,
            duration: self.duration,
        };
        self.targets.iter().map(scheduled).collect()
    }
}

/// Returns the first whole second of a market that begins at `start`; times of specs count from it.
pub fn first_second(start: Timestamp) -> Timestamp {
    let second = start.floor(Interval::S1);
    if second < start { second.plus_nanos(Interval::S1.nanos()) } else { second }
}

/// Reads `name[@time][:target+target][,strength=2][,duration=1m]`, such as `crash@30s:AAPL,strength=2`.
impl FromStr for ScenarioSpec {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let mut parts = text.split(',');
        let head = parts.next().unwrap_or_default();
        let (head, targets) = split(head, ':');
        let (name, after) = split(head, '@');
        let mut spec = Self::new(name.trim().parse().map_err(ScenarioError::from)?);
        if let Some(after) = after {
            spec.after = read("time", after, TIME, humantime::parse_duration)?;
        }
        if let Some(targets) = targets {
            spec.targets = targets.split('+').map(|target| Target::parse(target.trim())).collect();
        }
        for part in parts {
            match part.split_once('=').map(|(key, value)| (key.trim(), value.trim())) {
                Some(("strength", value)) => {
                    spec.strength = read("strength", value, "a number such as 2 or -0.5", str::parse)?;
                }
                Some(("duration", value)) => {
                    spec.duration = read("duration", value, TIME, humantime::parse_duration)?;
                }
                _ => {
                    let want = "strength=.. or duration=.., and join targets by +";
                    return Err(SpecError::Part { part: "part", text: part.to_owned(), want });
                }
            }
        }
        spec.check()?;
        Ok(spec)
    }
}

fn split(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at).map_or((text, None), |(before, after)| (before, Some(after)))
}

fn read<T, E>(
    part: &'static str,
    text: &str,
    want: &'static str,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T, SpecError> {
    parse(text).map_err(|_| SpecError::Part { part, text: text.to_owned(), want })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::market::AssetClass;

    #[test]
    fn scenario_is_one_short_text() {
        let crash = ScenarioSpec {
            duration: Duration::from_secs(60),
            strength: 2.0,
            after: Duration::from_secs(30),
            targets: vec![Target::parse("AAPL")],
            ..ScenarioSpec::new(Scenario::Crash)
        };
        let targets = vec![Target::parse("BTC-USD"), Target::Class(AssetClass::Fx)];
        let gap = ScenarioSpec { after: Duration::from_secs(5_400), targets, ..ScenarioSpec::new(Scenario::FeedGap) };
        for (text, want) in [
            ("crash", ScenarioSpec::new(Scenario::Crash)),
            ("crash@30s:AAPL,strength=2,duration=1m", crash),
            ("feed-gap@1h 30m:BTC-USD+fx", gap),
        ] {
            assert_eq!(text.parse(), Ok(want), "{text}");
        }
    }

    #[test]
    fn error_names_the_part_that_is_wrong() {
        for (text, expected) in [
            ("tsunami", "no scenario tsunami"),
            ("crash@soon", "the time \"soon\""),
            ("crash@30", "such as 30s"),
            ("crash,strength=much", "the strength \"much\""),
            ("crash,duration=1x", "the duration \"1x\""),
            ("crash,AAPL", "join targets by +"),
            ("crash,strength=99", "from -10 to 10"),
            ("crash,duration=0s", "from 1s"),
        ] {
            let error = text.parse::<ScenarioSpec>().unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn spec_of_any_text_does_not_panic(text in "[a-z=@:,+0-9. é-]*") {
            let spec = text.parse::<ScenarioSpec>();
            let _ = spec.map(|spec| spec.schedule(Timestamp(i64::MAX - 1)));
        }
    }
}

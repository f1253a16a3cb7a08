//! A scenario with its targets and times, and the limits it is checked against.

use std::time::Duration;

use humantime::format_duration;

use super::kind::{Scenario, UnknownScenario};
use super::target::Target;
use crate::control::ScenarioRequest;
use crate::market::{ActiveScenario, Timestamp};

/// The shortest scenario.
pub const MIN_DURATION: Duration = Duration::from_secs(1);

/// Limits of what one session may schedule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScenarioLimits {
    pub scenarios: usize,
    /// The largest strength in either direction; at most [`ScenarioLimits::MAX_STRENGTH`].
    pub strength: f64,
    pub duration: Duration,
}

impl ScenarioLimits {
    /// The limit of the model: a crash of ten times the usual strength takes eight tenths of a price, and one of
    /// thirteen times would take more than all of it.
    pub const MAX_STRENGTH: f64 = 10.0;
    /// The largest limits that flags can set.
    pub const WIDEST: Self = Self {
        scenarios: usize::MAX,
        strength: Self::MAX_STRENGTH,
        // Thirty years, as `humantime` counts them.
        duration: Duration::from_secs(30 * 31_557_600),
    };
    pub const DEFAULT: Self =
        Self { scenarios: 10_000, strength: Self::MAX_STRENGTH, duration: Duration::from_secs(86_400) };
}

/// A scenario on one target from one time on.
#[derive(Clone, Debug, PartialEq)]
pub struct ScheduledScenario {
    pub scenario: Scenario,
    pub target: Target,
    /// The beginning. A schedule moves it to the next whole second.
    pub start: Timestamp,
    /// The strength; 1 is the one that docs/SCENARIOS.md describes, and below 0 reverses a scenario with a direction.
    pub strength: f64,
    pub duration: Duration,
}

/// An error of a scenario that cannot be scheduled.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ScenarioError {
    #[error(transparent)]
    Unknown(#[from] UnknownScenario),
    #[error("no listed symbol matches {0}: name a symbol, a sector, a class, or all")]
    NoTarget(String),
    #[error("the strength is {strength}: it must be from -{max} to {max}, without 0 (--max-scenario-strength)")]
    Strength { strength: f64, max: f64 },
    #[error(
        "the duration is {seconds} s: it must be from {} to {} (--max-scenario-duration)",
        format_duration(MIN_DURATION),
        format_duration(*max)
    )]
    Duration { seconds: f64, max: Duration },
    #[error("this session has had {0} scenarios, its limit: restart it, or raise --max-scenarios")]
    TooMany(usize),
}

impl ScheduledScenario {
    /// Schedules the requested scenario, from `start` on.
    ///
    /// # Errors
    /// When no scenario has that name, or its duration is none.
    pub fn from_request(request: &ScenarioRequest, start: Timestamp) -> Result<Self, ScenarioError> {
        let scenario: Scenario = request.scenario.parse()?;
        let duration = match request.seconds {
            None => scenario.default_duration(),
            Some(seconds) => Duration::try_from_secs_f64(seconds)
                .map_err(|_| ScenarioError::Duration { seconds, max: ScenarioLimits::WIDEST.duration })?,
        };
        Ok(Self { scenario, target: Target::parse(&request.on), start, strength: request.strength, duration })
    }

    /// Checks the strength and the duration against `limits`.
    ///
    /// # Errors
    /// When one of them is out of range.
    pub fn check(&self, limits: &ScenarioLimits) -> Result<(), ScenarioError> {
        let Self { strength, duration, .. } = *self;
        if !(strength.abs() <= limits.strength && strength != 0.0) {
            return Err(ScenarioError::Strength { strength, max: limits.strength });
        }
        if !(MIN_DURATION..=limits.duration).contains(&duration) {
            return Err(ScenarioError::Duration { seconds: duration.as_secs_f64(), max: limits.duration });
        }
        Ok(())
    }

    /// Describes the scenario for clients.
    pub fn to_active(&self) -> ActiveScenario {
        let Self { scenario, target, start, strength, duration } = self;
        let end = start.plus_nanos(duration.as_nanos() as i64);
        let on = target.to_string();
        ActiveScenario { scenario: scenario.into(), on, strength: *strength, start: *start, end }
    }

    /// Returns the time at which the effect has faded.
    pub fn faded(&self) -> Timestamp {
        let seconds = (self.duration.as_secs_f64() * self.scenario.reach()).ceil();
        self.start.plus_nanos(seconds as i64 * 1_000_000_000)
    }
}

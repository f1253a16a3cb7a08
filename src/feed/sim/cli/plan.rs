//! The plan of a simulation: flags and a script, which together give the market to play and its speed.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::control::Speed;
use crate::feed::sim::model::hours::OPEN;
use crate::feed::sim::scenario::journal::{Journal, JournalError};
use crate::feed::sim::scenario::scheduled::{ScenarioError, ScenarioLimits, ScheduledScenario};
use crate::feed::sim::scenario::script::{Script, ScriptError};
use crate::feed::sim::scenario::spec::ScenarioSpec;
use crate::feed::sim::universe::Universe;
use crate::feed::sim::{Hours, SimConfig, TickLimits};
use crate::market::{Interval, Timestamp};
use crate::text;

/// The flags of a simulated market, before the script and the clock are read.
#[derive(Clone, Debug, PartialEq)]
pub struct SimPlan {
    pub seed: Option<u64>,
    pub symbols: Option<usize>,
    pub hours: Option<Hours>,
    pub start: Option<Timestamp>,
    /// The time in which each trading day is played.
    pub day: Option<Duration>,
    pub scenarios: Vec<ScenarioSpec>,
    pub script: Option<PathBuf>,
    pub journal: Option<PathBuf>,
    /// Replace a journal that exists.
    pub overwrite: bool,
    pub limits: ScenarioLimits,
    pub tick_limits: TickLimits,
    pub pending_news: usize,
    pub past_bars: usize,
}

impl Default for SimPlan {
    fn default() -> Self {
        Self {
            seed: None,
            symbols: None,
            hours: None,
            start: None,
            day: None,
            scenarios: Vec::new(),
            script: None,
            journal: None,
            overwrite: false,
            limits: ScenarioLimits::DEFAULT,
            tick_limits: TickLimits::DEFAULT,
            pending_news: SimConfig::DEFAULT_PENDING_NEWS,
            past_bars: SimConfig::DEFAULT_PAST_BARS,
        }
    }
}

/// An error of a simulation that cannot be played as planned.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    #[error("{} cannot be read", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{}", path.display())]
    Script {
        path: PathBuf,
        #[source]
        source: ScriptError,
    },
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
}

impl SimPlan {
    /// Reads the script, and returns the simulation to play where the clock shows `now`.
    ///
    /// # Errors
    /// When the script cannot be read or understood.
    pub fn config(&self, now: Timestamp) -> Result<SimConfig, PlanError> {
        let script = match &self.script {
            Some(path) => {
                let text = text::read(path).map_err(|source| PlanError::Read { path: path.clone(), source })?;
                Script::parse(&text).map_err(|source| PlanError::Script { path: path.clone(), source })?
            }
            None => Script::default(),
        };
        Ok(self.with(&script, now))
    }

    /// Returns the simulation to play; a flag goes before the same setting of the script.
    fn with(&self, script: &Script, now: Timestamp) -> SimConfig {
        let market = &script.market;
        let default_start = if self.day.is_some() { last_open(now) } else { now };
        let start = self.start.or(market.start).unwrap_or(default_start);
        let hours = if self.day.is_some() { Some(Hours::Session) } else { self.hours.or(market.hours) };
        let specs = script.scenarios.iter().chain(&self.scenarios);
        SimConfig {
            seed: self.seed.or(market.seed).unwrap_or(SimConfig::DEFAULT_SEED),
            universe: Universe::Mixed(self.symbols.or(market.symbols).unwrap_or(SimConfig::DEFAULT_SYMBOLS)),
            hours: hours.unwrap_or_default(),
            limits: self.limits,
            tick_limits: self.tick_limits,
            pending_news: self.pending_news,
            past_bars: self.past_bars,
            scenarios: specs.flat_map(|spec| spec.schedule(start)).collect(),
            ..SimConfig::new(start)
        }
    }

    /// Returns the speed that plays a trading day in the planned time.
    pub fn speed(&self) -> Option<Speed> {
        self.day.map(|day| Speed::Times(Hours::SESSION_SECONDS as f64 / day.as_secs_f64()))
    }

    /// Creates the journal, if the plan has one.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn create_journal(
        &self,
        config: &SimConfig,
        scenarios: &[ScheduledScenario],
    ) -> Result<Option<Journal>, PlanError> {
        let create = |path: &PathBuf| Journal::create(path, self.overwrite, &config.journal_header(), scenarios);
        let journal = self.journal.as_ref().map(create);
        Ok(journal.transpose()?)
    }
}

/// Returns the latest open of a session before `now`.
fn last_open(now: Timestamp) -> Timestamp {
    let mut day = now.floor(Interval::D1);
    loop {
        let open = day.plus_nanos(OPEN * 1_000_000_000);
        if open <= now && Hours::Session.has_session_on(day) {
            return open;
        }
        day = day.plus_nanos(-Interval::D1.nanos());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::sim::scenario::script::timestamp;

    fn at(text: &str) -> Timestamp {
        timestamp(text).unwrap()
    }

    #[test]
    fn day_begins_at_the_latest_open() {
        let check = |now, open| assert_eq!(last_open(at(now)), at(open), "{now}");
        check("2024-01-08T14:30:00Z", "2024-01-08T14:30:00Z");
        check("2024-01-09T14:29:59Z", "2024-01-08T14:30:00Z");
        check("2024-01-08T09:00:00Z", "2024-01-05T14:30:00Z");
        check("2024-01-07T23:00:00Z", "2024-01-05T14:30:00Z");
        let plan = SimPlan { day: Some(Duration::from_secs(600)), ..SimPlan::default() };
        let config = plan.with(&Script::default(), at("2024-01-08T20:00:00Z"));
        assert_eq!((config.hours, plan.speed()), (Hours::Session, Some(Speed::Times(39.0))));
    }

    #[test]
    fn flags_go_before_the_script() {
        let script = Script::parse("[market]\nseed = 1\nsymbols = 5\n[[scenario]]\nname = \"crash\"\n").unwrap();
        let plan = SimPlan { seed: Some(2), scenarios: vec!["quiet@5s".parse().unwrap()], ..SimPlan::default() };
        let config = plan.with(&script, Timestamp(0));
        assert_eq!((config.seed, config.universe, config.scenarios.len()), (2, Universe::Mixed(5), 2));
    }

    #[test]
    fn session_plays_again_from_its_journal() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Some(folder.path().join("session.toml"));
        let plan = SimPlan {
            journal: journal.clone(),
            scenarios: vec!["halt@9s:AAPL".parse().unwrap()],
            ..SimPlan::default()
        };
        let config = plan.config(at("2024-01-08T09:00:00.000000001Z")).unwrap();
        plan.create_journal(&config, &config.scenarios).unwrap();
        let again = SimPlan { script: journal, ..SimPlan::default() }.config(Timestamp(0)).unwrap();
        assert_eq!(again, config);
    }

    #[test]
    fn error_names_the_file() {
        let plan = SimPlan { script: Some("no/such/lesson.toml".into()), ..SimPlan::default() };
        assert!(plan.config(Timestamp(0)).unwrap_err().to_string().contains("lesson.toml"));
    }
}

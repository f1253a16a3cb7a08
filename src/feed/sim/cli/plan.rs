//! What flags and a script come to: the simulation to play, and how fast.

use std::fs;
use std::io;
use std::path::PathBuf;

use crate::control::Speed;
use crate::feed::sim::model::season::OPEN;
use crate::feed::sim::scenario::journal::{Journal, JournalError};
use crate::feed::sim::scenario::schedule::{Injection, ScenarioError, StageLimits};
use crate::feed::sim::scenario::script::{Cue, Script, ScriptError};
use crate::feed::sim::{Hours, List, SimConfig};
use crate::market::{Interval, Timestamp};

/// How a simulated market is to be played: flags, before the script and the clock are asked.
#[derive(Clone, Debug, PartialEq)]
pub struct SimPlan {
    pub seed: Option<u64>,
    pub symbols: Option<usize>,
    pub hours: Option<Hours>,
    pub start: Option<Timestamp>,
    /// The seconds in which a trading day is to be played.
    pub day: Option<f64>,
    pub scenarios: Vec<Cue>,
    pub script: Option<PathBuf>,
    pub journal: Option<PathBuf>,
    pub stage: StageLimits,
    pub untold_stories: usize,
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
            stage: StageLimits::DEFAULT,
            untold_stories: SimConfig::DEFAULT_UNTOLD_STORIES,
            past_bars: SimConfig::DEFAULT_PAST_BARS,
        }
    }
}

/// Why a simulation cannot be played as it was asked for.
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
    /// The simulation to play where the clock says `now`; reads the script.
    ///
    /// # Errors
    /// When the script cannot be read or understood.
    pub fn config(&self, now: Timestamp) -> Result<SimConfig, PlanError> {
        let script = match &self.script {
            Some(path) => {
                let text = fs::read_to_string(path).map_err(|source| PlanError::Read { path: path.clone(), source })?;
                Script::parse(&text).map_err(|source| PlanError::Script { path: path.clone(), source })?
            }
            None => Script::default(),
        };
        Ok(self.with(&script, now))
    }

    /// Flags come before what the script says.
    fn with(&self, script: &Script, now: Timestamp) -> SimConfig {
        let begins = if self.day.is_some() { last_open(now) } else { now };
        let start = self.start.or(script.start).unwrap_or(begins);
        let hours = if self.day.is_some() { Some(Hours::Session) } else { self.hours.or(script.hours) };
        let symbols = self.symbols.or(script.symbols).unwrap_or(SimConfig::DEFAULT_SYMBOLS);
        let cues = script.cues.iter().chain(&self.scenarios);
        SimConfig {
            seed: self.seed.or(script.seed).unwrap_or(SimConfig::DEFAULT_SEED),
            list: List::Mixed(symbols),
            hours: hours.unwrap_or_default(),
            stage: self.stage,
            untold_stories: self.untold_stories,
            past_bars: self.past_bars,
            journal: cues.flat_map(|cue| cue.injections(start)).collect(),
            ..SimConfig::new(start)
        }
    }

    /// The speed at which a trading day takes the time that was asked for.
    pub fn speed(&self) -> Option<Speed> {
        self.day.map(|seconds| Speed::Times(Hours::SESSION_SECONDS as f64 / seconds))
    }

    /// Begins the journal, if one is wanted.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn begin_journal(&self, config: &SimConfig, injections: &[Injection]) -> Result<Option<Journal>, PlanError> {
        let journal = self.journal.as_ref().map(|path| Journal::begin(path, &config.header(), injections));
        Ok(journal.transpose()?)
    }
}

/// The latest open of a session before `now`.
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

    fn at(text: &str) -> Timestamp {
        crate::feed::sim::scenario::script::moment(text).unwrap()
    }

    #[test]
    fn a_day_begins_at_the_latest_open() {
        let check = |now, open| assert_eq!(last_open(at(now)), at(open), "{now}");
        check("2024-01-08T14:30:00Z", "2024-01-08T14:30:00Z");
        check("2024-01-09T14:29:59Z", "2024-01-08T14:30:00Z");
        check("2024-01-08T09:00:00Z", "2024-01-05T14:30:00Z");
        check("2024-01-07T23:00:00Z", "2024-01-05T14:30:00Z");
        let plan = SimPlan { day: Some(600.0), ..SimPlan::default() };
        let config = plan.with(&Script::default(), at("2024-01-08T20:00:00Z"));
        assert_eq!((config.hours, plan.speed()), (Hours::Session, Some(Speed::Times(39.0))));
    }

    #[test]
    fn flags_come_before_the_script() {
        let script = Script::parse("[tape]\nseed = 1\nsymbols = 5\n[[scenario]]\nname = \"crash\"\n").unwrap();
        let plan = SimPlan { seed: Some(2), scenarios: vec![Cue::parse("quiet@5s").unwrap()], ..SimPlan::default() };
        let config = plan.with(&script, Timestamp(0));
        assert_eq!((config.seed, config.list, config.journal.len()), (2, List::Mixed(5), 2));
    }

    #[test]
    fn a_session_is_played_again_from_its_journal() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Some(folder.path().join("session.toml"));
        let plan = SimPlan {
            journal: journal.clone(),
            scenarios: vec![Cue::parse("halt@9s:AAPL").unwrap()],
            ..SimPlan::default()
        };
        let config = plan.config(at("2024-01-08T09:00:00.000000001Z")).unwrap();
        plan.begin_journal(&config, &config.journal).unwrap();
        let again = SimPlan { script: journal, ..SimPlan::default() }.config(Timestamp(0)).unwrap();
        assert_eq!(again, config);
    }

    #[test]
    fn what_is_wrong_names_the_file() {
        let plan = SimPlan { script: Some("no/such/lesson.toml".into()), ..SimPlan::default() };
        assert!(plan.config(Timestamp(0)).unwrap_err().to_string().contains("lesson.toml"));
    }
}

//! Who is hit by what, and when: the injections of a session, as influences on each symbol.

use super::effects::{Scenario, UnknownScenario};
use super::influence::Influence;
use super::target::Target;
use crate::control::ScenarioRequest;
use crate::feed::sim::model::news::Shock;
use crate::feed::sim::universe::listing::Listing;
use crate::market::{ActiveScenario, Headline, Timestamp};

/// How much may be staged in one session.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StageLimits {
    pub scenarios: usize,
    /// Either way; at most [`StageLimits::STRONGEST`].
    pub strength: f64,
    pub seconds: f64,
}

impl StageLimits {
    /// Where the model ends: a crash of ten times the usual strength takes eight tenths of a price, one of thirteen more than
    /// all of it.
    pub const STRONGEST: f64 = 10.0;
    /// What flags can allow.
    pub const WIDEST: Self = Self { scenarios: usize::MAX, strength: Self::STRONGEST, seconds: 1e9 };
    pub const DEFAULT: Self = Self { scenarios: 10_000, strength: Self::STRONGEST, seconds: 86_400.0 };
}

/// A scenario for somebody at some time.
#[derive(Clone, Debug, PartialEq)]
pub struct Injection {
    pub scenario: Scenario,
    pub target: Target,
    /// When it begins; brought to a whole second, later rather than sooner.
    pub at: Timestamp,
    /// 1 is what docs/SCENARIOS.md describes; below 0 the other way round, where there is one.
    pub strength: f64,
    pub seconds: f64,
}

/// Why something cannot be staged.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ScenarioError {
    #[error(transparent)]
    Unknown(#[from] UnknownScenario),
    #[error("nothing is listed that {0} means: name a symbol, a sector, a class, or all")]
    NoTarget(String),
    #[error("a strength of {strength}: from -{most} to {most} and not 0, or as --max-scenario-strength says")]
    Strength { strength: f64, most: f64 },
    #[error("a duration of {seconds} s: from 1 s to {most} s, or as --max-scenario-duration says")]
    Duration { seconds: f64, most: f64 },
    #[error("{0} scenarios are the most of one session: start another one, or with a higher --max-scenarios")]
    TooMany(usize),
    #[error("{0}")]
    Text(String),
}

impl Injection {
    /// # Errors
    /// When there is no such scenario.
    pub fn of(staging: &ScenarioRequest, at: Timestamp) -> Result<Self, ScenarioError> {
        let scenario: Scenario = staging.scenario.parse()?;
        let seconds = staging.seconds.unwrap_or(scenario.usual_seconds());
        Ok(Self { scenario, target: Target::of(&staging.on), at, strength: staging.strength, seconds })
    }

    /// # Errors
    /// When a number is out of range.
    pub fn check(&self, limits: &StageLimits) -> Result<(), ScenarioError> {
        let Self { strength, seconds, .. } = *self;
        if !(strength.abs() <= limits.strength && strength != 0.0) {
            return Err(ScenarioError::Strength { strength, most: limits.strength });
        }
        if !(1.0..=limits.seconds).contains(&seconds) {
            return Err(ScenarioError::Duration { seconds, most: limits.seconds });
        }
        Ok(())
    }

    /// As clients are told of it.
    fn told(&self) -> ActiveScenario {
        let Self { scenario, target, at, strength, seconds } = self;
        let end = at.plus_nanos((seconds * 1e9) as i64);
        ActiveScenario {
            scenario: scenario.label(),
            on: target.text().into_owned(),
            strength: *strength,
            start: *at,
            end,
        }
    }

    /// The end of all it does.
    fn until(&self) -> Timestamp {
        self.at.plus_nanos((self.seconds * self.scenario.reach()).ceil() as i64 * 1_000_000_000)
    }
}

/// An injection whose targets are known.
#[derive(Clone, Debug)]
struct Running {
    /// Its place in the journal.
    number: usize,
    at: Timestamp,
    until: Timestamp,
    /// By symbol.
    meant: Box<[bool]>,
}

/// All injections of a session, and those that are not over.
#[derive(Clone, Debug)]
pub struct Stage {
    listings: Vec<Listing>,
    journal: Vec<Injection>,
    limits: StageLimits,
    running: Vec<Running>,
    /// What of the journal was not told yet, the latest first.
    untold: Vec<usize>,
}

impl Stage {
    /// # Errors
    /// Those of [`Stage::add`].
    pub fn new(listings: &[Listing], journal: &[Injection], limits: StageLimits) -> Result<Self, ScenarioError> {
        let mut stage =
            Self { listings: listings.to_vec(), journal: Vec::new(), limits, running: Vec::new(), untold: Vec::new() };
        journal.iter().try_for_each(|injection| stage.add(injection.clone()).map(drop))?;
        Ok(stage)
    }

    pub fn journal(&self) -> &[Injection] {
        &self.journal
    }

    /// What the journal will hold when this is added.
    ///
    /// # Errors
    /// When it means nobody, is out of range, or is one too many.
    pub fn check(&self, mut injection: Injection) -> Result<Injection, ScenarioError> {
        injection.check(&self.limits)?;
        if self.journal.len() >= self.limits.scenarios {
            return Err(ScenarioError::TooMany(self.limits.scenarios));
        }
        let second = 1_000_000_000;
        injection.at = Timestamp(injection.at.0.saturating_add(second - 1).div_euclid(second).saturating_mul(second));
        if !self.listings.iter().any(|listing| injection.target.means(listing)) {
            return Err(ScenarioError::NoTarget(injection.target.text().into_owned()));
        }
        Ok(injection)
    }

    /// # Errors
    /// Those of [`Stage::check`].
    pub fn add(&mut self, injection: Injection) -> Result<Injection, ScenarioError> {
        let injection = self.check(injection)?;
        let number = self.journal.len();
        self.running.push(self.running(number, &injection));
        let later = self.untold.partition_point(|other| self.journal[*other].at > injection.at);
        self.untold.insert(later, number);
        self.journal.push(injection.clone());
        Ok(injection)
    }

    /// The first scenario that has begun by `now` and was not told yet.
    pub fn begun(&mut self, now: Timestamp) -> Option<ActiveScenario> {
        let first = self.journal[*self.untold.last()?].told();
        (first.start <= now).then(|| {
            self.untold.pop();
            first
        })
    }

    fn running(&self, number: usize, injection: &Injection) -> Running {
        let meant = self.listings.iter().map(|listing| injection.target.means(listing)).collect();
        Running { number, at: injection.at, until: injection.until(), meant }
    }

    /// Back to the beginning: all of the journal is to come.
    pub fn rewind(&mut self) {
        self.running = self.journal.iter().enumerate().map(|(n, injection)| self.running(n, injection)).collect();
        self.untold = (0..self.journal.len()).rev().collect();
        self.untold.sort_by_key(|number| std::cmp::Reverse(self.journal[*number].at));
    }

    /// What is over by `ts` is done with.
    pub fn pass(&mut self, ts: Timestamp) {
        self.running.retain(|running| running.until > ts);
    }

    /// What is done to symbol `n` in the second that begins at `ts`.
    #[inline]
    pub fn influence(&self, n: usize, ts: Timestamp) -> Influence {
        let mut all = Influence::NONE;
        for running in &self.running {
            if running.at <= ts && ts < running.until && running.meant[n] {
                let Injection { scenario, seconds, strength, .. } = self.journal[running.number];
                let at = ((ts.0 - running.at.0) / 1_000_000_000) as f64;
                all = all.and(&scenario.influence(at, seconds, strength));
            }
        }
        all
    }

    /// The headlines of news that is staged from `from` to before `to`.
    pub fn stories(&self, from: Timestamp, to: Timestamp) -> impl Iterator<Item = Headline> {
        let told = self.running.iter().filter(move |running| (from..to).contains(&running.at));
        told.filter_map(|running| {
            let injection = &self.journal[running.number];
            (injection.scenario == Scenario::News).then(|| self.story(injection, running))
        })
    }

    fn story(&self, injection: &Injection, running: &Running) -> Headline {
        let shock = Shock { jump: injection.strength, weight: 1.0, wording: running.number as u32, late: 0 };
        let one = |listing: &&Listing| matches!(injection.target, Target::Symbol(_)) && injection.target.means(listing);
        let name = self.listings.iter().find(one).map(|listing| &*listing.name);
        shock.story(injection.target.text().into_owned(), name, injection.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::sim::universe::listings;

    const START: Timestamp = Timestamp::from_secs(1_000);
    const LIMITS: StageLimits = StageLimits { scenarios: 20, strength: 2.5, seconds: 60.0 };

    fn injection(scenario: Scenario, target: &str) -> Injection {
        Injection { scenario, target: Target::of(target), at: START, strength: 1.0, seconds: 10.0 }
    }

    fn stage(journal: &[Injection]) -> Stage {
        Stage::new(&listings(40, 7), journal, LIMITS).unwrap()
    }

    #[test]
    fn targets_are_symbols_sectors_classes_or_all() {
        let check = |target: &str, count: usize| {
            let stage = stage(&[injection(Scenario::Quiet, target)]);
            let hit = (0..40).filter(|n| stage.influence(*n, START) != Influence::NONE).count();
            assert_eq!(hit, count, "{target}");
            assert_eq!(Target::of(&Target::of(target).text()), Target::of(target));
        };
        check("all", 40);
        check("stock", 20);
        check("Energy", 2);
        check("BTC-USD", 1);
    }

    #[test]
    fn it_lasts_from_its_second_to_its_end() {
        let late = Injection { at: START.plus_nanos(1), ..injection(Scenario::FeedGap, "all") };
        let stage = stage(&[late]);
        let silent = |second: i64| stage.influence(0, START.plus_nanos(second * 1_000_000_000)).silent;
        assert_eq!([silent(0), silent(1), silent(10), silent(11)], [false, true, true, false]);
    }

    #[test]
    fn scenarios_compose() {
        let stage = stage(&[injection(Scenario::Crash, "AAPL"), injection(Scenario::TickStorm, "technology")]);
        let [apple, other] = [0, 1].map(|n| stage.influence(n, START));
        assert!(apple.drift < 0.0 && other.drift == 0.0);
        assert!(apple.log_activity > other.log_activity && other.log_activity > 3.0);
    }

    #[test]
    fn what_cannot_be_staged_is_refused() {
        let mut stage = stage(&[]);
        let good = injection(Scenario::Crash, "all");
        assert_eq!(stage.add(injection(Scenario::Crash, "XX")), Err(ScenarioError::NoTarget("XX".into())));
        for strength in [0.0, 2.6, -2.6, f64::NAN, f64::INFINITY] {
            assert!(matches!(stage.add(Injection { strength, ..good.clone() }), Err(ScenarioError::Strength { .. })));
        }
        for seconds in [0.0, 0.5, 61.0, f64::NAN] {
            assert!(matches!(stage.add(Injection { seconds, ..good.clone() }), Err(ScenarioError::Duration { .. })));
        }
        assert!(stage.journal().is_empty());
        let most = Injection { strength: -2.5, seconds: 60.0, ..good.clone() };
        assert!(stage.check(most).is_ok());
        for _ in 0..20 {
            stage.add(good.clone()).unwrap();
        }
        assert_eq!(stage.add(good), Err(ScenarioError::TooMany(20)));
    }

    #[test]
    fn what_begins_is_told_once_and_in_order_of_time() {
        let later = |seconds: i64, target| Injection {
            at: START.plus_nanos(seconds * 1_000_000_000),
            ..injection(Scenario::Halt, target)
        };
        let mut stage = stage(&[later(9, "AAPL"), later(0, "energy"), later(9, "JPM")]);
        stage.add(later(5, "all")).unwrap();
        for _ in 0..2 {
            let begun = |stage: &mut Stage, seconds: i64| {
                let now = START.plus_nanos(seconds * 1_000_000_000);
                std::iter::from_fn(|| stage.begun(now)).map(|staged| staged.on).collect::<Vec<_>>()
            };
            assert_eq!(begun(&mut stage, 8), ["sector:energy", "all"]);
            assert_eq!(begun(&mut stage, 8), [""; 0]);
            assert_eq!(begun(&mut stage, 9), ["AAPL", "JPM"]);
            stage.rewind();
        }
    }

    #[test]
    fn what_is_over_is_done_with_and_comes_again_after_rewinding() {
        let mut stage = stage(&[injection(Scenario::FeedGap, "all")]);
        stage.pass(START.plus_nanos(10_000_000_000));
        assert!(!stage.influence(0, START).silent);
        stage.rewind();
        assert!(stage.influence(0, START).silent);
    }

    #[test]
    fn staged_news_has_a_headline() {
        let bad = Injection { strength: -1.0, ..injection(Scenario::News, "AAPL") };
        let stage = stage(&[bad, injection(Scenario::News, "all"), injection(Scenario::Crash, "all")]);
        let stories: Vec<_> = stage.stories(START, START.plus_nanos(1)).collect();
        assert_eq!(stories.len(), 2);
        assert!(stories[0].text.contains("Apple") && stories[0].on == "AAPL");
        assert_eq!((stories[0].tone, &*stories[1].on), (-0.67, "all"));
    }
}

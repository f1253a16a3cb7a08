//! The schedule of a session: its scenarios, and their effect on each symbol in each second.

use std::cmp::Reverse;

use super::influence::Influence;
use super::kind::Scenario;
use super::scheduled::{ScenarioError, ScenarioLimits, ScheduledScenario};
use super::target::Target;
use crate::feed::sim::model::news::Shock;
use crate::feed::sim::universe::listing::Listing;
use crate::market::{ActiveScenario, Headline, Interval, Timestamp};

/// A scenario that has not faded, with the symbols it acts on.
#[derive(Clone, Debug)]
struct Running {
    /// The index in the journal.
    index: usize,
    start: Timestamp,
    faded: Timestamp,
    /// True for each symbol that the scenario acts on, by the symbol's index.
    targets: Box<[bool]>,
}

/// All scenarios of a session, and which of them act.
#[derive(Clone, Debug)]
pub struct Schedule {
    listings: Vec<Listing>,
    limits: ScenarioLimits,
    /// Every scenario in the order in which it was added.
    journal: Vec<ScheduledScenario>,
    running: Vec<Running>,
    /// Indices in the journal of the scenarios that were not announced yet, the latest first.
    unannounced: Vec<usize>,
}

impl Schedule {
    /// Creates a schedule of `journal` for `listings`.
    ///
    /// # Errors
    /// Those of [`Schedule::add`].
    pub fn new(
        listings: &[Listing],
        journal: &[ScheduledScenario],
        limits: ScenarioLimits,
    ) -> Result<Self, ScenarioError> {
        let mut schedule = Self {
            listings: listings.to_vec(),
            limits,
            journal: Vec::new(),
            running: Vec::new(),
            unannounced: Vec::new(),
        };
        journal.iter().try_for_each(|scenario| schedule.add(scenario.clone()).map(drop))?;
        Ok(schedule)
    }

    /// Returns all scenarios in the order in which they were added.
    pub fn journal(&self) -> &[ScheduledScenario] {
        &self.journal
    }

    /// Checks `scenario` and returns it as [`Schedule::add`] would store it.
    ///
    /// # Errors
    /// When it matches no listing, is out of range, or is one too many.
    pub fn check(&self, scenario: ScheduledScenario) -> Result<ScheduledScenario, ScenarioError> {
        scenario.check(&self.limits)?;
        if self.journal.len() >= self.limits.scenarios {
            return Err(ScenarioError::TooMany(self.limits.scenarios));
        }
        if !self.listings.iter().any(|listing| scenario.target.matches(listing)) {
            return Err(ScenarioError::NoTarget(scenario.target.to_string()));
        }
        Ok(ScheduledScenario { start: next_second(scenario.start), ..scenario })
    }

    /// Adds `scenario` and returns it as it is stored.
    ///
    /// # Errors
    /// Those of [`Schedule::check`].
    pub fn add(&mut self, scenario: ScheduledScenario) -> Result<ScheduledScenario, ScenarioError> {
        let scenario = self.check(scenario)?;
        let index = self.journal.len();
        self.running.push(self.running(index, &scenario));
        let later = self.unannounced.partition_point(|other| self.journal[*other].start > scenario.start);
        self.unannounced.insert(later, index);
        self.journal.push(scenario.clone());
        Ok(scenario)
    }

    /// Returns the first scenario that has begun by `now` and that this method has not returned yet.
    pub fn next_begun(&mut self, now: Timestamp) -> Option<ActiveScenario> {
        let index = self.unannounced.pop_if(|index| self.journal[*index].start <= now)?;
        Some(self.journal[index].to_active())
    }

    fn running(&self, index: usize, scenario: &ScheduledScenario) -> Running {
        let targets = self.listings.iter().map(|listing| scenario.target.matches(listing)).collect();
        Running { index, start: scenario.start, faded: scenario.faded(), targets }
    }

    /// Goes back to the beginning, where all of the journal is still to come.
    pub fn rewind(&mut self) {
        self.running = self.journal.iter().enumerate().map(|(n, scenario)| self.running(n, scenario)).collect();
        self.unannounced = (0..self.journal.len()).rev().collect();
        self.unannounced.sort_by_key(|index| Reverse(self.journal[*index].start));
    }

    /// Forgets what has faded by `ts`, until the next [`Schedule::rewind`].
    pub fn advance(&mut self, ts: Timestamp) {
        self.running.retain(|running| running.faded > ts);
    }

    /// Returns the effect of all scenarios on the symbol with this index in the second that begins at `ts`.
    #[inline]
    pub fn influence(&self, symbol: usize, ts: Timestamp) -> Influence {
        let mut all = Influence::NONE;
        for running in &self.running {
            if running.start <= ts && ts < running.faded && running.targets[symbol] {
                let ScheduledScenario { scenario, duration, strength, .. } = self.journal[running.index];
                let at = ((ts.0 - running.start.0) / Interval::S1.nanos()) as f64;
                all = all.and(&scenario.influence(at, duration.as_secs_f64(), strength));
            }
        }
        all.bounded()
    }

    /// Returns the number of scenarios that have not faded.
    pub const fn unfaded(&self) -> usize {
        self.running.len()
    }

    /// Returns the headlines of the news scenarios that begin from `from` to before `to`.
    pub fn headlines(&self, from: Timestamp, to: Timestamp) -> impl Iterator<Item = Headline> {
        let begun = self.running.iter().filter(move |running| (from..to).contains(&running.start));
        begun
            .map(|running| (running.index, &self.journal[running.index]))
            .filter(|(_, scenario)| scenario.scenario == Scenario::News)
            .map(|(index, scenario)| self.headline(index, scenario))
    }

    fn headline(&self, index: usize, news: &ScheduledScenario) -> Headline {
        let shock = Shock { jump: news.strength, weight: 1.0, wording: index as u32, late: 0 };
        let one = |listing: &&Listing| matches!(news.target, Target::Symbol(_)) && news.target.matches(listing);
        let name = self.listings.iter().find(one).map(|listing| &*listing.name);
        shock.headline(news.target.to_string(), name, news.start)
    }
}

/// Returns the first whole second that is not before `ts`.
fn next_second(ts: Timestamp) -> Timestamp {
    let second = Interval::S1.nanos();
    Timestamp(ts.0.saturating_add(second - 1).div_euclid(second).saturating_mul(second))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::feed::sim::universe::listings;

    const START: Timestamp = Timestamp::from_secs(1_000);
    const LIMITS: ScenarioLimits = ScenarioLimits { scenarios: 20, strength: 2.5, duration: Duration::from_secs(60) };

    fn scheduled(scenario: Scenario, target: &str) -> ScheduledScenario {
        let duration = Duration::from_secs(10);
        ScheduledScenario { scenario, target: Target::parse(target), start: START, strength: 1.0, duration }
    }

    fn schedule(journal: &[ScheduledScenario]) -> Schedule {
        Schedule::new(&listings(40, 7), journal, LIMITS).unwrap()
    }

    fn after(seconds: i64) -> Timestamp {
        START.plus_nanos(seconds * 1_000_000_000)
    }

    #[test]
    fn targets_are_symbols_sectors_classes_or_all() {
        let check = |target: &str, count: usize| {
            let schedule = schedule(&[scheduled(Scenario::Quiet, target)]);
            let hit = (0..40).filter(|n| schedule.influence(*n, START) != Influence::NONE).count();
            assert_eq!(hit, count, "{target}");
        };
        check("all", 40);
        check("stock", 20);
        check("Energy", 2);
        check("BTC-USD", 1);
    }

    #[test]
    fn scenario_lasts_from_its_second_to_its_end() {
        let late = ScheduledScenario { start: START.plus_nanos(1), ..scheduled(Scenario::FeedGap, "all") };
        let schedule = schedule(&[late]);
        let silent = |second: i64| schedule.influence(0, after(second)).silent;
        assert_eq!([silent(0), silent(1), silent(10), silent(11)], [false, true, true, false]);
    }

    #[test]
    fn scenarios_compose() {
        let schedule = schedule(&[scheduled(Scenario::Crash, "AAPL"), scheduled(Scenario::TickStorm, "technology")]);
        let [apple, other] = [0, 1].map(|n| schedule.influence(n, START));
        assert!(apple.drift < 0.0 && other.drift == 0.0);
        assert!(apple.log_activity > other.log_activity && other.log_activity > 3.0);
    }

    #[test]
    fn scenario_out_of_range_is_an_error() {
        let mut schedule = schedule(&[]);
        let good = scheduled(Scenario::Crash, "all");
        assert_eq!(schedule.add(scheduled(Scenario::Crash, "XX")), Err(ScenarioError::NoTarget("XX".into())));
        for strength in [0.0, 2.6, -2.6, f64::NAN, f64::INFINITY] {
            let error = schedule.add(ScheduledScenario { strength, ..good.clone() });
            assert!(matches!(error, Err(ScenarioError::Strength { .. })));
        }
        for millis in [0, 500, 61_000] {
            let error = schedule.add(ScheduledScenario { duration: Duration::from_millis(millis), ..good.clone() });
            assert!(matches!(error, Err(ScenarioError::Duration { .. })));
        }
        assert!(schedule.journal().is_empty());
        let largest = ScheduledScenario { strength: -2.5, duration: Duration::from_secs(60), ..good.clone() };
        assert!(schedule.check(largest).is_ok());
        for _ in 0..20 {
            schedule.add(good.clone()).unwrap();
        }
        assert_eq!(schedule.add(good), Err(ScenarioError::TooMany(20)));
    }

    #[test]
    fn scenarios_are_announced_once_and_in_order_of_time() {
        let at = |seconds, target| ScheduledScenario { start: after(seconds), ..scheduled(Scenario::Halt, target) };
        let mut schedule = schedule(&[at(9, "AAPL"), at(0, "energy"), at(9, "JPM")]);
        schedule.add(at(5, "all")).unwrap();
        for _ in 0..2 {
            let begun = |schedule: &mut Schedule, seconds| {
                std::iter::from_fn(|| schedule.next_begun(after(seconds))).map(|active| active.on).collect::<Vec<_>>()
            };
            assert_eq!(begun(&mut schedule, 8), ["sector:energy", "all"]);
            assert_eq!(begun(&mut schedule, 8), [""; 0]);
            assert_eq!(begun(&mut schedule, 9), ["AAPL", "JPM"]);
            schedule.rewind();
        }
    }

    #[test]
    fn faded_scenario_comes_again_after_rewinding() {
        let mut schedule = schedule(&[scheduled(Scenario::FeedGap, "all")]);
        schedule.advance(after(10));
        assert!(!schedule.influence(0, START).silent);
        schedule.rewind();
        assert!(schedule.influence(0, START).silent);
    }

    #[test]
    fn news_scenario_has_a_headline() {
        let bad = ScheduledScenario { strength: -1.0, ..scheduled(Scenario::News, "AAPL") };
        let schedule = schedule(&[bad, scheduled(Scenario::News, "all"), scheduled(Scenario::Crash, "all")]);
        let headlines: Vec<_> = schedule.headlines(START, START.plus_nanos(1)).collect();
        assert_eq!(headlines.len(), 2);
        assert!(headlines[0].text.contains("Apple") && headlines[0].on == "AAPL");
        assert_eq!((headlines[0].tone, &*headlines[1].on), (-0.67, "all"));
    }
}

//! What can be staged, for people to choose from: docs/SCENARIOS.md in short.

use super::effects::Scenario;
use super::schedule::StageLimits;
use super::target::groups;
use crate::control::{ScenarioCatalog, ScenarioInfo};
use crate::feed::sim::universe::listing::Listing;

/// What can be staged on a market of these.
pub fn catalogue(listings: &[Listing], limits: &StageLimits) -> ScenarioCatalog {
    ScenarioCatalog {
        scenarios: Scenario::ALL.map(offer).into(),
        groups: groups(listings),
        max_strength: limits.strength,
        max_seconds: limits.seconds,
    }
}

fn offer(scenario: Scenario) -> ScenarioInfo {
    let (title, about) = text(scenario);
    ScenarioInfo {
        name: scenario.label(),
        title,
        about,
        has_strength: scenario != Scenario::FeedGap,
        is_reversible: scenario.turns(),
        seconds: (scenario != Scenario::FatFinger).then(|| scenario.usual_seconds()),
    }
}

/// Its name as a title, and one sentence.
const fn text(scenario: Scenario) -> (&'static str, &'static str) {
    match scenario {
        Scenario::Crash => ("Crash", "Falls by 8 % with heavy selling and wider spreads, then wins two fifths back."),
        Scenario::FlashCrash => {
            ("Flash crash", "Falls by 7 % ever faster without a buyer, and is back within minutes.")
        }
        Scenario::Squeeze => {
            ("Squeeze", "Short sellers buy back: up by 10 % ever faster, then half of the rise is lost.")
        }
        Scenario::VolatilitySpike => {
            ("Volatility spike", "Swings up to four and a half times as wide in either direction, then calms down.")
        }
        Scenario::Quiet => ("Quiet", "A third of the orders and half of the movement."),
        Scenario::Halt => ("Halt", "Quotes are withdrawn and nothing trades; then it reopens 3 % away."),
        Scenario::FatFinger => {
            ("Fat finger", "One order with too many zeros sweeps the book by 3 %, and it springs back.")
        }
        Scenario::News => {
            ("News", "A headline, a jump of 2 % with it, one percent more after it, and a stir for minutes.")
        }
        Scenario::OpenBurst => {
            ("Opening burst", "Six times the orders and twice the volatility, fading, as after a bell.")
        }
        Scenario::TickStorm => {
            ("Tick storm", "Twenty-five times as many orders and quotes at about the same prices: a stress test.")
        }
        Scenario::Decoupling => ("Decoupling", "What usually moves with its market does not."),
        Scenario::FeedGap => ("Feed gap", "The market goes on, and none of it arrives."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_scenario_is_described_and_says_what_changes_it() {
        let scenarios = catalogue(&[], &StageLimits::DEFAULT).scenarios;
        assert_eq!(scenarios.len(), Scenario::ALL.len());
        for (scenario, offer) in Scenario::ALL.into_iter().zip(scenarios) {
            let at = |second: f64, strength: f64| scenario.influence(second, scenario.usual_seconds(), strength);
            let differ = |a: f64, b: f64| (0..120).any(|second| at(f64::from(second), a) != at(f64::from(second), b));
            assert_eq!(offer.has_strength, differ(1.0, 2.0), "{scenario}");
            let push = |strength: f64| {
                let path = (0..1_200).map(|second| at(f64::from(second), strength));
                path.map(|influence| influence.drift + influence.jump + influence.sweep).sum::<f64>()
            };
            assert_eq!(offer.is_reversible, push(-1.0) * push(1.0) < 0.0, "{scenario}");
            assert!(offer.about.ends_with('.') && offer.about.len() < 100, "{scenario}");
        }
    }
}

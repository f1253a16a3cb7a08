//! The catalog of scenarios and their targets, for people to choose from: docs/SCENARIOS.md in short.

use strum::VariantArray as _;

use super::kind::Scenario;
use super::scheduled::ScenarioLimits;
use super::target::Target;
use crate::control::{ScenarioCatalog, ScenarioInfo, SymbolGroup};
use crate::feed::sim::model::sector::{CLASSES, Sector};
use crate::feed::sim::universe::listing::Listing;
use crate::market::AssetClass;

/// Returns the scenarios and the groups of `listings` they can act on.
pub fn catalog(listings: &[Listing], limits: &ScenarioLimits) -> ScenarioCatalog {
    ScenarioCatalog {
        scenarios: Scenario::VARIANTS.iter().copied().map(info).collect(),
        groups: groups(listings),
        max_strength: limits.strength,
        max_seconds: limits.duration.as_secs_f64(),
    }
}

fn info(scenario: Scenario) -> ScenarioInfo {
    let (title, about) = text(scenario);
    ScenarioInfo {
        name: scenario.into(),
        title,
        about,
        has_strength: scenario != Scenario::FeedGap,
        is_reversible: scenario.is_reversible(),
        seconds: (scenario != Scenario::FatFinger).then(|| scenario.default_duration().as_secs_f64()),
    }
}

/// Returns the title of a scenario, and one sentence about it.
const fn text(scenario: Scenario) -> (&'static str, &'static str) {
    match scenario {
        Scenario::Crash => ("Crash", "The price falls by 8 % in heavy selling, then wins two fifths of it back."),
        Scenario::FlashCrash => {
            ("Flash crash", "The price falls by 7 % with hardly a buyer, and is back within minutes.")
        }
        Scenario::Squeeze => {
            ("Squeeze", "Short sellers buy back: the price rises by 10 %, then loses half of the rise.")
        }
        Scenario::VolatilitySpike => (
            "Volatility spike",
            "The price moves up to four and a half times as much in both directions, then calms down.",
        ),
        Scenario::Quiet => ("Quiet", "A third of the usual orders, and half of the usual movement."),
        Scenario::Halt => ("Halt", "Quotes are withdrawn and nothing trades; then trading resumes 3 % away."),
        Scenario::FatFinger => {
            ("Fat finger", "One order with too many zeros moves the price by 3 %, and it springs back.")
        }
        Scenario::News => ("News", "A headline and a jump of 2 %, one more percent after it, and busy minutes."),
        Scenario::OpenBurst => {
            ("Opening burst", "Six times the orders and twice the volatility, as after the open; both fade.")
        }
        Scenario::TickStorm => {
            ("Tick storm", "Twenty-five times the orders and quotes at about the same prices: a stress test.")
        }
        Scenario::Decoupling => ("Decoupling", "Symbols that usually move with their market no longer do."),
        Scenario::FeedGap => ("Feed gap", "The market goes on, but none of its ticks arrive."),
    }
}

/// Returns the classes and sectors that have a symbol among `listings`.
fn groups(listings: &[Listing]) -> Vec<SymbolGroup> {
    let classes = CLASSES.into_iter().map(|class| (Target::Class(class), class_name(class)));
    // Each other class is one sector, which would be listed twice.
    let sectors = Sector::VARIANTS.iter().filter(|sector| sector.class() == AssetClass::Stock);
    let sectors = sectors.map(|sector| (Target::Sector(*sector), sector_name(*sector)));
    let group = |(target, name): (Target, &'static str)| {
        let symbols =
            listings.iter().filter(|listing| target.matches(listing)).map(|listing| listing.symbol.to_string());
        SymbolGroup { on: target.to_string(), name, symbols: symbols.collect() }
    };
    classes.chain(sectors).map(group).filter(|group| !group.symbols.is_empty()).collect()
}

const fn class_name(class: AssetClass) -> &'static str {
    match class {
        AssetClass::Stock => "Stocks",
        AssetClass::Index => "Indices",
        AssetClass::Crypto => "Crypto",
        AssetClass::Fx => "FX",
        AssetClass::Unknown => "Others",
    }
}

const fn sector_name(sector: Sector) -> &'static str {
    match sector {
        Sector::Technology => "Technology",
        Sector::Communication => "Communication",
        Sector::Consumer => "Consumer goods",
        Sector::Staples => "Staples",
        Sector::Finance => "Finance",
        Sector::Energy => "Energy",
        Sector::Health => "Health care",
        Sector::Industry => "Industry",
        Sector::Index => "Indices",
        Sector::Crypto => "Crypto",
        Sector::Fx => "FX",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::sim::universe::listings;

    #[test]
    fn infos_tell_which_settings_change_a_scenario() {
        let scenarios = catalog(&[], &ScenarioLimits::DEFAULT).scenarios;
        assert_eq!(scenarios.len(), Scenario::VARIANTS.len());
        for (scenario, info) in Scenario::VARIANTS.iter().zip(scenarios) {
            let seconds = scenario.default_duration().as_secs_f64();
            let at = |second: u32, strength: f64| scenario.influence(f64::from(second), seconds, strength);
            let differ = |a: f64, b: f64| (0..120).any(|second| at(second, a) != at(second, b));
            assert_eq!(info.has_strength, differ(1.0, 2.0), "{scenario}");
            let push = |strength: f64| {
                let path = (0..1_200).map(|second| at(second, strength));
                path.map(|influence| influence.drift + influence.jump + influence.sweep).sum::<f64>()
            };
            assert_eq!(info.is_reversible, push(-1.0) * push(1.0) < 0.0, "{scenario}");
            assert!(info.about.ends_with('.') && info.about.len() < 100, "{scenario}");
        }
    }

    #[test]
    fn groups_are_those_that_have_a_symbol() {
        let all = groups(&listings(40, 7));
        let count = |on: &str| all.iter().find(|group| group.on == on).unwrap().symbols.len();
        assert_eq!((all.len(), count("class:stock"), count("sector:energy")), (12, 20, 2));
        assert!(groups(&listings(2, 7)).len() < 4);
    }
}

//! The same inputs make the same ticks, whatever else differs.

use std::io::Write as _;
use std::time::Duration;

use proptest::prelude::*;
use strum::VariantArray as _;

use super::*;
use crate::feed::sim::model::rng::fnv1a;
use crate::market::{Price, Quote};

/// Returns a number that stands for `ticks`.
fn hash(ticks: &[Tick]) -> u64 {
    let words = |tick: &Tick| {
        let kind = match tick.kind {
            TickKind::Trade(t) => [1, t.price.0, t.size.0 as i64, t.side.map_or(0, |side| 1 + side as i64), 0],
            TickKind::Quote(Quote { bid, ask, bid_size, ask_size }) => {
                let side = |price: Option<Price>| price.map_or(0, |price| price.0);
                [2, side(bid), side(ask), bid_size.0 as i64, ask_size.0 as i64]
            }
            TickKind::Book(_) => unreachable!("the simulation has a model"),
        };
        [tick.ts.0, i64::from(tick.instrument.0)].into_iter().chain(kind)
    };
    fnv1a(ticks.iter().flat_map(words).flat_map(i64::to_le_bytes))
}

#[test]
fn ticks_follow_from_the_seed() {
    let one = ticks(&config(7, 40), 20_000);
    assert_eq!(one, ticks(&config(7, 40), 20_000));
    assert_ne!(one, ticks(&config(8, 40), 20_000));
}

#[test]
fn ticks_of_seed_7_are_those_of_the_golden_hashes() {
    let crash = SimConfig { scenarios: scheduled("crash@20s,duration=20s"), ..config(7, 40) };
    let market = SimConfig { hours: Hours::Market, start: Timestamp::from_secs(1_704_724_190), ..config(7, 12) };
    let history = fnv1a(simulator(&config(7, 2)).history().iter().flat_map(|b| b.bar.close.0.to_le_bytes()));
    // Other values mean other ticks for the same seed, which the changelog must mention. They are the same in debug
    // and release builds, and on every machine.
    let got =
        [hash(&ticks(&config(7, 40), 100_000)), hash(&ticks(&crash, 50_000)), hash(&ticks(&market, 50_000)), history];
    assert_eq!(got, GOLDEN, "{got:?}");
}

const GOLDEN: [u64; 4] =
    [10_707_938_677_766_192_897, 11_679_762_690_472_939_050, 15_922_927_959_399_267_999, 15_053_630_750_657_461_600];

#[test]
fn threads_and_blocks_change_no_tick() {
    let one = ticks(&config(7, 40), 30_000);
    for (threads, block_seconds) in [(2, 1), (1, 16), (2, 5), (7, 3), (64, 2)] {
        let other = SimConfig { threads, block_seconds, ..config(7, 40) };
        assert!(one == ticks(&other, 30_000), "{threads} threads, blocks of {block_seconds} s");
    }
}

#[test]
fn symbol_is_the_same_whichever_others_are_listed() {
    let of_it = |universe: Universe, symbol: &str| {
        let config = SimConfig { universe, hours: Hours::Market, ..config(7, 1) };
        of(&simulator(&config), &seconds(&config, 120), symbol)
    };
    let past = |count: usize| {
        let bars = simulator(&config(7, count)).history();
        bars.into_iter().filter(|bar| bar.instrument == InstrumentId(0)).collect::<Vec<_>>()
    };
    for (symbol, class) in [("AAPL", AssetClass::Stock), ("TC500", AssetClass::Index), ("BTC-USD", AssetClass::Crypto)]
    {
        let alone = of_it(Universe::Class(class, 1), symbol);
        assert!(!alone.is_empty());
        for count in [40, 600] {
            assert!(of_it(Universe::Mixed(count), symbol) == alone, "{symbol} among {count}");
        }
    }
    assert!(past(1) == past(5));
    assert!(of_it(Universe::Mixed(2), "AAPL") == of_it(Universe::Mixed(40), "AAPL"));
}

#[test]
fn scenario_changes_only_what_comes_after_it() {
    let calm = seconds(&config(7, 40), 60);
    let crash = seconds(&SimConfig { scenarios: scheduled("crash@30s:technology,duration=20s"), ..config(7, 40) }, 60);
    let from = START.plus_nanos(30 * SECOND);
    let before = |ticks: &[Tick]| ticks.iter().take_while(|tick| tick.ts < from).copied().collect::<Vec<_>>();
    assert_eq!(before(&calm), before(&crash));
    assert_ne!(calm, crash);
    let simulator = simulator(&config(7, 40));
    for (symbol, same) in [("AAPL", false), ("MSFT", false), ("JPM", true), ("EURUSD", true)] {
        assert_eq!(of(&simulator, &calm, symbol) == of(&simulator, &crash, symbol), same, "{symbol}");
    }
}

#[test]
fn random_moves_after_a_scenario_are_paired() {
    let after = |seed, scenarios| {
        let config = SimConfig { scenarios, universe: Universe::Class(AssetClass::Stock, 1), ..config(seed, 1) };
        let ticks = of(&simulator(&config), &seconds(&config, 1_800), "AAPL");
        moves(&ticks, 1_800).split_off(20)
    };
    let seeds = [1, 2, 3, 4, 5];
    let calm = seeds.map(|seed| after(seed, Vec::new()));
    for scenario in ["crash@20s,duration=30s", "halt@20s,duration=30s", "quiet@20s,duration=1m"] {
        let paired = seeds.map(|seed| correlation(&calm[seed as usize - 1], &after(seed, scheduled(scenario))));
        let mean = paired.iter().sum::<f64>() / 5.0;
        assert!(mean > 0.6, "{scenario}: {paired:?}");
    }
    assert!(correlation(&calm[0], &calm[1]).abs() < 0.4);
}

#[test]
fn live_scenario_is_in_the_journal_and_plays_again() {
    let mut live = simulator(&config(7, 40));
    let mut played = take(&mut live, 5_000);
    let crash = scheduled("crash@0s:AAPL,duration=30s").remove(0);
    let journaled = live.schedule(crash.clone()).unwrap();
    assert!(journaled.start > played[4_999].ts, "it begins where nothing is made yet");
    played.extend(take(&mut live, 20_000));
    let again = SimConfig { scenarios: live.journal().to_vec(), ..config(7, 40) };
    assert_eq!(ticks(&again, 25_000), played);
    live.rewind().unwrap();
    assert_eq!(take(&mut live, 25_000), played);
    let nobody = ScheduledScenario { target: Target::Symbol("NOBODY".into()), ..crash };
    assert!(matches!(live.schedule(nobody), Err(ScenarioError::NoTarget(_))));
}

#[test]
fn scenario_that_the_journal_cannot_take_fails_with_the_reason() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut simulator = simulator(&config(7, 40));
    simulator.set_journal(Journal::read_only(file.path(), START));
    let request = ScenarioRequest { scenario: "crash".into(), on: "all".into(), strength: 1.0, seconds: None };
    let Err(CommandError::Fault(fault)) = simulator.run_scenario(&request, START) else { panic!("no fault") };
    let reason = std::fs::File::open(file.path()).unwrap().write_all(b"x").unwrap_err().to_string();
    for part in [file.path().to_str().unwrap(), &reason, "check that the folder exists"] {
        assert!(fault.contains(part), "no {part} in {fault}");
    }
    assert!(simulator.journal().is_empty(), "no scenario happens that the journal does not have");
}

#[test]
fn rewinding_plays_the_same_ticks_again() {
    let mut simulator = simulator(&config(7, 40));
    let history = simulator.history();
    let first = take(&mut simulator, 5_000);
    simulator.rewind().unwrap();
    assert_eq!(take(&mut simulator, 5_000), first);
    assert_eq!(simulator.history(), history);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn ticks_are_in_order_and_trades_inside_their_quote(
        seed in any::<u64>(),
        symbols in 1..60usize,
        scenario in prop::sample::select(Scenario::VARIANTS),
        strength in prop_oneof![-10.0..-0.1, 0.1..10.0f64],
    ) {
        let scheduled = ScheduledScenario {
            scenario,
            target: Target::All,
            start: START.plus_nanos(5 * SECOND),
            strength,
            duration: Duration::from_secs(10),
        };
        let config = SimConfig { scenarios: vec![scheduled], ..config(seed, symbols) };
        check_ticks(&config, 20);
    }
}

/// Checks the properties of all ticks.
pub fn check_ticks(config: &SimConfig, length: i64) {
    let ticks = seconds(config, length);
    let order = |tick: &Tick| (tick.ts, tick.instrument);
    assert!(ticks[0].ts >= config.start && ticks.is_sorted_by_key(order));
    let mut stands = vec![None; simulator(config).listings.len()];
    for tick in &ticks {
        let stands = &mut stands[tick.instrument.index()];
        match tick.kind {
            TickKind::Quote(quote) => {
                if let Some((bid, ask)) = quote.bid.zip(quote.ask) {
                    assert!(Price(1) <= bid && bid < ask && quote.bid_size.0 > 0 && quote.ask_size.0 > 0, "{quote:?}");
                }
                *stands = quote.bid.zip(quote.ask);
            }
            TickKind::Book(_) => unreachable!("the simulation has a model"),
            TickKind::Trade(trade) => {
                let (bid, ask) = stands.expect("nothing trades without a quote");
                assert!((trade.price == bid || trade.price == ask) && trade.size.0 > 0, "{tick:?} at {bid:?} {ask:?}");
            }
        }
    }
}

#[test]
fn properties_hold_through_a_day_its_auctions_and_its_night() {
    let config = SimConfig { hours: Hours::Market, start: Timestamp::from_secs(1_704_747_000), ..config(7, 8) };
    check_ticks(&config, 18 * 3_600);
}

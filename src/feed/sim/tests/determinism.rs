//! The same inputs make the same tape, whatever else is the case.

use proptest::prelude::*;

use super::*;
use crate::feed::sim::model::rng::fnv1a;
use crate::market::{Price, Quote};

/// A number that stands for a tape.
fn hash(ticks: &[Tick]) -> u64 {
    let words = |tick: &Tick| {
        let kind = match tick.kind {
            TickKind::Trade(t) => [1, t.price.0, t.size.0 as i64, t.side.map_or(0, |side| 1 + side as i64), 0],
            TickKind::Quote(Quote { bid, ask, bid_size, ask_size }) => {
                let side = |price: Option<Price>| price.map_or(0, |price| price.0);
                [2, side(bid), side(ask), bid_size.0 as i64, ask_size.0 as i64]
            }
        };
        [tick.ts.0, i64::from(tick.instrument.0)].into_iter().chain(kind)
    };
    fnv1a(ticks.iter().flat_map(words).flat_map(i64::to_le_bytes))
}

#[test]
fn the_same_seed_gives_the_same_tape_and_another_seed_another() {
    let one = ticks(&config(7, 40), 20_000);
    assert_eq!(one, ticks(&config(7, 40), 20_000));
    assert_ne!(one, ticks(&config(8, 40), 20_000));
}

#[test]
fn the_tape_of_seed_7_is_the_one_it_always_was() {
    let staged = SimConfig { journal: cue("crash@20s,duration=20s"), ..config(7, 40) };
    let market = SimConfig { hours: Hours::Market, start: Timestamp::from_secs(1_704_724_190), ..config(7, 12) };
    let history = fnv1a(simulator(&config(7, 2)).history().iter().flat_map(|b| b.bar.close.0.to_le_bytes()));
    // Other values are other tapes for the same seed: say so in the changelog. They are the same in debug and
    // release builds, and on every machine.
    let got =
        [hash(&ticks(&config(7, 40), 100_000)), hash(&ticks(&staged, 50_000)), hash(&ticks(&market, 50_000)), history];
    assert_eq!(got, GOLDEN, "{got:?}");
}

const GOLDEN: [u64; 4] =
    [3_202_777_282_795_812_895, 10_036_749_676_034_900_911, 2_489_860_962_768_725_237, 17_340_418_286_544_017_300];

#[test]
fn threads_and_blocks_change_nothing() {
    let one = ticks(&config(7, 40), 30_000);
    for (threads, block_seconds) in [(2, 1), (1, 16), (2, 5), (7, 3), (64, 2)] {
        let other = SimConfig { threads, block_seconds, ..config(7, 40) };
        assert!(one == ticks(&other, 30_000), "{threads} threads, blocks of {block_seconds} s");
    }
}

#[test]
fn a_symbols_tape_and_history_are_the_same_whichever_others_are_listed() {
    let of_it = |list: List, symbol: &str| {
        let config = SimConfig { list, hours: Hours::Market, ..config(7, 1) };
        of(&simulator(&config), &seconds(&config, 120), symbol)
    };
    let past = |count: usize| {
        let bars = simulator(&config(7, count)).history();
        bars.into_iter().filter(|bar| bar.instrument == InstrumentId(0)).collect::<Vec<_>>()
    };
    for (symbol, class) in [("AAPL", AssetClass::Stock), ("TC500", AssetClass::Index), ("BTC-USD", AssetClass::Crypto)]
    {
        let alone = of_it(List::Class(class, 1), symbol);
        assert!(!alone.is_empty());
        for count in [40, 600] {
            assert!(of_it(List::Mixed(count), symbol) == alone, "{symbol} among {count}");
        }
    }
    assert!(past(1) == past(5));
    assert!(of_it(List::Mixed(2), "AAPL") == of_it(List::Mixed(40), "AAPL"));
}

#[test]
fn a_scenario_leaves_what_came_before_it_and_bends_what_comes_after() {
    let plain = seconds(&config(7, 40), 60);
    let staged = seconds(&SimConfig { journal: cue("crash@30s:technology,duration=20s"), ..config(7, 40) }, 60);
    let from = START.plus_nanos(30 * SECOND);
    let before = |ticks: &[Tick]| ticks.iter().take_while(|tick| tick.ts < from).copied().collect::<Vec<_>>();
    assert_eq!(before(&plain), before(&staged));
    assert_ne!(plain, staged);
    let simulator = simulator(&config(7, 40));
    for (symbol, same) in [("AAPL", false), ("MSFT", false), ("JPM", true), ("EURUSD", true)] {
        assert_eq!(of(&simulator, &plain, symbol) == of(&simulator, &staged, symbol), same, "{symbol}");
    }
}

#[test]
fn noise_after_a_scenario_is_paired() {
    let after = |seed, journal| {
        let config = SimConfig { journal, list: List::Class(AssetClass::Stock, 1), ..config(seed, 1) };
        let tape = of(&simulator(&config), &seconds(&config, 1_800), "AAPL");
        moves(&tape, 1_800).split_off(20)
    };
    let plain = after(7, Vec::new());
    for scenario in ["crash@20s,duration=30s", "halt@20s,duration=30s", "quiet@20s,duration=1m"] {
        let paired = correlation(&plain, &after(7, cue(scenario)));
        assert!(paired > 0.7, "{scenario}: {paired}");
    }
    assert!(correlation(&plain, &after(8, Vec::new())).abs() < 0.4);
}

#[test]
fn what_is_injected_live_is_journaled_and_plays_again() {
    let mut live = simulator(&config(7, 40));
    let mut tape = take(&mut live, 5_000);
    let crash = cue("crash@0s:AAPL,duration=30s").remove(0);
    let journaled = live.inject(crash.clone()).unwrap();
    assert!(journaled.at > tape[4_999].ts, "it takes effect where nothing is made yet");
    tape.extend(take(&mut live, 20_000));
    let again = SimConfig { journal: live.journal().to_vec(), ..config(7, 40) };
    assert_eq!(ticks(&again, 25_000), tape);
    live.rewind().unwrap();
    assert_eq!(take(&mut live, 25_000), tape);
    let nobody = Injection { target: Target::Symbol("NOBODY".into()), ..crash };
    assert!(matches!(live.inject(nobody), Err(ScenarioError::NoTarget(_))));
}

#[test]
fn rewinding_plays_the_same_tape_again() {
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
        seed in any::<u64>(), symbols in 1..60usize, scenario in 0..Scenario::ALL.len(), strength in prop_oneof![-10.0..-0.1, 0.1..10.0f64],
    ) {
        let cue = Injection {
            scenario: Scenario::ALL[scenario],
            target: Target::All,
            at: START.plus_nanos(5 * SECOND),
            strength,
            seconds: 10.0,
        };
        let config = SimConfig { journal: vec![cue], ..config(seed, symbols) };
        check_laws(&config, 20);
    }
}

/// What is true of every tape.
fn check_laws(config: &SimConfig, length: i64) {
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
            TickKind::Trade(trade) => {
                let (bid, ask) = stands.expect("nothing trades without a quote");
                assert!((trade.price == bid || trade.price == ask) && trade.size.0 > 0, "{tick:?} at {bid:?} {ask:?}");
            }
        }
    }
}

#[test]
fn the_laws_hold_through_a_day_with_its_auctions_and_its_night() {
    let config = SimConfig { hours: Hours::Market, start: Timestamp::from_secs(1_704_747_000), ..config(7, 8) };
    check_laws(&config, 18 * 3_600);
}

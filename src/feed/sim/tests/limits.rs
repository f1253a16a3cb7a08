//! Any pile of scenarios makes a market: its ticks, its memory and the work of one slice are bounded.

use std::time::Duration;

use proptest::prelude::*;
use strum::VariantArray as _;

use super::determinism::check_ticks;
use super::*;

const SMALL: TickLimits = TickLimits { symbol: 400, market: 1_000 };

fn storms(count: usize, on: &str) -> Vec<ScheduledScenario> {
    vec![scheduled(&format!("tick-storm@2s:{on},duration=4s")).remove(0); count]
}

/// Returns the ticks of each symbol in each second.
fn counts(ticks: &[Tick], symbols: usize) -> Vec<Vec<usize>> {
    let mut counts = Vec::new();
    for tick in ticks {
        let second = usize::try_from((tick.ts.0 - START.0) / SECOND).unwrap();
        if counts.len() <= second {
            counts.resize(second + 1, vec![0; symbols]);
        }
        counts[second][tick.instrument.index()] += 1;
    }
    counts
}

fn check_limits(ticks: &[Tick], symbols: usize, limits: &TickLimits) {
    for second in counts(ticks, symbols) {
        let most = second.iter().max().copied().unwrap_or(0);
        let all: usize = second.iter().sum();
        assert!(most <= limits.symbol && all <= limits.market.max(symbols), "{most} of one symbol, {all} of all");
    }
}

#[test]
fn five_storms_on_one_symbol_reach_its_limit_and_no_more() {
    let config = SimConfig { scenarios: storms(5, "AAPL"), ..config(7, 40) };
    let ticks = seconds(&config, 8);
    check_limits(&ticks, 40, &TickLimits::DEFAULT);
    let counts = counts(&ticks, 40);
    let apple = |second: usize| counts[second][0];
    assert!(apple(1) < 500 && apple(3) > TickLimits::DEFAULT.symbol / 4, "{} {}", apple(1), apple(3));
    let mut simulator = simulator(&config);
    let mut limited = |second: i64| {
        while simulator.horizon() < START.plus_nanos((second + 1) * SECOND) {
            simulator.advance();
        }
        simulator.symbols_limited()
    };
    assert_eq!([limited(1), limited(3), limited(200)], [0, 1, 0]);
}

#[test]
fn storms_on_all_symbols_reach_the_limit_of_the_market() {
    let config = SimConfig { scenarios: storms(9, "all"), tick_limits: SMALL, ..config(7, 40) };
    let ticks = seconds(&config, 5);
    check_limits(&ticks, 40, &SMALL);
    let all: usize = counts(&ticks, 40)[4].iter().sum();
    assert!(all > SMALL.market / 2, "{all}");
}

#[test]
fn limits_that_are_not_reached_change_no_tick() {
    let usual = ticks(&config(7, 40), 20_000);
    let wide = SimConfig { tick_limits: TickLimits::MAX, ..config(7, 40) };
    assert!(usual == ticks(&wide, 20_000));
}

#[test]
fn worst_memory_grows_with_each_setting() {
    let bytes = |config: SimConfig| config.worst_bytes(40);
    let usual = bytes(config(7, 40));
    assert_eq!(config(7, 41).worst_bytes(41) - usual, SIMULATED_SYMBOL_BYTES + Block::effect_bytes(1, 1));
    assert!(bytes(SimConfig { tick_limits: SMALL, ..config(7, 40) }) < usual);
    assert!(bytes(SimConfig { threads: 2, ..config(7, 40) }) > usual);
    let (more, each) = (SimConfig::DEFAULT_PAST_BARS + 1, size_of::<HistoryBar>());
    assert_eq!(
        bytes(SimConfig { past_bars: more, ..config(7, 40) })
            - bytes(SimConfig { past_bars: more - 1, ..config(7, 40) }),
        each
    );
}

#[test]
fn slice_of_a_stormy_second_is_a_small_part_of_it() {
    let config = SimConfig { scenarios: storms(5, "all"), ..config(7, 40) };
    let mut simulator = simulator(&config);
    let (mut most, mut all) = (0, 0);
    while simulator.horizon() < START.plus_nanos(4 * SECOND) {
        let work = simulator.make_slice();
        most = most.max(work);
        all += work;
    }
    assert!(most <= 2 * TickLimits::DEFAULT.symbol && all > 4 * most, "{most} of {all}");
}

/// Some scenarios of any kind, most of them on the same symbol.
fn pile() -> impl Strategy<Value = Vec<ScheduledScenario>> {
    let on = prop::sample::select(vec!["AAPL", "AAPL", "AAPL", "class:crypto", "all"]);
    let strength = prop_oneof![-10.0..-0.1, 0.1..10.0f64];
    let one = (prop::sample::select(Scenario::VARIANTS), on, strength, 0..4i64, 1..6u64, 1..200usize);
    let scenario = |(scenario, on, strength, at, seconds, times)| {
        let start = START.plus_nanos(at * SECOND);
        let duration = Duration::from_secs(seconds);
        vec![ScheduledScenario { scenario, target: Target::parse(on), start, strength, duration }; times]
    };
    prop::collection::vec(one.prop_map(scenario), 1..6).prop_map(|piles| piles.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_pile_of_scenarios_keeps_the_limits(
        seed in any::<u64>(),
        symbols in 5..30usize,
        scenarios in pile(),
        block_seconds in 1..5usize,
        threads in 1..4usize,
    ) {
        let config = SimConfig { scenarios, tick_limits: SMALL, ..config(seed, symbols) };
        check_ticks(&config, 8);
        let ticks = seconds(&config, 8);
        check_limits(&ticks, symbols, &SMALL);
        let other = SimConfig { block_seconds, threads, ..config.clone() };
        prop_assert!(seconds(&other, 8) == ticks, "{threads} threads, blocks of {block_seconds} s");
        let mut simulator = simulator(&config);
        while simulator.horizon() < START.plus_nanos(8 * SECOND) {
            simulator.make_slice();
            prop_assert!(simulator.block.bytes() <= Block::worst_bytes(&SMALL, 1));
        }
    }
}

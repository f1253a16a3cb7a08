//! The history before the start, and how the ticks go on from there.

use proptest::prelude::*;
use strum::VariantArray;

use super::*;
use crate::market::{Market, MarketLimits, MarketOpening, Price, PriceBasis};

fn open(simulator: &mut Simulator) -> Market {
    let info = simulator.info().clone();
    let opening = MarketOpening {
        epoch: 1,
        instruments: info.instruments,
        history: simulator.history(),
        levels: simulator.info().levels.clone(),
        start: info.start,
    };
    Market::open(&opening, MarketLimits::default())
}

#[test]
fn info_describes_the_market() {
    let check = |symbols: usize, count: usize, name: &str| {
        let simulator = simulator(&config(7, symbols));
        let info = simulator.info();
        assert_eq!((info.instruments.len(), info.name.as_str()), (count, name));
        assert_eq!((info.kind, info.seed, info.start, info.end), (SourceKind::Simulation, Some(7), START, None));
        assert_eq!((info.speed, info.speed_reason.as_str()), (Speed::Times(1.0), ""));
    };
    check(40, 40, "40 instruments, seed 7");
    check(3, 3, "3 instruments, seed 7");
    check(1, 1, "1 instrument, seed 7");
    check(0, 1, "1 instrument, seed 7");
    check(600, 600, "600 instruments, seed 7");
    check(usize::MAX, 10_000, "10000 instruments, seed 7");
}

#[test]
fn ticks_are_about_as_frequent_as_listed() {
    let config = config(7, 40);
    let got = seconds(&config, 1_800).len() as f64 / 1_800.0;
    let listed: f64 = simulator(&config).listings.iter().map(|listing| listing.per_second).sum();
    assert!((0.5..2.0).contains(&(got / listed)), "{got} ticks a second, {listed} listed");
}

/// Returns the price that makes bars, if the tick has one.
fn basis_price(basis: PriceBasis, kind: TickKind) -> Option<Price> {
    match (basis, kind) {
        (PriceBasis::Trade, TickKind::Trade(trade)) => Some(trade.price),
        (PriceBasis::Bid, TickKind::Quote(quote)) => quote.bid,
        _ => None,
    }
}

/// Checks that charts are full at the opening, that bars are sound, and that the first ticks go on where they end.
fn check_opening(config: &SimConfig) {
    let mut simulator = simulator(config);
    check_bars(&mut simulator);
    let mut market = open(&mut simulator);
    market.advance(config.start);
    for ((_, instrument, state), listing) in market.iter().zip(&simulator.listings) {
        assert_eq!(state.top.last, Some(listing.price), "{}", instrument.symbol);
        for &interval in Interval::VARIANTS {
            let known = state.series(interval).newest(usize::MAX).count();
            assert!(known >= 60, "{}: {known} bars of {interval}", instrument.symbol);
        }
    }
    let mut joined = vec![false; simulator.listings.len()];
    while joined.contains(&false) {
        let tick = simulator.advance();
        market.apply(&tick);
        let listing = &simulator.listings[tick.instrument.index()];
        let Some(price) = basis_price(listing.basis(), tick.kind) else { continue };
        if !std::mem::replace(&mut joined[tick.instrument.index()], true) {
            let jump = (price.0 - listing.price.0).unsigned_abs() * 100;
            assert!(jump <= listing.price.0.unsigned_abs(), "{} jumps to {price:?}", listing.symbol);
        }
    }
    assert_eq!(market.late(), 0);
}

fn check_bars(simulator: &mut Simulator) {
    let (all, always) = (simulator.history(), simulator.config.hours == Hours::Always);
    for (n, listing) in simulator.listings.iter().enumerate() {
        let bars: Vec<_> = all.iter().filter(|b| b.instrument.index() == n).collect();
        for HistoryBar { interval, bar, .. } in &bars {
            assert_eq!(bar.start, bar.start.floor(*interval), "{interval} bar off its bucket");
            assert!(Price(1) <= bar.low && bar.low <= bar.open.min(bar.close), "{bar:?}");
            assert!(bar.open.max(bar.close) <= bar.high && bar.count > 0, "{bar:?}");
            assert_eq!(bar.volume.0 > 0, listing.basis() == PriceBasis::Trade, "{bar:?}");
        }
        for pair in bars.windows(2) {
            let (end, next) = (pair[0].bar.end(pair[0].interval), pair[1].bar.start);
            assert!(pair[0].interval >= pair[1].interval, "longer intervals come first");
            let seconds = pair[1].interval == Interval::S1;
            assert!(end <= next && (!always || seconds || end == next), "spans meet and do not overlap");
            assert!(end < next || !always || seconds || pair[0].bar.close == pair[1].bar.open);
        }
        assert_eq!(bars.last().unwrap().bar.close, listing.price);
    }
}

#[test]
fn ticks_go_on_where_the_history_of_each_instrument_ends() {
    check_opening(&config(7, 8));
    let end_of_session = START.plus_nanos(6 * 3_600 * SECOND);
    check_opening(&SimConfig { hours: Hours::Market, start: end_of_session, ..config(7, 4) });
}

#[test]
fn opening_has_bars_of_a_year_a_month_and_half_an_hour() {
    let bars = simulator(&config(7, 4)).history();
    let count = |interval| bars.iter().filter(|b| b.interval == interval).count() / 4;
    assert_eq!(count(Interval::D1), 360);
    assert!((30 * 1_440..30 * 1_440 + 60).contains(&count(Interval::M1)), "{}", count(Interval::M1));
    assert!((200..=1_860).contains(&count(Interval::S1)), "{}", count(Interval::S1));
}

#[test]
fn ten_thousand_instruments_share_one_bound_of_bars() {
    let mut simulator = simulator(&config(7, 10_000));
    let bars = simulator.history();
    assert!(bars.len() < 4 * 1_000_000, "{}", bars.len());
    assert!(bars.iter().any(|b| b.instrument.index() == 9_999));
}

#[test]
fn market_can_start_on_any_edge_of_a_day() {
    let midnight = 20_000 * 86_400;
    for second in [0, 1, 60, 900, 1_799, 1_800, 1_801, 3_600, 86_399] {
        let start = Timestamp::from_secs(midnight + second).plus_nanos(second % 3 * 499_999_999);
        check_opening(&SimConfig { start, ..config(7, 1) });
    }
}

#[test]
fn seconds_are_as_full_before_the_start_as_after_it() {
    for class in [AssetClass::Stock, AssetClass::Crypto, AssetClass::Fx] {
        let (mut past, mut after) = (0, 0);
        for seed in 1..=4 {
            let config = SimConfig { universe: Universe::Class(class, 4), ..config(seed, 4) };
            let mut simulator = simulator(&config);
            past += simulator.history().iter().filter(|b| b.interval == Interval::S1).count() as u64;
            let mut market = open(&mut simulator);
            let closed = |market: &Market| {
                market.iter().map(|(.., state)| state.series(Interval::S1).closed.total()).sum::<u64>()
            };
            let first = closed(&market);
            seconds(&config, 1_800).iter().for_each(|tick| market.apply(tick));
            after += closed(&market) - first;
        }
        let ratio = past as f64 / after as f64;
        assert!((0.7..1.4).contains(&ratio), "{class:?}: {past} bars before the start, {after} after it");
    }
}

#[test]
fn volume_before_the_start_is_that_after_it() {
    let config = SimConfig { universe: Universe::Class(AssetClass::Stock, 20), ..config(7, 20) };
    let history = simulator(&config).history();
    let minutes: Vec<_> = history.iter().filter(|b| b.interval == Interval::M1).collect();
    let past = minutes.iter().map(|b| b.bar.volume.0 as f64).sum::<f64>() / (minutes.len() as f64 * 60.0 / 20.0);
    let traded =
        |tick: &Tick| if let TickKind::Trade(trade) = tick.kind { trade.size.0.min(20_000) as f64 } else { 0.0 };
    let after = seconds(&config, 1_800).iter().map(traded).sum::<f64>() / 1_800.0;
    assert!((0.4..2.5).contains(&(past / after)), "{past} shares a second before the start, {after} after it");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn market_of_any_seed_and_start_is_sound(seed in any::<u64>(), ns in 0i64..4_000_000_000_000_000_000) {
        check_opening(&SimConfig { start: Timestamp(ns), ..config(seed, 2) });
    }
}

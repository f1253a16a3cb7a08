//! The simulator as a whole: what every reader of a [`Source`] may rely on.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::market::{FeedStatus, Interval, Market, MarketLimits, Opening, Price, PriceBasis, TickKind, sample};

/// 2025-10-09T08:53:20Z.
const START: Timestamp = Timestamp::from_secs(1_760_000_000);

fn config(seed: u64, symbols: usize) -> SimConfig {
    SimConfig { seed, symbols, ..SimConfig::new(START) }
}

fn take(simulator: &mut Simulator, n: usize) -> Vec<Tick> {
    (0..n).map(|_| simulator.next_tick().unwrap().unwrap()).collect()
}

fn ticks(config: &SimConfig, n: usize) -> Vec<Tick> {
    take(&mut Simulator::new(config), n)
}

fn open(simulator: &mut Simulator) -> Market {
    let info = simulator.info().clone();
    let status = FeedStatus { start: info.start, ..sample::status() };
    let opening =
        Opening { epoch: 1, instruments: info.instruments, history: simulator.history(), status: Arc::new(status) };
    Market::open(&opening, MarketLimits::default())
}

#[test]
fn the_same_seed_gives_the_same_tape_and_another_seed_another() {
    let one = ticks(&config(7, 40), 5_000);
    assert_eq!(one, ticks(&config(7, 40), 5_000));
    assert_ne!(one, ticks(&config(8, 40), 5_000));
}

#[test]
fn the_tape_of_seed_7_is_the_one_it_always_was() {
    let hash = |text: String| stream::fnv1a(text.bytes());
    let tape = hash(ticks(&SimConfig::new(START), 10_000).iter().map(|tick| format!("{tick:?}")).collect());
    let history = hash(Simulator::new(&config(7, 2)).history().iter().map(|bar| format!("{bar:?}")).collect());
    // Another value is another tape for the same seed: say so in the changelog.
    assert_eq!((tape, history), (14_704_074_047_604_048_615, 11_972_137_055_940_802_718));
}

#[test]
fn rewinding_plays_the_same_tape_again() {
    let mut simulator = Simulator::new(&config(7, 40));
    let first = take(&mut simulator, 5_000);
    let history = simulator.history();
    simulator.rewind().unwrap();
    assert_eq!(take(&mut simulator, 5_000), first);
    assert_eq!(simulator.history(), history);
}

#[test]
fn a_symbols_tape_and_history_are_the_same_whichever_others_are_listed() {
    let of = |symbols: usize, symbol: &str| {
        let mut simulator = Simulator::new(&config(7, symbols));
        let id = simulator.listings.iter().position(|l| l.symbol == symbol).unwrap();
        let is_it = |instrument: InstrumentId| instrument.index() == id;
        let bars = simulator.history().into_iter().filter(|b| is_it(b.instrument)).map(|b| b.bar);
        let bars = bars.collect::<Vec<_>>();
        let mut tape = Vec::new();
        while tape.len() < 300 {
            let tick = simulator.advance().unwrap();
            tape.extend(is_it(tick.instrument).then_some((tick.ts, tick.kind)));
        }
        (tape, bars)
    };
    for symbol in ["AAPL", "TC500"] {
        let alone_ish = of(2, symbol);
        for symbols in [4, 20, 40] {
            assert!(of(symbols, symbol) == alone_ish, "{symbol} among {symbols}");
        }
    }
}

#[test]
fn the_source_says_what_it_plays() {
    let check = |symbols: usize, count: usize, name: &str| {
        let simulator = Simulator::new(&config(7, symbols));
        let info = simulator.info();
        assert_eq!((info.instruments.len(), info.name.as_str()), (count, name));
        assert_eq!((info.kind, info.seed, info.start, info.end), (SourceKind::Simulation, Some(7), START, None));
        assert_eq!((info.speed, info.speed_reason.as_str()), (Speed::Times(1.0), ""));
    };
    check(40, 40, "40 instruments, seed 7");
    check(3, 3, "3 instruments, seed 7");
    check(1, 1, "1 instrument, seed 7");
    check(0, 1, "1 instrument, seed 7");
    check(usize::MAX, 40, "40 instruments, seed 7");
}

#[test]
fn about_two_hundred_ticks_come_each_second() {
    let ticks = ticks(&config(7, 40), 20_000);
    let seconds = (ticks[19_999].ts.0 - START.0) as f64 / 1e9;
    assert!((150.0..250.0).contains(&(20_000.0 / seconds)), "{seconds} s");
}

/// A price of the instrument's basis, if the tick carries one.
fn basis_price(basis: PriceBasis, kind: TickKind) -> Option<Price> {
    match (basis, kind) {
        (PriceBasis::Trade, TickKind::Trade(trade)) => Some(trade.price),
        (PriceBasis::Bid, TickKind::Quote(quote)) => quote.bid,
        _ => None,
    }
}

/// That charts are full at the opening and that the first ticks go on where history ends.
fn check_opening(config: &SimConfig) {
    let mut simulator = Simulator::new(config);
    let mut market = open(&mut simulator);
    market.advance(config.start);
    for ((_, instrument, state), listing) in market.iter().zip(&simulator.listings) {
        assert_eq!(state.top.last, Some(listing.nominal()), "{}", instrument.symbol);
        for interval in Interval::ALL {
            let known = state.series(interval).newest(usize::MAX).count();
            assert!(known >= 60, "{}: {known} bars of {interval}", instrument.symbol);
        }
    }
    let mut joined = vec![false; simulator.listings.len()];
    while joined.contains(&false) {
        let tick = simulator.advance().unwrap();
        market.apply(&tick);
        let listing = simulator.listings[tick.instrument.index()];
        let Some(price) = basis_price(listing.basis(), tick.kind) else { continue };
        if !std::mem::replace(&mut joined[tick.instrument.index()], true) {
            let jump = (price.0 - listing.nominal().0).unsigned_abs() * 100;
            assert!(jump <= listing.nominal().0.unsigned_abs(), "{} jumps to {price:?}", listing.symbol);
        }
    }
    assert_eq!(market.late(), 0);
}

#[test]
fn the_tape_goes_on_where_history_ends_for_every_instrument() {
    check_opening(&config(7, 40));
}

#[test]
fn a_tape_may_start_on_any_edge_of_a_day() {
    let midnight = 20_000 * 86_400;
    for second in [0, 1, 60, 900, 1_799, 1_800, 1_801, 3_600, 86_399] {
        for nanos in [0, 1, 999_999_999] {
            let start = Timestamp::from_secs(midnight + second).plus_nanos(nanos);
            check_opening(&SimConfig { start, symbols: 2, ..config(7, 2) });
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn any_seed_and_start_open_a_sound_market(seed in any::<u64>(), ns in 0i64..4_000_000_000_000_000_000) {
        check_opening(&SimConfig { seed, start: Timestamp(ns), symbols: 4 });
    }

    #[test]
    fn ticks_are_in_order_and_trades_inside_their_quote(seed in any::<u64>(), symbols in 1..=LISTINGS.len()) {
        let ticks = ticks(&config(seed, symbols), 4_000);
        let order = |tick: &Tick| (tick.ts, tick.instrument);
        prop_assert!(ticks[0].ts >= START && ticks.windows(2).all(|pair| order(&pair[0]) < order(&pair[1])));
        let mut sides = vec![None; symbols];
        for tick in &ticks {
            let stands = &mut sides[tick.instrument.index()];
            match tick.kind {
                TickKind::Quote(quote) => {
                    let both = quote.bid.zip(quote.ask).unwrap();
                    prop_assert!(Price(1) <= both.0 && both.0 < both.1);
                    prop_assert!(quote.bid_size.0 > 0 && quote.ask_size.0 > 0);
                    *stands = Some(both);
                }
                TickKind::Trade(trade) => {
                    let (bid, ask) = stands.expect("a quote comes first");
                    prop_assert!(bid <= trade.price && trade.price <= ask && trade.size.0 > 0);
                }
            }
        }
    }
}

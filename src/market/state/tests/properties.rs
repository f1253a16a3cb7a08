//! Properties of every market, for any ticks and clock events.

use super::*;
use proptest::prelude::*;
use strum::VariantArray;

const INSTRUMENTS: u32 = 3;
/// Limits that no market here reaches.
const ROOMY: MarketLimits = MarketLimits { bars: 1_000, trades: 1_000, notices: 10, bytes: usize::MAX };

/// One event of a market.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Tick(Tick),
    Clock(Timestamp),
}

/// The content of an event.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Trade(i64, u64),
    Quote(Option<i64>, Option<i64>),
    Clock,
}

fn kind() -> impl Strategy<Value = Kind> {
    let price = -50i64..50;
    let side = prop::option::of(price.clone());
    prop_oneof![
        5 => (price, 0u64..1_000).prop_map(|(price, size)| Kind::Trade(price, size)),
        3 => (side.clone(), side).prop_map(|(bid, ask)| Kind::Quote(bid, ask)),
        2 => Just(Kind::Clock),
    ]
}

/// Nanoseconds from one step to the next: within a second, within a minute, within a day, over days.
fn ahead() -> impl Strategy<Value = i64> {
    const S: i64 = 1_000_000_000;
    prop_oneof![6 => 0..S / 2, 4 => 0..20 * S, 2 => 0..20_000 * S, 1 => 0..200_000 * S]
}

pub(super) fn step(ts: Timestamp, id: InstrumentId, kind: Kind) -> Step {
    match kind {
        Kind::Trade(price, size) => Step::Tick(sample::trade(id, ts, price, size)),
        Kind::Quote(bid, ask) => Step::Tick(sample::quote(id, ts, bid, ask)),
        Kind::Clock => Step::Clock(ts),
    }
}

/// A few steps in time order, to be repeated.
pub(super) fn pattern() -> impl Strategy<Value = Vec<(i64, u32, Kind)>> {
    prop::collection::vec((ahead(), 0..INSTRUMENTS, kind()), 1..40)
}

fn steps_with(ahead: impl Strategy<Value = i64>) -> impl Strategy<Value = Vec<Step>> {
    let start = -4_000_000_000_000_000_000i64..4_000_000_000_000_000_000;
    let any_step = (ahead, 0..INSTRUMENTS, kind());
    (start, prop::collection::vec(any_step, 1..150)).prop_map(|(start, steps)| {
        let mut ts = Timestamp(start);
        let to_step = |(ahead, id, kind)| {
            ts = ts.plus_nanos(ahead);
            step(ts, InstrumentId(id), kind)
        };
        steps.into_iter().map(to_step).collect()
    })
}

/// Steps in time order, as from a source.
fn steps() -> impl Strategy<Value = Vec<Step>> {
    steps_with(ahead())
}

/// Steps of which some go back in time.
fn disorderly_steps() -> impl Strategy<Value = Vec<Step>> {
    steps_with((ahead(), prop::bool::weighted(0.2)).prop_map(|(ahead, back)| if back { -ahead } else { ahead }))
}

pub(super) fn take(market: &mut Market, steps: &[Step]) {
    for step in steps {
        match step {
            Step::Tick(tick) => market.apply(tick),
            Step::Clock(ts) => market.advance(*ts),
        }
    }
}

/// Applies batches as the publisher does.
pub(super) fn apply_batches<'t>(
    market: &mut Market,
    order: &mut GatheredTicks,
    ticks: impl Iterator<Item = &'t [Tick]>,
) {
    let batches: Vec<_> = ticks.collect();
    match order.order(&batches, market) {
        Some(ticks) => market.apply_all(ticks),
        None => batches.iter().for_each(|batch| market.apply_all(batch)),
    }
}

fn played(steps: &[Step], limits: MarketLimits) -> Market {
    let mut market = opened(Vec::new(), limits);
    take(&mut market, steps);
    market
}

/// All series of a market.
pub(super) fn all(market: &Market) -> impl Iterator<Item = (Interval, Series<'_>)> {
    market
        .iter()
        .flat_map(|(_, _, state)| Interval::VARIANTS.iter().map(|&interval| (interval, state.series(interval))))
}

fn bars(series: Series<'_>) -> Vec<Bar> {
    series.newest(usize::MAX).map(|(bar, _)| bar).collect()
}

/// Builds longer bars from shorter ones, without [`Bar::merge`].
fn rolled_up(short: &[Bar], long: Interval) -> Vec<Bar> {
    let roll = |bars: &[Bar]| Bar {
        start: bars[0].start.floor(long),
        open: bars[0].open,
        high: bars.iter().map(|bar| bar.high).max().unwrap(),
        low: bars.iter().map(|bar| bar.low).min().unwrap(),
        close: bars[bars.len() - 1].close,
        volume: Size(bars.iter().map(|bar| bar.volume.0).sum()),
        count: bars.iter().map(|bar| bar.count).sum(),
    };
    short.chunk_by(|a, b| a.start.floor(long) == b.start.floor(long)).map(roll).collect()
}

/// The sizes of one instrument's trades.
fn traded(steps: &[Step], id: InstrumentId) -> Vec<u64> {
    let size = |step: &Step| match step {
        Step::Tick(Tick { instrument, kind: TickKind::Trade(trade), .. }) if *instrument == id => Some(trade.size.0),
        _ => None,
    };
    steps.iter().filter_map(size).collect()
}

proptest! {
    #[test]
    fn bar_contains_its_prices_and_is_alone_in_its_interval(steps in disorderly_steps()) {
        let market = played(&steps, ROOMY);
        for (interval, series) in all(&market) {
            let bars = bars(series);
            prop_assert!(bars.windows(2).all(|pair| pair[0].start < pair[1].start), "{interval}: {bars:?}");
            for bar in bars {
                prop_assert_eq!(bar.start, bar.start.floor(interval));
                prop_assert!(bar.low <= bar.open.min(bar.close) && bar.high >= bar.open.max(bar.close), "{bar:?}");
                prop_assert!(bar.count > 0);
            }
        }
    }

    #[test]
    fn seconds_add_up_to_the_bars_of_longer_intervals(steps in disorderly_steps()) {
        let market = played(&steps, ROOMY);
        for (_, _, state) in market.iter() {
            let seconds = bars(state.series(Interval::S1));
            for &interval in Interval::VARIANTS {
                prop_assert_eq!(rolled_up(&seconds, interval), bars(state.series(interval)), "{}", interval);
            }
        }
    }

    #[test]
    fn closed_bar_never_changes(steps in disorderly_steps(), cut in any::<prop::sample::Index>()) {
        let (first, rest) = steps.split_at(cut.index(steps.len()));
        let before = played(first, ROOMY);
        let mut market = before.clone();
        take(&mut market, rest);
        market.finish();
        for ((interval, old), (_, new)) in all(&before).zip(all(&market)) {
            prop_assert!(old.closed.iter().eq(new.closed.iter().take(old.closed.len())), "{interval}");
        }
    }

    #[test]
    fn clock_leaves_no_ended_bar_open(steps in steps()) {
        let mut market = played(&steps, ROOMY);
        let now = market.now();
        market.advance(now);
        for (interval, series) in all(&market) {
            prop_assert!(series.forming.is_none_or(|bar| bar.start <= now && now < bar.end(interval)));
        }
    }

    #[test]
    fn clock_changes_no_bar(steps in steps()) {
        let ticks: Vec<_> = steps.iter().copied().filter(|step| matches!(step, Step::Tick(_))).collect();
        let (with, without) = (played(&steps, ROOMY), played(&ticks, ROOMY));
        for ((interval, with), (_, without)) in all(&with).zip(all(&without)) {
            prop_assert_eq!(bars(with), bars(without), "{}", interval);
        }
    }

    #[test]
    fn day_has_the_volume_of_its_trades(steps in steps()) {
        let market = played(&steps, ROOMY);
        for (id, instrument, state) in market.iter() {
            let days = bars(state.series(Interval::D1));
            let volume: u64 = days.iter().map(|bar| bar.volume.0).sum();
            if instrument.basis == PriceBasis::Trade {
                let traded = traded(&steps, id);
                prop_assert_eq!(volume, traded.iter().sum::<u64>());
                prop_assert_eq!(days.iter().map(|bar| bar.count).sum::<u64>(), traded.len() as u64);
            } else {
                prop_assert_eq!(volume, 0);
            }
            let stats = state.day.map(|day| (day.start, day.open, day.high, day.low, day.volume));
            prop_assert_eq!(stats, days.last().map(|bar| (bar.start, bar.open, bar.high, bar.low, bar.volume)));
            let before = days.len().checked_sub(2).map(|n| days[n].close);
            prop_assert_eq!(state.day.and_then(|day| day.prev_close), before);
        }
    }

    #[test]
    fn ticks_in_order_are_counted_and_not_late(steps in steps()) {
        let market = played(&steps, ROOMY);
        for (id, _, state) in market.iter() {
            let of_it = |step: &&Step| matches!(step, Step::Tick(tick) if tick.instrument == id);
            prop_assert_eq!(state.seq, steps.iter().filter(of_it).count() as u64);
        }
        prop_assert_eq!(market.ticks(), market.iter().map(|(_, _, state)| state.seq).sum::<u64>());
        prop_assert_eq!(market.late(), 0);
    }

    #[test]
    fn market_keeps_only_the_newest_items(steps in steps(), kept in 1usize..6, trades in 1usize..6) {
        let (whole, market) = (played(&steps, ROOMY), played(&steps, MarketLimits { bars: kept, trades, notices: 10, bytes: usize::MAX }));
        for ((_, all), (_, some)) in all(&whole).zip(all(&market)) {
            prop_assert!(some.closed.len() <= kept);
            prop_assert!(some.closed.iter().eq(all.closed.newest(kept)));
            prop_assert_eq!(some.forming, all.forming);
        }
        for ((_, _, all), (_, _, some)) in whole.iter().zip(market.iter()) {
            prop_assert!(some.trades.len() <= trades);
            prop_assert!(some.trades.iter().eq(all.trades.newest(trades)));
        }
    }

    #[test]
    fn same_events_make_the_same_market(steps in disorderly_steps()) {
        let mut markets = [opened(Vec::new(), ROOMY), opened(Vec::new(), ROOMY)];
        markets.iter_mut().for_each(|market| take(market, &steps));
        prop_assert_eq!(&markets[0], &markets[1]);
        markets.iter_mut().for_each(Market::finish);
        prop_assert_eq!(&markets[0], &markets[1]);
    }
}

proptest! {
    #[test]
    fn ticks_in_batches_equal_ticks_one_by_one(
        steps in disorderly_steps(),
        largest in any::<bool>(),
        finish_at in prop::option::of(0usize..150),
        batch in 1usize..30,
    ) {
        let mut steps = steps;
        for step in &mut steps {
            if let Step::Tick(Tick { kind: TickKind::Trade(trade), .. }) = step && largest {
                trade.size = Size(u64::MAX - trade.size.0);
            }
        }
        let limits = MarketLimits { bars: 20, trades: 5, ..MarketLimits::default() };
        let [mut together, mut apart, mut gathered] = [(); 3].map(|()| opened(Vec::new(), limits));
        let (mut ticks, mut order) = (Vec::new(), GatheredTicks::default());
        let mut gather = |market: &mut Market, ticks: &[Tick]| {
            apply_batches(market, &mut order, ticks.chunks(batch));
        };
        for (n, step) in steps.iter().enumerate() {
            match step {
                Step::Tick(tick) => ticks.push(*tick),
                Step::Clock(ts) => {
                    together.apply_all(&ticks);
                    gather(&mut gathered, &ticks);
                    ticks.clear();
                    together.advance(*ts);
                    gathered.advance(*ts);
                }
            }
            take(&mut apart, std::slice::from_ref(step));
            if finish_at == Some(n) {
                together.apply_all(&ticks);
                gather(&mut gathered, &std::mem::take::<Vec<_>>(&mut ticks));
                [&mut together, &mut apart, &mut gathered].into_iter().for_each(Market::finish);
            }
        }
        together.apply_all(&ticks);
        gather(&mut gathered, &ticks);
        prop_assert_eq!(&together, &apart);
        prop_assert_eq!(gathered, apart);
    }
}

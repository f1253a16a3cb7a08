//! Properties of a market whose memory has a limit, for any ticks and clock events.

use super::properties::{Step, all, pattern, take};
use super::*;
use crate::market::ring::CHUNK;
use proptest::prelude::*;

/// The steps of one case: enough to fill several chunks of a ring.
const STEPS: usize = 2_000;

fn limits(bytes: usize) -> MarketLimits {
    MarketLimits { bars: 900, trades: 400, notices: 10, bytes }
}

fn without_bars() -> usize {
    opened(Vec::new(), limits(usize::MAX)).bytes()
}

/// A limit between nothing and all bars.
fn limit() -> impl Strategy<Value = usize> {
    prop_oneof![4 => 0usize..60_000, 2 => 100_000usize..600_000, 1 => Just(0), 1 => Just(1 << 40)]
        .prop_map(|bytes| without_bars() + bytes)
}

/// Steps that go on in the same way for a long time.
fn steps() -> impl Strategy<Value = Vec<Step>> {
    (pattern(), 1i64..4_000_000_000_000_000).prop_map(|(pattern, start)| {
        let mut ts = Timestamp(start);
        let step = |(ahead, id, kind): &(i64, u32, properties::Kind)| {
            ts = ts.plus_nanos(*ahead);
            properties::step(ts, InstrumentId(*id), *kind)
        };
        pattern.iter().cycle().take(STEPS).map(step).collect()
    })
}

/// The memory of all chunks, added up again.
fn counted(market: &Market) -> usize {
    let of_state = |state: &InstrumentState| state.trades.counted(true) + state.series.counted();
    without_bars() + market.states.iter().map(of_state).sum::<usize>()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn memory_is_counted_and_stays_below_its_limit(steps in steps(), limit in limit()) {
        let mut market = opened(Vec::new(), limits(limit));
        for some in steps.chunks(31) {
            take(&mut market, some);
            prop_assert_eq!(market.bytes(), counted(&market));
            prop_assert!(market.bytes() <= limit || (market.bars_kept(), market.trades_kept()) == (CHUNK, CHUNK));
            prop_assert!(market.bytes() <= limit.max(MarketLimits::floor_bytes(market.states.len())));
            prop_assert!(market.bytes() <= limits(limit).worst_bytes(market.states.len()));
        }
    }

    #[test]
    fn market_over_its_limit_keeps_the_newest_items(
        steps in steps(),
        limit in limit(),
        seen_at in any::<prop::sample::Index>(),
    ) {
        let (mut whole, mut market) = (opened(Vec::new(), limits(usize::MAX)), opened(Vec::new(), limits(limit)));
        let (before, after) = steps.split_at(seen_at.index(steps.len()));
        take(&mut market, before);
        let seen: Vec<u64> = all(&market).map(|(_, series)| series.closed.total()).collect();
        take(&mut market, after);
        take(&mut whole, &steps);
        for (((_, all), (_, some)), seen) in all(&whole).zip(all(&market)).zip(seen) {
            prop_assert_eq!(some.closed.len(), all.closed.len().min(market.bars_kept()));
            prop_assert!(some.closed.iter().eq(all.closed.newest(market.bars_kept())));
            prop_assert_eq!((some.forming, some.closed.total()), (all.forming, all.closed.total()));
            let since = some.closed.since(seen);
            prop_assert_eq!(seen + since.missed + since.items.len() as u64, all.closed.total());
            prop_assert_eq!(since.missed, (all.closed.total() - seen).saturating_sub(market.bars_kept() as u64));
        }
        for (all, some) in whole.states.iter().zip(&market.states) {
            prop_assert!(some.trades.iter().eq(all.trades.newest(market.trades_kept())));
            prop_assert_eq!(some.trades.total(), all.trades.total());
        }
    }

    #[test]
    fn clock_changes_no_limit(steps in steps(), limit in limit()) {
        let (mut with, mut without) = (opened(Vec::new(), limits(limit)), opened(Vec::new(), limits(limit)));
        take(&mut with, &steps);
        let ticks: Vec<Step> = steps.into_iter().filter(|step| matches!(step, Step::Tick(_))).collect();
        take(&mut without, &ticks);
        let end = with.now();
        with.advance(end);
        without.advance(end);
        prop_assert_eq!(with, without);
    }

    #[test]
    fn batches_and_single_ticks_drop_the_same(steps in steps(), limit in limit(), batch in 1usize..300) {
        let (mut together, mut apart) = (opened(Vec::new(), limits(limit)), opened(Vec::new(), limits(limit)));
        take(&mut apart, &steps);
        let (mut ticks, mut order) = (Vec::new(), GatheredTicks::default());
        for step in steps {
            let tick = match step {
                Step::Tick(tick) => Some(tick),
                Step::Clock(_) => None,
            };
            ticks.extend(tick);
            if tick.is_none() || ticks.len() == batch {
                properties::apply_batches(&mut together, &mut order, ticks.chunks(64));
                ticks.clear();
            }
            take(&mut together, &[step][usize::from(tick.is_some())..]);
        }
        together.apply_all(&ticks);
        prop_assert_eq!(together, apart);
    }
}

#[test]
fn longest_series_lose_their_oldest_bars_first() {
    let limit = without_bars() + 9_000;
    let mut market = opened(Vec::new(), limits(limit));
    for second in 0..5_000 {
        market.apply(&trade(second, 100 + second % 7));
    }
    let kept = |interval| state(&market, A).series(interval).closed.len();
    assert!(market.bytes() <= limit && market.bytes() > limit - 6_000, "{} of {limit}", market.bytes());
    assert_eq!(kept(Interval::S1), market.bars_kept());
    assert!((100..900).contains(&kept(Interval::S1)), "{}", kept(Interval::S1));
    assert_eq!(kept(Interval::M1), 83);
}

#[test]
fn history_is_within_the_limit() {
    let history = (0..2_000).map(|minute| past(Interval::M1, 60 * minute)).collect();
    let limit = without_bars() + 10_000;
    let market = opened(history, limits(limit));
    assert!(market.bytes() <= limit && market.bytes() == counted(&market), "{}", market.bytes());
    assert_eq!(state(&market, A).series(Interval::M1).closed.len(), market.bars_kept());
}

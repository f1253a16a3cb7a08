//! The ticks that play a bar. A market that applies them makes the same bar again.
//!
//! The path is open, the extreme nearer to the open, the other extreme, close. This is a convention, not history: the
//! instrument says that its ticks are made from bars ([`crate::market::Instrument::synthesised_from`]).

use crate::feed::replay::rows::QuantizedBar;
use crate::market::{InstrumentId, Interval, Price, Size, Tick, TickKind, Timestamp, Trade};

/// The number of trades that play one bar.
pub const TICKS_PER_BAR: usize = 4;

/// The trades of a bar that begins at `ts`, spread evenly over the rest of its interval.
pub fn ticks(instrument: InstrumentId, ts: Timestamp, interval: Interval, bar: &QuantizedBar) -> [Tick; TICKS_PER_BAR] {
    let quarter = quarter_nanos(ts, interval);
    let prices = path(bar);
    let sizes = shares(bar.volume);
    std::array::from_fn(|n| Tick {
        instrument,
        ts: ts.plus_nanos(quarter * n as i64),
        kind: TickKind::Trade(Trade { price: prices[n], size: sizes[n], side: None }),
    })
}

/// The time of the last trade of a bar that begins at `ts`.
pub const fn last_tick(ts: Timestamp, interval: Interval) -> Timestamp {
    ts.plus_nanos(quarter_nanos(ts, interval) * (TICKS_PER_BAR as i64 - 1))
}

/// A quarter of the rest of the interval: a bar that begins late in its interval still ends within it.
const fn quarter_nanos(ts: Timestamp, interval: Interval) -> i64 {
    let passed = ts.0.rem_euclid(interval.nanos());
    (interval.nanos() - passed) / TICKS_PER_BAR as i64
}

fn path(bar: &QuantizedBar) -> [Price; TICKS_PER_BAR] {
    let (up, down) = (bar.high.0.abs_diff(bar.open.0), bar.open.0.abs_diff(bar.low.0));
    let high_first = if up == down { bar.close < bar.open } else { up < down };
    let (first, second) = if high_first { (bar.high, bar.low) } else { (bar.low, bar.high) };
    [bar.open, first, second, bar.close]
}

/// The volume in whole lot steps. The remainder goes to the last trade.
const fn shares(volume: Size) -> [Size; TICKS_PER_BAR] {
    let share = volume.0 / TICKS_PER_BAR as u64;
    let rest = volume.0 - share * (TICKS_PER_BAR as u64 - 1);
    [Size(share), Size(share), Size(share), Size(rest)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::replay::tests::{bar_instrument, market};
    use crate::market::Bar;
    use proptest::prelude::*;
    use strum::VariantArray;

    fn check([open, high, low, close]: [i64; 4], want: [i64; 4]) {
        let bar = QuantizedBar {
            open: Price(open),
            high: Price(high),
            low: Price(low),
            close: Price(close),
            volume: Size(7),
        };
        assert_eq!(path(&bar), want.map(Price));
    }

    #[test]
    fn nearer_extreme_comes_first() {
        check([10, 12, 5, 8], [10, 12, 5, 8]);
        check([10, 15, 9, 11], [10, 9, 15, 11]);
        check([10, 12, 8, 11], [10, 8, 12, 11]);
        check([10, 12, 8, 9], [10, 12, 8, 9]);
        check([10, 10, 10, 10], [10, 10, 10, 10]);
        check([i64::MIN, i64::MAX, i64::MIN, 0], [i64::MIN, i64::MIN, i64::MAX, 0]);
    }

    #[test]
    fn volume_is_split_without_loss() {
        assert_eq!(shares(Size(7)), [1, 1, 1, 4].map(Size));
        assert_eq!(shares(Size(3)), [0, 0, 0, 3].map(Size));
        assert_eq!(shares(Size(u64::MAX)).map(|s| u128::from(s.0)).iter().sum::<u128>(), u128::from(u64::MAX));
    }

    fn any_bar() -> impl Strategy<Value = QuantizedBar> {
        (prop::array::uniform4(-1_000_000i64..1_000_000), 0u64..1_000_000_000, any::<bool>()).prop_map(
            |(mut p, volume, up)| {
                p.sort_unstable();
                let [low, a, b, high] = p.map(Price);
                let (open, close) = if up { (a, b) } else { (b, a) };
                QuantizedBar { open, high, low, close, volume: Size(volume) }
            },
        )
    }

    proptest! {
        #[test]
        fn replayed_bar_aggregates_to_itself(
            bar in any_bar(),
            which in 0..Interval::COUNT,
            time in i64::MIN / 2..i64::MAX / 2,
            late in 0.0..0.999f64,
        ) {
            let interval = Interval::VARIANTS[which];
            let start = Timestamp(time).floor(interval);
            let ts = start.plus_nanos((interval.nanos() as f64 * late) as i64);
            let mut market = market(&[bar_instrument(interval)], ts);
            let ticks = ticks(InstrumentId(0), ts, interval, &bar);
            prop_assert_eq!(ticks[3].ts, last_tick(ts, interval));
            for tick in &ticks {
                market.apply(tick);
                market.advance(tick.ts);
            }
            market.finish();
            prop_assert_eq!(market.late(), 0);
            for longer in &Interval::VARIANTS[which..] {
                let (_, state) = market.get(InstrumentId(0)).unwrap();
                let QuantizedBar { open, high, low, close, volume } = bar;
                let want = Bar { start: ts.floor(*longer), open, high, low, close, volume, count: 4 };
                prop_assert_eq!(state.series(*longer).closed.iter().collect::<Vec<_>>(), [want]);
            }
        }
    }
}

//! A bar opens near the close before it. Columns of several instruments do not, even where one of them is always the
//! highest and one the lowest.

use super::sample::{PlayedSample, float, median, shown};
use crate::feed::replay::rows::RowValues;
use crate::feed::replay::schema::{Warning, WarningCode};

/// Steps from bar to bar from which on their continuity tells something.
const MIN_STEPS: usize = 4;
/// The longest step that is no gap in the file, in usual steps.
const LONGEST: f64 = 1.5;
/// Open and the close before it differ this many times more than closes do.
const GAPS: f64 = 4.0;
/// They differ by this share of a bar's range: several instruments differ as much as the lowest and the highest do.
const OF_RANGE: f64 = 0.15;

/// The time of a bar, and its open, high, low and close.
type Bar = (i64, [f64; 4]);

pub fn check(sample: &PlayedSample<'_>) -> Option<Warning> {
    sample.symbols.iter().find_map(|(symbol, parts)| {
        let bars: Vec<Bar> = parts.iter().filter_map(|part| Some((part.ts.0, prices(&part.values)?))).collect();
        let (gap, step) = gap_and_step(&bars).filter(|_| !touches(&bars))?;
        let range = median(bars.iter().map(|(_, [_, high, low, _])| high - low).collect());
        (gap > step * GAPS && gap > range * OF_RANGE).then(|| Warning {
            code: WarningCode::ChanceBars,
            what: format!(
                "bars of {} open {gap:.6} from the close before, while closes move by {step:.6}, and no open or close \
                 is the high or the low",
                shown(symbol)
            ),
            lines: sample.lines(parts.iter().take(2)),
            played: "open, high, low and close of one instrument".into(),
            other: "prices of several instruments that are always in this order".into(),
            flag: "--columns open=NAME,high=NAME,low=NAME,close=NAME, or price=NAME".into(),
        })
    })
}

/// The usual distance of an open from the close before it, and that of opens and of closes from each other.
fn gap_and_step(bars: &[Bar]) -> Option<(f64, f64)> {
    let nanos = |pair: &[Bar]| (pair[1].0 - pair[0].0) as f64;
    let usual = median(bars.windows(2).map(nanos).collect());
    // Behind a gap in the file, a bar opens anywhere.
    let pairs: Vec<&[Bar]> = bars.windows(2).filter(|pair| nanos(pair) <= usual * LONGEST).collect();
    let between = |from: usize, to: usize| median(pairs.iter().map(|p| (p[1].1[to] - p[0].1[from]).abs()).collect());
    (pairs.len() >= MIN_STEPS && pairs.len() * 2 >= bars.len())
        .then(|| (between(3, 0), between(3, 3).max(between(0, 0))))
}

/// Open, high, low and close of a bar with different prices.
fn prices(values: &RowValues) -> Option<[f64; 4]> {
    let RowValues::Bar(bar) = values else { return None };
    let [open, high, low, close] = [bar.open, bar.high, bar.low, bar.close].map(float);
    (high > low).then_some([open, high, low, close])
}

/// A bar's open or close is its high or its low, as that of many real bars is.
fn touches(bars: &[Bar]) -> bool {
    bars.iter().any(|(_, [open, high, low, close])| [open, close].iter().any(|price| *price == high || *price == low))
}

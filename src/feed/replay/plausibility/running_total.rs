//! Sizes rise and fall. Numbers that never fall within a day are its total so far.

use super::sample::{PlayedPart, PlayedSample, float, shown};
use crate::feed::replay::parse::times::NANOS_PER_DAY;
use crate::feed::replay::rows::RowValues;
use crate::feed::replay::schema::{FileKind, RowShape, Warning, WarningCode};
use crate::market::Decimal;

/// Sizes from which on their order is no chance.
const MIN_SIZES: usize = 7;
/// Of the steps, this share is a rise.
const RISES: f64 = 0.7;

pub fn check(sample: &PlayedSample<'_>) -> Option<Warning> {
    let is_total = |shape: &RowShape| matches!(shape, RowShape::Ticks(ticks) if ticks.is_size_total);
    if sample.layout().groups.iter().any(|group| is_total(&group.shape)) {
        return None;
    }
    let long: Vec<_> = sample.symbols.iter().map(|(symbol, parts)| (symbol, sized(parts))).collect();
    let long: Vec<_> = long.iter().filter(|(_, sizes)| sizes.len() >= MIN_SIZES).collect();
    let rising: Vec<_> = long.iter().filter(|(_, sizes)| never_falls(sizes)).collect();
    let (symbol, sizes) = rising.first().filter(|_| rising.len() * 2 > long.len())?;
    let are_bars = sample.layout().kind == FileKind::Bars;
    let flag = if are_bars { "--columns volume=NAME" } else { "--columns day_volume=NAME, or size=NAME" };
    Some(Warning {
        code: WarningCode::RunningTotal,
        what: format!(
            "the sizes of {} never fall within a day: {}, {}, {} ..",
            shown(symbol),
            sizes[0].1,
            sizes[1].1,
            sizes[2].1
        ),
        lines: sample.lines(sizes.iter().map(|(part, _)| *part)),
        played: "each is the size of its row".into(),
        other: "each is the total of the day so far".into(),
        flag: flag.into(),
    })
}

fn sized(parts: &[PlayedPart]) -> Vec<(&PlayedPart, Decimal)> {
    let size = |part: &PlayedPart| match part.values {
        RowValues::Bar(bar) => Some(bar.volume),
        RowValues::Ticks { trade: Some(trade), .. } => Some(trade.size),
        _ => None,
    };
    parts.iter().filter_map(|part| Some((part, size(part)?))).collect()
}

fn never_falls(sizes: &[(&PlayedPart, Decimal)]) -> bool {
    let day = |part: &PlayedPart| part.ts.0.div_euclid(NANOS_PER_DAY);
    // A total may go on over days, or begin again with each.
    let goes_on = sizes.windows(2).all(|pair| float(pair[0].1) <= float(pair[1].1));
    let pairs = sizes.windows(2).filter(|pair| goes_on || day(pair[0].0) == day(pair[1].0));
    let steps: Vec<f64> = pairs.map(|pair| float(pair[1].1) - float(pair[0].1)).collect();
    let rises = steps.iter().filter(|step| **step > 0.0).count();
    steps.len() + 1 >= MIN_SIZES && steps.iter().all(|step| *step >= 0.0) && rises as f64 >= steps.len() as f64 * RISES
}

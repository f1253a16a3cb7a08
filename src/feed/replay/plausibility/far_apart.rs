//! Rows of one symbol and moment have prices near each other, unless they are several instruments.

use std::collections::{BTreeSet, HashMap};

use super::sample::{PlayedPart, PlayedSample, float, median, shown, time};
use crate::feed::replay::schema::{FileKind, Warning, WarningCode};
use crate::market::Decimal;

/// The largest price of a moment divided by the smallest is above this in rows of several instruments.
const FAR: f64 = 1.1;
/// One of this many moments with several rows must be so: vendors write single bad ticks.
const MOMENTS: usize = 5;
/// Prices move this many times more from row to row than among the rows that a column keeps together.
const MOVES: f64 = 5.0;
/// The share of the price by which they then move at least.
const MIN_MOVE: f64 = 0.003;
/// The most different values of a column that tells instruments apart.
const MAX_VALUES: usize = 64;

pub fn check(sample: &PlayedSample<'_>) -> Option<Warning> {
    if sample.layout().kind == FileKind::Book {
        return None;
    }
    sample.symbols.iter().find_map(|(symbol, parts)| of_symbol(sample, symbol, parts))
}

fn of_symbol(sample: &PlayedSample<'_>, symbol: &str, parts: &[PlayedPart]) -> Option<Warning> {
    let column = parting_column(sample, parts);
    let moments = PlayedSample::moments(parts);
    let several: Vec<_> = moments.values().filter(|moment| moment.len() > 1).collect();
    let far: Vec<_> = several.iter().filter(|moment| spread(moment) > FAR).collect();
    let is_far = !far.is_empty() && far.len() * MOMENTS >= several.len();
    let (what, lines) = if is_far {
        let moment = far.first()?;
        let (low, high) = extremes(moment)?;
        let at = time(moment[0].ts);
        let what = format!("rows of {} at {at} have prices from {low} to {high}", shown(symbol));
        (what, sample.lines(moment.iter().copied()))
    } else {
        let column = column?;
        let (a, b) = parts.windows(2).map(|pair| (&pair[0], &pair[1])).find(|(a, b)| {
            sample.cell(a.row, column) != sample.cell(b.row, column) && relative(a, b).is_some_and(|m| m > MIN_MOVE)
        })?;
        let name = sample.layout().name(column);
        let what =
            format!("prices of {} jump between {} and {} as `{name}` changes", shown(symbol), a.price?, b.price?);
        (what, sample.lines([a, b]))
    };
    let code = WarningCode::PricesFarApart;
    let played = format!("one instrument, {}", shown(symbol));
    Some(match column {
        Some(column) => {
            let other = format!("an instrument for each `{}`", sample.layout().name(column));
            let flag = match sample.layout().symbol {
                Some(symbol) => format!("--columns instrument={}+{}", sample.column(symbol), sample.column(column)),
                None => format!("--columns symbol={}", sample.column(column)),
            };
            Warning { code, what, lines, played, other, flag }
        }
        None => {
            let other = String::from("several instruments, or columns that are no prices");
            Warning { code, what, lines, played, other, flag: "--columns symbol=NAME, or price=NAME".into() }
        }
    })
}

/// The smallest and the largest price of a moment.
fn extremes(moment: &[&PlayedPart]) -> Option<(Decimal, Decimal)> {
    let prices = || moment.iter().filter_map(|part| part.price).filter(|price| price.mantissa > 0);
    let low = prices().min_by(|a, b| float(*a).total_cmp(&float(*b)))?;
    Some((low, prices().max_by(|a, b| float(*a).total_cmp(&float(*b)))?))
}

fn spread(moment: &[&PlayedPart]) -> f64 {
    extremes(moment).map_or(1.0, |(low, high)| float(high) / float(low))
}

/// The move from one part to the next, as a share of the price.
fn relative(a: &PlayedPart, b: &PlayedPart) -> Option<f64> {
    let (a, b) = (float(a.price?), float(b.price?));
    (a > 0.0 && b > 0.0).then(|| ((b - a) / a).abs())
}

/// The unused column whose values keep rows of near prices together.
fn parting_column(sample: &PlayedSample<'_>, parts: &[PlayedPart]) -> Option<usize> {
    let moves = |parts: &mut dyn Iterator<Item = (&PlayedPart, &PlayedPart)>| -> Vec<f64> {
        parts.filter_map(|(a, b)| relative(a, b)).collect()
    };
    let all = moves(&mut parts.windows(2).map(|pair| (&pair[0], &pair[1])));
    let usual = median(all.clone());
    if all.len() < 3 || usual < MIN_MOVE && mean(&all) < MIN_MOVE {
        return None;
    }
    let score = |column: usize| -> Option<f64> {
        let values: BTreeSet<&str> = parts.iter().map(|part| sample.cell(part.row, column)).collect();
        if !(2..=MAX_VALUES).contains(&values.len()) || values.len() * 2 > parts.len() {
            return None;
        }
        let mut before: HashMap<&str, &PlayedPart> = HashMap::new();
        let mut within = Vec::new();
        for part in parts {
            if let Some(a) = before.insert(sample.cell(part.row, column), part) {
                within.extend(relative(a, part));
            }
        }
        let within_mean = mean(&within);
        (!within.is_empty() && within_mean * MOVES < mean(&all)).then_some(within_mean)
    };
    let scored = sample.unused().into_iter().filter_map(|column| Some((score(column)?, column)));
    scored.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, column)| column)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

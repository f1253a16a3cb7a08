//! A price of zero, or of the other sign, beside prices far from it is no price.

use super::sample::{PlayedPart, PlayedSample, float, median, shown};
use crate::feed::replay::rows::RowValues;
use crate::feed::replay::schema::{FileKind, Warning, WarningCode};
use crate::market::Decimal;

/// A price is far from zero from this share of the median on.
const FAR: f64 = 0.1;

pub fn check(sample: &PlayedSample<'_>) -> Option<Warning> {
    if sample.layout().kind == FileKind::Book {
        return None;
    }
    sample.symbols.iter().find_map(|(symbol, parts)| of_symbol(sample, symbol, parts))
}

fn of_symbol(sample: &PlayedSample<'_>, symbol: &str, parts: &[PlayedPart]) -> Option<Warning> {
    let priced: Vec<(&PlayedPart, Decimal)> = parts.iter().filter_map(|part| Some((part, lowest(part)?))).collect();
    let usual = median(priced.iter().map(|(_, price)| float(*price).abs()).collect());
    let is_far = |price: Decimal| float(price).abs() > usual * FAR;
    let bad = (0..priced.len()).filter(|n| {
        let price = priced[*n].1;
        let neighbours = || [n.checked_sub(1), Some(n + 1)].into_iter().flatten().filter_map(|n| priced.get(n));
        let are_far = || neighbours().next().is_some() && neighbours().all(|(_, other)| is_far(*other));
        match price.mantissa {
            // A price of zero plays only where prices near it, or people, say that it is one.
            0.. => false,
            _ => is_far(price) && are_far() && neighbours().all(|(_, other)| other.mantissa > 0),
        }
    });
    let bad: Vec<_> = bad.collect();
    let first = *bad.first()?;
    Some(Warning {
        code: WarningCode::ZeroPrice,
        what: format!(
            "{} of {} prices of {} are {} or below, beside {usual}",
            bad.len(),
            priced.len(),
            shown(symbol),
            0
        ),
        lines: sample.lines(bad.iter().map(|n| priced[*n].0)),
        played: format!("a price of {}", priced[first].1),
        other: "no price in this row".into(),
        flag: "--columns price=NAME".into(),
    })
}

/// The lowest price of a row that plays.
fn lowest(part: &PlayedPart) -> Option<Decimal> {
    match part.values {
        RowValues::Bar(bar) => {
            [bar.open, bar.high, bar.low, bar.close].into_iter().min_by(|a, b| float(*a).total_cmp(&float(*b)))
        }
        _ => part.price,
    }
}

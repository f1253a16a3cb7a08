//! Sizes differ from prices. Sizes as near to the price as prices are to each other are prices.

use super::sample::{PlayedPart, PlayedSample, float, median, shown};
use crate::feed::replay::rows::RowValues;
use crate::feed::replay::schema::{Warning, WarningCode};
use crate::market::Decimal;

/// Rows from which on the sizes tell something.
const MIN_ROWS: usize = 3;
/// The share of the price by which such sizes differ from it at most.
const NEAR: f64 = 0.02;

pub fn check(sample: &PlayedSample<'_>) -> Option<Warning> {
    sample.symbols.iter().find_map(|(symbol, parts)| {
        (0..2).find_map(|n| {
            let sized: Vec<_> = parts.iter().filter_map(|part| Some((part, part.price?, sizes(part)?[n]))).collect();
            let ratio = |(_, price, size): &(&PlayedPart, Decimal, Decimal)| (float(*size) / float(*price) - 1.0).abs();
            let varies = sized.windows(2).any(|pair| pair[0].2 != pair[1].2);
            let has_price = |one: &&(&PlayedPart, Decimal, Decimal)| one.1.mantissa > 0;
            let ratios: Vec<f64> = sized.iter().filter(has_price).map(ratio).collect();
            if ratios.len() < MIN_ROWS || !varies || median(ratios) > NEAR {
                return None;
            }
            let (part, price, size) = sized[0];
            Some(Warning {
                code: WarningCode::PriceAsSize,
                what: format!("sizes of {} are as large as its prices: {size} beside {price}", shown(symbol)),
                lines: sample.lines([part]),
                played: "each is a size".into(),
                other: "each is a price".into(),
                flag: "--columns price=NAME,size=NAME".into(),
            })
        })
    })
}

/// The two sizes of a quote, or that of a trade twice.
fn sizes(part: &PlayedPart) -> Option<[Decimal; 2]> {
    match part.values {
        RowValues::Bar(bar) => Some([bar.volume; 2]),
        RowValues::Ticks { quote: Some(quote), .. } => Some([quote.bid_size, quote.ask_size]),
        RowValues::Ticks { trade: Some(trade), .. } => Some([trade.size; 2]),
        _ => None,
    }
}

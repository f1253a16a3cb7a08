//! The bid is not above the ask.

use super::sample::{PlayedPart, PlayedSample, float, shown};
use crate::feed::replay::rows::{QuoteValues, RowValues};
use crate::feed::replay::schema::{Warning, WarningCode};
use crate::market::Decimal;

pub fn check(sample: &PlayedSample<'_>) -> Option<Warning> {
    sample.symbols.iter().find_map(|(symbol, parts)| {
        let quotes: Vec<(&PlayedPart, Decimal, Decimal)> =
            parts.iter().filter_map(|part| both(part).map(|(bid, ask)| (part, bid, ask))).collect();
        let crossed: Vec<_> = quotes.iter().filter(|(_, bid, ask)| float(*bid) > float(*ask)).collect();
        let (_, bid, ask) = crossed.first().filter(|_| crossed.len() * 2 > quotes.len())?;
        Some(Warning {
            code: WarningCode::CrossedQuotes,
            what: format!("the bid of {} is above its ask: {bid} and {ask}", shown(symbol)),
            lines: sample.lines(crossed.iter().map(|(part, ..)| *part)),
            played: "bids above asks".into(),
            other: "bid and ask the other way round".into(),
            flag: "--columns bid=NAME,ask=NAME".into(),
        })
    })
}

fn both(part: &PlayedPart) -> Option<(Decimal, Decimal)> {
    let RowValues::Ticks { quote: Some(QuoteValues { bid: Some(bid), ask: Some(ask), .. }), .. } = part.values else {
        return None;
    };
    Some((bid, ask))
}

//! The list of symbols.

use serde::Serialize;
use serde_json::value::RawValue;

use super::to_json;
use crate::market::{Decimal, Interval, Market};

/// The body of `GET /api/v1/symbols`.
pub fn symbols_response(market: &Market) -> String {
    #[derive(Serialize)]
    struct Symbol<'a> {
        symbol: &'a str,
        name: &'a str,
        class: &'static str,
        tick_size: Box<RawValue>,
        price_decimals: u8,
        price_decimals_max: u8,
        size_decimals: u8,
        basis: &'static str,
        synthesised_from: Option<&'static str>,
        depth: usize,
    }
    #[derive(Serialize)]
    struct Body<'a> {
        epoch: u64,
        symbols: Vec<Symbol<'a>>,
    }
    let symbols = market.iter().map(|(id, i, _)| Symbol {
        symbol: &i.symbol,
        name: &i.name,
        class: i.class.label(),
        tick_size: exact(i.price_increment.as_decimal()),
        price_decimals: i.price_digits,
        price_decimals_max: i.price_increment.decimals(),
        size_decimals: i.size_increment.decimals(),
        basis: i.basis.label(),
        synthesised_from: i.synthesised_from.map(Interval::label),
        depth: market.depth_levels(id),
    });
    to_json(&Body { epoch: market.epoch(), symbols: symbols.collect() })
}

fn exact(decimal: Decimal) -> Box<RawValue> {
    RawValue::from_string(decimal.to_string()).expect("invariant: a decimal is a JSON number")
}

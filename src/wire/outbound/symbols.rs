//! The list of symbols, over HTTP and in the stream.

use serde::Serialize;
use serde_json::value::RawValue;

use super::{take_fitting, to_json};
use crate::market::{Decimal, InstrumentId, InstrumentSet, Interval, Market};

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

/// A part of the list of symbols: the facts that a client of the binary format needs.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "instruments")]
pub struct InstrumentFacts<'m> {
    epoch: u64,
    ts_sent: i64,
    /// Symbols that follow in the next messages.
    left: usize,
    instruments: Vec<Facts<'m>>,
}

#[derive(Debug, Serialize)]
struct Facts<'m> {
    index: u32,
    symbol: &'m str,
    price_decimals: u8,
    price_decimals_max: u8,
    size_decimals: u8,
}

impl<'m> InstrumentFacts<'m> {
    /// A message of the first symbols in `due`, as many as `max_bytes` hold. Takes them out of `due`.
    pub fn take(market: &'m Market, ts_sent: i64, due: &mut InstrumentSet, max_bytes: usize) -> Self {
        let facts = |id: InstrumentId| {
            let instrument = market.instruments().get(id.index())?;
            Some(Facts {
                index: id.0,
                symbol: &instrument.symbol,
                price_decimals: instrument.price_digits,
                price_decimals_max: instrument.price_increment.decimals(),
                size_decimals: instrument.size_increment.decimals(),
            })
        };
        let mut next = due.clone();
        let instruments = take_fitting(std::iter::from_fn(|| next.pop_first().and_then(facts)), max_bytes);
        for _ in &instruments {
            due.pop_first();
        }
        Self { epoch: market.epoch(), ts_sent, left: due.len(), instruments }
    }
}

fn exact(decimal: Decimal) -> Box<RawValue> {
    RawValue::from_string(decimal.to_string()).expect("invariant: a decimal is a JSON number")
}

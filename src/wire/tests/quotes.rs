//! Snapshots and updates.

use std::collections::HashMap;
use std::sync::Arc;

use super::*;
use crate::market::{Quote, Tick, TickKind, Trade};

fn trade(market: &mut Market, price: i64, size: u64, us: i64) {
    let kind = TickKind::Trade(Trade { price: Price(price), size: Size(size), side: None });
    market.apply(&Tick { instrument: AAPL, ts: Timestamp::from_micros(START + us), kind });
}

fn quote(market: &mut Market, id: InstrumentId, bid: i64, ask: Option<i64>, us: i64) {
    let quote = Quote { bid: Some(Price(bid)), ask: ask.map(Price), ..Quote::default() };
    market.apply(&Tick { instrument: id, ts: Timestamp::from_micros(START + us), kind: TickKind::Quote(quote) });
}

/// The market of the fixture `snapshot`.
fn market_of_snapshot() -> Market {
    let mut market = market();
    for (price, size) in [(22_600, 100), (22_810, 100), (22_590, 100), (22_703, 1_045_800), (22_704, 157_200)] {
        trade(&mut market, price, size, -1_000);
    }
    for n in 0..4 {
        quote(&mut market, AAPL, 22_730, Some(22_732), -900 + n);
    }
    trade(&mut market, 22_731, 100, 0);
    market
}

/// Moves on to the market of the fixture `update`.
fn go_on(market: &mut Market) {
    for n in 0..3 {
        quote(market, AAPL, 22_732, Some(22_734), 100_000 + n);
        quote(market, EURUSD, 110_948, None, 180_000);
    }
    trade(market, 22_733, 100, 190_000);
}

fn encode<Q: QuoteEncoding>(
    quotes: &mut HashMap<InstrumentId, Q>,
    kind: QuotesKind,
    market: &Market,
    ts_sent: i64,
    symbols: &[(InstrumentId, u64)],
) -> EncodedMessage {
    let mut message = Q::begin(kind, EPOCH, ts_sent, 0);
    for (id, first_seq) in symbols {
        let (instrument, state) = market.get(*id).unwrap();
        let quote = quotes.entry(*id).or_default();
        quote.encode(*id, instrument, state);
        quote.add_to(&mut message, *first_seq);
    }
    Q::finish(message)
}

/// Checks both messages in the order in which a client gets them.
fn check_format<Q: QuoteEncoding>(mut check: impl FnMut(&str, EncodedMessage)) {
    let mut market = market_of_snapshot();
    let mut quotes = HashMap::<InstrumentId, Q>::new();
    let snapshot = encode(&mut quotes, QuotesKind::Snapshot, &market, START + 100, &[(AAPL, 1), (NEW, 1)]);
    check("snapshot", snapshot);
    go_on(&mut market);
    // In binary, a step and a full entry.
    let update = encode(&mut quotes, QuotesKind::Update, &market, START + 200_100, &[(AAPL, 11), (EURUSD, 3)]);
    check("update", update);
}

#[test]
fn json_quotes_match_the_fixtures() {
    check_format::<JsonQuote>(|name, message| check(name, &message.into_text().unwrap()));
}

#[test]
fn binary_quotes_match_the_fixtures() {
    let instruments = Arc::clone(market().instruments());
    let mut decoder = Decoder::new(&instruments);
    check_format::<BinaryQuote>(|name, message| check_binary(&mut decoder, name, message));
}

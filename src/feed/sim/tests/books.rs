//! The levels of a book behind the best prices: their order, their stability, and that looking changes nothing.

use std::sync::Arc;

use super::*;
use crate::market::{Depth, DepthModel, Ladder, Levels, Market, MarketLimits, MarketOpening, Price, Quote, Size};

fn market(config: &SimConfig) -> (Simulator, Market) {
    let simulator = simulator(config);
    let info = simulator.info().clone();
    let (history, levels, start) = (Vec::new(), simulator.info().levels.clone(), info.start);
    let opening = MarketOpening { epoch: 1, instruments: info.instruments, history, levels, start };
    (simulator, Market::open(&opening, MarketLimits::default()))
}

fn model(simulator: &Simulator) -> Arc<dyn DepthModel> {
    match &simulator.info().levels {
        Levels::Model(model) => Arc::clone(model),
        other => panic!("no model: {other:?}"),
    }
}

fn prices(ladder: &Ladder) -> Vec<i64> {
    ladder.iter().flatten().map(|level| level.price.0).collect()
}

fn quote(bid: i64, spread: i64) -> Quote {
    Quote { bid: Some(Price(bid)), ask: Some(Price(bid + spread)), bid_size: Size(1), ask_size: Size(1) }
}

fn check(quote: &Quote, depth: &Depth, what: &str) {
    for (ladder, best, away) in
        [(&depth.bids, (quote.bid, quote.bid_size), -1), (&depth.asks, (quote.ask, quote.ask_size), 1)]
    {
        assert_eq!(ladder[0].map(|level| (Some(level.price), level.size)).unwrap_or_default(), best, "{what}");
        let known = ladder.iter().take_while(|level| level.is_some()).count();
        assert!(ladder[known..].iter().all(Option::is_none), "{what}: a hole in {ladder:?}");
        assert!(prices(ladder).windows(2).all(|pair| (pair[1] - pair[0]) * away > 0), "{what}: {ladder:?}");
        assert!(ladder.iter().flatten().all(|level| level.price.0 >= 1 && level.size.0 > 0), "{what}: {ladder:?}");
        let near = best.0.is_some_and(|best| best.0 < 1_000);
        assert!(best.0.is_none() || known == 5 || near, "{what}: {ladder:?}");
    }
}

#[test]
fn levels_begin_with_the_quote_in_order_and_without_holes() {
    for text in ["crash@5s,strength=3,duration=20s", "halt@5s,duration=10s", "fat-finger@5s,strength=4"] {
        let config = SimConfig { scenarios: scheduled(text), ..config(7, 40) };
        let (mut simulator, mut market) = market(&config);
        for _ in 0..40_000 {
            let tick = simulator.next_tick().unwrap().unwrap();
            market.apply(&tick);
            let (instrument, state) = market.get(tick.instrument).unwrap();
            let what = format!("{text}: {} {}", instrument.symbol, state.seq);
            check(&state.top.quote, &market.depth(tick.instrument).unwrap(), &what);
        }
    }
}

#[test]
fn book_is_the_same_whichever_others_are_listed() {
    let books = |symbols: usize, looks: bool| {
        let (mut simulator, mut market) = market(&config(7, symbols));
        let id = market.id("AAPL").unwrap();
        let mut taken = Vec::new();
        while taken.len() < 500 {
            let tick = simulator.next_tick().unwrap().unwrap();
            market.apply(&tick);
            if looks {
                market.iter().for_each(|(id, ..)| assert!(market.depth(id).is_some()));
            }
            if tick.instrument == id {
                taken.push(market.depth(id).unwrap());
            }
        }
        taken
    };
    let alone = books(1, false);
    assert!(alone == books(40, false) && alone == books(5, true));
    let of = |seed| model(&simulator(&config(seed, 1))).depth(InstrumentId(0), 1, &quote(20_000, 2));
    assert_ne!(of(7), of(8), "another seed is another book");
}

#[test]
fn level_stays_in_place_while_the_best_moves() {
    let simulator = simulator(&config(7, 40));
    let levels = model(&simulator);
    for symbol in ["AAPL", "NFLX", "TC500", "BTC-USD", "EURUSD"] {
        let at_symbol = |listing: &Listing| listing.symbol == symbol;
        let (listing, n) = simulator.listings.iter().zip(0..).find(|(listing, _)| at_symbol(listing)).unwrap();
        let (price, spread) = (listing.price.0, listing.spread_ticks.round() as i64);
        let at = |bid: i64, seq: u64, wide: i64| levels.depth(InstrumentId(n), seq, &quote(bid, spread * wide));
        let before = at(price, 1_000, 1);
        let second = before.bids[1].unwrap();
        // The best bid is gone: the one behind it is the best, and those behind that are what they were.
        let after = at(second.price.0, 1_000, 1);
        assert_eq!(after.bids[0].unwrap().price, second.price);
        assert_eq!(after.bids[1..4], before.bids[2..5], "{symbol}");
        let later = at(price, 1_001, 1);
        let same = |one: &Depth| (1..5).filter(|n| one.bids[*n] == before.bids[*n]).count();
        assert!(same(&later) >= 2 && prices(&later.bids) == prices(&before.bids), "{symbol}: one tick later");
        let much_later = at(price, 2_000, 1);
        assert!(same(&much_later) <= 2 && prices(&much_later.bids) == prices(&before.bids), "{symbol}");
        // Sparser, but of the same prices.
        let dense = at(price, 1_000, 1).bids;
        let sparse = at(price, 1_000, 20).bids;
        assert!(prices(&sparse)[4] < prices(&dense)[4], "{symbol}: {sparse:?}");
        assert!(prices(&sparse)[1..].iter().all(|p| *p < prices(&dense)[4] || prices(&dense).contains(p)), "{symbol}");
    }
}

//! The simulator as a whole: what every reader of a [`Source`] may rely on, and what each scenario does.

mod books;
mod determinism;
mod opening;
mod staged;

use super::*;
use crate::market::TickKind;

/// Monday 2024-01-08, 14:30 UTC.
const START: Timestamp = Timestamp::from_secs(1_704_724_200);
const SECOND: i64 = 1_000_000_000;

fn config(seed: u64, symbols: usize) -> SimConfig {
    SimConfig { seed, list: List::Mixed(symbols), ..SimConfig::new(START) }
}

fn simulator(config: &SimConfig) -> Simulator {
    Simulator::new(config.clone()).unwrap()
}

fn take(simulator: &mut Simulator, n: usize) -> Vec<Tick> {
    (0..n).map(|_| simulator.next_tick().unwrap().unwrap()).collect()
}

fn ticks(config: &SimConfig, n: usize) -> Vec<Tick> {
    take(&mut simulator(config), n)
}

/// All ticks of the first `seconds`.
fn seconds(config: &SimConfig, seconds: i64) -> Vec<Tick> {
    let mut simulator = simulator(config);
    let end = config.start.plus_nanos(seconds * SECOND);
    std::iter::from_fn(|| simulator.next_tick().unwrap()).take_while(|tick| tick.ts < end).collect()
}

/// The ticks of one symbol as they would be told without its number.
fn of(simulator: &Simulator, ticks: &[Tick], symbol: &str) -> Vec<(Timestamp, TickKind)> {
    let id = simulator.listings.iter().position(|listing| listing.symbol == symbol).unwrap();
    ticks.iter().filter(|tick| tick.instrument.index() == id).map(|tick| (tick.ts, tick.kind)).collect()
}

fn cue(text: &str) -> Vec<Injection> {
    Cue::parse(text).unwrap().injections(START)
}

/// Log moves over twenty seconds each.
fn moves(ticks: &[(Timestamp, TickKind)], length: i64) -> Vec<f64> {
    let price = |second: i64| {
        let until = START.plus_nanos(second * SECOND);
        let trades = ticks.iter().take_while(|(ts, _)| *ts < until).filter_map(|(_, kind)| match kind {
            TickKind::Trade(trade) => Some(trade.price.0 as f64),
            TickKind::Quote(_) => None,
        });
        trades.last()
    };
    let prices: Vec<_> = (1..=length / 20).filter_map(|n| price(n * 20)).collect();
    prices.windows(2).map(|pair| (pair[1] / pair[0]).ln()).collect()
}

/// About 0.
fn correlation(x: &[f64], y: &[f64]) -> f64 {
    let product = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
    product(x, y) / (product(x, x) * product(y, y)).sqrt()
}

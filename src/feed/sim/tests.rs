//! The simulator as a whole: the guarantees of a [`TickSource`], and the effect of each scenario.

mod books;
mod determinism;
mod limits;
mod opening;
mod scenarios;

use super::*;
use crate::market::{AssetClass, TickKind};

/// Monday 2024-01-08, 14:30 UTC.
const START: Timestamp = Timestamp::from_secs(1_704_724_200);
const SECOND: i64 = 1_000_000_000;

fn config(seed: u64, symbols: usize) -> SimConfig {
    SimConfig { seed, universe: Universe::Mixed(symbols), ..SimConfig::new(START) }
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

/// Returns all ticks of the first `seconds`.
fn seconds(config: &SimConfig, seconds: i64) -> Vec<Tick> {
    let mut simulator = simulator(config);
    let end = config.start.plus_nanos(seconds * SECOND);
    std::iter::from_fn(|| simulator.next_tick().unwrap()).take_while(|tick| tick.ts < end).collect()
}

/// Returns the ticks of one symbol without its number.
fn of(simulator: &Simulator, ticks: &[Tick], symbol: &str) -> Vec<(Timestamp, TickKind)> {
    let id = simulator.listings.iter().position(|listing| listing.symbol == symbol).unwrap();
    ticks.iter().filter(|tick| tick.instrument.index() == id).map(|tick| (tick.ts, tick.kind)).collect()
}

fn scheduled(text: &str) -> Vec<ScheduledScenario> {
    text.parse::<ScenarioSpec>().unwrap().schedule(START)
}

/// Returns the log moves over twenty seconds each.
fn moves(ticks: &[(Timestamp, TickKind)], length: i64) -> Vec<f64> {
    let price = |second: i64| {
        let until = START.plus_nanos(second * SECOND);
        let trades = ticks.iter().take_while(|(ts, _)| *ts < until).filter_map(|(_, kind)| match kind {
            TickKind::Trade(trade) => Some(trade.price.0 as f64),
            TickKind::Quote(_) | TickKind::Book(_) => None,
        });
        trades.last()
    };
    let prices: Vec<_> = (1..=length / 20).filter_map(|n| price(n * 20)).collect();
    prices.windows(2).map(|pair| (pair[1] / pair[0]).ln()).collect()
}

/// Returns the correlation about 0.
fn correlation(x: &[f64], y: &[f64]) -> f64 {
    let product = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
    product(x, y) / (product(x, x) * product(y, y)).sqrt()
}

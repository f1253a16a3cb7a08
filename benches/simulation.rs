//! The simulated market, from seed to market state, on one core.
//!
//! Natural rates are those of the market as it plays: some ticks a second for each symbol, so that much of the time
//! goes into seconds and not into ticks. Busy symbols are the same forty in a tick storm, with 25 times the orders.

mod opening;

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use strum::VariantArray;
use tickcast::fanout::DepthCursor;
use tickcast::feed::TickSource;
use tickcast::feed::sim::{ScenarioSpec, SimConfig, Simulator, Universe};
use tickcast::market::{HistoryBar, Market, Timestamp};
use tickcast::wire::{Format, MESSAGE_BYTES, Outgoing};

/// Monday 2024-01-08, 14:30 UTC.
const START: Timestamp = Timestamp::from_secs(1_704_724_200);
/// Ticks of one iteration.
const TICKS: u64 = 100_000;
/// Seconds of the market of one iteration.
const SECONDS: i64 = 5;
const STORM: &str = "tick-storm:all,duration=24h";

fn simulator(symbols: usize, scenario: Option<&str>) -> Simulator {
    let spec = scenario.map(|text| text.parse::<ScenarioSpec>().expect("a scenario"));
    let scenarios = spec.map(|spec| spec.schedule(START)).unwrap_or_default();
    let config = SimConfig { universe: Universe::Mixed(symbols), scenarios, ..SimConfig::new(START) };
    Simulator::new(config).expect("a scenario in range")
}

fn market(source: &Simulator, history: Vec<HistoryBar>) -> Market {
    opening::market(source.info().clone(), history, source.info().levels.clone())
}

/// Measures ticks into market state, one after the other, as the publisher takes them.
fn forty(c: &mut Criterion) {
    let mut group = c.benchmark_group("simulation, 40 symbols");
    group.throughput(Throughput::Elements(TICKS));
    for (name, scenario) in [("natural rates", None), ("busy", Some(STORM))] {
        let mut source = simulator(40, scenario);
        group.bench_function(format!("{name}, ticks alone"), |b| {
            b.iter(|| (0..TICKS).for_each(|_| drop(black_box(source.next_tick()))));
        });
        let mut source = simulator(40, scenario);
        let history = source.history();
        let mut market = market(&source, history);
        group.bench_function(format!("{name}, into market state"), |b| {
            b.iter(|| {
                for _ in 0..TICKS {
                    let tick = source.next_tick().expect("it cannot fail").expect("it has no end");
                    market.apply(&tick);
                }
            });
        });
    }
    group.finish();
}

/// Measures seconds of ten thousand symbols at natural rates.
fn ten_thousand(c: &mut Criterion) {
    let mut group = c.benchmark_group("simulation, 10,000 symbols");
    group.sample_size(10).throughput(Throughput::Elements(SECONDS.unsigned_abs()));
    for with_market in [false, true] {
        let mut source = simulator(10_000, None);
        let mut market = market(&source, Vec::new());
        let mut until = START;
        let name = if with_market { "seconds, into market state" } else { "seconds, ticks alone" };
        group.bench_function(name, |b| {
            b.iter(|| {
                until = until.plus_nanos(SECONDS * 1_000_000_000);
                loop {
                    let tick = source.next_tick().expect("it cannot fail").expect("it has no end");
                    if with_market {
                        market.apply(&tick);
                    }
                    if tick.ts >= until {
                        break;
                    }
                }
                if with_market {
                    market.advance(until);
                }
            });
        });
    }
    group.finish();
}

/// Measures a start-up: all work between the seed and an open market.
fn start_up(c: &mut Criterion) {
    let mut group = c.benchmark_group("start-up");
    group.sample_size(10);
    for symbols in [40, 10_000] {
        group.bench_function(format!("history of {symbols} symbols"), |b| {
            let mut source = simulator(symbols, None);
            b.iter(|| black_box(source.history()).len());
        });
        group.bench_function(format!("{symbols} symbols, open"), |b| {
            b.iter_batched(
                || (),
                |()| {
                    let mut source = simulator(symbols, None);
                    let history = source.history();
                    market(&source, history)
                },
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

/// The cost of the books of all forty symbols: computed, and as the messages of one flush of one session.
fn depth(c: &mut Criterion) {
    let mut group = c.benchmark_group("depth, 40 symbols");
    group.throughput(Throughput::Elements(40));
    let mut source = simulator(40, None);
    let mut market = market(&source, Vec::new());
    for _ in 0..TICKS {
        let tick = source.next_tick().expect("it cannot fail").expect("it has no end");
        market.apply(&tick);
    }
    let ids: Vec<_> = market.iter().map(|(id, ..)| id).collect();
    group.bench_function("made", |b| {
        b.iter(|| ids.iter().for_each(|id| assert!(black_box(market.depth(*id)).is_some())));
    });
    for format in Format::VARIANTS {
        group.bench_function(format!("a flush in {}", format.label()), |b| {
            b.iter(|| {
                for id in &ids {
                    drop(black_box(
                        DepthCursor::new(*id)
                            .take(&market, Outgoing { ts_sent: 0, format: *format, max_bytes: MESSAGE_BYTES }),
                    ));
                }
            });
        });
    }
    group.finish();
}

criterion_group!(benches, forty, depth, ten_thousand, start_up);
criterion_main!(benches);

//! The hot paths one by one: a tick into the market, a symbol into its encoded update, updates into a message.
//!
//! One iteration is many ticks or updates; the throughput is per tick or update.

mod opening;

use std::hint::black_box;
use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use tickcast::fanout::{AnyQuoteCache, AnyTickLog, DEFAULT_TICKS, QuoteCache, QuotesCursor, TickLog, Tier, grant};
use tickcast::feed::TickSource;
use tickcast::feed::sim::{SimConfig, Simulator};
use tickcast::market::{InstrumentId, Market, Tick, Timestamp};
use tickcast::wire::{BinaryQuote, JsonQuote, MESSAGE_BYTES, QuoteEncoding, QuotesKind};

/// Ticks of the simulation that one iteration applies.
const TICKS: usize = 10_000;
/// Updates in one message.
const UPDATES: usize = 50;
/// 2026-11-22T12:00:00Z.
const START: Timestamp = Timestamp(1_795_348_800_000_000);

/// An open market of the simulation, and its next ticks.
fn simulated() -> (Market, Vec<Tick>) {
    let mut source = Simulator::new(SimConfig::new(START)).expect("no scenario");
    let history = source.history();
    let market = opening::market(source.info().clone(), history, source.info().levels.clone());
    let ticks = (0..TICKS).map(|_| source.next_tick().expect("it cannot fail").expect("it has no end")).collect();
    (market, ticks)
}

fn market_apply(c: &mut Criterion) {
    let (market, ticks) = simulated();
    let mut group = c.benchmark_group("market");
    group.throughput(Throughput::Elements(TICKS as u64));
    group.bench_function("apply", |b| {
        b.iter_batched_ref(
            || market.clone(),
            |market| ticks.iter().for_each(|tick| market.apply(black_box(tick))),
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

/// A flush of a tier in which all symbols have changed.
fn flush(c: &mut Criterion) {
    let (mut market, ticks) = simulated();
    ticks.iter().for_each(|tick| market.apply(tick));
    let symbols = market.instruments().len();
    let mut tier = Tier::new(grant(5.0).expect("a rate"), None);
    tier.open(symbols);
    let mut now = Duration::ZERO;
    let mut group = c.benchmark_group("tier");
    group.throughput(Throughput::Elements(symbols as u64));
    let ids = || (0..).take(symbols).map(InstrumentId);
    group.bench_function("mark and flush", |b| {
        b.iter(|| {
            now += Duration::from_secs(1);
            ids().for_each(|id| _ = tier.mark(black_box(id), now));
            tier.flush(now).map_or(0, |(_, due)| due.count())
        });
    });
    group.finish();
}

/// Encoding all symbols, and their common message. The cache encodes newer states only, so it begins with the states
/// before the last ticks.
fn encode<Q: QuoteEncoding>(c: &mut Criterion, name: &str) {
    let (before, ticks) = simulated();
    let mut after = before.clone();
    ticks.iter().for_each(|tick| after.apply(tick));
    let ids: Vec<_> = after.iter().map(|(id, ..)| id).collect();
    let mut group = c.benchmark_group("quote_cache");
    group.throughput(Throughput::Elements(ids.len() as u64));
    group.bench_function(name, |b| {
        b.iter_batched_ref(
            || {
                let mut cache = QuoteCache::<Q>::default();
                cache.open(&before);
                cache.encode(&ids, &before, START.0);
                cache
            },
            |cache| cache.encode(&ids, black_box(&after), START.0),
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

fn encodings(c: &mut Criterion) {
    encode::<JsonQuote>(c, "encode as JSON");
    encode::<BinaryQuote>(c, "encode as binary");
}

/// Applying and logging each tick by itself.
fn every(c: &mut Criterion) {
    let (market, ticks) = simulated();
    let mut group = c.benchmark_group("every");
    group.throughput(Throughput::Elements(TICKS as u64));
    group.bench_function("apply and log as JSON", |b| {
        b.iter_batched_ref(
            || (market.clone(), TickLog::<JsonQuote>::new(DEFAULT_TICKS)),
            |(market, log)| {
                log.open(market);
                for batch in ticks.chunks(100) {
                    log.begin(batch.len(), Duration::ZERO, START.0);
                    for tick in batch {
                        market.apply(black_box(tick));
                        log.push(tick.instrument, market);
                    }
                }
            },
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

fn messages(c: &mut Criterion) {
    let (mut market, ticks) = simulated();
    ticks.iter().for_each(|tick| market.apply(tick));
    let encoded = market.iter().map(|(id, instrument, state)| {
        let mut quote = JsonQuote::default();
        quote.encode(id, instrument, state);
        (quote, state.seq)
    });
    let encoded: Vec<_> = encoded.collect();
    let quotes: Vec<_> = encoded.iter().cycle().take(UPDATES).collect();
    let mut group = c.benchmark_group("message");
    group.throughput(Throughput::Elements(UPDATES as u64));
    group.bench_function("50 encoded updates", |b| {
        b.iter(|| {
            let mut message = JsonQuote::begin(QuotesKind::Update, 1, START.0, 12 * 1_024);
            quotes.iter().for_each(|(quote, seq)| black_box(quote).add_to(&mut message, *seq));
            JsonQuote::finish(message)
        });
    });
    group.finish();

    let mut cache = QuoteCache::<JsonQuote>::default();
    cache.open(&market);
    let all: Vec<_> = (0..).take(market.instruments().len()).map(InstrumentId).collect();
    cache.encode(&all, &market, START.0);
    let wanted = market.instruments().len() as u64;
    let mut group = c.benchmark_group("reader");
    group.throughput(Throughput::Elements(wanted));
    group.bench_function("takes its own message", |b| {
        b.iter_batched_ref(
            || {
                let mut cursor = QuotesCursor::new(1);
                cursor.extend((0..).take(wanted as usize).map(|id| (InstrumentId(id), 0)));
                cursor
            },
            |cursor| cache.take(cursor, MESSAGE_BYTES),
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

criterion_group!(benches, market_apply, flush, encodings, every, messages);
criterion_main!(benches);

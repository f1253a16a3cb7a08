//! The hot paths, each alone: a tick into the market, a symbol into its encoded update, updates into a frame.
//!
//! One iteration stands for many ticks or updates; the throughput line divides by them.

mod opening;

use std::hint::black_box;
use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use tickcast::fanout::{DEFAULT_TICKS, QuoteCache, QuotesCursor, TickLog, Tier, grant};
use tickcast::feed::TickSource;
use tickcast::feed::sim::{SimConfig, Simulator};
use tickcast::market::{InstrumentId, Market, Tick, Timestamp};
use tickcast::wire::{BinaryQuote, EncodedQuote, QuoteEncoding, QuotesFrame, QuotesKind};

/// Ticks of the simulation that one iteration applies.
const TICKS: usize = 10_000;
/// Updates in one frame.
const FRAME: usize = 50;
/// 2026-11-22T12:00:00Z.
const START: Timestamp = Timestamp(1_795_348_800_000_000);

/// An open market of the simulation, and the ticks that come next.
fn stage() -> (Market, Vec<Tick>) {
    let mut source = Simulator::new(SimConfig::new(START)).expect("no scenario");
    let history = source.history();
    let market = opening::market(source.info().clone(), history, source.info().levels.clone());
    let ticks = (0..TICKS).map(|_| source.next_tick().expect("it cannot fail").expect("it has no end")).collect();
    (market, ticks)
}

fn market_apply(c: &mut Criterion) {
    let (market, ticks) = stage();
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

/// A beat of a tier in which all symbols have changed.
fn beat(c: &mut Criterion) {
    let (mut market, ticks) = stage();
    ticks.iter().for_each(|tick| market.apply(tick));
    let symbols = market.instruments().len();
    let mut tier = Tier::new(grant(5.0).expect("a rate"), None);
    tier.open(symbols);
    let mut now = Duration::ZERO;
    let mut group = c.benchmark_group("tier");
    group.throughput(Throughput::Elements(symbols as u64));
    let ids = || (0..).take(symbols).map(InstrumentId);
    group.bench_function("mark and take", |b| {
        b.iter(|| {
            now += Duration::from_secs(1);
            ids().for_each(|id| _ = tier.mark(black_box(id), now));
            tier.take(now).map_or(0, |(_, due)| due.count())
        });
    });
    group.finish();
}

/// The states of all symbols encoded anew, and the frame that carries them. The cache encodes what is newer than
/// before, so it begins from the state before the last ticks.
fn encode<Q: QuoteEncoding>(c: &mut Criterion, name: &str) {
    let (before, ticks) = stage();
    let mut after = before.clone();
    ticks.iter().for_each(|tick| after.apply(tick));
    let ids: Vec<_> = after.iter().map(|(id, ..)| id).collect();
    let mut group = c.benchmark_group("cache");
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
    encode::<EncodedQuote>(c, "encode as JSON");
    encode::<BinaryQuote>(c, "encode as binary");
}

/// Each tick applied and written down by itself.
fn every(c: &mut Criterion) {
    let (market, ticks) = stage();
    let mut group = c.benchmark_group("every");
    group.throughput(Throughput::Elements(TICKS as u64));
    group.bench_function("apply and log as JSON", |b| {
        b.iter_batched_ref(
            || (market.clone(), TickLog::<EncodedQuote>::new(DEFAULT_TICKS)),
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

fn frames(c: &mut Criterion) {
    let (mut market, ticks) = stage();
    ticks.iter().for_each(|tick| market.apply(tick));
    let encoded = market.iter().map(|(_, instrument, state)| {
        let mut quote = EncodedQuote::default();
        quote.encode(instrument, state);
        (quote, state.seq)
    });
    let encoded: Vec<_> = encoded.collect();
    let quotes: Vec<_> = encoded.iter().cycle().take(FRAME).collect();
    let mut group = c.benchmark_group("frame");
    group.throughput(Throughput::Elements(FRAME as u64));
    group.bench_function("50 updates from their encoded pieces", |b| {
        b.iter(|| {
            let mut frame = QuotesFrame::new(QuotesKind::Update, 1, START.0, 12 * 1_024);
            quotes.iter().for_each(|(quote, seq)| frame.push(black_box(quote), *seq));
            frame.finish()
        });
    });
    group.finish();

    let mut cache = QuoteCache::<EncodedQuote>::default();
    cache.open(&market);
    let all: Vec<_> = (0..).take(market.instruments().len()).map(InstrumentId).collect();
    cache.encode(&all, &market, START.0);
    let wanted = market.instruments().len() as u64;
    let mut group = c.benchmark_group("reader");
    group.throughput(Throughput::Elements(wanted));
    group.bench_function("takes its own frame", |b| {
        b.iter_batched_ref(
            || {
                let mut cursor = QuotesCursor::new(1);
                cursor.extend((0..).take(wanted as usize).map(|id| (InstrumentId(id), 0)));
                cursor
            },
            |cursor| cache.take(cursor),
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

criterion_group!(benches, market_apply, beat, encodings, every, frames);
criterion_main!(benches);

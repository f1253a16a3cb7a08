//! Reading a CSV of bare trades into market state, against the bare csv crate on the same file.
//!
//! One iteration reads the whole file. `TICKCAST_BENCH_ROWS` sets the number of its rows. The file is made from a fixed
//! seed and deleted afterwards.

mod opening;

use std::fs::File;
use std::hint::black_box;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tickcast::feed::TickSource;
use tickcast::feed::replay::{self, ReplayConfig};

const ROWS: u64 = 1_000_000;
/// Ticks read together.
const BATCH: usize = 256;

/// Trades of one symbol as exchanges write them: epoch milliseconds, symbol, price, size, side.
fn write_trades(path: &Path, rows: u64) {
    let mut out = BufWriter::new(File::create(path).expect("the temporary folder can be written"));
    let mut state = 7u64;
    let mut price = 6_200_000i64;
    writeln!(out, "timestamp,symbol,price,size,side").expect("the disk has room");
    for n in 0..rows {
        // Marsaglia's xorshift: all that matters here is that digits differ.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        price += (state % 21) as i64 - 10;
        let (size, side) = (state >> 20 & 0xffff, if state & 1 == 0 { "buy" } else { "sell" });
        let ts = 1_709_285_400_000 + n * 37;
        writeln!(out, "{ts},BTCUSDT,{}.{:02},0.{size:05},{side}", price / 100, price % 100).expect("the disk has room");
    }
}

/// The bare csv crate, record by record.
fn byte_records(path: &Path) -> u64 {
    let mut reader = csv::Reader::from_path(path).expect("it was written");
    let mut record = csv::ByteRecord::new();
    let mut count = 0;
    while reader.read_byte_record(&mut record).expect("it was written whole") {
        black_box(&record);
        count += 1;
    }
    count
}

/// Opens the file and plays it into a market as fast as it can be read.
fn market_state(path: &Path) -> u64 {
    // As a larger file would be: opened by pieces, and read once.
    let config = ReplayConfig { full_read_bytes: 0, ..ReplayConfig::default() };
    let mut source = replay::open(&[PathBuf::from(path)], &config).expect("it is a file of trades");
    let mut market = opening::market(source.info().clone(), Vec::new(), source.info().levels.clone());
    let mut ticks = Vec::with_capacity(BATCH);
    loop {
        source.next_ticks(BATCH, &mut ticks).expect("it reads to its end");
        if ticks.is_empty() {
            return market.ticks();
        }
        market.apply_all(&ticks);
        ticks.clear();
    }
}

/// Reads the file without a market.
fn ticks(path: &Path) -> u64 {
    let config = ReplayConfig { full_read_bytes: 0, ..ReplayConfig::default() };
    let mut source = replay::open(&[PathBuf::from(path)], &config).expect("it is a file of trades");
    let (mut count, mut ticks) = (0, Vec::with_capacity(BATCH));
    loop {
        source.next_ticks(BATCH, &mut ticks).expect("it reads to its end");
        if ticks.is_empty() {
            return count;
        }
        count += black_box(&ticks).len() as u64;
        ticks.clear();
    }
}

fn reading(c: &mut Criterion) {
    let rows = std::env::var("TICKCAST_BENCH_ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(ROWS);
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let path = folder.path().join("trades.csv");
    write_trades(&path, rows);
    assert_eq!((byte_records(&path), ticks(&path), market_state(&path)), (rows, rows, rows));
    let mut group = c.benchmark_group("reading");
    group.throughput(Throughput::Elements(rows)).sample_size(10);
    group.bench_function("csv byte records", |b| b.iter(|| byte_records(&path)));
    group.bench_function("ticks", |b| b.iter(|| ticks(&path)));
    group.bench_function("market state", |b| b.iter(|| market_state(&path)));
    group.finish();
}

criterion_group!(benches, reading);
criterion_main!(benches);

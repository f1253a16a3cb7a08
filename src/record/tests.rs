//! Recordings replay to the same bytes.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::bus;
use crate::control::{self, Opening};
use crate::feed::TickSource;
use crate::feed::replay::{self, ReplayConfig};
use crate::feed::sim::{SimConfig, Simulator};
use crate::market::{
    Instrument, InstrumentId, MarketOpening, Price, PriceBasis, Quote, Side, Size, Tick, TickKind, Trade, sample,
};

fn config(path: &Path) -> RecordConfig {
    RecordConfig { path: path.to_owned(), rotate_bytes: u64::MAX, rotate_after: None, market_time: None }
}

/// Returns the one file of a recording of `ticks`.
fn recorded(folder: &TempDir, name: &str, instruments: &Arc<[Instrument]>, ticks: &[Tick]) -> Vec<u8> {
    let path = folder.path().join(name);
    let mut writer = RecordingWriter::new(config(&path));
    writer.open(instruments).unwrap();
    for some in ticks.chunks(7) {
        writer.write(some).unwrap();
        writer.flush().unwrap();
    }
    assert_eq!(writer.summary().events, ticks.len() as u64);
    fs::read(path).unwrap()
}

/// Returns everything that plays when a recording is replayed.
fn replayed(folder: &TempDir, name: &str) -> (Arc<[Instrument]>, Vec<Tick>) {
    let mut replay = replay::open(&[folder.path().join(name)], &ReplayConfig::default()).unwrap();
    let ticks = std::iter::from_fn(|| replay.next_tick().unwrap()).collect();
    (Arc::clone(&replay.info().instruments), ticks)
}

/// Records, replays and records again, thrice.
fn check(instruments: &Arc<[Instrument]>, ticks: &[Tick], extension: &str) {
    let folder = tempfile::tempdir().unwrap();
    let name = |n: u32| format!("recording{n}.{extension}");
    let first = recorded(&folder, &name(0), instruments, ticks);
    for n in 0..2 {
        let (instruments, ticks) = replayed(&folder, &name(n));
        let again = recorded(&folder, &name(n + 1), &instruments, &ticks);
        let text = String::from_utf8_lossy(&first);
        assert!(again == first, "{text}\n\nbecame\n\n{}", String::from_utf8_lossy(&again));
    }
}

#[test]
fn recorded_simulation_replays_to_the_same_bytes() {
    let mut source = Simulator::new(SimConfig::new(Timestamp::from_secs(1_760_000_000))).unwrap();
    let ticks: Vec<Tick> = (0..20_000).map(|_| source.next_tick().unwrap().unwrap()).collect();
    for extension in ["csv", "csv.zst"] {
        check(&source.info().instruments, &ticks, extension);
    }
}

#[test]
fn torn_compressed_recording_plays_to_its_last_whole_frame() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("recording.csv.zst");
    let mut writer = RecordingWriter::new(config(&path));
    writer.open(&instruments()).unwrap();
    let ticks: Vec<_> = (0..9).map(|n| sample::trade(InstrumentId(0), Timestamp::from_secs(n), 100 + n, 5)).collect();
    let mut whole = 0;
    for (n, tick) in ticks.iter().enumerate() {
        writer.write(std::slice::from_ref(tick)).unwrap();
        if n % 3 == 2 {
            whole = fs::metadata(&path).map_or(0, |meta| meta.len());
            writer.flush().unwrap();
        }
    }
    drop(writer);
    let bytes = fs::read(&path).unwrap();
    for torn in [bytes.len() - 1, whole as usize + 9, whole as usize + 1] {
        fs::write(&path, &bytes[..torn]).unwrap();
        let mut replay = replay::open(std::slice::from_ref(&path), &ReplayConfig::default()).unwrap();
        assert!(replay.report()[0].assumptions.iter().any(|one| one.what == "the file ends after line 7"), "{torn}");
        for _ in 0..2 {
            let played: Vec<Tick> = std::iter::from_fn(|| replay.next_tick().unwrap()).collect();
            assert_eq!(played.len(), 6, "{torn}");
            replay.rewind().unwrap();
        }
    }
}

#[test]
fn recorded_bars_replay_to_the_same_bytes() {
    let stocks = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/us-stocks-daily.csv.gz");
    let mut replay = replay::open(&[stocks], &ReplayConfig::default()).unwrap();
    let ticks: Vec<Tick> = std::iter::from_fn(|| replay.next_tick().unwrap()).collect();
    check(&replay.info().instruments, &ticks, "csv");
}

fn instruments() -> Arc<[Instrument]> {
    let bid = |symbol| Instrument { basis: PriceBasis::Bid, ..sample::instrument(symbol) };
    [sample::instrument("AAPL"), bid("EUR/USD"), sample::instrument("BRK.B")].into()
}

fn opening(epoch: u64) -> Opening {
    let market = MarketOpening { instruments: instruments(), ..sample::opening(epoch, &[]) };
    Opening { market, ..control::sample::opening(epoch, &[]) }
}

fn ticks() -> impl Strategy<Value = Vec<Tick>> {
    let side = prop_oneof![Just(None), Just(Some(Side::Buy)), Just(Some(Side::Sell))];
    let trade = (1i64..1_000_000, 0u64..100_000, side)
        .prop_map(|(price, size, side)| TickKind::Trade(Trade { price: Price(price), size: Size(size), side }));
    let part = || (prop::option::weighted(0.9, 1i64..1_000_000), 0u64..10_000);
    let quote = (part(), part()).prop_map(|((bid, bid_size), (ask, ask_size))| {
        let size = |price: Option<i64>, size| Size(if price.is_some() { size } else { 0 });
        let (bid_size, ask_size) = (size(bid, bid_size), size(ask, ask_size));
        TickKind::Quote(Quote { bid: bid.map(Price), ask: ask.map(Price), bid_size, ask_size })
    });
    let kind = prop_oneof![trade, quote];
    let start = 946_684_800_000_000_000i64..4_000_000_000_000_000_000;
    let ahead = prop_oneof![Just(0i64), 0..1_000i64, 0..100_000_000_000i64];
    (start, prop::collection::vec((ahead, 0u32..3, kind), 1..60)).prop_map(|(start, ticks)| {
        let mut ts = Timestamp(start);
        let tick = |(ahead, id, kind)| {
            ts = ts.plus_nanos(ahead);
            // An instrument with a basis of quotes has no trades.
            let id = if matches!(kind, TickKind::Trade(_)) && id == 1 { 0 } else { id };
            Tick { instrument: InstrumentId(id), ts, kind }
        };
        ticks.into_iter().map(tick).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn recorded_ticks_replay_to_the_same_bytes(ticks in ticks()) {
        check(&instruments(), &ticks, "csv");
    }
}

#[tokio::test(start_paused = true)]
async fn epochs_have_files_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("recording.csv");
    fs::write(&path, "precious").unwrap();
    let bus = bus::Sender::new(64);
    let recording = tokio::spawn(run(bus.subscribe(), config(&path), false, |_, _| {}));
    for epoch in 1..=2 {
        bus.send(FeedEvent::Opening(Arc::new(opening(epoch))));
        bus.send(FeedEvent::Ticks([sample::trade(InstrumentId(0), Timestamp(0), 100, 5)].into()));
    }
    drop(bus);
    let summary = recording.await.unwrap().unwrap();
    assert_eq!((summary.events, summary.files), (2, 2));
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
    for name in ["recording-0002.csv", "recording-0003.csv"] {
        let text = fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(text, format!("{}1970-01-01T00:00:00.000000000Z,AAPL,1.00,5,,,,,\n", row::HEADER));
    }
}

#[tokio::test(start_paused = true)]
async fn recording_rotates_full_files_and_stops_at_its_time() {
    let folder = tempfile::tempdir().unwrap();
    let limits = RecordConfig {
        rotate_bytes: 200,
        market_time: Some(Duration::from_secs(10)),
        ..config(&folder.path().join("recording.csv"))
    };
    let bus = bus::Sender::new(64);
    let recording = tokio::spawn(run(bus.subscribe(), limits, true, |_, _| {}));
    bus.send(FeedEvent::Opening(Arc::new(opening(1))));
    for second in 0..20 {
        bus.send(FeedEvent::Ticks([sample::trade(InstrumentId(0), Timestamp::from_secs(second), 100, 5)].into()));
        tokio::time::sleep(FLUSH_INTERVAL).await;
    }
    let summary = recording.await.unwrap().unwrap();
    assert!(summary.events == 10 && summary.files > 1, "{summary:?}");
    let replay = replay::open(&[folder.path().to_owned()], &ReplayConfig::default()).unwrap();
    assert_eq!(replay.report().iter().map(|file| file.rows).sum::<u64>(), 10);
}

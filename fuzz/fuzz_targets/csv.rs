//! A file of any bytes plays or is an error, without panic. Ticks come in time order. They are the same when the file
//! is played again, from any tick on, in batches, and without the fast path.

#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use tickcast::feed::{Seekable, TickSource};
use tickcast::feed::replay::{self, ReplayConfig};
use tickcast::market::{Tick, Timestamp};

/// The most ticks compared.
const MAX_TICKS: usize = 100_000;

static PATH: LazyLock<PathBuf> =
    LazyLock::new(|| std::env::temp_dir().join(format!("tickcast-fuzz-{}.csv", std::process::id())));

fuzz_target!(|bytes: &[u8]| {
    let config =
        ReplayConfig { max_sort_rows: 100, max_line_bytes: 4_096, max_symbols: 1_000, ..ReplayConfig::default() };
    fs::write(&*PATH, bytes).expect("the temporary directory can be written");
    let Ok(mut replay) = replay::open(&[PATH.clone()], &config) else { return };
    let first = play(&mut replay);
    replay.rewind().expect("what was opened once opens again");
    assert_eq!(first, play(&mut replay), "a file plays the same each time");
    replay.rewind().expect("what was opened once opens again");
    let mut batches = Vec::new();
    while batches.len() < MAX_TICKS
        && let before = batches.len()
        && replay.next_ticks(7, &mut batches).is_ok()
        && batches.len() > before
    {}
    batches.truncate(first.len());
    assert_eq!(first, batches, "batches are the same ticks");
    let again = replay::open(&[PATH.clone()], &config).expect("what was opened once opens again");
    let mut slow = again.without_fast_path();
    assert_eq!(first, play(&mut slow), "both paths give the same ticks");
    replay.rewind().expect("what was opened once opens again");
    let half = first.len() / 2;
    for tick in &first[..half] {
        assert_eq!(replay.next_tick().expect("it was read before"), Some(*tick));
    }
    let position = replay.position();
    play(&mut replay);
    replay.go_to(&position).expect("what was opened once opens again");
    assert_eq!(first[half..], play(&mut replay)[..first.len() - half], "a position leads back to where it was taken");
});

fn play(source: &mut dyn TickSource) -> Vec<Tick> {
    let instruments = source.info().instruments.len();
    let mut ticks: Vec<Tick> = Vec::new();
    let mut last = Timestamp(i64::MIN);
    while ticks.len() < MAX_TICKS
        && let Ok(Some(tick)) = source.next_tick()
    {
        assert!(tick.ts >= last, "out of order");
        assert!(tick.instrument.index() < instruments, "an unknown instrument");
        last = tick.ts;
        ticks.push(tick);
    }
    ticks
}

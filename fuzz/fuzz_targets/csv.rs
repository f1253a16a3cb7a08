//! A file of any bytes is played or refused without panic. What plays comes in time order, and is the same
//! tape when it is played again, from any tick on, in batches, and with each row read the long way.

#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use tickcast::feed::{Seekable, TickSource};
use tickcast::feed::replay::{self, ReplayConfig};
use tickcast::market::{Tick, Timestamp};

/// More than that is more of the same.
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
    assert_eq!(first, play(&mut replay), "a tape is the same each time");
    replay.rewind().expect("what was opened once opens again");
    let mut batches = Vec::new();
    while batches.len() < MAX_TICKS
        && let before = batches.len()
        && replay.next_ticks(7, &mut batches).is_ok()
        && batches.len() > before
    {}
    batches.truncate(first.len());
    assert_eq!(first, batches, "batches are the same ticks");
    let mut long = replay::open(&[PATH.clone()], &config).expect("what was opened once opens again").the_long_way();
    assert_eq!(first, play(&mut long), "both ways of reading lead to the same");
    replay.rewind().expect("what was opened once opens again");
    let half = first.len() / 2;
    for tick in &first[..half] {
        assert_eq!(replay.next_tick().expect("it was read before"), Some(*tick));
    }
    let position = replay.position();
    play(&mut replay);
    replay.go_to(&position).expect("what was opened once opens again");
    assert_eq!(first[half..], play(&mut replay)[..first.len() - half], "a mark goes back to where it was set");
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

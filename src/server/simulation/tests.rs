//! The seeds that all tests run, and a runner of many.

use std::time::Instant;

use super::run;

/// The seeds of each run of all tests.
const SEEDS: u64 = 20;
/// The seeds that are run twice.
const REPLAYED: u64 = 4;

/// The number in a variable of the environment.
fn variable(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")))
}

/// Runs the seeds from `TICKCAST_FIRST_SEED` (0) on, `TICKCAST_SEEDS` of them; or `TICKCAST_SEED` alone, with its log.
#[test]
fn laws_hold_for_each_seed() {
    if let Some(seed) = variable("TICKCAST_SEED") {
        println!("{seed}: {:?}", run(seed, true));
        return;
    }
    let (first, seeds) = (variable("TICKCAST_FIRST_SEED").unwrap_or(0), variable("TICKCAST_SEEDS").unwrap_or(SEEDS));
    let (began, mut lines) = (Instant::now(), 0);
    for seed in first..first + seeds {
        lines += run(seed, false).lines;
    }
    println!("{seeds} seeds from {first}: {lines} lines of log, {:.1} s", began.elapsed().as_secs_f64());
}

#[test]
fn seed_replays_to_the_same_log() {
    for seed in 0..REPLAYED {
        let (one, other) = (run(seed, false), run(seed, false));
        assert!(one == other && one.lines > 50, "{seed}: {one:?}, {other:?}");
    }
}

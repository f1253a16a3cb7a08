//! Command lines as configurations.

use std::time::Duration;

use super::*;
use crate::feed::replay::{Overrides, ReplayConfig};
use crate::feed::{CheckpointLimits, PlayerConfig};
use clap::CommandFactory;

#[test]
fn flags_are_consistent() {
    Cli::command().debug_assert();
}

fn config(line: &str) -> Result<ServeConfig, String> {
    let words = std::iter::once("tickcast").chain(line.split_whitespace());
    match Cli::try_parse_from(words).map(|cli| cli.into_job(Some(16 << 30)).unwrap()) {
        Ok(Job::Serve(config)) => Ok(*config),
        Ok(_) => Err("not a job that serves".into()),
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn simulation_plays_on_port_3030_without_flags() {
    let config = config("").unwrap();
    assert!(matches!(config.feed, FeedConfig::Simulation(plan) if plan == SimPlan::default()));
    assert_eq!(config.server.bind.to_string(), "127.0.0.1:3030");
    assert_eq!(config.run.speed, None);
}

#[test]
fn replay_takes_files_and_its_own_flags() {
    let config =
        config("replay a.csv b.csv --speed 60x --loop --paused --skip-dead-time --dead-after 30m --bind 127.0.0.1:0")
            .unwrap();
    assert!(matches!(config.feed, FeedConfig::Replay { files, .. } if files.len() == 2));
    let PlayerConfig { speed, looping, paused, skip_dead_time, dead_after, .. } = config.run;
    assert_eq!((speed, looping, paused), (Some(Speed::Times(60.0)), true, true));
    assert_eq!((skip_dead_time, dead_after), (true, Duration::from_secs(1_800)));
}

#[test]
fn replay_takes_limits() {
    let line = "replay a.csv --max-checkpoints 9 --checkpoint-memory 2 --checkpoint-ticks 7 --max-rejected 3 \
                --max-waiting-ticks 4 --max-book-levels 5 --max-commands 6 --max-waiting-commands 8";
    let config = config(line).unwrap();
    assert_eq!(config.run.checkpoints, CheckpointLimits { count: 9, bytes: 2 << 20, spacing: 7 });
    let FeedConfig::Replay { config: replay, .. } = config.feed else { panic!("not a replay") };
    assert_eq!((replay.max_rejected, replay.max_waiting, replay.max_levels), (3, 4, 5));
    assert_eq!((config.server.session.commands, config.command_capacity), (6, 8));
}

#[test]
fn other_feeds_have_the_limits_of_the_start_and_not_its_answers() {
    let line = "replay a.csv --tz UTC --full --max-rejected 3 --library b --max-library-files 4 --uploads 5 \
                --upload-bytes 6 --upload-total-bytes 7 --upload-timeout 8s --load-timeout 9s --inspect-timeout 10s";
    let load = config(line).unwrap().library;
    let uploads = load.uploads.unwrap();
    assert_eq!((load.folder, load.max_files), (Some("b".into()), 4));
    assert_eq!((uploads.files, uploads.file_bytes, uploads.total_bytes), (5, 6, 7));
    assert_eq!([uploads.timeout, load.timeout, load.inspect_timeout].map(|time| time.as_secs()), [8, 9, 10]);
    let ReplayConfig { max_rejected, full_read_bytes, overrides, .. } = load.replay;
    assert_eq!((max_rejected, overrides), (3, Overrides::default()));
    assert_eq!(full_read_bytes, ReplayConfig::default().full_read_bytes);
    assert_eq!(config("--no-uploads").unwrap().library.uploads, None);
}

#[test]
fn bad_values_are_errors_with_the_flag() {
    for (line, expected) in [
        ("--bind nowhere", "--bind"),
        ("--speed 0", "--speed"),
        ("--symbols 0", "from 1 to"),
        ("--max-sessions 0", "from 1 to"),
        ("--max-head-bytes 100", "from 8192 to"),
        ("--max-sessions 9999999999999999999", "from 1 to"),
        ("--bus-capacity 9999999999999", "from 1 to"),
        ("replay", "<FILE>"),
        ("replay a.csv --max-checkpoints 1", "from 2 to"),
        ("replay a.csv --checkpoint-memory 0", "from 1 to"),
        ("--seed 3 replay a.csv", "replay"),
    ] {
        let error = config(line).unwrap_err();
        assert!(error.contains(expected), "{line}: {error}");
    }
}

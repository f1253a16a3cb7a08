//! The player over scripted ticks, with paused time.

mod commands;
mod load;
mod scenarios;
mod script;
mod search;
mod seek_properties;

use self::script::{Ending, Script};
use super::*;
use crate::bus::{self, Received};
use crate::control::{Command, Speed, Step};
use crate::market::{BookEdit, BookStep, InstrumentId, TickKind};

const ONCE: PlayerConfig = PlayerConfig {
    speed: None,
    looping: false,
    paused: false,
    skip_dead_time: false,
    timestamp_mode: TimestampMode::Original,
    dead_after: DEFAULT_DEAD_AFTER,
    max_behind: DEFAULT_MAX_BEHIND,
    max_step_ticks: DEFAULT_MAX_STEP_TICKS,
    first_epoch: 7,
    market: MarketLimits { bars: 100, trades: 100, notices: 10, bytes: usize::MAX },
    checkpoints: CheckpointLimits { count: 8, bytes: 1 << 20, spacing: 10 },
    wall_clock,
};

/// A command channel without a sender.
fn no_commands() -> CommandReceiver {
    bus::command_channel(bus::DEFAULT_COMMAND_CAPACITY).1
}

async fn next(reader: &mut bus::Receiver<FeedEvent>) -> FeedEvent {
    match reader.recv().await {
        Some(Received::Item(event)) => event,
        other => panic!("expected an event, received {other:?}"),
    }
}

/// The market milliseconds of each batch with the wall milliseconds it came at.
async fn batches(reader: &mut bus::Receiver<FeedEvent>) -> Vec<(Vec<i64>, u128)> {
    let began = Instant::now();
    let mut all = Vec::new();
    loop {
        match next(reader).await {
            FeedEvent::Ticks(ticks) => {
                all.push((ticks.iter().map(|t| t.ts.micros() / 1_000).collect(), began.elapsed().as_millis()));
            }
            FeedEvent::End(_) => return all,
            _ => {}
        }
    }
}

#[tokio::test(start_paused = true)]
async fn ticks_due_together_share_a_batch() {
    let bus = bus::Sender::new(8);
    let mut reader = bus.subscribe();
    tokio::spawn(play(Script::at(&[0, 0, 100, 60_000], Ending::Whole), ONCE, bus, no_commands()));
    let got = batches(&mut reader).await;
    assert_eq!(got.iter().map(|b| b.0.clone()).collect::<Vec<_>>(), [vec![0, 0], vec![100], vec![60_000]]);
    for (ticks, wall) in got {
        assert!((0..=1).contains(&(wall as i64 - ticks[0])), "{ticks:?} came at {wall}");
    }
}

#[tokio::test(start_paused = true)]
async fn tenfold_speed_takes_a_tenth_of_the_time() {
    let bus = bus::Sender::new(8);
    let mut reader = bus.subscribe();
    let config = PlayerConfig { speed: Some(Speed::Times(10.0)), ..ONCE };
    tokio::spawn(play(Script::at(&[0, 60_000], Ending::Whole), config, bus, no_commands()));
    let wall = batches(&mut reader).await[1].1;
    assert!((6_000..=6_001).contains(&wall), "{wall}");
}

#[tokio::test(start_paused = true)]
async fn clock_events_come_without_ticks() {
    let bus = bus::Sender::new(8);
    let mut reader = bus.subscribe();
    tokio::spawn(play(Script::at(&[0, 10_000], Ending::Whole), ONCE, bus, no_commands()));
    let mut clock = Vec::new();
    loop {
        match next(&mut reader).await {
            FeedEvent::Clock(ts) => clock.push(ts.micros() / 1_000),
            FeedEvent::End(_) => break,
            _ => {}
        }
    }
    assert!(clock.is_sorted() && (30..=40).contains(&clock.len()), "{clock:?}");
    assert!(clock.iter().all(|ms| *ms < 10_000), "{clock:?}");
}

#[tokio::test(start_paused = true)]
async fn clock_events_come_at_full_speed_and_behind() {
    #[track_caller]
    fn check(speed: Speed, ticks: &[i64], clocks: &[(usize, i64)]) {
        // Twenty-five batches at a tenth of a second each: three or four to a clock.
        assert!((6..=10).contains(&clocks.len()), "{speed}: {clocks:?}");
        for (sent, clock) in clocks {
            let (before, after) = ticks.split_at(*sent);
            assert!(before.iter().all(|ms| ms <= clock), "{speed}: {clock} is earlier than a tick sent");
            assert!(after.iter().all(|ms| ms >= clock), "{speed}: a tick earlier than {clock} follows");
        }
    }
    for speed in [Speed::Max, Speed::Times(1e9)] {
        let bus = bus::Sender::new(2);
        let mut reader = bus.subscribe();
        let times: Vec<i64> = (0..25 * MAX_BATCH as i64).collect();
        tokio::spawn(play(
            Script::at(&times, Ending::Whole),
            PlayerConfig { speed: Some(speed), ..ONCE },
            bus,
            no_commands(),
        ));
        let (mut ticks, mut clocks) = (Vec::new(), Vec::new());
        loop {
            match next(&mut reader).await {
                FeedEvent::Ticks(batch) => {
                    ticks.extend(batch.iter().map(|tick| tick.ts.micros() / 1_000));
                    sleep(Duration::from_millis(100)).await;
                }
                FeedEvent::Clock(ts) => clocks.push((ticks.len(), ts.micros() / 1_000)),
                FeedEvent::End(_) => break,
                _ => {}
            }
        }
        assert_eq!(ticks, times);
        check(speed, &ticks, &clocks);
    }
}

#[tokio::test(start_paused = true)]
async fn full_speed_waits_for_slow_receivers() {
    let bus = bus::Sender::new(2);
    let mut reader = bus.subscribe();
    let config = PlayerConfig { speed: Some(Speed::Max), ..ONCE };
    let times: Vec<i64> = (0..50_000).collect();
    tokio::spawn(play(Script::at(&times, Ending::Whole), config, bus, no_commands()));
    let got: Vec<i64> = batches(&mut reader).await.into_iter().flat_map(|b| b.0).collect();
    assert_eq!(got, times);
}

#[tokio::test(start_paused = true)]
async fn loop_begins_a_new_epoch() {
    let bus = bus::Sender::new(8);
    let mut reader = bus.subscribe();
    let config = PlayerConfig { looping: true, ..ONCE };
    let feed = tokio::spawn(play(Script::at(&[0], Ending::Whole), config, bus, no_commands()));
    for want in 7..10 {
        let FeedEvent::Opening(opening) = next(&mut reader).await else { panic!("no opening") };
        assert_eq!(opening.market.epoch, want);
        assert!(matches!(next(&mut reader).await, FeedEvent::Ticks(_)));
        assert!(matches!(next(&mut reader).await, FeedEvent::End(_)));
    }
    feed.abort();
}

#[tokio::test(start_paused = true)]
async fn torn_source_fails_with_its_reason() {
    let bus = bus::Sender::new(8);
    let mut reader = bus.subscribe();
    let feed = tokio::spawn(play(Script::at(&[0, 0, 0], Ending::Torn), ONCE, bus, no_commands()));
    let mut ticks = 0;
    let status = loop {
        match next(&mut reader).await {
            FeedEvent::Ticks(batch) => ticks += batch.len(),
            FeedEvent::End(status) => break status,
            _ => {}
        }
    };
    assert_eq!((status.state, status.fault.as_deref()), (FeedState::Failed, Some("script.csv: torn")));
    assert_eq!(ticks, 3, "what came before the fault was sent");
    assert!(feed.await.unwrap().is_err());
}

#[tokio::test(start_paused = true)]
async fn change_of_a_book_is_one_step_and_in_one_batch() {
    let edit = |goes_on| TickKind::Book(BookEdit { book: 0, step: BookStep::Begin, goes_on });
    let steps = MAX_BATCH + 10;
    let first = (1..=steps).map(|n| edit(n < steps)).chain([edit(false)]);
    let tick = |kind| Tick { instrument: InstrumentId(0), ts: Timestamp::from_secs(1), kind };
    let ticks: Arc<[Tick]> = first.map(tick).collect();
    let mut script = Script::recording(&ticks);
    script.searches = 0;
    let bus = bus::Sender::new(1_000);
    let mut reader = bus.subscribe();
    let (commands, receiver) = bus::command_channel(bus::DEFAULT_COMMAND_CAPACITY);
    tokio::spawn(play(script, PlayerConfig { paused: true, ..PlayerConfig::default() }, bus, receiver));
    commands.send(Command::Step(Step::Event)).await.unwrap().unwrap();
    let batch = loop {
        if let FeedEvent::Ticks(batch) = next(&mut reader).await {
            break batch;
        }
    };
    assert_eq!(batch.len(), steps);
}

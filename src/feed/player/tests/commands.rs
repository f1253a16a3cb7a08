//! Commands to a player: pause, step, speed, loop.

use tokio::sync::mpsc;

use super::script::{Ending, Script};
use super::*;
use crate::bus::CommandSender;
use crate::control::{Command, CommandError, CommandResult, FeedStatus, Step};
use crate::market::Interval;

/// A player, its commands and its events.
struct Driven {
    commands: CommandSender,
    /// Each event with the wall clock's milliseconds at which it came.
    events: mpsc::UnboundedReceiver<(FeedEvent, u128)>,
    began: Instant,
}

impl Driven {
    fn play(at_ms: &[i64], config: PlayerConfig) -> Self {
        let bus = bus::Sender::new(64);
        let mut reader = bus.subscribe();
        let (commands, receiver) = bus::command_channel(bus::DEFAULT_COMMAND_CAPACITY);
        tokio::spawn(play(Script::at(at_ms, Ending::Whole), config, bus, receiver));
        let (sender, events) = mpsc::unbounded_channel();
        let began = Instant::now();
        tokio::spawn(async move {
            while let Some(Received::Item(event)) = reader.recv().await {
                sender.send((event, began.elapsed().as_millis())).unwrap();
            }
        });
        Self { commands, events, began }
    }

    async fn command(&self, command: Command) -> CommandResult {
        self.commands.send(command).await.expect("the feed is there")
    }

    /// Collects the events up to the next status or end: ticks and clocks in market milliseconds, each with the wall
    /// clock's.
    async fn until_status(&mut self) -> (Vec<(&'static str, i64, u128)>, Arc<FeedStatus>) {
        let mut events = Vec::new();
        loop {
            let (event, wall) = self.events.recv().await.expect("the feed goes on");
            match event {
                FeedEvent::Ticks(ticks) => {
                    events.extend(ticks.iter().map(|tick| ("tick", tick.ts.0 / 1_000_000, wall)))
                }
                FeedEvent::Notices(_) => {}
                FeedEvent::Clock(ts) => events.push(("clock", ts.0 / 1_000_000, wall)),
                FeedEvent::Opening(_) | FeedEvent::Seeked(_) => events.push(("opening", 0, wall)),
                FeedEvent::Status(status) | FeedEvent::End(status) => return (events, status),
            }
        }
    }
}

fn ticks(events: &[(&'static str, i64, u128)]) -> Vec<(i64, u128)> {
    events.iter().filter(|(what, ..)| *what == "tick").map(|(_, ms, wall)| (*ms, *wall)).collect()
}

#[tokio::test(start_paused = true)]
async fn pause_is_exact_and_bursts_stay_bursts() {
    let mut driven = Driven::play(&[0, 5_000, 5_000, 5_000, 9_000], ONCE);
    sleep(Duration::from_millis(2_500)).await;
    driven.command(Command::Pause).await.unwrap();
    let (events, status) = driven.until_status().await;
    assert_eq!((events.last().copied(), status.state), (Some(("clock", 2_500, 2_500)), FeedState::Paused));
    sleep(Duration::from_secs(3_600)).await;
    driven.command(Command::Play).await.unwrap();
    let (events, status) = driven.until_status().await;
    assert_eq!((events, status.state), (vec![], FeedState::Playing), "nothing moves in between");
    let (events, _) = driven.until_status().await;
    let wall = 3_600_000;
    for (ms, at) in ticks(&events) {
        assert!((0..=1).contains(&(at as i64 - wall - ms)), "{ms} came at {at}");
    }
    assert_eq!(ticks(&events).iter().map(|(ms, _)| *ms).collect::<Vec<_>>(), [5_000, 5_000, 5_000, 9_000]);
}

#[tokio::test(start_paused = true)]
async fn pauses_and_speeds_add_no_drift() {
    let times: Vec<i64> = (0..4_000).map(|n| n * 10_000).collect();
    let mut driven = Driven::play(&times, ONCE);
    let (mut wall, mut market) = (0, 0);
    for (n, factor) in [0.5, 2.0, 10.0, 1.0, 0.1].into_iter().cycle().take(20).enumerate() {
        driven.command(Command::Speed(Speed::Times(factor))).await.unwrap();
        driven.until_status().await;
        sleep(Duration::from_millis(600_000)).await;
        (wall, market) = (wall + 600_000, market + (600_000.0 * factor) as i64);
        if n % 3 == 0 {
            driven.command(Command::Pause).await.unwrap();
            let (events, _) = driven.until_status().await;
            assert_eq!(events.last(), Some(&("clock", market, wall)));
            sleep(Duration::from_millis(12_345)).await;
            wall += 12_345;
            driven.command(Command::Play).await.unwrap();
            driven.until_status().await;
        }
    }
    driven.command(Command::Pause).await.unwrap();
    assert_eq!(driven.until_status().await.0.last(), Some(&("clock", market, wall)));
}

#[tokio::test(start_paused = true)]
async fn paused_start_is_stepped_through() {
    let mut driven = Driven::play(&[0, 200, 200, 61_000, 4_000_000], PlayerConfig { paused: true, ..ONCE });
    let (FeedEvent::Opening(opening), _) = driven.events.recv().await.unwrap() else { panic!("no opening") };
    assert_eq!(opening.status.state, FeedState::Paused, "the first status is paused");
    for (step, want, time) in [
        (Step::Event, &[0][..], 0),
        (Step::Event, &[200], 200),
        (Step::Bar(Interval::M1), &[200], 60_000),
        (Step::Gap, &[61_000], 61_000),
    ] {
        driven.command(Command::Step(step.clone())).await.unwrap();
        let (events, status) = driven.until_status().await;
        let ticks: Vec<_> = ticks(&events).into_iter().map(|(ms, _)| ms).collect();
        assert_eq!((ticks.as_slice(), status.state), (want, FeedState::Paused), "{step:?}");
        assert_eq!(events.last().map(|event| (event.0, event.1)), Some(("clock", time)), "{step:?}");
    }
    driven.command(Command::Step(Step::Gap)).await.unwrap();
    let (events, status) = driven.until_status().await;
    assert_eq!((ticks(&events).len(), status.state), (1, FeedState::Ended), "the end of the source ends a step");
    assert_eq!(driven.began.elapsed(), Duration::ZERO, "a step takes no time");
}

#[tokio::test(start_paused = true)]
async fn ended_source_plays_again_as_a_new_epoch() {
    let mut driven = Driven::play(&[0], ONCE);
    assert_eq!(driven.until_status().await.1.state, FeedState::Ended);
    driven.command(Command::Pause).await.unwrap();
    assert_eq!(driven.until_status().await.1.state, FeedState::Ended, "there is nothing to pause");
    driven.command(Command::Play).await.unwrap();
    let (events, status) = driven.until_status().await;
    assert_eq!((events[0].0, status.state), ("opening", FeedState::Playing));
    driven.until_status().await;
    driven.command(Command::Loop(true)).await.unwrap();
    let (_, status) = driven.until_status().await;
    assert_eq!((status.state, status.looping), (FeedState::Ended, true));
    assert_eq!(driven.until_status().await.0[0].0, "opening", "which begins by itself");
}

#[tokio::test(start_paused = true)]
async fn commands_of_many_senders_have_one_order() {
    let mut driven = Driven::play(&[0, 1_000_000], ONCE);
    let speeds = [1.0, 2.0, 3.0, 4.0];
    let sent = speeds.map(|factor| {
        let commands = driven.commands.clone();
        tokio::spawn(async move { commands.send(Command::Speed(Speed::Times(factor))).await })
    });
    let mut revisions = Vec::new();
    for one in sent {
        revisions.push(one.await.unwrap().unwrap().unwrap());
    }
    for revision in revisions {
        let (_, status) = driven.until_status().await;
        assert_eq!(status.revision, revision);
    }
}

#[tokio::test(start_paused = true)]
async fn dead_time_is_skipped_and_shorter_gaps_are_not() {
    let mut driven = Driven::play(&[0, 60_000, 86_400_000, 86_401_000], PlayerConfig { skip_dead_time: true, ..ONCE });
    let (events, _) = driven.until_status().await;
    let waited: Vec<_> = ticks(&events).into_iter().map(|(_, wall)| wall).collect();
    for (got, want) in waited.iter().zip([0, 60_000, 60_000, 61_000]) {
        assert!((want..=want + 5).contains(got), "{waited:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn step_that_finds_nothing_ends_at_its_limit() {
    let config = PlayerConfig { paused: true, max_step_ticks: 3, ..ONCE };
    let mut driven = Driven::play(&[0, 1, 2, 3, 4, 5, 6, 7], config);
    for step in [Step::Gap, Step::Move { symbol: None, percent: 1_000.0 }] {
        assert_eq!(driven.command(Command::Step(step)).await, Err(CommandError::NothingFound { ticks: 3 }));
        let (events, status) = driven.until_status().await;
        assert_eq!((ticks(&events).len(), status.state), (3, FeedState::Paused));
    }
    // The end of the source is an end of the step, too.
    assert!(driven.command(Command::Step(Step::Gap)).await.is_ok());
}

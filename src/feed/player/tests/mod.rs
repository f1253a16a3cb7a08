//! The player over scripted ticks, with paused time.

mod scenarios;
mod seek_properties;

use tokio::sync::mpsc;

use super::*;
use crate::bus::{self, CommandSender, Received};
use crate::control::{CommandResult, SourceKind, Speed, Step};
use crate::feed::{Seekable, SourceInfo, Stageable};
use crate::market::{HistoryBar, InstrumentId, Interval, Levels, Price, Size, TickKind, Trade, sample};

/// Ticks at given milliseconds; fails after the last one if `fails` is set.
struct Script {
    info: SourceInfo,
    at_ms: Vec<i64>,
    next: usize,
    fails: bool,
}

impl Script {
    fn boxed(at_ms: &[i64], fails: bool) -> Box<Self> {
        let info = SourceInfo {
            kind: SourceKind::Replay,
            name: "script".into(),
            instruments: [sample::instrument("A")].into(),
            levels: Levels::default(),
            seed: None,
            start: Timestamp::from_millis(at_ms[0]),
            end: None,
            speed: Speed::Times(1.0),
            speed_reason: String::new(),
        };
        Box::new(Self { info, at_ms: at_ms.to_vec(), next: 0, fails })
    }
}

impl TickSource for Script {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn history(&mut self) -> Vec<HistoryBar> {
        Vec::new()
    }

    fn next_tick(&mut self) -> Result<Option<Tick>, SourceError> {
        let Some(&ms) = self.at_ms.get(self.next) else {
            return if self.fails { Err("script.csv: torn".into()) } else { Ok(None) };
        };
        self.next += 1;
        let trade = Trade { price: Price(self.next as i64), size: Size(1), side: None };
        let kind = TickKind::Trade(trade);
        Ok(Some(Tick { instrument: InstrumentId(0), ts: Timestamp::from_millis(ms), kind }))
    }

    fn next_ticks(&mut self, limit: usize, into: &mut Vec<Tick>) -> Result<(), SourceError> {
        if limit > 0 {
            into.extend(self.next_tick()?);
        }
        Ok(())
    }

    fn rewind(&mut self) -> Result<(), SourceError> {
        self.next = 0;
        Ok(())
    }

    fn rows_rejected(&self) -> u64 {
        0
    }

    fn rejected(&self) -> Vec<RejectedRows> {
        Vec::new()
    }

    fn seekable(&mut self) -> Option<&mut dyn Seekable> {
        None
    }

    fn stageable(&mut self) -> Option<&mut dyn Stageable> {
        None
    }
}

const ONCE: PlayerConfig = PlayerConfig {
    speed: None,
    looping: false,
    paused: false,
    skip_dead_time: false,
    timestamp_mode: TimestampMode::Original,
    dead_after: DEFAULT_DEAD_AFTER,
    first_epoch: 7,
    market: MarketLimits { bars: 100, trades: 100, notices: 10 },
    checkpoints: CheckpointLimits { count: 8, bytes: 1 << 20, spacing: 10 },
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
    tokio::spawn(play(Script::boxed(&[0, 0, 100, 60_000], false), ONCE, bus, no_commands()));
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
    tokio::spawn(play(Script::boxed(&[0, 60_000], false), config, bus, no_commands()));
    let wall = batches(&mut reader).await[1].1;
    assert!((6_000..=6_001).contains(&wall), "{wall}");
}

#[tokio::test(start_paused = true)]
async fn clock_events_come_without_ticks() {
    let bus = bus::Sender::new(8);
    let mut reader = bus.subscribe();
    tokio::spawn(play(Script::boxed(&[0, 10_000], false), ONCE, bus, no_commands()));
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
            Script::boxed(&times, false),
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
    tokio::spawn(play(Script::boxed(&times, false), config, bus, no_commands()));
    let got: Vec<i64> = batches(&mut reader).await.into_iter().flat_map(|b| b.0).collect();
    assert_eq!(got, times);
}

#[tokio::test(start_paused = true)]
async fn loop_begins_a_new_epoch() {
    let bus = bus::Sender::new(8);
    let mut reader = bus.subscribe();
    let config = PlayerConfig { looping: true, ..ONCE };
    let feed = tokio::spawn(play(Script::boxed(&[0], false), config, bus, no_commands()));
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
    let feed = tokio::spawn(play(Script::boxed(&[0, 0, 0], true), ONCE, bus, no_commands()));
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
        tokio::spawn(play(Script::boxed(at_ms, false), config, bus, receiver));
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

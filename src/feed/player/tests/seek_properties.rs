//! Properties of seeking: after any seek the market equals one that was played from the start to there.

use std::ops::Range;

use proptest::prelude::*;
use tokio::runtime::Builder;

use super::super::*;
use super::script::Script;
use crate::bus::{self, Received};
use crate::control::{Command, FeedStatus, SeekTarget};
use crate::market::{BookEdit, BookStep, InstrumentId, Level, Market, Price, Size, TickKind, Trade, sample};

const LIMITS: MarketLimits = MarketLimits { bars: 20, trades: 10, notices: 10, bytes: usize::MAX };

fn opened(ticks: &Arc<[Tick]>, limits: MarketLimits) -> Market {
    let info = Script::recording(ticks).info;
    let (instruments, levels) = (info.instruments, info.levels);
    let opening = MarketOpening { instruments, levels, start: info.start, ..sample::opening(0, &[]) };
    Market::open(&opening, limits)
}

/// A market that was played from the start up to and including `to`.
fn played(ticks: &Arc<[Tick]>, to: Timestamp, limits: MarketLimits) -> Market {
    let mut market = opened(ticks, limits);
    let before = ticks.partition_point(|tick| tick.ts <= to);
    ticks[..before].iter().for_each(|tick| market.apply(tick));
    market.advance(to);
    if before == ticks.len() {
        market.finish();
    }
    market
}

/// Compares everything but the epoch's number, symbol by symbol, so that a failure names the symbol.
#[track_caller]
fn assert_same(got: &Market, want: &Market, what: &str) {
    for ((id, _, got), (_, _, want)) in got.iter().zip(want.iter()) {
        assert!(got == want, "{what}: {id:?} after {} ticks, not {}", got.seq, want.seq);
    }
    assert_eq!((got.now(), got.ticks(), got.late()), (want.now(), want.ticks(), want.late()), "{what}");
    assert!(got.clone().in_epoch(0) == want.clone().in_epoch(0), "{what}");
}

/// A receiver that keeps a market, as the publisher does.
struct Follower {
    receiver: bus::Receiver<FeedEvent>,
    market: Option<Market>,
    limits: MarketLimits,
}

impl Follower {
    /// Follows up to the status with this revision.
    async fn until(&mut self, revision: u64) -> Arc<FeedStatus> {
        loop {
            let Some(Received::Item(event)) = self.receiver.recv().await else { panic!("the feed is gone") };
            let status = match event {
                FeedEvent::Opening(opening) => {
                    self.market = Some(Market::open(&opening.market, self.limits));
                    Arc::clone(&opening.status)
                }
                FeedEvent::Seeked(seeked) => {
                    let epoch = self.market.replace(seeked.market.clone()).unwrap().epoch();
                    assert!(seeked.market.epoch() > epoch);
                    Arc::clone(&seeked.status)
                }
                FeedEvent::Status(status) => status,
                FeedEvent::End(status) => {
                    self.market.as_mut().unwrap().finish();
                    status
                }
                FeedEvent::Ticks(ticks) => {
                    ticks.iter().for_each(|tick| self.market.as_mut().unwrap().apply(tick));
                    continue;
                }
                FeedEvent::Notices(notices) => {
                    notices.iter().for_each(|notice| self.market.as_mut().unwrap().add_notice(notice));
                    continue;
                }
                FeedEvent::Clock(ts) => {
                    self.market.as_mut().unwrap().advance(ts);
                    continue;
                }
            };
            if status.revision >= revision {
                return status;
            }
        }
    }
}

async fn check(ticks: Arc<[Tick]>, commands: Vec<(Command, u64)>, limits: MarketLimits) {
    let bus = bus::Sender::new(10_000);
    let mut follower = Follower { receiver: bus.subscribe(), market: None, limits };
    let (sender, receiver) = bus::command_channel(bus::DEFAULT_COMMAND_CAPACITY);
    let checkpoints = CheckpointLimits { count: 5, bytes: 1 << 20, spacing: 3 };
    let config = PlayerConfig { market: limits, checkpoints, ..PlayerConfig::default() };
    tokio::spawn(play(Script::recording(&ticks), config, bus, receiver));
    let (start, end) = (ticks[0].ts, ticks[ticks.len() - 1].ts);
    for (command, wait) in commands {
        let is_seek = matches!(command, Command::Seek(_));
        let revision = sender.send(command.clone()).await.unwrap().unwrap();
        let status = follower.until(revision).await;
        let market = follower.market.as_ref().unwrap();
        if is_seek {
            let to = match command {
                Command::Seek(SeekTarget::Time(to)) => to.clamp(start, end),
                _ => market.now(),
            };
            assert_same(market, &played(&ticks, to, limits), &format!("{command:?}, {status:?}"));
            assert_eq!(status.state == FeedState::Ended, to == end, "{command:?}: {status:?}");
        }
        // A pause is a position of the recording too, unless it lies among ticks of one time.
        if status.state == FeedState::Paused && !ticks.iter().any(|tick| tick.ts == market.now()) {
            assert_same(market, &played(&ticks, market.now(), limits), &format!("at rest after {command:?}"));
        }
        sleep(Duration::from_millis(wait)).await;
    }
    let played_on = sender.send(Command::Seek(SeekTarget::Percent(100.0))).await.unwrap().unwrap();
    follower.until(played_on).await;
    assert_same(&follower.market.unwrap(), &played(&ticks, end, limits), "played to the end");
}

/// A step of the book of an instrument, the last one of its change.
fn book(step: BookStep) -> TickKind {
    TickKind::Book(BookEdit { book: 0, step, goes_on: false })
}

/// Trades and, without a `seq`, changes of books.
fn recorded(count: Range<usize>) -> impl Strategy<Value = Arc<[Tick]>> {
    const S: i64 = 1_000_000_000;
    let ahead = prop_oneof![2 => Just(0i64), 4 => 0..3 * S, 2 => 0..400 * S, 1 => 0..90_000 * S];
    prop::collection::vec((ahead, 0u32..3, 1i64..500, 0u64..50), count).prop_map(|ticks| {
        let mut ts = Timestamp::from_secs(1_700_000_000);
        let tick = |(ahead, id, price, size)| {
            ts = ts.plus_nanos(ahead);
            let level = Level { price: Price(price / 4), size: Size(size / 8) };
            let kind = match price % 4 {
                0 if size == 0 => book(BookStep::Begin),
                0 => book(BookStep::Set { is_bid: size % 2 == 0, level }),
                _ => TickKind::Trade(Trade { price: Price(price), size: Size(size), side: None }),
            };
            Tick { instrument: InstrumentId(id), ts, kind }
        };
        ticks.into_iter().map(tick).collect()
    })
}

/// Commands, most of them seeks, each with the milliseconds before the next.
fn commands(ticks: &Arc<[Tick]>) -> impl Strategy<Value = Vec<(Command, u64)>> + use<> {
    let (start, end) = (ticks[0].ts.0, ticks[ticks.len() - 1].ts.0);
    let times: Vec<i64> = ticks.iter().map(|tick| tick.ts.0).collect();
    let anywhere = start - 5_000_000_000..=end + 5_000_000_000;
    let time = |ns| Command::Seek(SeekTarget::Time(Timestamp(ns)));
    let command = prop_oneof![
        4 => anywhere.prop_map(time),
        4 => prop::sample::select(times).prop_map(time),
        2 => (0.0..=100.0f64).prop_map(|percent| Command::Seek(SeekTarget::Percent(percent))),
        1 => (-90_000i64..90_000).prop_map(|seconds| Command::Seek(SeekTarget::By(seconds * 1_000_000_000))),
        2 => Just(Command::Pause),
        2 => Just(Command::Play),
        1 => Just(Command::Step(crate::control::Step::Event)),
        1 => Just(Command::Step(crate::control::Step::Bar(crate::market::Interval::M1))),
    ];
    prop::collection::vec((command, 0u64..5_000), 1..12)
}

proptest! {
    #[test]
    fn seek_equals_playing_from_the_start(
        (ticks, commands) in recorded(1..120).prop_flat_map(|ticks| {
            let commands = commands(&ticks);
            (Just(ticks), commands)
        }),
    ) {
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(check(ticks, commands, LIMITS));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn seek_equals_playing_when_the_oldest_bars_go(
        (ticks, commands) in recorded(400..1_200).prop_flat_map(|ticks| {
            let commands = commands(&ticks);
            (Just(ticks), commands)
        }),
        bytes in 0usize..20_000,
    ) {
        let limits = MarketLimits { bars: 300, trades: 200, ..LIMITS };
        let limits = MarketLimits { bytes: opened(&ticks, limits).bytes() + bytes, ..limits };
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(check(ticks, commands, limits));
    }
}

#[tokio::test(start_paused = true)]
async fn time_shift_moves_the_recording_to_now_and_back() {
    let tick = |n: i64| sample::trade(InstrumentId(0), Timestamp::from_secs(1_000_000 + 7 * n), 100 + n, 1);
    let ticks: Arc<[Tick]> = (0..200).map(tick).collect();
    let bus = bus::Sender::new(10_000);
    let mut follower = Follower { receiver: bus.subscribe(), market: None, limits: LIMITS };
    let (sender, receiver) = bus::command_channel(bus::DEFAULT_COMMAND_CAPACITY);
    let config = PlayerConfig { paused: true, market: LIMITS, ..PlayerConfig::default() };
    tokio::spawn(play(Script::recording(&ticks), config, bus, receiver));
    let place = Timestamp::from_secs(1_000_500);
    for command in [Command::Seek(SeekTarget::Time(place)), Command::Timestamps(TimestampMode::Shifted)] {
        let revision = sender.send(command).await.unwrap().unwrap();
        follower.until(revision).await;
    }
    let revision = sender.send(Command::SkipDeadTime(false)).await.unwrap().unwrap();
    let status = follower.until(revision).await;
    let market = follower.market.as_ref().unwrap();
    let shifted = |shift| ticks.iter().map(|tick| Tick { ts: tick.ts.plus_nanos(shift), ..*tick }).collect();
    assert_eq!((status.timestamp_mode, status.time_shift_ns % 1_000_000_000), (TimestampMode::Shifted, 0));
    assert_eq!(status.start, ticks[0].ts.plus_nanos(status.time_shift_ns));
    assert!(wall_clock().0 - market.now().0 < 120_000_000_000, "{:?} is not now", market.now());
    assert_same(
        market,
        &played(&shifted(status.time_shift_ns), place.plus_nanos(status.time_shift_ns), LIMITS),
        "shifted",
    );
    let revision = sender.send(Command::Timestamps(TimestampMode::Original)).await.unwrap().unwrap();
    let status = follower.until(revision).await;
    assert_eq!((status.timestamp_mode, status.time_shift_ns), (TimestampMode::Original, 0));
    assert_same(follower.market.as_ref().unwrap(), &played(&ticks, place, LIMITS), "original again");
}

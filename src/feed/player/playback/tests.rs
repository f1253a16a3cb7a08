//! Commands by hand, the length of steps, and market time that never runs backwards.

use super::*;
use crate::market::sample;
use proptest::prelude::*;

const A: InstrumentId = InstrumentId(0);
const ZERO: Duration = Duration::ZERO;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_secs(seconds)
}

fn wall(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn trade(seconds: i64, price: i64) -> Tick {
    sample::trade(A, at(seconds), price, 1)
}

fn playback_at(speed: Speed) -> Playback {
    let instruments = [sample::instrument("A"), sample::instrument("B")].into();
    let mut playback = Playback::new(speed, &instruments, at(0), ZERO);
    playback.set_dead_time(false, wall(900));
    playback
}

/// Takes the ticks that the playback accepts, and counts them.
fn take(playback: &mut Playback, ticks: &[Tick], now: Duration) -> usize {
    let taken = ticks.iter().take_while(|tick| {
        let accepts = playback.accepts(tick, now);
        if accepts {
            playback.take(tick);
        }
        accepts
    });
    taken.count()
}

#[test]
fn pause_stops_market_time_and_play_continues_it() {
    let mut playback = playback_at(Speed::Times(10.0));
    playback.pause(wall(6), at(100));
    assert_eq!((playback.state(), playback.market_time(wall(9_000), at(100))), (FeedState::Paused, at(60)));
    assert!(!playback.accepts(&trade(61, 1), wall(9_000)) && playback.wait(at(61), wall(9_000)).is_none());
    playback.play(wall(10_000));
    assert_eq!(playback.market_time(wall(10_000), at(100)), at(60));
    assert_eq!(playback.wait(at(100), wall(10_000)), Some(wall(4)));
    assert_eq!(playback.market_time(wall(10_003), at(100)), at(90));
}

#[test]
fn clock_ahead_of_the_source_comes_back_to_it() {
    let mut playback = playback_at(Speed::Times(1e6));
    playback.take(&trade(5, 1));
    playback.pause(wall(60), at(7));
    assert_eq!(playback.market_time(wall(60), at(7)), at(7).plus_nanos(-1));
    playback.play(wall(60));
    playback.set_speed(Speed::Times(1.0), wall(60), at(7));
    assert_eq!(playback.wait(at(7), wall(60)), Some(Duration::from_nanos(1)));
}

#[test]
fn new_speed_counts_from_now() {
    let mut playback = playback_at(Speed::Times(1.0));
    playback.set_speed(Speed::Times(60.0), wall(10), at(1_000));
    assert_eq!(playback.market_time(wall(11), at(1_000)), at(70));
    playback.pause(wall(11), at(1_000));
    playback.set_speed(Speed::Times(0.5), wall(20), at(1_000));
    assert_eq!((playback.state(), playback.market_time(wall(30), at(1_000))), (FeedState::Paused, at(70)));
    playback.play(wall(30));
    assert_eq!(playback.market_time(wall(40), at(1_000)), at(75));
}

#[test]
fn step_takes_the_ticks_it_names() {
    #[track_caller]
    fn check(step: Step, ticks: &[Tick], taken: usize, position: i64) {
        let mut playback = playback_at(Speed::Times(1.0));
        playback.take(&trade(1, 1_000));
        playback.pause(ZERO, ticks[0].ts);
        playback.step(&step, ZERO, ticks[0].ts).unwrap();
        assert_eq!(take(&mut playback, ticks, ZERO), taken, "{step:?}");
        assert_eq!(
            (playback.state(), playback.market_time(ZERO, at(0))),
            (FeedState::Paused, at(position)),
            "{step:?}"
        );
    }
    let minute = |symbol: Option<&str>, percent| Step::Move { symbol: symbol.map(String::from), percent };
    let ticks =
        [trade(2, 1_004), trade(2, 1_000), trade(59, 989), trade(60, 1_500), trade(1_000, 1_000), trade(9_000, 1)];
    check(Step::Event, &ticks, 1, 2);
    check(Step::Bar(Interval::M1), &ticks, 3, 60);
    check(Step::Bar(Interval::S1), &ticks, 2, 3);
    check(Step::Bar(Interval::M1), &ticks[4..], 1, 1_020);
    check(Step::Gap, &ticks, 4, 60);
    check(Step::Gap, &ticks[4..], 1, 1_000);
    check(minute(None, 1.0), &ticks, 3, 59);
    check(minute(Some("A"), 40.0), &ticks, 4, 60);
    check(minute(None, 0.0), &ticks, 1, 2);
}

#[test]
fn move_counts_from_the_last_or_the_first_price() {
    let mut playback = playback_at(Speed::Max);
    playback.step(&Step::Move { symbol: None, percent: 5.0 }, ZERO, at(1)).unwrap();
    let other = sample::trade(InstrumentId(1), at(3), 10, 1);
    assert_eq!(take(&mut playback, &[trade(1, 100), trade(2, 104), other, trade(4, 95)], ZERO), 4);
    let unknown = playback.step(&Step::Move { symbol: Some("C".into()), percent: 5.0 }, ZERO, at(1));
    assert_eq!(unknown, Err(CommandError::UnknownSymbol("C".into())));
}

#[test]
fn dead_time_is_skipped_on_request() {
    let mut playback = playback_at(Speed::Times(1.0));
    playback.take(&trade(10, 1));
    playback.skip_to(at(50_000), wall(10));
    assert_eq!(playback.wait(at(50_000), wall(10)), Some(wall(49_990)));
    playback.set_skip_dead_time(true);
    playback.skip_to(at(910), wall(10));
    assert_eq!(playback.wait(at(910), wall(10)), Some(wall(900)), "as long as it may be");
    playback.skip_to(at(50_000), wall(10));
    assert_eq!(playback.wait(at(50_000), wall(10)), Some(ZERO));
    playback.take(&trade(50_000, 1));
    assert_eq!(playback.market_time(wall(15), at(60_000)), at(50_005));
}

proptest! {
    #[test]
    fn market_time_rises_and_stays_before_the_next_tick(
        steps in prop::collection::vec((0u64..100_000, 0u8..4, 0.1f64..1_000.0), 1..60),
    ) {
        let mut playback = playback_at(Speed::Times(1.0));
        let (mut now, mut last, mut next) = (ZERO, at(0), at(1));
        for (ms, what, factor) in steps {
            now += Duration::from_millis(ms);
            match what {
                0 => playback.pause(now, next),
                1 => playback.play(now),
                2 => playback.set_speed(Speed::Times(factor), now, next),
                _ => while playback.accepts(&Tick { ts: next, ..trade(0, 1) }, now) {
                    playback.take(&Tick { ts: next, ..trade(0, 1) });
                    next = next.plus_nanos(7_000_000_000);
                },
            }
            let time = playback.market_time(now, next);
            prop_assert!(last <= time && time < next, "{last:?} {time:?} {next:?}");
            last = time;
        }
    }
}

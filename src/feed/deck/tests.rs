//! The deck by hand: what moves it, how far a step goes, and that market time never runs backwards.

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

fn deck(speed: Speed) -> Deck {
    let instruments = [sample::instrument("A"), sample::instrument("B")].into();
    let mut deck = Deck::new(speed, &instruments, at(0), ZERO);
    deck.set_dead_time(false, wall(900));
    deck
}

/// Takes what the deck takes of these, and says how many that were.
fn take(deck: &mut Deck, ticks: &[Tick], now: Duration) -> usize {
    let taken = ticks.iter().take_while(|tick| {
        let takes = deck.takes(tick, now);
        if takes {
            deck.took(tick);
        }
        takes
    });
    taken.count()
}

#[test]
fn a_pause_stands_still_and_goes_on_from_there() {
    let mut deck = deck(Speed::Times(10.0));
    deck.pause(wall(6), at(100));
    assert_eq!((deck.state(), deck.moment(wall(9_000), at(100))), (FeedState::Paused, at(60)));
    assert!(!deck.takes(&trade(61, 1), wall(9_000)) && deck.wait(at(61), wall(9_000)).is_none());
    deck.play(wall(10_000));
    assert_eq!(deck.moment(wall(10_000), at(100)), at(60));
    assert_eq!(deck.wait(at(100), wall(10_000)), Some(wall(4)));
    assert_eq!(deck.moment(wall(10_003), at(100)), at(90));
}

#[test]
fn a_clock_ahead_of_the_tape_is_brought_back_to_it() {
    let mut deck = deck(Speed::Times(1e6));
    deck.took(&trade(5, 1));
    deck.pause(wall(60), at(7));
    assert_eq!(deck.moment(wall(60), at(7)), at(7).plus_nanos(-1));
    deck.play(wall(60));
    deck.set_speed(Speed::Times(1.0), wall(60), at(7));
    assert_eq!(deck.wait(at(7), wall(60)), Some(Duration::from_nanos(1)));
}

#[test]
fn a_new_speed_holds_from_now_on() {
    let mut deck = deck(Speed::Times(1.0));
    deck.set_speed(Speed::Times(60.0), wall(10), at(1_000));
    assert_eq!(deck.moment(wall(11), at(1_000)), at(70));
    deck.pause(wall(11), at(1_000));
    deck.set_speed(Speed::Times(0.5), wall(20), at(1_000));
    assert_eq!((deck.state(), deck.moment(wall(30), at(1_000))), (FeedState::Paused, at(70)));
    deck.play(wall(30));
    assert_eq!(deck.moment(wall(40), at(1_000)), at(75));
}

#[test]
fn a_step_takes_as_much_as_was_asked_for() {
    #[track_caller]
    fn check(step: Step, ticks: &[Tick], taken: usize, position: i64) {
        let mut deck = deck(Speed::Times(1.0));
        deck.took(&trade(1, 1_000));
        deck.pause(ZERO, ticks[0].ts);
        deck.step(&step, ZERO, ticks[0].ts).unwrap();
        assert_eq!(take(&mut deck, ticks, ZERO), taken, "{step:?}");
        assert_eq!((deck.state(), deck.moment(ZERO, at(0))), (FeedState::Paused, at(position)), "{step:?}");
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
fn a_move_counts_from_where_the_price_stood_or_first_stands() {
    let mut deck = deck(Speed::Max);
    deck.step(&Step::Move { symbol: None, percent: 5.0 }, ZERO, at(1)).unwrap();
    let other = sample::trade(InstrumentId(1), at(3), 10, 1);
    assert_eq!(take(&mut deck, &[trade(1, 100), trade(2, 104), other, trade(4, 95)], ZERO), 4);
    let unknown = deck.step(&Step::Move { symbol: Some("C".into()), percent: 5.0 }, ZERO, at(1));
    assert_eq!(unknown, Err(CommandError::UnknownSymbol("C".into())));
}

#[test]
fn dead_time_is_passed_over_where_that_is_wanted() {
    let mut deck = deck(Speed::Times(1.0));
    deck.took(&trade(10, 1));
    deck.pass_dead_time(at(50_000), wall(10));
    assert_eq!(deck.wait(at(50_000), wall(10)), Some(wall(49_990)));
    deck.skip_dead_time(true);
    deck.pass_dead_time(at(910), wall(10));
    assert_eq!(deck.wait(at(910), wall(10)), Some(wall(900)), "as long as it may be");
    deck.pass_dead_time(at(50_000), wall(10));
    assert_eq!(deck.wait(at(50_000), wall(10)), Some(ZERO));
    deck.took(&trade(50_000, 1));
    assert_eq!(deck.moment(wall(15), at(60_000)), at(50_005));
}

proptest! {
    #[test]
    fn market_time_never_runs_backwards_and_never_past_the_next_tick(
        steps in prop::collection::vec((0u64..100_000, 0u8..4, 0.1f64..1_000.0), 1..60),
    ) {
        let mut deck = deck(Speed::Times(1.0));
        let (mut now, mut last, mut next) = (ZERO, at(0), at(1));
        for (ms, what, factor) in steps {
            now += Duration::from_millis(ms);
            match what {
                0 => deck.pause(now, next),
                1 => deck.play(now),
                2 => deck.set_speed(Speed::Times(factor), now, next),
                _ => while deck.takes(&Tick { ts: next, ..trade(0, 1) }, now) {
                    deck.took(&Tick { ts: next, ..trade(0, 1) });
                    next = next.plus_nanos(7_000_000_000);
                },
            }
            let moment = deck.moment(now, next);
            prop_assert!(last <= moment && moment < next, "{last:?} {moment:?} {next:?}");
            last = moment;
        }
    }
}

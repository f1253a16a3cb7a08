//! The effect of one tick, one clock event or a history on a market. Sequences of them are in [`properties`], and
//! their memory in [`budget`].

mod books;
mod budget;
mod properties;

use super::*;
use crate::market::GatheredTicks;
use crate::market::{HistoryBar, Quote, sample};
use strum::VariantArray;

const A: InstrumentId = InstrumentId(0);
const B: InstrumentId = InstrumentId(1);
const FX: InstrumentId = InstrumentId(2);
const DAY: i64 = 86_400;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_secs(seconds)
}

/// A trade of `A`, one lot.
fn trade(seconds: i64, price: i64) -> Tick {
    sample::trade(A, at(seconds), price, 1)
}

/// Two symbols that trade and one that is only quoted, at a time before all others.
fn opened(history: Vec<HistoryBar>, limits: MarketLimits) -> Market {
    let fx = Instrument { basis: PriceBasis::Bid, ..sample::instrument("FX") };
    let instruments = [sample::instrument("A"), sample::instrument("B"), fx].into();
    let start = Timestamp(i64::MIN);
    Market::open(&MarketOpening { instruments, history, start, ..sample::opening(1, &[]) }, limits)
}

fn market(history: Vec<HistoryBar>) -> Market {
    opened(history, MarketLimits::default())
}

fn after(ticks: &[Tick]) -> Market {
    let mut market = market(Vec::new());
    ticks.iter().for_each(|tick| market.apply(tick));
    market
}

/// A bar of `A`: open 10, high 20, low 5, close 15, one lot.
fn past(interval: Interval, seconds: i64) -> HistoryBar {
    let mut bar = Bar::first(at(seconds), Price(10), Size(1));
    (bar.high, bar.low, bar.close) = (Price(20), Price(5), Price(15));
    HistoryBar { instrument: A, interval, bar }
}

fn state(market: &Market, id: InstrumentId) -> &InstrumentState {
    market.get(id).unwrap().1
}

/// The start in seconds and the count of each of the newest bars; a star marks the one that is forming.
fn newest(market: &Market, id: InstrumentId, interval: Interval, n: usize) -> String {
    let bars = state(market, id).series(interval).newest(n);
    let text = bars.map(|(bar, closed)| {
        let mark = if closed { "" } else { "*" };
        format!("{}:{}{mark}", bar.start.0 / 1_000_000_000, bar.count)
    });
    text.collect::<Vec<_>>().join(" ")
}

fn bars(market: &Market, id: InstrumentId, interval: Interval) -> String {
    newest(market, id, interval, usize::MAX)
}

#[test]
fn late_tick_is_only_counted() {
    let mut market = after(&[trade(9, 100), sample::quote(A, at(10), Some(99), Some(101)), trade(11, 102)]);
    market.advance(at(20));
    let mut want = market.clone();
    for late in [trade(19, 500), sample::quote(A, at(5), None, None)] {
        market.apply(&late);
        (want.ticks, want.late, want.states[A.index()].seq) = (want.ticks + 1, want.late + 1, market.ticks);
        assert_eq!(market, want, "{late:?}");
    }
    assert_eq!((state(&market, A).seq, market.ticks(), market.late()), (5, 5, 2));
}

#[test]
fn tick_is_late_after_its_second_has_closed() {
    #[track_caller]
    fn check(market: &Market, ms: i64, late: bool) {
        let mut market = market.clone();
        market.apply(&sample::trade(A, Timestamp::from_millis(ms), 100, 1));
        assert_eq!(market.late(), u64::from(late), "a tick at {ms} ms");
    }
    let clocks = |mut market: Market, clocks: &[i64]| {
        clocks.iter().for_each(|ms| market.advance(Timestamp::from_millis(*ms)));
        market
    };
    let mut ended = after(&[]);
    ended.finish();
    // By a tick of a later second.
    check(&after(&[trade(9, 1)]), 8_999, true);
    check(&after(&[trade(9, 1)]), 9_000, false);
    // By the clock, whether or not a bar was there to be closed.
    check(&clocks(after(&[trade(9, 1)]), &[10_000, 60_000]), 30_000, true);
    check(&clocks(after(&[trade(9, 1)]), &[10_000, 60_000]), 60_000, false);
    check(&clocks(after(&[]), &[60_000]), 59_999, true);
    check(&clocks(after(&[]), &[60_500]), 60_100, false);
    // By history, whose last bar still takes ticks.
    check(&market(vec![past(Interval::M1, 540)]), 539_999, true);
    check(&market(vec![past(Interval::M1, 540)]), 541_000, false);
    // By the end, after which nothing is in time.
    check(&ended, i64::MAX, true);
    check(&clocks(ended, &[60_000]), 61_000, true);
}

#[test]
fn tick_of_an_unknown_instrument_is_ignored() {
    let mut market = after(&[trade(1, 100)]);
    let before = market.clone();
    market.apply(&sample::trade(InstrumentId(3), at(9), 100, 1));
    assert_eq!(market, before);
}

#[test]
fn price_basis_alone_makes_last_price_and_bars() {
    #[track_caller]
    fn check(ticks: &[Tick], id: InstrumentId, last: Option<i64>, quotes: u64, trades: usize) {
        let market = after(ticks);
        let state = state(&market, id);
        let count: u64 = state.series(Interval::D1).newest(1).map(|(bar, _)| bar.count).sum();
        assert_eq!((state.top.last, count, state.trades.len()), (last.map(Price), quotes, trades));
        assert_eq!(state.day.is_some(), last.is_some());
        assert_eq!(state.ts_event, ticks.last().map(|tick| tick.ts));
    }
    let quote = |id, bid, ask| sample::quote(id, at(1), bid, ask);
    check(&[quote(A, Some(9), Some(11))], A, None, 0, 0);
    check(&[quote(A, Some(9), Some(11)), sample::trade(A, at(2), 10, 1)], A, Some(10), 1, 1);
    check(&[sample::trade(FX, at(1), 10, 1)], FX, None, 0, 1);
    check(&[quote(FX, Some(9), Some(11)), quote(FX, Some(8), None)], FX, Some(8), 2, 0);
    check(&[quote(FX, Some(9), Some(11)), quote(FX, None, Some(12))], FX, Some(9), 1, 0);
}

#[test]
fn quote_holds_until_the_next_with_both_sides() {
    let market = after(&[sample::quote(A, at(1), Some(9), Some(11)), sample::quote(A, at(2), None, Some(12))]);
    let ask_only = Quote { ask: Some(Price(12)), ask_size: Size(1), ..Quote::default() };
    assert_eq!(state(&market, A).top.quote, ask_only);
}

#[test]
fn quoted_price_moves_the_day_without_volume() {
    let market = after(&[sample::quote(FX, at(1), Some(9), None), sample::quote(FX, at(2), Some(7), None)]);
    let day = state(&market, FX).day.unwrap();
    assert_eq!((day.open, day.high, day.low, day.volume), (Price(9), Price(9), Price(7), Size(0)));
}

#[test]
fn new_day_counts_from_the_last_close() {
    let market = after(&[trade(1, 100), trade(DAY - 1, 103), trade(3 * DAY + 5, 110)]);
    let day = state(&market, A).day.unwrap();
    assert_eq!((day.start, day.open, day.low, day.volume), (at(3 * DAY), Price(110), Price(110), Size(1)));
    assert_eq!((day.prev_close, day.change(Price(110))), (Some(Price(103)), Some(Price(7))));
    let first = after(&[trade(1, 100), trade(2, 104)]);
    assert_eq!(state(&first, A).day.unwrap().prev_close, None);
}

#[test]
fn day_holds_past_midnight_until_the_next_tick() {
    let mut market = after(&[trade(1, 100)]);
    let before = state(&market, A).day;
    market.advance(at(DAY + 3_600));
    assert_eq!(state(&market, A).day, before);
}

#[test]
fn clock_closes_ended_bars_once() {
    let mut market = after(&[trade(0, 100), sample::trade(B, at(61), 50, 1)]);
    for (clock, a_seconds, a_minutes, b_minutes) in [
        (at(61), "0:1", "0:1", "60:1*"),
        (at(119), "0:1", "0:1", "60:1*"),
        // An earlier clock takes nothing back.
        (at(60), "0:1", "0:1", "60:1*"),
        (at(120), "0:1", "0:1", "60:1"),
        (at(500), "0:1", "0:1", "60:1"),
    ] {
        market.advance(clock);
        let got = [
            bars(&market, A, Interval::S1),
            bars(&market, A, Interval::M1),
            bars(&market, B, Interval::M1),
            bars(&market, A, Interval::H1),
        ];
        assert_eq!(got, [a_seconds, a_minutes, b_minutes, "0:1*"], "{clock:?}");
    }
    assert_eq!((market.now(), market.late()), (at(500), 0));
}

#[test]
fn interval_without_ticks_has_no_bar() {
    let mut market = after(&[trade(0, 100), trade(0, 100), trade(180, 101)]);
    assert_eq!(bars(&market, A, Interval::M1), "0:2 180:1*");
    market.advance(at(600));
    market.apply(&trade(601, 102));
    assert_eq!(bars(&market, A, Interval::M1), "0:2 180:1 600:1*");
}

#[test]
fn newest_bars_end_with_the_forming_one() {
    let mut market = after(&[trade(0, 1), trade(1, 1), trade(2, 1)]);
    for (n, want) in [(0, ""), (1, "2:1*"), (2, "1:1 2:1*"), (3, "0:1 1:1 2:1*"), (9, "0:1 1:1 2:1*")] {
        assert_eq!(newest(&market, A, Interval::S1, n), want, "{n}");
    }
    market.advance(at(3));
    for (n, want) in [(0, ""), (1, "2:1"), (2, "1:1 2:1"), (9, "0:1 1:1 2:1")] {
        assert_eq!(newest(&market, A, Interval::S1, n), want, "{n}, none forming");
    }
    assert_eq!(newest(&market, B, Interval::S1, 9), "");
}

/// Two days, then the hours of the third, then minutes up to 02:02.
fn long_then_short() -> Vec<HistoryBar> {
    let today = 2 * DAY;
    let days = [0, DAY].map(|start| past(Interval::D1, start));
    let hours = [0, 3_600].map(|after| past(Interval::H1, today + after));
    let minutes = [7_200, 7_260].map(|after| past(Interval::M1, today + after));
    [days, hours, minutes].concat()
}

#[test]
fn history_and_ticks_share_the_bar_of_an_interval() {
    let mut market = market(long_then_short());
    let today = 2 * DAY;
    market.apply(&trade(today + 7_270, 30));
    market.apply(&trade(today + 7_320, 31));
    let state = state(&market, A);
    for (interval, want) in [
        (Interval::S1, "180070:1 180120:1*"),
        (Interval::M1, "180000:1 180060:2 180120:1*"),
        (Interval::M5, "180000:4*"),
        (Interval::H1, "172800:1 176400:1 180000:4*"),
        (Interval::D1, "0:1 86400:1 172800:6*"),
    ] {
        assert_eq!(bars(&market, A, interval), want, "{interval}");
    }
    let day = state.series(Interval::D1).forming.unwrap();
    assert_eq!([day.open, day.high, day.low, day.close], [10, 31, 5, 31].map(Price));
    assert_eq!((state.seq, market.late(), market.ticks()), (2, 0, 2));
}

#[test]
fn day_continues_from_its_history() {
    let mut market = market(long_then_short());
    let end = at(2 * DAY + 7_320);
    assert_eq!((state(&market, A).top.last, state(&market, A).ts_event), (Some(Price(15)), Some(end)));
    market.apply(&trade(2 * DAY + 7_320, 31));
    let day = state(&market, A).day.unwrap();
    assert_eq!((day.start, day.prev_close), (at(2 * DAY), Some(Price(15))));
    assert_eq!((day.open, day.high, day.low, day.volume), (Price(10), Price(31), Price(5), Size(5)));
}

#[test]
fn history_of_an_unknown_instrument_is_ignored() {
    let unknown = HistoryBar { instrument: InstrumentId(9), ..past(Interval::D1, 0) };
    assert_eq!(market(vec![unknown]), market(Vec::new()));
}

#[test]
fn end_closes_every_bar_and_keeps_the_time() {
    let mut market = after(&[trade(1, 100), sample::quote(FX, at(2), Some(9), None)]);
    market.finish();
    for &interval in Interval::VARIANTS {
        let closed = [A, B, FX].map(|id| {
            let series = state(&market, id).series(interval);
            (series.closed.len(), series.forming)
        });
        assert_eq!(closed, [(1, None), (0, None), (1, None)], "{interval}");
    }
    assert_eq!(market.now(), at(2));
    let ended = market.clone();
    market.finish();
    assert_eq!(market, ended);
}

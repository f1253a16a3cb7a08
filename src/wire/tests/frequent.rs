//! Bars, trades, depth and heartbeats, in both formats.

use super::*;
use crate::market::{Depth, Ladder, Level, Side, Trade};

/// The time of later messages, in microseconds after the start.
const LATER: i64 = 200_100;

fn head(market: &Market, id: InstrumentId, snapshot: bool) -> SeriesHead<'_> {
    let (instrument, _) = market.get(id).unwrap();
    let ts_sent = START + if snapshot { 100 } else { LATER };
    SeriesHead { epoch: EPOCH, ts_sent, id, instrument, snapshot, max_bytes: MESSAGE_BYTES }
}

#[test]
fn bars_match_the_fixtures() {
    let market = market();
    let history = [
        (bar(1_795_341_480, [22_700, 22_740, 22_695, 22_720], 8_100), true),
        (bar(1_795_341_540, [22_720, 22_735, 22_715, 22_731], 500), false),
    ];
    let later = [
        (bar(1_795_341_540, [22_720, 22_735, 22_715, 22_733], 600), true),
        (bar(1_795_341_600, [22_733, 22_733, 22_733, 22_733], 100), false),
    ];
    for (name, snapshot, bars) in [("bars_snapshot", true, history), ("bars_update", false, later)] {
        check_both(&market, name, |format| {
            let bars = bars.iter().copied();
            bars_message(format, head(&market, AAPL, snapshot), Interval::M1, 0, bars).0
        });
    }
}

#[test]
fn trades_match_the_fixtures() {
    let market = market();
    let trade = |us, price, size, side| {
        (Timestamp::from_micros(START + us), Trade { price: Price(price), size: Size(size), side })
    };
    let history = [trade(-200_000, 22_730, 100, Some(Side::Sell)), trade(-50_000, 22_731, 25, None)];
    let later = [trade(190_000, 22_733, 100, Some(Side::Buy))];
    for (name, snapshot, range, trades) in [
        ("trades_snapshot", true, TradesRange { skipped: 0, first: 101 }, &history[..]),
        ("trades_update", false, TradesRange { skipped: 3, first: 106 }, &later),
    ] {
        check_both(&market, name, |format| {
            trades_message(format, head(&market, AAPL, snapshot), range, trades.iter().copied()).0
        });
    }
}

#[test]
fn depth_matches_the_fixtures() {
    let market = market();
    let ladder = |levels: &[(i64, u64)]| -> Ladder {
        let mut levels = levels.iter().map(|(price, size)| Level { price: Price(*price), size: Size(*size) });
        std::array::from_fn(|_| levels.next())
    };
    let depth = |bids: &[_], asks: &[_]| Depth { bids: ladder(bids), asks: ladder(asks) };
    let range = |first_seq, seq, us: Option<i64>| DepthRange {
        first_seq,
        seq,
        ts_event: us.map(|us| Timestamp::from_micros(START + us)),
    };
    let bids = [(22_732, 300), (22_731, 550), (22_729, 200), (22_728, 1_400), (22_726, 400)];
    let asks = [(22_734, 100), (22_735, 700), (22_736, 325), (22_738, 900), (22_739, 200)];
    for (name, snapshot, id, range, depth) in [
        ("depth_snapshot", true, NEW, range(1, 0, None), Depth::default()),
        ("depth_update", false, AAPL, range(11, 14, Some(190_000)), depth(&bids, &asks)),
        ("depth_one_side", false, EURUSD, range(3, 3, Some(180_000)), depth(&[], &[(110_952, 2)])),
    ] {
        check_both(&market, name, |format| depth_message(format, head(&market, id, snapshot), range, &depth));
    }
}

#[test]
fn heartbeat_matches_the_fixture() {
    let heartbeat = Heartbeat {
        epoch: EPOCH,
        ts_sent: START + 1_000_100,
        ts_market: START + 990_000,
        ticks: 48_210,
        late: 0,
        lag_ms: Some(12),
    };
    check_both(&market(), "heartbeat", |format| heartbeat.encode(format));
}

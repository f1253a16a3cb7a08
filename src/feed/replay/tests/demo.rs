//! The demo files play to the digit, compared with their own text.

use std::collections::HashMap;
use std::io::Read;

use flate2::read::GzDecoder;

use super::{all_ticks, market, repository};
use crate::control::Speed;
use crate::feed::TickSource;
use crate::feed::replay::{FileKind, Replay, ReplayConfig, open};
use crate::market::{Increment, Interval, PriceBasis, TickKind, Timestamp};

const STOCKS: &str = "data/us-stocks-daily.csv.gz";
const EURUSD: &str = "data/eurusd-2016-06-14-ticks.csv.gz";

fn open_demo(path: &str) -> Replay {
    open(&[repository(path)], &ReplayConfig::default()).unwrap()
}

/// The cells of a demo file's rows, read without any of the code under test.
fn rows(path: &str) -> Vec<Vec<String>> {
    let mut text = String::new();
    GzDecoder::new(std::fs::File::open(repository(path)).unwrap()).read_to_string(&mut text).unwrap();
    text.lines().skip(1).map(|line| line.split(',').map(String::from).collect()).collect()
}

/// Text of a number with zeros up to the increment's decimals.
fn padded(text: &str, increment: Increment) -> String {
    let decimals = usize::from(increment.decimals());
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if decimals == 0 { whole.into() } else { format!("{whole}.{fraction:0<decimals$}") }
}

fn date(ts: Timestamp) -> String {
    chrono::DateTime::from_timestamp_nanos(ts.0).format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

#[test]
fn daily_bars_of_the_stocks_equal_the_file() {
    let mut replay = open_demo(STOCKS);
    let mut market = market(&replay.info().instruments, replay.info().start);
    while let Some(tick) = replay.next_tick().unwrap() {
        market.apply(&tick);
        market.advance(tick.ts);
    }
    market.finish();
    assert_eq!((market.ticks(), market.late()), (4 * 12_154, 0));
    let mut got: HashMap<(String, String), [String; 5]> = HashMap::new();
    for (_, instrument, state) in market.iter() {
        for bar in state.series(Interval::D1).closed.iter() {
            let price = |p| instrument.price_increment.price(p).to_string();
            let volume = instrument.size_increment.size(bar.volume).to_string();
            let bar_text = [price(bar.open), price(bar.high), price(bar.low), price(bar.close), volume];
            got.insert((instrument.symbol.clone(), date(bar.start)), bar_text);
        }
    }
    let rows = rows(STOCKS);
    assert_eq!((rows.len(), got.len()), (12_154, 12_154));
    for row in rows {
        let (_, instrument, _) = market.iter().find(|(_, i, _)| i.symbol == row[0]).unwrap();
        let price = |cell: &str| padded(cell, instrument.price_increment);
        let volume = padded(&row[6], instrument.size_increment);
        let want = [price(&row[2]), price(&row[3]), price(&row[4]), price(&row[5]), volume];
        assert_eq!(got[&(row[0].clone(), format!("{}T00:00:00.000Z", row[1]))], want, "{row:?}");
    }
}

#[test]
fn bids_of_eurusd_equal_the_file() {
    let mut replay = open_demo(EURUSD);
    let ticks = all_ticks(&mut replay);
    let rows = rows(EURUSD);
    assert_eq!((rows.len(), ticks.len()), (100_005, 100_005));
    let increment = replay.info().instruments[0].price_increment;
    for (row, tick) in rows.iter().zip(ticks) {
        let TickKind::Quote(quote) = tick.kind else { panic!("a trade") };
        assert_eq!(
            [date(tick.ts), increment.price(quote.bid.unwrap()).to_string()],
            [row[0].as_str(), row[2].as_str()]
        );
        assert_eq!(quote.ask, None);
    }
}

#[test]
fn demo_files_are_detected() {
    let stocks = open_demo(STOCKS);
    let info = stocks.info();
    let symbols: Vec<_> = info.instruments.iter().map(|i| i.symbol.as_str()).collect();
    assert_eq!(symbols, ["AAPL", "FB", "GOOG", "IBM", "MSFT"]);
    assert!(info.instruments.iter().all(|i| i.synthesised_from == Some(Interval::D1)));
    assert_eq!((info.speed, info.speed_reason.as_str()), (Speed::Times(345_600.0), "4 daily bars a second"));
    assert_eq!((info.name.as_str(), stocks.rows_rejected()), ("us-stocks-daily.csv.gz", 0));
    assert_eq!([date(info.start), date(info.end.unwrap())], ["2000-03-01T00:00:00.000Z", "2013-03-01T18:00:00.000Z"]);

    let eurusd = open_demo(EURUSD);
    let info = eurusd.info();
    assert_eq!((info.instruments[0].basis, eurusd.report()[0].kind), (PriceBasis::Bid, FileKind::Quotes));
    assert_eq!((info.speed, info.speed_reason.as_str()), (Speed::Times(10.0), "about 12 events a second"));
    assert!(eurusd.report()[0].assumptions.is_empty());
}

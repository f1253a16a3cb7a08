//! The layouts and traps of real market-data files, each as a small file in `tests/fixtures/layouts` with invented
//! values. `docs/CSV.md` has the same list for people.

use std::fs;

use super::repository;
use crate::feed::replay::{FileReport, ReplayConfig, ReplayError, entries, inspect};
use crate::inspect::utc;

/// A file, and its contents as they should be read without a flag: kind, symbols, rows (and `+` rejected ones), time
/// and price of the first and of the last event.
const LAYOUTS: [(&str, &str); 79] = [
    (
        "20131007_spy_minute_trade.csv",
        "ohlcv 20131007_SPY_MINUTE_TRADE 3 2013-10-07T04:00:00Z 167.41 2013-10-07T04:02:00Z 167.24",
    ),
    (
        "20140501_eurusd_tick_quote.csv",
        "quotes 20140501_EURUSD_TICK_QUOTE 4 2014-05-01T00:00:00.292Z 1.38676 2014-05-01T02:33:42Z 1.38673",
    ),
    ("alpha-vantage.csv", "ohlcv ALPHA-VANTAGE 2 2024-03-01T00:00:00Z 10.5 2024-03-04T00:00:00Z 11.4"),
    ("ariva-de.csv", "ohlcv ARIVA-DE 2 2020-01-15T00:00:00Z 218.65 2020-01-16T00:00:00Z 217.35"),
    (
        "binance-aggtrades.csv",
        "trades BINANCE-AGGTRADES 4 2024-03-01T09:30:00.123Z 62000.1 2024-03-01T09:30:01.002Z 61999.9",
    ),
    ("binance-depth.csv", "book BTCUSDT 9 2024-03-01T09:30:00Z 62000.1 2024-03-01T09:30:00.4Z 62001.2"),
    (
        "binance-klines-ms.csv",
        "ohlcv BINANCE-KLINES-MS 3 2021-11-28T00:00:00Z 0.00002853 2021-11-28T00:02:00Z 0.00002858",
    ),
    (
        "binance-klines-us.csv",
        "ohlcv BINANCE-KLINES-US 3 2025-02-01T00:00:00Z 0.00002853 2025-02-01T00:02:00Z 0.00002858",
    ),
    ("binance-trades.csv", "trades BINANCE-TRADES 4 2024-03-01T09:30:00.123Z 62000.1 2024-03-01T09:30:01.002Z 61999.9"),
    ("bitstamp-kaggle.csv", "ohlcv BITSTAMP-KAGGLE 2+2 2011-12-31T07:52:00Z 4.39 2011-12-31T07:55:00Z 4.55"),
    ("blanks-between.prn", "ohlcv BLANKS-BETWEEN.PRN 3 2024-03-01T00:00:00Z 10.5 2024-03-05T00:00:00Z 10.75"),
    ("bonds-32nds.csv", "ohlcv BONDS-32NDS 3 2024-03-01T00:00:00Z 110.5 2024-03-05T00:00:00Z 110.015625"),
    ("book-actions.csv", "book XBTUSD 5 2024-03-01T09:30:00Z 62000 2024-03-01T09:30:03Z 62000"),
    ("book-by-moment.csv", "book BOOK-BY-MOMENT 6 2024-03-01T09:30:00Z 62000.1 2024-03-01T09:31:00Z 62010"),
    ("coinbase-candles.csv", "ohlcv COINBASE-CANDLES 3 2024-03-01T00:00:00Z 61000.5 2024-03-01T02:00:00Z 61310"),
    ("cryptodatadownload.csv", "ohlcv BTCUSD 3 2019-10-17T11:00:00Z 7964.62 2019-10-17T13:00:00Z 8035.88"),
    ("currency-codes.csv", "ohlcv CURRENCY-CODES 2 2024-03-01T00:00:00Z 100.5 2024-03-04T00:00:00Z 1101.75"),
    (
        "databento-mbp1-pretty.csv",
        "quotes ESU4 2 2024-07-01T23:58:01.218218853Z 5528.5 2024-07-01T23:58:01.218218999Z 5528.25",
    ),
    ("databento-mbp10.csv", "book ESU4 4 2024-07-01T13:30:00.0010005Z 5528.5 2024-07-01T13:30:00.0040005Z 5528.5"),
    ("databento-ohlcv.csv.zst", "ohlcv ESU4 2 2024-07-01T23:40:00Z 5527.25 2024-07-01T23:41:00Z 5527.75"),
    (
        "databento-trades-raw.csv",
        "trades ESU4,NQU4 2 2024-07-01T23:58:01.218218853Z 5528.75 2024-07-01T23:58:06.116916537Z 20014.25",
    ),
    ("day-first-late.csv", "trades DAY-FIRST-LATE 218 2020-01-01T00:00:00Z 1.1 2020-01-13T00:00:00Z 1.6"),
    ("day-volume.csv", "trades rb2405 7 2024-03-01T09:00:00.5Z 3406 2024-03-01T09:00:03.5Z 3408"),
    ("dukascopy.csv", "ohlcv DUKASCOPY 3 2024-03-28T22:00:00Z 1.08 2024-03-31T21:00:00Z 1.09"),
    ("euronext-fr.csv", "ohlcv EURONEXT-FR 2 2024-03-15T00:00:00Z 25.1 2024-03-18T00:00:00Z 25.3"),
    ("event-rows.csv", "trades ACME 5+2 2024-03-01T09:30:00Z 10.02 2024-03-01T09:30:00.4Z 10.01"),
    ("firstrate.txt", "ohlcv FIRSTRATE 3 2024-03-01T09:30:00Z 10.5 2024-03-01T09:32:00Z 10.75"),
    ("fix-entries.csv", "trades ESH4 4+1 2024-03-01T14:30:00.001Z 5100.5 2024-03-01T14:30:00.301Z 5100.25"),
    ("fred.csv", "ohlcv DEXUSEU 2+1 2024-03-01T00:00:00Z 1.0839 2024-03-05T00:00:00Z 1.0861"),
    ("grains-8ths.csv", "ohlcv GRAINS-8THS 2 2024-03-01T00:00:00Z 455.25 2024-03-04T00:00:00Z 456.25"),
    ("histdata-minute.csv", "ohlcv HISTDATA-MINUTE 3 2024-03-01T00:00:00Z 1.08123 2024-03-01T00:02:00Z 1.08103"),
    ("histdata-ticks.csv", "quotes HISTDATA-TICKS 3 2024-03-01T17:00:00.065Z 1.1212 2024-03-01T17:00:10.498Z 1.12117"),
    ("investing-resaved.csv", "ohlcv INVESTING-RESAVED 3 2025-06-30T00:00:00Z 6193.36 2025-07-02T00:00:00Z 6227.42"),
    ("investing.csv", "ohlcv INVESTING 2 2023-04-27T00:00:00Z 28424.5 2023-04-28T00:00:00Z 28935.9"),
    ("kibot.txt", "ohlcv KIBOT 3 2024-03-14T09:30:00Z 10.5 2024-03-14T09:32:00Z 10.75"),
    ("kraken-ohlcvt.csv", "ohlcv KRAKEN-OHLCVT 3 2024-03-01T00:00:00Z 61000.5 2024-03-01T02:00:00Z 61310"),
    ("kraken-trades.csv", "trades KRAKEN-TRADES 4 2024-03-01T00:00:00Z 61000.5 2024-03-01T00:00:07Z 61002.1"),
    ("krx-euckr.csv", "ohlcv KRX-EUCKR 2 2024-03-04T00:00:00Z 73500 2024-03-05T00:00:00Z 73700"),
    (
        "lean-crypto.zip",
        "ohlcv 20171217_BTCUSD_MINUTE_TRADE 3 2017-12-17T00:00:00Z 19650.02 2017-12-17T00:02:00Z 19349.99",
    ),
    (
        "lobster_ACME_2012-06-21_message_1.csv",
        "book LOBSTER_ACME_2012-06-21_MESSAGE_ 5 2012-06-21T09:30:00.017459617Z 223.82 2012-06-21T09:30:01.5Z 223.75",
    ),
    ("long-by-symbol.csv", "ohlcv ACME,BOLT 4 2024-03-01T00:00:00Z 10.5 2024-03-04T00:00:00Z 51.5"),
    (
        "mangled-by-spreadsheet.csv",
        "ohlcv MANGLED-BY-SPREADSHEET 2 2025-07-01T00:00:00Z 105694.3 2025-07-02T00:00:00Z 108843.7",
    ),
    ("metatrader4.csv", "ohlcv METATRADER4 3 2019-01-02T00:00:00Z 1.1455 2019-01-02T00:02:00Z 1.1452"),
    (
        "metatrader5-ticks.csv",
        "trades METATRADER5-TICKS 5 2024-03-01T10:00:00.036Z 5100.75 2024-03-01T10:00:01.236Z 5100.5",
    ),
    ("metatrader5.csv", "ohlcv METATRADER5 2 2024-01-02T01:00:00Z 37771.4 2024-01-02T02:00:00Z 37769.8"),
    ("month-first-am-pm.txt", "ohlcv MONTH-FIRST-AM-PM 3 2015-03-03T11:50:00Z 211.03 2015-03-13T16:00:00Z 209.5"),
    (
        "mtgox-trades.csv",
        "trades MTGOX-TRADES 3 2013-01-01T00:04:19.486096Z 13.51001 2013-01-01T00:05:39.290677Z 13.51001",
    ),
    ("nasdaq.csv", "ohlcv NASDAQ 2 2023-12-28T00:00:00Z 194.14 2023-12-29T00:00:00Z 192.53"),
    ("netease-gbk.csv", "ohlcv '000001 2 2024-03-01T00:00:00Z 51.75 2024-03-04T00:00:00Z 51.21"),
    ("nikkei-sjis.csv", "ohlcv NIKKEI-SJIS 2+1 2024-06-10T00:00:00Z 38764.1 2024-06-11T00:00:00Z 39134.79"),
    ("padded.csv", "ohlcv PADDED 2 2020-02-27T01:51:00Z 167761.49 2020-02-27T01:52:00Z 168764.01"),
    ("pandas-index.csv", "trades PANDAS-INDEX 3 2024-03-01T09:30:00Z 1.5 2024-03-01T09:30:02Z 1.7"),
    ("polygon.csv", "ohlcv ACME 2 2024-03-01T09:30:00Z 200.29 2024-03-01T09:31:00Z 200.61"),
    ("r-row-names.csv", "ohlcv R-ROW-NAMES 2 2024-03-01T00:00:00Z 1.5 2024-03-04T00:00:00Z 1.7"),
    ("rates-near-zero.csv", "ohlcv RATES-NEAR-ZERO 5 2008-10-01T00:00:00Z 2 2009-02-02T00:00:00Z 0.25"),
    ("settle-and-last.csv", "ohlcv SETTLE-AND-LAST 2 2018-03-27T00:00:00Z 2659.5 2018-03-28T00:00:00Z 2608"),
    ("shares-fractions.csv", "ohlcv SHARES-FRACTIONS 2 1999-03-01T00:00:00Z 45.5 1999-03-02T00:00:00Z 46.625"),
    ("short-rows.tsv", "ohlcv SHORT-ROWS 2 2010-01-04T00:00:00Z 25.436282332605284 2010-01-05T00:00:00Z 25.718722"),
    ("signed-sizes.csv", "trades SIGNED-SIZES 3 2024-03-01T09:30:00.123Z 62000 2024-03-01T09:30:01.001Z 62000.5"),
    ("spread-trades.csv", "trades SPREAD-TRADES 4 2024-03-01T09:30:00Z 0.25 2024-03-01T09:30:03Z 0.5"),
    ("stooq-bulk.txt", "ohlcv ACME.US 2 2024-03-01T15:30:00Z 10.5 2024-03-01T15:35:00Z 10.55"),
    ("stooq-pl.csv", "ohlcv STOOQ-PL 2 2024-03-01T00:00:00Z 100.5 2024-03-04T00:00:00Z 103"),
    ("taq-quotes.csv", "quotes ACME 3 2018-01-02T09:30:00.012345678Z 10.01 2018-01-02T10:15:00.5Z 10.02"),
    ("taq-trades.csv", "trades ACME 3+2 2018-01-02T09:30:00.012345678Z 10.01 2018-01-02T09:30:03.5Z 10.02"),
    ("tardis-book-changes.csv", "book BTC-PERP 4 2020-04-01T00:00:00.245Z 6421.5 2020-04-01T00:00:00.3Z 6422"),
    ("tardis-book-snapshot.csv", "book BTC 2 2020-05-01T00:00:01.099Z 8629.2 2020-05-01T00:00:01.199Z 8629.3"),
    ("tardis-quotes.csv", "quotes BTC-USD 2 2020-05-01T00:00:01.099Z 8629.2 2020-05-01T00:00:01.133Z 8629.3"),
    ("tardis-trades.csv", "trades XBTUSD 3 2020-03-01T00:00:03.145Z 8531.5 2020-03-01T00:00:03.276Z 8531.5"),
    (
        "trades-and-quotes-by-type.csv",
        "trades ACME.N 4+1 2024-03-01T14:30:00.012Z 10.02 2024-03-01T14:30:00.412Z 10.01",
    ),
    ("tradingview.csv", "ohlcv TRADINGVIEW 2 2024-01-21T14:00:00Z 41859.52 2024-01-21T15:00:00Z 41656.28"),
    ("two-digit-years.csv", "ohlcv TWO-DIGIT-YEARS 2 2010-12-30T00:00:00Z 31.45 2010-12-31T00:00:00Z 31.3"),
    ("twse-big5.csv", "ohlcv TWSE-BIG5 2 2024-03-01T00:00:00Z 697 2024-03-04T00:00:00Z 725"),
    ("wide-closes.csv", "ohlcv ACME,BOLT,CORP 3 2024-03-01T00:00:00Z 10.5 2024-03-05T00:00:00Z 10.7"),
    ("wide-prefixed.csv", "ohlcv BTC,ETH 2 2014-12-01T00:00:00Z 300 2020-01-16T00:00:00Z 8714.76"),
    ("yahoo-daily.csv", "ohlcv YAHOO-DAILY 3+1 2024-03-01T00:00:00Z 10.5 2024-03-06T00:00:00Z 11.2"),
    ("yahoo-old.csv", "ohlcv YAHOO-OLD 3 2011-06-01T00:00:00Z 19.8 2011-06-03T00:00:00Z 20.7"),
    ("yfinance-three-headers.csv", "ohlcv ACME 2 2024-03-01T00:00:00Z 10.5 2024-03-04T00:00:00Z 11.4"),
    ("yfinance-two-tickers.csv", "ohlcv ACME,BOLT 2 2024-03-01T00:00:00Z 10.5 2024-03-04T00:00:00Z 11.4"),
    ("zero-bars.csv", "ohlcv ZERO-BARS 2+1 2024-03-13T00:00:00Z 101.5 2024-03-14T00:00:00Z 102.2"),
];

fn summary(name: &str) -> String {
    let path = repository("tests/fixtures/layouts").join(name);
    let entry = entries(&[path], &ReplayConfig::default()).unwrap().remove(0);
    summary_of(&inspect(&entry, &ReplayConfig::default(), &mut |_, _, _| {}))
}

/// A report in one line, as the list above has it.
pub fn summary_of(report: &Result<FileReport, ReplayError>) -> String {
    let report = match report {
        Ok(report) => report,
        Err(error) => return error.to_string(),
    };
    let rejected = if report.rows_rejected > 0 { format!("+{}", report.rows_rejected) } else { String::new() };
    let edge = |edge: Option<crate::feed::replay::Edge>| {
        edge.map_or("-".into(), |edge| format!("{} {}", utc(edge.ts), edge.price.shorten(0)))
    };
    let (kind, symbols, rows) = (report.kind.code(), report.symbols.join(","), report.rows);
    format!("{kind} {symbols} {rows}{rejected} {} {}", edge(report.first), edge(report.last))
}

#[test]
fn layout_is_detected() {
    let wrong: Vec<String> = LAYOUTS
        .iter()
        .map(|(name, want)| (name, want, summary(name)))
        .filter(|(_, want, got)| *want != got)
        .map(|(name, want, got)| format!("{name}\n   got {got}\n  want {want}"))
        .collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), LAYOUTS.len(), wrong.join("\n"));
}

#[test]
fn layouts_are_all_listed() {
    let names = fs::read_dir(repository("tests/fixtures/layouts")).unwrap();
    let mut names: Vec<_> = names.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name != "several-members.zip");
    names.sort_unstable();
    assert_eq!(names, LAYOUTS.map(|(name, _)| name));
}

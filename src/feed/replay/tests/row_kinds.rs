//! Rows of several kinds, tick by tick: trades, quotes, levels of a book, cancelled trades, zeros, blanks, sizes.

use std::fs;
use std::ops::{Deref, DerefMut};

use tempfile::TempDir;

use super::{all_ticks, line};
use crate::feed::TickSource;
use crate::feed::replay::{self, FileReport, Overrides, Replay, ReplayConfig};

/// A replay, and the folder of its files.
struct Opened {
    replay: Replay,
    _folder: TempDir,
}

impl Deref for Opened {
    type Target = Replay;

    fn deref(&self) -> &Replay {
        &self.replay
    }
}

impl DerefMut for Opened {
    fn deref_mut(&mut self) -> &mut Replay {
        &mut self.replay
    }
}

/// Opens files with these texts.
fn open(files: &[(&str, &str)], flags: &[(&str, &str)]) -> Opened {
    let folder = tempfile::tempdir().unwrap();
    let write = |(name, text): &(&str, &str)| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let paths: Vec<_> = files.iter().map(write).collect();
    let mut overrides = Overrides::default();
    flags.iter().for_each(|(key, value)| overrides.set(key, value).unwrap());
    let config = ReplayConfig { overrides, ..ReplayConfig::default() };
    Opened { replay: replay::open(&paths, &config).unwrap(), _folder: folder }
}

fn ticks(text: &str, flags: &[(&str, &str)]) -> Vec<String> {
    let mut replay = open(&[("X.csv", text)], flags);
    let ticks = all_ticks(&mut replay);
    // The time and the symbol are those of the rows.
    ticks.iter().map(|tick| line(&replay, tick).splitn(3, ' ').nth(2).unwrap().to_owned()).collect()
}

#[track_caller]
fn check(text: &str, want: &[&str]) {
    assert_eq!(ticks(text, &[]), want, "{text}");
}

fn says(report: &FileReport, what: &str) -> bool {
    report.assumptions.iter().any(|assumption| assumption.to_string().contains(what))
}

#[track_caller]
fn check_says(text: &str, what: &str) {
    let replay = open(&[("X.csv", text)], &[]);
    assert!(says(&replay.report()[0], what), "{what}: {:?}", replay.report()[0].assumptions);
}

const EVENTS: &str = "time,type,price,size
2024-03-01T09:30:00Z,BID,10.0,5
2024-03-01T09:30:00Z,ASK,10.2,7
2024-03-01T09:30:01Z,TRADE,10.1,100
2024-03-01T09:30:02Z,BID,0,0
2024-03-01T09:30:03Z,TRADE CANCELLED,99.9,100
2024-03-01T09:30:04Z,TRADE,10.2,50
";

#[test]
fn bid_ask_and_trade_rows_play_as_what_they_are() {
    let want = ["10.0 x 5 / 10.2 x 7", "10.1 x 100 ?", "- / 10.2 x 7", "10.2 x 50 ?"];
    check(EVENTS, &want);
    let replay = open(&[("X.csv", EVENTS)], &[]);
    let rejected = replay.rejected();
    assert_eq!((rejected.len(), rejected[0].reason, rejected[0].line), (1, "a cancelled trade", Some(6)));
    assert_eq!(rejected[0].value, "TRADE CANCELLED");
    check_says(EVENTS, "`type` tells the kind of each row");
}

#[test]
fn kind_of_rows_can_be_given() {
    // Without a trade, bids and asks may also be sides of trades.
    let text = "time,what,price,size\n2024-03-01T09:30:00Z,bid,10.0,5\n2024-03-01T09:30:01Z,ask,10.2,7\n";
    assert_eq!(ticks(text, &[("columns", "row_kind=what")]), ["10.0 x 5 / -", "10.0 x 5 / 10.2 x 7"]);
}

#[test]
fn side_of_a_trade_is_no_kind() {
    let text = "time,price,size,side\n2024-03-01T09:30:00Z,10.0,5,bid\n2024-03-01T09:30:00Z,10.0,6,ask\n\
                2024-03-01T09:30:01Z,10.2,7,bid\n2024-03-01T09:30:02Z,10.1,8,ask\n";
    check(text, &["10.0 x 5 buy", "10.0 x 6 sell", "10.2 x 7 buy", "10.1 x 8 sell"]);
    // The letters of an exchange.
    let text = "time,price,size,exchange\n2024-03-01T09:30:00Z,10.0,5,T\n2024-03-01T09:30:01Z,10.1,6,Q\n";
    check(text, &["10.0 x 5 ?", "10.1 x 6 ?"]);
}

#[test]
fn quote_with_one_price_has_the_side_of_its_row() {
    let text = "record_type,time,price,size,side\nT,2024-03-01T09:30:00Z,10.1,5,buy\nQ,2024-03-01T09:30:01Z,10.0,7,bid\n\
                Q,2024-03-01T09:30:01Z,10.2,8,ask\nT,2024-03-01T09:30:02Z,10.2,9,sell\n";
    check(text, &["10.1 x 5 buy", "10.0 x 7 / 10.2 x 8", "10.2 x 9 sell"]);
}

#[test]
fn price_too_small_for_the_digits_is_rejected_as_such() {
    let text = "time,price,size\n2024-03-01T09:30:00Z,1e-17,5\n2024-03-01T09:30:01Z,2,5\n";
    check(text, &["2 x 5 ?"]);
    let rejected = open(&[("X.csv", text)], &[]).rejected();
    assert_eq!((rejected[0].reason, rejected[0].value.as_str()), ("too many digits", "1e-17"));
}

#[test]
fn quotes_of_another_range_are_left_out() {
    let text = "time,event,price,size\n2024-03-01T09:30:00Z,QUOTE BID,10.0,5\n2024-03-01T09:30:00Z,QUOTE ASK,10.2,7\n\
                2024-03-01T09:30:01Z,QUOTE ASK NB,20.9,7\n2024-03-01T09:30:02Z,TRADE NB,10.1,8\n";
    check(text, &["10.0 x 5 / 10.2 x 7", "10.1 x 8 ?"]);
    check_says(text, "rows such as `QUOTE ASK NB` are not played");
}

#[test]
fn flags_of_metatrader_tell_trades_from_quotes() {
    let text = "time_msc,bid,ask,last,volume,flags\n1709285400036,100.0,100.2,99.9,3,6\n\
                1709285400136,100.0,100.3,100.3,4,56\n1709285400236,100.1,100.3,100.3,4,2\n";
    check(text, &["100.0 x 0 / 100.2 x 0", "100.3 x 4 ?", "100.1 x 0 / 100.3 x 0"]);
}

#[test]
fn blank_side_is_unchanged_where_sides_take_turns() {
    let text = "time,bid,ask\n2024-03-01T09:30:00Z,10.0,\n2024-03-01T09:30:01Z,,10.2\n2024-03-01T09:30:02Z,10.1,\n";
    check(text, &["10.0 x 0 / -", "10.0 x 0 / 10.2 x 0", "10.1 x 0 / 10.2 x 0"]);
    check_says(text, "a blank bid or ask is unchanged");
    // Only bids are missing: there is none.
    let text = "time,bid,ask\n2024-03-01T09:30:00Z,10.0,10.2\n2024-03-01T09:30:01Z,,10.2\n";
    check(text, &["10.0 x 0 / 10.2 x 0", "- / 10.2 x 0"]);
}

#[test]
fn price_of_zero_is_no_trade() {
    let text = "time,last,volume,bid,ask\n2024-03-01T09:30:00Z,0.00,0,100.1,100.3\n\
                2024-03-01T09:30:01Z,100.2,5,100.1,100.3\n2024-03-01T09:30:02Z,0.00,0,0,100.4\n";
    check(text, &["100.1 x 0 / 100.3 x 0", "100.1 x 0 / 100.3 x 0", "100.2 x 5 ?", "- / 100.4 x 0"]);
    check_says(text, "0 is no price");
    let trades =
        "time,price,size\n2024-03-01T09:30:00Z,100.1,5\n2024-03-01T09:30:01Z,0,5\n2024-03-01T09:30:02Z,100.2,5\n";
    check(trades, &["100.1 x 5 ?", "100.2 x 5 ?"]);
    let rejected = open(&[("X.csv", trades)], &[]).rejected();
    assert_eq!((rejected.len(), rejected[0].line, rejected[0].count), (1, Some(3), 1));
    assert_eq!(ticks(trades, &[("zero-prices", "yes")]).len(), 3);
}

#[test]
fn price_of_zero_is_kept_beside_prices_near_it() {
    let text = "time,price,size\n2024-03-01T09:30:00Z,0.5,5\n2024-03-01T09:30:01Z,0,5\n2024-03-01T09:30:02Z,-0.5,5\n";
    check(text, &["0.5 x 5 ?", "0.0 x 5 ?", "-0.5 x 5 ?"]);
    check_says(text, "0 is a price");
    assert_eq!(ticks(text, &[("zero-prices", "no")]).len(), 2);
    let quotes = "time,bid,ask\n2024-03-01T09:30:00Z,-0.2,0.2\n2024-03-01T09:30:01Z,0,0.4\n";
    check(quotes, &["-0.2 x 0 / 0.2 x 0", "0.0 x 0 / 0.4 x 0"]);
}

#[test]
fn sign_of_a_size_is_its_side() {
    let text = "id,time,price,amount\n1,2024-03-01T09:30:00Z,10.0,5\n2,2024-03-01T09:30:01Z,10.1,-7\n";
    check(text, &["10.0 x 5 buy", "10.1 x 7 sell"]);
    check_says(text, "a negative `amount` is that of a sale");
}

#[test]
fn day_volume_is_taken_as_differences() {
    let rows = "time,last,volume,bid,ask\n2024-03-01T09:30:00Z,10.0,500,10.0,10.1\n2024-03-01T09:30:01Z,10.1,507,10.0,10.1\n\
                2024-03-01T09:30:02Z,10.1,507,10.0,10.1\n";
    let more = "2024-03-01T09:30:03Z,10.1,511,10.0,10.1\n2024-03-01T09:30:04Z,10.1,520,10.0,10.1\n\
                2024-03-01T09:30:05Z,10.1,521,10.0,10.1\n2024-03-01T09:30:06Z,10.1,530,10.0,10.1\n";
    let trades = |text: &str, flags: &[(&str, &str)]| {
        let mut ticks = ticks(text, flags);
        ticks.retain(|tick| !tick.contains('/'));
        ticks
    };
    let long = [rows, more].concat();
    assert_eq!(
        trades(&long, &[]),
        ["10.0 x 0 ?", "10.1 x 7 ?", "10.1 x 4 ?", "10.1 x 9 ?", "10.1 x 1 ?", "10.1 x 9 ?"]
    );
    check_says(&long, "`volume` is the volume of the day so far");
    assert_eq!(trades(&long, &[("columns", "size=volume")])[1], "10.1 x 507 ?");
    // Too few rows to decide: it is said, with the flag.
    assert_eq!(trades(rows, &[])[1], "10.1 x 507 ?");
    check_says(rows, "--columns day_volume=");
    assert_eq!(trades(rows, &[("columns", "day_volume=volume")]), ["10.0 x 0 ?", "10.1 x 7 ?"]);
}

#[test]
fn rows_of_one_time_are_one_book() {
    let text = "date,type,price,amount\n1451606456000,b,428.98,5\n1451606456000,b,428.9,1\n1451606456000,a,429.17,2\n\
                1451606456000,a,429.2,3\n1451606516000,b,428.95,5\n1451606516000,a,429.1,2\n";
    check(text, &["428.98 x 5 / 429.17 x 2", "428.95 x 5 / 429.10 x 2"]);
    check_says(text, "all rows of one time are one order book");
    assert_eq!(ticks(text, &[("kind", "trades")]).len(), 6);
}

#[test]
fn actions_change_a_book() {
    let text = "timestamp,action,side,size,price\n2024-03-01T09:30:00Z,partial,Buy,100,62000.0\n\
                2024-03-01T09:30:00Z,partial,Sell,200,62000.5\n2024-03-01T09:30:01Z,insert,Buy,50,62000.2\n\
                2024-03-01T09:30:02Z,delete,Buy,,62000.2\n";
    let first = "62000.0 x 100 / 62000.5 x 200";
    check(text, &[first, "62000.2 x 50 / 62000.5 x 200", first]);
}

#[test]
fn bar_that_comes_again_plays_once() {
    let bars = "time,open,high,low,close,volume\n2024-03-01,10,12,9,11,100\n2024-03-01,10,12,9,11,100\n\
                2024-03-04,11,13,10,12,100\n";
    assert_eq!(ticks(bars, &[]).len(), 8);
    check_says(bars, "1 rows that are the row before again play once");
}

#[test]
fn trade_that_comes_again_with_its_number_plays_once() {
    let rows = "2024-03-01T09:30:00.123Z,10.1,5,7001\n2024-03-01T09:30:00.123Z,10.1,5,7001\n\
                2024-03-01T09:30:00.123Z,10.1,5,7002\n";
    let numbered = ["time,price,size,trade_id\n", rows].concat();
    check(&numbered, &["10.1 x 5 ?", "10.1 x 5 ?"]);
    check_says(&numbered, "1 rows that are the row before again play once");
    let bare = "time,price,size\n2024-03-01T09:30:00Z,10.1,5\n2024-03-01T09:30:00Z,10.1,5\n";
    check(bare, &["10.1 x 5 ?", "10.1 x 5 ?"]);
    check_says(bare, "1 rows that are the row before again play each");
}

#[test]
fn overlapping_files_of_one_symbol_play_once() {
    let rows = ["2024-03-01,10,12,9,11,100\n", "2024-03-04,11,13,10,12,100\n", "2024-03-05,12,14,11,13,100\n"];
    let header = "time,open,high,low,close,volume\n";
    let (a, b) = ([header, rows[0], rows[1]].concat(), [header, rows[1], rows[2]].concat());
    let mut replay = open(&[("ACME-2024-03-01.csv", &a), ("ACME-2024-03-05.csv", &b)], &[]);
    assert_eq!(all_ticks(&mut replay).len(), 12);
    assert_eq!(replay.info().instruments.len(), 1);
    assert_eq!(replay.info().instruments[0].symbol, "ACME");
    assert!(says(&replay.report()[1], "1 rows of ACME that `ACME-2024-03-01.csv` has, too, play once"));
    // Other rows at the same times: they are other instruments.
    let c = [header, "2024-03-01,50,52,49,51,100\n", "2024-03-04,51,53,50,52,100\n"].concat();
    let mut replay = open(&[("VX_2024-03.csv", &a), ("VX_2024-04.csv", &c)], &[]);
    assert_eq!(replay.info().instruments.len(), 2);
    assert_eq!(all_ticks(&mut replay).len(), 16);
}

/// A file of one trade a second, with these sizes.
fn trades(sizes: &[u32]) -> String {
    let row = |(n, size): (usize, &u32)| format!("2024-03-01T09:{:02}:{:02}Z,A,10,{size}\n", n / 60, n % 60);
    ["time,symbol,price,size\n".to_owned(), sizes.iter().enumerate().map(row).collect()].concat()
}

#[test]
fn rows_behind_those_compared_play_from_both_files() {
    let (a, mut sizes) = (trades(&[5; 50]), [5; 50]);
    // The rows that are compared are equal, a later one is not.
    sizes[45] = 6;
    let mut replay = open(&[("a.csv", &a), ("b.csv", &trades(&sizes))], &[]);
    assert_eq!(all_ticks(&mut replay).len(), 50 + 10);
    assert!(says(&replay.report()[1], "further rows are not compared, and play from both"));
}

#[test]
fn many_files_of_one_symbol_are_compared_within_a_limit() {
    let texts: Vec<String> = (1..=5).map(|size| trades(&[size; 3])).collect();
    let names: Vec<String> = (1..=5).map(|n| format!("{n}.csv")).collect();
    let files: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(texts.iter().map(String::as_str)).collect();
    let mut replay = open(&files, &[]);
    assert_eq!(all_ticks(&mut replay).len(), 15);
    assert!(says(&replay.report()[4], "further files of the same symbols are not compared"));
    // Copies need one comparison each.
    let copies: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), texts[0].as_str())).collect();
    let mut replay = open(&copies, &[]);
    assert_eq!(all_ticks(&mut replay).len(), 3);
    assert!(!replay.report().iter().any(|report| says(report, "not compared")));
}

#[test]
fn files_of_a_series_are_one_symbol() {
    let file = |day: u32| format!("time,price,size\n2024-03-{day:02}T09:30:00Z,10.{day},5\n");
    let replay = open(&[("eurusd_20240301.csv", &file(1)), ("eurusd_20240302.csv", &file(2))], &[]);
    assert_eq!(replay.info().instruments.iter().map(|one| one.symbol.as_str()).collect::<Vec<_>>(), ["EURUSD"]);
    assert!(says(&replay.report()[0], "the symbol is EURUSD"));
    let replay = open(&[("eurusd_20240301.csv", &file(1))], &[]);
    assert_eq!(replay.info().instruments[0].symbol, "EURUSD_20240301");
}

#[test]
fn bars_do_not_play_where_trades_do() {
    let bars = "time,symbol,open,high,low,close,volume\n2024-03-01T09:30:00Z,A,10,12,9,11,100\n\
                2024-03-01T09:31:00Z,A,11,13,10,12,100\n2024-03-01T09:32:00Z,A,12,13,10,12,100\n";
    let trades = "time,symbol,price,size\n2024-03-01T09:30:10Z,A,10,5\n2024-03-01T09:31:10Z,A,11,5\n";
    let mut replay = open(&[("bars.csv", bars), ("trades.csv", trades)], &[]);
    assert_eq!(all_ticks(&mut replay).len(), 4 + 2);
    assert!(says(&replay.report()[0], "bars of A do not play where `trades.csv` has its trades"));
    assert!(says(&replay.report()[1], "trades of A play in place of the bars in `bars.csv`"));
}

#[test]
fn prices_in_fractions_are_exact() {
    let bonds = "time,price,size\n2024-03-01T09:30:00Z,110'165,5\n2024-03-01T09:30:01Z,110'16.5,5\n\
                 2024-03-01T09:30:02Z,110-16+,5\n2024-03-01T09:30:03Z,110'167,5\n2024-03-01T09:30:04Z,110'240,5\n\
                 2024-03-01T09:30:05Z,110'242,5\n";
    let want =
        ["110.5156250 x 5 ?", "110.5156250 x 5 ?", "110.5156250 x 5 ?", "110.5234375 x 5 ?", "110.7500000 x 5 ?"];
    assert_eq!(ticks(bonds, &[])[..5], want);
    check_says(bonds, "`110'165` is 110.515625");
    assert_eq!(ticks(bonds, &[("decimal-mark", "point")])[0], "110165 x 5 ?");
    let shares = "time,price,size\n1999-03-01T09:30:00Z,45 1/2,5\n1999-03-01T09:30:01Z,45-5/8,5\n";
    check(shares, &["45.500 x 5 ?", "45.625 x 5 ?"]);
}

#[test]
fn zeros_are_no_evidence_of_scaled_prices() {
    let text = "ts,price,size\n1709285400000000000,0,5\n1709285401000000000,0,5\n";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("X.csv");
    fs::write(&path, text).unwrap();
    let error = replay::open(&[path], &ReplayConfig::default()).err().unwrap().to_string();
    assert!(error.contains("a price of 0"), "{error}");
}

#[test]
fn large_volumes_with_marks_are_no_lost_decimals() {
    let text = "Date,Close,Volume\n2024-03-01,10.5,\"1,234,567,890\"\n2024-03-04,10.6,\"1,034,567,891\"\n";
    let replay = open(&[("X.csv", text)], &[]);
    assert!(!says(&replay.report()[0], "lost their decimal point"));
    assert_eq!(replay.report()[0].columns[2].1.map(|role| role.label()), Some("volume"));
}

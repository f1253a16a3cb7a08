//! The warnings about small files with invented values.

use std::fs;

use crate::feed::replay::{FileReport, ReplayConfig, entries, inspect};

fn report(name: &str, text: &str) -> FileReport {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    let entry = entries(&[path], &ReplayConfig::default()).unwrap().remove(0);
    inspect(&entry, &ReplayConfig::default(), &mut |_, _, _| {}).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Checks the codes of the warnings about a file, and a text that the first of them has.
fn check(name: &str, text: &str, codes: &[&str], said: &str) {
    let report = report(name, text);
    let got: Vec<_> = report.warnings.iter().map(|warning| warning.code.label()).collect();
    assert_eq!(got, codes, "{name}: {:?}", report.warnings);
    let first = report.warnings.first().map(ToString::to_string).unwrap_or_default();
    assert!(first.contains(said), "{name}: {said} in {first}");
}

/// A file of trades at these prices, a second apart.
fn trades(prices: &[&str]) -> String {
    let row = |(n, price): (usize, &&str)| format!("2024-01-02T09:30:{n:02}Z,ACME,{price},{}\n", 7 + n * 5 % 11);
    format!("time,symbol,price,size\n{}", prices.iter().enumerate().map(row).collect::<String>())
}

#[test]
fn file_that_is_read_right_has_no_warning() {
    check("calm.csv", &trades(&["10.5", "10.6", "10.4", "10.5", "11.2"]), &[], "");
    check("falls-below-zero.csv", &trades(&["2.5", "1.6", "0.4", "-0.5", "-7.2"]), &[], "");
    check("two.csv", &trades(&["10.5", "250"]), &[], "");
}

#[test]
fn price_that_jumps_is_doubted() {
    check("jump.csv", &trades(&["10.5", "10.6", "1062", "10.5"]), &["price-jump"], "from 10.6 to 1062 in one step");
    check("cents.csv", &trades(&["1050", "10.6", "10.5", "10.4"]), &["price-jump"], "(lines 2, 3)");
}

#[test]
fn price_of_zero_beside_others_is_doubted() {
    check("flips.csv", &trades(&["10.5", "-10.6", "10.4", "10.5"]), &["zero-price"], "(line 3)");
}

#[test]
fn sizes_that_never_fall_are_told() {
    let rows = |from: u32, day: u32| -> String {
        (0..8).map(|n| format!("2024-01-0{day}T09:30:0{n}Z,ACME,10.5,{}\n", from + n * 7 + n % 3)).collect()
    };
    let text = format!("time,symbol,price,size\n{}{}", rows(100, 2), rows(50, 3));
    let daily: String = (1..10).map(|n| format!("2024-01-0{n},10.5,{}\n", 100 + n * 37 % 50)).collect();
    check("daily.csv", &format!("date,close,volume\n{daily}"), &[], "");
    check("total.csv", &text, &["running-total"], "the sizes of ACME never fall within a day: 100, 108, 116");
}

#[test]
fn bid_above_ask_is_doubted() {
    let rows: String = (0..4).map(|n| format!("2024-01-02T09:30:0{n}Z,10.{}5,10.{n}1\n", n + 1)).collect();
    check("crossed.csv", &format!("time,bid,ask\n{rows}"), &["crossed-quotes"], "10.15 and 10.01");
}

#[test]
fn times_of_another_date_than_the_name_are_told() {
    let text = trades(&["10.5", "10.6"]);
    check("acme-2024-01-02.csv", &text, &[], "");
    check("acme-2024-01-05.csv", &text, &[], "");
    check("acme_20240103_20240131.csv", &text, &[], "");
    check("acme_20230103_20230131.csv", &text, &["other-date"], "2023-01-03, 2023-01-31");
    check("acme-20191108.csv", &text, &["other-date"], "the file's name has 2019-11-08");
}

#[test]
fn instruments_of_one_symbol_are_told() {
    let text = "date,symbol,expiry,open,high,low,close\n\
                2024-01-02,NIFTY,202401,22400,22500,22300,22450\n2024-01-02,NIFTY,202402,19.5,21,18,20\n\
                2024-01-03,NIFTY,202401,22450,22600,22400,22500\n2024-01-03,NIFTY,202402,20,22,19,21\n";
    let report = report("fo.csv", text);
    // Either the reader parts them, or it says that they are one.
    if report.symbols.len() == 1 {
        let first = report.warnings.first().map(ToString::to_string).unwrap_or_default();
        assert!(first.contains("rows of NIFTY at 2024-01-02T00:00:00Z have prices from 20 to 22450"), "{first}");
    }
}

#[test]
fn rows_that_share_a_date_are_told() {
    let rows: String = (0..9).map(|n| format!("2024-01-0{},{n},10.{n}\n", 2 + n / 3)).collect();
    let said = "3 rows of HEAP have no clock at 2024-01-0";
    check("heap.csv", &format!("date,flags,price\n{rows}"), &["lost-clock"], said);
}

#[test]
fn columns_in_order_by_chance_are_told() {
    let row = |n: u32| {
        let wave = [0.3, -0.2, 0.5, 0.1, -0.4][n as usize % 5];
        let at = |price: f64| format!("{:.2}", price + wave);
        format!("2024-01-{:02},{},{},{},{}\n", n + 1, at(50.0), at(70.0), at(40.0), at(60.0))
    };
    let rows: String = (0..9).map(row).collect();
    check("etfs.csv", &format!("date,open,high,low,close\n{rows}"), &["chance-bars"], "of several instruments");
}

#[test]
fn column_that_varies_under_an_unknown_name_is_doubted() {
    let rows: String = (0..4).map(|n| format!("2024-01-02T09:30:0{n}Z,10.{n},{}\n", 30 + n)).collect();
    check("odd.csv", &format!("time,price,blorp\n{rows}"), &["unused-column"], "`blorp` (30)");
    let rows: String = (0..6).map(|n| format!("2024-01-02T09:30:0{n}Z,A{},10.{n}\n", n % 2)).collect();
    check("words.csv", &format!("time,blorp,price\n{rows}"), &["unused-column"], "--columns symbol=blorp decides");
}

#[test]
fn comma_that_may_be_either_mark_is_doubted() {
    let rows: String = (0..5).map(|n| format!("2024-01-02T09:30:0{n}Z;38,70{n}\n")).collect();
    check("either.csv", &format!("time;price\n{rows}"), &["decimal-mark"], "--decimal-mark point decides");
    check("one.csv", &format!("time;price\n{rows}2024-01-02T09:30:07Z;38,7\n"), &[], "");
}

#[test]
fn sizes_as_large_as_prices_are_told() {
    let rows: String = (0..5).map(|n| format!("2024-01-02T09:30:0{n}Z,10.{n}1,10.{n}3\n")).collect();
    check("sizes.csv", &format!("time,price,size\n{rows}"), &["price-as-size"], "10.03 beside 10.01");
}

#[test]
fn price_that_moves_as_volumes_do_is_doubted() {
    let row = |n: usize, value: usize| format!("2024-{:02}-{:02},{value}.25,{}\n", 1 + n / 28, 1 + n % 28, 7 * value);
    let table = |value: &dyn Fn(usize) -> usize| (0..40).map(|n| row(n, value(n))).collect::<String>();
    let volumes = table(&|n| 400_000 + n * 7_919 % 13 * 40_000);
    let said = "the price moves by 14 % from row to row, as from 400000.25 to 480000.25 (lines 2, 3)";
    check("volumes.csv", &format!("Date,AAPL,MSFT\n{volumes}"), &["erratic-price"], said);
    let two =
        (0..40).map(|n| format!("2024-01-02T09:{n:02}:00Z,ACME,{},1\n", if n % 2 == 0 { "100.5" } else { "9.25" }));
    check("two.csv", &format!("time,symbol,price,size\n{}", two.collect::<String>()), &["price-jump"], "100.5 to 9.25");
    let prices = table(&|n| 400_000 + n * 7_919 % 13 * 1_000);
    check("prices.csv", &format!("Date,AAPL,MSFT\n{prices}"), &[], "");
}

#[test]
fn rows_that_stand_twice_are_told() {
    let text = trades(&["10.5", "10.6", "10.4", "10.5"]);
    let block: String = text.lines().skip(1).take(2).map(|line| format!("{line}\n")).collect();
    check("block.csv", &format!("{text}{block}"), &["repeated-rows"], "2 rows stand twice in the file (lines 2, 6)");
}

#[test]
fn clock_that_may_be_of_two_forms_is_doubted() {
    let row = |n: usize| format!("20240102,{},10.{n}\n", 34_200_000 + n * 1_017);
    let rows: String = (0..5).map(row).collect();
    check("forms.csv", &format!("date,time,price\n{rows}"), &["clock-form"], "`34200000` in column `time`");
}

#[test]
fn years_that_may_count_from_1911_are_told() {
    let rows: String = (0..5).map(|n| format!("98/05/{},10.{n}\n", 18 + n)).collect();
    check("years.csv", &format!("date,close\n{rows}"), &["year-form"], "--date-order roc decides it");
}

#[test]
fn number_behind_all_dates_is_doubted() {
    let row = |n: u32| format!("1996100{n},930,10.{n},11,10,10.5,{}\n", 7 + n * 5 % 11);
    check("const.csv", &(1..8).map(row).collect::<String>(), &["lost-clock"], "--columns clock=2 decides");
}

#[test]
fn numbers_behind_dates_that_nothing_uses_are_doubted() {
    let row = |n: u32| {
        let (symbol, price) = [("ACME", 4408), ("BOLT", 39230)][(n % 2) as usize];
        format!("200611{:02},{},{symbol},{price}.{n},{}\n", 10 + n / 2, 700 + n / 2 + n % 2, 100 + n * 37 % 90)
    };
    check("a.csv", &(0..12).map(row).collect::<String>(), &["lost-clock"], "--columns clock=2 decides");
}

#[test]
fn clock_taken_for_a_part_of_the_symbol_is_doubted() {
    let row = |n: usize| {
        let (symbol, price) = [("ACME", 353), ("BOLT", 4135)][n % 2];
        format!("19990727,{},{symbol},{price}.2,{price}.9,{price}.1,{price}.5\n", 200 + n / 2 * 100)
    };
    let report = report("hours.csv", &(0..10).map(row).collect::<String>());
    // Either the clock is found, or its loss is a warning.
    let is_doubted = report.warnings.iter().any(|warning| warning.code.label() == "lost-clock");
    assert!(report.symbols.len() == 2 || is_doubted, "{:?}: {:?}", report.symbols, report.warnings);
}

#[test]
fn tickers_that_are_words_are_doubted() {
    let row = |n: u32| format!("{}/10/2010,294.5{n},2088.5{n},1748.9{n}\n", 12 + n);
    let report = report("wide.csv", &format!("Date,T,GBP,C\n{}", (0..6).map(row).collect::<String>()));
    let is_doubted = report.warnings.iter().any(|warning| warning.other.contains("each of them is an instrument"));
    assert!(report.symbols.len() == 3 || is_doubted, "{:?}: {:?}", report.symbols, report.warnings);
}

#[test]
fn bars_that_share_a_time_are_doubted() {
    let row = |n: u32| format!("2024-01-02T0{}:00:00Z,10.5,11,10,10.{n},{}\n", 8 + n / 9, 7 + n * 5 % 11);
    let rows: String = (0..9).map(row).collect();
    check("bars.csv", &format!("time,open,high,low,close,volume\n{rows}"), &["lost-clock"], "--columns clock=NAME");
}

//! The time of a row in the forms of the field: small tables, and their first and last time.

use std::fs;

use super::all_ticks;
use crate::feed::replay::{self, DateOrder, Entry, FileReport, Overrides, ReplayConfig, TimeFormat, inspect};
use crate::inspect::utc;

/// Detects a table under a file name, with flags.
pub fn report(name: &str, text: &str, flags: &[(&str, &str)]) -> Result<FileReport, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    let mut overrides = Overrides::default();
    for (flag, value) in flags {
        overrides.set(flag, value).unwrap();
    }
    let config = ReplayConfig { overrides, ..ReplayConfig::default() };
    let report = inspect(&Entry::file(&path), &config, &mut |_, _, _| {}).map_err(|error| error.problem.to_string())?;
    // The described values play.
    let mut replay = replay::open(&[path], &config).map_err(|error| error.problem.to_string())?;
    assert!(!all_ticks(&mut replay).is_empty(), "{name} plays");
    Ok(report)
}

/// The first and the last time, and the number of rejected rows where there are some.
pub fn times(report: &FileReport) -> String {
    let edge = |edge: &Option<replay::Edge>| edge.map_or("-".into(), |edge| utc(edge.ts));
    let rejected = if report.rows_rejected > 0 { format!(" +{}", report.rows_rejected) } else { String::new() };
    format!("{} {}{rejected}", edge(&report.first), edge(&report.last))
}

/// A table is read without a flag.
#[track_caller]
fn check(name: &str, text: &str, want: &str) -> FileReport {
    check_with(name, text, &[], want)
}

#[track_caller]
fn check_with(name: &str, text: &str, flags: &[(&str, &str)], want: &str) -> FileReport {
    let report = report(name, text, flags).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(times(&report), want, "{name} {flags:?}");
    report
}

/// A table is refused with a message that has these parts.
#[track_caller]
fn check_refused(name: &str, text: &str, parts: &[&str]) {
    let error = report(name, text, &[]).map(|report| times(&report)).unwrap_err();
    for part in parts {
        assert!(error.contains(part), "{name}: {error}");
    }
}

#[track_caller]
pub fn check_assumed(report: &FileReport, what: &str, flag: &str) {
    let found = report.assumptions.iter().any(|one| one.to_string().contains(what) && one.flag == flag);
    assert!(found, "{what} ({flag}) in {:?}", report.assumptions);
}

#[test]
fn date_that_stands_twice_is_no_clock() {
    let want = "2011-07-28T00:00:00Z 2011-07-29T00:00:00Z";
    for again in ["20110728.0 20110729.0", "20110728 20110729"].map(|both| both.split_once(' ').unwrap()) {
        let text = format!(
            ",open,close,high,low,date\n2011-07-28,10,11,12,9,{}\n2011-07-29,11,12,13,10,{}\n",
            again.0, again.1
        );
        check("a.csv", &text, want);
    }
}

#[test]
fn figures_that_may_be_milliseconds_are_an_assumption() {
    let row = |n: u32| format!("2004030{},{},{}.25,{}\n", 1 + n / 4, 14_400_000 + n % 4, 20 + n, 100 + n * 7 % 5);
    let text: String = (0..8).map(row).collect();
    let report = check("a.csv", &text, "2004-03-01T14:40:00Z 2004-03-02T14:40:00.03Z");
    check_assumed(&report, "may as well be milliseconds since midnight", "--time-unit");
    check_with("a.csv", &text, &[("time-unit", "ms")], "2004-03-01T04:00:00Z 2004-03-02T04:00:00.003Z");
}

#[test]
fn prices_are_no_counts_since_midnight() {
    let row = |n: u32| format!("{},100,{},{},{},20\n", 2_239_500 + n * 100, 2_238_100, 21 + n, 2_240_000 + n * 100);
    let text: String = (0..6).map(row).collect();
    check_refused("ACME_2012-06-21_orderbook_2.csv", &text, &["no column has the time", "`column 1` (2239500)"]);
}

#[test]
fn clock_without_marks_is_found_beside_dates() {
    let want = "2010-01-04T09:30:00Z 2010-01-05T09:31:00Z";
    let rows = |clocks: [&str; 3], header: &str| {
        let [first, second, third] = clocks;
        format!(
            "{header}20100104,{first},98.41,98.5,98.4,98.45,1200\n20100104,{second},98.45,98.55,98.44,98.5,800\n\
             20100105,{third},98.95,99,98.9,98.92,500\n20100105,{second},98.95,99,98.9,98.92,500\n"
        )
    };
    let report = check("a.csv", &rows(["930", "931", "930"], ""), want);
    check_assumed(&report, "`column 2` is the clock", "--columns");
    check("a.csv", &rows(["0930", "0931", "0930"], ""), want);
    check("a.csv", &rows(["93000", "93100", "93000"], ""), want);
    check("a.csv", &rows(["093000", "093100", "093000"], ""), want);
    check("a.csv", &rows(["34200000", "34260000", "34200000"], ""), want);
    let header = "Date,Clock figures,Open,High,Low,Close,Volume\n";
    check("a.csv", &rows(["930", "931", "930"], header), want);
    let header = "Date,Time,Open,High,Low,Close,Volume\n";
    check("a.csv", &rows(["93000000", "93100000", "93000000"], header), want);
    let header = "date,ms_of_day,open,high,low,close,volume\n";
    check("a.csv", &rows(["34200000", "34260000", "34200000"], header), want);
    let one_a_day = "20240102,1600,4745.2,4760,4730.5,4750,10\n20240103,1600,4750,4765,4740,4760.5,20\n";
    check("a.csv", one_a_day, "2024-01-02T16:00:00Z 2024-01-03T16:00:00Z");
}

#[test]
fn daily_prices_are_no_clocks() {
    check(
        "a.csv",
        "20240102,100,101,99,100,10\n20240103,101,102,100,101,20\n",
        "2024-01-02T00:00:00Z 2024-01-03T00:00:00Z",
    );
    let text = "Date,C,T,V\n2024-01-02,52.37,17.25,260.4\n2024-01-03,52.5,17.3,261\n";
    check("a.csv", text, "2024-01-02T00:00:00Z 2024-01-03T00:00:00Z");
}

#[test]
fn clock_may_be_in_parts() {
    let text = "Date,Hour,Minute,Open,High,Low,Close\n2024-01-02,9,30,10,11,9,10.5\n2024-01-02,10,0,10.5,11,9,10.5\n";
    check("a.csv", text, "2024-01-02T09:30:00Z 2024-01-02T10:00:00Z");
    let text = "Date,Time,Milliseconds,Price,Size\n20240102,93000,15,100.5,1\n20240102,93001,15,100.7,3\n";
    check("a.csv", text, "2024-01-02T09:30:00.015Z 2024-01-02T09:30:01.015Z");
    let text = "ActionDay,UpdateTime,UpdateMillisec,LastPrice\n20181225,14:32:58,500,3406\n20181225,14:32:59,0,3407\n";
    check("a.csv", text, "2018-12-25T14:32:58.5Z 2018-12-25T14:32:59Z");
    let text = "timestamp,usec,price,size\n1704187800,15,10.5,1\n1704187801,500007,10.6,1\n";
    check("a.csv", text, "2024-01-02T09:30:00.000015Z 2024-01-02T09:30:01.500007Z");
    let text = "Year,Month,Day,Hour,Minute,Second,Price\n2024,1,2,9,30,0,10.5\n2024,12,31,15,59,59,10.7\n";
    check("a.csv", text, "2024-01-02T09:30:00Z 2024-12-31T15:59:59Z");
    let text = "year,month,price\n2023,11,10.5\n2024,1,10.7\n";
    check("a.csv", text, "2023-11-01T00:00:00Z 2024-01-01T00:00:00Z");
    let text = "date,seconds,price,size\n2018-01-02,34200.5,150.5,100\n2018-01-02,34260,150.6,100\n";
    check("a.csv", text, "2018-01-02T09:30:00.5Z 2018-01-02T09:31:00Z");
    let text = "date,time,price,size\n02JAN2018,34200,150.5,100\n02JAN2018,34205,150.6,100\n";
    check_assumed(&check("a.csv", text, "2018-01-02T09:30:00Z 2018-01-02T09:30:05Z"), "in the night", "--columns");
    let night = "2018-01-02T03:42:00Z 2018-01-02T03:42:05Z";
    check_with("a.csv", text, &[("columns", "clock=time")], night);
    let text = text.replace("342", "102");
    check_assumed(&check("a.csv", &text, "2018-01-02T01:02:00Z 2018-01-02T01:02:05Z"), "may as well be", "--time-unit");
    let text = "Date,Hour,Price\n2024-01-02,1,50.1\n2024-01-02,2,51\n2024-01-02,24,49\n";
    check_assumed(&check("a.csv", text, "2024-01-02T01:00:00Z 2024-01-03T00:00:00Z"), "runs from 1 to 24", "");
    // A name that says nothing can be given.
    let text = "Date,Time,sub,Price,Size\n2024-01-02,09:30:00,15,100.5,1\n2024-01-02,09:30:01,520,100.7,3\n";
    let want = "2024-01-02T09:30:00.015Z 2024-01-02T09:30:01.52Z";
    check_with("a.csv", text, &[("columns", "clock_part=sub")], want);
    let text = "date,ending,price,size\n2024-01-02,1,100.5,1\n2024-01-02,14,100.7,3\n";
    check_with("a.csv", text, &[("columns", "clock=ending")], "2024-01-02T01:00:00Z 2024-01-02T14:00:00Z");
}

#[test]
fn column_that_is_no_clock_cannot_be_given_as_one() {
    let text = "date,word,price,size\n2024-01-02,ab,100.5,1\n2024-01-02,cd,100.7,3\n";
    for role in ["clock", "clock_part"] {
        let error = report("a.csv", text, &[("columns", &format!("{role}=word"))]).unwrap_err();
        assert!(error.contains("`word` is no clock") && error.contains("`ab`"), "{error}");
    }
}

#[test]
fn date_comes_from_elsewhere_or_must_be_given() {
    let text = "Time|Symbol|Price|Size\n093000125840000|A|66.83|1\n160000925840000|A|66.11|1\nEND|20180102||2\n";
    check("a.txt", text, "2018-01-02T09:30:00.12584Z 2018-01-02T16:00:00.92584Z +1");
    let text = "Time|Symbol|Price|Size\n93000417837000|A|66.83|1\n101500000000001|A|66.11|1\n";
    check("T-20180102.txt", text, "2018-01-02T09:30:00.417837Z 2018-01-02T10:15:00.000000001Z");
    let text = "Trades of 2018-01-02\ntime,price,size\n09:30:00,10.5,1\n09:30:01,10.6,2\n";
    check("a.csv", text, "2018-01-02T09:30:00Z 2018-01-02T09:30:01Z");
    let text = "time,price,size\n09:30:00,10.5,1\n09:30:01,10.6,2\n";
    check_refused("a.csv", text, &["`time`", "`09:30:00`", "--date"]);
    check_with("a.csv", text, &[("date", "2018-01-02")], "2018-01-02T09:30:00Z 2018-01-02T09:30:01Z");
    check_with("a.csv", text, &[("date", "1970-01-01")], "1970-01-01T09:30:00Z 1970-01-01T09:30:01Z");
    // A clock is no evidence for prices that are scaled.
    let text = "Time,Price,Size\n090000,73500,10\n090001,73600,20\n";
    let report = check("KRX-20240102.csv", text, "2024-01-02T09:00:00Z 2024-01-02T09:00:01Z");
    assert_eq!(report.first.unwrap().price.to_string(), "73500");
    let text = "seconds,price,size\n34200.5,10.5,1\n34201,10.6,2\n";
    check_refused("a.csv", text, &["`34200.5`", "--date"]);
    check_with("a.csv", text, &[("date", "2018-01-02")], "2018-01-02T09:30:00.5Z 2018-01-02T09:30:01Z");
}

#[test]
fn figures_are_dates_where_their_column_says_so() {
    check("a.csv", "Date,Price\n1833,18.93\n1834,18.93\n2025,3442\n", "1833-01-01T00:00:00Z 2025-01-01T00:00:00Z");
    check("a.csv", "Year,Price\n1999,18.93\n2000,18.93\n", "1999-01-01T00:00:00Z 2000-01-01T00:00:00Z");
    check("a.csv", "Date,Price\n1833-01,18.93\n2026-06,18.93\n", "1833-01-01T00:00:00Z 2026-06-01T00:00:00Z");
    check("a.csv", "Date,Price\nNov-23,18.93\nJan-24,18.93\n", "2023-11-01T00:00:00Z 2024-01-01T00:00:00Z");
    check("a.csv", "Date,Price\n202311,18.93\n202401,18.93\n", "2023-11-01T00:00:00Z 2024-01-01T00:00:00Z");
    let text = "Date,Time,Price\n240102,0930,10.5\n240131,0931,10.6\n";
    check("a.csv", text, "2024-01-02T09:30:00Z 2024-01-31T09:31:00Z");
    check("a.csv", "Date,Price\n30124,10.5\n310124,10.6\n10224,10.7\n", "2024-01-03T00:00:00Z 2024-02-01T00:00:00Z");
    check("a.csv", "Date,Price\n02012024,10.5\n31012024,10.6\n", "2024-01-02T00:00:00Z 2024-01-31T00:00:00Z");
    check("a.csv", "日期,收盤價\n108/01/02,10.5\n112/12/29,10.6\n", "2019-01-02T00:00:00Z 2023-12-29T00:00:00Z");
    check("a.csv", "日期,收盤價\n99/12/31,10.5\n100/01/03,10.6\n", "2010-12-31T00:00:00Z 2011-01-03T00:00:00Z");
    check("a.csv", "日期,收盤價\n1130102,10.5\n1130103,10.6\n", "2024-01-02T00:00:00Z 2024-01-03T00:00:00Z");
    let report = check("a.csv", "Date,Close\n43831,10.5\n43833,10.6\n", "2020-01-01T00:00:00Z 2020-01-03T00:00:00Z");
    check_assumed(&report, "days of a spreadsheet", "--time-unit");
    let text = "Datetime,Price,Size\n45293.395833,10.5,1\n45293.395845,10.6,1\n";
    check("a.csv", text, "2024-01-02T09:30:00Z 2024-01-02T09:30:01Z");
    let text = "43831,10.5,1\n43832,10.6,2\n43833,10.7,1\n43836,10.8,1\n";
    check("a.csv", text, "2020-01-01T00:00:00Z 2020-01-06T00:00:00Z");
    check("a.csv", "Date,Close\n19724,10.5\n19725,10.6\n", "2024-01-02T00:00:00Z 2024-01-03T00:00:00Z");
}

#[test]
fn counts_of_other_clocks_are_read() {
    let text = "Time,Price,Size\n638397666000000000,100.5,1\n638397666010000000,100.6,2\n";
    let report = check("a.csv", text, "2024-01-02T04:30:00Z 2024-01-02T04:30:01Z");
    check_assumed(&report, ".NET ticks", "--time-unit");
    let text = "638397666000000000;100.5;1\n638397666010000123;100.6;2\n638397666020000000;100.7;1\n";
    check("a.csv", text, "2024-01-02T04:30:00Z 2024-01-02T04:30:02Z");
    // Days of 1990 in nanoseconds, as tables of dates have them.
    let text = "Date,Close\n631238400000000000,10.5\n631324800000000000,10.6\n";
    check("a.csv", text, "1990-01-02T00:00:00Z 1990-01-03T00:00:00Z");
    let text = "time,price\n133486506000000000,100.5\n133486506010000000,100.6\n";
    check_with("a.csv", text, &[("time-unit", "filetime")], "2024-01-02T06:30:00Z 2024-01-02T06:30:01Z");
    let text = "1767225600.5,87645.17,1\n1767225601.5,87645.2,2\n1767225602.5,87644,1\n1767225603.5,87646.5,1\n";
    check("a.csv", text, "2026-01-01T00:00:00.5Z 2026-01-01T00:00:03.5Z");
    let text = "1767225600,87645.17,1\n1767225601,87645.2,2\n1767225602,87644,1\n1767225603,87646.5,1\n";
    let report = check("a.csv", text, "2026-01-01T00:00:00Z 2026-01-01T00:00:03Z");
    check_assumed(&report, "counts up by one", "--columns");
}

#[test]
fn times_in_odd_dress_are_read() {
    let text = "date,time,bid,ask\n02JAN2018,9:30:00,10.5,10.6\n03FEB2018,9:30:00,10.5,10.6\n";
    check("a.csv", text, "2018-01-02T09:30:00Z 2018-02-03T09:30:00Z");
    let text = "datetime,price\n02JAN2018:09:30:00,10.5\n03FEB2018:09:30:00.250,10.6\n";
    check("a.csv", text, "2018-01-02T09:30:00Z 2018-02-03T09:30:00.25Z");
    let text = "timestamp,symbol,size,price\n2019-01-02D00:00:01.5,XBT,1,3700\n2019-01-02D24:00:00,XBT,1,3701\n";
    check("a.csv", text, "2019-01-02T00:00:01.5Z 2019-01-03T00:00:00Z");
    let text = "Date,Time,Price\n2024-01-02,23:59:00,10.5\n2024-01-02,24:00:00,10.6\n";
    check("a.csv", text, "2024-01-02T23:59:00Z 2024-01-03T00:00:00Z");
    let text = "20250701 000000 0040000;6253.25;1\n20250701 000001 5480000;6253;2\n";
    check("a.txt", text, "2025-07-01T00:00:00.004Z 2025-07-01T00:00:01.548Z");
    let text = "Fecha;Último\n2 de enero de 2024;10,5\nmiércoles, 3 de enero de 2024;10,6\n";
    check("a.csv", text, "2024-01-02T00:00:00Z 2024-01-03T00:00:00Z");
    let text = "Дата;Цена\n2 января 2024;10,5\n3 сентября 2024;10,6\n";
    check("a.csv", text, "2024-01-02T00:00:00Z 2024-09-03T00:00:00Z");
    let text = "Date,Close\n\"Tuesday, January 2nd, 2024\",10.5\n\"Mar 14, 2024 3:50 PM\",10.6\n";
    check("a.csv", text, "2024-01-02T00:00:00Z 2024-03-14T15:50:00Z");
    let text = "일시,종가\n2024-01-02 오전 9:30:00,10.5\n2024-01-02 오후 3:30:00,10.6\n";
    check("a.csv", text, "2024-01-02T09:30:00Z 2024-01-02T15:30:00Z");
    let text = "日付,終値\n2024/01/04(木),10.5\n2024/01/05(金),10.6\n";
    check("a.csv", text, "2024-01-04T00:00:00Z 2024-01-05T00:00:00Z");
    let text = "Date,Time,Price\n1/13/2024,12/30/1899 9:30,10.5\n1/13/2024,12/30/1899 9:31,10.6\n";
    check("a.csv", text, "2024-01-13T09:30:00Z 2024-01-13T09:31:00Z");
    let text = "Date,Time,Price\n2024-01-02 00:00:00,09:30:00,10.5\n2024-01-02 00:00:00,09:31:00,10.6\n";
    check("a.csv", text, "2024-01-02T09:30:00Z 2024-01-02T09:31:00Z");
    let text = "Date,Time,Price\n2024-01-02,0.395833333,10.5\n2024-01-02,0.3958449074,10.6\n";
    check("a.csv", text, "2024-01-02T09:30:00Z 2024-01-02T09:30:01Z");
}

#[test]
fn years_out_of_range_are_rejected_and_the_others_play() {
    let text = "Date,Price\n2024-01-02,10.5\n9999-12-31,10.7\n2263-01-01,10.7\n0001-01-01,10.7\n1-01-01,10.9\n2024-01-03,10.6\n";
    check("a.csv", text, "2024-01-02T00:00:00Z 2024-01-03T00:00:00Z +4");
    let text = "time,price\n1704187800000,10.5\n253402300799000,10.7\n1704187801000,10.6\n";
    check("a.csv", text, "2024-01-02T09:30:00Z 2024-01-02T09:30:01Z +1");
    let text = "Date,Price\n1792-05-17,10.5\n1850-01-03,10.6\n";
    check("a.csv", text, "1792-05-17T00:00:00Z 1850-01-03T00:00:00Z");
    let text = "timestamp,price,volume\n1.70433E+12,100.5,1\n1.70433E+12,100.6,2\n1.70434E+12,100.8,1\n";
    check_refused("a.csv", text, &["`timestamp`", "`1.70433E+12`", "lost their figures"]);
}

#[test]
fn year_comes_first_where_only_that_makes_days_follow() {
    let report =
        check("a.csv", "Date,Close\n24/05/13,10.5\n24/05/14,10.6\n", "2024-05-13T00:00:00Z 2024-05-14T00:00:00Z");
    assert_eq!(report.time.format, TimeFormat::Text(DateOrder::Ymd));
    check("a.csv", "Date,Close\n13/05/24,10.5\n14/05/24,10.6\n", "2024-05-13T00:00:00Z 2024-05-14T00:00:00Z");
    check("a.csv", "Date,Close\n99/12/30,10.5\n99/12/31,10.6\n", "1999-12-30T00:00:00Z 1999-12-31T00:00:00Z");
    let text = "Date,Time,Close\n24/05/13,09:30,10.5\n24/05/13,09:31,10.6\n";
    let report = check("a.csv", text, "2013-05-24T09:30:00Z 2013-05-24T09:31:00Z");
    check_assumed(&report, "may as well begin with the year", "--date-order");
    check_with("a.csv", text, &[("date-order", "ymd")], "2024-05-13T09:30:00Z 2024-05-13T09:31:00Z");
    check("ES-20240513.csv", text, "2024-05-13T09:30:00Z 2024-05-13T09:31:00Z");
    let report =
        check("a.csv", "Date,Close\n2024.01.02,10.5\n2024.01.03,10.6\n", "2024-01-02T00:00:00Z 2024-01-03T00:00:00Z");
    assert_eq!(report.time.format, TimeFormat::Text(DateOrder::Ymd));
}

#[test]
fn zone_is_found_in_names_and_cells() {
    let text = "Time (EET),Ask,Bid\n2018.01.02 00:00:00.123,1.2011,1.2008\n2018.07.02 00:00:00,1.2011,1.2008\n";
    let report = check("a.csv", text, "2018-01-01T22:00:00.123Z 2018-07-01T21:00:00Z");
    assert!(!report.time.is_assumed);
    let text = "Date,Time,Price\n2024-01-02,09:30 IST,10.5\n2024-01-02,09:31 IST,10.6\n";
    let report = check("a.csv", text, "2024-01-02T04:00:00Z 2024-01-02T04:01:00Z");
    assert!(!report.time.is_assumed);
    let text = "time,price\n2024-01-02 09:30:00+08,10.5\n2024-01-02 09:31:00+08,10.6\n";
    check("a.csv", text, "2024-01-02T01:30:00Z 2024-01-02T01:31:00Z");
    let text = "date,price\n20240102 09:30:00 US/Eastern,10.5\n20240702 09:30:00 US/Eastern,10.6\n";
    check("a.csv", text, "2024-01-02T14:30:00Z 2024-07-02T13:30:00Z");
    let text = "date,time,price,zone\n2024-01-02,09:30,10.5,US/Eastern\n2024-07-02,09:30,10.6,US/Eastern\n";
    check("a.csv", text, "2024-01-02T14:30:00Z 2024-07-02T13:30:00Z");
    let text = "time (UTC+8),price\n2024-01-02 09:30:00,10.5\n2024-01-02 09:31:00,10.6\n";
    check("a.csv", text, "2024-01-02T01:30:00Z 2024-01-02T01:31:00Z");
    let text = "Time zone: America/New_York\ntime,price\n2024-01-02 09:30:00,10.5\n2024-01-02 09:31:00,10.6\n";
    check("a.csv", text, "2024-01-02T14:30:00Z 2024-01-02T14:31:00Z");
    let text = "time,price\n2024-01-02 09:30:00 CST,10.5\n2024-01-02 09:31:00 CST,10.6\n";
    check_assumed(&check("a.csv", text, "2024-01-02T09:30:00Z 2024-01-02T09:31:00Z"), "one in China", "--tz");
    let tz = [("tz", "America/New_York")];
    let text = "time (EET),price\n2024-01-02 09:30:00,10.5\n2024-01-02 09:31:00,10.6\n";
    check_with("a.csv", text, &tz, "2024-01-02T14:30:00Z 2024-01-02T14:31:00Z");
}

#[test]
fn dates_alone_are_the_same_days_in_any_zone() {
    let text = "Date,Open,High,Low,Close\n2024-01-02,10,11,9,10\n2024-01-03,10,11,9,10\n";
    for zone in ["Asia/Tokyo", "America/New_York", "+14:00"] {
        check_with("a.csv", text, &[("tz", zone)], "2024-01-02T00:00:00Z 2024-01-03T00:00:00Z");
    }
    let text = "Date,Open,High,Low,Close\n2024-01-02 00:00:00,10,11,9,10\n2024-01-03 00:00:00,10,11,9,10\n";
    check_with("a.csv", text, &[("tz", "Asia/Tokyo")], "2024-01-02T00:00:00Z 2024-01-03T00:00:00Z");
}

#[test]
fn evening_of_a_trading_day_is_the_day_before() {
    let text = "symbol,date,time,price,volume\nrb,20240108,20:59:00,3600,1\nrb,20240108,00:30:00,3602,1\n\
                rb,20240108,09:00:00,3603,1\nrb,20240109,20:59:00,3604,1\nrb,20240109,09:00:00,3605,1\n";
    let report = check("a.csv", text, "2024-01-05T20:59:00Z 2024-01-09T09:00:00Z");
    check_assumed(&report, "trading days", "--dates");
    let calendar = check_with("a.csv", text, &[("dates", "calendar")], "2024-01-08T00:30:00Z 2024-01-09T20:59:00Z");
    assert_ne!(calendar.order, report.order);
    let text = "symbol,date,time,price,volume\nrb,20240108,09:00:00,3600,1\nrb,20240108,20:59:00,3602,1\n\
                rb,20240109,09:00:00,3603,1\n";
    check("a.csv", text, "2024-01-08T09:00:00Z 2024-01-09T09:00:00Z");
}

#[test]
fn name_of_a_file_tells_which_column_is_the_time() {
    let text = "1650000000123,1704187800521,100.5,2\n1650000000124,1704187801521,100.6,2\n";
    check("BTC-2024-01.csv", text, "2024-01-02T09:30:00.521Z 2024-01-02T09:30:01.521Z");
    // An expiry stands in all rows, and lies behind.
    let text = "20240125,20240102,100.5,2\n20240125,20240103,100.6,2\n";
    check("a.csv", text, "2024-01-02T00:00:00Z 2024-01-03T00:00:00Z");
}

#[test]
fn clock_that_was_not_found_is_told() {
    let text = "date,ending,open,high,low,close\n2024-01-02,1005,10,11,9,10\n2024-01-02,1075,10,11,9,10\n\
                2024-01-02,1099,10,11,9,10\n2024-01-03,1005,10,11,9,10\n2024-01-03,1075,10,11,9,10\n";
    let report = check("a.csv", text, "2024-01-02T00:00:00Z 2024-01-03T00:00:00Z");
    let warning = report.warnings.iter().find(|warning| warning.flag == "--columns clock=ending");
    assert!(warning.is_some_and(|warning| warning.what.contains("no clock")), "{:?}", report.warnings);
    let minutes = text.replace("1075", "1035").replace("1099", "1059");
    check("a.csv", &minutes, "2024-01-02T10:05:00Z 2024-01-03T10:35:00Z");
    let text = "date,open,high,low,close\n2024-01-02,10,11,9,10\n2024-01-03,10,11,9,10\n2024-01-04,10,11,9,10\n";
    let report = check("a.csv", text, "2024-01-02T00:00:00Z 2024-01-04T00:00:00Z");
    assert!(report.warnings.is_empty(), "{:?}", report.warnings);
}

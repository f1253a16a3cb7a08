//! Clocks that are set back and on, and the length of bars.

use std::fs;

use super::all_ticks;
use super::times::{check_assumed, times};
use crate::feed::replay::{self, FileReport, Overrides, ReplayConfig};
use crate::inspect::utc;

/// The times of all rows in the order in which they play.
#[track_caller]
fn played(text: &str, flags: &[(&str, &str)]) -> (Vec<String>, FileReport) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    fs::write(&path, text).unwrap();
    let mut overrides = Overrides::default();
    flags.iter().for_each(|(flag, value)| overrides.set(flag, value).unwrap());
    let config = ReplayConfig { overrides, ..ReplayConfig::default() };
    let mut replay = replay::open(std::slice::from_ref(&path), &config).unwrap();
    let ticks = all_ticks(&mut replay);
    let mut slow = replay::open(&[path], &config).unwrap().without_fast_path();
    assert_eq!(all_ticks(&mut slow), ticks);
    let report = replay.report()[0].clone();
    (ticks.iter().map(|tick| utc(tick.ts)).collect(), report)
}

#[test]
fn both_passes_of_a_doubled_hour_keep_their_hour() {
    let tz = [("tz", "America/New_York")];
    // Clocks are set back at 02:00 of 2024-11-03, 06:00 UTC.
    let want = ["05:00:00", "05:59:30", "06:00:10", "06:40:00", "07:01:00"].map(|clock| format!("2024-11-03T{clock}Z"));
    let clocks = ["01:00:00", "01:59:30", "01:00:10", "01:40:00", "02:01:00"];
    for sep in [" ", ","] {
        let rows = clocks.map(|clock| format!("2024-11-03{sep}{clock},10.5,1\n"));
        let header = if sep == " " { "time,price,size\n" } else { "date,time,price,size\n" };
        let (times, report) = played(&format!("{header}{}", rows.concat()), &tz);
        assert_eq!(times, want);
        check_assumed(&report, "4 rows are in an hour that occurs twice: their order tells", "--tz");
        let newest_first: String = rows.iter().rev().map(String::as_str).collect();
        assert_eq!(played(&format!("{header}{newest_first}"), &tz).0, want);
    }
    // Bars of one symbol after the other, each with its own passes.
    let bars_of = |symbol: &str| {
        ["00:30", "01:00", "01:30", "01:00", "01:30", "02:00"]
            .map(|clock| format!("{symbol},2024-11-03 {clock},10,11,9,10\n"))
            .concat()
    };
    let (_, report) = played(&format!("symbol,time,open,high,low,close\n{}{}", bars_of("A"), bars_of("B")), &tz);
    assert_eq!(times(&report), "2024-11-03T04:30:00Z 2024-11-03T07:00:00Z");
    assert_eq!(bars(&report), "30m");
    // One pass alone is the first.
    let text = "time,price,size\n2024-11-03 00:59:00,10.5,1\n2024-11-03 01:30:00,10.5,1\n2024-11-03 02:30:00,10.5,1\n";
    let (times, report) = played(text, &tz);
    assert_eq!(times, ["04:59:00", "05:30:00", "07:30:00"].map(|clock| format!("2024-11-03T{clock}Z")));
    check_assumed(&report, "taken as its first pass", "--tz");
}

#[test]
fn rows_in_a_skipped_hour_are_told() {
    let text = "time,price,size\n2024-03-10 01:59:00,10.5,1\n2024-03-10 02:30:00,10.5,1\n2024-03-10 03:31:00,10.5,1\n";
    let (_, report) = played(text, &[("tz", "America/New_York")]);
    let warnings: Vec<String> = report.warnings.iter().map(ToString::to_string).collect();
    let want = "1 row is in an hour that the zone America/New_York skips (line 3); played: an hour later; or else: in \
                another zone (--tz decides it)";
    assert_eq!(warnings, [want]);
    assert!(played(text, &[]).1.warnings.is_empty());
}

fn bars(report: &FileReport) -> String {
    report.bars.map(|length| length.to_string()).unwrap_or_default()
}

#[test]
fn bar_length_is_that_of_the_rows() {
    let table = |times: &[&str]| {
        let rows = times.iter().map(|time| match time.strip_suffix('!') {
            Some(time) => format!("{time},null,null,null,null\n"),
            None => format!("{time},10,11,9,10\n"),
        });
        format!("time,open,high,low,close\n{}", rows.collect::<String>())
    };
    let check = |times: &[&str], want: &str, within: &str| {
        let (_, report) = played(&table(times), &[]);
        assert_eq!(bars(&report), want, "{times:?}");
        let lengths = if want == within { want.to_owned() } else { format!("{want}: ") };
        check_assumed(&report, &format!("bars of {lengths}"), "");
        if want != within {
            check_assumed(&report, &format!("as four trades within {within}"), "");
        }
    };
    check(&["2024-01-01", "2024-02-01", "2024-03-01", "2024-04-01"], "1mo", "1d");
    check(&["2024-01-05", "2024-01-12", "2024-01-19"], "1w", "1d");
    check(&["2024-01-02 09:30:00.000", "2024-01-02 09:30:00.250", "2024-01-02 09:30:00.500"], "250ms", "1s");
    check(&["2024-01-02 09:30", "2024-01-02 09:31", "2024-01-02 09:50", "2024-01-02 12:00"], "1m", "1m");
    check(&["2024-01-02 09:30", "2024-01-02 09:31!", "2024-01-02 09:32!", "2024-01-02 09:33"], "1m", "1m");
    check(&["2024-01-02 00:00", "2024-01-02 04:00", "2024-01-02 08:00"], "4h", "1h");
}

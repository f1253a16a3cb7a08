//! Rejected rows: counted once of a file of which only pieces were read before it plays, and lines without an end.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::all_ticks;
use crate::control::RejectedRows;
use crate::feed::replay::{self, ReplayConfig};
use crate::feed::{Reading, Seekable, TickSource};

/// The rows of the file, of 32 bytes each. Between two pieces that are read first there are some 40 KiB; row 5,000 and
/// those that follow it are in the first such gap.
const ROWS: usize = 256 * 1_024;

/// The text of a file, with odd rows in place of some.
fn file(odd: &[(usize, &str)]) -> String {
    let mut text = String::from("timestamp,symbol,price,size    \n");
    for row in 0..ROWS {
        match odd.iter().find(|(at, _)| *at == row) {
            Some((_, line)) => text.push_str(line),
            None => write!(text, "{},AB,{:>6},{:>6}", 1_700_000_000_000 + row as u64, 10.25, row % 1_000).unwrap(),
        }
        text.push('\n');
    }
    text
}

#[test]
fn rejected_row_is_counted_once_by_reason() {
    let odd = [
        (5_000, "1600000000000,AB, 10.25,     0"),
        (5_001, "1700000005001,AB,  cheap,     0"),
        (5_002, "1700000005002,XY,  10.25,     0"),
        (5_003, "1700000005003,AB,  dear,     0"),
    ];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.csv");
    fs::write(&path, file(&odd)).unwrap();
    let config = ReplayConfig { full_read_bytes: 0, ..ReplayConfig::default() };
    let mut replay = replay::open(std::slice::from_ref(&path), &config).unwrap();
    assert!(!replay.report()[0].is_exact && replay.rows_rejected() == 0);

    // A second reader of the same rows, and the same reader again, find nothing new.
    let mut second = replay.second_reader().unwrap();
    assert_eq!(all_ticks(&mut replay).len(), ROWS - odd.len());
    while second.next_tick().unwrap().is_some() {}
    replay.rewind().unwrap();
    all_ticks(&mut replay);

    let row = |reason, line, column, value: &str, count| RejectedRows {
        file: path.display().to_string(),
        reason,
        line: Some(line),
        column: Some(column),
        value: value.into(),
        count,
    };
    let want = [
        row("earlier than the row before", 5_002, 1, "1600000000000", 1),
        row("bad price", 5_003, 3, "cheap", 2),
        row("symbol not in the pieces read first", 5_004, 2, "XY", 1),
    ];
    assert_eq!((replay.rows_rejected(), replay.rejected()), (4, want.to_vec()));
    assert_eq!(second.rejected(), want);

    let mut slow = replay::open(std::slice::from_ref(&path), &config).unwrap().without_fast_path();
    replay.rewind().unwrap();
    assert!(all_ticks(&mut replay) == all_ticks(&mut slow));
    assert_eq!(slow.rejected(), want);

    let few = ReplayConfig { max_rejected: 1, ..config };
    let mut replay = replay::open(std::slice::from_ref(&path), &few).unwrap();
    all_ticks(&mut replay);
    assert_eq!((replay.rows_rejected(), replay.rejected()), (4, want[..1].to_vec()));
}

/// Plays a file with one line of 3 MiB, and returns its ticks and its rejected rows.
fn with_long_line(before: &str, after: &str, is_packed: bool, config: &ReplayConfig) -> (usize, Vec<RejectedRows>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.csv");
    let text = format!("{before}{}{after}", "x".repeat(3 << 20));
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    fs::write(&path, if is_packed { encoder.finish().unwrap() } else { text.into_bytes() }).unwrap();
    let mut replay = replay::open(&[path], config).unwrap();
    let ticks = all_ticks(&mut replay).len();
    (ticks, replay.rejected())
}

#[test]
fn line_without_end_costs_one_row() {
    let rows = "time,symbol,price\n2024-01-01,A,1.5\n2024-01-02,A,1.6\n2024-01-03,A,1.7\n";
    let small = ReplayConfig { max_line_bytes: 1_000, ..ReplayConfig::default() };
    for config in [small, ReplayConfig::default()] {
        for is_packed in [false, true] {
            for (at, line) in [(0, 1), (1, 2), (3, 4), (4, 5)] {
                let lines: Vec<_> = rows.split_inclusive('\n').collect();
                let (before, after) = (lines[..at].concat(), lines[at..].concat());
                let end = if after.is_empty() { "" } else { "\n" };
                let (ticks, rejected) = with_long_line(&before, &format!("{end}{after}"), is_packed, &config);
                let found: Vec<_> = rejected.iter().map(|one| (one.reason, one.line, one.count)).collect();
                assert_eq!((ticks, found), (3, vec![("line too long", Some(line), 1)]), "{at} {is_packed}");
            }
        }
    }
}

#[test]
fn long_line_of_a_file_read_in_pieces_is_read_once() {
    let config = ReplayConfig { full_read_bytes: 0, ..ReplayConfig::default() };
    let (ticks, rejected) = with_long_line(&file(&[]), "\n1800000000000,AB, 10.25,     0\n", false, &config);
    let found: Vec<_> = rejected.iter().map(|one| (one.reason, one.line, one.count)).collect();
    assert_eq!((ticks, found), (ROWS + 1, vec![("line too long", Some(ROWS as u64 + 2), 1)]));
}

#[test]
fn long_stretch_without_a_row_is_read_in_parts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gap.csv");
    // With a column of words the file is read on the slow path.
    for (columns, more) in [("", ""), (",note", ",\"a, b\"")] {
        let row = |ms: i64| format!("{ms},10.25,5{more}\n");
        let gap = "\n".repeat(20_000);
        let rows = [row(1_700_000_000_000), row(1_700_000_000_001), gap, row(1_700_000_000_002)];
        fs::write(&path, format!("timestamp,price,size{columns}\n{}", rows.concat())).unwrap();
        let mut replay = replay::open(std::slice::from_ref(&path), &ReplayConfig::default()).unwrap();
        let (mut ticks, mut reads) = (Vec::new(), 0);
        while ticks.len() < 3 {
            assert_eq!(replay.next_ticks(100, &mut ticks).unwrap(), Reading::Continues);
            reads += 1;
        }
        assert!((9..20).contains(&reads), "{reads} reads of 20,000 lines");
        assert_eq!(replay.next_ticks(100, &mut ticks).unwrap(), Reading::Ended);
        replay.rewind().unwrap();
        assert_eq!(all_ticks(&mut replay), ticks);
    }
}

#[test]
fn long_stretch_of_blank_lines_is_not_read_in_each_piece() {
    let rows = |from: i64| (from..from + 1_000).map(|ms| format!("{ms},10.25,5\n")).collect::<String>();
    let blank = "\n".repeat(32 << 20);
    let text = format!("timestamp,price,size\n{}{blank}{}", rows(1_700_000_000_000), rows(1_700_000_001_000));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gap.csv");
    fs::write(&path, text).unwrap();
    let config = ReplayConfig { full_read_bytes: 0, ..ReplayConfig::default() };
    let replay = replay::open(std::slice::from_ref(&path), &config).unwrap();
    // An estimate from the share of the file that was read: that share is small.
    assert!(replay.report()[0].rows > 2_000, "{}", replay.report()[0].rows);
}

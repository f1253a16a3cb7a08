//! Properties of the replay of any bytes.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;

use super::all_events;
use crate::feed::replay::play::{Merge, MergeLimits};
use crate::feed::replay::{Replay, ReplayConfig, open, open as open_files};
use crate::feed::{Seekable, TickSource};
use crate::market::Tick;

/// Opens bytes as a file and plays them, where they can be opened.
fn play(bytes: &[u8]) -> Result<(), TestCaseError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("any.csv");
    fs::write(&path, bytes).unwrap();
    let Ok(mut replay) = open(&[path], &ReplayConfig { max_line_bytes: 200, ..ReplayConfig::default() }) else {
        return Ok(());
    };
    let ticks = all_events(&mut replay);
    prop_assert!(ticks.is_sorted_by_key(|tick| tick.ts));
    prop_assert_eq!(ticks.first().map(|tick| tick.ts), Some(replay.info().start));
    prop_assert_eq!(ticks.last().map(|tick| tick.ts), replay.info().end);
    Ok(())
}

/// Cells that are often right and at times anything.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "2024-0[1-9]-1[0-9]",
        4 => "[0-9]{1,4}(\\.[0-9]{1,3})?",
        1 => "[0-9]{15,20}|-?[0-9]\\.[0-9]{10,20}|[0-9]e-?[0-9]{1,3}",
        1 => "[A-C]|buy|sell|NaN|null||-|inf|\"",
        1 => "\\PC{0,5}",
    ]
}

fn table() -> impl Strategy<Value = String> {
    let header = prop::sample::select(vec![
        "time,price",
        "date,time,price,size",
        "ts,symbol,price,size,side,bid,ask",
        "date;open;high;low;close;volume",
        "symbol\ttimestamp\tbid\task\tbid_size\task_size",
    ]);
    let rows = prop::collection::vec(prop::collection::vec(cell(), 1..8), 0..12);
    (header, rows).prop_map(|(header, rows)| {
        let delimiter = header.chars().find(|c| ",;\t".contains(*c)).unwrap().to_string();
        let rows: Vec<_> = rows.iter().map(|row| row.join(&delimiter)).collect();
        format!("{header}\n{}\n", rows.join("\n"))
    })
}

/// Rows that mostly play, in any order, at times with huge or very fine numbers.
fn playable() -> impl Strategy<Value = String> {
    let number = prop_oneof![6 => "[0-9]{1,3}(\\.[0-9]{1,2})?", 1 => "[0-9]{1,17}", 1 => "0\\.[0-9]{1,15}"];
    let row = (0u32..5, "[AB]", number.clone(), number, "[0-9]{1,4}");
    prop::collection::vec(row, 1..20).prop_map(|rows| {
        let rows =
            rows.iter().map(|(day, symbol, a, b, volume)| format!("2024-01-0{},{symbol},{a},{b},{volume}\n", day + 1));
        format!("time,symbol,bid,ask,bid_size\n{}", rows.collect::<String>())
    })
}

/// Files of each kind: sorted or not, wide, bars whose ticks are pending, changes and snapshots of a book.
fn any_file() -> impl Strategy<Value = String> {
    let bars = prop::collection::vec((0u32..9, "[AB]", 1u32..9), 1..30).prop_map(|rows| {
        let row = |(minute, symbol, price): &(u32, String, u32)| {
            format!("2024-01-01T00:0{minute}:00Z,{symbol},{price},{},{},{price},7\n", price + 2, price - 1)
        };
        format!("time,symbol,open,high,low,close,volume\n{}", rows.iter().map(row).collect::<String>())
    });
    let wide = prop::collection::vec((0u32..9, prop::option::of(1u32..9), prop::option::of(1u32..9)), 1..30);
    let wide = wide.prop_map(|mut rows| {
        rows.sort_by_key(|row| row.0);
        let cell = |n: &Option<u32>| n.map_or(String::new(), |n| n.to_string());
        let row = |row: &(u32, Option<u32>, Option<u32>)| {
            format!("2024-01-0{},{},{}\n", row.0 + 1, cell(&row.1), cell(&row.2))
        };
        format!("Date,ACME,BOLT\n{}", rows.iter().map(row).collect::<String>())
    });
    let book = prop::collection::vec((0u32..9, any::<bool>(), 1u32..9, 0u32..3), 1..30).prop_map(|mut rows| {
        rows.sort_by_key(|row| row.0);
        let row = |(second, is_bid, price, size): &(u32, bool, u32, u32)| {
            let (side, price) = if *is_bid { ("bid", *price) } else { ("ask", price + 9) };
            format!("2024-01-01T00:00:0{second}Z,false,{side},{price},{size}\n")
        };
        format!("timestamp,is_snapshot,side,price,amount\n{}", rows.iter().map(row).collect::<String>())
    });
    let snapshots = prop::collection::vec((0u32..9, 3u32..9, prop::option::of(1u32..9)), 1..30).prop_map(|rows| {
        let row = |(second, bid, size): &(u32, u32, Option<u32>)| {
            let behind = size.map_or(",".into(), |size| format!("{},{size}", bid - 1));
            let ask = 20 - bid;
            format!("2024-01-01T00:00:0{second}Z,{bid},2,{behind},{ask},1,{},3\n", ask + 1)
        };
        let head = "timestamp,bid_px_00,bid_sz_00,bid_px_01,bid_sz_01,ask_px_00,ask_sz_00,ask_px_01,ask_sz_01\n";
        [head.to_owned(), rows.iter().map(row).collect()].concat()
    });
    prop_oneof![playable(), bars, wide, book, snapshots]
}

/// Writes texts as files, packed or not.
fn write_files(folder: &Path, texts: &[(String, bool)]) -> Vec<PathBuf> {
    let write = |(n, (text, is_packed)): (usize, &(String, bool))| {
        let path = folder.join(format!("{n}.csv"));
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        fs::write(&path, if *is_packed { encoder.finish().unwrap() } else { text.clone().into_bytes() }).unwrap();
        path
    };
    texts.iter().enumerate().map(write).collect()
}

/// Checks that a position after `at` of all ticks leads back to the rest of them. `replay` is at its beginning.
fn check_position(replay: &mut Replay, all: &[Tick], at: usize) -> Result<(), TestCaseError> {
    for want in &all[..at] {
        prop_assert_eq!(replay.next_tick().unwrap(), Some(*want));
    }
    let position = replay.position();
    prop_assert_eq!(&all_events(replay), &all[at..]);
    replay.go_to(&position).unwrap();
    prop_assert_eq!(&all_events(replay), &all[at..]);
    Ok(())
}

proptest! {
    #[test]
    fn few_open_files_play_the_same(
        texts in prop::collection::vec((any_file(), prop::bool::weighted(0.2)), 1..7),
        open in prop::sample::select(vec![1usize, 2, 8]),
        piece in 1usize..9,
        at in any::<prop::sample::Index>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let paths = write_files(folder.path(), &texts);
        let config = ReplayConfig { max_sort_rows: 5, ..ReplayConfig::default() };
        let Ok(mut replay) = open_files(&paths, &config) else { return Ok(()) };
        let all = all_events(&mut replay);

        let limits = MergeLimits { open: open - 1, piece };
        replay.ticks = Merge::new(replay.files.clone(), limits);
        let at = at.index(all.len() + 1);
        check_position(&mut replay, &all, at)?;
    }

    #[test]
    fn position_leads_back_to_the_same_ticks(
        text in any_file(),
        other in any_file(),
        at in any::<prop::sample::Index>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let paths = [folder.path().join("one.csv"), folder.path().join("other.csv")];
        fs::write(&paths[0], text).unwrap();
        fs::write(&paths[1], other).unwrap();
        let config = ReplayConfig { max_sort_rows: 5, ..ReplayConfig::default() };
        let Ok(mut replay) = open(&paths, &config) else { return Ok(()) };
        let all = all_events(&mut replay);
        let at = at.index(all.len() + 1);
        replay.rewind().unwrap();
        check_position(&mut replay, &all, at)?;
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        play(&bytes)?;
    }

    #[test]
    fn arbitrary_tables_never_panic(text in table()) {
        play(text.as_bytes())?;
    }

    #[test]
    fn playable_rows_play_in_any_order(text in playable()) {
        play(text.as_bytes())?;
    }

    #[test]
    fn damaged_gzip_never_panics(text in table(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        let mut bytes = encoder.finish().unwrap();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        play(&bytes)?;
        play(&bytes[..at])?;
    }
}

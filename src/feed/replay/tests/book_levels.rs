//! The levels of recorded books: at each moment, after a seek, of sorted files and of files that play together.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use super::{all_events, all_ticks, repository};
use crate::feed::TickSource;
use crate::feed::replay::{self, Overrides, Replay, ReplayConfig};
use crate::market::{DEPTH_LEVELS, Instrument, InstrumentId, Ladder, Market, MarketLimits, MarketOpening, sample};

fn layout(name: &str) -> PathBuf {
    repository("tests/fixtures/layouts").join(name)
}

fn open(paths: &[PathBuf], max_sort_rows: usize) -> Replay {
    replay::open(paths, &ReplayConfig { max_sort_rows, ..ReplayConfig::default() }).unwrap()
}

fn write(name: &str, text: &str) -> (PathBuf, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    (path, folder)
}

fn market(replay: &Replay) -> Market {
    let info = replay.info();
    let (instruments, levels) = (info.instruments.clone(), info.levels.clone());
    let opening = MarketOpening { instruments, levels, start: info.start, ..sample::opening(1, &[]) };
    Market::open(&opening, MarketLimits::default())
}

fn side(instrument: &Instrument, ladder: &Ladder) -> String {
    let level = |level: &crate::market::Level| {
        let size = instrument.size_increment.size(level.size);
        format!("{}x{}", instrument.price_increment.price(level.price).shorten(0), size.shorten(0))
    };
    ladder.iter().flatten().map(level).collect::<Vec<_>>().join(" ")
}

/// The levels of the first symbol after each change: milliseconds of the second, bids and asks.
fn books(replay: &mut Replay) -> Vec<String> {
    let mut market = market(replay);
    let mut books: Vec<String> = Vec::new();
    for event in all_events(replay) {
        market.apply(&event);
        let (instrument, state) = market.get(InstrumentId(0)).unwrap();
        let depth = market.depth(InstrumentId(0)).unwrap();
        let edits = market.book_edits(InstrumentId(0)).unwrap();
        let millis = event.ts.0 / 1_000_000 % 1_000;
        let [bids, asks] = [&depth.bids, &depth.asks].map(|ladder| side(instrument, ladder));
        if event.goes_on() {
            continue;
        }
        if let (Some(bid), Some(ask)) = (depth.bids[0], depth.asks[0])
            && !event.is_book_edit()
        {
            let quote = state.top.quote;
            assert_eq!((quote.bid, quote.ask), (Some(bid.price), Some(ask.price)), "levels begin with the quote");
        }
        let book = format!("{millis}: {bids} / {asks}");
        if books.last() != Some(&book) && edits > 0 {
            books.push(book);
        }
    }
    books
}

fn check(path: PathBuf, want: &[&str]) {
    let mut replay = open(std::slice::from_ref(&path), 1_000);
    assert_eq!(books(&mut replay), want, "{}", path.display());
}

#[test]
fn snapshots_of_ten_levels_play_whole() {
    let bids = |size: &str| {
        format!(
            "5528.5x20 5528.25x23 5528x26 5527.75x29 5527.5x32 5527.25x35 5527x38 5526.75x{size} 5526.5x44 5526.25x47"
        )
    };
    let asks = "5529x20 5529.25x22 5529.5x24 5529.75x26 5530x28 5530.25x30 5530.5x32 5530.75x34";
    let (first, later) = (bids("41"), bids("99"));
    let path = layout("databento-mbp10.csv");
    check(
        path.clone(),
        &[
            &format!("1: {first} / 5528.75x18 {asks}"),
            &format!("2: {later} / 5528.75x18 {asks}"),
            &format!("3: {later} / {asks}"),
            &format!("4: {later} / {}", asks.replace("5529.25x22 ", "")),
        ],
    );
    let mut replay = open(&[path], 1_000);
    assert_eq!(market(&replay).depth_levels(InstrumentId(0)), DEPTH_LEVELS);
    assert_eq!(all_ticks(&mut replay).len(), 5, "a quote of each row and a trade, as without levels");
    let edits = all_events(&mut open(&[layout("databento-mbp10.csv")], 0)).len() - 5;
    assert_eq!(edits, 1 + 19 + 1 + 1 + 1, "what has not changed is in no step");
}

#[test]
fn snapshots_have_no_levels_that_the_file_lacks() {
    let path = layout("tardis-book-snapshot.csv");
    check(path.clone(), &["99: 8629.2x6 8628.7x2 / 8629.3x5 8629.9x1", "199: 8629.3x6 8628.7x2 / 8629.4x5 8629.9x1"]);
    assert_eq!(market(&open(&[path], 0)).depth_levels(InstrumentId(0)), 2);
}

#[test]
fn changes_build_a_book() {
    check(layout("tardis-book-changes.csv"), &["245: 6421x1190 / 6421.5x18640", "300: 6421x1190 / 6422x50"]);
    let first = "0: 62000x100 / 62000.5x200";
    check(
        layout("book-actions.csv"),
        &[first, "0: 62000.2x50 62000x100 / 62000.5x200", first, "0: 62000x300 / 62000.5x200"],
    );
    check(
        layout("book-by-moment.csv"),
        &["0: 62000.1x0.5 61999.9x1.2 / 62000.5x0.7 62001x2", "0: 62010x0.4 / 62010.4x0.9"],
    );
}

#[test]
fn snapshot_and_updates_are_one_book_and_a_crossed_one_has_no_levels() {
    let before = "62000.1x1.5 61999.9x4 / 62001x3 62001.5x1.2";
    check(
        layout("binance-depth.csv"),
        &[
            "0: 62000.1x1.5 61999.9x2 / 62000.4x0.7 62001x3",
            "100: 62000.1x1.5 61999.9x4 / 62000.4x0.7 62001x3",
            &format!("200: {before}"),
            "300:  / ",
            &format!("400: {before}"),
        ],
    );
    // A deeper level is no quote.
    assert_eq!(all_ticks(&mut open(&[layout("binance-depth.csv")], 0)).len(), 2);
}

#[test]
fn file_of_the_newest_rows_first_has_the_same_books() {
    let text = fs::read_to_string(layout("databento-mbp10.csv")).unwrap();
    let (head, rows) = text.split_once('\n').unwrap();
    let reversed: Vec<&str> = std::iter::once(head).chain(rows.lines().rev()).collect();
    let (path, _folder) = write("reversed.csv", &reversed.join("\n"));
    let want = books(&mut open(&[layout("databento-mbp10.csv")], 0));
    for max_sort_rows in [1, 2, 7, 13, 1_000] {
        assert_eq!(
            books(&mut open(std::slice::from_ref(&path), max_sort_rows)),
            want,
            "{max_sort_rows} rows in memory"
        );
    }
}

#[test]
fn level_that_cannot_be_read_is_none_and_is_counted() {
    let text = "timestamp,bid_px_00,bid_sz_00,bid_px_01,bid_sz_01,bid_px_02,bid_sz_02,ask_px_00,ask_sz_00\n\
                2024-03-01T09:30:00.001Z,10.5,1,10.25,2,10.125,3,10.75,4\n\
                2024-03-01T09:30:00.002Z,10.5,1,oops,2,10.125,3,10.75,4\n\
                2024-03-01T09:30:00.003Z,10.5,1,10.25,2,,,10.75,4\n\
                2024-03-01T09:30:00.004Z,10.5,1,10.25,0,10.0,3,10.75,4\n";
    let (path, _folder) = write("x.csv", text);
    let mut replay = open(&[path], 0);
    assert_eq!((replay.report()[0].rows, replay.report()[0].rows_rejected), (4, 1));
    let want = ["1: 10.5x1 10.25x2 10.125x3 / 10.75x4", "2: 10.5x1 / 10.75x4", "3: 10.5x1 10.25x2 / 10.75x4"];
    let got = books(&mut replay);
    assert_eq!(got[..3], want);
    assert_eq!(got[3..], ["4: 10.5x1 10x3 / 10.75x4"], "a size of 0 is no level, with the digits of deep prices");
    assert_eq!(replay.rows_rejected(), 1);
}

#[test]
fn first_level_may_have_no_number() {
    let text = "timestamp,bid,bid_size,ask,ask_size,bid2,bid_size2,ask2,ask_size2\n\
                2024-03-01T09:30:00Z,10.5,1,10.75,4,10.25,2,11,5\n2024-03-01T09:30:01Z,10.5,1,10.75,4,10,2,11,5\n";
    let (path, _folder) = write("x.csv", text);
    check(path, &["0: 10.5x1 10.25x2 / 10.75x4 11x5", "0: 10.5x1 10x2 / 10.75x4 11x5"]);
}

#[test]
fn columns_in_no_order_are_no_levels() {
    let text = "timestamp,bid_px_00,bid_sz_00,bid_px_01,bid_sz_01,ask_px_00,ask_sz_00\n\
                2024-03-01T09:30:00Z,10.5,1,10.625,2,10.75,4\n2024-03-01T09:30:01Z,10.5,1,10.625,2,10.75,4\n";
    let (path, _folder) = write("x.csv", text);
    assert_eq!(market(&open(&[path], 0)).depth_levels(InstrumentId(0)), 0);
}

#[test]
fn levels_without_sizes_are_none() {
    let text = "timestamp,bid_px_00,bid_px_01,ask_px_00,ask_px_01\n2024-03-01T09:30:00Z,10.5,10.25,10.75,11\n";
    let (path, _folder) = write("x.csv", text);
    assert_eq!(market(&open(&[path], 0)).depth_levels(InstrumentId(0)), 0);
}

#[test]
fn file_of_a_later_day_begins_its_own_book() {
    let of_day = |day: u32, price: u32| {
        format!(
            "timestamp,symbol,is_snapshot,side,price,amount\n2024-03-0{day}T09:30:00.001Z,X,true,bid,{price},5\n\
             2024-03-0{day}T09:30:00.001Z,X,true,ask,{},6\n2024-03-0{day}T09:30:00.002Z,X,false,bid,{},7\n",
            price + 1,
            price - 1
        )
    };
    let folder = tempfile::tempdir().unwrap();
    let paths = [(1, 100), (2, 50)].map(|(day, price)| {
        let path = folder.path().join(format!("day{day}.csv"));
        fs::write(&path, of_day(day, price)).unwrap();
        path
    });
    let want = ["1: 100x5 / 101x6", "2: 100x5 99x7 / 101x6", "1: 50x5 / 51x6", "2: 50x5 49x7 / 51x6"];
    assert_eq!(books(&mut open(&paths, 0)), want);
}

#[test]
fn columns_of_levels_are_used() {
    let replay = open(&[layout("databento-mbp10.csv")], 0);
    let report = &replay.report()[0];
    let used = report.columns.iter().filter(|(name, role)| name.contains("_px_") && role.is_some()).count();
    assert_eq!(used, 19, "the last ask has no value in the file");
    let assumed: Vec<_> = report.assumptions.iter().map(ToString::to_string).collect();
    assert!(!assumed.iter().any(|text| text.contains("_px_")), "{assumed:?}");
    let overrides = {
        let mut overrides = Overrides::default();
        overrides.set("kind", "trades").unwrap();
        overrides
    };
    let config = ReplayConfig { overrides, ..ReplayConfig::default() };
    let trades = replay::open(&[layout("databento-mbp10.csv")], &config).unwrap();
    assert!(!market(&trades).has_books(), "trades alone have no book");
}

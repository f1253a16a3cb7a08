//! Broken and odd files: each plays as it should, or has the error that it should have.

use std::fs;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{all_ticks, fixture, line, open_fixture};
use crate::control::RejectedRows;
use crate::feed::TickSource;
use crate::feed::replay::{FileReport, ReplayConfig, open};
use crate::market::{Interval, PriceBasis, Timestamp};

enum Want {
    /// The rows that play, and the reasons of those that do not.
    Plays(&'static str, &'static [&'static str]),
    Fails(&'static str),
}
use Want::{Fails, Plays};

const FIXTURES: [(&str, Want); 45] = [
    ("a-parquet.csv", Fails("this is a Parquet file, not CSV text: export it as CSV")),
    ("a-png.csv", Fails("this is a PNG picture, not CSV text: is this the right file?")),
    ("a-zip.csv", Fails("the zip archive cannot be read")),
    ("a-zstd.csv.zst", Fails("the packed data end early, after line 0")),
    ("blank-lines-only.csv", Fails("the file is empty")),
    ("bom-crlf-quoted.csv", Plays("trades, 1 symbol, 2 rows", &[])),
    ("book-changes.csv", Plays("an order book, 1 symbol, 1 row", &[])),
    ("compact-dates.csv", Plays("bars, 1 symbol, 2 rows", &[])),
    (
        "control-characters.csv",
        Plays(
            "trades, 2 symbols, 2 rows",
            &[r"1 bad symbol, first line 3: AC\u{1b}[2JME", r"1 bad price, first line 4: \u{1b}[31m1.7"],
        ),
    ),
    ("digits-that-do-not-fit-together.csv", Plays("trades, 1 symbol, 3 rows", &[])),
    ("empty.csv", Fails("the file is empty")),
    ("epoch-ms-trades.csv", Plays("trades, 1 symbol, 3 rows", &[])),
    ("epoch-unit-changes.csv", Plays("trades, 1 symbol, 3 rows", &[])),
    ("gz-by-name-only.csv.gz", Plays("trades, 1 symbol, 1 row", &[])),
    ("gzip-damaged.csv.gz", Fails("the packed data are damaged after line")),
    ("gzip-ends-early.csv.gz", Fails("the packed data end early, after line 2")),
    ("gzip-two-members.csv.gz", Plays("trades, 1 symbol, 40 rows", &[])),
    ("gzip-without-extension.csv", Plays("trades, 1 symbol, 40 rows", &[])),
    ("header-again.csv", Plays("trades, 1 symbol, 2 rows", &["1 bad time, first line 3: time"])),
    ("header-only.csv", Fails("the file has a header in line 1 but no rows")),
    ("html.csv", Fails("this is an HTML page, not CSV text")),
    (
        "impossible-bars.csv",
        Plays(
            "bars, 1 symbol, 1 row",
            &["3 open or close not between low and high, first line 3: 2024-03-04,10,9,11,10"],
        ),
    ),
    ("json.csv", Fails("this is JSON text, not CSV text: export it as CSV")),
    (
        "lfs-pointer.csv",
        Fails("this is a Git LFS pointer, not CSV text: fetch the data themselves with `git lfs pull`"),
    ),
    (
        "nan-cells.csv",
        Plays("bars, 1 symbol, 2 rows", &["2 no price, first line 3: null", "1 bad price, first line 6: inf"]),
    ),
    ("negative-prices.csv", Plays("trades, 1 symbol, 2 rows", &["1 bad size, first line 4: -1"])),
    ("newest-first.csv", Plays("bars, 1 symbol, 3 rows", &[])),
    ("no-header.csv", Plays("trades, 1 symbol, 2 rows", &[])),
    (
        "no-price-column.csv",
        Fails("no column has a price; the columns are `time` (2024-03-01), `symbol` (ACME), `colour` (red)"),
    ),
    ("no-row-readable.csv", Fails("none of its 2 rows can be read; the first is line 2, column 3: bad size (`-5`)")),
    ("no-symbol-acme.csv", Plays("trades, 1 symbol, 1 row", &[])),
    (
        "no-time-column.csv",
        Fails("no column has the time; the columns are `symbol` (ACME), `price` (1.5), `size` (10)"),
    ),
    ("one-bar.csv", Plays("bars, 1 symbol, 1 row", &[])),
    (
        "quote-left-open.csv",
        Plays("trades, 1 symbol, 1 row", &["1 unclosed quote, first line 2: 2024-03-01T09:30:00Z,\"ACME,1.5"]),
    ),
    ("quotes-bid-ask.csv", Plays("quotes, 1 symbol, 4 rows", &["1 no price, first line 5: "])),
    (
        "rows-of-other-widths.csv",
        Plays("trades, 1 symbol, 2 rows", &["2 wrong number of cells, first line 3: 2024-03-01T09:30:01Z,1.6"]),
    ),
    ("seconds-after-midnight.csv", Fails("have no date, and neither the file nor its name has one")),
    ("semicolons.csv", Plays("trades, 1 symbol, 2 rows", &[])),
    ("sorted-by-symbol.csv", Plays("bars, 2 symbols, 4 rows", &[])),
    ("tabs.tsv", Plays("bars, 1 symbol, 2 rows", &[])),
    ("trades-and-quotes.csv", Plays("trades and quotes, 1 symbol, 3 rows", &["1 no price, first line 5: "])),
    ("two-symbols-interleaved.csv", Plays("bars, 2 symbols, 4 rows", &[])),
    ("utf-16.csv", Plays("trades, 1 symbol, 1 row", &[])),
    ("volume-exponents.csv", Plays("bars, 1 symbol, 2 rows", &[])),
    ("year-9999.csv", Plays("trades, 1 symbol, 1 row", &["2 bad time, first line 3: 9999-12-31T00:00:00Z"])),
];

fn summary(file: &FileReport) -> (String, Vec<String>) {
    let count = |n: u64, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
    let plays =
        format!("{}, {}, {}", file.kind.label(), count(file.symbols.len() as u64, "symbol"), count(file.rows, "row"));
    let reason = |r: &RejectedRows| format!("{} {}, first line {}: {}", r.count, r.reason, r.line.unwrap(), r.value);
    (plays, file.rejected.iter().map(reason).collect())
}

fn check(name: &str, want: &Want) {
    let got = open(&[fixture(name)], &ReplayConfig::default());
    match (got, want) {
        (Ok(mut replay), Plays(plays, rejected)) => {
            let file = replay.report()[0].clone();
            assert_eq!(summary(&file), (plays.to_string(), rejected.iter().map(|r| r.to_string()).collect()), "{name}");
            assert_eq!((file.rows_rejected, replay.rows_rejected()), (counted(&file), counted(&file)), "{name}");
            let ticks = all_ticks(&mut replay);
            assert!(ticks.is_sorted_by_key(|tick| tick.ts), "{name}");
            let ends = (ticks.first().map(|t| t.ts), ticks.last().map(|t| t.ts));
            assert_eq!(ends, (Some(replay.info().start), replay.info().end), "{name}");
            replay.rewind().unwrap();
            assert_eq!(all_ticks(&mut replay), ticks, "{name} after rewinding");
        }
        (Err(error), Fails(text)) => {
            let error = error.to_string();
            assert!(error.contains(name) && error.contains(text), "{name}: {error}");
        }
        (Ok(_), Fails(text)) => panic!("{name} plays; wanted: {text}"),
        (Err(error), Plays(..)) => panic!("{name}: {error}"),
    }
}

fn counted(file: &FileReport) -> u64 {
    file.rejected.iter().map(|rejected| rejected.count).sum()
}

#[test]
fn fixture_plays_or_fails_as_it_should() {
    for (name, want) in &FIXTURES {
        check(name, want);
    }
}

#[test]
fn fixtures_are_all_listed() {
    let mut names: Vec<_> =
        fs::read_dir(fixture("")).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, FIXTURES.map(|(name, _)| name));
}

fn check_ticks(name: &str, want: &[&str]) {
    let mut replay = open_fixture(name);
    let ticks = all_ticks(&mut replay);
    assert_eq!(ticks.iter().map(|tick| line(&replay, tick)).collect::<Vec<_>>(), want, "{name}");
}

#[test]
fn tick_has_the_digits_of_the_file() {
    check_ticks(
        "epoch-ms-trades.csv",
        &[
            "1709285400000 BTCUSDT 62000.1 x 0.00100000 buy",
            "1709285400000 BTCUSDT 62000.0 x 0.25000000 sell",
            "1709285400417 BTCUSDT 62000.1 x 0.00001000 buy",
        ],
    );
    check_ticks("negative-prices.csv", &["1587406080000 CLK20 0.01 x 1 ?", "1587407400000 CLK20 -37.63 x 1 ?"]);
}

#[test]
fn side_without_a_quote_is_missing() {
    check_ticks(
        "quotes-bid-ask.csv",
        &[
            "1709285400000 ACME 10.00 x 200 / 10.02 x 300",
            "1709285401000 ACME 10.01 x 100 / -",
            "1709285402000 ACME - / 10.03 x 100",
            "1709285404000 ACME - / -",
        ],
    );
}

#[test]
fn quote_plays_before_the_trade_of_its_row() {
    check_ticks(
        "trades-and-quotes.csv",
        &[
            "1709285400000 ACME 10.00 x 0 / 10.02 x 0",
            "1709285400000 ACME 10.02 x 5 buy",
            "1709285400000 ACME 10.01 x 0 / 10.03 x 0",
            "1709285400000 ACME 10.01 x 7 ?",
        ],
    );
}

#[test]
fn bars_of_several_symbols_play_side_by_side() {
    check_ticks(
        "two-symbols-interleaved.csv",
        &[
            "1709285400000 A 1 x 2 ?",
            "1709285400000 B 5 x 2 ?",
            "1709285415000 A 1 x 2 ?",
            "1709285415000 B 4 x 2 ?",
            "1709285430000 A 2 x 2 ?",
            "1709285430000 B 6 x 2 ?",
            "1709285445000 A 2 x 2 ?",
            "1709285445000 B 5 x 2 ?",
            "1709285460000 A 2 x 2 ?",
            "1709285460000 B 5 x 2 ?",
            "1709285475000 A 2 x 2 ?",
            "1709285475000 B 5 x 2 ?",
            "1709285490000 A 3 x 2 ?",
            "1709285490000 B 7 x 2 ?",
            "1709285505000 A 3 x 2 ?",
            "1709285505000 B 6 x 2 ?",
        ],
    );
}

#[test]
fn rows_out_of_order_are_sorted() {
    check_ticks(
        "bom-crlf-quoted.csv",
        &["1709251200000 BOM-CRLF-QUOTED 1.50 x 10 ?", "1709510400000 BOM-CRLF-QUOTED 1.60 x 20 ?"],
    );
}

#[test]
fn exponents_are_exact() {
    let mut replay = open_fixture("volume-exponents.csv");
    let closes: Vec<_> = all_ticks(&mut replay).iter().map(|tick| line(&replay, tick)).skip(3).step_by(4).collect();
    assert_eq!(
        closes,
        ["1709316000000 VOLUME-EXPONENTS 10 x 3000000.0 ?", "1709575200000 VOLUME-EXPONENTS 10 x 2404025.0 ?"]
    );
}

#[test]
fn assumptions_are_reported() {
    fn check(name: &str, want: &[&str]) {
        let replay = open_fixture(name);
        let got: Vec<_> = replay.report()[0].assumptions.iter().map(|one| one.what.as_str()).collect();
        assert_eq!(got, want, "{name}");
    }
    check("epoch-ms-trades.csv", &[]);
    check(
        "newest-first.csv",
        &[
            "times are UTC",
            "the symbol is NEWEST-FIRST",
            "times are the start of bars of 1d",
            "rows are played from the last to the first",
        ],
    );
    check("semicolons.csv", &["times are UTC", "the symbol is SEMICOLONS"]);
    check("quotes-bid-ask.csv", &[]);
}

#[test]
fn basis_and_bar_length_follow_from_the_rows() {
    fn check(name: &str, basis: PriceBasis, bars: Option<Interval>) {
        let replay = open_fixture(name);
        let instrument = &replay.info().instruments[0];
        assert_eq!((instrument.basis, instrument.synthesised_from), (basis, bars), "{name}");
    }
    check("quotes-bid-ask.csv", PriceBasis::Bid, None);
    check("trades-and-quotes.csv", PriceBasis::Trade, None);
    check("tabs.tsv", PriceBasis::Trade, Some(Interval::M1));
    check("newest-first.csv", PriceBasis::Trade, Some(Interval::D1));
    check("one-bar.csv", PriceBasis::Trade, Some(Interval::D1));
}

#[test]
fn path_that_is_no_file_is_an_error() {
    fn check(paths: &[&str], want: &str) {
        let paths: Vec<_> = paths.iter().map(|name| fixture(name)).collect();
        let error = open(&paths, &ReplayConfig::default()).err().unwrap().to_string();
        assert!(error.ends_with(want), "{error}");
    }
    check(&[], "no file to replay: name at least one CSV file");
    check(&["missing.csv"], "missing.csv: no such file: check the path");
}

#[test]
fn error_names_the_limit() {
    fn check(name: &str, config: ReplayConfig, want: &str) {
        let error = open(&[fixture(name)], &config).err().unwrap().to_string();
        assert!(error.contains(want), "{error}");
    }
    let limits = ReplayConfig::default();
    check(
        "sorted-by-symbol.csv",
        ReplayConfig { max_symbols: 1, ..limits.clone() },
        "there are more than 1 symbols: is `Ticker` the symbol column?",
    );
    check("semicolons.csv", ReplayConfig { max_line_bytes: 5, ..limits.clone() }, "is longer than 5 bytes");
    let archive = ReplayConfig { max_files: 0, ..limits };
    check("../layouts/lean-crypto.zip", archive, "the path names 1 files, which is too many");
}

#[test]
fn too_many_bars_of_one_time_end_the_replay() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bars.csv");
    let rows: String = (0..9).map(|n| format!("2024-03-01,S{n},1,2,1,2\n")).collect();
    fs::write(&path, format!("date,symbol,open,high,low,close\n{rows}")).unwrap();
    let mut played = open(std::slice::from_ref(&path), &ReplayConfig::default()).unwrap();
    assert_eq!(all_ticks(&mut played).len(), 36);
    let mut bounded = open(&[path], &ReplayConfig { max_waiting: 20, ..ReplayConfig::default() }).unwrap();
    let error = std::iter::repeat_with(|| bounded.next_tick()).find_map(Result::err).unwrap().to_string();
    assert!(error.contains("more than 20 ticks") && error.contains("--max-waiting-ticks"), "{error}");
}

#[test]
fn line_over_the_limit_is_rejected_and_the_rest_plays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.csv");
    let long = "9".repeat(3_000_000);
    fs::write(&path, format!("time,price\n2024-03-01,1.5\n2024-03-02,{long}\n2024-03-03,1.7\n")).unwrap();
    let replay = open(&[path], &ReplayConfig::default()).unwrap();
    let (plays, rejected) = summary(&replay.report()[0]);
    assert_eq!(plays, "trades, 1 symbol, 2 rows");
    assert_eq!(rejected, [format!("1 line too long, first line 3: 2024-03-02,{}…", "9".repeat(29))]);
}

#[test]
fn symbol_of_two_files_is_one_instrument() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, rows: &str| {
        let path = folder.path().join(name);
        fs::write(&path, format!("time,symbol,price\n{rows}")).unwrap();
        path
    };
    let january = write("jan.csv", "2024-01-01,A,1.5\n2024-02-01,A,1.6\n");
    let february = write("feb.csv", "2024-02-01,A,1.625\n2024-02-02,B,7\n");
    let mut replay = open(&[january, february], &ReplayConfig::default()).unwrap();
    let ticks = all_ticks(&mut replay);
    let lines: Vec<_> = ticks.iter().map(|tick| line(&replay, tick)).collect();
    assert_eq!(
        lines,
        [
            "1704067200000 A 1.500 x 0 ?",
            "1706745600000 A 1.600 x 0 ?",
            "1706745600000 A 1.625 x 0 ?",
            "1706832000000 B 7 x 0 ?",
        ]
    );
    assert_eq!(replay.info().name, "jan.csv, feb.csv");
    assert_eq!(replay.info().start, Timestamp::from_secs(1_704_067_200));
}

#[test]
fn deleted_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gone.csv");
    fs::write(&path, "time,price\n2024-03-01,1.5\n").unwrap();
    let mut replay = open(std::slice::from_ref(&path), &ReplayConfig::default()).unwrap();
    fs::remove_file(path).unwrap();
    replay.rewind().unwrap();
    let error = replay.next_tick().unwrap_err().to_string();
    assert!(error.ends_with("gone.csv: no such file: check the path"), "{error}");
}

#[test]
fn shortened_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("broken.csv.gz");
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    writeln!(encoder, "time,price").unwrap();
    (0..50_000).for_each(|n| writeln!(encoder, "{},{}", 1_700_000_000 + n, n * 7_919 % 1_000).unwrap());
    let bytes = encoder.finish().unwrap();
    fs::write(&path, &bytes).unwrap();
    let mut replay = open(std::slice::from_ref(&path), &ReplayConfig::default()).unwrap();
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    replay.rewind().unwrap();
    let error = replay.next_tick().unwrap_err().to_string();
    assert!(error.contains("broken.csv.gz: the file has changed: it is shorter"), "{error}");
}

//! The evidence for columns, and questions where two readings are equally likely.

use std::fs;

use super::repository;
use crate::feed::TickSource as _;
use crate::feed::replay::{Answer, Candidate, ColumnRole, Overrides, ReplayConfig, entries, explain, inspect, open};

/// Checks the role of a column of a fixture, the best candidate, its least score, and a fact of its values.
fn check(file: &str, column: usize, chosen: Option<ColumnRole>, best: Option<ColumnRole>, least: u8, fact: &str) {
    let config = ReplayConfig::default();
    let entry = entries(&[repository("tests/fixtures/layouts").join(file)], &config).unwrap().remove(0);
    let evidence = explain(&entry, &config).unwrap().remove(column);
    let first = evidence.candidates.first();
    assert_eq!((evidence.chosen, first.map(|one| one.role)), (chosen, best), "{file}: {evidence:?}");
    assert!(first.map_or(0, |one| one.score) >= least, "{file}: {evidence:?}");
    assert!(evidence.facts.iter().any(|one| one.contains(fact)), "{file}: {fact} in {:?}", evidence.facts);
}

#[test]
fn evidence_names_the_candidates_and_the_choice() {
    use ColumnRole::{Ask, Close, High, Size, Symbol, Time, Volume};
    check("yahoo-daily.csv", 0, Some(Time), Some(Time), 80, "% dates");
    check("yahoo-daily.csv", 2, Some(High), Some(High), 100, "% numbers");
    check("tardis-trades.csv", 1, Some(Symbol), Some(Symbol), 100, "1 different, as `XBTUSD`");
    check("tardis-trades.csv", 3, None, Some(Time), 60, "could be counts since 1970");
    check("nikkei-sjis.csv", 1, Some(Close), Some(Close), 100, "from 39038.16 to 39134.79");
    check("metatrader5.csv", 7, None, Some(Size), 90, "whole numbers");
    check("histdata-minute.csv", 0, Some(Time), Some(Time), 60, "dates with a clock");
    check("stooq-pl.csv", 5, Some(Volume), Some(Size), 99, "cells filled");
    check("kibot.txt", 3, Some(High), Some(High), 60, "from 10.65 to 10.8");
    check("wide-closes.csv", 2, Some(Close), Some(Close), 60, "% numbers");
    check("histdata-ticks.csv", 2, Some(Ask), Some(Ask), 60, "from 1.12161 to 1.12192");
}

#[test]
fn evidence_of_names_has_its_rank() {
    let entry = entries(&[repository("tests/fixtures/layouts/tardis-trades.csv")], &ReplayConfig::default()).unwrap();
    let columns = explain(&entry[0], &ReplayConfig::default()).unwrap();
    let Candidate { score, evidence, .. } = &columns[3].candidates[0];
    assert_eq!((*score, evidence.as_str()), (60, "its name, at rank 40; its values are times"));
}

/// A file whose dates may be of April or of May.
const OPEN: &str = "date,price,size\n05/04/2024,10.5,1\n05/04/2024,10.6,2\n06/04/2024,10.7,3\n";

fn with_answer(assume: Option<Answer>) -> ReplayConfig {
    ReplayConfig { overrides: Overrides { assume, ..Overrides::default() }, ..ReplayConfig::default() }
}

#[test]
fn equal_readings_are_a_question() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("open.csv");
    fs::write(&path, OPEN).unwrap();
    let paths = std::slice::from_ref(&path);
    let entry = entries(paths, &ReplayConfig::default()).unwrap().remove(0);
    let report = inspect(&entry, &ReplayConfig::default(), &mut |_, _, _| {}).unwrap();
    let question = report.question.unwrap();
    let readings = question.readings.clone().map(|reading| (reading.what, reading.flag));
    let of = |what: &str, flag: &str| (what.to_owned(), flag.to_owned());
    let want = [of("2024-04-05, day first", "--date-order dmy"), of("2024-05-04, month first", "--date-order mdy")];
    assert_eq!(readings, want);

    let error = open(paths, &ReplayConfig::default()).err().unwrap().to_string();
    for flag in ["open.csv --date-order dmy`", "open.csv --date-order mdy`", "--assume 1", "`05/04/2024`"] {
        assert!(error.contains(flag), "{flag} in {error}");
    }
    for (answer, date) in [(Answer::First, "2024-04-05"), (Answer::Second, "2024-05-04")] {
        let replay = open(paths, &with_answer(Some(answer))).unwrap();
        let start = chrono::DateTime::from_timestamp_nanos(replay.info().start.0);
        assert_eq!(start.date_naive().to_string(), date);
    }
    fs::write(folder.path().join("open.csv.toml"), "assume = 2\n").unwrap();
    assert!(open(paths, &ReplayConfig::default()).is_ok());
    fs::remove_file(folder.path().join("open.csv.toml")).unwrap();
    let order = Overrides::default();
    for label in ["dmy", "mdy"] {
        let mut overrides = order.clone();
        overrides.set("date-order", label).unwrap();
        assert!(open(paths, &ReplayConfig { overrides, ..ReplayConfig::default() }).is_ok(), "{label}");
    }
}

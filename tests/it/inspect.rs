//! `tickcast inspect`: its table, its JSON and its exit code.

use serde_json::Value;

use crate::support::command;

async fn inspect(arguments: &[&str]) -> (Option<i32>, String) {
    let output = command(&[&["inspect"], arguments].concat()).output().await.unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

async fn json(arguments: &[&str]) -> (Option<i32>, Vec<Value>) {
    let (code, text) = inspect(&[&["--json"], arguments].concat()).await;
    let lines = text.lines().filter(|line| !line.is_empty());
    (code, lines.map(|line| serde_json::from_str(line).unwrap()).collect())
}

#[tokio::test]
async fn table_shows_what_a_file_holds() {
    let (code, text) = inspect(&["tests/fixtures/layouts/nikkei-sjis.csv"]).await;
    assert_eq!(code, Some(0));
    for expected in [
        "ohlcv: bars of 1d",
        "2, oldest first; 1 rejected",
        "2024-06-10T00:00:00Z  38764.10",
        "Shift_JIS, delimiter `,`, header in line 1",
        "終値 = close",
        "times are UTC: dates without a clock are the same days in any zone",
        "1 x text, not a row, first in line 4",
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
}

#[tokio::test]
async fn json_report_has_every_field() {
    let (code, lines) = json(&["tests/fixtures/layouts/bitstamp-kaggle.csv"]).await;
    assert_eq!((code, lines.len()), (Some(0), 1));
    let report = &lines[0];
    for field in [
        "file",
        "member",
        "kind",
        "symbols",
        "rows",
        "rows_exact",
        "rows_rejected",
        "rejected",
        "delimiter",
        "header",
        "header_line",
        "encoding",
        "compression",
        "time",
        "order",
        "first",
        "last",
        "bars",
        "assumptions",
        "warnings",
        "questions",
        "columns",
    ] {
        assert!(report.get(field).is_some(), "{field}");
    }
    assert_eq!(report["rejected"][0]["count"], 2);
    assert_eq!(report["rejected"][0]["line"], 3);
    assert_eq!(report["time"]["unit"], "s");
    assert_eq!(report["columns"][5]["meaning"], "volume");
}

#[tokio::test]
async fn evidence_is_printed_for_each_column() {
    let (code, text) = inspect(&["--why", "tests/fixtures/layouts/yahoo-daily.csv"]).await;
    assert_eq!(code, Some(0));
    for expected in ["1. Date: time", "-> ", "100 high: its name, at rank 0; its values are numbers", "cells filled"] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
}

#[tokio::test]
async fn doubtful_reading_is_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("jump.csv");
    std::fs::write(&file, "time,price\n2024-01-02,10.5\n2024-01-03,10.6\n2024-01-04,1062\n2024-01-05,10.4\n").unwrap();
    let path = file.to_str().unwrap();
    let (_, lines) = json(&[path]).await;
    let warning = &lines[0]["warnings"][0];
    assert_eq!((warning["code"].as_str(), &warning["lines"]), (Some("price-jump"), &serde_json::json!([3, 4])));
    let (_, text) = inspect(&[path]).await;
    assert!(text.contains("warning     the price of JUMP goes from 10.6 to 1062 in one step (lines 3, 4)"), "{text}");
}

#[tokio::test]
async fn unplayable_file_sets_exit_code_2() {
    let (code, lines) = json(&["tests/fixtures/csv/a-png.csv", "tests/fixtures/layouts/yahoo-daily.csv"]).await;
    assert_eq!((code, lines.len()), (Some(2), 2));
    assert!(lines[0]["error"]["message"].as_str().unwrap().contains("PNG picture"));
    assert_eq!(lines[1]["kind"], "ohlcv");
    let (code, lines) = json(&["nosuch.csv"]).await;
    assert_eq!(code, Some(2));
    assert!(lines[0]["error"]["message"].as_str().unwrap().contains("no such file"));
}

#[tokio::test]
async fn folders_patterns_and_archives_expand_to_files() {
    let (_, folder) = json(&["tests/fixtures/layouts"]).await;
    assert!(folder.len() > 50, "{}", folder.len());
    let (_, some) = json(&["tests/fixtures/layouts/yahoo-*.csv"]).await;
    assert_eq!(some.len(), 2);
    let (_, members) = json(&["tests/fixtures/layouts/several-members.zip"]).await;
    let names: Vec<_> = members.iter().map(|report| report["member"].as_str().unwrap()).collect();
    assert_eq!(names, ["b/BOLT.csv", "ACME.csv"]);
}

#[tokio::test]
async fn flags_and_sidecar_override_detection() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ticks.csv");
    std::fs::write(&file, "05/04/2024 10:00,7,1234500\n05/04/2024 10:01,8,1234600\n").unwrap();
    let path = file.to_str().unwrap();
    let (_, detected) = json(&[path]).await;
    assert!(
        detected[0]["assumptions"].as_array().unwrap().iter().any(|one| one["flag"] == "--date-order"),
        "{detected:?}"
    );
    let flags = ["--columns", "time,size,price", "--price-scale", "100", "--date-order", "dmy", "--symbol", "ACME"];
    let (_, flagged) = json(&[&flags[..], &["--tz", "America/New_York", path]].concat()).await;
    let report = &flagged[0];
    assert_eq!((report["symbols"][0].as_str(), report["kind"].as_str()), (Some("ACME"), Some("trades")));
    assert_eq!(report["first"]["ts"], "2024-04-05T14:00:00Z");
    assert_eq!(report["first"]["price"].to_string(), "12345");
    let sidecar = "columns = \"time,size,price\"\nprice-scale = 100\ndate-order = \"dmy\"\nsymbol = \"ACME\"\n\
                   tz = \"America/New_York\"\n";
    std::fs::write(folder.path().join("ticks.csv.toml"), sidecar).unwrap();
    let (_, kept) = json(&[path]).await;
    assert_eq!(kept[0]["first"], report["first"]);
    assert_eq!(kept[0]["time"]["assumed"], false);
}

#[cfg(unix)]
#[tokio::test]
async fn file_that_cannot_be_opened_is_explained() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::os::unix::fs::symlink("gone.csv", path("broken.csv")).unwrap();
    std::os::unix::fs::symlink("circle.csv", path("circle.csv")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(path("pipe.csv")).status().unwrap().success());
    std::fs::create_dir(path("empty")).unwrap();
    for (file, expected) in [
        (path("broken.csv"), "the link leads to gone.csv, which is not there"),
        (path("circle.csv"), "the file cannot be opened: Too many levels of symbolic links"),
        (path("pipe.csv"), "this is a pipe, not a file"),
        ("/dev/zero".to_owned(), "this is a device, not a file"),
        (path("empty"), "the folder has no CSV files"),
    ] {
        let (code, lines) = json(&[&file]).await;
        let message = lines[0]["error"]["message"].as_str().unwrap();
        assert!(code == Some(2) && message.contains(expected), "{file}: {message}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn pipe_beside_a_file_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ticks.csv");
    std::fs::write(&file, "time,price\n2024-01-01,1.5\n").unwrap();
    let sidecar = folder.path().join("ticks.csv.toml");
    assert!(std::process::Command::new("mkfifo").arg(sidecar).status().unwrap().success());
    let (code, lines) = json(&[file.to_str().unwrap()]).await;
    let message = lines[0]["error"]["message"].as_str().unwrap();
    assert!(code == Some(2) && message.contains("it is a pipe, not a file"), "{message}");
}

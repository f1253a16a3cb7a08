//! An optional check against a folder of real vendor files, whose `INDEX.tsv` describes their contents:
//! `TICKCAST_CORPUS=FOLDER cargo test --test it corpus -- --nocapture`. Without a folder it is skipped.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{command, digits};

/// The rows of the index, each as pairs of column name and value.
fn rows_of(index: &str) -> Vec<Vec<(String, String)>> {
    let mut lines = index.lines();
    let names: Vec<&str> = lines.next().unwrap().split('\t').collect();
    let row = |line: &str| names.iter().zip(line.split('\t')).map(|(n, v)| ((*n).to_owned(), v.to_owned())).collect();
    lines.map(row).collect()
}

/// Lists the differences between a report and the index.
///
/// A symbol that does not occur in the file's text is an error of the index and is not compared.
fn differences(want: &[(String, String)], text: &str, file: &[u8]) -> Vec<String> {
    let got: Value = serde_json::from_str(text).unwrap_or_default();
    if let Some(message) = got["error"]["message"].as_str() {
        return vec![message.to_owned()];
    }
    let want = |name: &str| want.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value.as_str());
    let symbols: Vec<&str> = got["symbols"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let edge = |which: &str| {
        // The digits as written, not rounded by a float.
        let rest = text.split_once(&format!("\"{which}\":{{")).map_or("", |(_, rest)| rest);
        let price = rest.split_once("\"price\":").map_or("", |(_, rest)| rest);
        digits(price.split('}').next().unwrap_or_default()).to_owned()
    };
    let delimiter = if want("delimiter") == "TAB" { "\t" } else { want("delimiter") };
    let is_there = |symbol: &&str| file.windows(symbol.len()).any(|window| window == symbol.as_bytes());
    let packed = got["compression"] != "none" || got["encoding"] != "UTF-8";
    let wanted: Vec<&str> = want("symbols").split(',').filter(|symbol| packed || is_there(symbol)).collect();
    let wanted = wanted.join(",");
    let mut symbols: String = symbols.join(",");
    if want("symbols") == "-" {
        symbols = "-".into();
    }
    let header = if got["header"] == true { "y" } else { "n" };
    let pairs = [
        ("kind", got["kind"].as_str().unwrap().to_owned(), want("kind")),
        ("symbols", symbols, if want("symbols") == "-" { "-" } else { &wanted }),
        ("rows", got["rows"].to_string(), want("rows")),
        ("delimiter", got["delimiter"].as_str().unwrap().to_owned(), delimiter),
        ("header", header.to_owned(), want("header")),
        ("order", got["order"].as_str().unwrap().to_owned(), want("order")),
        ("first_utc", got["first"]["ts"].as_str().unwrap_or_default().to_owned(), want("first_utc")),
        ("last_utc", got["last"]["ts"].as_str().unwrap_or_default().to_owned(), want("last_utc")),
        ("first_price", edge("first"), want("first_price")),
        ("last_price", edge("last"), want("last_price")),
    ];
    let differs =
        |(name, got, want): &(&str, String, &str)| (got != want).then(|| format!("{name} {got:?}, not {want:?}"));
    pairs.iter().filter_map(differs).collect()
}

#[tokio::test]
async fn corpus_files_are_read_as_their_index_states() {
    let Some(folder) = std::env::var_os("TICKCAST_CORPUS") else {
        println!("skipped: TICKCAST_CORPUS names no folder");
        return;
    };
    let folder = Path::new(&folder);
    let rows = rows_of(&fs::read_to_string(folder.join("INDEX.tsv")).expect("the folder has an INDEX.tsv"));
    let mut wrong = 0;
    for row in &rows {
        let file = folder.join(&row[0].1);
        let output = command(&["inspect", "--json", file.to_str().unwrap()]).output().await.unwrap();
        let differences = differences(row, String::from_utf8_lossy(&output.stdout).trim(), &fs::read(&file).unwrap());
        println!("{} {}", if differences.is_empty() { "ok  " } else { "DIFF" }, row[0].1);
        differences.iter().for_each(|difference| println!("       {difference}"));
        wrong += usize::from(!differences.is_empty());
    }
    println!("{} of {} files read exactly", rows.len() - wrong, rows.len());
    assert_eq!(wrong, 0);
}

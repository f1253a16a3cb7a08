//! `tickcast record`: a recording replays to the same bytes, also after `kill -9`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::timeout;

use crate::support::{Server, TIMEOUT, command};

async fn record(arguments: &[&str]) -> String {
    let mut all = vec!["record"];
    all.extend(arguments);
    let output = timeout(TIMEOUT, command(&all).kill_on_drop(true).output()).await.expect("it ends").unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{arguments:?}: {printed}{}", String::from_utf8_lossy(&output.stderr));
    printed
}

fn text(path: &Path) -> String {
    let bytes = fs::read(path).unwrap();
    if path.extension().is_some_and(|extension| extension == "zst") {
        // The last frame may be incomplete.
        let mut text = Vec::new();
        let mut decoder = zstd::Decoder::new(&bytes[..]).unwrap();
        let _ = std::io::Read::read_to_end(&mut decoder, &mut text);
        return String::from_utf8(text).unwrap();
    }
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn recording_replays_to_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let printed = record(&[&path("one.csv"), "--seed", "5", "--symbols", "4", "--for", "3m"]).await;
    assert!(printed.contains("recorded") && printed.contains("events in 1 file"), "{printed}");
    record(&[&path("two.csv"), &path("one.csv")]).await;
    record(&[&path("three.csv.zst"), &path("two.csv")]).await;
    let one = fs::read_to_string(path("one.csv")).unwrap();
    assert!(one.lines().count() > 100, "{one}");
    assert_eq!(fs::read_to_string(path("two.csv")).unwrap(), one);
    assert_eq!(text(Path::new(&path("three.csv.zst"))), one);
    record(&[&path("four.csv"), &path("three.csv.zst")]).await;
    assert_eq!(fs::read_to_string(path("four.csv")).unwrap(), one);
    record(&[&path("four.csv"), &path("three.csv.zst")]).await;
    assert_eq!(fs::read_to_string(path("four-0002.csv")).unwrap(), one, "no file is overwritten");
}

/// Starts a recording server and kills it after some thousand lines.
async fn killed(name: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    let server = Server::start(&["--speed", "60", "--record", path.to_str().unwrap()]).await;
    let enough = async {
        while !path.exists() || text(&path).lines().count() < 5_000 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(TIMEOUT, enough).await.expect("the server records while it serves");
    server.kill().await;
    (folder, path)
}

#[tokio::test]
async fn killed_recording_is_whole_up_to_its_last_line() {
    for name in ["trades.csv", "trades.csv.zst"] {
        let (folder, path) = killed(name).await;
        let again = folder.path().join("again.csv");
        record(&[again.to_str().unwrap(), path.to_str().unwrap()]).await;
        let (was, is) = (text(&path), fs::read_to_string(&again).unwrap());
        assert!(is.lines().count() >= 5_000 && was.starts_with(&is), "{name}: {} of {}", is.len(), was.len());
        assert!(was[is.len()..].lines().count() <= 1, "{name}: only a cut-off line may be missing");
    }
}

#[tokio::test]
async fn missing_folder_is_reported() {
    let output = command(&["record", "no/such/folder/trades.csv", "--for", "1m"]).output().await.unwrap();
    let printed = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && printed.contains("no/such/folder/trades.csv"), "{printed}");
}

#[tokio::test]
async fn odd_symbols_are_recorded_as_plain_csv() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let wide =
        "Date,\"ACME\u{1b}[2J\",\"BO,\"\"LT\"\"\",CORK\u{202e}\u{9b}\n2024-01-01,1.5,20.25,3\n2024-01-02,1.75,21,4\n";
    let long = "time,symbol,price\n2024-01-01,\"E\u{7}\",1\n2024-01-02,\"F,\"\"\",1\n2024-01-03,G,1\n";
    fs::write(path("wide.csv"), wide).unwrap();
    fs::write(path("long.csv"), long).unwrap();
    record(&[&path("one.csv"), &path("wide.csv"), &path("long.csv")]).await;
    record(&[&path("two.csv"), &path("one.csv")]).await;
    let one = fs::read_to_string(path("one.csv")).unwrap();
    assert!(!one.chars().any(|c| c != '\n' && (c.is_control() || c == '\u{202e}')), "{one:?}");
    for symbol in ["ACME_[2J,", "\"BO,\"\"LT\"\"\",", "CORK__,", "\"F,\"\"\",", "G,"] {
        assert!(one.contains(symbol), "{symbol} in {one}");
    }
    assert_eq!(fs::read_to_string(path("two.csv")).unwrap(), one);
}

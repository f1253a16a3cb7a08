//! `tickcast simulate`: the same flags give the same bytes, and the files replay.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use sha2::{Digest, Sha256};
use tokio::time::timeout;

use crate::support::{Server, TIMEOUT, command, is_hangup_ignored};

/// Writes a simulation to a file with these flags, and returns its text.
async fn simulate(folder: &Path, name: &str, flags: &str) -> String {
    let file = folder.join(name);
    let arguments = ["simulate", "--out", file.to_str().unwrap()].into_iter().chain(flags.split_whitespace());
    let output = command(&arguments.collect::<Vec<_>>()).output().await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    fs::read_to_string(file).unwrap()
}

#[tokio::test]
async fn trades_do_not_depend_on_threads_or_other_symbols() {
    let folder = tempfile::tempdir().unwrap();
    let flags = "--class stock --start 2024-01-08T14:30:00Z --for 10m --seed 3";
    let one = simulate(folder.path(), "one.csv", &format!("{flags} --symbols 4")).await;
    assert!(one.starts_with("ts,symbol,price,size,side,bid,ask\n") && one.lines().count() > 1_000);
    assert!(one == simulate(folder.path(), "two.csv", &format!("{flags} --symbols 4 --threads 2")).await);
    let many = simulate(folder.path(), "many.csv", &format!("{flags} --symbols 600 --threads 2")).await;
    let rows = |text: &str, symbol: &str| {
        let of = format!(",{symbol},");
        text.lines().filter(|line| line.contains(&of)).map(str::to_owned).collect::<Vec<_>>()
    };
    for symbol in ["AAPL", "MSFT"] {
        assert!(!rows(&one, symbol).is_empty() && rows(&one, symbol) == rows(&many, symbol), "{symbol}");
    }
    let crash = simulate(folder.path(), "crash.csv", &format!("{flags} --symbols 4 --scenario crash@5m:AAPL")).await;
    let until = format!("{}", 1_704_724_200_000_000_000u64 + 300_000_000_000);
    let before =
        |text: &str| text.lines().skip(1).take_while(|line| *line < &*until).map(str::to_owned).collect::<Vec<_>>();
    assert!(before(&one) == before(&crash) && one != crash);
}

/// The demo recording was written by a release build on another machine.
#[tokio::test]
async fn demo_recording_is_reproduced_by_its_command() {
    let [data, readme] = ["data/simulated-crash.csv.gz", "data/README.md"].map(|path| fs::read(path).unwrap());
    let mut kept = String::new();
    flate2::read::GzDecoder::new(&*data).read_to_string(&mut kept).unwrap();
    let readme = String::from_utf8(readme).unwrap().replace("\\\n", " ");
    let line = readme.lines().find_map(|line| line.strip_prefix("tickcast simulate --out simulated-crash.csv.gz"));
    let arguments = ["simulate", "--out", "-"].into_iter().chain(line.unwrap().split_whitespace());
    let output = command(&arguments.collect::<Vec<_>>()).output().await.unwrap();
    assert!(output.status.success() && output.stdout == kept.as_bytes());
}

/// Another hash is another market for the same seed: the changelog has to say so.
#[tokio::test]
async fn each_class_has_its_golden_hash() {
    let folder = tempfile::tempdir().unwrap();
    for (class, golden) in [
        ("stock", "e47d9a8e3eaa4a97141f16c1f1933bf5"),
        ("index", "21f050d9808802356ccae86bda1af212"),
        ("crypto", "26becae44a66dfb119a172a423a3ad7f"),
        ("fx", "44b14f490fddef6810316ed88e908231"),
    ] {
        let flags = format!("--class {class} --symbols 4 --start 2024-01-08T14:30:00Z --for 10m --seed 3 --quotes");
        let text = simulate(folder.path(), class, &flags).await;
        let hash: String = Sha256::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(&hash[..32], golden, "{class}");
    }
}

#[tokio::test]
async fn simulation_with_quotes_plays_as_a_replay() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("trades.csv.gz");
    let path = file.to_str().unwrap();
    let flags = "--symbols 8 --start 2024-01-08T14:30:00Z --for 2m --quotes";
    let arguments = ["simulate", "--out", path].into_iter().chain(flags.split_whitespace()).collect::<Vec<_>>();
    assert!(command(&arguments).output().await.unwrap().status.success());
    let server = Server::start(&["replay", path]).await;
    let lines = server.lines.join("\n");
    assert!(lines.contains("8 symbols") && !lines.contains("cannot be played"), "{lines}");
}

#[tokio::test]
async fn headlines_are_written_beside_the_trades() {
    let folder = tempfile::tempdir().unwrap();
    let news = folder.path().join("news.csv");
    let flags = format!(
        "--class stock --start 2024-01-08T14:30:00Z --for 2m --scenario news@30s:AAPL,strength=-2 --news {}",
        news.display()
    );
    simulate(folder.path(), "trades.csv", &flags).await;
    let news = fs::read_to_string(news).unwrap();
    assert!(
        news.lines().any(|line| line.starts_with("1704724230000000000,AAPL,-0.8,leads,") && line.contains("Apple")),
        "{news}"
    );
}

#[cfg(unix)]
#[tokio::test]
async fn interrupted_simulation_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("long.csv");
    let mut simulation = command(&["simulate", "--out", out.to_str().unwrap(), "--days", "10000"]);
    let mut child = simulation.kill_on_drop(true).spawn().unwrap();
    let is_writing = async {
        while fs::read_dir(folder.path()).unwrap().all(|file| file.unwrap().metadata().unwrap().len() == 0) {
            tokio::task::yield_now().await;
        }
    };
    timeout(TIMEOUT, is_writing).await.expect("it writes");
    assert!(!out.exists());
    let id = child.id().unwrap().to_string();
    let signal = if is_hangup_ignored() { "TERM" } else { "HUP" };
    tokio::process::Command::new("kill").args(["-s", signal, &id]).status().await.unwrap();
    let code = timeout(TIMEOUT, child.wait()).await.expect("it stops").unwrap().code();
    assert_eq!((code, fs::read_dir(folder.path()).unwrap().count()), (Some(1), 0));
}

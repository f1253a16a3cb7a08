//! `kill -9` at random times, under load, while the server records.

use std::process::Stdio;
use std::time::Duration;

use tokio::time::sleep;

use super::{Follower, random};
use crate::support::{Server, command};

const KILLS: u64 = 8;
/// Each kill comes within this time after the start.
const WITHIN_MS: u64 = 3_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_server_comes_back_and_its_recordings_play() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("trades.csv");
    let flags = ["--seed", "9", "--speed", "20", "--record", file.to_str().unwrap()];
    let (mut bind, mut epoch, mut alive) = ("127.0.0.1:0".to_owned(), 0, 0);
    for n in 0..KILLS {
        let server = Server::start_at(&bind, &flags).await;
        bind.clone_from(&server.address);
        let url = format!("ws://{bind}/ws");
        let load =
            ["load", &url, "--clients", "100", "--symbols", "all", "--rate", "10", "--quiet", "--duration", "60s"];
        let load = command(&load).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn().unwrap();
        let following = tokio::spawn(async move {
            let (mut client, mut follower) = (server.connect().await, Follower::default());
            let delay = Duration::from_millis(random(n, WITHIN_MS));
            let killed = async {
                sleep(delay).await;
                server.kill().await;
            };
            let follow = async {
                follower.begin(&mut client, 20).await?;
                while follower.follow(&mut client).await.is_some() {}
                Some(())
            };
            tokio::join!(killed, follow);
            follower
        });
        let follower = following.await.unwrap();
        assert!(follower.epoch == 0 || follower.epoch > epoch, "a later run has a later epoch");
        epoch = epoch.max(follower.epoch);
        alive += u64::from(follower.updates > 0);
        drop(load);
    }
    assert!(alive >= KILLS / 4, "only {alive} of {KILLS} runs sent updates");
    let mut played = 0;
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap();
        if file.metadata().unwrap().len() == 0 {
            continue;
        }
        let output = command(&["inspect", file.path().to_str().unwrap()]).output().await.unwrap();
        let report = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{report}{}", String::from_utf8_lossy(&output.stderr));
        played += 1;
    }
    println!("{alive} of {KILLS} runs sent updates; {played} recordings replay");
    assert!(played >= KILLS / 4, "{played} recordings");
}

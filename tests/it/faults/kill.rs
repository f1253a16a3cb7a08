//! `kill -9` at any moment, under load, while it records.

use std::process::Stdio;
use std::time::Duration;

use tokio::time::sleep;

use super::{Follower, random};
use crate::support::{Server, command};

const KILLS: u64 = 8;
/// The moments lie within so many milliseconds after the address was said.
const WITHIN_MS: u64 = 3_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_server_comes_back_and_its_recordings_play() {
    let folder = tempfile::tempdir().unwrap();
    let tape = folder.path().join("tape.csv");
    let flags = ["--seed", "9", "--speed", "20", "--record", tape.to_str().unwrap()];
    let (mut bind, mut epoch, mut alive) = ("127.0.0.1:0".to_owned(), 0, 0);
    for n in 0..KILLS {
        let server = Server::start_at(&bind, &flags).await;
        bind.clone_from(&server.address);
        let url = format!("ws://{bind}/ws");
        let load =
            ["load", &url, "--clients", "100", "--symbols", "all", "--rate", "10", "--quiet", "--duration", "60"];
        let load = command(&load).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn().unwrap();
        let following = tokio::spawn(async move {
            let (mut client, mut follower) = (server.connect().await, Follower::default());
            let moment = Duration::from_millis(random(n, WITHIN_MS));
            let killed = async {
                sleep(moment).await;
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
        assert!(follower.epoch == 0 || follower.epoch > epoch, "another run is a later epoch");
        epoch = epoch.max(follower.epoch);
        alive += u64::from(follower.updates > 0);
        drop(load);
    }
    assert!(alive >= KILLS / 4, "many of the runs had begun to send: {alive} of {KILLS}");
    let mut played = 0;
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap();
        if file.metadata().unwrap().len() == 0 {
            continue;
        }
        let output = command(&["inspect", file.path().to_str().unwrap()]).output().await.unwrap();
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
        played += 1;
    }
    println!("{alive} of {KILLS} runs had begun to send; {played} recordings can be played");
    assert!(played >= KILLS / 4, "{played} recordings");
}

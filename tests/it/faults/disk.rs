//! A disk that is full, and a file that may not grow: the recording stops and says so, the market goes on.
#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::{sleep, timeout};

use super::Follower;
use crate::support::{Server, TIMEOUT, command};

/// A shell that does `before` and then becomes tickcast.
fn after(before: &str, arguments: &[&str]) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{before} && exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_tickcast")]).args(arguments);
    shell.current_dir(env!("CARGO_MANIFEST_DIR")).stdin(Stdio::null());
    shell
}

async fn wait_for_log(log: &Path, says: &str) -> String {
    let said = async {
        loop {
            let text = std::fs::read_to_string(log).unwrap();
            if text.contains(says) {
                return text;
            }
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(TIMEOUT, said)
        .await
        .unwrap_or_else(|_| panic!("it should say {says:?}: {}", std::fs::read_to_string(log).unwrap()))
}

/// What a full file leaves: the server serves on, and on disk are whole lines that play.
async fn check(server: Server, log: &Path, reason: &str, tape: &Path) {
    let told = wait_for_log(log, "the recording has stopped").await;
    assert!(told.contains("ERROR") && told.contains("tape.csv") && told.contains(reason), "{told}");
    let (mut client, mut follower) = (server.connect().await, Follower::default());
    follower.begin(&mut client, 20).await.unwrap();
    assert!(follower.follow_for(&mut client, Duration::from_secs(1)).await);
    assert!(follower.updates > 0, "who watches notices nothing");
    let metrics = server.get("/metrics").await.1;
    assert!(metrics.contains("\ntickcast_errors_total 1\n"), "{metrics}");
    let text = std::fs::read_to_string(tape).unwrap();
    assert!(text.ends_with('\n') && text.lines().count() > 100, "{} lines", text.lines().count());
    let copy = log.with_file_name("copy.csv");
    std::fs::write(&copy, text).unwrap();
    let inspected = command(&["inspect", copy.to_str().unwrap()]).output().await.unwrap();
    assert!(inspected.status.success(), "{}", String::from_utf8_lossy(&inspected.stdout));
    assert_eq!(server.stop().await, Some(0));
}

#[tokio::test]
async fn file_size_limit_ends_only_the_recording() {
    let folder = tempfile::tempdir().unwrap();
    let (tape, log) = (folder.path().join("tape.csv"), folder.path().join("log"));
    let flags = ["--bind", "127.0.0.1:0", "--speed", "60", "--record", tape.to_str().unwrap()];
    let mut command = after("ulimit -f 200", &flags);
    let server = Server::spawn(command.stderr(std::fs::File::create(&log).unwrap())).await;
    check(server, &log, "File too large", &tape).await;
}

/// A file system of its own, of a quarter of a megabyte, where the machine lets people have one.
async fn small_disk(folder: &Path) -> Option<String> {
    let mount = format!("mount -t tmpfs -o size=256k tickcast '{}'", folder.display());
    let allowed = Command::new("unshare").args(["-rm", "sh", "-c", &mount]).stderr(Stdio::null()).status().await;
    if allowed.is_ok_and(|status| status.success()) {
        return Some(mount);
    }
    eprintln!("passed over: this machine lets nobody mount a file system of their own");
    None
}

#[tokio::test]
async fn full_disk_ends_only_the_recording() {
    let folder = tempfile::tempdir().unwrap();
    let (disk, log) = (folder.path().join("disk"), folder.path().join("log"));
    std::fs::create_dir(&disk).unwrap();
    let Some(mount) = small_disk(&disk).await else { return };
    let tape = disk.join("tape.csv");
    let script = format!("{mount} && exec \"$0\" \"$@\"");
    let mut command = Command::new("unshare");
    command.args([
        "-rm",
        "sh",
        "-c",
        &script,
        env!("CARGO_BIN_EXE_tickcast"),
        "--bind",
        "127.0.0.1:0",
        "--speed",
        "60",
    ]);
    command.args(["--record", tape.to_str().unwrap()]).current_dir(env!("CARGO_MANIFEST_DIR")).stdin(Stdio::null());
    let server = Server::spawn(command.stderr(std::fs::File::create(&log).unwrap())).await;
    // The disk is there for the program alone; the kernel shows it by way of the program.
    let seen = PathBuf::from(format!("/proc/{}/root{}", server.id(), tape.display()));
    check(server, &log, "No space left on device", &seen).await;
}

#[tokio::test]
async fn record_command_ends_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let tape = folder.path().join("tape.csv");
    let output =
        after("ulimit -f 200", &["record", tape.to_str().unwrap(), "--for", "3600", "--speed", "max"]).output();
    let output = timeout(TIMEOUT, output).await.expect("it ends").unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("cannot record to") && told.contains("is there room?"), "{told}");
    let text = std::fs::read_to_string(tape).unwrap();
    assert!(text.ends_with('\n') && text.lines().count() > 100, "{} lines", text.lines().count());
}

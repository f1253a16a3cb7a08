//! A full disk and a file size limit: the recording stops with an error, and the market goes on.
#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::{sleep, timeout};

use super::Follower;
use crate::support::{Server, TIMEOUT, command};

/// A shell that runs `before` and then tickcast in its place.
fn after(before: &str, arguments: &[&str]) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{before} && exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_tickcast")]).args(arguments);
    shell.current_dir(env!("CARGO_MANIFEST_DIR")).stdin(Stdio::null());
    shell
}

async fn wait_for_log(log: &Path, needle: &str) -> String {
    let written = async {
        loop {
            let text = std::fs::read_to_string(log).unwrap();
            if text.contains(needle) {
                return text;
            }
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(TIMEOUT, written)
        .await
        .unwrap_or_else(|_| panic!("the log lacks {needle:?}: {}", std::fs::read_to_string(log).unwrap()))
}

/// Checks that the server serves on, and that the file holds whole lines that replay.
async fn check(server: Server, log: &Path, reason: &str, file: &Path) {
    let printed = wait_for_log(log, "the recording has stopped").await;
    assert!(printed.contains("ERROR") && printed.contains("trades.csv") && printed.contains(reason), "{printed}");
    let (mut client, mut follower) = (server.connect().await, Follower::default());
    follower.begin(&mut client, 20).await.unwrap();
    assert!(follower.follow_for(&mut client, Duration::from_secs(1)).await);
    assert!(follower.updates > 0, "clients still get updates");
    let metrics = server.get("/metrics").await.1;
    assert!(metrics.contains("\ntickcast_errors_total 1\n"), "{metrics}");
    let text = std::fs::read_to_string(file).unwrap();
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
    let (file, log) = (folder.path().join("trades.csv"), folder.path().join("log"));
    let flags = ["--bind", "127.0.0.1:0", "--speed", "60", "--record", file.to_str().unwrap()];
    let mut command = after("ulimit -f 200", &flags);
    let server = Server::spawn(command.stderr(std::fs::File::create(&log).unwrap())).await;
    check(server, &log, "File too large", &file).await;
}

/// Returns the command that mounts a file system of 256 kB, where the machine allows it.
async fn small_disk(folder: &Path) -> Option<String> {
    let mount = format!("mount -t tmpfs -o size=256k tickcast '{}'", folder.display());
    let allowed = Command::new("unshare").args(["-rm", "sh", "-c", &mount]).stderr(Stdio::null()).status().await;
    if allowed.is_ok_and(|status| status.success()) {
        return Some(mount);
    }
    eprintln!("skipped: this machine does not allow mounts in a namespace");
    None
}

#[tokio::test]
async fn full_disk_ends_only_the_recording() {
    let folder = tempfile::tempdir().unwrap();
    let (disk, log) = (folder.path().join("disk"), folder.path().join("log"));
    std::fs::create_dir(&disk).unwrap();
    let Some(mount) = small_disk(&disk).await else { return };
    let file = disk.join("trades.csv");
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
    command.args(["--record", file.to_str().unwrap()]).current_dir(env!("CARGO_MANIFEST_DIR")).stdin(Stdio::null());
    let server = Server::spawn(command.stderr(std::fs::File::create(&log).unwrap())).await;
    // Only the program sees the mount; the kernel shows it under the program's root.
    let seen = PathBuf::from(format!("/proc/{}/root{}", server.id(), file.display()));
    check(server, &log, "No space left on device", &seen).await;
}

#[tokio::test]
async fn record_command_ends_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("trades.csv");
    let output = after("ulimit -f 200", &["record", file.to_str().unwrap(), "--for", "60h", "--speed", "max"]).output();
    let output = timeout(TIMEOUT, output).await.expect("the program ends").unwrap();
    let printed = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{printed}");
    assert!(printed.contains("cannot record to") && printed.contains("the disk has space"), "{printed}");
    let text = std::fs::read_to_string(file).unwrap();
    assert!(text.ends_with('\n') && text.lines().count() > 100, "{} lines", text.lines().count());
}

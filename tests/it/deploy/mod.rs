//! The server behind reverse proxies and scraped by Prometheus, with the files of `docs/`. `tests/run` fetches these
//! programs and names their folder in `TICKCAST_TOOLS`; the test of a program that is not there is skipped.

mod proxies;

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use crate::support::{Server, TIMEOUT, get_from};

/// Finds a program of the unpacked Debian packages.
pub fn tool(name: &str) -> Option<PathBuf> {
    let Some(tools) = std::env::var_os("TICKCAST_TOOLS") else {
        eprintln!("skipped: TICKCAST_TOOLS is not set, so {name} is missing; tests/run fetches it");
        return None;
    };
    let found = ["usr/sbin", "usr/bin"].map(|folder| Path::new(&tools).join(folder).join(name));
    let found = found.into_iter().find(|file| file.exists());
    if found.is_none() {
        eprintln!("skipped: {name} is not in {}; tests/run could not fetch it", tools.display());
    }
    found
}

/// Prepares a program to run with the libraries that were unpacked beside it.
pub fn prepare(program: &Path) -> Command {
    let root = program.ancestors().nth(3).expect("a tool lies in usr/bin or usr/sbin");
    let folders = std::fs::read_dir(root.join("usr/lib")).into_iter().flatten().flatten();
    let libraries: Vec<_> = folders.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    let mut command = Command::new(program);
    command.env("LD_LIBRARY_PATH", std::env::join_paths(libraries).expect("paths without a colon"));
    command
}

async fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
}

fn start(command: &mut Command) -> Child {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn().unwrap()
}

async fn wait_until_open(address: &str) {
    let open = async {
        while TcpStream::connect(address).await.is_err() {
            sleep(Duration::from_millis(20)).await
        }
    };
    timeout(TIMEOUT, open).await.unwrap_or_else(|_| panic!("no program listens on {address}"));
}

#[tokio::test]
async fn prometheus_scrapes_the_metrics() {
    let Some(program) = tool("prometheus") else { return };
    let server = Server::start(&["--token=presenter-0123456789", "--viewer-token=viewer-0123456789abc"]).await;
    let folder = tempfile::tempdir().unwrap();
    let port = free_port().await;
    let address = format!("127.0.0.1:{port}");
    let config = format!(
        "global: {{scrape_interval: 1s}}\nscrape_configs:\n- job_name: tickcast\n  \
         authorization: {{credentials: viewer-0123456789abc}}\n  static_configs: [{{targets: [\"{}\"]}}]\n",
        server.address
    );
    std::fs::write(folder.path().join("prometheus.yml"), config).unwrap();
    let mut command = prepare(&program);
    command.arg(format!("--config.file={}", folder.path().join("prometheus.yml").display()));
    command.arg(format!("--storage.tsdb.path={}", folder.path().join("data").display()));
    let _prometheus = start(command.arg(format!("--web.listen-address={address}")));
    wait_until_open(&address).await;
    let query = async |query: &str| -> Option<f64> {
        let (_, body) = get_from(&address, &format!("/api/v1/query?query={query}"), "").await;
        let answer: Value = serde_json::from_str(&body).ok()?;
        answer["data"]["result"][0]["value"][1].as_str()?.parse().ok()
    };
    let scraped = async {
        while query("up").await != Some(1.0) {
            sleep(Duration::from_millis(100)).await
        }
    };
    timeout(TIMEOUT, scraped).await.expect("Prometheus reads /metrics");
    let bearer = [("authorization", "Bearer viewer-0123456789abc")];
    let _client = server.connect_with(&bearer).await.unwrap();
    let counted = async {
        while query("tickcast_sessions{transport=%22websocket%22}").await != Some(1.0) {
            sleep(Duration::from_millis(100)).await
        }
    };
    timeout(TIMEOUT, counted).await.expect("the session is counted");
    for name in [
        "tickcast_ticks_total",
        "tickcast_process_resident_memory_bytes",
        "tickcast_process_open_fds",
        "tickcast_process_start_time_seconds",
    ] {
        assert!(query(name).await.is_some_and(|value| value > 0.0), "{name}");
    }
    assert_eq!(query("tickcast_panics_total").await, Some(0.0));
}

//! The server behind nginx and scraped by Prometheus, with the files of `docs/`. `tests/run` fetches both programs and
//! names their folder in `TICKCAST_TOOLS`; without it these tests are skipped.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::support::{Client, Server, TIMEOUT, get_from, status};

/// Finds a program of the unpacked Debian packages.
fn tool(name: &str) -> Option<PathBuf> {
    let Some(tools) = std::env::var_os("TICKCAST_TOOLS") else {
        eprintln!("skipped: TICKCAST_TOOLS is not set, so {name} is missing; tests/run fetches it");
        return None;
    };
    let found = ["usr/sbin", "usr/bin"].iter().map(|folder| Path::new(&tools).join(folder).join(name));
    Some(found.into_iter().find(|file| file.exists()).unwrap_or_else(|| panic!("{name} is not in {tools:?}")))
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

/// Starts nginx with `docs/deploy/nginx.conf`, except for names, ports and TLS.
async fn nginx(server: &Server, folder: &Path) -> Option<(Child, String)> {
    let program = tool("nginx")?;
    let port = free_port().await;
    let documented = std::fs::read_to_string("docs/deploy/nginx.conf").unwrap();
    let ours = documented
        .replace("server 127.0.0.1:3030;", &format!("server {};", server.address))
        .replace("listen 443 ssl;", &format!("listen 127.0.0.1:{port};"));
    let ours: String =
        ours.lines().filter(|line| !line.contains("ssl_certificate")).map(|line| format!("{line}\n")).collect();
    let folders: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("{name}_temp_path {}/{name};\n", folder.display()))
        .concat();
    let whole = format!(
        "daemon off; pid {0}/pid; error_log {0}/error.log;\nevents {{}}\nhttp {{\naccess_log off;\n{folders}{ours}}}\n",
        folder.display()
    );
    let file = folder.join("nginx.conf");
    std::fs::write(&file, whole).unwrap();
    let child =
        start(Command::new(program).arg("-p").arg(folder).arg("-e").arg(folder.join("early.log")).arg("-c").arg(&file));
    let address = format!("127.0.0.1:{port}");
    wait_until_open(&address).await;
    Some((child, address))
}

#[tokio::test]
async fn nginx_passes_page_stream_and_events() {
    let flags = ["--trust-proxy", "127.0.0.1", "--token=presenter-0123456789", "--max-sessions-per-address", "1"];
    let server = Server::start(&flags).await;
    let folder = tempfile::tempdir().unwrap();
    let Some((_nginx, address)) = nginx(&server, folder.path()).await else { return };
    let (head, page) = get_from(&address, "/", "").await;
    assert!(status(&head) == 200 && page.contains("<title>tickcast"), "{head}");

    // The page's own origin is that of the proxy.
    let mut request = format!("ws://{address}/ws").into_client_request().unwrap();
    request.headers_mut().insert("origin", format!("http://{address}").parse().unwrap());
    request.headers_mut().insert("authorization", "Bearer presenter-0123456789".parse().unwrap());
    let mut client = Client::open(request).await.expect("a session");
    assert_eq!(client.receive("hello").await["control"], json!(true));
    client.send(r#"{"type":"subscribe","channel":"quotes","symbols":["*"],"rate":20}"#).await;
    let mut sent = Vec::new();
    while sent.len() < 20 {
        let update = client.receive("update").await;
        sent.push(update["ts_sent"].as_i64().unwrap());
    }
    // nginx passes each message on at once and does not collect them.
    assert!(sent.is_sorted() && sent.last().unwrap() - sent[0] > 300_000, "{sent:?}");

    // The limit of one session holds for the client behind the proxy, not for the proxy.
    let (head, _) = get_from(&address, "/events?symbols=*", "").await;
    assert_eq!(status(&head), 429);
    drop(client);
    let mut foreign = format!("ws://{address}/ws").into_client_request().unwrap();
    foreign.headers_mut().insert("origin", "http://evil.example".parse().unwrap());
    assert!(Client::open(foreign).await.is_none(), "a page of another site");
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
    let mut command = Command::new(program);
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

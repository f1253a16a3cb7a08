//! The server behind nginx, Caddy, HAProxy and Apache, each with its file of `docs/deploy`: under a name of its own, and
//! under a path of another name. Only ports, the server's address and TLS differ from the files.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpSocket, TcpStream};
use tokio::process::{Child, Command};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::{free_port, prepare, start, tool, wait_until_open};
use crate::support::{Client, Server, TIMEOUT, status};

const TOKEN: &str = "presenter-0123456789";
const FLAGS: [&str; 9] = [
    "--public-host",
    "ticker.example.org",
    "--public-host",
    "www.example.org",
    "--trust-proxy",
    "127.0.0.1",
    "--token=presenter-0123456789",
    "--max-sessions-per-address",
    "1",
];
/// Addresses of two clients, neither of which is the trusted proxy.
const CLIENTS: [&str; 2] = ["127.0.0.7", "127.0.0.8"];

/// A proxy in front of a server.
struct Proxy {
    address: String,
    server: Server,
    _child: Child,
    _folder: TempDir,
}

/// A part of a site: a name, and the path of tickcast below it.
#[derive(Clone, Copy, Debug)]
struct Place {
    name: &'static str,
    path: &'static str,
}

const PLACES: [Place; 2] =
    [Place { name: "ticker.example.org", path: "" }, Place { name: "www.example.org", path: "/ticker" }];

impl Proxy {
    /// Starts `program` with `docs/deploy/FILE`, in which `adapt` replaces what must differ, given the port and the
    /// folder. `arguments` makes the command line from the file and the folder. `None` where there is no such program.
    async fn start(
        program: &str,
        file: &str,
        adapt: impl FnOnce(String, u16, &Path) -> String,
        arguments: impl FnOnce(&mut Command, &Path, &Path),
    ) -> Option<Self> {
        let program = tool(program)?;
        let server = Server::start(&FLAGS).await;
        let folder = tempfile::tempdir().unwrap();
        let port = free_port().await;
        let documented = std::fs::read_to_string(Path::new("docs/deploy").join(file)).unwrap();
        assert!(documented.contains("127.0.0.1:3030"), "{file}");
        let ours = adapt(documented.replace("127.0.0.1:3030", &server.address), port, folder.path());
        let config = folder.path().join(file);
        std::fs::write(&config, ours).unwrap();
        let mut command = prepare(&program);
        arguments(&mut command, &config, folder.path());
        let child = start(&mut command);
        let address = format!("127.0.0.1:{port}");
        wait_until_open(&address).await;
        Some(Self { address, server, _child: child, _folder: folder })
    }

    /// Connects from an address of this machine.
    async fn dial(&self, client: &str) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(format!("{client}:0").parse().unwrap()).unwrap();
        socket.connect(self.address.parse().unwrap()).await.unwrap()
    }

    /// Sends a request with a body and returns the answer's head and body.
    async fn send(&self, name: &str, line: &str, headers: &str, body: &str) -> (String, String) {
        let length = body.len();
        let request = format!(
            "{line} HTTP/1.1\r\nhost: {name}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
        );
        let mut socket = self.dial(CLIENTS[0]).await;
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        timeout(TIMEOUT, socket.read_to_end(&mut answer)).await.expect("an answer").unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{line}: {answer:?}"));
        (head.to_ascii_lowercase(), body.to_owned())
    }

    /// Opens a session from a client's address, as the page at `place` does.
    async fn session(&self, place: Place, client: &str, headers: &[(&'static str, &str)]) -> Result<Client, u16> {
        let mut request = format!("ws://{}{}/ws", place.name, place.path).into_client_request().unwrap();
        request.headers_mut().insert("origin", format!("http://{}", place.name).parse().unwrap());
        for (header, value) in headers {
            request.headers_mut().insert(*header, value.parse().unwrap());
        }
        Client::open_over(self.dial(client).await, request).await
    }

    /// Opens a session as soon as the one before it has ended.
    async fn next_session(&self, place: Place, client: &str, headers: &[(&'static str, &str)]) -> Client {
        let open = async {
            loop {
                match self.session(place, client, headers).await {
                    Ok(session) => return session,
                    Err(status) => assert_eq!(status, 429),
                }
            }
        };
        timeout(TIMEOUT, open).await.expect("a session")
    }
}

/// Checks all that a browser and other clients do, at both places.
async fn check(proxy: Option<Proxy>) {
    let Some(proxy) = proxy else { return };
    for place in PLACES {
        check_page(&proxy, place).await;
        check_streams(&proxy, place).await;
        check_addresses(&proxy, place).await;
        check_sign_in(&proxy, place).await;
        check_foreign_pages(&proxy, place).await;
    }
    let (head, _) = proxy.send("www.example.org", "GET /ticker", "", "").await;
    let location = head.lines().find(|line| line.starts_with("location: ")).expect("a redirect");
    assert!(location.ends_with("/ticker/"), "{head}");
}

/// The page and all files that it names come from below its path.
async fn check_page(proxy: &Proxy, place: Place) {
    let Place { name, path } = place;
    for page in ["", "enter", "status.html"] {
        let (head, body) = proxy.send(name, &format!("GET {path}/{page}"), "", "").await;
        assert!(status(&head) == 200 && body.contains("<title>"), "{place:?} {page}: {head}");
        let named = ["href=\"", "src=\""].iter().flat_map(|attribute| body.split(attribute).skip(1));
        let is_file = |named: &&str| !named.starts_with('#') && !named.starts_with("https://");
        let named: Vec<&str> = named.filter_map(|rest| rest.split('"').next()).filter(is_file).collect();
        assert!(named.len() > 3, "{page}: {named:?}");
        for file in named {
            assert!(!file.starts_with('/'), "{page}: {file} is not relative");
            let headers = format!("authorization: Bearer {TOKEN}\r\n");
            let file = file.strip_prefix("./").unwrap_or(file);
            let (head, _) = proxy.send(name, &format!("GET {path}/{file}"), &headers, "").await;
            assert_eq!(status(&head), 200, "{place:?} {file}");
        }
    }
}

/// Messages come one by one over both streams, not collected.
async fn check_streams(proxy: &Proxy, place: Place) {
    let mut client = proxy.next_session(place, CLIENTS[0], &[]).await;
    assert_eq!(client.receive("hello").await["control"], json!(false));
    client.send(r#"{"type":"subscribe","channel":"quotes","symbols":["*"],"rate":20}"#).await;
    let mut sent = Vec::new();
    while sent.len() < 20 {
        sent.push(client.receive("update").await["ts_sent"].as_i64().unwrap());
    }
    assert!(sent.is_sorted() && sent.last().unwrap() - sent[0] > 300_000, "{place:?} {sent:?}");
    drop(client);

    let mut socket = proxy.dial(CLIENTS[1]).await;
    let Place { name, path } = place;
    let request = format!("GET {path}/events?symbols=*&rate=20 HTTP/1.1\r\nhost: {name}\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut lines = BufReader::new(socket).lines();
    let mut lags = Vec::new();
    while lags.len() < 10 {
        let line = timeout(TIMEOUT, lines.next_line()).await.expect("an event").unwrap().expect("events go on");
        let Some(message) = line.strip_prefix("data:").and_then(|data| serde_json::from_str::<Value>(data).ok()) else {
            continue;
        };
        if message["type"] == "update" {
            lags.push(crate::support::wall_micros() - message["ts_sent"].as_i64().unwrap());
        }
    }
    lags.sort_unstable();
    assert!(lags[lags.len() / 2] < 500_000, "{place:?}: events wait in the proxy: {lags:?}");
}

/// The limit of one session holds for each client behind the proxy, whatever address a client claims to have.
async fn check_addresses(proxy: &Proxy, place: Place) {
    let _first = proxy.next_session(place, CLIENTS[0], &[]).await;
    let forged = [("x-forwarded-for", "198.51.100.7")];
    for headers in [&[][..], &forged] {
        assert_eq!(proxy.session(place, CLIENTS[0], headers).await.err(), Some(429), "{place:?} {headers:?}");
    }
    proxy.next_session(place, CLIENTS[1], &[]).await;
}

/// Signing in, and a command with the cookie and with the token.
async fn check_sign_in(proxy: &Proxy, place: Place) {
    let Place { name, path } = place;
    let json = format!("origin: http://{name}\r\ncontent-type: application/json\r\n");
    let body = json!({ "token": TOKEN }).to_string();
    let (head, answer) = proxy.send(name, &format!("POST {path}/api/v1/login"), &json, &body).await;
    assert!(status(&head) == 200 && answer.contains("presenter"), "{place:?}: {head}\n{answer}");
    let cookie = head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).expect("a cookie");
    let scope = if path.is_empty() { "path=/;".into() } else { format!("path={path};") };
    assert!(cookie.contains(&scope), "{place:?} {cookie}");
    let pair = cookie.split(';').next().unwrap();
    let mut session = proxy.next_session(place, CLIENTS[0], &[("cookie", pair)]).await;
    assert_eq!(session.receive("hello").await["control"], json!(true), "{place:?}");

    for (secret, expected) in [(String::new(), 403), (format!("cookie: {pair}\r\n"), 200)] {
        let command = r#"{"command":"play"}"#;
        let (head, answer) =
            proxy.send(name, &format!("POST {path}/api/v1/feed"), &format!("{json}{secret}"), command).await;
        assert_eq!(status(&head), expected, "{place:?}: {answer}");
    }
}

/// A page of another site, and a name that is not the server's.
async fn check_foreign_pages(proxy: &Proxy, place: Place) {
    let foreign = [("origin", "http://evil.example")];
    assert_eq!(proxy.session(place, CLIENTS[1], &foreign).await.err(), Some(403), "{place:?}");
    let (head, body) = proxy.send("evil.example", &format!("GET {}/", place.path), "", "").await;
    assert!(!body.contains("<title>tickcast"), "{place:?}: {head}");
    assert_eq!(proxy.server.get("/healthz").await.0, 200);
}

/// Leaves out the lines with one of `parts`.
fn without(text: &str, parts: &[&str]) -> String {
    let kept = text.lines().filter(|line| !parts.iter().any(|part| line.contains(part)));
    kept.map(|line| format!("{line}\n")).collect()
}

#[tokio::test]
async fn nginx_passes_page_streams_and_commands() {
    let adapt = |documented: String, port, folder: &Path| {
        let ours = without(&documented.replace("listen 443 ssl;", &format!("listen 127.0.0.1:{port};")), &["ssl_cert"]);
        nginx_config(&ours, folder)
    };
    check(Proxy::start("nginx", "nginx.conf", adapt, nginx_arguments).await).await;
}

/// A complete configuration of nginx with these servers, which keeps all its files in `folder`.
fn nginx_config(servers: &str, folder: &Path) -> String {
    let folder = folder.display();
    let folders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    let folders = folders.map(|name| format!("{name}_temp_path {folder}/{name};\n")).concat();
    format!(
        "daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;\nevents {{}}\n\
         http {{\naccess_log off;\n{folders}{servers}}}\n"
    )
}

fn nginx_arguments(command: &mut Command, file: &Path, folder: &Path) {
    command.arg("-p").arg(folder).arg("-e").arg(folder.join("early.log")).arg("-c").arg(file);
}

#[tokio::test]
async fn bare_nginx_passes_each_event_at_once() {
    let Some(program) = tool("nginx") else { return };
    let server = Server::start(&["--trust-proxy", "127.0.0.1"]).await;
    let folder = tempfile::tempdir().unwrap();
    let address = format!("127.0.0.1:{}", free_port().await);
    let proxied = format!(
        "server {{ listen {address}; gzip on; gzip_types *; location / {{ proxy_pass http://{}; }} }}\n",
        server.address
    );
    let config = folder.path().join("nginx.conf");
    std::fs::write(&config, nginx_config(&proxied, folder.path())).unwrap();
    let mut command = prepare(&program);
    nginx_arguments(&mut command, &config, folder.path());
    let _nginx = start(&mut command);
    wait_until_open(&address).await;

    let mut socket = TcpStream::connect(&address).await.unwrap();
    // Nothing but heartbeats follows the first messages, so that a proxy that collects would hold them.
    socket.write_all(b"GET /events?symbols=AAPL&rate=0 HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let mut lines = BufReader::new(socket).lines();
    let mut lags = Vec::new();
    while lags.len() < 5 {
        let line = timeout(TIMEOUT, lines.next_line()).await.expect("an event").unwrap().expect("events go on");
        let Some(data) = line.strip_prefix("data:") else { continue };
        let message: Value = serde_json::from_str(data).unwrap();
        if let Some(sent) = message["ts_sent"].as_i64() {
            lags.push(crate::support::wall_micros() - sent);
        }
    }
    assert!(lags.iter().all(|lag| *lag < 900_000), "events wait in the proxy: {lags:?}");
}

#[tokio::test]
async fn caddy_passes_page_streams_and_commands() {
    let adapt = |documented: String, port, _: &Path| {
        let named = ["ticker", "www"].iter().fold(documented, |text, name| {
            text.replace(&format!("\n{name}.example.org {{"), &format!("\nhttp://{name}.example.org:{port} {{"))
        });
        format!("{{\n\tadmin off\n\tauto_https off\n\tdefault_bind 127.0.0.1\n}}\n{named}")
    };
    let arguments = |command: &mut Command, file: &Path, folder: &Path| {
        command.env("HOME", folder).env("XDG_DATA_HOME", folder).env("XDG_CONFIG_HOME", folder);
        command.args(["run", "--adapter", "caddyfile", "--config"]).arg(file);
    };
    check(Proxy::start("caddy", "Caddyfile", adapt, arguments).await).await;
}

#[tokio::test]
async fn haproxy_passes_page_streams_and_commands() {
    let adapt = |documented: String, port, _: &Path| {
        documented.replace("bind :443 ssl crt /etc/ssl/example.org.pem", &format!("bind 127.0.0.1:{port}"))
    };
    let arguments = |command: &mut Command, file: &Path, _: &Path| {
        command.arg("-db").arg("-f").arg(file);
    };
    check(Proxy::start("haproxy", "haproxy.cfg", adapt, arguments).await).await;
}

#[tokio::test]
async fn apache_passes_page_streams_and_commands() {
    let modules = tool("apache2").map(|program| program.ancestors().nth(2).unwrap().join("lib/apache2/modules"));
    let adapt = |documented: String, port, folder: &Path| {
        let ours = without(&documented.replace("*:443", &format!("*:{port}")), &["SSL"]);
        let modules = modules.expect("the program is there");
        let load = ["mpm_event", "authz_core", "alias", "headers", "proxy", "proxy_http"]
            .map(|name| format!("LoadModule {name}_module {}/mod_{name}.so\n", modules.display()))
            .concat();
        format!(
            "{load}ServerName localhost\nListen 127.0.0.1:{port}\nUser nobody\nGroup nogroup\nPidFile {0}/pid\n\
             ErrorLog {0}/error.log\nDefaultRuntimeDir {0}\n{ours}",
            folder.display()
        )
    };
    let arguments = |command: &mut Command, file: &Path, folder: &Path| {
        command.arg("-X").arg("-d").arg(folder).arg("-f").arg(file);
    };
    check(Proxy::start("apache2", "apache.conf", adapt, arguments).await).await;
}

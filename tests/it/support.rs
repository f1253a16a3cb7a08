//! The real binary on a free port, and a WebSocket client that knows the protocol.

use std::process::Stdio;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, client_async, connect_async};

/// Longer than any step takes: a test that waits this long has failed.
pub const TIMEOUT: Duration = Duration::from_secs(60);

/// A running tickcast that ends with the test.
pub struct Server {
    pub address: String,
    pub lines: Vec<String>,
    child: Child,
    // Kept open: with a closed pipe the program's next line would fail.
    _stdout: BufReader<ChildStdout>,
}

impl Server {
    /// Starts `tickcast` with these arguments and `--bind 127.0.0.1:0`.
    pub async fn start(arguments: &[&str]) -> Self {
        Self::start_at("127.0.0.1:0", arguments).await
    }

    /// Starts it on the port of the test's choice.
    pub async fn start_at(bind: &str, arguments: &[&str]) -> Self {
        Self::spawn(command(arguments).args(["--bind", bind])).await
    }

    /// Starts it with a limit of open files.
    #[cfg(unix)]
    pub async fn start_with_files(most: u32, arguments: &[&str]) -> Self {
        let script = format!("ulimit -n {most} && exec \"$0\" \"$@\"");
        let mut shell = Command::new("sh");
        shell.args(["-c", &script, env!("CARGO_BIN_EXE_tickcast")]).args(arguments).args(["--bind", "127.0.0.1:0"]);
        Self::spawn(shell.stdin(Stdio::null())).await
    }

    /// Starts it with environment variables and its log in a file.
    pub async fn start_with(arguments: &[&str], variables: &[(&str, &str)], log: &std::path::Path) -> Self {
        let log = std::fs::File::create(log).unwrap();
        let mut command = command(arguments);
        Self::spawn(command.envs(variables.iter().copied()).stderr(log)).await
    }

    /// Starts a command that becomes tickcast, and reads its address.
    pub async fn spawn(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).kill_on_drop(true).spawn().expect("the binary starts");
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut lines = Vec::new();
        let address = loop {
            let mut line = String::new();
            let read = timeout(TIMEOUT, stdout.read_line(&mut line)).await.expect("the program prints its address");
            assert_ne!(read.unwrap(), 0, "the program ended: {lines:?}");
            lines.push(line.trim_end().to_owned());
            if let Some((_, rest)) = line.split_once("://") {
                break rest.trim_end().trim_end_matches('/').to_owned();
            }
        };
        Self { address, lines, child, _stdout: stdout }
    }

    /// Opens a session.
    pub async fn connect(&self) -> Client {
        self.try_connect().await.expect("the server accepts a session")
    }

    /// Opens a session that offers these subprotocols, and returns the one that the server chose.
    pub async fn connect_offering(&self, protocols: &str) -> (Client, Option<String>) {
        let mut request = format!("ws://{}/ws", self.address).into_client_request().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", protocols.parse().unwrap());
        let (socket, response) = connect_async(request).await.expect("the server accepts a session");
        let chosen = response.headers().get("sec-websocket-protocol");
        (Client { socket }, chosen.map(|name| name.to_str().unwrap().to_owned()))
    }

    /// Opens a session with these headers, or returns the status of the answer.
    pub async fn connect_with(&self, headers: &[(&'static str, &str)]) -> Result<Client, u16> {
        let mut request = format!("ws://{}/ws", self.address).into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        match connect_async(request).await {
            Ok((socket, _)) => Ok(Client { socket }),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// Opens a session if the server accepts one.
    pub async fn try_connect(&self) -> Option<Client> {
        connect_to(&self.address).await
    }

    /// Opens a connection and sends nothing.
    pub async fn dial(&self) -> TcpStream {
        TcpStream::connect(&self.address).await.unwrap()
    }

    /// Sends a GET and returns status and body.
    pub async fn get(&self, path: &str) -> (u16, String) {
        let (head, body) = self.request(&format!("GET {path} HTTP/1.1\r\n")).await;
        (status(&head), body)
    }

    /// Sends a request line with headers and returns the answer's head and body.
    pub async fn request(&self, head: &str) -> (String, String) {
        self.request_with(head, "").await
    }

    /// Sends a request with a body; the head must state its length.
    pub async fn request_with(&self, head: &str, body: &str) -> (String, String) {
        let mut socket = TcpStream::connect(&self.address).await.unwrap();
        let request = format!("{head}host: {}\r\nconnection: close\r\n\r\n{body}", self.address);
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        timeout(TIMEOUT, socket.read_to_end(&mut answer)).await.expect("an answer").unwrap();
        split(&answer)
    }

    /// Sends an upgrade request and returns the answer up to `hello`.
    pub async fn upgrade(&self, head: &str) -> String {
        let mut socket = TcpStream::connect(&self.address).await.unwrap();
        socket.write_all(format!("{head}host: {}\r\n\r\n", self.address).as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        while !String::from_utf8_lossy(&answer).contains("\"hello\"") {
            let read = timeout(TIMEOUT, socket.read_buf(&mut answer)).await.expect("an answer").unwrap();
            assert_ne!(read, 0, "the server closed the connection: {}", String::from_utf8_lossy(&answer));
        }
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Sends a GET and returns the JSON of a successful answer.
    pub async fn json(&self, path: &str) -> Value {
        let (status, body) = self.get(path).await;
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).unwrap()
    }

    /// Posts JSON and returns the status and the JSON of the answer.
    pub async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let body = body.to_string();
        let headers = format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len());
        let (head, answer) = self.request_with(&format!("POST {path} HTTP/1.1\r\n{headers}"), &body).await;
        (status(&head), serde_json::from_str(&answer).unwrap_or_else(|_| panic!("{head}: {answer}")))
    }

    /// Waits until a replay without a loop has ended.
    pub async fn wait_until_ended(&self) {
        while self.json("/api/v1/feed").await["state"] != "ended" {
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Resident memory in bytes, from `/proc`; `None` on other systems.
    pub fn rss_bytes(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()?)).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib * 1_024)
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// Kills it as `kill -9` does.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("it can be killed");
    }

    /// Stops it as a service manager does, and returns its exit code.
    pub async fn stop(self) -> Option<i32> {
        self.stop_with("TERM").await
    }

    /// Sends it a signal, and returns its exit code.
    pub async fn stop_with(mut self, signal: &str) -> Option<i32> {
        let pid = self.child.id().unwrap().to_string();
        Command::new("kill").args(["-s", signal, &pid]).status().await.unwrap();
        timeout(TIMEOUT, self.child.wait()).await.expect("it stops").unwrap().code()
    }
}

/// Sends a GET with headers to any address and returns head and body.
pub async fn get_from(address: &str, path: &str, headers: &str) -> (String, String) {
    let mut socket = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n{headers}connection: close\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    timeout(TIMEOUT, socket.read_to_end(&mut answer)).await.expect("an answer").unwrap();
    split(&answer)
}

/// Splits an answer into its head and its body.
fn split(answer: &[u8]) -> (String, String) {
    let answer = String::from_utf8_lossy(answer);
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer has a head");
    let is_chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
    (head.to_owned(), if is_chunked { join_chunks(body) } else { body.to_owned() })
}

/// The body that was sent in chunks (RFC 9112, section 7.1).
fn join_chunks(mut chunks: &str) -> String {
    let mut body = String::new();
    while let Some((size, rest)) = chunks.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).expect("a chunk has a size");
        body.push_str(&rest[..size]);
        chunks = rest[size..].strip_prefix("\r\n").expect("a chunk ends");
        if size == 0 {
            break;
        }
    }
    body
}

/// Opens a session at an address, if a server accepts one there.
pub async fn connect_to(address: &str) -> Option<Client> {
    let (socket, _) = connect_async(format!("ws://{address}/ws")).await.ok()?;
    Some(Client { socket })
}

/// Returns the status code of a response head.
pub fn status(head: &str) -> u16 {
    head.split_whitespace().nth(1).and_then(|code| code.parse().ok()).expect("a status line")
}

/// Cuts zeros at the end of a fraction, so that numbers compare by their digits.
pub fn digits(number: &str) -> &str {
    if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number }
}

/// Returns the text of a member's value, so that digits are compared as written.
pub fn member<'a>(json: &'a str, name: &str) -> &'a str {
    let rest = json.split_once(&format!("\"{name}\":")).unwrap_or_else(|| panic!("{name} in {json}")).1;
    rest.split([',', '}']).next().unwrap()
}

/// Reports whether the tests were started with SIGHUP ignored, as `nohup` does. Then the programs that they start ignore
/// it as well.
pub fn is_hangup_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.is_some_and(|mask| u64::from_str_radix(mask.trim(), 16).unwrap() & 1 != 0)
}

/// Microseconds since 1970.
pub fn wall_micros() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_micros()).unwrap()
}

/// Any port, where the arguments name none: another program may have the usual one.
pub const ANY_PORT: (&str, &str) = ("TICKCAST_BIND", "127.0.0.1:0");

/// Prepares the real binary with these arguments.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tickcast"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments).env(ANY_PORT.0, ANY_PORT.1).stdin(Stdio::null());
    command
}

/// A WebSocket session.
pub struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Client {
    /// Opens a session over a connection, or returns the status of the answer.
    pub async fn open_over(
        stream: TcpStream,
        request: tokio_tungstenite::tungstenite::handshake::client::Request,
    ) -> Result<Self, u16> {
        match client_async(request, MaybeTlsStream::Plain(stream)).await {
            Ok((socket, _)) => Ok(Self { socket }),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// Sends text.
    pub async fn send(&mut self, text: impl Into<String>) {
        self.socket.send(Message::text(text.into())).await.expect("the server listens");
    }

    /// Sends text to a server that may have ended.
    pub async fn try_send(&mut self, text: impl Into<String>) -> Option<()> {
        self.socket.send(Message::text(text.into())).await.ok()
    }

    /// Returns the next message.
    pub async fn receive_raw(&mut self) -> Message {
        let message = timeout(TIMEOUT, self.socket.next()).await.expect("a message in time");
        message.expect("the server closed the connection").expect("a valid message")
    }

    /// Returns the next message, or nothing when the connection has ended.
    pub async fn try_receive_raw(&mut self) -> Option<Message> {
        timeout(TIMEOUT, self.socket.next()).await.expect("a message in time")?.ok()
    }

    /// Returns the text of the next message of one type.
    pub async fn receive_text(&mut self, kind: &str) -> String {
        let head = format!("{{\"type\":\"{kind}\"");
        loop {
            if let Message::Text(text) = self.receive_raw().await
                && text.starts_with(&head)
            {
                return text.to_string();
            }
        }
    }

    /// Returns the next message of one type.
    pub async fn receive(&mut self, kind: &str) -> Value {
        serde_json::from_str(&self.receive_text(kind).await).unwrap()
    }
}

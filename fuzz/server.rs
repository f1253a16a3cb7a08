//! A whole server in the process of a fuzzer.

use std::ffi::OsString;
use std::net::TcpStream;
use std::sync::{LazyLock, mpsc};
use std::time::Duration;

use tickcast::app;
use tickcast::cli::{Cli, Job};

/// Longer than any answer takes.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The address of the server. A panic in any of its threads aborts the process, by the hook of libFuzzer.
static ADDRESS: LazyLock<String> = LazyLock::new(|| {
    let (sender, lines) = mpsc::channel::<String>();
    std::thread::spawn(move || {
        let line = ["tickcast", "--symbols", "2", "--token=presenter-0123456789", "--bind", "127.0.0.1:0"];
        let Ok(Job::Serve(config)) = Cli::job(&line.map(OsString::from), &[]) else {
            panic!("the arguments start a server")
        };
        let print = move |line: &str| drop(sender.send(line.to_owned()));
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(app::serve(*config, std::future::pending(), print)).expect("a server");
    });
    let address = |line: String| Some(line.split_once("http://")?.1.trim_end_matches('/').to_owned());
    lines.iter().find_map(address).expect("the server prints its address")
});

/// Connects to the server.
pub fn connect() -> TcpStream {
    let socket = TcpStream::connect(&*ADDRESS).expect("the server accepts");
    socket.set_read_timeout(Some(TIMEOUT)).expect("a timeout above 0");
    socket
}

/// As the runtime of Rust programs does, which libFuzzer's `main` lacks: a write to a closed connection is an error,
/// and not the end of the process.
pub fn ignore_broken_pipes() {
    // SAFETY: no handler runs, and libFuzzer has started no other thread yet.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_IGN) };
}

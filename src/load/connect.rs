//! The clients' sockets: opens them at a limited rate, and reads all of a thread's sockets through one buffer.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use parking_lot::Mutex;
use tokio::io::{AsyncRead as _, AsyncWrite as _, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, watch};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use super::client::{Client, ClientEnd};
use super::plan::ClientPlan;
use super::tally::Tally;

/// The size of a thread's read buffer.
const READ_BUFFER_BYTES: usize = 256 * 1024;
/// Handshakes of a thread that may be under way at one time.
const MAX_CONNECTING: usize = 256;
/// The longest time from connecting to an open WebSocket.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);
/// The interval at which new connections begin.
const CONNECT_INTERVAL: Duration = Duration::from_millis(10);
/// The close code of a connection that ended without a close frame (RFC 6455, section 7.1.5).
const ABNORMAL: u16 = 1006;

/// The clients of one thread.
#[derive(Debug)]
pub struct ThreadPlan {
    pub address: SocketAddr,
    pub plan: Arc<ClientPlan>,
    /// Numbers of this thread's clients.
    pub clients: Vec<usize>,
    /// New connections per second.
    pub connect_rate: f64,
    /// Clients with lower numbers check every message.
    pub check: usize,
    /// Clients from this number on stop reading for `stall_for`.
    pub stall_from: usize,
    pub stall_for: Duration,
}

/// The read buffer and the counts that all clients of a thread share.
#[derive(Debug)]
pub struct ThreadState {
    buffer: Vec<u8>,
    tally: Tally,
}

/// A [`ThreadState`], which the run's task also reads.
pub type SharedState = Arc<Mutex<ThreadState>>;

impl ThreadState {
    /// Creates a state without counts.
    pub fn shared() -> SharedState {
        Arc::new(Mutex::new(Self { buffer: vec![0; READ_BUFFER_BYTES], tally: Tally::default() }))
    }

    /// Returns the counts since the last call.
    pub fn take(&mut self) -> Tally {
        std::mem::take(&mut self.tally)
    }

    fn count_failure(&mut self, reason: String) {
        let outcomes = &mut self.tally.outcomes;
        outcomes.failed += 1;
        outcomes.first_failure.get_or_insert(reason);
    }

    fn count_end(&mut self, end: Option<ClientEnd>) {
        let outcomes = &mut self.tally.outcomes;
        let code = if let Some(ClientEnd::Closed(code)) = end { code } else { ABNORMAL };
        *outcomes.closed.entry(code).or_default() += 1;
        if let Some(ClientEnd::Protocol(fault)) = end {
            outcomes.first_error.get_or_insert_with(|| fault.to_string());
        }
    }
}

/// Connects all clients of one thread. They read until the runtime is dropped; stalling clients stop once `stall`
/// is true.
pub async fn connect_all(thread: ThreadPlan, state: SharedState, stall: watch::Receiver<bool>) {
    let connecting = Arc::new(Semaphore::new(MAX_CONNECTING));
    let mut interval = interval(CONNECT_INTERVAL);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut due = 0.0;
    for index in thread.clients {
        while due < 1.0 {
            interval.tick().await;
            due += thread.connect_rate * CONNECT_INTERVAL.as_secs_f64();
        }
        due -= 1.0;
        let permit = Arc::clone(&connecting).acquire_owned().await.expect("invariant: the semaphore is never closed");
        let client = Client::new(index, Arc::clone(&thread.plan), index < thread.check, index >= thread.stall_from);
        let (state, stall) = (Arc::clone(&state), stall.clone());
        tokio::spawn(async move {
            let mut client = client;
            let opened = timeout(CONNECT_TIMEOUT, open(thread.address, &mut client, &state)).await;
            drop(permit);
            match opened {
                Ok(Ok(stream)) => run_client(stream, client, &state, stall, thread.stall_for).await,
                Ok(Err(reason)) => state.lock().count_failure(reason),
                Err(_) => state.lock().count_failure(format!("no WebSocket within {} s", CONNECT_TIMEOUT.as_secs())),
            }
        });
    }
}

async fn open(address: SocketAddr, client: &mut Client, state: &Mutex<ThreadState>) -> Result<TcpStream, String> {
    let mut stream = TcpStream::connect(address).await.map_err(|error| error.to_string())?;
    match pump(&mut stream, client, state, true).await {
        None => Ok(stream),
        Some(end) => Err(end.to_string()),
    }
}

/// Reads until the connection ends, with a pause if the client stalls.
async fn run_client(
    mut stream: TcpStream,
    mut client: Client,
    state: &Mutex<ThreadState>,
    mut stall: watch::Receiver<bool>,
    stall_for: Duration,
) {
    let mut end = None;
    if client.stalls() {
        // `wait_for` returns a guard, which must not live on.
        let begins = async { stall.wait_for(|stall| *stall).await.is_ok() };
        end = tokio::select! {
            end = pump(&mut stream, &mut client, state, false) => end,
            _ = begins => None,
        };
        if end.is_none() {
            sleep(stall_for).await;
            client.resume(wall_micros());
        }
    }
    if end.is_none() {
        end = pump(&mut stream, &mut client, state, false).await;
    }
    // Answers a close frame, if the server still reads.
    let _ = stream.try_write(client.out());
    state.lock().count_end(end);
}

/// Moves bytes both ways until the connection ends, or only until it is open.
async fn pump(
    stream: &mut TcpStream,
    client: &mut Client,
    state: &Mutex<ThreadState>,
    until_open: bool,
) -> Option<ClientEnd> {
    poll_fn(|context| {
        loop {
            if until_open && client.is_open() {
                return Poll::Ready(None);
            }
            if flush(stream, client, context).is_err() {
                return Poll::Ready(Some(ClientEnd::Closed(ABNORMAL)));
            }
            let mut state = state.lock();
            let ThreadState { buffer, tally } = &mut *state;
            let mut read = ReadBuf::new(buffer);
            let outcome = ready!(Pin::new(&mut *stream).poll_read(context, &mut read));
            let end = match (outcome, read.filled()) {
                (Err(_), _) | (Ok(()), []) => Err(client.close(ABNORMAL, tally)),
                (Ok(()), bytes) => client.take(bytes, wall_micros(), tally),
            };
            if let Err(end) = end {
                return Poll::Ready(Some(end));
            }
        }
    })
    .await
}

fn flush(stream: &mut TcpStream, client: &mut Client, context: &mut Context<'_>) -> std::io::Result<()> {
    let out = client.out();
    while !out.is_empty() {
        match Pin::new(&mut *stream).poll_write(context, out) {
            Poll::Ready(written) => drop(out.drain(..written?)),
            Poll::Pending => return Ok(()),
        }
    }
    if out.capacity() > 0 {
        *out = Vec::new();
    }
    Ok(())
}

fn wall_micros() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

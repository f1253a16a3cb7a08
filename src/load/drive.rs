//! The clients' sockets: connecting at a bounded rate, reading all of them through one buffer a thread.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::io::{AsyncRead as _, AsyncWrite as _, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, watch};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use super::client::{Client, End, Plan};
use super::tally::Tally;

/// Bytes read at once; one buffer serves all clients of a thread.
const READ_BUFFER: usize = 256 * 1024;
/// Handshakes under way at one time, a thread.
const CONNECTING: usize = 256;
/// How long a connection may take to come to be.
const PATIENCE: Duration = Duration::from_secs(20);
/// New connections are begun this often.
const CONNECT_BEAT: Duration = Duration::from_millis(10);
/// A connection that ended without a close frame (RFC 6455, section 7.1.5).
const ABNORMAL: u16 = 1006;

/// What one thread is to do.
#[derive(Debug)]
pub struct Work {
    pub address: SocketAddr,
    pub plan: Arc<Plan>,
    /// Numbers of the clients of this thread.
    pub clients: Vec<usize>,
    /// New connections in a second.
    pub connect_rate: f64,
    /// Clients with lower numbers are looked at closely.
    pub check: usize,
    /// Clients from this number on stop reading for a while.
    pub stall_from: usize,
    pub stall_for: Duration,
}

/// What all clients of a thread share.
#[derive(Debug)]
pub struct Desk(Mutex<(Vec<u8>, Tally)>);

impl Desk {
    pub fn new() -> Self {
        Self(Mutex::new((vec![0; READ_BUFFER], Tally::default())))
    }

    /// Takes away what was counted since the last time.
    pub fn take(&self) -> Tally {
        std::mem::take(&mut self.lock().1)
    }

    fn lock(&self) -> MutexGuard<'_, (Vec<u8>, Tally)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Connects all clients of one thread, which then read until the runtime is dropped. Those that are to
/// stall do so once `stall` turns true.
pub async fn connect_all(work: Work, desk: Arc<Desk>, stall: watch::Receiver<bool>) {
    let room = Arc::new(Semaphore::new(CONNECTING));
    let mut beat = interval(CONNECT_BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut due = 0.0;
    for index in work.clients {
        while due < 1.0 {
            beat.tick().await;
            due += work.connect_rate * CONNECT_BEAT.as_secs_f64();
        }
        due -= 1.0;
        let permit = Arc::clone(&room).acquire_owned().await.expect("invariant: the semaphore is never closed");
        let client = Client::new(index, Arc::clone(&work.plan), index < work.check, index >= work.stall_from);
        let (desk, stall) = (Arc::clone(&desk), stall.clone());
        tokio::spawn(async move {
            let mut client = client;
            let opened = timeout(PATIENCE, open(work.address, &mut client, &desk)).await;
            drop(permit);
            match opened {
                Ok(Ok(stream)) => live(stream, client, &desk, stall, work.stall_for).await,
                Ok(Err(reason)) => count_failure(&desk, reason),
                Err(_) => count_failure(&desk, format!("no WebSocket within {} s", PATIENCE.as_secs())),
            }
        });
    }
}

fn count_failure(desk: &Desk, reason: String) {
    let events = &mut desk.lock().1.events;
    events.failed += 1;
    events.first_failure.get_or_insert(reason);
}

async fn open(address: SocketAddr, client: &mut Client, desk: &Desk) -> Result<TcpStream, String> {
    let mut stream = TcpStream::connect(address).await.map_err(|error| error.to_string())?;
    match pump(&mut stream, client, desk, true).await {
        None => Ok(stream),
        Some(end) => Err(end.to_string()),
    }
}

/// Reads until the end, with a pause for those that stall.
async fn live(
    mut stream: TcpStream,
    mut client: Client,
    desk: &Desk,
    mut stall: watch::Receiver<bool>,
    stall_for: Duration,
) {
    let mut end = None;
    if client.stalls() {
        // The guard that `wait_for` hands out must not live on.
        let begins = async { stall.wait_for(|stall| *stall).await.is_ok() };
        end = tokio::select! {
            end = pump(&mut stream, &mut client, desk, false) => end,
            _ = begins => None,
        };
        if end.is_none() {
            sleep(stall_for).await;
            client.resume(wall_micros());
        }
    }
    if end.is_none() {
        end = pump(&mut stream, &mut client, desk, false).await;
    }
    // The answer to a goodbye, if the server still listens.
    let _ = stream.try_write(client.out());
    let code = if let Some(End::Closed(code)) = end { code } else { ABNORMAL };
    let events = &mut desk.lock().1.events;
    *events.closed.entry(code).or_default() += 1;
    if let Some(End::Protocol(fault)) = end {
        events.first_error.get_or_insert_with(|| fault.to_string());
    }
}

/// Moves bytes both ways until the connection ends, or only until it is open.
async fn pump(stream: &mut TcpStream, client: &mut Client, desk: &Desk, until_open: bool) -> Option<End> {
    poll_fn(|context| {
        loop {
            if until_open && client.is_open() {
                return Poll::Ready(None);
            }
            if flush(stream, client, context).is_err() {
                return Poll::Ready(Some(End::Closed(ABNORMAL)));
            }
            let mut shared = desk.lock();
            let (buffer, tally) = &mut *shared;
            let mut read = ReadBuf::new(buffer);
            let outcome = ready!(Pin::new(&mut *stream).poll_read(context, &mut read));
            let end = match (outcome, read.filled()) {
                (Err(_), _) | (Ok(()), []) => Err(client.closed(ABNORMAL, tally)),
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

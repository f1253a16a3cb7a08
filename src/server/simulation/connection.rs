//! A client's side of one connection: what it sends, and the pace at which it reads.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, sleep_until, timeout};

use super::frames::{Answer, Frame, take_answer, take_frame};
use super::network::ServerEnd;
use super::socket::Socket;

/// The longest wait for an answer. A client that waits longer gives up.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(12);

/// The pace of a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Bytes that it reads at once.
    pub chunk: usize,
    /// The pause after them.
    pub pause: Duration,
}

impl Pace {
    pub const FULL: Self = Self { chunk: 4 * 1_024, pause: Duration::ZERO };
}

/// A client's side of a connection.
pub struct Connection {
    socket: Socket,
    pub end: ServerEnd,
    pub pace: Pace,
    /// The client reads nothing before.
    pub reads_from: Instant,
    input: BytesMut,
    output: BytesMut,
    /// Bytes that were read.
    pub received: u64,
}

impl Connection {
    pub fn new(socket: Socket, end: ServerEnd, pace: Pace) -> Self {
        let (input, output, reads_from) = (BytesMut::new(), BytesMut::new(), Instant::now());
        Self { socket, end, pace, reads_from, input, output, received: 0 }
    }

    /// Sends bytes as soon as the socket takes them, while the client waits for something.
    pub fn send(&mut self, bytes: &[u8]) {
        self.output.extend_from_slice(bytes);
    }

    pub const fn socket(&self) -> &Socket {
        &self.socket
    }

    /// The next frame; `None` at the end of the connection. Cancel safe.
    ///
    /// # Errors
    /// When the server breaks the protocol.
    pub async fn frame(&mut self) -> Result<Option<Frame>, String> {
        loop {
            if let Some(frame) = take_frame(&mut self.input)? {
                return Ok(Some(frame));
            }
            if !self.more().await {
                return Ok(None);
            }
        }
    }

    /// The next answer over HTTP; `None` at the end of the connection, or where none comes.
    ///
    /// # Errors
    /// When the server breaks the protocol.
    pub async fn answer(&mut self) -> Result<Option<Answer>, String> {
        let answer = async {
            loop {
                if let Some(answer) = take_answer(&mut self.input)? {
                    return Ok(Some(answer));
                }
                if !self.more().await {
                    return Ok(None);
                }
            }
        };
        timeout(ANSWER_TIMEOUT, answer).await.unwrap_or(Ok(None))
    }

    /// Waits until the server has ended the connection. Reads all that comes.
    pub async fn ended(&mut self) {
        while self.more().await {
            self.input.clear();
        }
    }

    /// Reads some bytes, and writes what is to be sent; `false` at the end of the connection.
    async fn more(&mut self) -> bool {
        let Self { socket, output, input, pace, reads_from, received, .. } = self;
        let mut pause = std::pin::pin!(sleep_until(*reads_from));
        let read: io::Result<usize> = poll_fn(|context| {
            while !output.is_empty() {
                match Pin::new(&mut *socket).poll_write(context, output) {
                    Poll::Ready(Ok(n)) => drop(output.split_to(n)),
                    // The end is read.
                    Poll::Ready(Err(_)) => output.clear(),
                    Poll::Pending => break,
                }
            }
            if *reads_from > Instant::now() && pause.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            let before = input.len();
            input.resize(before + pace.chunk, 0);
            let mut buf = ReadBuf::new(&mut input[before..]);
            let read = Pin::new(&mut *socket).poll_read(context, &mut buf);
            let n = buf.filled().len();
            input.truncate(before + n);
            read.map_ok(|()| n)
        })
        .await;
        match read {
            Ok(0) | Err(_) => false,
            Ok(n) => {
                *received += n as u64;
                *reads_from = (*reads_from).max(Instant::now() + pace.pause);
                true
            }
        }
    }
}

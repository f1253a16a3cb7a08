//! A simulated connection: two pipes, each with a bounded buffer, latency, a speed, and ends that can be cut.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use super::dice::Dice;

/// The facts of a connection, the same in both directions.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    /// Bytes that the buffers of both kernels hold.
    pub buffer: usize,
    pub latency: Duration,
    /// The largest delay above the latency.
    pub jitter: Duration,
    /// The time that a byte takes.
    pub byte: Duration,
    /// Writes in a hundred that take a part of what they could.
    pub partial: u64,
    /// Reads and writes in a hundred that first let other tasks run.
    pub yields: u64,
}

/// The state of the writing end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Writer {
    Open,
    /// The reader gets the end of the stream after all bytes.
    Finished,
    /// The reader gets an error at once.
    Reset,
    /// The reader gets nothing more, and nobody knows.
    Vanished,
}

/// One direction of a connection.
pub struct Pipe {
    link: Link,
    dice: Dice,
    /// Bytes on the way or unread, with the time at which they can be read.
    chunks: VecDeque<(Instant, VecDeque<u8>)>,
    buffered: usize,
    /// The time at which the link has carried all that was written.
    free_at: Instant,
    writer: Writer,
    has_reader: bool,
    has_writer: bool,
    reading: Option<Waker>,
    writing: Option<Waker>,
    /// The time since which a write waits without progress.
    stuck_since: Option<Instant>,
}

type SharedPipe = Arc<Mutex<Pipe>>;

impl Pipe {
    fn new(link: Link, dice: Dice) -> SharedPipe {
        Arc::new(Mutex::new(Self {
            link,
            dice,
            chunks: VecDeque::new(),
            buffered: 0,
            free_at: Instant::now(),
            writer: Writer::Open,
            has_reader: true,
            has_writer: true,
            reading: None,
            writing: None,
            stuck_since: None,
        }))
    }

    /// The time for which the writer has waited without progress.
    pub fn stuck_for(&self) -> Duration {
        self.stuck_since.map_or(Duration::ZERO, |since| since.elapsed())
    }

    /// Returns whether the writer still holds its side.
    pub const fn has_writer(&self) -> bool {
        self.has_writer
    }

    fn wake(&mut self) {
        self.reading.take().into_iter().chain(self.writing.take()).for_each(Waker::wake);
    }

    fn end(&mut self, end: Writer) {
        if self.writer == Writer::Open || (end == Writer::Reset && self.writer != Writer::Vanished) {
            self.writer = end;
        }
        if self.writer == Writer::Reset {
            (self.buffered, self.stuck_since) = (0, None);
            self.chunks.clear();
        }
        self.wake();
    }

    /// Lets other tasks run first, now and then.
    fn yields(&mut self, context: &Context<'_>) -> bool {
        let yields = self.link.yields > 0 && self.dice.chance(self.link.yields);
        if yields {
            context.waker().wake_by_ref();
        }
        yields
    }

    fn take(&mut self, now: Instant, buf: &mut ReadBuf<'_>) -> usize {
        let before = buf.remaining();
        while buf.remaining() > 0
            && let Some((at, bytes)) = self.chunks.front_mut()
            && *at <= now
        {
            let (front, _) = bytes.as_slices();
            let n = front.len().min(buf.remaining());
            buf.put_slice(&front[..n]);
            bytes.drain(..n);
            if bytes.is_empty() {
                self.chunks.pop_front();
            }
        }
        let taken = before - buf.remaining();
        self.buffered -= taken;
        if taken > 0 {
            self.writing.take().into_iter().for_each(Waker::wake);
        }
        taken
    }

    fn put(&mut self, bufs: &[IoSlice<'_>], context: &Context<'_>) -> Poll<io::Result<usize>> {
        if !self.has_reader || matches!(self.writer, Writer::Finished | Writer::Reset) {
            return Poll::Ready(Err(ErrorKind::BrokenPipe.into()));
        }
        if self.yields(context) {
            return Poll::Pending;
        }
        let wanted = bufs.iter().map(|buf| buf.len()).sum::<usize>();
        let mut n = wanted.min(self.link.buffer - self.buffered);
        if n == 0 && wanted > 0 {
            self.stuck_since.get_or_insert_with(Instant::now);
            self.writing = Some(context.waker().clone());
            return Poll::Pending;
        }
        self.stuck_since = None;
        if n > 1 && self.dice.chance(self.link.partial) {
            n = self.dice.within(1..n as u64) as usize;
        }
        let jitter = self.dice.within(0..self.link.jitter.as_micros() as u64 + 1);
        self.free_at = self.free_at.max(Instant::now()) + self.link.byte * n as u32;
        let last = self.chunks.back().map_or(self.free_at, |(at, _)| *at);
        let at = last.max(self.free_at + self.link.latency + Duration::from_micros(jitter));
        self.chunks.push_back((at, bufs.iter().flat_map(|buf| buf.iter().copied()).take(n).collect()));
        self.buffered += n;
        if self.writer == Writer::Open {
            self.reading.take().into_iter().for_each(Waker::wake);
        }
        Poll::Ready(Ok(n))
    }
}

/// One side of a simulated connection.
pub struct Socket {
    incoming: SharedPipe,
    outgoing: SharedPipe,
    /// Set while a read waits for bytes that are on the way.
    arrival: Option<Pin<Box<Sleep>>>,
}

impl Socket {
    /// A connection: the side that opened it, and the side that accepted it.
    pub fn pair(link: Link, seed: u64, number: u64) -> (Self, Self) {
        let up = Pipe::new(link, Dice::new(seed, (number << 1) | (1 << 40)));
        let down = Pipe::new(link, Dice::new(seed, (number << 1) | 1 | (1 << 40)));
        let client = Self { incoming: Arc::clone(&down), outgoing: Arc::clone(&up), arrival: None };
        (client, Self { incoming: up, outgoing: down, arrival: None })
    }

    /// The pipe that this side writes.
    pub fn outgoing(&self) -> SharedPipe {
        Arc::clone(&self.outgoing)
    }

    /// Cuts the connection: both sides get an error.
    pub fn reset(&self) {
        self.incoming.lock().end(Writer::Reset);
        self.outgoing.lock().end(Writer::Reset);
    }

    /// Loses the connection so that neither side knows, as where a cable is pulled.
    pub fn vanish(&self) {
        self.incoming.lock().end(Writer::Vanished);
        self.outgoing.lock().end(Writer::Vanished);
    }
}

impl AsyncRead for Socket {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let mut pipe = this.incoming.lock();
        if pipe.writer == Writer::Reset {
            return Poll::Ready(Err(ErrorKind::ConnectionReset.into()));
        }
        if pipe.yields(context) {
            return Poll::Pending;
        }
        let is_lost = pipe.writer == Writer::Vanished;
        if !is_lost && (pipe.take(Instant::now(), buf) > 0 || buf.remaining() == 0) {
            return Poll::Ready(Ok(()));
        }
        pipe.reading = Some(context.waker().clone());
        match pipe.chunks.front() {
            Some((at, _)) if !is_lost => {
                let at = *at;
                drop(pipe);
                let arrival = this.arrival.get_or_insert_with(|| Box::pin(sleep_until(at)));
                if arrival.deadline() != at {
                    arrival.as_mut().reset(at);
                }
                if arrival.as_mut().poll(context).is_ready() {
                    context.waker().wake_by_ref();
                }
                Poll::Pending
            }
            None if pipe.writer == Writer::Finished => Poll::Ready(Ok(())),
            _ => Poll::Pending,
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.outgoing.lock().put(&[IoSlice::new(buf)], context)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.outgoing.lock().put(bufs, context)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.outgoing.lock().end(Writer::Finished);
        Poll::Ready(Ok(()))
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let is_unread = {
            let mut incoming = self.incoming.lock();
            // The other side of a lost connection does not know.
            incoming.has_reader = incoming.writer == Writer::Vanished;
            incoming.wake();
            incoming.buffered > 0
        };
        // Closing with unread input resets the connection (RFC 1122, section 4.2.2.13).
        let mut outgoing = self.outgoing.lock();
        outgoing.has_writer = false;
        outgoing.end(if is_unread { Writer::Reset } else { Writer::Finished });
    }
}

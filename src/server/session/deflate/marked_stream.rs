//! The stream below tungstenite, which does not know compression: it sees each compressed message as a binary one
//! without the mark of compression, and the socket learns here which messages were compressed.
//!
//! A mark at a frame that may have none stays, so that tungstenite rejects it (RFC 7692, section 6.1).

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::server::limits::FrameHeaders;

/// The bits of a frame's first byte (RFC 6455, section 5.2).
const RSV1: u8 = 0x40;
const OPCODE: u8 = 0x0f;
const TEXT: u8 = 1;
const BINARY: u8 = 2;

/// The kind of a data message as its first frame has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// It is not compressed.
    Plain,
    CompressedText,
    CompressedBinary,
}

/// A stream that takes the marks from compressed messages, where compression was negotiated.
#[derive(Debug)]
pub struct MarkedStream<S> {
    stream: S,
    marks: Option<Box<Marks>>,
}

/// The marks of a client's messages.
#[derive(Debug, Default)]
struct Marks {
    headers: FrameHeaders,
    /// The marks of the messages that tungstenite has not handed out yet. They begin in the bytes of its last read,
    /// which are few.
    waiting: VecDeque<Mark>,
}

impl Marks {
    fn take_from(&mut self, mut bytes: &mut [u8]) {
        while let Some(first) = bytes.first_mut() {
            if self.headers.is_at_frame() {
                self.take_mark(first);
            }
            let (read, _) = self.headers.read(bytes);
            bytes = &mut bytes[read..];
        }
    }

    fn take_mark(&mut self, first: &mut u8) {
        let mark = match (*first & OPCODE, *first & RSV1) {
            (TEXT | BINARY, 0) => Mark::Plain,
            (TEXT, _) => Mark::CompressedText,
            (BINARY, _) => Mark::CompressedBinary,
            _ => return,
        };
        if mark != Mark::Plain {
            // As text, tungstenite would reject it.
            *first = *first & !(RSV1 | OPCODE) | BINARY;
        }
        self.waiting.push_back(mark);
    }
}

impl<S> MarkedStream<S> {
    /// `early` has been read from `stream` already.
    pub fn new(stream: S, is_negotiated: bool, early: &mut [u8]) -> Self {
        let mut marks = is_negotiated.then(Box::<Marks>::default);
        if let Some(marks) = &mut marks {
            marks.take_from(early);
        }
        Self { stream, marks }
    }

    pub fn into_inner(self) -> S {
        self.stream
    }

    /// The mark of the next data message that tungstenite hands out.
    pub fn next_mark(&mut self) -> Mark {
        self.marks.as_mut().and_then(|marks| marks.waiting.pop_front()).unwrap_or(Mark::Plain)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for MarkedStream<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buf))?;
        if let Some(marks) = &mut self.marks {
            marks.take_from(&mut buf.filled_mut()[before..]);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for MarkedStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

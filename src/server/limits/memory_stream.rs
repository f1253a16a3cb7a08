//! The stream below a WebSocket, which holds memory for what its client makes the server keep: parts of messages in
//! both directions.
//!
//! A session has [`INCLUDED_BYTES`] for each direction without asking. What is beyond comes from a [`HeldMemory`] that
//! all sessions share; where it is used up, the read or write fails with [`io::ErrorKind::OutOfMemory`]. A client that
//! reads and sends short messages never asks.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::frame_headers::{FrameHeader, FrameHeaders};
use super::memory::HeldMemory;

/// The bytes of each direction that every session may keep.
pub const INCLUDED_BYTES: usize = 4 * 1024;

/// A stream that holds memory for messages that are not whole yet.
#[derive(Debug)]
pub struct MemoryStream<S> {
    stream: S,
    held: HeldMemory,
    received: FrameMeter,
    /// Bytes that wait to be written.
    waiting: usize,
}

impl<S> MemoryStream<S> {
    /// `early` has been read from `stream` already. Messages have at most `max_message` bytes.
    ///
    /// # Errors
    /// When `early` begins a message for which there is no memory.
    pub fn new(stream: S, held: HeldMemory, max_message: usize, early: &[u8]) -> io::Result<Self> {
        let mut this = Self { stream, held, received: FrameMeter::new(max_message), waiting: 0 };
        this.on_read(early)?;
        Ok(this)
    }

    pub fn into_inner(self) -> S {
        self.stream
    }

    fn on_read(&mut self, bytes: &[u8]) -> io::Result<()> {
        let before = self.received.largest;
        self.received.read(bytes);
        if self.received.largest > before { self.hold() } else { Ok(()) }
    }

    /// Notes what waits after a write of `offered` bytes.
    fn on_write(&mut self, wrote: Poll<io::Result<usize>>, offered: usize) -> Poll<io::Result<usize>> {
        let waiting = match &wrote {
            Poll::Pending => offered,
            Poll::Ready(Ok(written)) if *written < offered => return wrote,
            Poll::Ready(_) => 0,
        };
        if waiting != self.waiting {
            self.waiting = waiting;
            if let Err(error) = self.hold() {
                return Poll::Ready(Err(error));
            }
        }
        wrote
    }

    fn hold(&mut self) -> io::Result<()> {
        let beyond = [self.received.largest, self.waiting].map(|bytes| bytes.saturating_sub(INCLUDED_BYTES));
        self.held.resize(beyond.iter().sum()).map_err(|_| io::ErrorKind::OutOfMemory.into())
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for MemoryStream<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buf);
        if let Poll::Ready(Ok(())) = read
            && let Err(error) = self.on_read(&buf.filled()[before..])
        {
            return Poll::Ready(Err(error));
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for MemoryStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let wrote = Pin::new(&mut self.stream).poll_write(context, buf);
        self.on_write(wrote, buf.len())
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let wrote = Pin::new(&mut self.stream).poll_write_vectored(context, bufs);
        self.on_write(wrote, bufs.iter().map(|buf| buf.len()).sum())
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

const FIN: u8 = 0x80;
/// Opcodes from here on are control frames, which hold at most 125 bytes (RFC 6455, section 5.5).
const FIRST_CONTROL: u8 = 8;

/// Follows the headers of a client's frames, to know the room that its messages have taken.
///
/// tungstenite makes room for a frame as soon as its header announces the length, and keeps it for later frames.
#[derive(Debug)]
struct FrameMeter {
    max_message: usize,
    headers: FrameHeaders,
    /// Bytes of the fragments of a message that goes on.
    fragments: usize,
    /// The most bytes that one message has taken.
    largest: usize,
}

impl FrameMeter {
    fn new(max_message: usize) -> Self {
        Self { max_message, headers: FrameHeaders::default(), fragments: 0, largest: 0 }
    }

    fn read(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (read, header) = self.headers.read(bytes);
            bytes = &bytes[read..];
            if let Some(header) = header {
                self.begin_frame(header);
            }
        }
    }

    fn begin_frame(&mut self, FrameHeader { first, payload }: FrameHeader) {
        if first & 0x0f >= FIRST_CONTROL {
            return;
        }
        // A longer one ends the session before there is room for it.
        let payload = usize::try_from(payload).unwrap_or(usize::MAX).min(self.max_message);
        let message = (self.fragments + payload).min(2 * self.max_message);
        self.largest = self.largest.max(message);
        self.fragments = if first & FIN == 0 { message } else { 0 };
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use proptest::prelude::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;
    use crate::server::limits::MemoryLimit;

    const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
    const MAX_MESSAGE: usize = 64 * 1024;
    const MASKED: u8 = 0x80;
    const CONTINUATION: u8 = 0;
    const TEXT: u8 = 1;
    const PING: u8 = 9;

    /// A masked frame whose first byte has this opcode, and FIN if it is the last of its message.
    fn bytes(opcode: u8, is_final: bool, len: usize) -> Vec<u8> {
        let first = if is_final { FIN | opcode } else { opcode };
        let mut bytes = match (u8::try_from(len), u16::try_from(len)) {
            (Ok(short @ ..=125), _) => vec![first, MASKED | short],
            (_, Ok(medium)) => [&[first, MASKED | 126][..], &medium.to_be_bytes()].concat(),
            _ => [&[first, MASKED | 127][..], &(len as u64).to_be_bytes()].concat(),
        };
        bytes.extend([1, 2, 3, 4]);
        bytes.resize(bytes.len() + len, b'x');
        bytes
    }

    proptest! {
        #[test]
        fn meter_finds_the_largest_message_however_it_is_cut(
            messages in prop::collection::vec((prop::collection::vec(prop_oneof![0usize..300, 60_000usize..65_537], 1..3), any::<bool>()), 1..12),
            piece in 1usize..3_000,
        ) {
            let (mut all, mut largest) = (Vec::new(), 0);
            for (fragments, pings) in &messages {
                for (at, len) in fragments.iter().enumerate() {
                    let opcode = if at == 0 { TEXT } else { CONTINUATION };
                    all.extend(bytes(opcode, at + 1 == fragments.len(), *len));
                    if *pings {
                        all.extend(bytes(PING, true, 125));
                    }
                }
                largest = largest.max(fragments.iter().sum::<usize>());
            }
            let mut meter = FrameMeter::new(MAX_MESSAGE);
            all.chunks(piece).for_each(|piece| meter.read(piece));
            prop_assert_eq!((meter.largest, meter.headers.is_at_frame()), (largest, true));
        }

        #[test]
        fn meter_takes_any_bytes(rubbish in prop::collection::vec(any::<u8>(), 0..400)) {
            let mut meter = FrameMeter::new(MAX_MESSAGE);
            meter.read(&rubbish);
            prop_assert!(meter.largest <= 2 * MAX_MESSAGE);
        }
    }

    fn pair(limit: &MemoryLimit) -> (MemoryStream<tokio::io::DuplexStream>, tokio::io::DuplexStream) {
        let (ours, theirs) = tokio::io::duplex(1_000);
        let held = limit.try_hold(ADDRESS, 0).unwrap();
        (MemoryStream::new(ours, held, MAX_MESSAGE, &[]).unwrap(), theirs)
    }

    #[tokio::test]
    async fn announced_message_is_held_before_it_comes() {
        let limit = MemoryLimit::new(128 * 1024);
        let (mut ours, mut theirs) = pair(&limit);
        let frame = bytes(TEXT, true, 60 * 1024);
        theirs.write_all(&frame[..8]).await.unwrap();
        ours.read_exact(&mut [0; 8]).await.unwrap();
        assert_eq!(limit.held(), 56 * 1024);
        let (mut second, mut theirs) = pair(&limit);
        theirs.write_all(&frame[..8]).await.unwrap();
        assert_eq!(second.read(&mut [0; 8]).await.unwrap_err().kind(), io::ErrorKind::OutOfMemory);
        drop(ours);
        assert_eq!(limit.held(), 0);
    }

    #[tokio::test]
    async fn unread_bytes_are_held_until_they_are_written() {
        let limit = MemoryLimit::new(64 * 1024);
        let (mut ours, mut theirs) = pair(&limit);
        let context = &mut Context::from_waker(futures_util::task::noop_waker_ref());
        let mut write = |bytes: &[u8]| Pin::new(&mut ours).poll_write(context, bytes).map(Result::ok);
        assert_eq!((write(&[0; 1_000]), limit.held()), (Poll::Ready(Some(1_000)), 0));
        assert_eq!((write(&[0; 20 * 1024]), limit.held()), (Poll::Pending, 16 * 1024));
        theirs.read_exact(&mut [0; 1_000]).await.unwrap();
        assert_eq!((write(&[0; 1_000]), limit.held()), (Poll::Ready(Some(1_000)), 0));
        assert_eq!((write(&[0; 40 * 1024]), limit.held()), (Poll::Ready(None), 0));
    }
}

//! A WebSocket that writes messages without copying them.
//!
//! tungstenite copies each message into a buffer of the connection that never shrinks. A server's frames are not masked
//! (RFC 6455, section 5.1), so header and payload can be written as they are, in one vectored write. A session then
//! holds a shared reference to each message until it is written, and nothing after. tungstenite still reads, and
//! writes pongs and close frames.
//!
//! Invariant: tungstenite writes nothing while a message is half written, and no message is written while a control frame
//! of tungstenite is.

use std::io::{ErrorKind, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::{Sink, Stream};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::CapacityError;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error as WsError, Message};

use super::deflate::{Codec, InflateFault, Mark, MarkedStream};

/// Messages that wait before they are written.
const MAX_WAITING: usize = 8;
/// Bytes that wait before they are written, but for one message.
const MAX_WAITING_BYTES: usize = 4 * 1024;

/// The bit of the last fragment of a message (RFC 6455, section 5.2).
const FIN: u8 = 0x80;
/// The opcodes of the frames that are written here.
const TEXT: u8 = 1;
const BINARY: u8 = 2;
const PING: u8 = 9;

/// The mark of a compressed message (RFC 7692, section 6).
const RSV1: u8 = 0x40;

/// The server's side of a WebSocket: a sink and stream of messages. A [`Message::Frame`] is a compressed message.
pub struct Socket<S> {
    inner: WebSocketStream<MarkedStream<S>>,
    /// Decompresses messages, if the client has negotiated it.
    inflater: Option<Inflater>,
    waiting: Vec<Outgoing>,
    /// Bytes of all waiting messages.
    bytes: usize,
    /// Bytes of the first waiting message that are written.
    written: usize,
    /// A close, which follows the waiting messages.
    control: Option<Message>,
    /// tungstenite may hold a part of a control frame, which comes before the next message.
    holds_control: bool,
}

/// The decompressor of a client's messages.
struct Inflater {
    codec: Arc<Codec>,
    /// The longest message.
    max_bytes: usize,
}

/// A message or ping that waits to be written.
#[derive(Debug)]
struct Outgoing {
    header: Header,
    payload: Bytes,
}

/// The header of a frame.
#[derive(Clone, Copy, Debug)]
struct Header {
    bytes: [u8; 10],
    len: usize,
}

impl Header {
    /// Encodes the length in 7 bits, in 126 and 16 bits, or in 127 and 64 bits (RFC 6455, section 5.2).
    fn new(flags_and_opcode: u8, payload: usize) -> Self {
        let mut bytes = [0; 10];
        bytes[0] = FIN | flags_and_opcode;
        let len = match (u8::try_from(payload), u16::try_from(payload)) {
            (Ok(short @ ..=125), _) => {
                bytes[1] = short;
                2
            }
            (_, Ok(medium)) => {
                bytes[1] = 126;
                bytes[2..4].copy_from_slice(&medium.to_be_bytes());
                4
            }
            _ => {
                bytes[1] = 127;
                bytes[2..].copy_from_slice(&(payload as u64).to_be_bytes());
                10
            }
        };
        Self { bytes, len }
    }

    fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Socket<S> {
    /// A WebSocket over `stream`, from which `early` has been read already. `codec` decompresses the client's messages, if
    /// it may compress them.
    pub async fn new(stream: S, mut early: Vec<u8>, config: WebSocketConfig, codec: Option<Arc<Codec>>) -> Self {
        let max_bytes = config.max_message_size.unwrap_or(usize::MAX - 1);
        let inflater = codec.map(|codec| Inflater { codec, max_bytes });
        let stream = MarkedStream::new(stream, inflater.is_some(), &mut early);
        let inner = WebSocketStream::from_partially_read(stream, early, Role::Server, Some(config)).await;
        Self { inner, inflater, waiting: Vec::new(), bytes: 0, written: 0, control: None, holds_control: false }
    }

    pub fn into_inner(self) -> S {
        self.inner.into_inner().into_inner()
    }

    fn push(&mut self, flags_and_opcode: u8, payload: Bytes) {
        let header = Header::new(flags_and_opcode, payload.len());
        self.bytes += header.len + payload.len();
        self.waiting.push(Outgoing { header, payload });
    }

    /// Decompresses a message if it is compressed.
    fn inflate(&mut self, message: Message) -> Result<Message, WsError> {
        let (Some(Inflater { codec, max_bytes }), Message::Text(_) | Message::Binary(_)) = (&self.inflater, &message)
        else {
            return Ok(message);
        };
        let mark = self.inner.get_mut().next_mark();
        if mark == Mark::Plain {
            return Ok(message);
        }
        let inflated = codec.inflate(&message.into_data(), *max_bytes).map_err(|fault| match fault {
            InflateFault::Invalid => WsError::Io(ErrorKind::InvalidData.into()),
            InflateFault::TooLong => {
                WsError::Capacity(CapacityError::MessageTooLong { size: max_bytes + 1, max_size: *max_bytes })
            }
        })?;
        if mark == Mark::CompressedBinary {
            return Ok(Message::binary(inflated));
        }
        let text = String::from_utf8(inflated).map_err(|error| WsError::Utf8(error.to_string()))?;
        Ok(Message::text(text))
    }

    fn poll_write_waiting(&mut self, context: &mut Context<'_>) -> Poll<Result<(), WsError>> {
        if self.holds_control {
            ready!(Pin::new(&mut self.inner).poll_flush(context))?;
            self.holds_control = false;
        }
        while !self.waiting.is_empty() {
            let mut slices = [IoSlice::new(&[]); 2 * MAX_WAITING];
            let parts = self.waiting.iter().flat_map(|message| [message.header.as_slice(), &message.payload]);
            let mut skip = self.written;
            let mut count = 0;
            for (slice, part) in slices.iter_mut().zip(parts) {
                let skipped = skip.min(part.len());
                skip -= skipped;
                *slice = IoSlice::new(&part[skipped..]);
                count += 1;
            }
            let stream = Pin::new(self.inner.get_mut());
            let n = ready!(stream.poll_write_vectored(context, &slices[..count]))?;
            if n == 0 {
                return Poll::Ready(Err(WsError::Io(ErrorKind::WriteZero.into())));
            }
            self.advance(n);
        }
        Poll::Ready(Ok(()))
    }

    fn advance(&mut self, n: usize) {
        (self.bytes, self.written) = (self.bytes - n, self.written + n);
        let done = self.waiting.iter().take_while(|message| {
            let len = message.header.len + message.payload.len();
            let is_done = self.written >= len;
            self.written -= if is_done { len } else { 0 };
            is_done
        });
        let done = done.count();
        self.waiting.drain(..done);
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Sink<Message> for Socket<S> {
    type Error = WsError;

    fn poll_ready(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), WsError>> {
        if self.control.is_some() {
            return self.poll_flush(context);
        }
        // A ping goes with the message before it.
        let is_much = self.bytes >= MAX_WAITING_BYTES && self.waiting.len() > 1;
        if is_much || self.waiting.len() == MAX_WAITING {
            return self.poll_write_waiting(context);
        }
        Poll::Ready(Ok(()))
    }

    fn start_send(mut self: Pin<&mut Self>, message: Message) -> Result<(), WsError> {
        match message {
            Message::Text(text) => self.push(TEXT, text.into()),
            Message::Binary(bytes) => self.push(BINARY, bytes),
            Message::Frame(frame) => self.push(RSV1 | u8::from(frame.header().opcode), frame.into_payload()),
            // At its place among the messages, and in the same write.
            Message::Ping(bytes) => self.push(PING, bytes),
            control => self.control = Some(control),
        }
        Ok(())
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), WsError>> {
        ready!(self.poll_write_waiting(context))?;
        if self.control.is_some() {
            ready!(Pin::new(&mut self.inner).poll_ready(context))?;
            let control = self.control.take();
            self.holds_control = true;
            control.map_or(Ok(()), |control| Pin::new(&mut self.inner).start_send(control))?;
        }
        ready!(Pin::new(&mut self.inner).poll_flush(context))?;
        self.holds_control = false;
        Poll::Ready(Ok(()))
    }

    fn poll_close(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), WsError>> {
        ready!(self.as_mut().poll_flush(context))?;
        Pin::new(&mut self.inner).poll_close(context)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Stream for Socket<S> {
    type Item = Result<Message, WsError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        // Reading answers pings, and an answer must not be written in the middle of a message.
        if self.written > 0
            && let Err(error) = ready!(self.poll_write_waiting(context))
        {
            return Poll::Ready(Some(Err(error)));
        }
        let read = Pin::new(&mut self.inner).poll_next(context);
        // tungstenite answers these two, and may have written a part of the answer.
        self.holds_control |= matches!(read, Poll::Ready(Some(Ok(Message::Ping(_) | Message::Close(_)))));
        match read {
            Poll::Ready(Some(Ok(message))) if self.inflater.is_some() => Poll::Ready(Some(self.inflate(message))),
            read => read,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::{SinkExt, StreamExt};
    use proptest::prelude::*;
    use tokio::io::{DuplexStream, duplex};
    use tokio_tungstenite::tungstenite::protocol::CloseFrame;

    /// Returns a server and a client with a buffer of `buffer` bytes between them.
    async fn pair(buffer: usize) -> (Socket<DuplexStream>, WebSocketStream<DuplexStream>) {
        let (ours, theirs) = duplex(buffer);
        // Without a buffer of its own tungstenite would write as soon as it could.
        let config = WebSocketConfig::default().write_buffer_size(0);
        let server = Socket::new(ours, Vec::new(), config, None).await;
        (server, WebSocketStream::from_raw_socket(theirs, Role::Client, None).await)
    }

    fn message() -> impl Strategy<Value = Message> {
        let len = prop::sample::select(vec![0, 1, 125, 126, 127, 4_095, 65_535, 65_536, 70_000]);
        prop_oneof![
            len.clone().prop_map(|len| Message::text("x".repeat(len))),
            len.prop_map(|len| Message::binary(vec![7; len])),
            Just(Message::Ping(Bytes::from_static(b"?"))),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn messages_arrive_whole_and_in_order_and_none_is_kept(
            messages in proptest::collection::vec((message(), any::<bool>()), 1..30),
            buffer in prop::sample::select(vec![1_000, 5_000, 1 << 16]),
        ) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(async {
                let (mut server, client) = pair(buffer).await;
                let want: Vec<_> = messages.iter().map(|(message, _)| message.clone()).collect();
                let count = want.len();
                let reader = tokio::spawn(client.take(count).map(Result::unwrap).collect::<Vec<_>>());
                for (message, flush) in messages {
                    server.feed(message).await.unwrap();
                    if flush {
                        server.flush().await.unwrap();
                    }
                }
                server.flush().await.unwrap();
                assert_eq!(reader.await.unwrap(), want);
                assert_eq!((server.waiting.len(), server.bytes, server.written), (0, 0, 0));
            });
        }
    }

    #[tokio::test]
    async fn ping_in_the_middle_of_a_message_is_answered_after_it() {
        let (mut server, mut client) = pair(100).await;
        client.send(Message::Ping(Bytes::from_static(b"hello"))).await.unwrap();
        let long = Message::text("x".repeat(1_000));
        server.feed(long.clone()).await.unwrap();
        {
            let context = &mut Context::from_waker(futures_util::task::noop_waker_ref());
            assert!(server.poll_flush_unpin(context).is_pending(), "the message is larger than the buffer");
            assert!(server.poll_next_unpin(context).is_pending(), "the ping is read when the message is written");
        }
        let serve = tokio::spawn(async move {
            server.flush().await.unwrap();
            let read = server.next().await.unwrap().unwrap();
            server.flush().await.unwrap();
            read
        });
        assert_eq!(client.next().await.unwrap().unwrap(), long);
        assert_eq!(client.next().await.unwrap().unwrap(), Message::Pong(Bytes::from_static(b"hello")));
        assert_eq!(serve.await.unwrap(), Message::Ping(Bytes::from_static(b"hello")));
    }

    #[tokio::test]
    async fn message_waits_for_the_rest_of_a_control_frame() {
        // Each byte waits for the client.
        let (mut server, client) = pair(1).await;
        let reader = tokio::spawn(client.take(4).map(Result::unwrap).collect::<Vec<_>>());
        let [ping, one] = [Message::Ping(Bytes::new()), Message::text("one")];
        for message in [ping.clone(), one.clone(), ping.clone(), one.clone()] {
            server.feed(message).await.unwrap();
        }
        server.flush().await.unwrap();
        assert_eq!(reader.await.unwrap(), [ping.clone(), one.clone(), ping, one]);
    }

    #[tokio::test]
    async fn message_waits_for_the_rest_of_a_pong() {
        let (mut server, mut client) = pair(16).await;
        client.send(Message::Ping(Bytes::from_static(b"hello"))).await.unwrap();
        // Leaves room for three bytes of the answer.
        server.send(Message::text("hello world")).await.unwrap();
        assert_eq!(server.next().await.unwrap().unwrap(), Message::Ping(Bytes::from_static(b"hello")));
        {
            let context = &mut Context::from_waker(futures_util::task::noop_waker_ref());
            assert!(server.poll_next_unpin(context).is_pending(), "the client has sent no more");
        }
        let write = tokio::spawn(async move { server.send(Message::text("one")).await.is_ok() });
        assert_eq!(client.next().await.unwrap().unwrap(), Message::text("hello world"));
        assert_eq!(client.next().await.unwrap().unwrap(), Message::Pong(Bytes::from_static(b"hello")));
        assert_eq!(client.next().await.unwrap().unwrap(), Message::text("one"));
        assert!(write.await.unwrap());
    }

    #[tokio::test]
    async fn close_follows_the_waiting_messages() {
        let (mut server, mut client) = pair(1 << 16).await;
        server.feed(Message::text("last words")).await.unwrap();
        let frame = CloseFrame { code: 1001.into(), reason: "server_stopping".into() };
        server.send(Message::Close(Some(frame.clone()))).await.unwrap();
        assert_eq!(client.next().await.unwrap().unwrap(), Message::text("last words"));
        assert_eq!(client.next().await.unwrap().unwrap(), Message::Close(Some(frame)));
    }

    #[tokio::test]
    async fn write_to_a_vanished_client_fails() {
        let (mut server, client) = pair(10).await;
        drop(client);
        assert!(server.send(Message::text("x".repeat(100))).await.is_err());
    }
}

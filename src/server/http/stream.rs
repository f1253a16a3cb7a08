//! A client connection: plain TCP or TLS.
//!
//! Not here: the addresses to listen on (`listen.rs`).

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_util::either::Either;

use crate::server::limits::Permit;
use crate::server::ops::ConnectionFault;

/// A client connection: plain TCP, or TLS and whatever else carries bytes. That is boxed, so that a plain connection does
/// not pay for it.
pub type Stream = Either<TcpStream, Box<dyn ByteStream>>;

/// A stream of bytes in both directions.
pub trait ByteStream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> ByteStream for S {}

/// A source of client connections.
pub trait Listener: Send {
    /// Waits for the next connection. Returns it with the client's address.
    ///
    /// # Errors
    /// When none can be accepted now, such as without a free file descriptor.
    fn accept(&mut self) -> impl Future<Output = io::Result<(Stream, SocketAddr)>> + Send;
}

impl Listener for TcpListener {
    async fn accept(&mut self) -> io::Result<(Stream, SocketAddr)> {
        let (stream, address) = Self::accept(self).await?;
        set_options(&stream);
        Ok((Either::Left(stream), address))
    }
}

/// Unsent bytes that the kernel may hold for a connection. A slow client is then noticed early, and what it gets later
/// is new; by default the kernel would first send a stalled client all that was written meanwhile.
#[cfg(target_os = "linux")]
const MAX_UNSENT_BYTES: u32 = 16 * 1024;

/// The peer of a connection.
#[derive(Clone, Debug)]
pub struct Peer {
    pub address: SocketAddr,
    permit: Arc<Mutex<Option<Permit>>>,
}

impl Peer {
    /// A peer whose connection holds `permit`.
    pub fn new(address: SocketAddr, permit: Permit) -> Self {
        Self { address, permit: Arc::new(Mutex::new(Some(permit))) }
    }

    /// Releases the permit of the connection, which has become a session with a permit of its own.
    pub fn release(&self) {
        drop(self.permit.lock().take());
    }
}

/// Prepares an accepted connection, with the TLS handshake if `tls` is set.
///
/// # Errors
/// When the client does not complete the handshake within `limit`.
pub async fn open(stream: Stream, tls: Option<TlsAcceptor>, limit: Duration) -> Result<Stream, ConnectionFault> {
    let Some(tls) = tls else { return Ok(stream) };
    match timeout(limit, tls.accept(stream)).await {
        Ok(Ok(stream)) => Ok(Either::Right(Box::new(stream))),
        Ok(Err(error)) => {
            tracing::debug!(%error, "the TLS handshake failed");
            Err(ConnectionFault::BadTls)
        }
        Err(_) => Err(ConnectionFault::NoTls),
    }
}

fn set_options(stream: &TcpStream) {
    // Updates are small and must not wait for each other (Nagle's algorithm, RFC 896).
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "cannot set TCP_NODELAY");
    }
    #[cfg(target_os = "linux")]
    if let Err(error) = socket2::SockRef::from(stream).set_tcp_notsent_lowat(MAX_UNSENT_BYTES) {
        tracing::debug!(%error, "cannot set TCP_NOTSENT_LOWAT");
    }
}

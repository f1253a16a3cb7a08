//! The WebSocket handshake, with buffers of our own size.
//!
//! `warp::ws` does the handshake too, but keeps tungstenite's read buffer of 128 KiB for each connection. With hyper's
//! upgrade taken from the request, an idle client costs about 10 KiB.

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderMap, HeaderName, header};
use hyper::upgrade::{OnUpgrade, Parts};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use warp::{Filter, Rejection};

use super::auth::texts;
use super::stream::Stream;
use crate::server::limits::{HeldMemory, MemoryStream, WriteTimeout};
use crate::server::session::{CLOSE_TIMEOUT, Codec, Compression, DeflateParams, InvalidExtensions, Socket, negotiate};
use crate::wire::Format;

/// Bytes read at once. Each session holds as many, and most messages of clients are shorter.
const READ_BUFFER: usize = 512;
/// Bytes of control frames that may wait for the socket.
const WRITE_BUFFER: usize = 4 * 1024;

/// A request to upgrade that passed the checks of RFC 6455, section 4.2.1.
pub struct Upgrade {
    accept: String,
    format: Option<Format>,
    deflate: Option<DeflateParams>,
    on_upgrade: OnUpgrade,
}

impl Upgrade {
    /// The value of `Sec-WebSocket-Accept`.
    pub fn accept(&self) -> &str {
        &self.accept
    }

    /// The format of the first known subprotocol that the client offers.
    pub const fn format(&self) -> Option<Format> {
        self.format
    }

    /// The compression that the client and the server agree on.
    pub const fn deflate(&self) -> Option<DeflateParams> {
        self.deflate
    }

    /// Waits until the answer 101 is sent, and takes over the socket; `None` when the client has vanished, or has begun
    /// a message for which there is no memory.
    /// Parts of messages that wait are paid from `held`.
    pub async fn socket(
        self,
        message_bytes: usize,
        held: HeldMemory,
        codec: &Arc<Codec>,
    ) -> Option<Socket<MemoryStream<WriteTimeout<Stream>>>> {
        let upgraded = self.on_upgrade.await.ok()?;
        let Parts { io, read_buf, .. } = upgraded.downcast::<TokioIo<WriteTimeout<Stream>>>().ok()?;
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .write_buffer_size(WRITE_BUFFER)
            .max_message_size(Some(message_bytes))
            .max_frame_size(Some(message_bytes));
        let stream = MemoryStream::new(io.into_inner(), held, message_bytes, &read_buf).ok()?;
        let codec = self.deflate.map(|_| Arc::clone(codec));
        Some(Socket::new(stream, read_buf.to_vec(), config, codec).await)
    }
}

/// Closes a connection so that the client can read the last bytes. Closing a socket with unread input resets it, and a
/// reset may overtake what was sent (RFC 1122, section 4.2.2.13).
pub async fn hang_up(mut stream: impl AsyncRead + AsyncWrite + Unpin) {
    let drain = async {
        stream.shutdown().await?;
        let mut sink = [0; 1_024];
        while stream.read(&mut sink).await? > 0 {}
        std::io::Result::Ok(())
    };
    // A client that vanished or keeps sending is not waited for.
    let _ = tokio::time::timeout(CLOSE_TIMEOUT, drain).await;
}

/// Checks that a key is sixteen bytes in base64.
async fn check_key(key: String) -> Result<String, Rejection> {
    match BASE64_STANDARD.decode(&key) {
        Ok(bytes) if bytes.len() == 16 => Ok(key),
        _ => Err(warp::reject::not_found()),
    }
}

/// Returns whether a header has `token` in one of its lines, each of which is a list (RFC 9110, section 5.3).
fn has_token(headers: &HeaderMap, name: HeaderName, token: &str) -> bool {
    texts(headers, name).flat_map(|line| line.split(',')).any(|part| part.trim().eq_ignore_ascii_case(token))
}

/// Checks that a request wants to become a WebSocket.
async fn check_headers(headers: HeaderMap) -> Result<HeaderMap, Rejection> {
    let is_wanted =
        has_token(&headers, header::CONNECTION, "upgrade") && has_token(&headers, header::UPGRADE, "websocket");
    if is_wanted { Ok(headers) } else { Err(warp::reject::not_found()) }
}

/// Negotiates the compression of messages, if the server offers any.
///
/// # Errors
/// When the header of the client's extensions is not valid.
fn negotiate_deflate(
    headers: &HeaderMap,
    compression: Compression,
) -> Result<Option<DeflateParams>, InvalidExtensions> {
    if compression == Compression::Nothing {
        return Ok(None);
    }
    negotiate(texts(headers, header::SEC_WEBSOCKET_EXTENSIONS))
}

/// Extracts an [`Upgrade`] from a request for one, and rejects all others.
pub fn upgrade(compression: Compression) -> impl Filter<Extract = (Upgrade,), Error = Rejection> + Clone {
    warp::get()
        .and(warp::header::headers_cloned().and_then(check_headers))
        .and(warp::header::exact("sec-websocket-version", "13"))
        .and(warp::header::<String>("sec-websocket-key").and_then(check_key))
        .and(warp::ext::get::<OnUpgrade>())
        .and_then(move |headers: HeaderMap, key: String, on_upgrade| async move {
            // Each header may appear several times (RFC 6455, sections 9.1 and 11.3.4).
            let format = texts(&headers, header::SEC_WEBSOCKET_PROTOCOL).find_map(Format::choose);
            let deflate = negotiate_deflate(&headers, compression).map_err(|_| warp::reject::not_found())?;
            Ok::<_, Rejection>(Upgrade { accept: derive_accept_key(key.as_bytes()), format, deflate, on_upgrade })
        })
}

//! From an HTTP request to a WebSocket, with buffers of our own size.
//!
//! `warp::ws` would do the handshake too, but keeps tungstenite's 128 KiB read buffer for each
//! connection; taking hyper's upgrade out of the request costs an idle client about 10 KiB.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::HeaderMap;
use http::header::SEC_WEBSOCKET_PROTOCOL;
use hyper::upgrade::{OnUpgrade, Parts};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use warp::{Filter, Rejection};

use super::stream::Stream;
use crate::server::limits::WriteTimeout;
use crate::server::session::CLOSE_TIMEOUT;
use crate::server::session::Socket;
use crate::wire::Format;

/// Bytes read at once; a client's messages are short.
const READ_BUFFER: usize = 2 * 1024;
/// Bytes that may wait for the socket besides the message being written.
const WRITE_BUFFER: usize = 4 * 1024;

/// A request to upgrade that passed the checks of RFC 6455, section 4.2.1.
pub struct Upgrade {
    accept: String,
    format: Option<Format>,
    on_upgrade: OnUpgrade,
}

impl Upgrade {
    /// The value of `Sec-WebSocket-Accept`.
    pub fn accept(&self) -> &str {
        &self.accept
    }

    /// The format of the subprotocol that the client offers; `None` where it offers none that is known.
    pub const fn format(&self) -> Option<Format> {
        self.format
    }

    /// Waits for the 101 answer to be sent and takes the socket over; `None` when the client is gone.
    pub async fn socket(self, message_bytes: usize) -> Option<Socket<WriteTimeout<Stream>>> {
        let upgraded = self.on_upgrade.await.ok()?;
        let Parts { io, read_buf, .. } = upgraded.downcast::<TokioIo<WriteTimeout<Stream>>>().ok()?;
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .write_buffer_size(WRITE_BUFFER)
            .max_message_size(Some(message_bytes))
            .max_frame_size(Some(message_bytes));
        let early = read_buf.to_vec();
        let inner = WebSocketStream::from_partially_read(io.into_inner(), early, Role::Server, Some(config)).await;
        Some(Socket::new(inner))
    }
}

/// Ends the connection in a way that lets the client read the last frame: closing a socket with unread input
/// resets it, and a reset may overtake what was sent (RFC 1122, section 4.2.2.13).
pub async fn hang_up(mut stream: impl AsyncRead + AsyncWrite + Unpin) {
    let drain = async {
        stream.shutdown().await?;
        let mut sink = [0; 1_024];
        while stream.read(&mut sink).await? > 0 {}
        std::io::Result::Ok(())
    };
    // A client that is gone cannot be waited for, and one that talks on is not listened to for long.
    let _ = tokio::time::timeout(CLOSE_TIMEOUT, drain).await;
}

/// A key is sixteen bytes.
async fn check_key(key: String) -> Result<String, Rejection> {
    match BASE64_STANDARD.decode(&key) {
        Ok(bytes) if bytes.len() == 16 => Ok(key),
        _ => Err(warp::reject::not_found()),
    }
}

/// Extracts an [`Upgrade`] from a request that asks for one, and rejects any other.
pub fn upgrade() -> impl Filter<Extract = (Upgrade,), Error = Rejection> + Clone {
    let is_token = |header: &'static str, token: &'static str| {
        warp::header::<String>(header)
            .and_then(move |value: String| async move {
                let found = value.split(',').any(|part| part.trim().eq_ignore_ascii_case(token));
                if found { Ok(()) } else { Err(warp::reject::not_found()) }
            })
            .untuple_one()
    };
    warp::get()
        .and(is_token("connection", "upgrade"))
        .and(is_token("upgrade", "websocket"))
        .and(warp::header::exact("sec-websocket-version", "13"))
        .and(warp::header::<String>("sec-websocket-key").and_then(check_key))
        .and(warp::header::headers_cloned())
        .and(warp::ext::get::<OnUpgrade>())
        .map(|key: String, headers: HeaderMap, on_upgrade| {
            // The header may come in several pieces (RFC 6455, section 11.3.4).
            let offered = headers.get_all(SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|value| value.to_str().ok());
            let format = offered.into_iter().find_map(Format::choose);
            Upgrade { accept: derive_accept_key(key.as_bytes()), format, on_upgrade }
        })
}

//! One HTTP connection: TLS, the requests, and the end.

use std::error::Error as _;
use std::io;
use std::pin::pin;
use std::time::Duration;

use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::HttpService;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower::BoxError;

use super::stream::{self, Stream};
use crate::server::limits::WriteTimeout;
use crate::server::ops::ConnectionFault;

/// The limits of HTTP connections that are not sessions.
#[derive(Clone, Copy, Debug)]
pub struct HttpLimits {
    /// Connections at one time. A client above the limit waits in the kernel's queue.
    pub connections: usize,
    /// Connections from one address at one time. A client above the limit is rejected.
    pub connections_per_address: usize,
    /// Time for the head of a request, from the connection or from the previous answer, and for its body.
    pub head_timeout: Duration,
    /// The same for a connection that comes while three quarters of all connections are in use, so that clients that
    /// send no request keep nobody out for long.
    pub busy_head_timeout: Duration,
    /// Memory of all answers that clients have not taken yet; one address may hold half of it.
    pub answer_bytes: usize,
    /// Bytes that a connection may hold of a request's head, or of an answer that its client does not take.
    pub buffer_bytes: usize,
}

impl HttpLimits {
    /// The smallest buffer that hyper accepts.
    pub const MIN_BUFFER_BYTES: usize = 8 * 1024;
}

/// The settings of a connection.
#[derive(Clone)]
pub struct Connection {
    http: http1::Builder,
    tls: Option<TlsAcceptor>,
    head_timeout: Duration,
    busy_head_timeout: Duration,
    /// Time for which a client may take no byte.
    write_timeout: Duration,
    /// Cancelled when the server stops.
    stopping: CancellationToken,
}

impl Connection {
    pub fn new(
        limits: HttpLimits,
        tls: Option<TlsAcceptor>,
        write_timeout: Duration,
        stopping: CancellationToken,
    ) -> Self {
        let HttpLimits { head_timeout, busy_head_timeout, buffer_bytes, .. } = limits;
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(head_timeout).max_buf_size(buffer_bytes);
        Self { http, tls, head_timeout, busy_head_timeout, write_timeout, stopping }
    }

    /// Returns the settings of a connection that comes while few are free.
    pub fn when_busy(mut self) -> Self {
        self.head_timeout = self.head_timeout.min(self.busy_head_timeout);
        self.http.header_read_timeout(self.head_timeout);
        self
    }

    /// Serves requests until the client leaves, becomes a session, or fails to do its part. Returns that fault. When
    /// the server stops, the answer in progress is the last.
    pub async fn serve<S, B>(self, stream: Stream, service: S) -> Option<ConnectionFault>
    where
        S: HttpService<Incoming, ResBody = B, Error: Into<BoxError>>,
        B: Body<Error: Into<BoxError>> + 'static,
    {
        let Self { http, tls, head_timeout, write_timeout, stopping, .. } = self;
        let stream = match stream::open(stream, tls, head_timeout).await {
            Ok(stream) => TokioIo::new(WriteTimeout::new(stream, write_timeout)),
            Err(fault) => return Some(fault),
        };
        let mut serving = pin!(http.serve_connection(stream, service).with_upgrades());
        let served = tokio::select! {
            biased;
            served = serving.as_mut() => served,
            () = stopping.cancelled() => {
                serving.as_mut().graceful_shutdown();
                serving.await
            }
        };
        let error = served.err()?;
        tracing::debug!(%error, "the connection ended early");
        fault_of(&error)
    }
}

/// The client's fault that ended its connection; `None` for a client that vanished.
fn fault_of(error: &hyper::Error) -> Option<ConnectionFault> {
    let io = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    if io.is_some_and(|io| io.kind() == io::ErrorKind::TimedOut) {
        Some(ConnectionFault::AnswerNotTaken)
    } else if error.is_timeout() {
        // Also where a browser keeps a connection that it does not need.
        Some(ConnectionFault::NoHead)
    } else if error.is_parse_too_large() {
        Some(ConnectionFault::HeadTooLong)
    } else if error.is_parse() {
        Some(ConnectionFault::BadHead)
    } else {
        None
    }
}

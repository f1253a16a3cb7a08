//! The accept loop: who gets a connection, and the layers between a connection and the routes.

use std::error::Error as _;
use std::io;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderName, HeaderValue, Request, Response, StatusCode, header};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use parking_lot::Mutex;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tower::ServiceBuilder;
use tower_http::add_extension::AddExtension;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::trace::{DefaultOnFailure, TraceLayer};
use tower_http::validate_request::ValidateRequestHeaderLayer;
use tracing::Level;

use super::assets;
use super::routes::{self, Peer, Site};
use super::stream::Stream;
use super::upgrade::hang_up;
use crate::server::limits::ConnectionLimit;
use crate::server::limits::WriteTimeout;
use crate::server::ops::{ConnectionFault, Metrics};
use crate::server::session::CLOSE_TIMEOUT;
use crate::wire::{ApiError, ErrorCode};

/// What the connections that are no sessions may cost.
#[derive(Clone, Copy, Debug)]
pub struct HttpLimits {
    /// At one time; who comes when all are taken waits.
    pub connections: usize,
    /// Of these from one address; who comes then is turned away.
    pub connections_per_address: usize,
    /// How long the head of a request may take to come, counted from the connection or the answer before.
    pub head_timeout: Duration,
    /// Bytes that a connection may hold of a request's head, or of an answer that its client does not take.
    pub buffer_bytes: usize,
}

impl HttpLimits {
    /// The least that hyper can work with.
    pub const MIN_BUFFER_BYTES: usize = 8 * 1024;
}

/// No request here has a body.
const BODY_BYTES: usize = 16 * 1024;
/// How long to wait after a failure to accept, such as no free file descriptor.
const ACCEPT_REST: Duration = Duration::from_millis(100);
/// So many at one time are told why they are turned away; the others just are.
pub const MAX_REJECTIONS: usize = 64;

/// Accepts connections for ever; those that are there when `stopping` comes finish their answer.
pub async fn accept_all(
    listener: &TcpListener,
    tls: Option<&TlsAcceptor>,
    site: Site,
    connections: &ConnectionLimit,
    limits: HttpLimits,
    stopping: &watch::Receiver<bool>,
) {
    let (stall, metrics, auth) = (site.limits.stall, site.metrics.clone(), site.auth.clone());
    let fixed = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    let keep = HeaderValue::from_str(&format!("timeout={}", limits.head_timeout.as_secs()));
    let keep = keep.expect("invariant: a number is plain ASCII");
    // A client that knows when an idle connection is hung up does not send its next request at that moment.
    let keep_alive =
        move |answer: &Response<_>| (answer.status() != StatusCode::SWITCHING_PROTOCOLS).then(|| keep.clone());
    let guard = auth.clone();
    #[expect(clippy::result_large_err, reason = "an answer is what the layer wants of who is not let in")]
    let admit = move |request: &mut Request<_>| guard.admit(request);
    let service = ServiceBuilder::new()
        // What is refused is counted; a line for each would be a gift to those who ask in vain.
        .layer(TraceLayer::new_for_http().on_failure(DefaultOnFailure::new().level(Level::DEBUG)))
        .layer(fixed(header::CONTENT_SECURITY_POLICY, assets::CONTENT_SECURITY_POLICY))
        .layer(SetResponseHeaderLayer::if_not_present(HeaderName::from_static("keep-alive"), keep_alive))
        .layer(fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(fixed(header::X_FRAME_OPTIONS, "DENY"))
        .layer(fixed(header::REFERRER_POLICY, "no-referrer"))
        .layer(RequestBodyLimitLayer::new(BODY_BYTES))
        .layer(CompressionLayer::new())
        .layer(ValidateRequestHeaderLayer::custom(admit))
        .service(warp::service(routes::routes(site)));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.head_timeout).max_buf_size(limits.buffer_bytes);
    let turned_away = Arc::new(Semaphore::new(MAX_REJECTIONS));
    let mut is_failing = false;
    loop {
        // Whoever comes when all are taken waits in the kernel's queue.
        let free = connections.reserve().await;
        match listener.accept().await {
            Ok((stream, address)) => {
                is_failing = false;
                // All clients of a proxy come from its address; it is the proxy that may count them.
                let seated = if auth.trusts(address.ip()) {
                    Ok(connections.assign_unlimited(free, address.ip()))
                } else {
                    connections.assign(free, address.ip())
                };
                let Ok(permit) = seated else {
                    metrics.api_error(ErrorCode::TooManyConnectionsFromAddress);
                    turn_away(&turned_away, stream, address.ip());
                    continue;
                };
                let permit = Arc::new(Mutex::new(Some(permit)));
                let peer = Peer { address, permit: Arc::clone(&permit) };
                let service = TowerToHyperService::new(AddExtension::new(service.clone(), peer));
                let mut stopping = stopping.clone();
                let (http, tls, metrics) = (http.clone(), tls.cloned(), metrics.clone());
                let stop = async move { drop(stopping.wait_for(|stopping| *stopping).await) };
                tokio::spawn(async move {
                    let Some(stream) = open(stream, tls, limits.head_timeout, &metrics).await else { return };
                    let connection = TokioIo::new(WriteTimeout::new(stream, stall));
                    let mut serving = pin!(http.serve_connection(connection, service).with_upgrades());
                    let served = tokio::select! {
                        served = serving.as_mut() => served,
                        () = stop => {
                            serving.as_mut().graceful_shutdown();
                            serving.await
                        }
                    };
                    if let Err(error) = served {
                        tracing::debug!(%error, "connection ended early");
                        fault(&error).into_iter().for_each(|fault| metrics.connection_ended(fault));
                    }
                    drop(permit);
                });
            }
            Err(error) => {
                metrics.accept_failed();
                if !std::mem::replace(&mut is_failing, true) {
                    tracing::warn!(%error, "cannot accept connections; is the limit of open files reached?");
                }
                tokio::time::sleep(ACCEPT_REST).await;
            }
        }
    }
}

/// What the kernel may hold of a client's stream before it is sent: beyond this a slow client is noticed, and
/// what it gets later is new. Without it a stalled client would first be sent all that was written meanwhile.
#[cfg(target_os = "linux")]
const UNSENT_BYTES: u32 = 16 * 1024;

/// `None` where the client's side of TLS was not done in time, or not right.
async fn open(stream: TcpStream, tls: Option<TlsAcceptor>, patience: Duration, metrics: &Metrics) -> Option<Stream> {
    prepare(&stream);
    let Some(tls) = tls else { return Some(Stream::Plain(stream)) };
    let fault = match timeout(patience, tls.accept(stream)).await {
        Ok(Ok(stream)) => return Some(Stream::Tls(Box::new(stream))),
        Ok(Err(error)) => {
            tracing::debug!(%error, "TLS handshake failed");
            ConnectionFault::BadTls
        }
        Err(_) => ConnectionFault::NoTls,
    };
    metrics.connection_ended(fault);
    None
}

fn prepare(stream: &TcpStream) {
    // Updates are small and must not wait for each other (Nagle's algorithm, RFC 896).
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "cannot set TCP_NODELAY");
    }
    #[cfg(target_os = "linux")]
    if let Err(error) = socket2::SockRef::from(stream).set_tcp_notsent_lowat(UNSENT_BYTES) {
        tracing::debug!(%error, "cannot set TCP_NOTSENT_LOWAT");
    }
}

/// What a client did that ended its connection; `None` where it just went away.
fn fault(error: &hyper::Error) -> Option<ConnectionFault> {
    let io = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    let is_stall = io.is_some_and(|io| io.kind() == io::ErrorKind::TimedOut);
    [
        (is_stall, ConnectionFault::AnswerNotTaken),
        // Also where a browser keeps a connection that it does not need.
        (error.is_timeout(), ConnectionFault::NoHead),
        (error.is_parse_too_large(), ConnectionFault::HeadTooLong),
        (error.is_parse(), ConnectionFault::BadHead),
    ]
    .into_iter()
    .find_map(|(is, code)| is.then_some(code))
}

/// Tells a client from `address` that it has its share, as long as `room` has a permit for that. The request is not
/// waited for, only read away.
fn turn_away(room: &Arc<Semaphore>, mut stream: TcpStream, address: IpAddr) {
    let Ok(permit) = Arc::clone(room).try_acquire_owned() else { return };
    let body = ApiError::too_many_connections_from(address).body();
    let length = body.len();
    let answer = format!(
        "HTTP/1.1 429 Too Many Requests\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
         cache-control: no-store\r\nconnection: close\r\n\r\n{body}"
    );
    tokio::spawn(async move {
        // Who does not take it is turned away all the same.
        if let Ok(Ok(())) = timeout(CLOSE_TIMEOUT, stream.write_all(answer.as_bytes())).await {
            hang_up(stream).await;
        }
        drop(permit);
    });
}

//! HTTP, the web files, and one session per WebSocket.
//!
//! hyper accepts, tower-http wraps (request tracing, compression, security headers, body limit), warp
//! routes. hyper's graceful stop does not reach upgraded connections: sessions hear the stop by their bell.

mod allowance;
mod answer;
mod api;
mod assets;
mod events;
mod guests;
mod ladder;
#[cfg(test)]
mod law;
mod patience;
mod remote;
mod reply;
mod routes;
mod series;
mod session;
mod subscriptions;
#[cfg(test)]
mod tests;
mod upgrade;

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{HeaderName, HeaderValue, header};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;
use tower::ServiceBuilder;
use tower_http::add_extension::AddExtension;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::trace::TraceLayer;

pub use session::{SessionEnd, SessionLimits};
pub use subscriptions::SubscriptionLimits;

use crate::bus::Caller;
use crate::fanout::LiveMarket;
use crate::market::{Answer, Command};
use guests::Guests;
use patience::Patient;
use remote::Remote;
use routes::{Peer, Site};

/// How long a client may take to send its request's head.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes that a connection may hold of a request's head, or of an answer that its client does not take.
const HTTP_BUFFER: usize = 32 * 1024;
/// No request here has a body.
const BODY_BYTES: usize = 16 * 1024;
/// How long to wait after a failure to accept, such as no free file descriptor.
const ACCEPT_REST: Duration = Duration::from_millis(100);
/// How long sessions have for their goodbye.
const DRAIN: Duration = Duration::from_secs(3);

/// Where and for how many the server is there.
#[derive(Clone, Copy, Debug)]
pub struct ServerConfig {
    pub bind: SocketAddr,
    /// Sessions at one time, over WebSocket and Server-Sent Events.
    pub sessions: usize,
    /// Of these from one address.
    pub sessions_per_address: usize,
    /// HTTP connections at one time, besides those that became sessions.
    pub connections: usize,
    /// Clients may drive the feed also where other machines reach the server.
    pub allow_control: bool,
    pub session: SessionLimits,
}

/// The address could not be listened on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {bind}: {source}; choose another address with --bind, port 0 for any that is free")]
pub struct BindError {
    bind: SocketAddr,
    source: std::io::Error,
}

/// A server that listens and does not answer yet.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    config: ServerConfig,
}

impl Server {
    /// # Errors
    /// When the address is taken or not this machine's.
    pub async fn bind(config: ServerConfig) -> Result<Self, BindError> {
        let failed = |source| BindError { bind: config.bind, source };
        let listener = TcpListener::bind(config.bind).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address, config })
    }

    /// The address that it really has, also where port 0 was asked for.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `stop` comes, then lets the sessions say goodbye. Commands go on `line`.
    pub async fn run(self, live: LiveMarket, line: Caller<Command, Answer>, stop: impl Future<Output = ()>) {
        let guests = Guests::new(self.config.sessions, self.config.sessions_per_address);
        let connections = Arc::new(Semaphore::new(self.config.connections));
        let controlled = self.config.allow_control || self.address.ip().is_loopback();
        let line = if controlled { Ok(line) } else { Err("other machines can reach it") };
        let remote = Remote::new(live.clone(), line);
        let limits = SessionLimits { control: controlled, ..self.config.session };
        let site = Site { live: live.clone(), remote, limits, guests: guests.clone() };
        let (stop_http, stopping) = watch::channel(false);
        tokio::select! {
            () = stop => {}
            () = accept_all(&self.listener, site, &connections, &stopping) => {}
        }
        drop(self.listener);
        live.stop_sessions();
        // Without a connection left there is nobody to tell.
        let _ = stop_http.send(true);
        // All permits are back when all have ended.
        let drain = async {
            guests.all_gone().await;
            let all = u32::try_from(self.config.connections).unwrap_or(u32::MAX);
            let _ = connections.acquire_many(all).await;
        };
        if timeout(DRAIN, drain).await.is_err() {
            tracing::warn!("some clients did not take their goodbye in time");
        }
    }
}

async fn accept_all(
    listener: &TcpListener,
    site: Site,
    connections: &Arc<Semaphore>,
    stopping: &watch::Receiver<bool>,
) {
    let stall = site.limits.stall;
    let fixed = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    let policy = HeaderValue::from_str(&assets::content_security_policy());
    let policy = policy.expect("invariant: the policy is plain ASCII");
    let service = ServiceBuilder::new()
        .layer(TraceLayer::new_for_http())
        .layer(SetResponseHeaderLayer::if_not_present(header::CONTENT_SECURITY_POLICY, policy))
        .layer(fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(fixed(header::X_FRAME_OPTIONS, "DENY"))
        .layer(fixed(header::REFERRER_POLICY, "no-referrer"))
        .layer(RequestBodyLimitLayer::new(BODY_BYTES))
        .layer(CompressionLayer::new())
        .service(warp::service(routes::routes(site)));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEADER_TIMEOUT).max_buf_size(HTTP_BUFFER);
    loop {
        // Whoever comes when all are taken waits in the kernel's queue.
        let permit = Arc::clone(connections).acquire_owned().await;
        match listener.accept().await {
            Ok((stream, address)) => {
                let connection = TokioIo::new(prepare(stream, stall));
                let permit = Arc::new(Mutex::new(permit.ok()));
                let peer = Peer { address, permit: Arc::clone(&permit) };
                let service = TowerToHyperService::new(AddExtension::new(service.clone(), peer));
                let serving = http.serve_connection(connection, service).with_upgrades();
                let mut stopping = stopping.clone();
                let stop = async move { drop(stopping.wait_for(|stopping| *stopping).await) };
                tokio::spawn(async move {
                    let mut serving = pin!(serving);
                    let served = tokio::select! {
                        served = serving.as_mut() => served,
                        () = stop => {
                            serving.as_mut().graceful_shutdown();
                            serving.await
                        }
                    };
                    if let Err(error) = served {
                        tracing::debug!(%error, "connection ended early");
                    }
                    drop(permit);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection; is the limit of open files reached?");
                tokio::time::sleep(ACCEPT_REST).await;
            }
        }
    }
}

/// What the kernel may hold of a client's stream before it is sent: beyond this a slow client is noticed, and
/// what it gets later is new. Without it a stalled client would first be sent all that was written meanwhile.
#[cfg(target_os = "linux")]
const UNSENT_BYTES: u32 = 16 * 1024;

fn prepare(stream: TcpStream, stall: Duration) -> Patient<TcpStream> {
    // Updates are small and must not wait for each other (Nagle's algorithm, RFC 896).
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "cannot set TCP_NODELAY");
    }
    #[cfg(target_os = "linux")]
    if let Err(error) = socket2::SockRef::from(&stream).set_tcp_notsent_lowat(UNSENT_BYTES) {
        tracing::debug!(%error, "cannot set TCP_NOTSENT_LOWAT");
    }
    Patient::new(stream, stall)
}

//! HTTP, the web files, and one session per WebSocket.
//!
//! hyper accepts, tower-http wraps (request tracing, compression, security headers, body limit), warp
//! routes. hyper's graceful stop does not reach upgraded connections: sessions hear the stop by their bell.

mod answer;
mod assets;
mod routes;
mod session;
mod subscriptions;
#[cfg(test)]
mod tests;
mod upgrade;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderName, HeaderValue, header};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::ServiceBuilder;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::trace::TraceLayer;

pub use session::{SessionEnd, SessionLimits};
pub use subscriptions::SubscriptionLimits;

use crate::fanout::LiveMarket;
use routes::Site;

/// How long a client may take to send its request's head.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
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
    /// WebSocket sessions at one time.
    pub sessions: usize,
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

    /// Answers until `stop` comes, then lets the sessions say goodbye.
    pub async fn run(self, live: LiveMarket, stop: impl Future<Output = ()>) {
        let room = Arc::new(Semaphore::new(self.config.sessions));
        let site = Site { live: live.clone(), limits: self.config.session, room: Arc::clone(&room) };
        tokio::select! {
            () = stop => {}
            () = accept_all(&self.listener, site) => {}
        }
        drop(self.listener);
        live.stop_sessions();
        let all = u32::try_from(self.config.sessions).unwrap_or(u32::MAX);
        if tokio::time::timeout(DRAIN, room.acquire_many(all)).await.is_err() {
            tracing::warn!("some sessions did not take their goodbye in time");
        }
    }
}

async fn accept_all(listener: &TcpListener, site: Site) {
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
    http.timer(TokioTimer::new()).header_read_timeout(HEADER_TIMEOUT);
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let connection = prepare(stream);
                let service = TowerToHyperService::new(service.clone());
                let serving = http.serve_connection(connection, service).with_upgrades();
                tokio::spawn(async move {
                    if let Err(error) = serving.await {
                        tracing::debug!(%error, "connection ended early");
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection; is the limit of open files reached?");
                tokio::time::sleep(ACCEPT_REST).await;
            }
        }
    }
}

fn prepare(stream: TcpStream) -> TokioIo<TcpStream> {
    // Updates are small and must not wait for each other (Nagle's algorithm, RFC 896).
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "cannot set TCP_NODELAY");
    }
    TokioIo::new(stream)
}

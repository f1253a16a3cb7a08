//! HTTP, the web files, and one session per WebSocket.
//!
//! hyper accepts, tower-http wraps (request tracing, compression, security headers, body limit), warp
//! routes. hyper's graceful stop does not reach upgraded connections: sessions get the stop from their notifier.

mod auth;
mod http;
mod limits;
mod ops;
mod session;

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::timeout;

pub use auth::{AccessConfig, AccessPolicy, Admission, Control, Token, TokenError, TokenSource};
pub use http::{HttpLimits, TlsError, TlsFiles};
pub use limits::TooFewFiles;
pub use ops::{CountErrors, watch_panics};
pub use session::{DEFAULT_MAX_COMMANDS, SessionLimits, SubscriptionLimits};

use crate::bus::CommandSender;
use crate::fanout::LiveMarket;
use http::{Auth, MAX_REJECTIONS, Site, accept_all};
use limits::{ConnectionLimit, raise_limit};
use ops::Metrics;
use session::{FeedControl, SessionEnd};
use strum::IntoEnumIterator as _;
use tokio_rustls::TlsAcceptor;

/// How long sessions have for their goodbye.
const DRAIN: Duration = Duration::from_secs(3);

/// Where and for how many the server is there.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    pub bind: SocketAddr,
    /// Sessions at one time, over WebSocket and Server-Sent Events.
    pub sessions: usize,
    /// Of these from one address.
    pub sessions_per_address: usize,
    pub access: AccessConfig,
    pub tls: Option<TlsFiles>,
    pub http: HttpLimits,
    pub session: SessionLimits,
}

/// The listener, the recording, and what the runtime needs.
const OWN_FILES: u64 = 64;

impl ServerConfig {
    /// Open files that the limits of this configuration need.
    const fn open_files(&self) -> u64 {
        self.sessions as u64 + self.http.connections as u64 + MAX_REJECTIONS as u64 + OWN_FILES
    }
}

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    #[error("cannot listen on {bind}: {source}; choose another address with --bind, port 0 for any that is free")]
    Address { bind: SocketAddr, source: std::io::Error },
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// A server that listens and does not answer yet.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    config: ServerConfig,
    access: AccessPolicy,
    tls: Option<TlsAcceptor>,
}

impl Server {
    /// # Errors
    /// When the address is taken or not this machine's, or a token or a certificate cannot be had.
    pub async fn bind(config: ServerConfig) -> Result<Self, BindError> {
        let failed = |source| BindError::Address { bind: config.bind, source };
        let listener = TcpListener::bind(config.bind).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let access = config.access.resolve(address.ip().is_loopback())?;
        let tls = config.tls.as_ref().map(TlsFiles::acceptor).transpose()?;
        Ok(Self { listener, address, config, access, tls })
    }

    /// Raises the limit of open files as far as its own limits of guests need.
    ///
    /// # Errors
    /// How many are missing.
    pub fn allow_files(&self) -> Result<(), TooFewFiles> {
        raise_limit(self.config.open_files())
    }

    /// Who may do what.
    pub const fn access(&self) -> &AccessPolicy {
        &self.access
    }

    pub const fn is_tls(&self) -> bool {
        self.tls.is_some()
    }

    /// The address that it really has, also where port 0 was asked for.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `stop` comes, then lets the sessions say goodbye. Commands go on `line`.
    pub async fn run(self, live: LiveMarket, line: CommandSender, stop: impl Future<Output = ()>) {
        let sessions = ConnectionLimit::new(self.config.sessions, self.config.sessions_per_address);
        let HttpLimits { connections, connections_per_address, .. } = self.config.http;
        let connections = ConnectionLimit::new(connections, connections_per_address);
        let metrics = Metrics::new(live.clone(), connections.clone());
        let (port, proxies) = (self.address.port(), &self.config.access.proxies);
        for end in SessionEnd::iter() {
            metrics.show_session_end(end.reason(), end.close_code().map(u16::from));
        }
        let auth = Auth::new(self.access, proxies, port, self.tls.is_some(), metrics.clone());
        let commands = FeedControl::new(live.clone(), line);
        let limits = self.config.session;
        let site = Site { live: live.clone(), commands, limits, sessions: sessions.clone(), metrics, auth };
        let (stop_http, stopping) = watch::channel(false);
        tokio::select! {
            () = stop => {}
            () = accept_all(&self.listener, self.tls.as_ref(), site, &connections, self.config.http, &stopping) => {}
        }
        drop(self.listener);
        live.stop_sessions();
        // Without a connection left there is nobody to tell.
        let _ = stop_http.send(true);
        // All places are back when all have ended.
        let drain = async {
            sessions.all_released().await;
            connections.all_released().await;
        };
        if timeout(DRAIN, drain).await.is_err() {
            tracing::warn!("some clients did not take their goodbye in time");
        }
    }
}

//! HTTP, the web files, and one session per WebSocket.
//!
//! hyper accepts, tower-http wraps (request tracing, compression, security headers, body limit), warp
//! routes. hyper's graceful stop does not reach upgraded connections: sessions hear the stop by their bell.

mod accept;
mod access;
mod allowance;
mod api;
mod assets;
mod desk;
mod errors;
mod events;
mod files;
mod gate;
mod guests;
mod ladder;
#[cfg(test)]
mod law;
mod metrics;
mod panics;
mod patience;
mod process;
mod remote;
mod reply;
mod routes;
mod series;
mod session;
mod socket;
mod stream;
mod subscriptions;
#[cfg(test)]
mod tests;
mod tls;
mod token;
mod upgrade;

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::timeout;

pub use accept::HttpLimits;
pub use access::{Access, AccessConfig, Admission, Control};
pub use errors::CountErrors;
pub use files::TooFewFiles;
pub use panics::watch_panics;
pub use remote::DEFAULT_MAX_COMMANDS;
pub use session::{SessionEnd, SessionLimits};
pub use subscriptions::SubscriptionLimits;
pub use tls::{TlsError, TlsFiles};
pub use token::{Secret, Token, TokenError};

use crate::bus::CommandSender;
use crate::fanout::LiveMarket;
use gate::Gate;
use guests::Guests;
use metrics::Metrics;
use remote::Remote;
use routes::Site;
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
    access: Access,
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
        files::allow_files(&self.config)
    }

    /// Who may do what.
    pub const fn access(&self) -> &Access {
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
        let guests = Guests::new(self.config.sessions, self.config.sessions_per_address);
        let HttpLimits { connections, connections_per_address, .. } = self.config.http;
        let connections = Guests::new(connections, connections_per_address);
        let metrics = Metrics::new(live.clone(), connections.clone());
        let (port, proxies) = (self.address.port(), &self.config.access.proxies);
        let gate = Gate::new(self.access, proxies, port, self.tls.is_some(), metrics.clone());
        let remote = Remote::new(live.clone(), line);
        let limits = self.config.session;
        let site = Site { live: live.clone(), remote, limits, guests: guests.clone(), metrics, gate };
        let (stop_http, stopping) = watch::channel(false);
        tokio::select! {
            () = stop => {}
            () = accept::accept_all(&self.listener, self.tls.as_ref(), site, &connections, self.config.http, &stopping) => {}
        }
        drop(self.listener);
        live.stop_sessions();
        // Without a connection left there is nobody to tell.
        let _ = stop_http.send(true);
        // All places are back when all have ended.
        let drain = async {
            guests.all_gone().await;
            connections.all_gone().await;
        };
        if timeout(DRAIN, drain).await.is_err() {
            tracing::warn!("some clients did not take their goodbye in time");
        }
    }
}

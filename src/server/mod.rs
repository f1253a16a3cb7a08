//! HTTP, the web files, and one session per WebSocket.
//!
//! hyper accepts, tower-http wraps (request tracing, compression, security headers, body limit), warp
//! routes. hyper's graceful stop does not reach upgraded connections: sessions hear the stop by their bell.

mod accept;
mod allowance;
mod answer;
mod api;
mod assets;
mod events;
mod files;
mod guests;
mod ladder;
#[cfg(test)]
mod law;
mod metrics;
mod patience;
mod remote;
mod reply;
mod routes;
mod series;
mod session;
mod socket;
mod subscriptions;
#[cfg(test)]
mod tests;
mod upgrade;

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::timeout;

pub use accept::HttpLimits;
pub use files::{TooFewFiles, allow_files};
pub use remote::DEFAULT_MAX_COMMANDS;
pub use session::{SessionEnd, SessionLimits};
pub use subscriptions::SubscriptionLimits;

use crate::bus::Caller;
use crate::fanout::LiveMarket;
use crate::market::{Answer, Command};
use guests::Guests;
use metrics::Metrics;
use remote::Remote;
use routes::Site;

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
    /// Clients may drive the feed also where other machines reach the server.
    pub allow_control: bool,
    pub http: HttpLimits,
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
        let HttpLimits { connections, connections_per_address, .. } = self.config.http;
        let connections = Guests::new(connections, connections_per_address);
        let metrics = Metrics::new(live.clone(), connections.clone());
        let controlled = self.config.allow_control || self.address.ip().is_loopback();
        let line = if controlled { Ok(line) } else { Err("other machines can reach it") };
        let remote = Remote::new(live.clone(), line);
        let limits = SessionLimits { control: controlled, ..self.config.session };
        let site = Site { live: live.clone(), remote, limits, guests: guests.clone(), metrics };
        let (stop_http, stopping) = watch::channel(false);
        tokio::select! {
            () = stop => {}
            () = accept::accept_all(&self.listener, site, &connections, self.config.http, &stopping) => {}
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

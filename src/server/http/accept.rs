//! The accept loop: it accepts connections within their limits, and spawns a task for each.
//!
//! Not here: serving a connection (`connection.rs`), and answering requests (`layers.rs`, `routes.rs`).

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::{Body, Incoming};
use hyper_util::service::TowerToHyperService;
use tower::{BoxError, Service};
use tower_http::add_extension::AddExtension;

use super::auth::Auth;
use super::connection::Connection;
use super::reject::Rejector;
use super::stream::{Listener, Peer, Stream};
use crate::server::limits::{ConnectionLimit, Reservation};
use crate::server::ops::Metrics;
use crate::wire::ErrorCode;

/// Pause after a failure to accept, such as no free file descriptor.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Accepts the connections of one listener.
pub struct Acceptor<L, S> {
    listener: L,
    /// Limits the connections that are not sessions.
    connections: ConnectionLimit,
    /// Answers the requests; each connection gets a clone.
    service: S,
    /// The settings of each connection.
    connection: Connection,
    /// Knows the trusted proxies, whose connections are not limited by address.
    auth: Auth,
    metrics: Metrics,
    /// Answers connections above the limit of their address.
    rejector: Rejector,
    /// The last attempt to accept failed. Only the first failure in a row is logged.
    is_failing: bool,
}

impl<L, S, B> Acceptor<L, S>
where
    L: Listener,
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible, Future: Send> + Clone + Send + 'static,
    B: Body<Data: Send, Error: Into<BoxError>> + Send + 'static,
{
    pub fn new(
        listener: L,
        connections: ConnectionLimit,
        service: S,
        connection: Connection,
        auth: Auth,
        metrics: Metrics,
        rejector: Rejector,
    ) -> Self {
        Self { listener, connections, service, connection, auth, metrics, rejector, is_failing: false }
    }

    /// Accepts connections for ever.
    pub async fn run(mut self) -> Infallible {
        loop {
            // A client above the limit waits in the kernel's queue.
            let reservation = self.connections.reserve().await;
            match self.listener.accept().await {
                Ok((stream, address)) => self.on_connection(stream, address, reservation),
                Err(error) => self.on_failure(&error).await,
            }
        }
    }

    fn on_connection(&mut self, stream: Stream, address: SocketAddr, reservation: Reservation) {
        self.is_failing = false;
        let ip = address.ip();
        // All clients of a proxy come from its address, so the proxy has to limit them.
        let permit = if self.auth.trusts(ip) {
            Ok(self.connections.assign_unlimited(reservation, ip))
        } else {
            self.connections.assign(reservation, ip)
        };
        let Ok(permit) = permit else {
            self.metrics.api_error(ErrorCode::TooManyConnectionsFromAddress);
            self.rejector.reject(stream, ip);
            return;
        };
        let peer = Peer::new(address, permit);
        let service = TowerToHyperService::new(AddExtension::new(self.service.clone(), peer.clone()));
        let (mut connection, metrics) = (self.connection.clone(), self.metrics.clone());
        if self.connections.is_scarce() {
            connection = connection.when_busy();
        }
        tokio::spawn(async move {
            if let Some(fault) = connection.serve(stream, service).await {
                metrics.connection_ended(fault);
            }
            peer.release();
        });
    }

    async fn on_failure(&mut self, error: &io::Error) {
        self.metrics.accept_failed();
        if !std::mem::replace(&mut self.is_failing, true) {
            tracing::warn!(%error, "cannot accept connections; is the limit of open files reached?");
        }
        tokio::time::sleep(ACCEPT_PAUSE).await;
    }
}

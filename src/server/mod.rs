//! The server: HTTP, the web files, and one session per WebSocket.
//!
//! Each room imports only those below it: `http`, then `session` and `auth`, then `ops`, then `limits`.

mod auth;
mod http;
mod limits;
mod ops;
mod session;
#[cfg(test)]
mod simulation;

pub use auth::{
    AccessConfig, AccessPolicy, Admission, AllowedHosts, Control, Host, InvalidHost, InvalidToken, Origin, Token,
    TokenError, TokenSource,
};
pub use http::{BindAddress, HttpLimits, InvalidBindAddress, TlsError, TlsFiles};
pub use limits::TooFewFiles;
pub use ops::{CountErrors, watch_panics};
pub use session::{
    Compression, DEFAULT_MAX_COMMANDS, DEFAULT_MAX_SENT_BYTES, SENT_BYTES, SessionLimits, SubscriptionLimits,
    UnreadLimits,
};

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::select_all;
use parking_lot::RwLock;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::bus::CommandSender;
use crate::fanout::LiveMarket;
use crate::library::Library;
use crate::memory::{Budget, SharedBudget};
use crate::wire::ApiError;
use http::{Acceptor, Auth, Connection, Listener, MAX_REJECTIONS, Rejector, Site, service};
use limits::{ConnectionLimit, MemoryLimit, SessionsLimit, Turns, raise_limit};
use ops::{MemoryUse, Metrics};
use session::{FeedControl, OWN_HISTORY_BYTES};

/// Time for sessions and connections to end after a stop.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(3);

/// The memory of one session, with its task, its socket, and [`INCLUDED_BYTES`] for messages each way and for
/// subscriptions. 8 kB are measured where a client watches 40 symbols.
const SESSION_BYTES: usize = 16 * 1024;
/// The memory of TLS on one connection: a record each way, and its keys.
const TLS_BYTES: usize = 48 * 1024;
/// The memory of one session of a server with these settings.
pub const fn session_bytes(is_tls: bool, compression: Compression) -> usize {
    let tls = if is_tls { TLS_BYTES } else { 0 };
    let history = if matches!(compression, Compression::All) { OWN_HISTORY_BYTES } else { 0 };
    SESSION_BYTES + tls + history
}

/// The memory of one HTTP connection, with the longest body and without the head.
pub const CONNECTION_BYTES: usize = 32 * 1024;

/// Requests at one time that list the feeds, and that inspect files. Others wait.
const LISTS: usize = 2;
const INSPECTIONS: usize = 2;

/// Open files besides those of clients: the listener, the recording, and the files of the runtime.
const OWN_FILES: u64 = 64;

/// Tells how files would be read. It takes time, so it is called off the threads of clients.
pub trait Inspector: Send + Sync {
    /// Returns what `tickcast inspect --json` prints of the feeds with these ids, as the value of one answer.
    ///
    /// # Errors
    /// When there is no such feed, or a setting is wrong. A file that cannot be played is a part of the answer.
    fn inspect(&self, feeds: &[String], settings: &[(String, String)]) -> Result<String, ApiError>;
}

/// The address, limits and access rules of a server.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    pub bind: BindAddress,
    /// Sessions at one time, over WebSocket and Server-Sent Events.
    pub sessions: usize,
    /// Sessions from one address at one time.
    pub sessions_per_address: usize,
    pub access: AccessConfig,
    pub tls: Option<TlsFiles>,
    pub http: HttpLimits,
    pub session: SessionLimits,
    /// Opens `/echo`, whose sessions send back what they get.
    pub echo: bool,
    /// Memory that all sessions may hold beyond [`SESSION_BYTES`] each; one address may hold half of it.
    pub session_bytes: usize,
    /// The time without an event after which a feed that plays is stalled.
    pub stall_after: Duration,
    /// The memory of all parts, for the metrics.
    pub budget: Budget,
}

impl ServerConfig {
    /// Open files that the limits of this configuration need.
    const fn open_files(&self) -> u64 {
        self.sessions as u64 + self.http.connections as u64 + MAX_REJECTIONS as u64 + OWN_FILES
    }
}

/// A server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    #[error("cannot listen on {bind}; choose another address with --bind, or port 0 for any free port")]
    Address { bind: BindAddress, source: std::io::Error },
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// A server that listens, and does not answer yet.
pub struct Server<L = TcpListener> {
    /// One for each address of the name to listen on.
    listeners: Vec<L>,
    address: SocketAddr,
    config: ServerConfig,
    access: AccessPolicy,
    tls: Option<TlsAcceptor>,
    shared: SharedLimits,
    budget: SharedBudget,
    library: Library,
    inspector: Option<Arc<dyn Inspector>>,
}

/// The limits that all clients share.
#[derive(Clone)]
struct SharedLimits {
    sessions: SessionsLimit,
    /// Limits the connections that are not sessions.
    connections: ConnectionLimit,
    answers: MemoryLimit,
}

impl SharedLimits {
    fn new(config: &ServerConfig) -> Self {
        let ServerConfig { http, .. } = config;
        Self {
            sessions: SessionsLimit {
                count: ConnectionLimit::new(config.sessions, config.sessions_per_address),
                memory: MemoryLimit::new(config.session_bytes),
            },
            connections: ConnectionLimit::new(http.connections, http.connections_per_address),
            answers: MemoryLimit::new(http.answer_bytes),
        }
    }
}

impl Server {
    /// Listens, and reads the tokens and the certificate.
    ///
    /// # Errors
    /// When the address is taken or not of this machine, or a token or the certificate cannot be read.
    pub async fn bind(config: ServerConfig) -> Result<Self, BindError> {
        let failed = |source| BindError::Address { bind: config.bind.clone(), source };
        let listeners = config.bind.listen().await.map_err(failed)?;
        let addresses = listeners.iter().map(TcpListener::local_addr).collect::<Result<Vec<_>, _>>().map_err(failed)?;
        let address = addresses[0];
        let access = config.access.resolve(addresses.iter().all(|address| address.ip().is_loopback()))?;
        let tls = config.tls.as_ref().map(TlsFiles::acceptor).transpose()?;
        let shared = SharedLimits::new(&config);
        let budget = Arc::new(RwLock::new(config.budget.clone()));
        Ok(Self {
            listeners,
            address,
            config,
            access,
            tls,
            shared,
            budget,
            library: Library::default(),
            inspector: None,
        })
    }
}

impl<L: Listener> Server<L> {
    /// Raises the process's limit of open files to what the limits of this server need.
    ///
    /// # Errors
    /// When the system allows fewer. The server can run all the same.
    pub fn raise_open_files(&self) -> Result<(), TooFewFiles> {
        raise_limit(self.config.open_files())
    }

    /// The memory of all parts.
    pub fn budget(&self) -> Budget {
        self.budget.read().clone()
    }

    /// The memory of all parts, to be replaced where the source is known, and where another one plays.
    pub fn shared_budget(&self) -> SharedBudget {
        Arc::clone(&self.budget)
    }

    /// Shows the feeds of a library, and how they would be read.
    #[must_use]
    pub fn with_library(self, library: Library, inspector: Arc<dyn Inspector>) -> Self {
        Self { library, inspector: Some(inspector), ..self }
    }

    /// The access rules in force.
    pub const fn access(&self) -> &AccessPolicy {
        &self.access
    }

    /// Returns whether the server uses TLS.
    pub const fn is_tls(&self) -> bool {
        self.tls.is_some()
    }

    /// The first address that the server listens on, with the real port where the configuration has port 0.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves clients until `stop` completes, then ends the sessions and connections. Commands go to `commands`.
    pub async fn run(self, live: LiveMarket, commands: CommandSender, stop: impl Future<Output = ()>) {
        let Self { listeners, address, config, access, tls, shared, budget, library, inspector } = self;
        let ServerConfig { http, session, .. } = config;
        let SharedLimits { sessions, connections, answers } = shared;
        let memory = MemoryUse {
            budget,
            live: live.clone(),
            sessions: sessions.clone(),
            answers: answers.clone(),
            connections: connections.clone(),
            session_bytes: session_bytes(tls.is_some(), session.compression),
            connection_bytes: CONNECTION_BYTES + http.buffer_bytes,
        };
        let metrics = Metrics::new(live.clone(), connections.clone(), Some(memory));
        session::show_ends(&metrics);
        let auth = Auth::new(access, &config.access, address.port(), tls.is_some(), metrics.clone());
        let feed = FeedControl::new(live.clone(), commands);
        let site = Site {
            live: live.clone(),
            feed,
            limits: session,
            sessions: sessions.clone(),
            connections: connections.clone(),
            answers,
            turns: Turns::new(tokio::runtime::Handle::current().metrics().num_workers()),
            codec: Arc::default(),
            library,
            inspector,
            lists: Arc::new(Semaphore::new(LISTS)),
            inspections: Arc::new(Semaphore::new(INSPECTIONS)),
            metrics: metrics.clone(),
            auth: auth.clone(),
            echo: config.echo,
            stall_after: config.stall_after,
        };
        let stopping = CancellationToken::new();
        let connection = Connection::new(http, tls, session.stall, stopping.clone());
        let service = service(site, http.head_timeout);
        let rejector = Rejector::new();
        let acceptors = listeners.into_iter().map(|listener| {
            let (connections, connection) = (connections.clone(), connection.clone());
            let (service, auth, metrics) = (service.clone(), auth.clone(), metrics.clone());
            Box::pin(Acceptor::new(listener, connections, service, connection, auth, metrics, rejector.clone()).run())
        });
        tokio::select! {
            biased;
            () = stop => {}
            (never, ..) = select_all(acceptors) => match never {}
        }
        live.stop_sessions();
        stopping.cancel();
        let drained = async {
            sessions.count.all_released().await;
            connections.all_released().await;
        };
        if timeout(DRAIN_TIMEOUT, drained).await.is_err() {
            tracing::warn!("some clients did not take their last message in time");
        }
    }
}

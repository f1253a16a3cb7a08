//! HTTP: connections, endpoints, the web files, and the ways into a session.
//!
//! hyper serves the connections, tower-http wraps the service (request tracing, compression, security headers, body
//! limit), and warp routes.

mod accept;
mod assets;
mod auth;
mod body_limits;
mod connection;
mod handlers;
mod head;
mod layers;
mod listen;
mod reject;
mod reply;
mod routes;
mod sse;
mod stream;
mod tls;
mod turns;
mod upgrade;

pub use accept::Acceptor;
pub use auth::Auth;
pub use connection::{Connection, HttpLimits};
pub use handlers::Site;
pub use layers::service;
pub use listen::{BindAddress, InvalidBindAddress};
pub use reject::{MAX_REJECTIONS, Rejector};
pub use stream::Listener;
#[cfg(test)]
pub use stream::Stream;
pub use tls::{TlsError, TlsFiles};

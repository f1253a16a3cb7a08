//! HTTP: connections, routes and handlers, the web files, and the ways into a session.
//!
//! hyper serves the connections, tower-http wraps the service (request tracing, compression, security headers, body
//! limit), and warp routes.

mod accept;
mod assets;
mod auth;
mod handlers;
mod reply;
mod routes;
mod sse;
mod stream;
mod tls;
mod upgrade;

pub use accept::{HttpLimits, MAX_REJECTIONS, accept_all};
pub use auth::Auth;
pub use routes::Site;
pub use tls::{TlsError, TlsFiles};

//! Roles, the tokens that grant them, and the names of the server.
//!
//! Not here: how a request carries its token (`http/auth.rs`), and which role an address needs (`http/routes.rs`).

mod hosts;
mod policy;
mod token;

pub use hosts::{AllowedHosts, Host, InvalidHost, Origin};
pub use policy::{AccessConfig, AccessPolicy, Admission, Control, Role};
pub use token::{InvalidToken, Token, TokenError, TokenSource, digest};

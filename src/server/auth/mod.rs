//! Roles and the tokens that grant them. Pure, but for reading and making tokens.
//!
//! Not here: where a request carries its token, and which role an address needs (`http/auth.rs`, `http/routes.rs`).

mod policy;
mod token;

pub use policy::{AccessConfig, AccessPolicy, Admission, Control, Role};
pub use token::{Token, TokenError, TokenSource};

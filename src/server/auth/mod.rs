//! Roles and the tokens that grant them.
//!
//! Not here: how a request carries its token (`http/auth.rs`), and which role an address needs (`http/routes.rs`).

mod policy;
mod token;

pub use policy::{AccessConfig, AccessPolicy, Admission, Control, Role};
pub use token::{Token, TokenError, TokenSource};

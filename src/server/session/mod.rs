//! One client's session: its subscriptions, the messages that are due to it, and its requests.
//!
//! Not here: HTTP. A session runs over any sink and stream of WebSocket messages, so that tests need no socket.

mod commands;
mod deflate;
mod echo;
mod end;
mod limits;
mod liveness;
#[cfg(test)]
mod model_tests;
mod outbox;
mod probes;
mod read_window;
mod series;
#[expect(clippy::module_inception, reason = "the room has the name of its heart")]
mod session;
mod socket;
mod subscriptions;
#[cfg(test)]
mod tests;
mod throttle;

pub use commands::{DEFAULT_MAX_COMMANDS, FeedControl};
pub use deflate::{Codec, Compression, Compressor, DeflateParams, InvalidExtensions, OWN_HISTORY_BYTES, negotiate};
pub use echo::echo;
pub use end::{CLOSE_TIMEOUT, show_ends};
pub use limits::{DEFAULT_MAX_SENT_BYTES, SENT_BYTES, SessionLimits};
pub use outbox::Outbox;
pub use read_window::UnreadLimits;
pub use session::{Shared, serve};
pub use socket::Socket;
pub use subscriptions::SubscriptionLimits;

//! Limits on clients: connections, messages, memory, stalled writes, wrong tokens, and open files.

mod connections;
mod deadline_body;
mod first_names;
mod frame_headers;
mod memory;
mod memory_stream;
mod message_rate;
mod open_files;
mod sessions;
mod turns;
mod write_timeout;
mod wrong_tokens;

pub use connections::{ConnectionLimit, LimitReached, Permit, Reservation};
pub use deadline_body::DeadlineBody;
pub use first_names::FirstNames;
pub use frame_headers::FrameHeaders;
pub use memory::{HeldMemory, MemoryLimit};
pub use memory_stream::{INCLUDED_BYTES, MemoryStream};
pub use message_rate::RateLimiter;
pub use open_files::{TooFewFiles, raise_limit};
pub use sessions::{NoPlace, SessionPlace, SessionsLimit};
pub use turns::{LONG_MESSAGE, TURN_BYTES, TurnBody, Turns};
pub use write_timeout::WriteTimeout;
pub use wrong_tokens::{TokenUse, WrongTokenLimit};

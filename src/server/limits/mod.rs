//! Limits on clients: connections, messages, stalled writes, wrong tokens, and open files.

mod answer_memory;
mod connections;
mod deadline_body;
mod message_rate;
mod open_files;
mod write_timeout;
mod wrong_tokens;

pub use answer_memory::AnswerMemory;
pub use connections::{ConnectionLimit, LimitReached, Permit, Reservation};
pub use deadline_body::DeadlineBody;
pub use message_rate::RateLimiter;
pub use open_files::{TooFewFiles, raise_limit};
pub use write_timeout::WriteTimeout;
pub use wrong_tokens::{TokenUse, WrongTokenLimit};

//! Metrics for the operator, and the counts of panics and errors behind them.

mod classic;
mod encode;
mod errors;
mod memory;
mod metrics;
mod panics;
mod process;
mod readings;

pub use classic::{CLASSIC_CONTENT_TYPE, classic};
pub use errors::CountErrors;
pub use memory::MemoryUse;
pub use metrics::{CONTENT_TYPE, ConnectionFault, Meter, Metrics, Transport};
pub use panics::watch_panics;

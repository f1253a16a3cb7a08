//! Counters and gauges for the operator.

mod errors;
mod metrics;
mod panics;
mod process;

pub use errors::CountErrors;
pub use metrics::{CONTENT_TYPE, Meter, Metrics, Transport};
pub use panics::watch_panics;

//! Values that tests send.

use super::{Format, Outgoing};

/// A message in JSON of at most `max_bytes`.
pub const fn outgoing(max_bytes: usize) -> Outgoing {
    Outgoing { ts_sent: 0, format: Format::Json, max_bytes }
}

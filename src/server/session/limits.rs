//! The limits of one session.

use std::time::Duration;

use super::subscriptions::SubscriptionLimits;
use crate::wire::HelloLimits;

/// What a session may cost.
#[derive(Clone, Copy, Debug)]
pub struct SessionLimits {
    /// Longest message a client may send, in bytes.
    pub message_bytes: usize,
    /// Messages a client may send in a second, pings included; twice as many at once.
    pub messages_per_second: u32,
    pub subscriptions: SubscriptionLimits,
    /// CommandQueue that may wait for the feed.
    pub commands: usize,
    /// Bars that one series may begin with.
    pub bars: usize,
    /// Whether it may drive the feed.
    pub control: bool,
    /// How long a client may take no byte before it is let go.
    pub stall: Duration,
}

impl SessionLimits {
    pub const fn hello(&self) -> HelloLimits {
        HelloLimits { message_bytes: self.message_bytes, subscriptions: self.subscriptions.count, bars: self.bars }
    }
}

//! The limits of one session.

use std::time::Duration;

use super::read_window::UnreadLimits;
use super::subscriptions::SubscriptionLimits;
use crate::wire::HelloLimits;

/// The limits of one session, and its right to command the feed.
#[derive(Clone, Copy, Debug)]
pub struct SessionLimits {
    /// Longest message of a client, in bytes. A longer one ends the session.
    pub message_bytes: usize,
    /// Messages of a client in a second, pings included; twice as many may come at once. More end the session.
    pub messages_per_second: u32,
    pub subscriptions: SubscriptionLimits,
    /// Commands that may wait for the feed.
    pub commands: usize,
    /// Bars that one series may begin with.
    pub bars: usize,
    /// The client may drive the feed.
    pub control: bool,
    /// Time for which a client may take no byte. A longer stall ends the session.
    pub stall: Duration,
    /// Limits of what the client may leave unread.
    pub unread: UnreadLimits,
}

impl SessionLimits {
    /// The limits in the client's `hello`.
    pub const fn hello(&self) -> HelloLimits {
        HelloLimits { message_bytes: self.message_bytes, subscriptions: self.subscriptions.count, bars: self.bars }
    }
}

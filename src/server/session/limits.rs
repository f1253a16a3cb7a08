//! The limits of one session.

use std::time::Duration;

use super::deflate::Compression;
use super::read_window::UnreadLimits;
use super::subscriptions::SubscriptionLimits;
use crate::wire::{HelloLimits, MESSAGE_BYTES};

/// Longest message to a client that asks for nothing else, in bytes.
pub const SENT_BYTES: usize = MESSAGE_BYTES;
/// The default of the longest message to a client that asks for long ones, in bytes: 500 quotes or bars have some 110
/// KiB, and a message has no more.
pub const DEFAULT_MAX_SENT_BYTES: usize = 128 * 1024;
/// Half seconds of silence after which a client gets a ping. After twice as many its session ends.
pub const PING_INTERVAL: u32 = 30;

/// The limits of one session, and its right to command the feed.
#[derive(Clone, Copy, Debug)]
pub struct SessionLimits {
    /// Longest message of a client, in bytes. A longer one ends the session.
    pub message_bytes: usize,
    /// Longest message to a client that asks for long ones, in bytes.
    pub max_sent_bytes: usize,
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
    /// The messages that are compressed for clients that offer it.
    pub compression: Compression,
}

impl SessionLimits {
    /// The limits in the client's `hello`.
    pub const fn hello(&self) -> HelloLimits {
        HelloLimits {
            message_bytes: self.message_bytes,
            messages_per_second: self.messages_per_second,
            sent_bytes: SENT_BYTES,
            max_sent_bytes: self.max_sent_bytes,
            subscriptions: self.subscriptions.count,
            bars: self.bars,
            history: self.subscriptions.history,
            commands: self.commands,
            stall_ms: self.stall.as_millis() as u64,
            silence_ms: 2 * 500 * PING_INTERVAL as u64,
        }
    }
}

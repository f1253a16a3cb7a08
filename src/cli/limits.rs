//! The flags that bound a server: connections, sessions, and what is kept in memory.

use std::time::Duration;

use clap::Args;

use super::values::{MAX_CAPACITY, MAX_COUNT};
use crate::bus;
use crate::flags::{time, whole_number};
use crate::market::MarketLimits;
use crate::server::{
    Compression, DEFAULT_MAX_COMMANDS, DEFAULT_MAX_SENT_BYTES, HttpLimits, SENT_BYTES, SessionLimits,
    SubscriptionLimits, UnreadLimits,
};

pub const MIN_TIMEOUT: Duration = Duration::from_secs(1);
pub const MAX_TIMEOUT: Duration = Duration::from_secs(86_400);
const MIN_UNREAD_TIME: Duration = Duration::from_millis(100);
const MIN_UNREAD_BYTES: usize = 4 * 1024;
const MAX_SENT_BYTES: usize = 1024 * 1024;
const MAX_HEAD_BYTES: usize = 16 * 1024 * 1024;

/// The limits of HTTP connections.
#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = "Limits of connections")]
pub struct ConnectionArgs {
    /// Maximum number of HTTP connections from one address. A page opens up to six for a short time
    #[arg(long, default_value_t = 768, value_name = "NUMBER", value_parser = whole_number(1..=MAX_COUNT))]
    max_connections_per_address: usize,
    /// Maximum time for the head of a request, for its body, and between two requests
    #[arg(long, default_value = "10s", value_name = "TIME", value_parser = time(MIN_TIMEOUT..=MAX_TIMEOUT))]
    head_timeout: Duration,
    /// The same for connections that come while three quarters of all connections are in use. Never above that time
    #[arg(long, default_value = "1s", value_name = "TIME", value_parser = time(MIN_TIMEOUT..=MAX_TIMEOUT))]
    busy_head_timeout: Duration,
    /// Maximum size of the head of a request, in bytes
    #[arg(
        long,
        default_value_t = 32 * 1024,
        value_name = "BYTES",
        value_parser = whole_number(HttpLimits::MIN_BUFFER_BYTES..=MAX_HEAD_BYTES)
    )]
    pub max_head_bytes: usize,
}

/// The limits of sessions.
#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = "Limits of sessions")]
pub struct SessionArgs {
    /// Maximum number of sessions from one address. All people behind one router have one address, and an IPv6 network
    /// (/64) counts as one
    #[arg(long, default_value_t = 256, value_name = "NUMBER", value_parser = whole_number(1..=MAX_COUNT))]
    pub max_sessions_per_address: usize,
    /// Maximum number of symbols and series that one session may subscribe to
    #[arg(long, default_value_t = 4_096, value_name = "NUMBER", value_parser = whole_number(1..=MAX_COUNT))]
    max_subscriptions: usize,
    /// Maximum number of bars in the first messages of all series of a session, and in one HTTP response
    #[arg(long, default_value_t = 50_000, value_name = "BARS", value_parser = whole_number(1..=MAX_COUNT))]
    max_history: usize,
    /// Maximum size of a message from a client, in bytes
    #[arg(long, default_value_t = 64 * 1024, value_name = "BYTES", value_parser = whole_number(1..=MAX_COUNT))]
    max_message_bytes: usize,
    /// Maximum size of a message to a client that asks for long messages, in bytes. Others get up to 32 KiB
    #[arg(
        long,
        default_value_t = DEFAULT_MAX_SENT_BYTES,
        value_name = "BYTES",
        value_parser = whole_number(SENT_BYTES..=MAX_SENT_BYTES)
    )]
    max_sent_bytes: usize,
    /// Maximum number of messages per second from a client, with pings. Twice as many may come at once
    #[arg(long, default_value_t = 50, value_name = "NUMBER", value_parser = whole_number(1..=1_000_000_u32))]
    max_messages_per_second: u32,
    /// Maximum number of commands of one session that wait for the feed
    #[arg(
        long,
        default_value_t = DEFAULT_MAX_COMMANDS,
        value_name = "NUMBER",
        value_parser = whole_number(1..=MAX_COUNT)
    )]
    max_commands: usize,
    /// Time after which a client that takes no data is disconnected
    #[arg(long, default_value = "20s", value_name = "TIME", value_parser = time(MIN_TIMEOUT..=MAX_TIMEOUT))]
    stall_timeout: Duration,
    /// Time for which more is sent to a client that does not read on. After it, what is due is merged until it does
    #[arg(long, default_value = "1s", value_name = "TIME", value_parser = time(MIN_UNREAD_TIME..=MAX_TIMEOUT))]
    max_unread_time: Duration,
    /// Maximum number of bytes on their way to a client that has not read them
    #[arg(
        long,
        default_value_t = UnreadLimits::default().bytes,
        value_name = "BYTES",
        value_parser = whole_number(MIN_UNREAD_BYTES..=MAX_COUNT)
    )]
    max_unread_bytes: usize,
    /// WebSocket messages to compress for clients that offer it (permessage-deflate)
    #[arg(long, value_enum, default_value_t, value_name = "MESSAGES")]
    pub compress: Compression,
}

/// The amounts of data that are kept in memory for all sessions.
#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = "Memory")]
pub struct BufferArgs {
    /// Closed bars to keep for each instrument and interval
    #[arg(
        long,
        default_value_t = MarketLimits::default().bars,
        value_name = "BARS",
        value_parser = whole_number(1..=MAX_COUNT)
    )]
    pub bars: usize,
    /// Trades to keep for each instrument
    #[arg(
        long,
        default_value_t = MarketLimits::default().trades,
        value_name = "TRADES",
        value_parser = whole_number(1..=MAX_COUNT)
    )]
    trades: usize,
    /// Headlines to keep, and as many scenarios
    #[arg(
        long,
        default_value_t = MarketLimits::default().notices,
        value_name = "NUMBER",
        value_parser = whole_number(1..=MAX_COUNT)
    )]
    notices: usize,
    /// Maximum number of commands of all sessions that wait for the feed. More commands wait in their session
    #[arg(
        long,
        default_value_t = bus::DEFAULT_COMMAND_CAPACITY,
        value_name = "NUMBER",
        value_parser = whole_number(1..=MAX_CAPACITY)
    )]
    pub max_waiting_commands: usize,
}

impl ConnectionArgs {
    /// Returns the limits of HTTP connections, of which there are at most `connections`.
    pub const fn limits(&self, connections: usize, answer_bytes: usize) -> HttpLimits {
        HttpLimits {
            connections,
            connections_per_address: self.max_connections_per_address,
            head_timeout: self.head_timeout,
            busy_head_timeout: self.busy_head_timeout,
            answer_bytes,
            buffer_bytes: self.max_head_bytes,
        }
    }
}

impl SessionArgs {
    /// Returns the limits of one session, with at most `bars` bars in the first message of a series.
    pub const fn limits(&self, bars: usize) -> SessionLimits {
        SessionLimits {
            message_bytes: self.max_message_bytes,
            max_sent_bytes: self.max_sent_bytes,
            messages_per_second: self.max_messages_per_second,
            subscriptions: SubscriptionLimits { count: self.max_subscriptions, history: self.max_history },
            commands: self.max_commands,
            bars,
            control: true,
            stall: self.stall_timeout,
            unread: UnreadLimits { time: self.max_unread_time, bytes: self.max_unread_bytes },
            compression: self.compress,
        }
    }
}

impl BufferArgs {
    /// Returns what the market keeps.
    pub const fn market(&self) -> MarketLimits {
        MarketLimits { bars: self.bars, trades: self.trades, notices: self.notices, bytes: usize::MAX }
    }
}

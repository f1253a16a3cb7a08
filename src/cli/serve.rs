//! Where and for how many a server is there, as flags.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::access::AccessArgs;
use super::play::RotationArgs;
use super::values::{at_least_one, capacity, head_bytes};
use super::{Config, FeedConfig};
use crate::bus;
use crate::fanout::DEFAULT_TICKS;
use crate::feed::PlayerConfig;
use crate::market::MarketLimits;
use crate::server::{DEFAULT_MAX_COMMANDS, HttpLimits, ServerConfig, SessionLimits, SubscriptionLimits};

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Server")]
pub struct ServeArgs {
    /// Address and port to serve on; port 0 takes any that is free
    #[arg(long, default_value = "127.0.0.1:3030", value_name = "ADDRESS:PORT")]
    bind: SocketAddr,
    /// Sessions at one time, over WebSocket and Server-Sent Events
    #[arg(long, default_value_t = 10_000, value_name = "NUMBER", value_parser = at_least_one)]
    max_sessions: usize,
    /// Of these from one address; a room behind one router is one address, and so is an IPv6 network (/64)
    #[arg(long, default_value_t = 256, value_name = "NUMBER", value_parser = at_least_one)]
    max_sessions_per_address: usize,
    /// HTTP connections at one time, besides those that became sessions
    #[arg(long, default_value_t = 1_024, value_name = "NUMBER", value_parser = at_least_one)]
    max_connections: usize,
    /// Write what plays to this CSV file too; with .zst at its end it is compressed
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    #[command(flatten)]
    rotation: RotationArgs,
    /// Of these from one address; a page opens up to six for a moment
    #[arg(long, default_value_t = 768, value_name = "NUMBER", value_parser = at_least_one)]
    max_connections_per_address: usize,
    /// Seconds for which the head of a request may be on its way, or a connection may idle between two
    #[arg(long, default_value_t = 10, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    head_timeout: u64,
    /// Longest head of a request, in bytes
    #[arg(long, default_value_t = 32 * 1024, value_name = "BYTES", value_parser = head_bytes)]
    max_head_bytes: usize,
    /// Symbols and series that one session may subscribe to
    #[arg(long, default_value_t = 4_096, value_name = "NUMBER", value_parser = at_least_one)]
    max_subscriptions: usize,
    /// Bars in the snapshots of all series of one session, and in one HTTP answer
    #[arg(long, default_value_t = 50_000, value_name = "BARS", value_parser = at_least_one)]
    max_history: usize,
    /// Longest message that a client may send, in bytes
    #[arg(long, default_value_t = 64 * 1024, value_name = "BYTES", value_parser = at_least_one)]
    max_message_bytes: usize,
    /// Messages that a client may send in a second, pings included; twice as many at once
    #[arg(long, default_value_t = 50, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    max_messages_per_second: u32,
    /// Commands of one session that may wait for the feed
    #[arg(long, default_value_t = DEFAULT_MAX_COMMANDS, value_name = "NUMBER", value_parser = at_least_one)]
    max_commands: usize,
    /// Commands of all sessions that wait on the feed's line; who has more waits in its session
    #[arg(long, default_value_t = bus::DEFAULT_COMMAND_CAPACITY, value_name = "NUMBER", value_parser = capacity)]
    max_waiting_commands: usize,
    /// Seconds for which a client may take no byte before it is let go
    #[arg(long, default_value_t = 20, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    stall_timeout: u64,
    /// Closed bars kept for each instrument and interval
    #[arg(long, default_value_t = MarketLimits::default().bars, value_name = "BARS", value_parser = at_least_one)]
    bars: usize,
    /// Trades kept on each instrument's tape
    #[arg(long, default_value_t = MarketLimits::default().trades, value_name = "TRADES", value_parser = at_least_one)]
    trades: usize,
    /// Headlines kept, and scenarios that have begun
    #[arg(long, default_value_t = MarketLimits::default().notices, value_name = "NUMBER", value_parser = at_least_one)]
    happenings: usize,
    /// Ticks of the last second kept for sessions at the rate every; when more come, they get the state instead
    #[arg(long, default_value_t = DEFAULT_TICKS, value_name = "TICKS", value_parser = at_least_one)]
    max_ticks: usize,
    /// Batches of ticks that may wait between feed and market
    #[arg(long, default_value_t = bus::DEFAULT_CAPACITY, value_name = "BATCHES", value_parser = capacity)]
    bus_capacity: usize,
    #[command(flatten)]
    access: AccessArgs,
}

impl ServeArgs {
    pub fn config(self, feed: FeedConfig, run: PlayerConfig) -> Config {
        let session = SessionLimits {
            message_bytes: self.max_message_bytes,
            messages_per_second: self.max_messages_per_second,
            subscriptions: SubscriptionLimits { count: self.max_subscriptions, history: self.max_history },
            commands: self.max_commands,
            bars: self.bars,
            control: true,
            stall: Duration::from_secs(self.stall_timeout),
        };
        let (access, tls) = self.access.config();
        Config {
            feed,
            run,
            server: ServerConfig {
                bind: self.bind,
                sessions: self.max_sessions,
                sessions_per_address: self.max_sessions_per_address,
                access,
                tls,
                http: HttpLimits {
                    connections: self.max_connections,
                    connections_per_address: self.max_connections_per_address,
                    head_timeout: Duration::from_secs(self.head_timeout),
                    buffer_bytes: self.max_head_bytes,
                },
                session,
            },
            market: MarketLimits { bars: self.bars, trades: self.trades, notices: self.happenings },
            ticks: self.max_ticks,
            record: self.record.map(|path| self.rotation.config(path, None)),
            bus_capacity: self.bus_capacity,
            line_capacity: self.max_waiting_commands,
        }
    }
}

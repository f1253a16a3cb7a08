//! The flags of every command that serves.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::access::AccessArgs;
use super::library::LibraryArgs;
use super::limits::{BufferArgs, ConnectionArgs, MAX_TIMEOUT, MIN_TIMEOUT, SessionArgs};
use super::memory::{FileMemory, MemoryArgs, Surroundings};
use super::record::RotationArgs;
use super::{FeedConfig, ServeConfig};
use crate::feed::replay::{Overrides, ReplayConfig};
use crate::feed::{CheckpointLimits, DEFAULT_MAX_STEP_TICKS, PlayerConfig};
use crate::flags::time;
use crate::memory::OverBudget;
use crate::server::{BindAddress, ServerConfig};

/// The flags of every command that serves.
#[derive(Clone, Debug, Args)]
pub struct ServeArgs {
    #[command(flatten)]
    bind: BindArgs,
    #[command(flatten)]
    access: AccessArgs,
    #[command(flatten)]
    recording: RecordingArgs,
    #[command(flatten)]
    connections: ConnectionArgs,
    #[command(flatten)]
    sessions: SessionArgs,
    #[command(flatten)]
    buffers: BufferArgs,
    #[command(flatten)]
    memory: MemoryArgs,
    #[command(flatten)]
    library: LibraryArgs,
}

/// The address of the server.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Server")]
struct BindArgs {
    /// Address or name, and port to listen on. Port 0 takes any free port; 0.0.0.0 lets other machines in
    #[arg(long, default_value = "127.0.0.1:3030", value_name = "ADDRESS:PORT")]
    bind: BindAddress,
    /// Open /echo, a WebSocket that sends each message back, to try clients and lines. It has the limits of sessions
    #[arg(long)]
    echo: bool,
    /// Time without an event of a feed that plays, after which /healthz and /readyz answer 503
    #[arg(long, default_value = "5s", value_name = "TIME", value_parser = time(MIN_TIMEOUT..=MAX_TIMEOUT))]
    stall_after: Duration,
    /// Maximum lag of the market that is made up for. Where ticks come later, market time waits for them
    #[arg(long, default_value = "10s", value_name = "TIME", value_parser = time(MIN_TIMEOUT..=MAX_TIMEOUT))]
    max_behind: Duration,
    /// Most ticks of a step to the next gap or move. A step that finds nothing pauses behind them, with an error
    #[arg(long, default_value_t = DEFAULT_MAX_STEP_TICKS, value_name = "NUMBER",
        value_parser = clap::value_parser!(u64).range(1..))]
    max_step_ticks: u64,
}

/// The recording of a feed that is served.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Recording")]
struct RecordingArgs {
    /// Also write the feed to this CSV file; compressed if the name ends in .zst
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    #[command(flatten)]
    rotation: RotationArgs,
}

impl ServeArgs {
    /// Returns the configuration of a server for `feed`, which plays as `run` specifies, on a machine with `machine`
    /// bytes of memory. `files` are the limits of files, as they are set.
    ///
    /// # Errors
    /// When the limits do not fit into the memory.
    pub fn config(
        self,
        mut feed: FeedConfig,
        run: PlayerConfig,
        machine: Option<usize>,
        files: FileMemory,
    ) -> Result<ServeConfig, OverBudget> {
        let Self { bind, access, recording, connections, sessions, buffers, memory, library } = self;
        let (access, tls) = access.config();
        let (head_bytes, compression) = (connections.max_head_bytes, sessions.compress);
        let around = Surroundings { machine, head_bytes, is_tls: tls.is_some(), compression, files };
        let limits = memory.limits(around)?;
        let mut replay = ReplayConfig::default();
        if let FeedConfig::Replay { config, .. } = &mut feed {
            limits.files.apply(config);
            replay = ReplayConfig {
                overrides: Overrides::default(),
                full_read_bytes: replay.full_read_bytes,
                ..config.clone()
            };
        } else {
            limits.files.apply(&mut replay);
        }
        let checkpoints = CheckpointLimits { bytes: limits.checkpoint_bytes, ..run.checkpoints };
        Ok(ServeConfig {
            feed,
            library: library.config(replay),
            run: PlayerConfig { max_behind: bind.max_behind, max_step_ticks: bind.max_step_ticks, checkpoints, ..run },
            server: ServerConfig {
                bind: bind.bind,
                sessions: limits.sessions,
                sessions_per_address: sessions.max_sessions_per_address,
                access,
                tls,
                http: connections.limits(limits.connections, limits.answer_bytes),
                session: sessions.limits(buffers.bars),
                echo: bind.echo,
                session_bytes: limits.session_bytes,
                stall_after: bind.stall_after,
                budget: limits.budget,
            },
            market: buffers.market(),
            ticks: limits.ticks,
            bus_capacity: limits.bus_capacity,
            command_capacity: buffers.max_waiting_commands,
            record: recording.record.map(|path| recording.rotation.config(path, None)),
        })
    }
}

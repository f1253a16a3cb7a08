//! The jobs that a command line can start, with their configurations.

use std::path::PathBuf;
use std::time::Duration;

use crate::feed::PlayerConfig;
use crate::feed::replay::ReplayConfig;
use crate::feed::sim::{SimPlan, WriteConfig};
use crate::inspect::InspectConfig;
use crate::library::{self, UploadLimits};
use crate::load::LoadConfig;
use crate::market::MarketLimits;
use crate::record::RecordConfig;
use crate::server::ServerConfig;

/// The job that the command line starts.
#[derive(Clone, Debug)]
pub enum Job {
    Serve(Box<ServeConfig>),
    Simulate(WriteConfig),
    Inspect(InspectConfig),
    Load(LoadConfig),
    Record(RecordJob),
    /// Prints a text and ends.
    Print(String),
}

/// A feed that plays into a recording, without a server.
#[derive(Clone, Debug)]
pub struct RecordJob {
    pub feed: FeedConfig,
    pub run: PlayerConfig,
    pub record: RecordConfig,
}

/// A feed that plays to the clients of a server.
#[derive(Clone, Debug)]
pub struct ServeConfig {
    pub feed: FeedConfig,
    /// The feeds that it can change to.
    pub library: LibraryConfig,
    /// All but the number of the first epoch.
    pub run: PlayerConfig,
    pub server: ServerConfig,
    pub market: MarketLimits,
    /// Ticks kept for sessions that get every tick.
    pub ticks: usize,
    /// Batches of ticks that may wait between feed and market.
    pub bus_capacity: usize,
    /// Commands that may wait for the feed.
    pub command_capacity: usize,
    /// The recording of the feed, if there is one.
    pub record: Option<RecordConfig>,
}

/// The feeds that a server can change to, and how their files are read.
#[derive(Clone, Debug)]
pub struct LibraryConfig {
    /// The folder of files that clients may choose from.
    pub folder: Option<PathBuf>,
    /// The most files that are listed.
    pub max_files: usize,
    /// The limits of uploads; `None` where there are none.
    pub uploads: Option<UploadLimits>,
    /// The longest time in which a feed may be opened, and inspected.
    pub timeout: Duration,
    pub inspect_timeout: Duration,
    /// The limits of files, without answers about them.
    pub replay: ReplayConfig,
}

/// The source of a feed.
#[derive(Clone, Debug)]
pub enum FeedConfig {
    Simulation(SimPlan),
    Replay { files: Vec<PathBuf>, config: ReplayConfig },
}

impl FeedConfig {
    /// The id by which clients name it.
    pub const fn id(&self) -> &'static str {
        match self {
            Self::Simulation(_) => library::SIMULATION,
            Self::Replay { .. } => library::START,
        }
    }
}

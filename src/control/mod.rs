//! The messages between a feed and the rest of the server: events one way, commands the other.
//!
//! [`FeedEvent`] travels on the bus from the feed to its readers. [`Command`] travels back on the command channel, and
//! each one is answered with a [`CommandResult`]. [`FeedStatus`] is the state of a feed as everybody sees it.
//!
//! Not here: the channels themselves (`bus`), the market that the ticks make (`market`), JSON (`wire`).

mod command;
mod event;
mod load;
mod preview;
#[cfg(test)]
pub mod sample;
mod scenario;
mod status;

pub use command::{Command, CommandError, CommandResult, SeekTarget, Step};
pub use event::{FeedEvent, Opening, Seeked};
pub use load::LoadRequest;
pub use preview::Preview;
pub use scenario::{ScenarioCatalog, ScenarioInfo, ScenarioRequest, SymbolGroup};
pub use status::{
    FeedState, FeedStatus, FileAssumption, FileWarning, Lag, ReadingReport, RejectedRows, SourceKind, Speed,
    TimestampMode,
};

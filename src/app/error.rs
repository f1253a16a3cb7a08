//! The errors that end the program.

use crate::feed::replay::ReplayError;
use crate::feed::sim::{PlanError, WriteError};
use crate::load::LoadError;
use crate::memory::OverBudget;
use crate::record::RecordError;
use crate::server::BindError;

/// A job that could not start, or could not go on.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    #[error(transparent)]
    OverBudget(#[from] OverBudget),
    #[error(transparent)]
    Bind(#[from] BindError),
    #[error("cannot play these files")]
    Replay(#[from] ReplayError),
    #[error("cannot play this simulation")]
    Simulation(#[from] PlanError),
    #[error(transparent)]
    Write(#[from] WriteError),
    #[error("the folder {} of --library cannot be opened", path.display())]
    Library { path: std::path::PathBuf, source: std::io::Error },
    #[error("a thread could not be started")]
    Thread(#[source] std::io::Error),
    #[error("the {0} stopped because of a bug; please report the message above")]
    Broken(&'static str),
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The report of each file is already printed.
    #[error("not every file can be played")]
    NotPlayable,
}

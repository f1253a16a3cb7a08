//! The flags of `tickcast inspect`.

use std::path::PathBuf;

use clap::Args;

use super::reading::ReadingArgs;
use crate::inspect::InspectConfig;

/// Larger plain files are inspected in pieces; this much takes about a second.
const FULL_READ_BYTES: u64 = 256 << 20;

/// The flags of `tickcast inspect`.
#[derive(Debug, Args)]
pub struct InspectArgs {
    /// Files, folders of files, or patterns such as 'data/*.csv'
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Print one line of JSON for each file
    #[arg(long)]
    json: bool,
    /// Print the evidence for each column: its values, the roles that it could have, and the role that it got
    #[arg(long, conflicts_with = "json")]
    why: bool,
    #[command(flatten)]
    reading: ReadingArgs,
}

impl InspectArgs {
    /// Returns the configuration of the job.
    pub fn config(self) -> InspectConfig {
        let Self { files, json, why, reading } = self;
        InspectConfig { files, json, why, replay: reading.config(FULL_READ_BYTES) }
    }
}

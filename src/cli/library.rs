//! The flags about other feeds, which presenters may change to.

use std::path::PathBuf;

use clap::Args;

use super::LoadConfig;
use super::values::MAX_CAPACITY;
use crate::feed::replay::ReplayConfig;
use crate::flags::whole_number;
use crate::library::DEFAULT_MAX_FILES;

/// The flags about other feeds.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Other feeds")]
pub struct LibraryArgs {
    /// Folder of CSV files that a presenter can change to while the server runs
    #[arg(long, value_name = "DIR")]
    library: Option<PathBuf>,
    /// Maximum number of files of the library to list
    #[arg(
        long,
        default_value_t = DEFAULT_MAX_FILES,
        value_name = "FILES",
        value_parser = whole_number(1..=MAX_CAPACITY)
    )]
    max_library_files: usize,
}

impl LibraryArgs {
    /// Returns the feeds that a server can change to, whose files are read within the limits of `replay`.
    pub fn config(self, replay: ReplayConfig) -> LoadConfig {
        LoadConfig { folder: self.library, max_files: self.max_library_files, replay }
    }
}

//! The flags about other feeds, which presenters may change to.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::LibraryConfig;
use super::limits::{MAX_TIMEOUT, MIN_TIMEOUT};
use super::values::MAX_CAPACITY;
use crate::feed::replay::ReplayConfig;
use crate::flags::{time, whole_number};
use crate::library::{DEFAULT_MAX_FILES, UploadLimits};

/// More than any disk holds.
const MAX_BYTES: u64 = 1 << 50;

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
    /// Maximum time in which another feed may be opened
    #[arg(long, default_value = "5m", value_name = "TIME", value_parser = time(MIN_TIMEOUT..=MAX_TIMEOUT))]
    load_timeout: Duration,
    /// Maximum time in which a file may be inspected
    #[arg(long, default_value = "30s", value_name = "TIME", value_parser = time(MIN_TIMEOUT..=MAX_TIMEOUT))]
    inspect_timeout: Duration,
    /// Take no uploads. Otherwise a presenter can send files, which are removed when tickcast ends
    #[arg(long)]
    no_uploads: bool,
    /// Maximum size of an upload, in bytes
    #[arg(
        long,
        default_value_t = UploadLimits::default().file_bytes,
        value_name = "BYTES",
        value_parser = whole_number(1..=MAX_BYTES)
    )]
    upload_bytes: u64,
    /// Maximum number of uploads
    #[arg(
        long,
        default_value_t = UploadLimits::default().files,
        value_name = "FILES",
        value_parser = whole_number(1..=MAX_CAPACITY)
    )]
    uploads: usize,
    /// Maximum size of all uploads together, in bytes. They lie in a folder of their own in TMPDIR
    #[arg(
        long,
        default_value_t = UploadLimits::default().total_bytes,
        value_name = "BYTES",
        value_parser = whole_number(1..=MAX_BYTES)
    )]
    upload_total_bytes: u64,
    /// Time without a piece after which an upload that is not complete is removed
    #[arg(long, default_value = "10m", value_name = "TIME", value_parser = time(MIN_TIMEOUT..=MAX_TIMEOUT))]
    upload_timeout: Duration,
}

impl LibraryArgs {
    /// Returns the feeds that a server can change to, whose files are read within the limits of `replay`.
    pub fn config(self, replay: ReplayConfig) -> LibraryConfig {
        let limits = UploadLimits {
            file_bytes: self.upload_bytes,
            files: self.uploads,
            total_bytes: self.upload_total_bytes,
            timeout: self.upload_timeout,
        };
        let uploads = (!self.no_uploads).then_some(limits);
        LibraryConfig {
            folder: self.library,
            max_files: self.max_library_files,
            uploads,
            timeout: self.load_timeout,
            inspect_timeout: self.inspect_timeout,
            replay,
        }
    }
}

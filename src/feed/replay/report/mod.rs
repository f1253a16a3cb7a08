//! The facts of a file and of a whole replay, before its first tick.

mod file_report;
mod summary;

pub use self::file_report::{FileReport, TimeReport};
pub use self::summary::{file_report, source_info};

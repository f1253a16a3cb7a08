//! From files to ticks: a first pass that scans a file, a second that plays it, and many files in one order.

mod bars;
mod catalog;
mod edges;
mod file;
mod merge;
pub mod open_files;
mod order_book;
mod overlap;
mod played_levels;
mod precision;
mod reject_ledger;
mod scan;
mod scanner;
mod second_hours;
mod sort;
mod speed;
mod symbol_state;
mod ticks;

pub use self::catalog::{Catalog, bar_intervals, bar_lengths, span};
pub use self::file::ReplayFile;
pub use self::merge::{Merge, MergeLimits, MergePosition};
pub use self::overlap::settle;
pub use self::scan::{Edge, RowOrder, Scan};
pub use self::scanner::scan;
pub use self::second_hours::find as find_second_hours;
pub use self::sort::SortSpace;
pub use self::speed::{TickRate, watchable_speed};
pub use self::ticks::FilePosition;

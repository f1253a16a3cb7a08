//! From paths to lines of text: folders and archives, unpacking, decoding, and the check that a file has not changed.

mod archive;
mod csv_name;
mod encoding;
mod entry;
mod fingerprint;
mod gzip_members;
mod lines;
mod open;
mod paths;
mod signatures;
mod time_limit;
mod zstd_frames;

pub use self::entry::{Entry, PROGRESS_ROWS, Progress};
pub use self::lines::{Fit, LineLimits, Lines, TextPosition};
pub use self::open::{TextFormat, open_at, read_problem, text_format};
pub use self::paths::expand;
pub use self::time_limit::{Text, TimeLimit};

//! Text that people write, read within bounds, and text of files, made safe to show.

mod escape;
mod file;

pub use self::escape::{escape, escape_lines, escape_to, is_printable};
pub use self::file::{MAX_FILE_BYTES, kind_of, read, read_bytes, with_remedy};

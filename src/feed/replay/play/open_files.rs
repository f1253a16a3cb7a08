//! The number of files that a replay may have open.

use std::path::Path;
use std::sync::Arc;

use super::file::ReplayFile;
use super::merge::{MergeLimits, most_at_once};
use crate::feed::replay::config::ReplayConfig;
use crate::feed::replay::error::{Problem, ReplayError};
use crate::feed::replay::rows::{QuantizedRow, SYMBOL_WORDS_BYTES};
use crate::market::Tick;

/// The readers of the same files: one plays, and one makes checkpoints to seek from.
const READERS: usize = 2;
/// The window of a packed file: zstd's largest without a flag of its own (`--long` and `--ultra` have up to 128 MiB),
/// and far more than gzip's and zip's.
const WINDOW_BYTES: usize = 8 << 20;
/// The ticks in memory of all files that are read in pieces.
const PIECE_TICKS: usize = 256 * 1024;
/// The ticks read at a time of each of them.
const MIN_PIECE: usize = 16;
const MAX_PIECE: usize = 1_024;

impl ReplayConfig {
    /// Returns the most memory of a replay of `files` files, of which at most `packed` packed ones overlap: the buffers
    /// of the open ones, the rows that are sorted, and the ticks that wait. Markets, checkpoints and order books come
    /// on top.
    pub fn worst_bytes(&self, files: usize, packed: usize) -> usize {
        let open = files.min(of(files, self.max_open_files).open + 1);
        // The packed bytes or the file, the text in lines, one line that is in several reads, and the symbols.
        let buffers = self.read_bytes.saturating_mul(2).saturating_add(self.max_line_bytes + SYMBOL_WORDS_BYTES);
        let parts = [
            open.saturating_mul(buffers),
            packed.min(open).saturating_mul(WINDOW_BYTES),
            self.max_waiting.saturating_mul(2 * size_of::<Tick>()),
            PIECE_TICKS.max(files.saturating_mul(MIN_PIECE)).saturating_mul(size_of::<Tick>()),
        ];
        let sorted = self.max_sort_rows.saturating_mul(size_of::<QuantizedRow>());
        parts.into_iter().fold(0, usize::saturating_add).saturating_mul(READERS).saturating_add(sorted)
    }
}

/// Returns the most memory of a replay of `files`, without markets, checkpoints and order books.
pub fn worst_bytes(files: &[Arc<ReplayFile>], config: &ReplayConfig) -> usize {
    config.worst_bytes(files.len(), most_at_once(files.iter().filter_map(|file| file.packed_span())))
}

/// Divides `max_open_files`, or the files that the process may open where these are fewer, among the readers.
///
/// # Errors
/// When more packed files overlap than can stay open.
pub fn limits(files: &[Arc<ReplayFile>], max_open_files: usize) -> Result<MergeLimits, ReplayError> {
    let wanted = u64::try_from(max_open_files).unwrap_or(u64::MAX);
    // A system without such a limit allows any number. The other half is for clients and for everything else.
    let allowed = rlimit::increase_nofile_limit(wanted.saturating_mul(2)).unwrap_or(u64::MAX) / 2;
    let allowed = usize::try_from(allowed).unwrap_or(usize::MAX);
    let limits = of(files.len(), max_open_files.min(allowed));
    let packed = most_at_once(files.iter().filter_map(|file| file.packed_span()));
    if packed > limits.open {
        let needed = READERS * (packed + 1);
        return Err(ReplayError::new(Path::new(""), Problem::TooManyPacked { packed, open: limits.open, needed }));
    }
    Ok(limits)
}

/// One file is open beside those that stay open.
fn of(files: usize, open: usize) -> MergeLimits {
    let piece = (PIECE_TICKS / files.max(1)).clamp(MIN_PIECE, MAX_PIECE);
    MergeLimits { open: (open / READERS).saturating_sub(1).max(1), piece }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_grows_with_the_files_that_are_open() {
        let config = ReplayConfig { max_open_files: 16, max_sort_rows: 0, max_waiting: 0, ..ReplayConfig::default() };
        let buffers = config.read_bytes * 2 + config.max_line_bytes + SYMBOL_WORDS_BYTES;
        let [one, two, many, packed] =
            [(1, 0), (2, 0), (16_000, 0), (2, 1)].map(|(files, packed)| config.worst_bytes(files, packed));
        assert_eq!((two - one, packed - two), (READERS * buffers, READERS * WINDOW_BYTES));
        assert_eq!(many - one, READERS * 7 * buffers);
    }

    #[test]
    fn readers_share_the_files_that_may_be_open() {
        assert_eq!(of(1, 512), MergeLimits { open: 255, piece: MAX_PIECE });
        assert_eq!(of(1_000, 512), MergeLimits { open: 255, piece: 262 });
        assert_eq!(of(1_000_000, 4), MergeLimits { open: 1, piece: MIN_PIECE });
    }
}

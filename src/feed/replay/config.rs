//! Limits and overrides of a replay.

use super::input::LineLimits;
use super::schema::Overrides;

/// The limits of a replay, and the settings of its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplayConfig {
    /// The most rows of all files that are sorted in memory, at about 100 bytes each; others are sorted on disk.
    pub max_sort_rows: usize,
    /// The longest line read. A longer one is rejected and not held in memory.
    pub max_line_bytes: usize,
    /// The most symbols of one file. With more, the symbol column is taken for some other column.
    pub max_symbols: usize,
    /// The most files that folders, patterns and archives may name.
    pub max_files: usize,
    /// The most files open at one time. Half of them are for the reader that plays, half for the one that makes
    /// checkpoints. A process that may open fewer files has fewer here, too.
    pub max_open_files: usize,
    /// The bytes read at a time of each open file.
    pub read_bytes: usize,
    /// The size up to which an unpacked file is read whole before it plays. Of a larger one only pieces are read.
    pub full_read_bytes: u64,
    /// The most ticks of bars that wait for their time.
    pub max_waiting: usize,
    /// The most levels kept on each side of an order book.
    pub max_levels: usize,
    /// The most reasons of rejected rows listed, file by file; more are only counted.
    pub max_rejected: usize,
    /// The answers of people where detection would guess.
    pub overrides: Overrides,
}

impl Default for ReplayConfig {
    fn default() -> Self {
        Self {
            max_sort_rows: 500_000,
            max_line_bytes: 1 << 20,
            max_symbols: 50_000,
            max_files: 10_000,
            max_open_files: 512,
            read_bytes: 128 << 10,
            full_read_bytes: 64 << 20,
            max_waiting: 1_000_000,
            max_levels: 20_000,
            max_rejected: 100,
            overrides: Overrides::default(),
        }
    }
}

impl ReplayConfig {
    /// The bounds of a reader of lines.
    pub const fn line_limits(&self) -> LineLimits {
        LineLimits { max_bytes: self.max_line_bytes, buffer_bytes: self.read_bytes }
    }
}

//! The flags of the memory budget, and the limits that fit into it.

use clap::Args;

use super::values::{MAX_CAPACITY, MAX_COUNT};
use crate::bus;
use crate::fanout::{CACHED_SYMBOL_BYTES, DEFAULT_TICKS, HELD_BATCHES, LOGGED_TICK_BYTES, SHARED_HISTORY_BYTES};
use crate::feed::CheckpointLimits;
use crate::feed::replay::ReplayConfig;
use crate::flags::whole_number;
use crate::market::Tick;
use crate::memory::{self, Budget, Demand, MEBIBYTE, MIN_BUDGET, OverBudget, Part};
use crate::server::{CONNECTION_BYTES, Compression, session_bytes};

const MAX_MEBIBYTES: usize = 1024 * 1024;

/// The program, the page's files and the threads: 25 MB measured with 40 symbols, most of it shared with the file.
const PROGRAM_BYTES: usize = 32 * MEBIBYTE;
/// One part in this many is for what the allocator keeps of freed memory.
const ALLOCATOR_SHARE: usize = 16;
/// A row that is sorted in memory.
const SORTED_ROW_BYTES: usize = 128;
/// A tick that waits for its time, in lists that grow by doubling, of the reader that plays and the one that reads ahead.
const WAITING_TICK_BYTES: usize = 4 * size_of::<Tick>();

/// The default limits where memory is not short.
const SESSIONS: usize = 10_000;
const CONNECTIONS: usize = 1_024;
const SESSION_MEBIBYTES: usize = 256;
const ANSWER_MEBIBYTES: usize = 32;

/// The flags of the memory budget.
#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = "Memory")]
pub struct MemoryArgs {
    /// Maximum memory of the program, in MiB. By default half of the machine's
    #[arg(long, value_name = "MIB", value_parser = whole_number(MIN_BUDGET / MEBIBYTE..=MAX_MEBIBYTES))]
    memory: Option<usize>,
    /// Maximum number of sessions, over WebSocket and Server-Sent Events. By default 10000, or fewer where memory is
    /// short
    #[arg(long, value_name = "NUMBER", value_parser = whole_number(1..=MAX_COUNT))]
    max_sessions: Option<usize>,
    /// Maximum memory of all sessions for long messages and many subscriptions, in MiB. One address may hold half of
    /// it. By default 256, or less where memory is short
    #[arg(long, value_name = "MIB", value_parser = whole_number(1..=MAX_MEBIBYTES))]
    session_memory: Option<usize>,
    /// Maximum number of HTTP connections, without sessions. By default 1024, or fewer where memory is short
    #[arg(long, value_name = "NUMBER", value_parser = whole_number(1..=MAX_COUNT))]
    max_connections: Option<usize>,
    /// Maximum memory of all answers that clients have not taken yet, in MiB. One address may hold half of it. By
    /// default 64, or less where memory is short
    #[arg(long, value_name = "MIB", value_parser = whole_number(1..=MAX_MEBIBYTES))]
    answer_memory: Option<usize>,
    /// Ticks of the last second to keep for clients that get every tick. A client that falls behind gets the newest
    /// state instead. By default 65536, or fewer where memory is short
    #[arg(long, value_name = "TICKS", value_parser = whole_number(1..=MAX_COUNT))]
    max_ticks: Option<usize>,
    /// Maximum number of batches of ticks between feed and market. By default 256, or fewer where memory is short
    #[arg(long, value_name = "BATCHES", value_parser = whole_number(1..=MAX_CAPACITY))]
    bus_capacity: Option<usize>,
}

/// The other settings that the budget depends on.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings {
    /// The machine's memory, in bytes, if it is known.
    pub machine: Option<usize>,
    /// The longest head of a request, in bytes.
    pub head_bytes: usize,
    pub is_tls: bool,
    pub compression: Compression,
    /// The memory of a replay's files.
    pub files: FileMemory,
}

/// The settings of a replay that the budget depends on.
#[derive(Clone, Copy, Debug)]
pub struct FileMemory {
    /// Files that may be open, as it is set.
    pub open: Option<usize>,
    /// Rows that are sorted in memory, as it is set.
    pub sort_rows: Option<usize>,
    /// Ticks of bars that wait for their time, as it is set.
    pub waiting: Option<usize>,
    /// Bytes read at a time of each open file.
    pub read_bytes: usize,
    /// Memory of checkpoints, as it is set, in MiB.
    pub checkpoint_mebibytes: Option<usize>,
}

impl Default for FileMemory {
    fn default() -> Self {
        let read_bytes = ReplayConfig::default().read_bytes;
        Self { open: None, sort_rows: None, waiting: None, read_bytes, checkpoint_mebibytes: None }
    }
}

/// The limits that fit into the budget.
#[derive(Clone, Debug)]
pub struct MemoryLimits {
    pub budget: Budget,
    pub sessions: usize,
    pub session_bytes: usize,
    pub connections: usize,
    pub answer_bytes: usize,
    pub ticks: usize,
    pub bus_capacity: usize,
    pub checkpoint_bytes: usize,
    /// The limits of a replay, which another feed may be.
    pub files: FileLimits,
}

/// The limits of a replay that fit into the budget.
#[derive(Clone, Copy, Debug)]
pub struct FileLimits {
    pub open: usize,
    pub sort_rows: usize,
    pub waiting: usize,
    pub checkpoint_mebibytes: usize,
}

impl FileLimits {
    /// Sets these limits.
    pub const fn apply(&self, config: &mut ReplayConfig) {
        config.max_open_files = self.open;
        config.max_sort_rows = self.sort_rows;
        config.max_waiting = self.waiting;
    }
}

impl MemoryArgs {
    /// Divides the memory. What is not set is the usual default, or less where that would take too much.
    ///
    /// # Errors
    /// When what is set does not fit.
    pub fn limits(&self, around: Surroundings) -> Result<MemoryLimits, OverBudget> {
        let (total, reason) = memory::total(self.memory.map(|mebibytes| mebibytes * MEBIBYTE), around.machine);
        // `default` things of `each` bytes, where they take at most one part in `share` of all memory.
        let fit = |set: Option<usize>, default: usize, each: usize, share: usize| {
            set.unwrap_or_else(|| default.min(total / share / each).max(1))
        };
        let session_each = session_bytes(around.is_tls, around.compression);
        let history = if around.compression == Compression::Nothing { 0 } else { SHARED_HISTORY_BYTES };
        let connection_each = CONNECTION_BYTES + around.head_bytes;

        let sessions = fit(self.max_sessions, SESSIONS, session_each, 8);
        let session_mebibytes = fit(self.session_memory, SESSION_MEBIBYTES, MEBIBYTE, 16);
        let connections = fit(self.max_connections, CONNECTIONS, connection_each, 32);
        let answer_mebibytes = fit(self.answer_memory, ANSWER_MEBIBYTES, MEBIBYTE, 32);
        let ticks = fit(self.max_ticks, DEFAULT_TICKS, LOGGED_TICK_BYTES, 32);
        let bus_capacity = fit(self.bus_capacity, bus::DEFAULT_CAPACITY, bus::BATCH_BYTES, 32);
        let default = ReplayConfig::default();
        let files = around.files;
        let files = FileLimits {
            open: fit(files.open, default.max_open_files, 2 * files.read_bytes, 16),
            sort_rows: fit(files.sort_rows, default.max_sort_rows, SORTED_ROW_BYTES, 16),
            waiting: fit(files.waiting, default.max_waiting, WAITING_TICK_BYTES, 16),
            checkpoint_mebibytes: fit(
                files.checkpoint_mebibytes,
                CheckpointLimits::default().bytes / MEBIBYTE,
                MEBIBYTE,
                16,
            ),
        };
        let checkpoint_mebibytes = files.checkpoint_mebibytes;

        let demands = vec![
            Demand {
                part: Part::Program,
                bytes: PROGRAM_BYTES + total / ALLOCATOR_SHARE,
                formula: format!("{} MiB + memory / {ALLOCATOR_SHARE}", PROGRAM_BYTES / MEBIBYTE),
            },
            Demand {
                part: Part::Feed,
                bytes: (bus_capacity + HELD_BATCHES) * bus::BATCH_BYTES + ticks * LOGGED_TICK_BYTES,
                formula: format!(
                    "(bus-capacity {bus_capacity} + {HELD_BATCHES}) x {} + max-ticks {ticks} x {}",
                    kibibytes(bus::BATCH_BYTES),
                    kibibytes(LOGGED_TICK_BYTES)
                ),
            },
            Demand {
                part: Part::Checkpoints,
                bytes: checkpoint_mebibytes * MEBIBYTE,
                formula: "checkpoint-memory".into(),
            },
            Demand {
                part: Part::Quotes,
                bytes: history,
                formula: format!("{} + {} for each symbol", kibibytes(history), kibibytes(CACHED_SYMBOL_BYTES)),
            },
            Demand {
                part: Part::Sessions,
                bytes: sessions * session_each + session_mebibytes * MEBIBYTE,
                formula: format!(
                    "max-sessions {sessions} x {} + session-memory {session_mebibytes} MiB",
                    kibibytes(session_each)
                ),
            },
            Demand {
                part: Part::Requests,
                bytes: connections * connection_each,
                formula: format!("max-connections {connections} x {}", kibibytes(connection_each)),
            },
            Demand { part: Part::Answers, bytes: answer_mebibytes * MEBIBYTE, formula: "answer-memory".into() },
        ];
        Ok(MemoryLimits {
            budget: Budget::new((total, reason), demands)?,
            sessions,
            session_bytes: session_mebibytes * MEBIBYTE,
            connections,
            answer_bytes: answer_mebibytes * MEBIBYTE,
            ticks,
            bus_capacity,
            checkpoint_bytes: checkpoint_mebibytes * MEBIBYTE,
            files,
        })
    }
}

fn kibibytes(bytes: usize) -> String {
    format!("{} kiB", bytes as f64 / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING_SET: MemoryArgs = MemoryArgs {
        memory: None,
        max_sessions: None,
        session_memory: None,
        max_connections: None,
        answer_memory: None,
        max_ticks: None,
        bus_capacity: None,
    };

    fn around(mebibytes: usize, head_bytes: usize, is_tls: bool) -> Surroundings {
        let files = FileMemory::default();
        let machine = Some(2 * mebibytes * MEBIBYTE);
        Surroundings { machine, head_bytes, is_tls, compression: Compression::Shared, files }
    }

    #[test]
    fn defaults_fit_into_any_budget_and_leave_half_to_the_market() {
        for mebibytes in (MIN_BUDGET / MEBIBYTE..2_000).step_by(7).chain([4_096, 65_536, 1 << 20]) {
            for (head_bytes, is_tls) in [(32 << 10, false), (16 << 20, true)] {
                let limits = NOTHING_SET.limits(around(mebibytes, head_bytes, is_tls)).unwrap();
                let least = (mebibytes / 2).saturating_sub(PROGRAM_BYTES / MEBIBYTE + 17) * MEBIBYTE;
                assert!(limits.budget.bytes(Part::Market) >= least, "{mebibytes}:\n{}", limits.budget);
                assert!(limits.sessions >= 100 && limits.connections >= 1 && limits.files.open >= 4);
            }
        }
    }

    #[test]
    fn sessions_keep_a_history_only_where_their_own_messages_are_compressed() {
        let sessions = |compression| {
            let around = Surroundings { compression, ..around(4_096, 32 << 10, false) };
            NOTHING_SET.limits(around).unwrap().budget.bytes(Part::Sessions)
        };
        assert_eq!(sessions(Compression::Nothing), sessions(Compression::Shared));
        assert_eq!(sessions(Compression::All) - sessions(Compression::Shared), SESSIONS * 2 * 1024);
    }

    #[test]
    fn defaults_are_lower_only_where_memory_is_short() {
        let roomy = NOTHING_SET.limits(around(4_096, 32 << 10, false)).unwrap();
        let files = roomy.files;
        assert_eq!((roomy.sessions, roomy.connections), (SESSIONS, CONNECTIONS));
        assert_eq!((files.open, files.sort_rows, files.waiting), (512, 500_000, 1_000_000));
        assert_eq!((roomy.session_bytes, roomy.answer_bytes), (256 << 20, 32 << 20));
        assert_eq!((roomy.ticks, roomy.bus_capacity), (DEFAULT_TICKS, bus::DEFAULT_CAPACITY));
        let short = NOTHING_SET.limits(around(256, 32 << 10, false)).unwrap();
        assert!(short.sessions < SESSIONS && short.connections < CONNECTIONS && short.answer_bytes < 32 << 20);
        let set = MemoryArgs { max_sessions: Some(3), answer_memory: Some(9), ..NOTHING_SET };
        let set = set.limits(around(256, 32 << 10, false)).unwrap();
        assert_eq!((set.sessions, set.answer_bytes), (3, 9 << 20));
    }
}

//! The log of a simulation: a line for each event. Its hash tells whether two runs were the same.

use std::collections::VecDeque;
use std::fmt::{Arguments, Write as _};
use std::sync::Arc;

use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use tokio::time::Instant;

/// The lines that a broken law is shown with.
const LAST_LINES: usize = 40;

/// The log of one run. Cheap to clone; all clones are one log.
#[derive(Clone)]
pub struct Log(Arc<Mutex<Lines>>);

struct Lines {
    seed: u64,
    started: Instant,
    hash: Sha256,
    count: u64,
    last: VecDeque<String>,
    /// Prints each line too.
    is_loud: bool,
}

impl Log {
    pub fn new(seed: u64, is_loud: bool) -> Self {
        let (hash, last) = (Sha256::new(), VecDeque::new());
        Self(Arc::new(Mutex::new(Lines { seed, started: Instant::now(), hash, count: 0, last, is_loud })))
    }

    /// Adds a line: the simulated time in microseconds, the part of the world, and the event.
    pub fn line(&self, who: &str, what: Arguments<'_>) {
        let mut lines = self.0.lock();
        let micros = lines.started.elapsed().as_micros();
        let mut line = if lines.last.len() < LAST_LINES { None } else { lines.last.pop_front() }.unwrap_or_default();
        line.clear();
        writeln!(line, "{micros:>9} {who} {what}").expect("invariant: writing to a string cannot fail");
        lines.hash.update(line.as_bytes());
        lines.count += 1;
        if lines.is_loud {
            print!("{line}");
        }
        lines.last.push_back(line);
    }

    /// The number of lines, and the hash of all of them.
    pub fn summary(&self) -> (u64, String) {
        let lines = self.0.lock();
        (lines.count, lines.hash.clone().finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect())
    }

    /// Fails the run where a law is broken.
    #[track_caller]
    pub fn check(&self, law: &str, holds: bool, message: impl FnOnce() -> String) {
        if !holds {
            let (lines, message) = (self.0.lock(), message());
            let seed = lines.seed;
            let last: String = lines.last.iter().map(String::as_str).collect();
            drop(lines);
            panic!("seed {seed} breaks the law `{law}`: {message}\nthe last lines of its log:\n{last}");
        }
    }
}

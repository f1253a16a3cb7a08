//! The progress of reading, as a line on the terminal.

use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

use crate::feed::replay::Entry;
use crate::text::escape;

/// The time before the first line, and between two lines.
const INTERVAL: Duration = Duration::from_millis(200);
const BAR_CHARS: usize = 24;

/// A line on standard error, if that is a terminal.
pub struct ProgressLine {
    is_terminal: bool,
    last: Instant,
    shown: bool,
}

impl ProgressLine {
    /// Creates a line that is not shown yet.
    pub fn on_terminal() -> Self {
        Self { is_terminal: stderr().is_terminal(), last: Instant::now(), shown: false }
    }

    /// Shows that `done` bytes of text are read, of `total` if that is known.
    pub fn show(&mut self, entry: &Entry, done: u64, total: Option<u64>) {
        if !self.is_terminal || self.last.elapsed() < INTERVAL {
            return;
        }
        self.last = Instant::now();
        self.shown = true;
        // A closed terminal must not stop the reading.
        let _ = write!(stderr(), "\r\x1b[K{}", line(&escape(&entry.name()), done, total));
    }

    /// Removes the line.
    pub fn clear(&mut self) {
        if self.shown {
            let _ = write!(stderr(), "\r\x1b[K");
            self.shown = false;
        }
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        self.clear();
    }
}

fn line(name: &str, done: u64, total: Option<u64>) -> String {
    let megabytes = done / 1_000_000;
    let Some(total) = total.filter(|total| *total > 0) else { return format!("  reading  {name}: {megabytes} MB") };
    let share = (done.min(total) * 100 / total) as usize;
    let full = share * BAR_CHARS / 100;
    let bar = format!("{}{}", "━".repeat(full), "·".repeat(BAR_CHARS - full));
    format!("  reading  {name} {bar} {share:>3} %, {megabytes} of {} MB", total / 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_shows_the_share_that_is_read() {
        assert_eq!(line("a.csv", 50_000_000, None), "  reading  a.csv: 50 MB");
        let half = line("a.csv", 50_000_000, Some(100_000_000));
        assert_eq!(half, format!("  reading  a.csv {}{}  50 %, 50 of 100 MB", "━".repeat(12), "·".repeat(12)));
    }
}

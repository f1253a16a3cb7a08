//! The report of a run: a table for people (`table`), and one JSON object for programs (`json`).

mod json;
mod table;
#[cfg(test)]
mod tests;

use std::time::Duration;

use serde::Serialize;

use super::config::LoadConfig;
use super::process::Usage;
use super::tally::{Outcomes, StallRecovery, Traffic};

pub use table::millis;

/// The end of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum RunEnd {
    /// The time was measured.
    Complete,
    /// The user stopped it.
    Interrupted,
    /// All connections were closed.
    AllClosed,
}

/// The results of a run.
#[derive(Debug)]
pub struct Report {
    pub config: LoadConfig,
    pub end: RunEnd,
    /// Symbols of each client.
    pub symbols: usize,
    /// The measured time.
    pub elapsed: Duration,
    /// The traffic within the measured time.
    pub traffic: Traffic,
    pub outcomes: Outcomes,
    /// `None` if the server's process is not known.
    pub server: Option<ServerUsage>,
    /// CPU time of the load generator itself within the measured time.
    pub own_cpu: Option<Duration>,
    pub own_rss_bytes: Option<u64>,
}

/// The resources that the server's process used.
#[derive(Debug)]
pub struct ServerUsage {
    pub pid: u32,
    /// Before the first client.
    pub idle: Usage,
    /// At the begin of the measured time.
    pub begun: Usage,
    /// At the end of the measured time.
    pub ended: Usage,
}

/// The median and the maximum of one figure over all stalled clients.
#[derive(Clone, Copy, Debug)]
struct Spread {
    p50: Option<u64>,
    max: Option<u64>,
}

impl ServerUsage {
    /// Returns the CPU time within the measured time.
    const fn cpu(&self) -> Duration {
        self.ended.cpu.saturating_sub(self.begun.cpu)
    }

    /// Returns how much the resident memory has grown for each client since before the first one.
    fn rss_bytes_per_client(&self, clients: usize) -> Option<f64> {
        let grown = self.ended.rss_bytes.saturating_sub(self.idle.rss_bytes);
        (clients > 0).then(|| grown as f64 / clients as f64)
    }
}

impl Report {
    fn seconds(&self) -> f64 {
        self.elapsed.as_secs_f64()
    }

    fn per_second(&self, value: u64) -> Option<f64> {
        ratio(value as f64, self.seconds())
    }

    fn bytes_per_update(&self) -> Option<f64> {
        ratio(self.traffic.update_bytes as f64, self.traffic.updates as f64)
    }

    /// Returns the updates if every symbol changed in every interval; `None` if clients stalled or were closed.
    fn updates_at_full_rate(&self) -> Option<f64> {
        let is_undisturbed = self.config.stall == 0 && self.outcomes.closed_count() == 0;
        let rate = self.outcomes.granted.filter(|_| is_undisturbed)?;
        Some(self.outcomes.connected as f64 * self.symbols as f64 * rate * self.seconds())
    }

    /// Returns the server's CPU seconds for a million updates.
    fn cpu_seconds_per_million(&self) -> Option<f64> {
        ratio(self.server.as_ref()?.cpu().as_secs_f64() * 1e6, self.traffic.updates as f64)
    }

    /// Returns the load generator's own CPU time as a share of one core.
    fn own_cpu_share(&self) -> Option<f64> {
        ratio(self.own_cpu?.as_secs_f64(), self.seconds())
    }

    /// Returns the number of clients that got a fresh price after their stall.
    fn recovered(&self) -> usize {
        self.outcomes.recoveries.iter().filter(|recovery| recovery.fresh_after.is_some()).count()
    }

    /// Returns the spread of one figure over all stalled clients.
    fn spread(&self, figure: impl Fn(&StallRecovery) -> Option<u64>) -> Spread {
        let mut values: Vec<u64> = self.outcomes.recoveries.iter().filter_map(figure).collect();
        values.sort_unstable();
        Spread { p50: values.get(values.len() / 2).copied(), max: values.last().copied() }
    }
}

fn ratio(of: f64, to: f64) -> Option<f64> {
    (to > 0.0).then(|| of / to)
}

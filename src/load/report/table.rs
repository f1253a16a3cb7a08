//! The report as a table.

use std::fmt::{self, Display, Write as _};

use super::{Report, RunEnd, ServerUsage, ratio};
use crate::load::config::UpdateRate;
use crate::load::tally::Outcomes;

/// A generator that uses more of its threads' time than this may measure itself.
const BUSY_SHARE: f64 = 0.8;

impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut row = |name: &str, value: String| writeln!(f, "  {name:<12}{value}");
        row("clients", self.clients_line())?;
        row("each", self.subscription_line())?;
        row("measured", self.time_line())?;
        row("updates", self.updates_line())?;
        row("bytes", self.bytes_line())?;
        row("delay", self.delay_line())?;
        row("exactness", self.checks_line())?;
        if let Some(first) = &self.outcomes.first_error {
            row("errors", format!("{}, first: {first}", self.outcomes.errors))?;
        }
        if self.config.stall > 0 {
            row("stalled", self.stall_line())?;
        }
        row("server", self.server_line())?;
        row("generator", self.own_line())
    }
}

impl Report {
    fn clients_line(&self) -> String {
        let Outcomes { connected, failed, first_failure, closed, .. } = &self.outcomes;
        let mut line = format!("{connected} of {} connected", self.config.clients);
        if let Some(first) = first_failure {
            let _ = write!(line, ", {failed} failed (first: {first})");
        }
        for (code, count) in closed {
            let _ = write!(line, ", {count} closed with {code}");
        }
        line
    }

    fn subscription_line(&self) -> String {
        let rate = self.config.rate;
        let granted = match (rate, self.outcomes.granted) {
            (UpdateRate::Every, _) => String::new(),
            (UpdateRate::PerSecond(_), None) => " (granted: not known)".into(),
            (UpdateRate::PerSecond(_), Some(granted)) => format!(" (granted: {granted})"),
        };
        format!("{} symbols, {rate}{granted}", self.symbols)
    }

    fn time_line(&self) -> String {
        let seconds = self.seconds();
        match self.end {
            RunEnd::Complete => format!("{seconds:.1} s"),
            end => format!("{seconds:.1} s, ended early: {end}"),
        }
    }

    fn updates_line(&self) -> String {
        let updates = self.traffic.updates;
        let per_second = self.per_second(updates).unwrap_or(0.0);
        let share = self.updates_at_full_rate().and_then(|full| ratio(updates as f64 * 100.0, full));
        let share = share.map_or(String::new(), |share| format!(", {share:.1} % of the full rate"));
        format!("{updates} in {} messages: {per_second:.0}/s{share}", self.traffic.messages)
    }

    fn bytes_line(&self) -> String {
        let bytes = self.traffic.bytes;
        let megabytes = self.per_second(bytes).unwrap_or(0.0) / 1e6;
        format!("{bytes}: {megabytes:.1} MB/s, {} per update", decimals(self.bytes_per_update(), 1))
    }

    fn delay_line(&self) -> String {
        let [p50, p99, p999] = [0.5, 0.99, 0.999].map(|share| millis(self.traffic.delay(share)));
        format!("p50 {p50}, p99 {p99}, p99.9 {p999}, max {}", millis(self.traffic.max_delay()))
    }

    fn checks_line(&self) -> String {
        let checks = &self.outcomes.checks;
        let first = checks.first_hole.as_ref().map_or(String::new(), |hole| format!(" (first: {hole})"));
        format!(
            "{} updates of {} clients: {} holes{first}, {} overlaps, {} miscounted",
            checks.updates, self.config.check, checks.holes, checks.overlaps, checks.miscounted
        )
    }

    fn stall_line(&self) -> String {
        let seconds = self.config.stall_for.as_secs_f64();
        let mut line = format!("{} for {seconds} s: {} recovered", self.config.stall, self.recovered());
        for (code, count) in &self.outcomes.stalled_closed {
            let _ = write!(line, ", {count} closed with {code}");
        }
        let first = millis(self.spread(|recovery| recovery.first_age).max);
        let market = millis(self.spread(|recovery| recovery.first_market_age).max);
        let fresh = millis(self.spread(|recovery| recovery.fresh_after).max);
        let piled = self.spread(|recovery| Some(recovery.piled_bytes)).max.unwrap_or(0);
        let _ = write!(line, "; at worst: first message {first} old, its newest price {market} old");
        let _ = write!(line, ", fresh after {fresh}, {piled} bytes piled up");
        line
    }

    fn server_line(&self) -> String {
        let Some(server) = &self.server else {
            return "not measured: no process of this user listens there, or the time was too short".into();
        };
        let ServerUsage { pid, ended, .. } = server;
        let cpu = server.cpu().as_secs_f64();
        format!(
            "process {pid}: {cpu:.2} CPU-s ({} of a core), {} CPU-s per million updates; \
             RSS {:.1} MB, {} kB per client",
            decimals(ratio(cpu, self.seconds()), 2),
            decimals(self.cpu_seconds_per_million(), 3),
            ended.rss_bytes as f64 / 1e6,
            decimals(server.rss_bytes_per_client(self.outcomes.connected).map(|bytes| bytes / 1e3), 1),
        )
    }

    fn own_line(&self) -> String {
        let Some(share) = self.own_cpu_share() else { return "not measured".into() };
        let rss = self.own_rss_bytes.map_or(String::new(), |bytes| format!("; RSS {:.1} MB", bytes as f64 / 1e6));
        let is_busy = share > BUSY_SHARE * self.config.threads as f64;
        let remedy = if is_busy { "; the generator may be the limit: try --threads" } else { "" };
        format!("{share:.2} of a core{rss}{remedy}")
    }
}

/// Formats microseconds as milliseconds.
pub fn millis(micros: Option<u64>) -> String {
    micros.map_or("-".into(), |micros| format!("{:.2} ms", micros as f64 / 1e3))
}

fn decimals(value: Option<f64>, digits: usize) -> String {
    value.map_or("-".into(), |value| format!("{value:.digits$}"))
}

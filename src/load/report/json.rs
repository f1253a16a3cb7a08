//! The report as one JSON object. A member is added and never changed; `docs/BENCHMARKS.md` explains the figures.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Report, RunEnd, ServerUsage, Spread, ratio};
use crate::load::config::{MessageFormat, UpdateRate};
use crate::load::tally::RangeChecks;

#[derive(Serialize)]
struct JsonReport<'a> {
    url: &'a str,
    format: MessageFormat,
    ended: RunEnd,
    clients: usize,
    connected: usize,
    failed: usize,
    first_failure: Option<&'a str>,
    closed: &'a BTreeMap<u16, usize>,
    symbols_per_client: usize,
    rate: UpdateRate,
    rate_granted: Option<f64>,
    seconds: f64,
    messages: u64,
    updates: u64,
    updates_per_second: Option<f64>,
    updates_at_full_rate: Option<f64>,
    bytes: u64,
    bytes_per_second: Option<f64>,
    bytes_per_update: Option<f64>,
    delay_p50_us: Option<u64>,
    delay_p99_us: Option<u64>,
    delay_p99_9_us: Option<u64>,
    delay_max_us: Option<u64>,
    check: JsonCheck<'a>,
    errors: u64,
    first_error: Option<&'a str>,
    stall: Option<JsonStall<'a>>,
    server: Option<JsonServer>,
    own_cpu_seconds: Option<f64>,
    own_cpu_share: Option<f64>,
    own_rss_bytes: Option<u64>,
}

#[derive(Serialize)]
struct JsonCheck<'a> {
    clients: usize,
    updates: u64,
    holes: u64,
    overlaps: u64,
    miscounted: u64,
    first_hole: Option<&'a str>,
}

#[derive(Serialize)]
struct JsonStall<'a> {
    clients: usize,
    seconds: f64,
    resumed: usize,
    closed: &'a BTreeMap<u16, usize>,
    first_age_us_p50: Option<u64>,
    first_age_us_max: Option<u64>,
    first_market_age_us_p50: Option<u64>,
    first_market_age_us_max: Option<u64>,
    fresh_after_us_p50: Option<u64>,
    fresh_after_us_max: Option<u64>,
    piled_bytes_p50: Option<u64>,
    piled_bytes_max: Option<u64>,
}

#[derive(Serialize)]
struct JsonServer {
    process: u32,
    cpu_seconds: f64,
    cpu_share: Option<f64>,
    cpu_seconds_per_million_updates: Option<f64>,
    rss_bytes_idle: u64,
    rss_bytes_begun: u64,
    rss_bytes: u64,
    rss_bytes_per_client: Option<f64>,
}

impl Report {
    /// Returns the report as one line of JSON.
    pub fn to_json(&self) -> String {
        let Self { config, traffic, outcomes, .. } = self;
        let report = JsonReport {
            url: &config.url,
            format: config.format,
            ended: self.end,
            clients: config.clients,
            connected: outcomes.connected,
            failed: outcomes.failed,
            first_failure: outcomes.first_failure.as_deref(),
            closed: &outcomes.closed,
            symbols_per_client: self.symbols,
            rate: config.rate,
            rate_granted: outcomes.granted,
            seconds: rounded(self.seconds()),
            messages: traffic.messages,
            updates: traffic.updates,
            updates_per_second: self.per_second(traffic.updates).map(rounded),
            updates_at_full_rate: self.updates_at_full_rate().map(rounded),
            bytes: traffic.bytes,
            bytes_per_second: self.per_second(traffic.bytes).map(rounded),
            bytes_per_update: self.bytes_per_update().map(rounded),
            delay_p50_us: traffic.delay(0.5),
            delay_p99_us: traffic.delay(0.99),
            delay_p99_9_us: traffic.delay(0.999),
            delay_max_us: traffic.max_delay(),
            check: json_check(config.check, &outcomes.checks),
            errors: outcomes.errors,
            first_error: outcomes.first_error.as_deref(),
            stall: (config.stall > 0).then(|| self.json_stall()),
            server: self.server.as_ref().map(|server| self.json_server(server)),
            own_cpu_seconds: self.own_cpu.map(|cpu| rounded(cpu.as_secs_f64())),
            own_cpu_share: self.own_cpu_share().map(rounded),
            own_rss_bytes: self.own_rss_bytes,
        };
        serde_json::to_string(&report).expect("invariant: a report's maps have numbers as keys, so it is always JSON")
    }

    fn json_stall(&self) -> JsonStall<'_> {
        let first_age = self.spread(|recovery| recovery.first_age);
        let first_market_age = self.spread(|recovery| recovery.first_market_age);
        let fresh_after = self.spread(|recovery| recovery.fresh_after);
        let Spread { p50: piled_bytes_p50, max: piled_bytes_max } = self.spread(|recovery| Some(recovery.piled_bytes));
        JsonStall {
            clients: self.config.stall,
            seconds: self.config.stall_for.as_secs_f64(),
            resumed: self.recovered(),
            closed: &self.outcomes.stalled_closed,
            first_age_us_p50: first_age.p50,
            first_age_us_max: first_age.max,
            first_market_age_us_p50: first_market_age.p50,
            first_market_age_us_max: first_market_age.max,
            fresh_after_us_p50: fresh_after.p50,
            fresh_after_us_max: fresh_after.max,
            piled_bytes_p50,
            piled_bytes_max,
        }
    }

    fn json_server(&self, server: &ServerUsage) -> JsonServer {
        let cpu_seconds = server.cpu().as_secs_f64();
        JsonServer {
            process: server.pid,
            cpu_seconds: rounded(cpu_seconds),
            cpu_share: ratio(cpu_seconds, self.seconds()).map(rounded),
            cpu_seconds_per_million_updates: self.cpu_seconds_per_million().map(rounded),
            rss_bytes_idle: server.idle.rss_bytes,
            rss_bytes_begun: server.begun.rss_bytes,
            rss_bytes: server.ended.rss_bytes,
            rss_bytes_per_client: server.rss_bytes_per_client(self.outcomes.connected).map(rounded),
        }
    }
}

fn json_check(clients: usize, checks: &RangeChecks) -> JsonCheck<'_> {
    JsonCheck {
        clients,
        updates: checks.updates,
        holes: checks.holes,
        overlaps: checks.overlaps,
        miscounted: checks.miscounted,
        first_hole: checks.first_hole.as_deref(),
    }
}

/// Rounds to four decimals.
fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

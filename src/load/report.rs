//! What a run found, as a table for people and as one JSON object for programs.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Write as _};
use std::time::Duration;

use super::Rate;
use super::object::Object;
use super::proc::Usage;
use super::tally::{Events, Flow, Resumed};

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// After the time it was given.
    Complete,
    /// By Ctrl-C.
    Interrupted,
    /// All connections were closed.
    Alone,
}

#[derive(Debug)]
pub struct Report {
    pub url: String,
    pub format: &'static str,
    pub ended: Ended,
    pub clients: usize,
    pub symbols: usize,
    pub rate: Rate,
    pub check: usize,
    pub stall: usize,
    pub stall_for: Duration,
    pub threads: usize,
    /// The measured time.
    pub elapsed: Duration,
    pub flow: Flow,
    pub events: Events,
    /// `None`: the process behind the address is not known.
    pub server: Option<Server>,
    /// What the generator itself used within the measured time.
    pub own_cpu: Option<Duration>,
    pub own_rss_bytes: Option<u64>,
}

/// The server's process.
#[derive(Debug)]
pub struct Server {
    pub process: String,
    /// Before the first client.
    pub idle: Usage,
    /// When the measured time began, and when it ended.
    pub begun: Usage,
    pub ended: Usage,
}

impl Server {
    pub const fn cpu(&self) -> Duration {
        self.ended.cpu.saturating_sub(self.begun.cpu)
    }

    /// Growth of the resident memory since before the first client, for each of them.
    fn rss_bytes_per_client(&self, clients: usize) -> Option<f64> {
        let grown = self.ended.rss_bytes.saturating_sub(self.idle.rss_bytes);
        (clients > 0).then(|| grown as f64 / clients as f64)
    }
}

impl Report {
    fn seconds(&self) -> f64 {
        self.elapsed.as_secs_f64()
    }

    /// A value for each second measured.
    fn a_second(&self, value: u64) -> Option<f64> {
        ratio(value as f64, self.seconds())
    }

    /// Updates if each symbol changes in each interval; unknown where clients stall or were lost.
    fn updates_at_full_rate(&self) -> Option<f64> {
        let rate = self.events.granted.filter(|_| self.stall == 0 && self.events.closed_count() == 0)?;
        Some(self.events.connected as f64 * self.symbols as f64 * rate * self.seconds())
    }

    fn cpu_seconds_per_million(&self) -> Option<f64> {
        ratio(self.server.as_ref()?.cpu().as_secs_f64() * 1e6, self.flow.updates as f64)
    }

    fn own_cpu_share(&self) -> Option<f64> {
        ratio(self.own_cpu?.as_secs_f64(), self.seconds())
    }

    pub fn to_json(&self) -> String {
        let Self { flow, events, .. } = self;
        let delay = |share| flow.delay.quantile(share);
        Object::default()
            .text("url", &self.url)
            .text("format", self.format)
            .text("ended", self.ended.label())
            .value("clients", self.clients)
            .value("connected", events.connected)
            .value("failed", events.failed)
            .maybe_text("first_failure", events.first_failure.as_deref())
            .value("closed", codes(&events.closed))
            .value("symbols_per_client", self.symbols)
            .value("rate", self.rate.to_json())
            .maybe("rate_granted", events.granted)
            .fraction("seconds", Some(self.seconds()))
            .value("messages", flow.messages)
            .value("updates", flow.updates)
            .fraction("updates_per_second", self.a_second(flow.updates))
            .fraction("updates_at_full_rate", self.updates_at_full_rate())
            .value("bytes", flow.bytes)
            .fraction("bytes_per_second", self.a_second(flow.bytes))
            .fraction("bytes_per_update", ratio(flow.update_bytes as f64, flow.updates as f64))
            .maybe("delay_p50_us", delay(0.5))
            .maybe("delay_p99_us", delay(0.99))
            .maybe("delay_p99_9_us", delay(0.999))
            .maybe("delay_max_us", flow.delay.max())
            .value("check", self.check_json())
            .value("errors", events.errors)
            .maybe_text("first_error", events.first_error.as_deref())
            .maybe("stall", (self.stall > 0).then(|| self.stall_json()))
            .maybe("server", self.server.as_ref().map(|server| self.server_json(server)))
            .fraction("own_cpu_seconds", self.own_cpu.map(|cpu| cpu.as_secs_f64()))
            .fraction("own_cpu_share", self.own_cpu_share())
            .maybe("own_rss_bytes", self.own_rss_bytes)
            .finish()
    }

    fn check_json(&self) -> String {
        let check = &self.events.check;
        Object::default()
            .value("clients", self.check)
            .value("updates", check.updates)
            .value("holes", check.holes)
            .value("overlaps", check.overlaps)
            .value("miscounted", check.miscounted)
            .maybe_text("first_hole", check.first_hole.as_deref())
            .finish()
    }

    fn stall_json(&self) -> String {
        let stalls = &self.events.stalls;
        let mut object = Object::default()
            .value("clients", self.stall)
            .value("seconds", self.stall_for.as_secs_f64())
            .value("resumed", self.resumed())
            .value("closed", codes(&self.events.stalled_closed));
        for (name, value) in STALL_VALUES {
            let (p50, max) = middle_and_max(stalls, value);
            object = object.maybe(&format!("{name}_p50"), p50).maybe(&format!("{name}_max"), max);
        }
        object.finish()
    }

    /// Clients that got a fresh price after their stall.
    fn resumed(&self) -> usize {
        self.events.stalls.iter().filter(|resumed| resumed.fresh_after.is_some()).count()
    }

    fn server_json(&self, server: &Server) -> String {
        Object::default()
            .value("process", &server.process)
            .fraction("cpu_seconds", Some(server.cpu().as_secs_f64()))
            .fraction("cpu_share", ratio(server.cpu().as_secs_f64(), self.seconds()))
            .fraction("cpu_seconds_per_million_updates", self.cpu_seconds_per_million())
            .value("rss_bytes_idle", server.idle.rss_bytes)
            .value("rss_bytes_begun", server.begun.rss_bytes)
            .value("rss_bytes", server.ended.rss_bytes)
            .fraction("rss_bytes_per_client", server.rss_bytes_per_client(self.events.connected))
            .finish()
    }
}

impl Ended {
    const fn label(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Interrupted => "interrupted",
            Self::Alone => "all_closed",
        }
    }
}

type StallValue = fn(&Resumed) -> Option<u64>;

const STALL_VALUES: [(&str, StallValue); 4] = [
    ("first_age_us", |resumed| resumed.first_age),
    ("first_market_age_us", |resumed| resumed.first_market_age),
    ("fresh_after_us", |resumed| resumed.fresh_after),
    ("piled_bytes", |resumed| Some(resumed.piled_bytes)),
];

fn middle_and_max(stalls: &[Resumed], value: StallValue) -> (Option<u64>, Option<u64>) {
    let mut values: Vec<u64> = stalls.iter().filter_map(value).collect();
    values.sort_unstable();
    (values.get(values.len() / 2).copied(), values.last().copied())
}

fn ratio(of: f64, to: f64) -> Option<f64> {
    (to > 0.0).then(|| of / to)
}

fn codes(closed: &BTreeMap<u16, usize>) -> String {
    closed.iter().fold(Object::default(), |object, (code, count)| object.value(&code.to_string(), count)).finish()
}

impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { flow, events, .. } = self;
        let mut row = |name: &str, value: String| writeln!(f, "  {name:<12}{value}");
        row("clients", self.clients_line())?;
        let granted = events.granted.map_or("unknown".into(), |rate| rate.to_string());
        let rate = match self.rate {
            Rate::PerSecond(rate) => format!("at {rate} updates a second (granted {granted})"),
            Rate::Every => "with every tick".into(),
        };
        row("each", format!("{} symbols {rate}", self.symbols))?;
        let early = if self.ended == Ended::Complete { "" } else { ", ended early: " };
        let reason = if self.ended == Ended::Complete { "" } else { self.ended.label() };
        row("measured", format!("{:.1} s{early}{reason}", self.seconds()))?;
        let updates = self.a_second(flow.updates).unwrap_or(0.0);
        let full = self.updates_at_full_rate().and_then(|full| ratio(flow.updates as f64 * 100.0, full));
        let full = full.map_or(String::new(), |share| format!(", {share:.1} % of the full rate"));
        row("updates", format!("{} in {} messages: {updates:.0}/s{full}", flow.updates, flow.messages))?;
        let megabytes = self.a_second(flow.bytes).unwrap_or(0.0) / 1e6;
        row(
            "bytes",
            format!("{}: {megabytes:.1} MB/s, {} an update", flow.bytes, decimals(self.bytes_per_update(), 1)),
        )?;
        let [p50, p99, p999] = [0.5, 0.99, 0.999].map(|share| millis(flow.delay.quantile(share)));
        row("delay", format!("p50 {p50}, p99 {p99}, p99.9 {p999}, max {}", millis(flow.delay.max())))?;
        let check = &events.check;
        let first = check.first_hole.as_ref().map_or(String::new(), |hole| format!(" (first: {hole})"));
        let (holes, overlaps, miscounted) = (check.holes, check.overlaps, check.miscounted);
        let found = format!("{holes} holes{first}, {overlaps} overlaps, {miscounted} miscounted");
        row("exactness", format!("{} updates of {} clients: {found}", check.updates, self.check))?;
        if let Some(first) = &events.first_error {
            row("errors", format!("{}, first: {first}", events.errors))?;
        }
        if self.stall > 0 {
            row("stalled", self.stall_line())?;
        }
        row(
            "server",
            self.server.as_ref().map_or(
                "not measured: no process of this user listens there, or time was too short".into(),
                |server| self.server_line(server),
            ),
        )?;
        row("generator", self.own_line())
    }
}

impl Report {
    fn bytes_per_update(&self) -> Option<f64> {
        ratio(self.flow.update_bytes as f64, self.flow.updates as f64)
    }

    fn clients_line(&self) -> String {
        let Events { connected, failed, first_failure, closed, .. } = &self.events;
        let mut line = format!("{connected} of {} connected", self.clients);
        if let Some(first) = first_failure {
            let _ = write!(line, ", {failed} failed (first: {first})");
        }
        for (code, count) in closed {
            let _ = write!(line, ", {count} closed with {code}");
        }
        line
    }

    fn stall_line(&self) -> String {
        let (stalls, seconds) = (&self.events.stalls, self.stall_for.as_secs_f64());
        let mut line = format!("{} for {seconds} s: {} went on", self.stall, self.resumed());
        for (code, count) in &self.events.stalled_closed {
            let _ = write!(line, ", {count} were closed with {code}");
        }
        let [(_, first), (_, market), (_, fresh), (_, piled)] =
            STALL_VALUES.map(|(_, value)| middle_and_max(stalls, value));
        let (first, market, fresh) = (millis(first), millis(market), millis(fresh));
        let _ = write!(line, "; at worst: first message {first} old, its newest price {market} old");
        let _ = write!(line, ", fresh after {fresh}, {} bytes piled up", piled.unwrap_or(0));
        line
    }

    fn server_line(&self, server: &Server) -> String {
        let share = ratio(server.cpu().as_secs_f64(), self.seconds());
        format!(
            "process {}: {:.2} CPU-s ({} of a core), {} CPU-s a million updates; RSS {:.1} MB, {} kB a client",
            server.process,
            server.cpu().as_secs_f64(),
            decimals(share, 2),
            decimals(self.cpu_seconds_per_million(), 3),
            server.ended.rss_bytes as f64 / 1e6,
            decimals(server.rss_bytes_per_client(self.events.connected).map(|bytes| bytes / 1e3), 1),
        )
    }

    fn own_line(&self) -> String {
        let Some(share) = self.own_cpu_share() else { return "not measured".into() };
        let rss = self.own_rss_bytes.map_or(String::new(), |bytes| format!("; RSS {:.1} MB", bytes as f64 / 1e6));
        let busy = if share > 0.8 * self.threads as f64 { "; it may be what is measured: try --threads" } else { "" };
        format!("{share:.2} of a core{rss}{busy}")
    }
}

/// Microseconds as milliseconds.
pub fn millis(micros: Option<u64>) -> String {
    micros.map_or("-".into(), |micros| format!("{:.2} ms", micros as f64 / 1e3))
}

fn decimals(value: Option<f64>, digits: usize) -> String {
    value.map_or("-".into(), |value| format!("{value:.digits$}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(cpu_ms: u64, rss_bytes: u64) -> Usage {
        Usage { cpu: Duration::from_millis(cpu_ms), rss_bytes }
    }

    fn report() -> Report {
        let mut flow = Flow { messages: 10, updates: 100, update_bytes: 8_100, bytes: 9_000, ..Flow::default() };
        flow.delay.record(2_500, 100);
        let resumed = Resumed { first_age: Some(5), first_market_age: None, fresh_after: Some(7), piled_bytes: 16 };
        let events = Events {
            connected: 2,
            failed: 1,
            first_failure: Some("a \"quoted\"\nreason".into()),
            granted: Some(5.0),
            stalls: vec![resumed],
            ..Events::default()
        };
        Report {
            url: "ws://127.0.0.1:1/ws".into(),
            format: "json",
            ended: Ended::Complete,
            clients: 3,
            symbols: 10,
            rate: Rate::PerSecond(7.0),
            check: 1,
            stall: 0,
            stall_for: Duration::from_secs(20),
            threads: 1,
            elapsed: Duration::from_secs(1),
            flow,
            events,
            server: Some(Server {
                process: "42".into(),
                idle: usage(0, 1_000),
                begun: usage(100, 3_000),
                ended: usage(150, 5_000),
            }),
            own_cpu: Some(Duration::from_millis(900)),
            own_rss_bytes: None,
        }
    }

    #[test]
    fn a_program_reads_one_object() {
        let json: serde_json::Value = serde_json::from_str(&report().to_json()).unwrap();
        for (pointer, want) in [
            ("/updates_per_second", 100.0),
            ("/updates_at_full_rate", 100.0),
            ("/bytes_per_update", 81.0),
            ("/delay_p99_us", 2_500.0),
            ("/server/cpu_seconds_per_million_updates", 500.0),
            ("/server/rss_bytes_per_client", 2_000.0),
        ] {
            assert_eq!(json.pointer(pointer).and_then(serde_json::Value::as_f64), Some(want), "{pointer}: {json}");
        }
        assert_eq!(json["first_failure"], "a \"quoted\"\nreason");
        assert!(json["stall"].is_null() && json["first_error"].is_null());
        let stalled = Report { stall: 1, ..report() };
        let json: serde_json::Value = serde_json::from_str(&stalled.to_json()).unwrap();
        assert_eq!((&json["stall"]["piled_bytes_max"], &json["stall"]["resumed"]), (&16.into(), &1.into()));
        assert!(json["stall"]["first_market_age_us_max"].is_null() && json["updates_at_full_rate"].is_null());
    }

    #[test]
    fn people_read_a_table() {
        let table = Report { stall: 1, ..report() }.to_string();
        for text in [
            "2 of 3 connected, 1 failed",
            "100 in 10 messages: 100/s",
            "81.0 an update",
            "p99 2.50 ms",
            "0 holes",
            "process 42: 0.05 CPU-s",
            "try --threads",
            "1 for 20 s: 1 went on",
        ] {
            assert!(table.contains(text), "{text} in {table}");
        }
        let nothing = Report { server: None, flow: Flow::default(), elapsed: Duration::ZERO, ..report() };
        assert!(nothing.to_string().contains("not measured"));
        serde_json::from_str::<serde_json::Value>(&nothing.to_json()).unwrap();
    }
}

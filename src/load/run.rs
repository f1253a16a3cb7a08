//! A run: connects, warms up, measures, and reports.

use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::time::interval;

use super::config::LoadConfig;
use super::connect::SharedState;
use super::plan::ClientPlan;
use super::process::{self, Usage};
use super::report::{Report, RunEnd, ServerUsage, millis};
use super::tally::{Outcomes, Tally, Traffic};

/// The interval at which the threads' counts are taken.
const SAMPLE_INTERVAL: Duration = Duration::from_millis(100);
/// Samples from one progress line to the next.
const SAMPLES_PER_LINE: u32 = 10;
/// The time that is measured at least after a stall.
const AFTER_STALL: Duration = Duration::from_secs(5);

/// The phase of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display)]
enum Phase {
    #[strum(serialize = "connecting")]
    Connecting,
    #[strum(serialize = "warming up")]
    WarmingUp { since: Instant },
    #[strum(serialize = "measuring")]
    Measuring { since: Instant },
}

/// A run with its counts so far.
#[derive(Debug)]
pub struct Run<'a> {
    config: &'a LoadConfig,
    threads: Vec<SharedState>,
    /// Sends true when the stalling clients must stop reading.
    stall: watch::Sender<bool>,
    phase: Phase,
    /// Since the last progress line.
    line: Traffic,
    line_since: Instant,
    /// Since measuring began.
    measured: Traffic,
    outcomes: Outcomes,
    /// The server's process, if it is known.
    server: Option<u32>,
    server_idle: Option<Usage>,
    server_begun: Option<Usage>,
    own_begun: Option<Usage>,
    elapsed: Duration,
}

impl<'a> Run<'a> {
    /// Creates a run over clients that `threads` hold, against the process `server`.
    pub fn new(
        config: &'a LoadConfig,
        server: Option<u32>,
        threads: Vec<SharedState>,
        stall: watch::Sender<bool>,
    ) -> Self {
        if !config.quiet && server.is_none() {
            eprintln!("the server's process is not known here: its CPU time and memory are not measured");
        }
        Self {
            config,
            threads,
            stall,
            phase: Phase::Connecting,
            line: Traffic::default(),
            line_since: Instant::now(),
            measured: Traffic::default(),
            outcomes: Outcomes::default(),
            server,
            server_idle: server.and_then(process::usage),
            server_begun: None,
            own_begun: None,
            elapsed: Duration::ZERO,
        }
    }

    /// Runs until all is measured, all connections are closed, or `stop` completes.
    pub async fn run(&mut self, stop: impl Future<Output = ()>) -> RunEnd {
        let mut stop = std::pin::pin!(stop);
        let mut interval = interval(SAMPLE_INTERVAL);
        let mut samples = 0;
        loop {
            let is_stopped = tokio::select! {
                () = &mut stop => true,
                _ = interval.tick() => false,
            };
            self.sample();
            let end = self.advance(Instant::now());
            if let Some(end) = end.or(is_stopped.then_some(RunEnd::Interrupted)) {
                return end;
            }
            samples += 1;
            if samples % SAMPLES_PER_LINE == 0 {
                self.print_progress();
            }
        }
    }

    /// Takes the counts of all threads.
    fn sample(&mut self) {
        let is_measuring = matches!(self.phase, Phase::Measuring { .. });
        for thread in &self.threads {
            let Tally { traffic, outcomes } = thread.lock().take();
            if is_measuring {
                self.measured.add(&traffic);
            }
            self.line.add(&traffic);
            self.outcomes.add(outcomes);
        }
    }

    /// Goes on to the next phase when it is time; returns the end when the run is over.
    fn advance(&mut self, now: Instant) -> Option<RunEnd> {
        let Outcomes { connected, failed, .. } = self.outcomes;
        let is_connected = connected + failed >= self.config.clients;
        if is_connected && self.outcomes.closed_count() >= connected {
            return Some(RunEnd::AllClosed);
        }
        match self.phase {
            Phase::Connecting if is_connected => self.phase = Phase::WarmingUp { since: now },
            Phase::WarmingUp { since } if now - since >= self.config.warm_up => {
                self.server_begun = self.server.and_then(process::usage);
                self.own_begun = process::usage(std::process::id());
                self.phase = Phase::Measuring { since: now };
                self.stall.send_replace(true);
            }
            Phase::Measuring { since } => {
                self.elapsed = now - since;
                return (self.elapsed >= self.time_to_measure()).then_some(RunEnd::Complete);
            }
            Phase::Connecting | Phase::WarmingUp { .. } => {}
        }
        None
    }

    fn time_to_measure(&self) -> Duration {
        let LoadConfig { duration, stall, stall_for, .. } = self.config;
        if *stall > 0 { (*duration).max(*stall_for + AFTER_STALL) } else { *duration }
    }

    fn print_progress(&mut self) {
        let seconds = self.line_since.elapsed().as_secs_f64();
        let line = std::mem::take(&mut self.line);
        self.line_since = Instant::now();
        if self.config.quiet {
            return;
        }
        let clients = self.outcomes.connected.saturating_sub(self.outcomes.closed_count());
        let (updates, megabytes) = (line.updates as f64 / seconds, line.bytes as f64 / seconds / 1e6);
        let (phase, p99) = (self.phase, millis(line.delay(0.99)));
        eprintln!("{phase:<10} {clients:>6} clients {updates:>9.0} updates/s {megabytes:>7.1} MB/s p99 {p99}");
    }

    /// Returns the report of a run that has ended.
    pub fn report(self, plan: &ClientPlan, end: RunEnd) -> Report {
        let server = match (self.server, self.server_idle, self.server_begun, self.server.and_then(process::usage)) {
            (Some(pid), Some(idle), Some(begun), Some(ended)) => Some(ServerUsage { pid, idle, begun, ended }),
            _ => None,
        };
        let own = process::usage(std::process::id());
        let own_cpu = own.zip(self.own_begun).map(|(now, begun)| now.cpu.saturating_sub(begun.cpu));
        Report {
            config: self.config.clone(),
            end,
            symbols: plan.symbol_count(),
            elapsed: self.elapsed,
            traffic: self.measured,
            outcomes: self.outcomes,
            server,
            own_cpu,
            own_rss_bytes: own.map(|own| own.rss_bytes),
        }
    }
}

//! The load generator: many clients that subscribe, count and measure, in one process.
//!
//! It shares no code with the server, so that it can judge it, and is built to cost little beside it: no
//! buffer and no timer a client, and messages are scanned, not parsed (`scan`). `client` is one connection
//! over bytes, `drive` its socket, `check` the close look at a few of them. A run connects, warms up,
//! measures, and reports.

mod args;
#[cfg(not(fuzzing))]
mod binary;
#[cfg(fuzzing)]
pub mod binary;
mod check;
mod client;
mod drive;
mod frame;
mod histogram;
mod object;
mod proc;
mod report;
mod scan;
mod tally;
mod target;
mod walk;

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;
use tokio::time::interval;

pub use args::{Format, LoadArgs};
use client::Plan;
use drive::{Desk, Work, connect_all};
use proc::Usage;
use report::{Ended, Report, Server, millis};
use tally::{Events, Flow, Tally};
use target::Target;

/// How often the threads' counts are taken and the phase is looked at.
const BEAT: Duration = Duration::from_millis(100);
/// Beats between two progress lines.
const BEATS_A_LINE: u32 = 10;
/// Files that the process needs besides its connections.
const OTHER_FILES: u64 = 64;
/// What is measured at least after a stall.
const AFTER_STALL: Duration = Duration::from_secs(5);

#[derive(Clone, Debug)]
pub struct Config {
    pub url: String,
    pub clients: usize,
    pub symbols: Symbols,
    pub rate: Rate,
    pub duration: Duration,
    pub warm_up: Duration,
    pub format: Format,
    /// Clients that are looked at closely: the first ones.
    pub check: usize,
    /// Clients that stop reading for `stall_for`: the last ones.
    pub stall: usize,
    pub stall_for: Duration,
    pub connect_rate: f64,
    pub threads: usize,
    /// How long a thread rests before it waits for more to read.
    pub rest: Duration,
    pub allow_remote: bool,
    pub json: bool,
    pub quiet: bool,
}

/// What each client subscribes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symbols {
    Count(usize),
    /// `"*"`.
    All,
}

/// What each client asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rate {
    PerSecond(f64),
    /// Each tick by itself.
    Every,
}

impl Rate {
    /// As it stands in a message.
    fn to_json(self) -> String {
        match self {
            Self::PerSecond(rate) => rate.to_string(),
            Self::Every => "\"every\"".into(),
        }
    }
}

/// Why there is no report, or one that shows a fault.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("{url:?} is no address of a stream; it looks like ws://127.0.0.1:3030/ws (TLS is not spoken here)")]
    Url { url: String },
    #[error("cannot find {host}")]
    Resolve {
        host: String,
        #[source]
        source: std::io::Error,
    },
    #[error(
        "{address} is not this machine, and load can take a server down; if it is yours to load, add --allow-remote"
    )]
    Remote { address: SocketAddr },
    #[error("no tickcast answers at {address}")]
    Unreachable {
        address: SocketAddr,
        #[source]
        source: std::io::Error,
    },
    #[error("no list of symbols at {path}: {reason}")]
    Symbols { path: String, reason: String },
    #[error("the server has {available} symbols; ask for at most so many with --symbols, or for all")]
    TooManySymbols { available: usize },
    #[error(
        "{clients} clients need {needed} open files, and this shell allows {limit}; raise it with `ulimit -n {needed}`"
    )]
    Files { clients: usize, needed: u64, limit: u64 },
    #[error("a thread could not be started: {0}")]
    Thread(#[source] std::io::Error),
    #[error("no client could connect: {reason}")]
    NoneConnected { reason: String },
    #[error("{holes} holes between the ranges of updates: ticks were lost")]
    Holes { holes: u64 },
}

/// Runs until all is measured, or `stop` comes; `say` gets the report.
///
/// # Errors
/// When nothing could be measured, or ticks are missing.
pub async fn run(config: Config, stop: impl Future<Output = ()>, mut say: impl FnMut(&str)) -> Result<(), LoadError> {
    let target = Target::find(&config.url, config.allow_remote)?;
    raise_file_limit(config.clients)?;
    let catalog = target.symbols()?;
    if matches!(config.symbols, Symbols::Count(count) if count > catalog.len()) {
        return Err(LoadError::TooManySymbols { available: catalog.len() });
    }
    let plan = Arc::new(Plan {
        host: target.host,
        path: target.path,
        format: config.format,
        catalog,
        symbols: config.symbols,
        rate: config.rate,
    });
    let process = target.address.ip().is_loopback().then(|| proc::listener(target.address)).flatten();
    let mut run = Run::new(&config, process);
    let (start_stall, stall) = watch::channel(false);
    let (_running, stopped) = watch::channel(());
    let desks = start_threads(&config, target.address, &plan, &stall, &stopped)?;
    let ended = measure(&config, &mut run, &desks, &start_stall, stop).await;
    let report = run.report(&config, &plan, ended);
    say(&if config.json { report.to_json() } else { report.to_string().trim_end().to_owned() });
    match (report.events.connected, report.events.check.holes) {
        (0, _) => {
            let reason = report.events.first_failure.unwrap_or_else(|| "it ended too early".into());
            Err(LoadError::NoneConnected { reason })
        }
        (_, 0) => Ok(()),
        (_, holes) => Err(LoadError::Holes { holes }),
    }
}

fn raise_file_limit(clients: usize) -> Result<(), LoadError> {
    let needed = clients as u64 + OTHER_FILES;
    // Where there is no such limit, an error says so, and nothing need be raised.
    let limit = rlimit::increase_nofile_limit(u64::MAX).unwrap_or(u64::MAX);
    if limit < needed { Err(LoadError::Files { clients, needed, limit }) } else { Ok(()) }
}

/// Starts the threads that hold the clients; they end when `stopped` loses its sender.
fn start_threads(
    config: &Config,
    address: SocketAddr,
    plan: &Arc<Plan>,
    stall: &watch::Receiver<bool>,
    stopped: &watch::Receiver<()>,
) -> Result<Vec<Arc<Desk>>, LoadError> {
    (0..config.threads)
        .map(|number| {
            let desk = Arc::new(Desk::new());
            let work = Work {
                address,
                plan: Arc::clone(plan),
                clients: (number..config.clients).step_by(config.threads).collect(),
                connect_rate: config.connect_rate / config.threads as f64,
                check: config.check,
                stall_from: config.clients - config.stall,
                stall_for: config.stall_for,
            };
            let runtime = runtime(config.rest).map_err(LoadError::Thread)?;
            let (stall, mut stopped, shared) = (stall.clone(), stopped.clone(), Arc::clone(&desk));
            let hold = move || {
                runtime.block_on(async {
                    tokio::spawn(connect_all(work, shared, stall));
                    let _ = stopped.changed().await;
                });
            };
            thread::Builder::new().name(format!("load-{number}")).spawn(hold).map_err(LoadError::Thread)?;
            Ok(desk)
        })
        .collect()
}

/// A runtime that rests before it waits. On one machine it is the sender's system call that wakes a reader who
/// waits, once for each message; between machines a network card's interrupts do that, and for many at once.
fn runtime(rest: Duration) -> std::io::Result<Runtime> {
    let mut runtime = Builder::new_current_thread();
    if !rest.is_zero() {
        runtime.on_thread_park(move || thread::sleep(rest));
    }
    runtime.enable_all().build()
}

/// What a run is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Connecting,
    WarmingUp { since: Instant },
    Measuring { since: Instant },
}

impl Phase {
    const fn label(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::WarmingUp { .. } => "warming up",
            Self::Measuring { .. } => "measuring",
        }
    }
}

/// A run so far.
#[derive(Debug)]
struct Run {
    phase: Phase,
    /// Since the last progress line.
    second: Flow,
    /// Since measuring began.
    window: Flow,
    events: Events,
    process: Option<String>,
    idle: Option<Usage>,
    begun: Option<Usage>,
    own_begun: Option<Usage>,
    elapsed: Duration,
}

impl Run {
    fn new(config: &Config, process: Option<String>) -> Self {
        if !config.quiet && process.is_none() {
            eprintln!("the server's process is not known here: its CPU time and memory are not measured");
        }
        let idle = process.as_deref().and_then(proc::usage);
        Self {
            phase: Phase::Connecting,
            second: Flow::default(),
            window: Flow::default(),
            events: Events::default(),
            process,
            idle,
            begun: None,
            own_begun: None,
            elapsed: Duration::ZERO,
        }
    }

    fn absorb(&mut self, tally: Tally) {
        if matches!(self.phase, Phase::Measuring { .. }) {
            self.window.absorb(&tally.flow);
        }
        self.second.absorb(&tally.flow);
        self.events.absorb(tally.events);
    }

    /// Goes on to the next phase when it is time; `Some` when the run is over.
    fn advance(&mut self, config: &Config, now: Instant) -> Option<Ended> {
        let Events { connected, failed, .. } = self.events;
        if connected + failed >= config.clients && self.events.closed_count() >= connected {
            return Some(Ended::Alone);
        }
        match self.phase {
            Phase::Connecting if connected + failed >= config.clients => self.phase = Phase::WarmingUp { since: now },
            Phase::WarmingUp { since } if now - since >= config.warm_up => {
                self.begun = self.process.as_deref().and_then(proc::usage);
                self.own_begun = proc::usage("self");
                self.phase = Phase::Measuring { since: now };
            }
            Phase::Measuring { since } => {
                self.elapsed = now - since;
                let least = if config.stall > 0 { config.stall_for + AFTER_STALL } else { Duration::ZERO };
                return (self.elapsed >= config.duration.max(least)).then_some(Ended::Complete);
            }
            _ => {}
        }
        None
    }

    fn progress_line(&mut self, seconds: f64) -> String {
        let second = std::mem::take(&mut self.second);
        let clients = self.events.connected.saturating_sub(self.events.closed_count());
        let (updates, megabytes) = (second.updates as f64 / seconds, second.bytes as f64 / seconds / 1e6);
        let p99 = millis(second.delay.quantile(0.99));
        let phase = self.phase.label();
        format!("{phase:<10} {clients:>6} clients {updates:>9.0} updates/s {megabytes:>7.1} MB/s p99 {p99}")
    }

    fn report(self, config: &Config, plan: &Plan, ended: Ended) -> Report {
        let now = self.process.as_deref().and_then(proc::usage);
        let server = match (self.process, self.idle, self.begun, now) {
            (Some(process), Some(idle), Some(begun), Some(ended)) => Some(Server { process, idle, begun, ended }),
            _ => None,
        };
        let own = proc::usage("self");
        let own_cpu = own.zip(self.own_begun).map(|(now, begun)| now.cpu.saturating_sub(begun.cpu));
        Report {
            url: config.url.clone(),
            format: config.format.label(),
            ended,
            clients: config.clients,
            symbols: plan.symbol_count(),
            rate: config.rate,
            check: config.check,
            stall: config.stall,
            stall_for: config.stall_for,
            threads: config.threads,
            elapsed: self.elapsed,
            flow: self.window,
            events: self.events,
            server,
            own_cpu,
            own_rss_bytes: own.map(|own| own.rss_bytes),
        }
    }
}

async fn measure(
    config: &Config,
    run: &mut Run,
    desks: &[Arc<Desk>],
    start_stall: &watch::Sender<bool>,
    stop: impl Future<Output = ()>,
) -> Ended {
    let mut stop = std::pin::pin!(stop);
    let mut beat = interval(BEAT);
    let (mut beats, mut line_at) = (0, Instant::now());
    loop {
        let stopped = tokio::select! {
            () = &mut stop => true,
            _ = beat.tick() => false,
        };
        desks.iter().for_each(|desk| run.absorb(desk.take()));
        let ended = run.advance(config, Instant::now());
        if let Some(ended) = ended.or(stopped.then_some(Ended::Interrupted)) {
            return ended;
        }
        if matches!(run.phase, Phase::Measuring { .. }) {
            start_stall.send_if_modified(|started| !std::mem::replace(started, true));
        }
        beats += 1;
        if beats % BEATS_A_LINE == 0 {
            let line = run.progress_line(line_at.elapsed().as_secs_f64());
            line_at = Instant::now();
            if !config.quiet {
                eprintln!("{line}");
            }
        }
    }
}

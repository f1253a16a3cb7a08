//! The load generator: many clients in one process that subscribe, count, check and measure.
//!
//! It shares no code with the server, so that it can judge it, and costs little beside it: a client has no buffer and
//! no timer of its own, and its messages are scanned, not parsed (`scan`). `client` is one connection over bytes,
//! `connect` its socket, `check` the full check of some clients' messages. A run connects, warms up, measures, and
//! reports (`run`).

mod args;
#[cfg(not(fuzzing))]
mod binary;
#[cfg(fuzzing)]
pub mod binary;
mod check;
mod client;
mod config;
mod connect;
mod endpoint;
mod error;
mod frame;
mod message;
mod plan;
mod process;
mod report;
mod run;
mod scan;
mod tally;

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;

pub use args::LoadArgs;
pub use config::{LoadConfig, MessageFormat, SymbolChoice, UpdateRate};
use connect::{SharedState, ThreadPlan, ThreadState, connect_all};
use endpoint::Endpoint;
pub use error::LoadError;
use plan::ClientPlan;
use run::Run;

/// Open files that the process needs besides its connections.
const OTHER_FILES: u64 = 64;

/// Runs until all is measured, or `stop` completes; prints the report through `print`.
///
/// # Errors
/// Returns an error if nothing could be measured, or if ticks were lost.
pub async fn run(
    config: LoadConfig,
    stop: impl Future<Output = ()>,
    mut print: impl FnMut(&str),
) -> Result<(), LoadError> {
    let endpoint = Endpoint::find(&config.url, config.allow_remote)?;
    raise_file_limit(config.clients)?;
    let address = endpoint.address;
    let plan = Arc::new(client_plan(&config, endpoint)?);
    // Before the first client, so that the server's memory is that of an idle one.
    let server = address.ip().is_loopback().then(|| process::listener(address)).flatten();
    let (start_stall, stall) = watch::channel(false);
    let (_running, stopped) = watch::channel(());
    let states: Vec<_> = (0..config.threads).map(|_| ThreadState::shared()).collect();
    let mut run = Run::new(&config, server, states.clone(), start_stall);
    for (number, state) in states.into_iter().enumerate() {
        start_thread(&config, number, address, &plan, state, stall.clone(), stopped.clone())?;
    }
    let end = run.run(stop).await;
    let report = run.report(&plan, end);
    print(&if config.json { report.to_json() } else { report.to_string().trim_end().to_owned() });
    match (report.outcomes.connected, report.outcomes.checks.holes) {
        (0, _) => {
            let reason = report.outcomes.first_failure.unwrap_or_else(|| "the run ended too early".into());
            Err(LoadError::NoneConnected { reason })
        }
        (_, 0) => Ok(()),
        (_, holes) => Err(LoadError::Holes { holes }),
    }
}

fn raise_file_limit(clients: usize) -> Result<(), LoadError> {
    let needed = clients as u64 + OTHER_FILES;
    // On systems without such a limit this is an error, and there is nothing to raise.
    let limit = rlimit::increase_nofile_limit(u64::MAX).unwrap_or(u64::MAX);
    if limit < needed { Err(LoadError::Files { clients, needed, limit }) } else { Ok(()) }
}

fn client_plan(config: &LoadConfig, endpoint: Endpoint) -> Result<ClientPlan, LoadError> {
    let catalog = endpoint.symbols()?;
    if matches!(config.symbols, SymbolChoice::Count(count) if count > catalog.len()) {
        return Err(LoadError::TooManySymbols { available: catalog.len() });
    }
    let Endpoint { host, path, .. } = endpoint;
    Ok(ClientPlan { host, path, format: config.format, catalog, symbols: config.symbols, rate: config.rate })
}

/// Starts a thread that holds every `threads`th client; it ends when `stopped` loses its sender.
fn start_thread(
    config: &LoadConfig,
    number: usize,
    address: SocketAddr,
    plan: &Arc<ClientPlan>,
    state: SharedState,
    stall: watch::Receiver<bool>,
    mut stopped: watch::Receiver<()>,
) -> Result<(), LoadError> {
    let thread = ThreadPlan {
        address,
        plan: Arc::clone(plan),
        clients: (number..config.clients).step_by(config.threads).collect(),
        connect_rate: config.connect_rate / config.threads as f64,
        check: config.check,
        stall_from: config.clients - config.stall,
        stall_for: config.stall_for,
    };
    let runtime = runtime(config.rest).map_err(LoadError::Thread)?;
    let hold = move || {
        runtime.block_on(async {
            tokio::spawn(connect_all(thread, state, stall));
            let _ = stopped.changed().await;
        });
    };
    thread::Builder::new().name(format!("load-{number}")).spawn(hold).map_err(LoadError::Thread)?;
    Ok(())
}

/// Builds a runtime that sleeps before it waits for data.
///
/// On one machine, the sender's system call wakes a waiting reader, once for each message. Between machines, the
/// interrupts of a network card do that, for many messages at once.
fn runtime(rest: Duration) -> std::io::Result<Runtime> {
    let mut runtime = Builder::new_current_thread();
    if !rest.is_zero() {
        runtime.on_thread_park(move || thread::sleep(rest));
    }
    runtime.enable_all().build()
}

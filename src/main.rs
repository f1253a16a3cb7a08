//! The binary: reads the command line, logs, runs the job, and returns the exit code.

#![forbid(unsafe_code)]

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use anyhow::Context as _;
use tickcast::app;
use tickcast::cli::{Cli, CliError, SettingsError};
use tickcast::server::CountErrors;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{EnvFilter, LevelFilter};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Gives memory back to the system after a burst of clients; the allocator of the C library keeps it
/// (`docs/BENCHMARKS.md`). Its settings are in `.cargo/config.toml`.
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// The variable with the filter of the log, such as `debug` or `tickcast=trace`.
const LOG: &str = "TICKCAST_LOG";

/// The variable with the format of the log: `text` for people, or `json` for programs.
const LOG_FORMAT: &str = "TICKCAST_LOG_FORMAT";

/// The exit code of `inspect` if not every file can be played.
const NOT_PLAYABLE: u8 = 2;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        // The report of each file is already printed.
        Err(error) if matches!(error.downcast_ref(), Some(app::AppError::NotPlayable)) => ExitCode::from(NOT_PLAYABLE),
        Err(error) => {
            // Errors quote files and settings.
            eprintln!("error: {}", tickcast::text::escape_lines(&format!("{error:#}")));
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let arguments: Vec<_> = std::env::args_os().collect();
    // A variable that is not text is not a setting.
    let variables =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let job = match Cli::job(&arguments, &variables.collect::<Vec<_>>()) {
        Err(CliError::Settings(SettingsError::Usage(error))) => error.exit(),
        job => job?,
    };
    log()?;
    tickcast::server::watch_panics();
    let runtime = tokio::runtime::Runtime::new().context("cannot start the async runtime")?;
    // A closed standard output must not stop the server.
    let print = |line: &str| drop(writeln!(std::io::stdout(), "{line}"));
    let ended = runtime.block_on(app::run(job, stop_signal(), print));
    // Nobody waits for the answer to a request that still reads a file.
    runtime.shutdown_background();
    Ok(ended?)
}

/// Sets up the log, which goes to standard error.
fn log() -> anyhow::Result<()> {
    let filter = match std::env::var(LOG) {
        Ok(text) => EnvFilter::try_new(&text)
            .with_context(|| format!("{LOG} is \"{text}\"; write it as tickcast=debug,warn"))?,
        Err(_) => EnvFilter::new("warn"),
    };
    let log = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let log = match std::env::var(LOG_FORMAT).as_deref() {
        Ok("json") => log.json().flatten_event(true).boxed(),
        Ok("text") | Err(_) => log.with_ansi(std::io::stderr().is_terminal()).boxed(),
        Ok(other) => anyhow::bail!("{LOG_FORMAT} is \"{other}\"; it can be text or json"),
    };
    let errors = CountErrors.with_filter(LevelFilter::ERROR);
    tracing_subscriber::registry().with(log.with_filter(filter)).with(errors).init();
    Ok(())
}

/// Waits for Ctrl-C or, on Unix, SIGTERM or SIGHUP.
async fn stop_signal() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let (terminate, hang_up) = {
        use tokio::signal::unix::SignalKind;
        (received(SignalKind::terminate(), false), received(SignalKind::hangup(), is_hangup_ignored()))
    };
    #[cfg(not(unix))]
    let (terminate, hang_up) = (std::future::pending::<()>(), std::future::pending::<()>());
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
        () = hang_up => {}
    }
}

/// Waits for a signal; for ever if it is ignored.
#[cfg(unix)]
async fn received(kind: tokio::signal::unix::SignalKind, is_ignored: bool) {
    match tokio::signal::unix::signal(kind) {
        Ok(mut signal) if !is_ignored => drop(signal.recv().await),
        _ => std::future::pending().await,
    }
}

/// Reports whether the program was started with SIGHUP ignored, as `nohup` does: it must go on then.
#[cfg(unix)]
fn is_hangup_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 != 0)
}

//! Arguments in, exit code out.

#![forbid(unsafe_code)]

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser as _;
use tickcast::{app, cli};
use tracing_subscriber::EnvFilter;

/// The variable that sets what is logged, such as `debug` or `tickcast=trace`.
const LOG: &str = "TICKCAST_LOG";

/// The exit code of `inspect` where not every file can be played.
const NOT_PLAYABLE: u8 = 2;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        // What cannot be played was told on the way.
        Err(error) if matches!(error.downcast_ref(), Some(app::AppError::NotPlayable)) => ExitCode::from(NOT_PLAYABLE),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let job = cli::Cli::parse().into_job();
    let filter = EnvFilter::try_from_env(LOG).unwrap_or_else(|_| EnvFilter::new("warn"));
    let is_terminal = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(is_terminal).init();
    let runtime = tokio::runtime::Runtime::new().context("the async runtime could not be started")?;
    // A reader of these lines that goes away is no reason to stop serving.
    let say = |line: &str| drop(writeln!(std::io::stdout(), "{line}"));
    runtime.block_on(app::run_job(job, stop_signal(), say))?;
    Ok(())
}

/// Ctrl-C or, on Unix, SIGTERM.
async fn stop_signal() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}

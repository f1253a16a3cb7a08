//! Arguments in, exit code out.

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

/// The variable that sets what is logged, such as `debug` or `tickcast=trace`.
const LOG: &str = "TICKCAST_LOG";

/// The variable that sets how it is logged: `text` for people, or `json` for programs.
const LOG_FORMAT: &str = "TICKCAST_LOG_FORMAT";

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
    let arguments: Vec<_> = std::env::args_os().collect();
    // What is no text is no setting of ours.
    let variables =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let job = match Cli::job(&arguments, &variables.collect::<Vec<_>>()) {
        Err(CliError::Settings(SettingsError::Usage(error))) => error.exit(),
        job => job?,
    };
    log()?;
    tickcast::server::watch_panics();
    let runtime = tokio::runtime::Runtime::new().context("the async runtime could not be started")?;
    // A reader of these lines that goes away is no reason to stop serving.
    let say = |line: &str| drop(writeln!(std::io::stdout(), "{line}"));
    runtime.block_on(app::run_job(job, stop_signal(), say))?;
    Ok(())
}

/// Logs to standard error.
fn log() -> anyhow::Result<()> {
    let filter = match std::env::var(LOG) {
        Ok(text) => {
            EnvFilter::try_new(&text).with_context(|| format!("{LOG} is \"{text}\"; it is as tickcast=debug,warn"))?
        }
        Err(_) => EnvFilter::new("warn"),
    };
    let log = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let log = match std::env::var(LOG_FORMAT).as_deref() {
        Ok("json") => log.json().flatten_event(true).boxed(),
        Ok("text") | Err(_) => log.with_ansi(std::io::stderr().is_terminal()).boxed(),
        Ok(other) => anyhow::bail!("{LOG_FORMAT} is \"{other}\"; it is text or json"),
    };
    let errors = CountErrors.with_filter(LevelFilter::ERROR);
    tracing_subscriber::registry().with(log.with_filter(filter)).with(errors).init();
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

//! The feed: its source, the lines that describe it, and its thread.

use std::sync::Arc;
use std::thread;

use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};

use super::error::AppError;
use crate::bus::{self, CommandReceiver};
use crate::cli::FeedConfig;
use crate::control::{FeedEvent, SourceKind, Speed};
use crate::fanout::wall_micros;
use crate::feed::replay::{self, FileReport};
use crate::feed::sim::{PlanError, Simulator};
use crate::feed::{self, OpenSource, OpenedSource, PlayerConfig, SourceInfo, TickSource};
use crate::inspect::ProgressLine;
use crate::market::Timestamp;

/// A feed that plays on a thread of its own, as reading files blocks.
#[derive(Debug)]
pub struct FeedThread {
    stop: watch::Sender<bool>,
    /// Completes when the thread has ended; with an error if it panicked.
    pub ended: oneshot::Receiver<()>,
}

impl FeedThread {
    /// Starts to play `first` onto the bus, and later what `opener` opens.
    ///
    /// # Errors
    /// Returns an error if the thread cannot be started.
    pub fn start(
        first: OpenedSource,
        opener: Option<Arc<dyn OpenSource>>,
        config: PlayerConfig,
        bus: bus::Sender<FeedEvent>,
        commands: CommandReceiver,
    ) -> Result<Self, AppError> {
        let (stop, mut stopped) = watch::channel(false);
        let (done, ended) = oneshot::channel();
        let runtime = Handle::current();
        let play = move || {
            runtime.block_on(async {
                tokio::select! {
                    played = feed::play_with(first, opener, config, bus, commands) => match played {
                        Ok(()) => tracing::info!("the feed has ended"),
                        Err(error) => tracing::info!("the feed has ended early: {error}"),
                    },
                    _ = stopped.changed() => {}
                }
            });
            let _ = done.send(());
        };
        thread::Builder::new().name("feed".into()).spawn(play).map_err(AppError::Thread)?;
        Ok(Self { stop, ended })
    }

    /// Returns a feed without a thread, which ends as `ended` does.
    #[cfg(test)]
    pub fn ending_with(ended: oneshot::Receiver<()>) -> Self {
        Self { stop: watch::channel(false).0, ended }
    }

    /// Stops the feed, without waiting for its end.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }
}

/// Opens the source of a feed, and prints what its files hold.
///
/// # Errors
/// Returns an error if a file cannot be played, or the simulation is not valid.
pub fn open(config: &FeedConfig, print: &mut impl FnMut(&str)) -> Result<Box<dyn TickSource>, AppError> {
    print(concat!("tickcast ", env!("CARGO_PKG_VERSION")));
    match config {
        FeedConfig::Simulation(plan) => {
            let config = plan.config(Timestamp::from_micros(wall_micros()))?;
            let mut simulator = Simulator::new(config.clone()).map_err(PlanError::from)?;
            let journal = plan.create_journal(&config, simulator.journal())?;
            journal.into_iter().for_each(|journal| simulator.set_journal(journal));
            Ok(Box::new(simulator))
        }
        FeedConfig::Replay { files, config } => {
            let mut progress = ProgressLine::on_terminal();
            let replay = replay::open_with(files, config, &mut |entry, done, total| progress.show(entry, done, total))?;
            progress.clear();
            replay.report().iter().flat_map(report_lines).for_each(|line| print(&line));
            Ok(Box::new(replay))
        }
    }
}

/// Returns the lines about one file: its rows, the assumptions, and the rows that cannot be played.
fn report_lines(report: &FileReport) -> Vec<String> {
    let FileReport { file, kind, symbols, rows, is_exact, rows_rejected, .. } = report;
    let many = if symbols.len() == 1 { "symbol" } else { "symbols" };
    let about = if *is_exact { "" } else { "about " };
    let mut lines =
        vec![format!("  file     {file}: {about}{rows} rows of {}, {} {many}", kind.label(), symbols.len())];
    lines.extend(report.warnings.iter().map(|warning| format!("  warning  {warning}")));
    lines.extend(report.assumptions.iter().map(|assumption| format!("           {assumption}")));
    if *rows_rejected > 0 {
        lines.push(format!("           {rows_rejected} rows cannot be played:"));
    }
    lines.extend(report.rejected.iter().map(|rejected| {
        let line = rejected.line.map(|line| format!(", first in line {line}")).unwrap_or_default();
        let column = rejected.column.map(|column| format!(", column {column}")).unwrap_or_default();
        format!("             {} x {}{line}{column}: {}", rejected.count, rejected.reason, rejected.value)
    }));
    lines
}

/// Returns the line that names the source and its speed.
pub fn playing(info: &SourceInfo, config: &PlayerConfig) -> String {
    let speed = config.speed.unwrap_or(info.speed);
    let reason = match speed {
        _ if config.speed.is_some() => String::new(),
        Speed::Times(1.0) => " (real time)".into(),
        _ => format!(" ({}; change it with --speed)", info.speed_reason),
    };
    let kind = match info.kind {
        SourceKind::Simulation => "simulated market",
        SourceKind::Replay => "replay",
    };
    let looping = if config.looping { ", in a loop" } else { "" };
    format!("  playing  {kind}: {}, speed {speed}{reason}{looping}", info.name)
}

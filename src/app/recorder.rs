//! The recorder: its thread, and recordings without a server.

use std::io::{IsTerminal as _, Write as _};
use std::thread;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::error::AppError;
use super::feed::{FeedThread, open, playing};
use crate::bus;
use crate::cli::{FeedConfig, RecordJob};
use crate::control::FeedEvent;
use crate::feed::{OpenedSource, TickSource};
use crate::market::Timestamp;
use crate::record::{self, RecordConfig, RecordError, Summary};

/// The longest wait for a source that is to stop. The recorder writes all that was played in a part of it.
const STOP_TIMEOUT: Duration = Duration::from_secs(2);

/// The end of a recording.
pub type Recorded = Result<Summary, RecordError>;

/// Plays a feed into a recording.
///
/// # Errors
/// Returns an error if the feed cannot be opened, or the recording cannot be written.
pub async fn record_feed(
    config: RecordJob,
    stop: impl Future<Output = ()>,
    print: impl FnMut(&str),
) -> Result<(), AppError> {
    record_feed_with(config, |feed, print| open(feed, print), stop, print).await
}

/// Plays the source that `open_source` returns into a recording.
///
/// # Errors
/// As [`record_feed`], and the errors of `open_source`.
pub async fn record_feed_with<S: FnMut(&str)>(
    config: RecordJob,
    open_source: impl FnOnce(&FeedConfig, &mut S) -> Result<Box<dyn TickSource>, AppError>,
    stop: impl Future<Output = ()>,
    mut print: S,
) -> Result<(), AppError> {
    let source = open_source(&config.feed, &mut print)?;
    print(&playing(source.info(), &config.run));
    let bus = bus::Sender::new(bus::DEFAULT_CAPACITY);
    let receiver = bus.subscribe();
    let (_, no_commands) = bus::command_channel(bus::DEFAULT_COMMAND_CAPACITY);
    let market = config.run.market;
    let first = OpenedSource { source, feeds: [config.feed.id().to_owned()].into(), market, speed: None, lease: None };
    let feed = FeedThread::start(first, None, config.run, bus, no_commands)?;
    let mut recorded = start_recorder(receiver, config.record, true)?;
    let recorded = tokio::select! {
        recorded = &mut recorded => recorded,
        // Without a feed the recording ends, with everything that was played in it.
        () = stop => {
            feed.stop();
            match timeout(STOP_TIMEOUT, recorded).await {
                Ok(recorded) => recorded,
                Err(_) => {
                    print("  recorded everything up to here; the source is still reading a line");
                    return Ok(());
                }
            }
        }
    };
    feed.stop();
    let _ = timeout(STOP_TIMEOUT, feed.ended).await;
    let summary = recorded.map_err(|_| AppError::Broken("recorder"))??;
    print(&format!("  recorded {}", in_words(&summary)));
    Ok(())
}

/// Starts a recorder on a thread of its own, as writing files blocks. A recorder that is `alone` ends with the feed,
/// and shows its progress on a terminal.
///
/// # Errors
/// Returns an error if the thread cannot be started.
pub fn start_recorder(
    receiver: bus::Receiver<FeedEvent>,
    config: RecordConfig,
    alone: bool,
) -> Result<oneshot::Receiver<Recorded>, AppError> {
    survive_full_files();
    let (done, ended) = oneshot::channel();
    let runtime = Handle::current();
    let mut terminal = Some(std::io::stderr()).filter(|stderr| alone && stderr.is_terminal());
    let record = move || {
        let progress = |summary: &Summary, now: Option<Timestamp>| {
            let (Some(stderr), Some(now)) = (&mut terminal, now) else { return };
            let now = chrono::DateTime::from_timestamp_nanos(now.0).format("%F %T");
            // A closed terminal must not end the recording.
            drop(write!(stderr, "\r\x1b[K  {now}  {}", in_words(summary)));
        };
        let recorded = runtime.block_on(record::run(receiver, config, alone, progress));
        if let Some(stderr) = &mut terminal {
            drop(write!(stderr, "\r\x1b[K"));
        }
        if let (Err(error), false) = (&recorded, alone) {
            tracing::error!("the recording has stopped: {error}");
        }
        let _ = done.send(recorded);
    };
    thread::Builder::new().name("recorder".into()).spawn(record).map_err(AppError::Thread)?;
    Ok(ended)
}

/// Handles the signal for a file that reaches the process's size limit (`ulimit -f`), which would end the program. The
/// recording or upload gets an error instead.
pub fn survive_full_files() {
    #[cfg(unix)]
    {
        /// POSIX has no number for it; Linux, macOS and the BSDs have this one.
        const SIGXFSZ: i32 = 25;
        // The handler stays when the stream is dropped.
        drop(tokio::signal::unix::signal(tokio::signal::unix::SignalKind::from_raw(SIGXFSZ)));
    }
}

fn in_words(Summary { events, files, bytes }: &Summary) -> String {
    let plural = if *files == 1 { "" } else { "s" };
    format!("{events} events in {files} file{plural}, {:.1} MB", *bytes as f64 / 1e6)
}

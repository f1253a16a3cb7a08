//! A server with its feed, publisher and recorder.

use std::io::IsTerminal as _;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{interval, timeout};

use super::banner::{Banner, GeneratedTokens};
use super::error::AppError;
use super::feed::{self, FeedThread, playing};
use super::opener::{self, Opener, market_limits};
use super::recorder::{Recorded, start_recorder, survive_full_files};
use crate::bus;
use crate::cli::{FeedConfig, ServeConfig};
use crate::fanout::{Publisher, wall_micros};
use crate::feed::{OpenedSource, PlayerConfig, TickSource};
use crate::library::Library;
use crate::memory::MEBIBYTE;
use crate::server::Server;

/// The longest wait for the end of feed and recorder.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(3);

/// The time between two looks at uploads that do not go on.
const EXPIRY_INTERVAL: Duration = Duration::from_secs(1);

/// The parts that run beside the server.
#[derive(Debug)]
struct Parts {
    feed: FeedThread,
    publisher: JoinHandle<()>,
    recorder: Option<oneshot::Receiver<Recorded>>,
}

/// Serves until `stop` completes; prints lines for people through `print`.
///
/// # Errors
/// Returns an error if the port is taken, a file cannot be played, or a part of the program fails.
pub async fn serve(
    config: ServeConfig,
    stop: impl Future<Output = ()>,
    print: impl FnMut(&str),
) -> Result<(), AppError> {
    serve_with(config, |feed, print| feed::open(feed, print), stop, print).await
}

/// Serves the source that `open` returns.
///
/// # Errors
/// As [`serve`], and the errors of `open`.
pub async fn serve_with<S: FnMut(&str)>(
    config: ServeConfig,
    open: impl FnOnce(&FeedConfig, &mut S) -> Result<Box<dyn TickSource>, AppError>,
    stop: impl Future<Output = ()>,
    mut print: S,
) -> Result<(), AppError> {
    let generated = GeneratedTokens::of(&config.server);
    let server = Server::bind(config.server.clone()).await?;
    let source = open(&config.feed, &mut print)?;
    let library = opener::library(&config, source.info())?;
    let (empty, mut budget) = (server.budget(), server.budget());
    let market = market_limits(&mut budget, source.info(), config.market)?;
    *server.shared_budget().write() = budget;
    let opener = Arc::new(Opener::new(&config, library.clone(), empty, server.shared_budget()));
    let server = server.with_library(library.clone(), Arc::clone(&opener) as _);
    survive_full_files();
    // Milliseconds since 1970 are higher than the epoch of any earlier run.
    let first_epoch = u64::try_from(wall_micros() / 1_000).unwrap_or(0);
    let run = PlayerConfig { first_epoch, market, ..config.run };
    print(&playing(source.info(), &run));
    let budget = server.budget();
    print(&format!("  memory   at most {} MiB, {}", budget.total() / MEBIBYTE, budget.reason()));
    if let Err(too_few) = server.raise_open_files() {
        print(&format!("  warning  {too_few}"));
    }
    if let Some(record) = &config.record {
        print(&format!("  record   {}", record.path.display()));
    }
    let bus = bus::Sender::new(config.bus_capacity);
    let receiver = bus.subscribe();
    let recorder = config.record.map(|record| start_recorder(bus.subscribe(), record, false)).transpose()?;
    let (commands, pending) = bus::command_channel(config.command_capacity);
    let first = OpenedSource { source, feeds: [config.feed.id().to_owned()].into(), market, speed: None, lease: None };
    let feed = FeedThread::start(first, Some(opener), run, bus, pending)?;
    let publisher = Publisher::open(receiver, config.ticks, wall_micros).await.ok_or(AppError::Broken("feed"))?;
    let live = publisher.live();
    let mut parts = Parts { feed, publisher: tokio::spawn(publisher.run()), recorder };

    let mut stop = pin!(stop);
    let is_stopped = has_stopped(&mut stop).await;
    print_banner(&server, generated, &mut print);
    let mut outcome = Ok(());
    let stop_or_failure = async {
        tokio::select! {
            () = async { if !is_stopped { stop.await } } => {}
            part = parts.failed() => outcome = Err(AppError::Broken(part)),
        }
    };
    let expiry = tokio::spawn(expire_uploads(library.clone()));
    server.run(live, commands, stop_or_failure).await;
    expiry.abort();
    parts.end().await;
    library.close();
    outcome
}

/// Removes uploads that do not go on.
async fn expire_uploads(library: Library) {
    let mut turns = interval(EXPIRY_INTERVAL);
    loop {
        turns.tick().await;
        let library = library.clone();
        // Its end does not matter: a fault is logged, and the next turn comes.
        let _ =
            spawn_blocking(move || library.uploads().iter().for_each(|uploads| uploads.expire(Instant::now()))).await;
    }
}

/// Polls `stop` once. Signals are caught from then on, so no address is printed of a server that a signal would kill.
async fn has_stopped(stop: &mut (impl Future<Output = ()> + Unpin)) -> bool {
    tokio::select! {
        biased;
        () = stop => true,
        () = std::future::ready(()) => false,
    }
}

fn print_banner(server: &Server, generated: GeneratedTokens, print: &mut impl FnMut(&str)) {
    let interfaces: Vec<_> = if_addrs::get_if_addrs().unwrap_or_default().iter().map(if_addrs::Interface::ip).collect();
    let banner = Banner { address: server.address(), is_tls: server.is_tls(), access: server.access(), generated };
    banner.lines(&interfaces, std::io::stdout().is_terminal()).iter().for_each(|line| print(line));
    print("  stop     Ctrl-C");
}

impl Parts {
    /// Waits until a part that the program needs has panicked, and returns its name. A part that ends has logged why,
    /// and is not missed.
    async fn failed(&mut self) -> &'static str {
        let recorder_panicked = async {
            match &mut self.recorder {
                Some(recorder) => recorder.await.is_err(),
                None => false,
            }
        };
        tokio::select! {
            Err(_) = &mut self.feed.ended => "feed",
            _ = &mut self.publisher => "publisher",
            true = recorder_panicked => "recorder",
            else => std::future::pending().await,
        }
    }

    /// Stops all parts, and waits for the parts that still write.
    async fn end(self) {
        let records = self.recorder.is_some();
        self.publisher.abort();
        self.feed.stop();
        let ended = async {
            // The feed's thread needs the runtime's timers until it has ended.
            if !self.feed.ended.is_terminated() {
                let _ = self.feed.ended.await;
            }
            if let Some(recorder) = self.recorder.filter(|recorder| !recorder.is_terminated()) {
                let _ = recorder.await;
            }
        };
        if timeout(SHUTDOWN_TIMEOUT, ended).await.is_err() && records {
            tracing::error!("a file was not written in time: the end of a recording may be missing");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Summary;

    /// Checks which part is named after `break_it` was done to one of three that run.
    async fn check(want: &str, break_it: impl FnOnce(&mut [Option<oneshot::Sender<()>>; 3])) {
        let (feed_runs, ended) = oneshot::channel();
        let (publisher_runs, publisher) = oneshot::channel();
        let (recorder_runs, recorder_ends) = oneshot::channel::<()>();
        let publisher = tokio::spawn(async { assert!(publisher.await.is_ok(), "a panic of the test's own") });
        let (recorded, recorder) = oneshot::channel();
        tokio::spawn(async {
            if recorder_ends.await.is_ok() {
                let _ = recorded.send(Ok(Summary::default()));
            }
        });
        let mut running = [Some(feed_runs), Some(publisher_runs), Some(recorder_runs)];
        break_it(&mut running);
        let mut parts = Parts { feed: FeedThread::ending_with(ended), publisher, recorder: Some(recorder) };
        assert_eq!(timeout(Duration::from_secs(60), parts.failed()).await.unwrap_or("none"), want);
    }

    #[tokio::test(start_paused = true)]
    async fn panicked_part_is_named() {
        check("none", |_| {}).await;
        for (part, name) in ["feed", "publisher", "recorder"].into_iter().enumerate() {
            check(name, |running| drop(running[part].take())).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn ended_feed_or_recording_is_not_a_failure() {
        for part in [0, 2] {
            check("none", |running| running[part].take().unwrap().send(()).unwrap()).await;
        }
    }
}

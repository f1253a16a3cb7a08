//! Everything wired together: feed, publisher and server, and the signal that stops them.

mod invite;

use std::io::{IsTerminal as _, Write as _};
use std::thread;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::bus::{self, CommandReceiver};
use crate::cli::{FeedConfig, Job, RecordJob, ServeConfig};
use crate::control::{FeedEvent, SourceKind, Speed};
use crate::fanout::{Publisher, wall_micros};
use crate::feed::replay::{self, FileReport, ReplayError};
use crate::feed::sim::{self, PlanError, Simulator, WriteConfig, WriteError};
use crate::feed::{self, PlayerConfig, SourceInfo, TickSource};
use crate::inspect::{self, ProgressLine};
use crate::load::{self, LoadError};
use crate::market::Timestamp;
use crate::record::{self, RecordConfig, RecordError, Summary};
use crate::server::{BindError, Server};
use invite::{Invitation, Made};

/// How long feed and recorder may take to end.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// Why the program could not start or go on.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    #[error(transparent)]
    Bind(#[from] BindError),
    #[error("cannot play this")]
    Replay(#[from] ReplayError),
    #[error("cannot simulate this")]
    Simulation(#[from] PlanError),
    #[error(transparent)]
    Write(#[from] WriteError),
    #[error("the feed's thread could not be started: {0}")]
    Thread(#[source] std::io::Error),
    #[error("the {0} stopped by a fault of its own; please report the message above")]
    Broken(&'static str),
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error(transparent)]
    Record(#[from] RecordError),
    /// It was said which.
    #[error("not every file can be played")]
    NotPlayable,
}

/// Does what was asked for until it is done or `stop` comes. `say` gets the lines for people.
///
/// # Errors
/// Those of what was asked for.
pub async fn run_job(job: Job, stop: impl Future<Output = ()>, mut say: impl FnMut(&str)) -> Result<(), AppError> {
    match job {
        Job::Serve(config) => run(*config, stop, say).await,
        Job::Simulate(config) => simulate(config, say).await,
        Job::Inspect(config) => {
            if inspect::run(&config, say) {
                Ok(())
            } else {
                Err(AppError::NotPlayable)
            }
        }
        Job::Load(config) => Ok(load::run(config, stop, say).await?),
        Job::Record(config) => record_feed(config, stop, say).await,
        Job::Print(text) => {
            say(text.trim_end());
            Ok(())
        }
    }
}

/// Plays a feed straight into a recording.
async fn record_feed(
    config: RecordJob,
    stop: impl Future<Output = ()>,
    mut say: impl FnMut(&str),
) -> Result<(), AppError> {
    let source = open(&config.feed, &mut say)?;
    say(&playing(source.info(), &config.run));
    let bus = bus::Sender::new(bus::DEFAULT_CAPACITY);
    let reader = bus.subscribe();
    let (_, nobody) = bus::command_channel(bus::DEFAULT_COMMAND_CAPACITY);
    let (stop_feed, feed_stopped) = start_feed(source, config.run, bus, nobody)?;
    let mut recorded = start_recorder(reader, config.record, true)?;
    let recorded = tokio::select! {
        recorded = &mut recorded => recorded,
        // Without a feed the recording ends, with all that was played in it.
        () = stop => {
            let _ = stop_feed.send(true);
            recorded.await
        }
    };
    let _ = stop_feed.send(true);
    let _ = feed_stopped.await;
    let summary = recorded.map_err(|_| AppError::Broken("recorder"))??;
    say(&format!("  recorded {}", told(&summary)));
    Ok(())
}

fn told(Summary { events, files, bytes }: &Summary) -> String {
    let plural = if *files == 1 { "" } else { "s" };
    format!("{events} events in {files} file{plural}, {:.1} MB", *bytes as f64 / 1e6)
}

/// What a recording came to.
type Recorded = Result<Summary, RecordError>;

/// A file that reaches the process's limit (`ulimit -f`) is a fault of the recording; by default it would end the program.
fn survive_a_full_file() {
    #[cfg(unix)]
    {
        /// POSIX has no number for it; Linux, macOS and the BSDs have this one.
        const SIGXFSZ: i32 = 25;
        // The handler stays when this is dropped.
        drop(tokio::signal::unix::signal(tokio::signal::unix::SignalKind::from_raw(SIGXFSZ)));
    }
}

/// Records on a thread of its own, as writing files blocks.
fn start_recorder(
    reader: bus::Receiver<FeedEvent>,
    config: RecordConfig,
    alone: bool,
) -> Result<oneshot::Receiver<Recorded>, AppError> {
    survive_a_full_file();
    let (done, is_done) = oneshot::channel();
    let runtime = Handle::current();
    let mut terminal = Some(std::io::stderr()).filter(|stderr| alone && stderr.is_terminal());
    let record = move || {
        let progress = |summary: &Summary, now: Option<Timestamp>| {
            let (Some(stderr), Some(now)) = (&mut terminal, now) else { return };
            let now = chrono::DateTime::from_timestamp_nanos(now.0).format("%F %T");
            // A terminal that is gone is no reason to stop recording.
            drop(write!(stderr, "\r\x1b[K  {now}  {}", told(summary)));
        };
        let recorded = runtime.block_on(record::run(reader, config, alone, progress));
        if let Some(stderr) = &mut terminal {
            drop(write!(stderr, "\r\x1b[K"));
        }
        if let (Err(error), false) = (&recorded, alone) {
            tracing::error!("the recording has stopped: {error}");
        }
        let _ = done.send(recorded);
    };
    thread::Builder::new().name("recorder".into()).spawn(record).map_err(AppError::Thread)?;
    Ok(is_done)
}

/// Writes a simulated tape. A signal ends the program in the middle of it.
async fn simulate(config: WriteConfig, mut say: impl FnMut(&str)) -> Result<(), AppError> {
    let to_stdout = config.out.as_os_str() == "-";
    let out = config.out.display().to_string();
    let writing = tokio::task::spawn_blocking(move || sim::write(&config));
    let written = writing.await.map_err(|_| AppError::Broken("simulator"))??;
    if !to_stdout {
        say(&format!("{out}: {} rows of {} ticks", written.rows, written.ticks));
    }
    Ok(())
}

/// Runs until `stop` comes. `say` gets the lines for people who started it.
///
/// # Errors
/// When the port is taken, a file cannot be played, or a part of the program breaks.
pub async fn run(config: ServeConfig, stop: impl Future<Output = ()>, say: impl FnMut(&str)) -> Result<(), AppError> {
    run_with(config, |feed, say| open(feed, say), stop, say).await
}

/// The same with whatever `open` makes of the feed's configuration.
///
/// # Errors
/// As [`run`], and those of `open`.
pub async fn run_with<S: FnMut(&str)>(
    config: ServeConfig,
    open: impl FnOnce(&FeedConfig, &mut S) -> Result<Box<dyn TickSource>, AppError>,
    stop: impl Future<Output = ()>,
    mut say: S,
) -> Result<(), AppError> {
    let made = Made::of(&config.server);
    let server = Server::bind(config.server).await?;
    let source = open(&config.feed, &mut say)?;
    // Milliseconds since 1970: higher than that of any earlier run.
    let first_epoch = u64::try_from(wall_micros() / 1_000).unwrap_or(0);
    let run = PlayerConfig { first_epoch, market: config.market, ..config.run };
    say(&playing(source.info(), &run));
    if let Err(short) = server.raise_open_files() {
        say(&format!("  warning  {short}"));
    }
    let bus = bus::Sender::new(config.bus_capacity);
    let reader = bus.subscribe();
    if let Some(record) = &config.record {
        say(&format!("  record   {}", record.path.display()));
    }
    let mut recorded = config.record.map(|record| start_recorder(bus.subscribe(), record, false)).transpose()?;
    let (caller, line) = bus::command_channel(config.command_capacity);
    let (stop_feed, mut feed_stopped) = start_feed(source, run, bus, line)?;
    let publisher = Publisher::open(reader, config.market, config.ticks).await.ok_or(AppError::Broken("feed"))?;
    let live = publisher.live();
    let mut publishing = tokio::spawn(publisher.run());

    let (address, is_tls, access) = (server.address(), server.is_tls(), server.access());
    let interfaces: Vec<_> = if_addrs::get_if_addrs().unwrap_or_default().iter().map(if_addrs::Interface::ip).collect();
    let invitation = Invitation { address, is_tls, access, made };
    invitation.lines(&interfaces, std::io::stdout().is_terminal()).iter().for_each(|line| say(line));
    say("  stop     Ctrl-C");
    let mut outcome = Ok(());
    let stop_or_break = async {
        tokio::select! {
            () = stop => {}
            part = broken_part(&mut feed_stopped, &mut publishing, &mut recorded) => outcome = Err(AppError::Broken(part)),
        }
    };
    server.run(live, caller, stop_or_break).await;
    publishing.abort();
    let _ = stop_feed.send(true);
    let ended = async {
        // The feed's thread needs the runtime's timers until it has stopped.
        if !feed_stopped.is_terminated() {
            let _ = feed_stopped.await;
        }
        if let Some(recorded) = recorded.filter(|recorded| !recorded.is_terminated()) {
            let _ = recorded.await;
        }
    };
    if timeout(LAST_WORDS, ended).await.is_err() {
        tracing::error!("a file did not answer in time: the end of a recording may be missing");
    }
    outcome
}

/// Waits until a part is gone without which the program would only look alive, and names it. What has ended has said
/// so; what is just gone has panicked.
async fn broken_part(
    feed: &mut oneshot::Receiver<()>,
    publisher: &mut JoinHandle<()>,
    recorder: &mut Option<oneshot::Receiver<Recorded>>,
) -> &'static str {
    let recorder_is_gone = async {
        match recorder {
            Some(recorder) => recorder.await.is_err(),
            None => false,
        }
    };
    tokio::select! {
        Err(_) = feed => "feed",
        _ = publisher => "publisher",
        true = recorder_is_gone => "recorder",
        else => std::future::pending().await,
    }
}

fn open(config: &FeedConfig, say: &mut impl FnMut(&str)) -> Result<Box<dyn TickSource>, AppError> {
    say(concat!("tickcast ", env!("CARGO_PKG_VERSION")));
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
            replay.report().iter().for_each(|file| say_report(file, say));
            Ok(Box::new(replay))
        }
    }
}

/// How one file was taken, and what of it cannot be played.
fn say_report(file: &FileReport, say: &mut impl FnMut(&str)) {
    let FileReport { file: name, kind, symbols, rows, is_exact, rows_rejected, .. } = file;
    let many = if symbols.len() == 1 { "symbol" } else { "symbols" };
    let about = if *is_exact { "" } else { "about " };
    say(&format!("  file     {name}: {about}{rows} rows of {}, {} {many}", kind.label(), symbols.len()));
    for assumption in &file.assumptions {
        say(&format!("           {assumption}"));
    }
    if *rows_rejected > 0 {
        say(&format!("           {rows_rejected} rows cannot be played:"));
    }
    for rejected in &file.rejected {
        let line = rejected.line.map(|line| format!(", first in line {line}")).unwrap_or_default();
        let column = rejected.column.map(|column| format!(", column {column}")).unwrap_or_default();
        let (reason, count, value) = (rejected.reason, rejected.count, &rejected.value);
        say(&format!("             {count} x {reason}{line}{column}: {value}"));
    }
}

/// The line that says what is playing, and how fast.
fn playing(info: &SourceInfo, run: &PlayerConfig) -> String {
    let speed = run.speed.unwrap_or(info.speed);
    let reason = match speed {
        _ if run.speed.is_some() => String::new(),
        Speed::Times(1.0) => " (real time)".into(),
        _ => format!(" ({}; change it with --speed)", info.speed_reason),
    };
    let kind = match info.kind {
        SourceKind::Simulation => "simulated market",
        SourceKind::Replay => "replay",
    };
    let looping = if run.looping { ", again and again" } else { "" };
    format!("  playing  {kind}: {}, speed {speed}{reason}{looping}", info.name)
}

/// Plays the source on a thread of its own, as reading files blocks.
fn start_feed(
    source: Box<dyn TickSource>,
    run: PlayerConfig,
    bus: bus::Sender<FeedEvent>,
    line: CommandReceiver,
) -> Result<(watch::Sender<bool>, oneshot::Receiver<()>), AppError> {
    let (stop, mut stopped) = watch::channel(false);
    let (done, is_done) = oneshot::channel();
    let runtime = Handle::current();
    let play = move || {
        runtime.block_on(async {
            tokio::select! {
                played = feed::play(source, run, bus, line) => match played {
                    Ok(()) => tracing::info!("the tape has ended"),
                    Err(error) => tracing::info!("the tape has broken off: {error}"),
                },
                _ = stopped.changed() => {}
            }
        });
        let _ = done.send(());
    };
    thread::Builder::new().name("feed".into()).spawn(play).map_err(AppError::Thread)?;
    Ok((stop, is_done))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The part that is named when `break_it` is done to one of three that live.
    async fn check(want: &str, break_it: impl FnOnce(&mut [Option<oneshot::Sender<()>>; 3])) {
        let (feed_lives, mut feed) = oneshot::channel();
        let (publisher_lives, publisher) = oneshot::channel();
        let (recorder_lives, recorder_ends) = oneshot::channel::<()>();
        let mut publisher =
            tokio::spawn(async { assert!(publisher.await.is_ok(), "a fault of the test's own making") });
        let (recorded, recorder) = oneshot::channel();
        tokio::spawn(async {
            if recorder_ends.await.is_ok() {
                let _ = recorded.send(Ok(Summary::default()));
            }
        });
        let mut lives = [Some(feed_lives), Some(publisher_lives), Some(recorder_lives)];
        break_it(&mut lives);
        let mut recorder = Some(recorder);
        let broken = broken_part(&mut feed, &mut publisher, &mut recorder);
        assert_eq!(timeout(Duration::from_secs(60), broken).await.unwrap_or("none"), want);
    }

    #[tokio::test(start_paused = true)]
    async fn a_part_that_is_gone_without_a_word_is_named() {
        check("none", |_| {}).await;
        for (part, name) in ["feed", "publisher", "recorder"].into_iter().enumerate() {
            check(name, |lives| drop(lives[part].take())).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_feed_or_a_recording_that_has_said_its_end_breaks_nothing() {
        for part in [0, 2] {
            check("none", |lives| lives[part].take().unwrap().send(()).unwrap()).await;
        }
    }
}

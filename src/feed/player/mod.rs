//! The player: plays a source onto the bus and obeys commands. It is the only part of a feed that knows real time.
//!
//! No tick is lost: the source waits while the bus is full. Ticks that are due together travel as one batch. Clock
//! events come regularly, also at full speed, so that bars of quiet symbols close in time. `playback.rs` decides what
//! plays and when; the player reads, waits and sends.

mod checkpoints;
mod commands;
mod config;
mod load;
mod pace;
mod playback;
mod read_ahead;
mod seek;
mod status;
mod time_shift;

#[cfg(test)]
mod tests;

use std::any::Any;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::{Instant, sleep};

pub use self::checkpoints::CheckpointLimits;
use self::checkpoints::SharedCheckpoints;
pub use self::config::{
    DEFAULT_DEAD_AFTER, DEFAULT_MAX_BEHIND, DEFAULT_MAX_STEP_TICKS, PlayerConfig, RECORDING_MARKETS,
};
use self::load::Loading;
use self::playback::Playback;
use self::read_ahead::ReadAhead;
use self::seek::Seek;
use self::time_shift::TimeShift;
use super::{OpenSource, OpenedSource, SourceError, TickSource};
use crate::bus::{self, CommandReceiver, CommandReply, MAX_BATCH};
use crate::control::{FeedEvent, FeedState, Lag, Opening, RejectedRows, ScenarioCatalog, TimestampMode};
use crate::market::{HistoryBar, MarketLimits, MarketOpening, Tick, Timestamp};

/// The time between clock events, which close the bars of quiet symbols.
const CLOCK_INTERVAL: Duration = Duration::from_millis(250);
/// The shortest sleep. Ticks that fall due within it share a batch.
const MIN_SLEEP: Duration = Duration::from_millis(1);
/// The shortest sleep after a batch of [`BUSY_BATCH`] ticks. Each batch wakes two threads, and at thousands of ticks a
/// second that would cost more than the ticks.
const BUSY_SLEEP: Duration = Duration::from_millis(4);
const BUSY_BATCH: usize = 16;
/// The pause before a looping recording starts again.
const LOOP_PAUSE: Duration = Duration::from_secs(1);

/// Plays `source` and obeys `commands`, until the source has ended and every sender of commands is gone.
///
/// # Errors
/// When the source could not go on. Its readers know then: the status is `failed`, and the last prices stand.
pub async fn play(
    source: Box<dyn TickSource>,
    config: PlayerConfig,
    bus: bus::Sender<FeedEvent>,
    commands: CommandReceiver,
) -> Result<(), SourceError> {
    let first = OpenedSource { source, feeds: Arc::new([]), market: config.market, speed: None, lease: None };
    play_with(first, None, config, bus, commands).await
}

/// Plays `first` as [`play`] does, and changes to the feeds that `opener` opens when a command asks for them.
///
/// # Errors
/// As [`play`].
pub async fn play_with(
    first: OpenedSource,
    opener: Option<Arc<dyn OpenSource>>,
    config: PlayerConfig,
    bus: bus::Sender<FeedEvent>,
    commands: CommandReceiver,
) -> Result<(), SourceError> {
    let mut player = Player::new(first, config, opener, bus);
    player.shift_start();
    player.open(config.paused).await;
    player.run(commands).await
}

/// Waits: zero lets other tasks run, `None` is forever.
async fn wait_for(wait: Option<Duration>) {
    match wait {
        Some(Duration::ZERO) => tokio::task::yield_now().await,
        Some(wait) => sleep(wait).await,
        None => std::future::pending().await,
    }
}

/// Reads the system's clock as a market time.
fn wall_clock() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}

/// A source that plays.
struct Player {
    source: TimeShift,
    /// The ids of what plays.
    feeds: Arc<[String]>,
    /// Keeps its files.
    _lease: Option<Box<dyn Any + Send>>,
    /// The settings of the start, which hold for other feeds too.
    config: PlayerConfig,
    /// Opens other feeds; `None` where the feed stays.
    opener: Option<Arc<dyn OpenSource>>,
    /// The feed that is being opened.
    loading: Option<Loading>,
    bus: bus::Sender<FeedEvent>,
    playback: Playback,
    /// The next ticks.
    ahead: ReadAhead,
    batch: Vec<Tick>,

    started: Instant,
    /// The time of the next clock event.
    clock_due: Duration,
    /// The time at which a looping recording starts again.
    restart_at: Option<Duration>,
    looping: bool,
    timestamp_mode: TimestampMode,
    wall_clock: fn() -> Timestamp,

    epoch: u64,
    revision: u64,
    /// The state in the last status that was sent.
    sent_state: FeedState,
    fault: Option<String>,
    catalog: Option<Arc<ScenarioCatalog>>,
    /// The rejected rows in the last status.
    rows_rejected: u64,
    rejected: Arc<[RejectedRows]>,
    /// The lag in the last status.
    sent_lag: Lag,
    max_behind: Duration,
    /// The time from which a status may be sent because of more rejected rows, or another lag.
    details_due: Duration,

    /// The senders that wait until a step or a seek is complete.
    waiting: Vec<CommandReply>,
    market_limits: MarketLimits,
    checkpoint_limits: CheckpointLimits,
    /// `None` where the source cannot seek.
    checkpoints: Option<SharedCheckpoints>,
    /// A thread makes checkpoints, or has made them.
    reads_ahead: bool,
    seek: Option<Seek>,
}

impl Player {
    fn new(
        opened: OpenedSource,
        config: PlayerConfig,
        opener: Option<Arc<dyn OpenSource>>,
        bus: bus::Sender<FeedEvent>,
    ) -> Self {
        let OpenedSource { source, feeds, market, speed, lease } = opened;
        let mut source = TimeShift::new(source);
        let catalog = source.catalog();
        let info = source.info();
        let speed = config.speed.or(speed).unwrap_or(info.speed);
        let mut playback = Playback::new(speed, &info.instruments, info.start, Duration::ZERO);
        let longest_bar = info.instruments.iter().filter_map(|instrument| instrument.synthesised_from).max();
        let bar = longest_bar.map_or(Duration::ZERO, |bar| Duration::from_nanos(bar.nanos().unsigned_abs()));
        playback.set_max_step(config.max_step_ticks);
        playback.set_dead_time(config.skip_dead_time, config.dead_after.max(bar));
        Self {
            source,
            feeds,
            _lease: lease,
            config,
            opener,
            loading: None,
            bus,
            playback,
            ahead: ReadAhead::default(),
            batch: Vec::new(),
            started: Instant::now(),
            clock_due: Duration::ZERO,
            restart_at: None,
            looping: config.looping,
            timestamp_mode: config.timestamp_mode,
            wall_clock: config.wall_clock,
            epoch: config.first_epoch,
            revision: 0,
            sent_state: FeedState::Playing,
            fault: None,
            catalog,
            rows_rejected: 0,
            rejected: Arc::new([]),
            sent_lag: Lag::default(),
            max_behind: config.max_behind,
            details_due: Duration::ZERO,
            waiting: Vec::new(),
            market_limits: market,
            checkpoint_limits: config.checkpoints,
            checkpoints: None,
            reads_ahead: false,
            seek: None,
        }
    }

    /// Plays and obeys until nothing more can come.
    async fn run(mut self, mut commands: CommandReceiver) -> Result<(), SourceError> {
        let mut has_senders = true;
        loop {
            let wait = self.advance().await;
            if wait.is_none() && !has_senders {
                return self.fault.map_or(Ok(()), |fault| Err(fault.into()));
            }
            tokio::select! {
                biased;
                command = commands.recv(), if has_senders => match command {
                    Some(command) => self.on_command(command).await,
                    None => has_senders = false,
                },
                opened = load::opened(&mut self.loading) => self.on_opened(opened).await,
                () = wait_for(wait) => {}
            }
        }
    }

    /// Sends what is due. Returns the time until more is due; `None` where nothing moves.
    async fn advance(&mut self) -> Option<Duration> {
        if let Some(at) = self.restart_at {
            if self.now() < at {
                return Some(at - self.now());
            }
            self.restart().await;
        }
        if let Some(seek) = self.seek.take() {
            if let Err(error) = self.continue_seek(seek).await {
                self.fail(&error).await;
            }
            return Some(Duration::ZERO);
        }
        if self.is_over() {
            return None;
        }
        self.send_due().await
    }

    /// Sends the ticks, notices and clock events that are due. Returns the time until more is due.
    async fn send_due(&mut self) -> Option<Duration> {
        self.bus.ready().await;
        let now = self.now();
        let taken = self.take_due(now);
        let min_sleep = if self.batch.len() < BUSY_BATCH { MIN_SLEEP } else { BUSY_SLEEP };
        if !self.batch.is_empty() {
            self.bus.send(FeedEvent::Ticks(self.batch.drain(..).collect()));
        }
        self.send_notices(now).await;
        // Ticks before a fault are good, so they go first.
        if let Err(error) = taken {
            self.fail(&error).await;
            return None;
        }
        if self.ahead.has_ended() {
            self.end().await;
            return self.restart_at.map(|_| LOOP_PAUSE);
        }
        let next = self.ahead.first().map(|tick| tick.ts);
        next.into_iter().for_each(|next| self.playback.skip_to(next, now));
        self.playback.wait_for_market(now, next, self.max_behind);
        self.send_clock(now).await;
        if next.is_none() {
            return Some(Duration::ZERO);
        }
        let wait = self.playback.wait(self.next_ts(), now)?;
        // Full speed, or more due than one batch holds: goes on at once.
        if wait.is_zero() { Some(wait) } else { Some(wait.clamp(min_sleep, CLOCK_INTERVAL)) }
    }

    /// Moves the due ticks into `batch`. After an error the batch holds the ticks before it.
    fn take_due(&mut self, now: Duration) -> Result<(), SourceError> {
        self.ahead.search(&mut self.source)?;
        while let Some(tick) = self.ahead.first()
            // A reader sees a change of a book whole: it is not divided between two batches.
            && (self.batch.len() < MAX_BATCH || self.batch.last().is_some_and(Tick::goes_on))
            && self.playback.accepts(tick, now)
        {
            self.batch.push(*tick);
            self.playback.take(tick);
            self.ahead.consume(1, &mut self.source)?;
        }
        Ok(())
    }

    /// Sends the notices that were published by the market time of `now`.
    async fn send_notices(&mut self, now: Duration) {
        let market_time = self.playback.market_time(now, self.next_ts());
        let notices: Vec<_> = std::iter::from_fn(|| self.source.next_notice(market_time)).collect();
        if !notices.is_empty() {
            self.send(FeedEvent::Notices(notices.into())).await;
        }
    }

    /// Sends the market time when a clock event is due or a step is complete, and a status when it has changed.
    async fn send_clock(&mut self, now: Duration) {
        let paused = self.playback.state() == FeedState::Paused;
        let stopped = paused && (self.sent_state != FeedState::Paused || !self.waiting.is_empty());
        if stopped || (!paused && now >= self.clock_due) {
            self.clock_due = now + CLOCK_INTERVAL;
            self.send(FeedEvent::Clock(self.playback.market_time(now, self.next_ts()))).await;
            if self.sent_state != self.playback.state() || stopped || self.has_new_details(now) {
                self.send_status().await;
            }
        }
    }

    /// Opens an epoch at the first tick, and waits there if `paused` is true.
    async fn open(&mut self, paused: bool) {
        // Market time starts here, so that the time which the opening takes is made up for.
        let (start, now) = (self.source.info().start, self.now());
        self.playback.rewind(start, now);
        if paused {
            self.playback.pause(now, start);
        }
        self.clock_due = self.now() + CLOCK_INTERVAL;
        (self.restart_at, self.fault, self.seek) = (None, None, None);
        let history = self.source.history();
        self.start_checkpoints(&history);
        self.revision += 1;
        self.sent_state = self.state();
        let (market, limits) = (self.market_opening(history), self.market_limits);
        let opening = Opening { market, limits, status: self.status() };
        self.send(FeedEvent::Opening(Arc::new(opening))).await;
        if let Err(error) = self.ahead.restart(&mut self.source) {
            self.fail(&error).await;
        }
    }

    fn market_opening(&self, history: Vec<HistoryBar>) -> MarketOpening {
        let info = self.source.info();
        MarketOpening {
            epoch: self.epoch,
            instruments: Arc::clone(&info.instruments),
            history,
            levels: info.levels.clone(),
            start: info.start,
        }
    }

    async fn restart(&mut self) {
        self.shift_start();
        match self.source.rewind() {
            Ok(()) => {
                self.epoch += 1;
                self.open(false).await;
            }
            Err(error) => self.fail(&error).await,
        }
    }

    async fn fail(&mut self, error: &SourceError) {
        tracing::error!("the source cannot be played any further: {error}");
        self.ahead.clear();
        self.restart_at = None;
        self.fault = Some(error.to_string());
        self.playback.fail();
        self.send_status().await;
    }

    async fn end(&mut self) {
        self.playback.end();
        self.restart_at = self.looping.then(|| self.now() + LOOP_PAUSE);
        self.send_status().await;
    }

    fn now(&self) -> Duration {
        self.started.elapsed()
    }

    /// Returns the time of the next tick; the end of time after the last one, and the beginning of time where the next
    /// one is not found yet, so that market time stands still until then.
    fn next_ts(&self) -> Timestamp {
        let unknown = if self.ahead.is_searching() { Timestamp(i64::MIN) } else { Timestamp(i64::MAX) };
        self.ahead.first().map_or(unknown, |tick| tick.ts)
    }

    fn market_time(&self) -> Timestamp {
        self.playback.market_time(self.now(), self.next_ts())
    }

    async fn send(&mut self, event: FeedEvent) {
        self.bus.ready().await;
        self.bus.send(event);
    }
}

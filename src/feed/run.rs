//! Plays a source onto the bus and obeys commands: the only part of a feed that knows real time.
//!
//! Nothing is lost on the way: the source waits while the bus is full. What is due together travels as
//! one batch. Clock events come all along, also at full speed, so that bars of quiet symbols close in time.
//! What the deck does is decided in `deck`; here ticks are read, sent and waited for, and in `seek` gone to.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::{Instant, sleep};

use super::deck::Deck;
use super::index::{Index, IndexLimits};
use super::shift::Shifted;
use super::{Source, SourceError};
use crate::bus::{self, CommandReceiver, CommandReply, PendingCommand};
use crate::control::{
    Command, CommandError, FeedEvent, FeedState, FeedStatus, Opening, RejectedRows, ScenarioCatalog, TimestampMode,
};
use crate::market::{HistoryBar, MarketLimits, MarketOpening, Tick, Timestamp};

mod ahead;
mod config;
#[cfg(test)]
mod law;
mod seek;
#[cfg(test)]
mod staging;
#[cfg(test)]
mod tests;

use ahead::Ahead;
pub use config::{DEFAULT_DEAD_AFTER, RunConfig};
use seek::Seek;

/// The most ticks in one batch: what waits on the bus is bounded by it.
const MAX_BATCH: usize = 1_024;
/// The time between clock events, which close the bars of quiet symbols.
const CLOCK_EVERY: Duration = Duration::from_millis(250);
/// The time between two looks at the rows that could not be played.
const REJECTED_INTERVAL: Duration = Duration::from_secs(1);
/// The shortest sleep: what falls due within it shares a batch.
const MIN_SLEEP: Duration = Duration::from_millis(1);
/// The shortest sleep after a batch of [`BUSY_BATCH`]: each batch wakes two threads, and at thousands of ticks a
/// second that would cost more than the ticks.
const BUSY_SLEEP: Duration = Duration::from_millis(4);
const BUSY_BATCH: usize = 16;
/// How long the end of a looping tape stands before it starts again.
const LOOP_REST: Duration = Duration::from_secs(1);

/// Plays `source` and obeys what comes on `line`: to the end of the tape and, as it may be driven again, for as
/// long as there is anybody on the line.
///
/// # Errors
/// When the source could not go on. The bus has then been told: the status is `failed` and the last prices
/// stand.
pub async fn run(
    source: Box<dyn Source>,
    config: RunConfig,
    bus: bus::Sender<FeedEvent>,
    mut line: CommandReceiver,
) -> Result<(), SourceError> {
    let mut player = Player::new(source, config, bus);
    player.shift_start();
    player.open(config.paused).await;
    let mut driven = true;
    loop {
        let rest = player.advance().await;
        if rest.is_none() && !driven {
            return player.fault.map_or(Ok(()), |fault| Err(fault.into()));
        }
        tokio::select! {
            biased;
            call = line.recv(), if driven => match call {
                Some(call) => player.obey(call).await,
                None => driven = false,
            },
            () = pause_for(rest) => {}
        }
    }
}

/// Nothing to wait for is a chance for others to run; nothing to do is for ever.
async fn pause_for(rest: Option<Duration>) {
    match rest {
        Some(Duration::ZERO) => tokio::task::yield_now().await,
        Some(rest) => sleep(rest).await,
        None => std::future::pending().await,
    }
}

/// The wall clock as a market time.
fn wall() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}

struct Player {
    source: Shifted,
    catalog: Option<Arc<ScenarioCatalog>>,
    timestamp_mode: TimestampMode,
    bus: bus::Sender<FeedEvent>,
    deck: Deck,
    looping: bool,
    epoch: u64,
    revision: u64,
    /// From the first tick that is not taken on; empty at the end.
    ahead: Ahead,
    began: Instant,
    clock_due: Duration,
    /// When the tape begins again.
    again_at: Option<Duration>,
    batch: Vec<Tick>,
    /// The state that was last told.
    told: FeedState,
    /// Rows that could not be played, as they were last told.
    rows_rejected: u64,
    rejected: Arc<[RejectedRows]>,
    /// When it may be told next that there are more.
    rejected_due: Duration,
    fault: Option<String>,
    /// Those who wait until a step or a seek is done.
    waiting: Vec<CommandReply>,
    market: MarketLimits,
    index_limits: IndexLimits,
    /// `None` where there is no seeking.
    index: Option<Index>,
    /// The index is being made by a thread, or was.
    indexed: bool,
    seek: Option<Seek>,
}

impl Player {
    fn new(source: Box<dyn Source>, config: RunConfig, bus: bus::Sender<FeedEvent>) -> Self {
        let info = source.info();
        let mut deck = Deck::new(config.speed.unwrap_or(info.speed), &info.instruments, info.start, Duration::ZERO);
        let longest_bar = info.instruments.iter().filter_map(|instrument| instrument.synthesised_from).max();
        let bar = longest_bar.map_or(Duration::ZERO, |bar| Duration::from_nanos(bar.nanos().unsigned_abs()));
        deck.set_dead_time(config.skip_dead_time, config.dead_after.max(bar));
        Self {
            catalog: source.catalog(),
            source: Shifted::new(source),
            timestamp_mode: config.timestamp_mode,
            bus,
            deck,
            looping: config.looping,
            epoch: config.first_epoch,
            revision: 0,
            ahead: Ahead::default(),
            began: Instant::now(),
            clock_due: Duration::ZERO,
            again_at: None,
            batch: Vec::new(),
            told: FeedState::Playing,
            rows_rejected: 0,
            rejected: Arc::new([]),
            rejected_due: Duration::ZERO,
            fault: None,
            waiting: Vec::new(),
            market: config.market,
            index_limits: config.index,
            index: None,
            indexed: false,
            seek: None,
        }
    }

    fn now(&self) -> Duration {
        self.began.elapsed()
    }

    fn next_ts(&self) -> Timestamp {
        self.ahead.first().map_or(Timestamp(i64::MAX), |tick| tick.ts)
    }

    /// Of what is told: a seek is on its way, whatever the deck does after it.
    const fn state(&self) -> FeedState {
        if self.seek.is_some() { FeedState::Seeking } else { self.deck.state() }
    }

    fn status(&mut self) -> Arc<FeedStatus> {
        self.update_rejected();
        let info = self.source.info();
        Arc::new(FeedStatus {
            source: info.kind,
            name: info.name.clone(),
            state: self.state(),
            speed: self.deck.speed(),
            looping: self.looping,
            revision: self.revision,
            seekable: self.index.is_some(),
            skip_dead_time: self.deck.skips_dead_time(),
            timestamp_mode: self.timestamp_mode,
            time_shift_ns: self.source.nanos(),
            seed: info.seed,
            start: info.start,
            end: info.end,
            rows_rejected: self.rows_rejected,
            rejected: Arc::clone(&self.rejected),
            catalog: self.catalog.clone(),
            preview: self.index.as_ref().map(Index::preview).unwrap_or_default(),
            fault: self.fault.clone(),
        })
    }

    fn update_rejected(&mut self) {
        let rows = self.source.rows_rejected();
        if rows != self.rows_rejected {
            (self.rows_rejected, self.rejected) = (rows, self.source.rejected().into());
        }
        self.rejected_due = self.now() + REJECTED_INTERVAL;
    }

    async fn send(&mut self, event: FeedEvent) {
        self.bus.ready().await;
        self.bus.send(event);
    }

    /// Says how the feed stands, to all and to those who waited for it.
    async fn tell(&mut self) {
        self.revision += 1;
        self.told = self.state();
        let status = self.status();
        let event = if self.is_over() { FeedEvent::End(status) } else { FeedEvent::Status(status) };
        self.send(event).await;
        self.answer_waiting();
    }

    fn answer_waiting(&mut self) {
        if !matches!(self.told, FeedState::Stepping | FeedState::Seeking) {
            let revision = self.revision;
            self.waiting.drain(..).for_each(|reply| reply.send(Ok(revision)));
        }
    }

    const fn is_over(&self) -> bool {
        self.state().is_over()
    }

    /// Begins an epoch at the first tick, and waits there where that is wanted.
    async fn open(&mut self, paused: bool) {
        // Market time starts here, so that what the opening takes is made up for.
        let (start, now) = (self.source.info().start, self.now());
        self.deck.rewind(start, now);
        if paused {
            self.deck.pause(now, start);
        }
        self.clock_due = self.now() + CLOCK_EVERY;
        (self.again_at, self.fault, self.seek) = (None, None, None);
        let history = self.source.history();
        self.begin_index(&history);
        self.revision += 1;
        self.told = self.state();
        let opening = Opening { market: self.market_opening(history), status: self.status() };
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
            levels: self.source.levels(),
            start: info.start,
        }
    }

    /// Moves the tape so that it begins now, where that is wanted and there is a tape.
    fn shift_start(&mut self) {
        if self.source.mark().is_none() {
            self.timestamp_mode = TimestampMode::Original;
        }
        if self.timestamp_mode == TimestampMode::Shifted {
            let nanos = self.source.to_now(self.source.info().start, wall());
            self.shift(nanos);
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
        tracing::error!("the tape cannot be played any further: {error}");
        self.ahead.clear();
        self.again_at = None;
        self.fault = Some(error.to_string());
        self.deck.fail();
        self.tell().await;
    }

    async fn end(&mut self) {
        self.deck.end();
        self.again_at = self.looping.then(|| self.now() + LOOP_REST);
        self.tell().await;
    }

    /// Sends what is due. How long nothing more will be; `None` where nothing moves.
    async fn advance(&mut self) -> Option<Duration> {
        if let Some(at) = self.again_at {
            if self.now() < at {
                return Some(at - self.now());
            }
            self.restart().await;
        }
        if let Some(seek) = self.seek.take() {
            if let Err(error) = self.go_on_seeking(seek).await {
                self.fail(&error).await;
            }
            return Some(Duration::ZERO);
        }
        if self.is_over() {
            return None;
        }
        self.bus.ready().await;
        let now = self.now();
        let taken = self.take_due(now);
        let rest = if self.batch.len() < BUSY_BATCH { MIN_SLEEP } else { BUSY_SLEEP };
        if !self.batch.is_empty() {
            self.bus.send(FeedEvent::Ticks(self.batch.drain(..).collect()));
        }
        self.send_notices(now).await;
        // Only now: what came before a fault is good.
        if let Err(error) = taken {
            self.fail(&error).await;
            return None;
        }
        if self.ahead.is_empty() {
            self.end().await;
            return self.again_at.map(|_| LOOP_REST);
        }
        self.deck.pass_dead_time(self.next_ts(), now);
        self.tell_time(now).await;
        let wait = self.deck.wait(self.next_ts(), now)?;
        // Full speed, or more due than one batch holds: goes on at once.
        if wait.is_zero() { Some(wait) } else { Some(wait.clamp(rest, CLOCK_EVERY)) }
    }

    /// Moves what is due into `batch`. After an error that holds what came before it.
    fn take_due(&mut self, now: Duration) -> Result<(), SourceError> {
        while let Some(tick) = self.ahead.first()
            && self.batch.len() < MAX_BATCH
            && self.deck.takes(tick, now)
        {
            self.batch.push(*tick);
            self.deck.took(tick);
            self.ahead.pass(1, &mut self.source)?;
        }
        Ok(())
    }

    /// What happened besides ticks by the market time of `now`.
    async fn send_notices(&mut self, now: Duration) {
        let moment = self.deck.moment(now, self.next_ts());
        let notices: Vec<_> = std::iter::from_fn(|| self.source.next_notice(moment)).collect();
        if !notices.is_empty() {
            self.send(FeedEvent::Notices(notices.into())).await;
        }
    }

    /// Market time, now and then and where a step has ended; and a state that lasts.
    async fn tell_time(&mut self, now: Duration) {
        let paused = self.deck.state() == FeedState::Paused;
        let stopped = paused && (self.told != FeedState::Paused || !self.waiting.is_empty());
        if stopped || (!paused && now >= self.clock_due) {
            self.clock_due = now + CLOCK_EVERY;
            self.send(FeedEvent::Clock(self.deck.moment(now, self.next_ts()))).await;
            let rejected = now >= self.rejected_due && self.source.rows_rejected() != self.rows_rejected;
            if self.told != self.deck.state() || stopped || rejected {
                self.tell().await;
            }
        }
    }

    async fn obey(&mut self, PendingCommand { command, reply }: PendingCommand) {
        // What is due by now was played before the command.
        let _ = self.advance().await;
        let is_way = matches!(command, Command::Step(_) | Command::Seek(_) | Command::Timestamps(_));
        match self.follow(command).await {
            Err(error) => reply.send(Err(error)),
            Ok(()) => {
                self.waiting.push(reply);
                if !is_way || self.is_over() {
                    self.tell().await;
                }
            }
        }
    }

    async fn follow(&mut self, command: Command) -> Result<(), CommandError> {
        let (now, next) = (self.now(), self.next_ts());
        match command {
            Command::Play if self.is_over() => self.restart().await,
            Command::Play => self.deck.play(now),
            Command::Pause => {
                self.again_at = None;
                self.deck.pause(now, next);
                if !self.is_over() && self.seek.is_none() {
                    self.send(FeedEvent::Clock(self.deck.moment(now, next))).await;
                }
            }
            Command::Step(_) if self.is_over() => {}
            Command::Step(_) if self.seek.is_some() => return Err(CommandError::Seeking),
            Command::Seek(target) => self.begin_seek(target).await?,
            Command::Step(step) => self.deck.step(&step, now, next)?,
            Command::Speed(speed) => self.deck.set_speed(speed, now, next),
            Command::Loop(looping) => {
                self.looping = looping;
                let again = looping && self.deck.state() == FeedState::Ended;
                self.again_at = again.then_some(now + LOOP_REST);
            }
            Command::SkipDeadTime(skip) => self.deck.skip_dead_time(skip),
            Command::Timestamps(mode) => self.set_timestamps(mode).await?,
            Command::RunScenario(request) => self.source.run_scenario(&request, self.deck.moment(now, next))?,
        }
        Ok(())
    }
}

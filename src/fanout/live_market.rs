//! The handle by which sessions and HTTP handlers read the market while the publisher writes it.
//!
//! No lock is held across an `.await`: readers copy out what they need.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use parking_lot::{RwLock, RwLockReadGuard, RwLockWriteGuard};
use strum::EnumCount as _;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::conflate::{RATES, TierId};
use super::cursors::QuotesCursor;
use super::lag::LagHistogram;
use super::notify::{Due, Notifier, Notifiers, ThrottleCounts};
use super::quote_cache::{AnyQuoteCache, QUOTE_BYTES, quote_cache};
use super::tick_log::{AnyTickLog, Taken, tick_log};
use crate::control::{FeedState, FeedStatus};
use crate::market::Market;
use crate::wire::{Format, HISTORY_BYTES, PerFormat};

/// The number of session groups. Their flushes are spread over a tier's interval: thousands of sessions would otherwise
/// write at the same moment, and the last one would wait for all others.
pub const GROUPS: usize = 20;
/// The least number of sessions that join a group before the next group gets one, so that few sessions share their
/// messages.
const GROUP_SESSIONS: usize = 64;
/// The most memory of a group's cache for each of its sessions: those of a large market share a group with more.
const SHARE_BYTES: usize = 16 * 1024;

/// The memory of one symbol in the caches of all groups, tiers and formats, if each has a reader.
pub const CACHED_SYMBOL_BYTES: usize = GROUPS * RATES.len() * Format::COUNT * QUOTE_BYTES;

/// The texts that compressed messages refer to, in the caches of all groups and tiers, if each has readers that take
/// compressed messages.
pub const SHARED_HISTORY_BYTES: usize = GROUPS * RATES.len() * HISTORY_BYTES;

/// A clock, in microseconds since 1970.
pub type WallClock = fn() -> i64;

/// The market while it moves on. Cheap to clone; all clones are one market.
#[derive(Clone, Debug)]
pub struct LiveMarket(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    live: RwLock<Live>,
    groups: [SessionGroup; GROUPS],
    tick_logs: PerFormat<RwLock<Box<dyn AnyTickLog>>>,
    opened: Instant,
    clock: WallClock,
    /// Sessions that were ever registered.
    sessions: AtomicUsize,
    bus_gaps: AtomicU64,
    waiting_batches: AtomicUsize,
    /// The time of the feed's last event, in milliseconds since the market was opened.
    last_event: AtomicU64,
    /// The revision of the status in `live`.
    revision: AtomicU64,
    revision_changed: Notify,
    updates: AtomicU64,
    merged: AtomicU64,
    flush_lags: LagHistogram,
}

/// The caches and notifiers of a group of sessions.
#[derive(Debug)]
struct SessionGroup {
    caches: PerFormat<[RwLock<Box<dyn AnyQuoteCache>>; RATES.len()]>,
    notifiers: Notifiers,
}

impl SessionGroup {
    fn new() -> Self {
        let caches = |format| std::array::from_fn(|_| RwLock::new(quote_cache(format)));
        Self { caches: PerFormat::from_fn(caches), notifiers: Notifiers::default() }
    }
}

/// The market and the status of its feed at one moment.
#[derive(Debug)]
pub struct Live {
    pub market: Market,
    pub status: Arc<FeedStatus>,
}

/// For sessions and HTTP handlers.
impl LiveMarket {
    /// The market as it is now. Hold the guard briefly, as the publisher waits for it.
    pub fn read(&self) -> RwLockReadGuard<'_, Live> {
        self.0.live.read()
    }

    /// The server's clock, in microseconds since 1970, as messages carry it.
    pub fn wall_micros(&self) -> i64 {
        (self.0.clock)()
    }

    /// The next message of quotes for the reader behind `cursor`, of at most `max_bytes`; see [`AnyQuoteCache::take`] and
    /// [`AnyTickLog::take`].
    pub fn take_quotes(
        &self,
        group: usize,
        tier: TierId,
        format: Format,
        cursor: &mut QuotesCursor,
        max_bytes: usize,
    ) -> Taken {
        if tier == TierId::EVERY {
            return self.0.tick_logs[format].read().take(cursor, self.now(), max_bytes);
        }
        let message = self.0.groups[group].caches[format][tier.index()].read().take(cursor, max_bytes);
        message.map_or(Taken::Nothing, Taken::Message)
    }

    /// Registers a session in the next group. Returns its notifier.
    pub fn register(&self) -> Arc<Notifier> {
        let size = group_sessions(self.read().market.instruments().len());
        let group = self.0.sessions.fetch_add(1, Ordering::Relaxed) / size % GROUPS;
        self.notifiers(group).register(group)
    }

    /// Makes all sessions end, including sessions that are registered later.
    pub fn stop_sessions(&self) {
        self.0.groups.iter().for_each(|group| group.notifiers.stop());
    }

    /// Waits until the status that is read here has this revision, or a later one.
    pub async fn wait_for_revision(&self, revision: u64) {
        loop {
            // Created before the look, so that no change in between is missed.
            let changed = self.0.revision_changed.notified();
            if self.0.revision.load(Ordering::Acquire) >= revision {
                return;
            }
            changed.await;
        }
    }
}

/// For metrics and health.
impl LiveMarket {
    /// The time since the last event of a feed that plays; zero for another one, from which none need come.
    pub fn silence(&self) -> Duration {
        if !matches!(self.read().status.state, FeedState::Playing | FeedState::Stepping) {
            return Duration::ZERO;
        }
        self.now().saturating_sub(Duration::from_millis(self.0.last_event.load(Ordering::Relaxed)))
    }

    /// The number of encoded quotes in all caches.
    pub fn cached_quotes(&self) -> usize {
        let caches = self.0.groups.iter().flat_map(|group| group.caches.values().flatten());
        caches.map(|cache| cache.read().quotes()).sum()
    }

    /// The number of batches of ticks that wait between feed and market, at the last look.
    pub fn waiting_batches(&self) -> usize {
        self.0.waiting_batches.load(Ordering::Relaxed)
    }

    /// The number of ticks that are kept for sessions that get every tick, in all formats together.
    pub fn logged_ticks(&self) -> usize {
        self.0.tick_logs.values().map(|log| log.read().kept()).sum()
    }

    /// The number of batches of ticks that were lost between feed and market.
    pub fn bus_gaps(&self) -> u64 {
        self.0.bus_gaps.load(Ordering::Relaxed)
    }

    /// The number of updates in all flushes, and of the ticks that were merged into them.
    pub fn conflated(&self) -> (u64, u64) {
        (self.0.updates.load(Ordering::Relaxed), self.0.merged.load(Ordering::Relaxed))
    }

    /// The number of flushes that sessions skipped, as they were busy with the one before.
    pub fn flushes_skipped(&self) -> u64 {
        self.0.groups.iter().map(|group| group.notifiers.skipped()).sum()
    }

    /// The lags from when a flush was due until its updates were encoded.
    pub fn flush_lags(&self) -> &LagHistogram {
        &self.0.flush_lags
    }

    /// The number of sessions at each throttle level.
    pub fn throttle_counts(&self) -> ThrottleCounts {
        let (now, mut counts) = (Instant::now(), ThrottleCounts::default());
        self.0.groups.iter().for_each(|group| group.notifiers.count_levels(now, &mut counts));
        counts
    }
}

/// For the publisher.
impl LiveMarket {
    /// Opens a market, with logs of up to `ticks` ticks. Messages carry the time of `clock`.
    pub(super) fn new(live: Live, ticks: usize, clock: WallClock) -> Self {
        let live = Self(Arc::new(Shared {
            live: RwLock::new(live),
            groups: std::array::from_fn(|_| SessionGroup::new()),
            tick_logs: PerFormat::from_fn(|format| RwLock::new(tick_log(format, ticks))),
            opened: Instant::now(),
            clock,
            sessions: AtomicUsize::new(0),
            bus_gaps: AtomicU64::new(0),
            waiting_batches: AtomicUsize::new(0),
            last_event: AtomicU64::new(0),
            revision: AtomicU64::new(0),
            revision_changed: Notify::new(),
            updates: AtomicU64::new(0),
            merged: AtomicU64::new(0),
            flush_lags: LagHistogram::default(),
        }));
        live.open_caches();
        live
    }

    /// The time since the market was opened.
    pub(super) fn now(&self) -> Duration {
        self.0.opened.elapsed()
    }

    pub(super) fn write(&self) -> RwLockWriteGuard<'_, Live> {
        self.0.live.write()
    }

    pub(super) fn cache_mut(
        &self,
        group: usize,
        tier: TierId,
        format: Format,
    ) -> RwLockWriteGuard<'_, Box<dyn AnyQuoteCache>> {
        self.0.groups[group].caches[format][tier.index()].write()
    }

    pub(super) fn tick_log_mut(&self, format: Format) -> RwLockWriteGuard<'_, Box<dyn AnyTickLog>> {
        self.0.tick_logs[format].write()
    }

    pub(super) fn notifiers(&self, group: usize) -> &Notifiers {
        &self.0.groups[group].notifiers
    }

    /// Notifies all sessions.
    pub(super) fn notify_all(&self, due: Due) {
        self.0.groups.iter().for_each(|group| group.notifiers.notify(due));
    }

    /// Begins an epoch: replaces market and status, empties the caches and notifies all sessions.
    pub(super) fn reopen(&self, live: Live) {
        *self.write() = live;
        self.open_caches();
        self.notify_all(Due::FEED);
    }

    fn open_caches(&self) {
        let live = self.read();
        self.0.tick_logs.values().for_each(|log| log.write().open(&live.market));
        let caches = self.0.groups.iter().flat_map(|group| group.caches.values().flatten());
        caches.for_each(|cache| cache.write().open(&live.market));
    }

    /// Wakes the tasks that wait for the present revision.
    pub(super) fn publish_revision(&self) {
        let revision = self.read().status.revision;
        if self.0.revision.swap(revision, Ordering::AcqRel) != revision {
            self.0.revision_changed.notify_waiters();
        }
    }

    /// Notes that the feed has sent something.
    pub(super) fn note_event(&self) {
        let millis = u64::try_from(self.now().as_millis()).unwrap_or(u64::MAX);
        self.0.last_event.store(millis, Ordering::Relaxed);
    }

    pub(super) fn set_waiting_batches(&self, batches: usize) {
        self.0.waiting_batches.store(batches, Ordering::Relaxed);
    }

    pub(super) fn add_bus_gap(&self, missed: u64) {
        self.0.bus_gaps.fetch_add(missed, Ordering::Relaxed);
    }

    pub(super) fn add_updates(&self, updates: u64) {
        self.0.updates.fetch_add(updates, Ordering::Relaxed);
    }

    pub(super) fn add_merged(&self, ticks: u64) {
        self.0.merged.fetch_add(ticks, Ordering::Relaxed);
    }
}

/// The number of sessions that join a group of a market before the next group gets one.
const fn group_sessions(symbols: usize) -> usize {
    let size = (symbols * QUOTE_BYTES).div_ceil(SHARE_BYTES);
    if size > GROUP_SESSIONS { size } else { GROUP_SESSIONS }
}

/// The system's clock, in microseconds since 1970.
pub fn wall_micros() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_a_large_market_are_larger() {
        assert_eq!([1, 500, 10_000, 50_000].map(group_sessions), [64, 64, 357, 1_783]);
    }
}

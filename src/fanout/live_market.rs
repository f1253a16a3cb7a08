//! The handle by which sessions and HTTP routes read the market while the publisher writes it.
//!
//! No lock is held across an `.await`: readers copy out what they need.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

use tokio::sync::watch;

use super::conflate::{RATES, TierId};
use super::cursors::QuotesCursor;
use super::lag::LagHistogram;
use super::notify::{Due, Notifier, Notifiers, ThrottleCounts};
use super::quote_cache::QuoteCache;
use super::tick_log::{Taken, TickLog};
use crate::control::FeedStatus;
use crate::market::Market;
use crate::wire::{BinaryQuote, EncodedQuote, Format};

/// Cheap to clone; all clones are one market.
#[derive(Clone, Debug)]
pub struct LiveMarket(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    live: RwLock<Live>,
    groups: [Group; GROUPS],
    json_ticks: RwLock<TickLog<EncodedQuote>>,
    binary_ticks: RwLock<TickLog<BinaryQuote>>,
    began: Instant,
    sessions: AtomicUsize,
    bus_gaps: AtomicU64,
    /// Of the status that is read here.
    revision: watch::Sender<u64>,
    updates: AtomicU64,
    merged: AtomicU64,
    flush_lags: LagHistogram,
}

/// Sessions are dealt to so many groups, whose beats lie one after the other within a tier's interval: thousands
/// of them would otherwise write at the same moment and the last would wait for all others.
pub const GROUPS: usize = 20;
/// So many sessions fill a group before the next gets one: a room of people shares its frames.
const GROUP_SESSIONS: usize = 64;

/// What the sessions of one group share.
#[derive(Debug, Default)]
struct Group {
    json: [RwLock<QuoteCache<EncodedQuote>>; RATES.len()],
    binary: [RwLock<QuoteCache<BinaryQuote>>; RATES.len()],
    notifiers: Notifiers,
}

/// What is known at one moment.
#[derive(Debug)]
pub struct Live {
    pub market: Market,
    pub status: Arc<FeedStatus>,
}

impl LiveMarket {
    /// Keeps so many ticks for those who want each.
    pub(super) fn new(live: Live, ticks: usize) -> Self {
        let live = Self(Arc::new(Shared {
            live: RwLock::new(live),
            groups: Default::default(),
            json_ticks: RwLock::new(TickLog::new(ticks)),
            binary_ticks: RwLock::new(TickLog::new(ticks)),
            began: Instant::now(),
            sessions: AtomicUsize::new(0),
            bus_gaps: AtomicU64::new(0),
            revision: watch::Sender::new(0),
            updates: AtomicU64::new(0),
            merged: AtomicU64::new(0),
            flush_lags: LagHistogram::default(),
        }));
        live.open_caches();
        live
    }

    /// The market as it stands. Hold it briefly: the publisher waits meanwhile.
    pub fn read(&self) -> RwLockReadGuard<'_, Live> {
        read(&self.0.live)
    }

    /// What the reader behind `cursor` has not sent yet; see [`QuoteCache::take`] and [`TickLog::take`].
    pub fn take_quotes(&self, group: usize, tier: TierId, format: Format, cursor: &mut QuotesCursor) -> Taken {
        if tier == TierId::EVERY {
            return match format {
                Format::Json => read(&self.0.json_ticks).take(cursor, self.now()),
                Format::Binary => read(&self.0.binary_ticks).take(cursor, self.now()),
            };
        }
        let Group { json, binary, .. } = &self.0.groups[group];
        let frame = match format {
            Format::Json => read(&json[tier.index()]).take(cursor),
            Format::Binary => read(&binary[tier.index()]).take(cursor),
        };
        frame.map_or(Taken::Nothing, Taken::Frame)
    }

    /// Since the market was opened, by a clock that only goes forward.
    pub(super) fn now(&self) -> Duration {
        self.0.began.elapsed()
    }

    /// A notifier that rings for a new session.
    pub fn register(&self) -> Arc<Notifier> {
        let group = self.0.sessions.fetch_add(1, Ordering::Relaxed) / GROUP_SESSIONS % GROUPS;
        self.0.groups[group].notifiers.register(group)
    }

    /// Tells all sessions, also those that come later, to say goodbye.
    pub fn stop_sessions(&self) {
        self.0.groups.iter().for_each(|group| group.notifiers.stop());
    }

    /// Waits until what led to this revision of the feed's status can be read here.
    pub async fn wait_for_revision(&self, revision: u64) {
        // The sender lives as long as this handle.
        drop(self.0.revision.subscribe().wait_for(|shown| *shown >= revision).await);
    }

    pub(super) fn publish_revision(&self) {
        let revision = self.read().status.revision;
        self.0.revision.send_if_modified(|shown| std::mem::replace(shown, revision) != revision);
    }

    /// How many batches of ticks were lost between feed and market.
    pub fn bus_gaps(&self) -> u64 {
        self.0.bus_gaps.load(Ordering::Relaxed)
    }

    pub(super) fn add_bus_gap(&self, missed: u64) {
        self.0.bus_gaps.fetch_add(missed, Ordering::Relaxed);
    }

    /// Changed symbols over all beats of all tiers and groups, and the ticks that were merged into these.
    pub fn conflated(&self) -> (u64, u64) {
        (self.0.updates.load(Ordering::Relaxed), self.0.merged.load(Ordering::Relaxed))
    }

    pub(super) fn add_encoded(&self, updates: u64) {
        self.0.updates.fetch_add(updates, Ordering::Relaxed);
    }

    pub(super) fn add_merged(&self, ticks: u64) {
        self.0.merged.fetch_add(ticks, Ordering::Relaxed);
    }

    /// Beats that sessions skipped, as they were busy with one before.
    pub fn flushes_skipped(&self) -> u64 {
        self.0.groups.iter().map(|group| group.notifiers.skipped()).sum()
    }

    /// From the moment a beat was due to when its updates were encoded.
    pub fn flush_lags(&self) -> &LagHistogram {
        &self.0.flush_lags
    }

    /// On which counts of the slow-client ladder the sessions stand.
    pub fn throttle_counts(&self) -> ThrottleCounts {
        let (now, mut counts) = (Instant::now(), ThrottleCounts::default());
        self.0.groups.iter().for_each(|group| group.notifiers.count_levels(now, &mut counts));
        counts
    }

    pub(super) fn notifiers(&self, group: usize) -> &Notifiers {
        &self.0.groups[group].notifiers
    }

    /// Rings at all sessions.
    pub(super) fn notify_all(&self, due: Due) {
        self.0.groups.iter().for_each(|group| group.notifiers.notify(due));
    }

    pub(super) fn write(&self) -> RwLockWriteGuard<'_, Live> {
        write(&self.0.live)
    }

    pub(super) fn json_mut(&self, group: usize, tier: TierId) -> RwLockWriteGuard<'_, QuoteCache<EncodedQuote>> {
        write(&self.0.groups[group].json[tier.index()])
    }

    pub(super) fn binary_mut(&self, group: usize, tier: TierId) -> RwLockWriteGuard<'_, QuoteCache<BinaryQuote>> {
        write(&self.0.groups[group].binary[tier.index()])
    }

    pub(super) fn json_ticks(&self) -> RwLockWriteGuard<'_, TickLog<EncodedQuote>> {
        write(&self.0.json_ticks)
    }

    pub(super) fn binary_ticks(&self) -> RwLockWriteGuard<'_, TickLog<BinaryQuote>> {
        write(&self.0.binary_ticks)
    }

    /// A new epoch: market, status and caches are replaced and everybody is told.
    pub(super) fn reopen(&self, live: Live) {
        *self.write() = live;
        self.open_caches();
        self.notify_all(Due::FEED);
    }

    fn open_caches(&self) {
        let live = self.read();
        self.json_ticks().open(&live.market);
        self.binary_ticks().open(&live.market);
        for group in 0..GROUPS {
            for tier in TierId::conflated() {
                self.json_mut(group, tier).open(&live.market);
                self.binary_mut(group, tier).open(&live.market);
            }
        }
    }
}

// A panic elsewhere leaves nothing half done here: what applies and encodes ticks has no way to fail in the middle.
fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

/// The server's clock in microseconds since the Unix epoch.
pub fn wall_micros() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

//! The way in which the publisher wakes sessions: a notifier for each session, with a flag for each thing that may be
//! due.
//!
//! A flag that is set several times before the session looks counts once: the session takes the newest state anyway, so
//! nothing queues.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use strum::{EnumCount, IntoStaticStr, VariantArray};
use tokio::time::Instant;

use super::conflate::{TIERS, TierId};
use super::pending_flags::PendingFlags;
use crate::wire::{Format, PerFormat};

/// The time after which a session that has not looked at a flush counts as busy with the one before.
const BUSY: Duration = Duration::from_millis(100);

/// A set of things that are due to a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Due(u32);

impl Due {
    /// The feed's status or epoch has changed.
    pub const FEED: Self = Self(1 << 16);
    /// Half a second has passed in which the session sent nothing.
    pub const HEARTBEAT: Self = Self(1 << 17);
    /// The server stops.
    pub const STOP: Self = Self(1 << 18);
    /// Half a second has passed in which the session sent something. It wakes no session: a busy one wakes up anyway.
    pub const TIMER: Self = Self(1 << 19);
    /// A headline came, or a scenario began.
    pub const NOTICE: Self = Self(1 << 20);

    /// The flush of a tier.
    pub const fn tier(tier: TierId) -> Self {
        Self(1 << tier.index())
    }

    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The things that are in both sets.
    #[must_use]
    pub const fn common(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The number of half seconds that have passed.
    pub const fn half_seconds(self) -> u32 {
        self.contains(Self::HEARTBEAT) as u32 + self.contains(Self::TIMER) as u32
    }

    /// The tiers whose flushes are due.
    pub fn tiers(self) -> impl Iterator<Item = TierId> {
        TierId::all().filter(move |tier| self.contains(Self::tier(*tier)))
    }
}

/// The degree to which a session is throttled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumCount, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum ThrottleLevel {
    /// The session gets the granted rate.
    Full,
    /// The session skips flushes, as its client has not taken the last one yet.
    Skipping,
    /// The session gets less than the granted rate.
    Lowered,
}

impl ThrottleLevel {
    /// The name in metrics.
    pub fn label(self) -> &'static str {
        self.into()
    }
}

/// The number of sessions at each throttle level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ThrottleCounts([usize; ThrottleLevel::COUNT]);

impl ThrottleCounts {
    pub fn iter(&self) -> impl Iterator<Item = (ThrottleLevel, usize)> {
        ThrottleLevel::VARIANTS.iter().copied().zip(self.0)
    }

    const fn add(&mut self, level: ThrottleLevel) {
        self.0[level as usize] += 1;
    }
}

/// The flags of one session, on which one task waits.
///
/// The session gets all flags, except for tiers that it does not [listen to](Self::set_tiers).
#[derive(Debug)]
pub struct Notifier {
    group: usize,
    flags: PendingFlags,
    /// The tiers that the session listens to.
    tiers: AtomicU32,
    /// The same by the format in which it gets them.
    listens: PerFormat<AtomicU32>,
    /// The session has sent something in this half second.
    has_sent: AtomicBool,
    registered_at: Instant,
    /// The time of the first flush that the session has not looked at, in microseconds since `registered_at`; 0 for
    /// none.
    flush_at: AtomicU64,
    /// The session gets less than it was granted.
    is_throttled: AtomicBool,
    listeners: Arc<Listeners>,
}

/// The listeners of a group's tiers.
#[derive(Debug, Default)]
struct Listeners {
    counts: PerFormat<[AtomicUsize; TIERS]>,
    /// Flushes that found their session busy with the one before.
    skipped: AtomicU64,
}

impl Notifier {
    fn new(group: usize, listeners: Arc<Listeners>) -> Self {
        Self {
            group,
            flags: PendingFlags::new(Due::TIMER.0),
            tiers: AtomicU32::new(0),
            listens: PerFormat::default(),
            has_sent: AtomicBool::new(false),
            registered_at: Instant::now(),
            flush_at: AtomicU64::new(0),
            is_throttled: AtomicBool::new(false),
            listeners,
        }
    }

    /// Waits until something is due, and takes all of it.
    ///
    /// Cancel safe.
    pub async fn wait(&self) -> Due {
        poll_fn(|context| self.flags.poll_take(context).map(Due)).await
    }

    /// Returns whether [`wait`](Self::wait) would return at once.
    pub fn is_pending(&self) -> bool {
        self.flags.is_set()
    }

    /// Records that the session has sent something, so that no [`Due::HEARTBEAT`] is needed.
    pub fn mark_sent(&self) {
        self.has_sent.store(true, Ordering::Relaxed);
    }

    /// Takes the time at which the first flush since the last call was due.
    pub fn take_flush(&self) -> Option<Instant> {
        let at = self.flush_at.swap(0, Ordering::Relaxed);
        (at > 0).then(|| self.registered_at + Duration::from_micros(at))
    }

    /// Counts flushes that the session does not take before the next of the same tier.
    pub fn count_skipped(&self, flushes: u64) {
        self.listeners.skipped.fetch_add(flushes, Ordering::Relaxed);
    }

    /// Records whether the session gets less than it was granted.
    pub fn set_throttled(&self, is_throttled: bool) {
        self.is_throttled.store(is_throttled, Ordering::Relaxed);
    }

    /// The group of the session.
    pub const fn group(&self) -> usize {
        self.group
    }

    /// Listens to just these tiers from now on, in `format`.
    pub fn set_tiers(&self, tiers: impl Iterator<Item = TierId>, format: Format) {
        let tiers = tiers.fold(0, |set, tier| set | Due::tier(tier).0);
        self.tiers.store(tiers, Ordering::Release);
        for (each, listens) in self.listens.iter() {
            let now = if each == format { tiers } else { 0 };
            self.listeners.recount(each, listens.swap(now, Ordering::AcqRel), now);
        }
    }

    fn level(&self, now: Instant) -> ThrottleLevel {
        let flush_at = self.flush_at.load(Ordering::Relaxed);
        let waits = now.saturating_duration_since(self.registered_at + Duration::from_micros(flush_at));
        if self.is_throttled.load(Ordering::Relaxed) {
            ThrottleLevel::Lowered
        } else if flush_at > 0 && waits > BUSY {
            ThrottleLevel::Skipping
        } else {
            ThrottleLevel::Full
        }
    }

    fn listens_to(&self, due: Due) -> bool {
        self.tiers.load(Ordering::Acquire) & due.0 != 0
    }

    /// Notifies of a flush of `tier` that was due `at` that time.
    fn notify_flush(&self, tier: TierId, at: Instant) {
        if !self.listens_to(Due::tier(tier)) {
            return;
        }
        // Written before the flag. A session that looks in between takes the time for an earlier flush's.
        if self.flush_at.load(Ordering::Relaxed) == 0 {
            let micros = at.saturating_duration_since(self.registered_at).as_micros();
            self.flush_at.store(u64::try_from(micros).unwrap_or(u64::MAX).max(1), Ordering::Relaxed);
        }
        self.notify(Due::tier(tier));
    }

    fn notify(&self, due: Due) {
        if due.0 < Due::FEED.0 && !self.listens_to(due) {
            return;
        }
        if due == Due::HEARTBEAT && self.has_sent.swap(false, Ordering::Relaxed) {
            self.flags.set(Due::TIMER.0);
            return;
        }
        let before = self.flags.set(due.0);
        // A flush at `every` skips nothing: the session takes all ticks since its last look.
        if before & due.0 != 0 && due.0 < Due::tier(TierId::EVERY).0 {
            self.listeners.skipped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Drop for Notifier {
    fn drop(&mut self) {
        self.set_tiers(std::iter::empty(), Format::Json);
    }
}

impl Listeners {
    /// Counts a session that listened to the tiers `before` in `format`, and listens to the tiers `now`.
    fn recount(&self, format: Format, before: u32, now: u32) {
        for tier in TierId::all() {
            let (bit, count) = (Due::tier(tier).0, &self.counts[format][tier.index()]);
            match (before & bit != 0, now & bit != 0) {
                (false, true) => count.fetch_add(1, Ordering::AcqRel),
                (true, false) => count.fetch_sub(1, Ordering::AcqRel),
                _ => continue,
            };
        }
    }
}

/// The notifiers of one group of sessions.
#[derive(Debug, Default)]
pub struct Notifiers {
    list: Mutex<Vec<Arc<Notifier>>>,
    listeners: Arc<Listeners>,
    is_stopping: AtomicBool,
}

impl Notifiers {
    /// Adds a notifier for a session of `group`.
    pub fn register(&self, group: usize) -> Arc<Notifier> {
        let notifier = Arc::new(Notifier::new(group, Arc::clone(&self.listeners)));
        let mut list = self.list.lock();
        list.push(Arc::clone(&notifier));
        // Read under the lock under which `stop` notifies, so that a late notifier gets the stop here or there.
        if self.is_stopping.load(Ordering::Acquire) {
            notifier.notify(Due::STOP);
        }
        notifier
    }

    /// Notifies of the stop, also the notifiers that are registered later.
    pub fn stop(&self) {
        self.is_stopping.store(true, Ordering::Release);
        self.notify(Due::STOP);
    }

    /// Notifies all, and drops the notifiers that no session holds. Until then, for up to half a second, a tier may
    /// have a listener too many.
    pub fn notify(&self, due: Due) {
        self.for_each(|notifier| notifier.notify(due));
    }

    /// Notifies the listeners of `tier` of a flush that was due `at` that time.
    pub fn notify_flush(&self, tier: TierId, at: Instant) {
        self.for_each(|notifier| notifier.notify_flush(tier, at));
    }

    fn for_each(&self, notify: impl Fn(&Notifier)) {
        self.list.lock().retain(|notifier| {
            let is_held = Arc::strong_count(notifier) > 1;
            if is_held {
                notify(notifier);
            }
            is_held
        });
    }

    /// Adds the group's sessions to `counts`, by their levels at `now`.
    pub fn count_levels(&self, now: Instant, counts: &mut ThrottleCounts) {
        let list = self.list.lock();
        let held = list.iter().filter(|notifier| Arc::strong_count(notifier) > 1);
        held.for_each(|notifier| counts.add(notifier.level(now)));
    }

    /// The number of sessions that listen to `tier` in each format.
    pub fn listeners(&self, tier: TierId) -> PerFormat<usize> {
        PerFormat::from_fn(|format| self.listeners.counts[format][tier.index()].load(Ordering::Acquire))
    }

    /// The number of flushes that sessions skipped, as they were busy with the one before.
    pub fn skipped(&self) -> u64 {
        self.listeners.skipped.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests;

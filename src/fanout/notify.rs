//! How the publisher wakes sessions: one notifier a session, with a bit for each thing that may be due.
//!
//! Bits that were rung several times before the session looks are one: it takes the newest state anyway,
//! so nothing queues.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::conflate::{TIERS, TierId};
use super::pending_flags::PendingFlags;
use crate::wire::Format;

/// What is due, as a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Due(u32);

impl Due {
    /// The feed's status or epoch changed.
    pub const FEED: Self = Self(1 << 16);
    /// Half a second has passed in which nothing was said.
    pub const HEARTBEAT: Self = Self(1 << 17);
    /// The server stops.
    pub const STOP: Self = Self(1 << 18);
    /// Half a second has passed. Wakes nobody: who has spoken since the one before is awake often enough.
    pub const TIMER: Self = Self(1 << 19);

    /// A headline came, or a scenario began.
    pub const NOTICE: Self = Self(1 << 20);

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

    /// Half seconds that have passed.
    pub const fn half_seconds(self) -> u32 {
        self.contains(Self::HEARTBEAT) as u32 + self.contains(Self::TIMER) as u32
    }

    pub fn tiers(self) -> impl Iterator<Item = TierId> {
        TierId::all().filter(move |tier| self.contains(Self::tier(*tier)))
    }
}

/// A session that has not looked for so long after a beat is still busy with the one before.
const BUSY: Duration = Duration::from_millis(100);

/// How many sessions stand on which rung of the slow-client ladder; each on one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ThrottleCounts {
    /// Get what was granted, in time.
    pub full: usize,
    /// A beat waits for them, as their clients have not taken the one before.
    pub skipping: usize,
    /// Get less than was granted.
    pub lowered: usize,
}

/// A session's ear. Always hears what is not of a tier; of the tiers those it [`listens`](Self::listen) to.
/// One task waits.
#[derive(Debug)]
pub struct Notifier {
    group: usize,
    flags: PendingFlags,
    wanted: AtomicU32,
    /// The session has spoken since the last half second was rung.
    has_sent: AtomicBool,
    /// Of `wanted`, in binary.
    binary: AtomicU32,
    registered_at: Instant,
    /// When the first beat was due that the session has not looked at, in microseconds since it was registered_at; 0 for none.
    flush_at: AtomicU64,
    /// The session gets less than was granted.
    lowered: AtomicBool,
    listeners: Arc<Listeners>,
}

/// By tier: all, and those in binary.
#[derive(Debug, Default)]
struct Listeners {
    all: [AtomicUsize; TIERS],
    binary: [AtomicUsize; TIERS],
    /// Beats that found their session still busy with the one before.
    skipped: AtomicU64,
}

impl Notifier {
    /// Waits until something is due and takes all of it.
    ///
    /// Cancel safe.
    pub async fn wait(&self) -> Due {
        poll_fn(|context| self.flags.poll_take(context).map(Due)).await
    }

    /// Whether [`wait`](Self::wait) would not wait.
    pub fn is_pending(&self) -> bool {
        self.flags.is_set()
    }

    /// The session says something: that is a sign of life, and [`Due::HEARTBEAT`] can wait.
    pub fn mark_sent(&self) {
        self.has_sent.store(true, Ordering::Relaxed);
    }

    /// When the first beat was due that was rung since this was asked the last time.
    pub fn take_flush(&self) -> Option<Instant> {
        let at = self.flush_at.swap(0, Ordering::Relaxed);
        (at > 0).then(|| self.registered_at + Duration::from_micros(at))
    }

    /// From now on the session gets less than was granted, or all of it.
    pub fn set_throttled(&self, lowered: bool) {
        self.lowered.store(lowered, Ordering::Relaxed);
    }

    /// The group of sessions that it belongs to.
    pub const fn group(&self) -> usize {
        self.group
    }

    /// Hears just these tiers from now on, and wants them in this format.
    pub fn set_tiers(&self, tiers: impl Iterator<Item = TierId>, format: Format) {
        let wanted = tiers.fold(0, |set, tier| set | Due::tier(tier).0);
        let binary = if format == Format::Binary { wanted } else { 0 };
        count(&self.listeners.all, self.wanted.swap(wanted, Ordering::AcqRel), wanted);
        count(&self.listeners.binary, self.binary.swap(binary, Ordering::AcqRel), binary);
    }

    /// A beat of this tier, which was due `at` that time.
    fn notify_flush(&self, tier: TierId, at: Instant) {
        // Written before the bit: a look in between takes the time for an earlier beat's, and none is made up.
        if self.wanted.load(Ordering::Acquire) & Due::tier(tier).0 != 0 && self.flush_at.load(Ordering::Relaxed) == 0 {
            let micros = at.saturating_duration_since(self.registered_at).as_micros();
            self.flush_at.store(u64::try_from(micros).unwrap_or(u64::MAX).max(1), Ordering::Relaxed);
        }
        self.notify(Due::tier(tier));
    }

    fn notify(&self, due: Due) {
        if due.0 < Due::FEED.0 && self.wanted.load(Ordering::Acquire) & due.0 == 0 {
            return;
        }
        if due == Due::HEARTBEAT && self.has_sent.swap(false, Ordering::Relaxed) {
            self.flags.set(Due::TIMER.0);
            return;
        }
        let before = self.flags.set(due.0);
        // At `every` nothing is skipped: what has come meanwhile is taken with the rest.
        if before & due.0 != 0 && due.0 < Due::tier(TierId::EVERY).0 {
            self.listeners.skipped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn count(listeners: &[AtomicUsize], before: u32, wanted: u32) {
    for tier in TierId::all() {
        let bit = Due::tier(tier).0;
        match (before & bit != 0, wanted & bit != 0) {
            (false, true) => listeners[tier.index()].fetch_add(1, Ordering::AcqRel),
            (true, false) => listeners[tier.index()].fetch_sub(1, Ordering::AcqRel),
            _ => continue,
        };
    }
}

impl Drop for Notifier {
    fn drop(&mut self) {
        self.set_tiers(std::iter::empty(), Format::Json);
    }
}

/// The notifiers of one group of sessions.
#[derive(Debug, Default)]
pub struct Notifiers {
    notifiers: Mutex<Vec<Arc<Notifier>>>,
    listeners: Arc<Listeners>,
    stopping: AtomicBool,
}

impl Notifiers {
    pub fn register(&self, group: usize) -> Arc<Notifier> {
        let listeners = Arc::clone(&self.listeners);
        let [wanted, binary] = std::array::from_fn(|_| AtomicU32::new(0));
        let [has_sent, lowered] = std::array::from_fn(|_| AtomicBool::new(false));
        let (flags, registered_at, flush_at) = (PendingFlags::new(Due::TIMER.0), Instant::now(), AtomicU64::new(0));
        let notifier =
            Arc::new(Notifier { group, flags, wanted, has_sent, binary, registered_at, flush_at, lowered, listeners });
        let mut notifiers = self.lock();
        notifiers.push(Arc::clone(&notifier));
        // Asked under the lock that `stop` rings under: a late notifier is flags by one of the two.
        if self.stopping.load(Ordering::Acquire) {
            notifier.notify(Due::STOP);
        }
        notifier
    }

    /// Rings for the end, also at notifiers that are registered_at later.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        self.notify(Due::STOP);
    }

    /// Rings at all, and takes down the notifiers that nobody else holds any longer. Until then, which is no more
    /// than half a second, a tier may have a listener too many.
    pub fn notify(&self, due: Due) {
        self.each(|notifier| notifier.notify(due));
    }

    /// The same for a tier's beat that was due `at` that time.
    pub fn notify_flush(&self, tier: TierId, at: Instant) {
        self.each(|notifier| notifier.notify_flush(tier, at));
    }

    fn each(&self, notify: impl Fn(&Notifier)) {
        self.lock().retain(|notifier| {
            let is_held = Arc::strong_count(notifier) > 1;
            if is_held {
                notify(notifier);
            }
            is_held
        });
    }

    /// Adds the sessions behind these notifiers to the counts on which they stand `now`.
    pub fn count_levels(&self, now: Instant, counts: &mut ThrottleCounts) {
        for notifier in self.lock().iter().filter(|notifier| Arc::strong_count(notifier) > 1) {
            let flush_at = notifier.flush_at.load(Ordering::Relaxed);
            let waits = now.saturating_duration_since(notifier.registered_at + Duration::from_micros(flush_at));
            *if notifier.lowered.load(Ordering::Relaxed) {
                &mut counts.lowered
            } else if flush_at > 0 && waits > BUSY {
                &mut counts.skipping
            } else {
                &mut counts.full
            } += 1;
        }
    }

    /// How many listen to `tier`, by format as [`Format::ALL`] has them.
    pub fn listeners(&self, tier: TierId) -> [usize; 2] {
        let binary = self.listeners.binary[tier.index()].load(Ordering::Acquire);
        let all = self.listeners.all[tier.index()].load(Ordering::Acquire);
        [all.saturating_sub(binary), binary]
    }

    /// Beats that sessions skipped, as they were busy with one before; what they take next is newer.
    pub fn skipped(&self) -> u64 {
        self.listeners.skipped.load(Ordering::Relaxed)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Notifier>>> {
        // A list of notifiers has no broken middle state: a panic elsewhere does not spoil it.
        self.notifiers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fanout::grant;

    #[tokio::test(start_paused = true)]
    async fn a_bell_hears_its_own_tiers_and_all_that_is_no_tier() {
        let notifiers = Notifiers::default();
        let notifier = notifiers.register(0);
        let (five, ten) = (grant(5.0).unwrap(), grant(10.0).unwrap());
        notifier.set_tiers([five].into_iter(), Format::Json);
        notifiers.notify(Due::tier(ten));
        notifiers.notify(Due::tier(five));
        notifiers.notify(Due::tier(five));
        notifiers.notify(Due::HEARTBEAT);
        let due = notifier.wait().await;
        assert_eq!(due.tiers().collect::<Vec<_>>(), [five]);
        assert!(due.contains(Due::HEARTBEAT) && !due.contains(Due::STOP));
        assert_eq!(notifiers.skipped(), 1, "the second beat of its tier came before it had heard the first");
        let quiet = tokio::time::timeout(std::time::Duration::from_secs(60), notifier.wait()).await;
        assert!(quiet.is_err(), "what was taken is not due again");
    }

    #[tokio::test(start_paused = true)]
    async fn who_comes_after_the_stop_hears_it_too() {
        let notifiers = Notifiers::default();
        notifiers.stop();
        assert!(notifiers.register(0).wait().await.contains(Due::STOP));
    }

    #[test]
    fn a_tier_has_listeners_for_just_as_long_as_somebody_listens() {
        let notifiers = Notifiers::default();
        let five = grant(5.0).unwrap();
        let (one, two) = (notifiers.register(0), notifiers.register(0));
        assert_eq!(notifiers.listeners(five), [0, 0]);
        one.set_tiers([five].into_iter(), Format::Json);
        two.set_tiers([five].into_iter(), Format::Json);
        one.set_tiers(std::iter::empty(), Format::Json);
        assert_eq!(notifiers.listeners(five), [1, 0]);
        drop(two);
        notifiers.notify(Due::HEARTBEAT);
        assert_eq!(notifiers.listeners(five), [0, 0]);
        drop(one);
        notifiers.notify(Due::HEARTBEAT);
        assert!(notifiers.lock().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn who_spoke_in_the_last_half_second_is_not_woken_by_the_next() {
        let notifiers = Notifiers::default();
        let notifier = notifiers.register(0);
        notifier.mark_sent();
        notifiers.notify(Due::HEARTBEAT);
        let quiet = tokio::time::timeout(std::time::Duration::from_secs(60), notifier.wait()).await;
        assert!(quiet.is_err(), "it was just heard");
        notifiers.notify(Due::HEARTBEAT);
        let due = notifier.wait().await;
        assert!(due.contains(Due::HEARTBEAT) && due.contains(Due::TIMER), "both half seconds are told: {due:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_beat_is_as_old_as_the_first_that_was_not_looked_at() {
        let notifiers = Notifiers::default();
        let notifier = notifiers.register(0);
        let (five, ten) = (grant(5.0).unwrap(), grant(10.0).unwrap());
        notifier.set_tiers([five].into_iter(), Format::Json);
        tokio::time::advance(Duration::from_secs(1)).await;
        let first = Instant::now();
        notifiers.notify_flush(ten, first - Duration::from_millis(7));
        assert_eq!(notifier.take_flush(), None, "a tier that it does not listen to");
        notifiers.notify_flush(five, first);
        notifiers.notify_flush(five, first + Duration::from_millis(200));
        assert_eq!((notifier.take_flush(), notifier.take_flush()), (Some(first), None));
        notifiers.notify_flush(five, first + Duration::from_millis(400));
        assert_eq!(notifier.take_flush(), Some(first + Duration::from_millis(400)));
    }

    #[tokio::test(start_paused = true)]
    async fn each_session_stands_on_one_rung() {
        let notifiers = Notifiers::default();
        let five = grant(5.0).unwrap();
        let all = [notifiers.register(0), notifiers.register(0), notifiers.register(0)];
        tokio::time::advance(Duration::from_secs(1)).await;
        all.iter().for_each(|notifier| notifier.set_tiers([five].into_iter(), Format::Json));
        let check = |full, skipping, lowered| {
            let mut counts = ThrottleCounts::default();
            notifiers.count_levels(Instant::now(), &mut counts);
            assert_eq!(counts, ThrottleCounts { full, skipping, lowered });
        };
        notifiers.notify_flush(five, Instant::now());
        check(3, 0, 0);
        tokio::time::advance(Duration::from_millis(150)).await;
        all[0].take_flush();
        check(1, 2, 0);
        all[1].set_throttled(true);
        check(1, 1, 1);
        drop(all);
        check(0, 0, 0);
    }

    #[test]
    fn the_formats_have_listeners_of_their_own() {
        let notifiers = Notifiers::default();
        let five = grant(5.0).unwrap();
        let notifier = notifiers.register(0);
        for (format, want) in [(Format::Json, [1, 0]), (Format::Binary, [0, 1])] {
            notifier.set_tiers([five].into_iter(), format);
            assert_eq!(notifiers.listeners(five), want);
        }
    }
}

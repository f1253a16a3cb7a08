//! How the publisher wakes sessions: one bell a session, with a bit for each thing that may be due.
//!
//! Bits that were rung several times before the session looks are one: it takes the newest state anyway,
//! so nothing queues.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

use futures_util::task::AtomicWaker;

use super::tier::{TIERS, TierId};
use crate::wire::Format;

/// What is due, as a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Due(u32);

impl Due {
    /// The feed's status or epoch changed.
    pub const FEED: Self = Self(1 << 16);
    /// Half a second has passed in which nothing was said.
    pub const BEAT: Self = Self(1 << 17);
    /// The server stops.
    pub const STOP: Self = Self(1 << 18);
    /// Half a second has passed. Wakes nobody: who has spoken since the one before is awake often enough.
    pub const PULSE: Self = Self(1 << 19);

    /// A headline came, or a scenario began.
    pub const HAPPENED: Self = Self(1 << 20);

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
        self.contains(Self::BEAT) as u32 + self.contains(Self::PULSE) as u32
    }

    pub fn tiers(self) -> impl Iterator<Item = TierId> {
        TierId::all().filter(move |tier| self.contains(Self::tier(*tier)))
    }
}

/// A session's ear. Always hears what is not of a tier; of the tiers those it [`listens`](Self::listen) to.
/// One task waits.
#[derive(Debug)]
pub struct Bell {
    group: usize,
    rung: AtomicU32,
    wanted: AtomicU32,
    waker: AtomicWaker,
    /// The session has spoken since the last half second was rung.
    spoke: AtomicBool,
    /// Of `wanted`, in binary.
    binary: AtomicU32,
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

impl Bell {
    /// Waits until something is due and takes all of it.
    ///
    /// Cancel safe.
    pub async fn wait(&self) -> Due {
        poll_fn(|context| {
            let mut due = self.take();
            if due == Due::default() {
                self.waker.register(context.waker());
                // It may have rung just before.
                due = self.take();
            }
            if due == Due::default() { Poll::Pending } else { Poll::Ready(due) }
        })
        .await
    }

    /// Whether [`wait`](Self::wait) would not wait.
    pub fn is_rung(&self) -> bool {
        self.rung.load(Ordering::Acquire) & !Due::PULSE.0 != 0
    }

    fn take(&self) -> Due {
        // Asked first, as a look is cheaper than a swap and mostly there is nothing.
        if self.is_rung() { Due(self.rung.swap(0, Ordering::AcqRel)) } else { Due::default() }
    }

    /// The session says something: that is a sign of life, and [`Due::BEAT`] can wait.
    pub fn speak(&self) {
        self.spoke.store(true, Ordering::Relaxed);
    }

    /// The group of sessions that it belongs to.
    pub const fn group(&self) -> usize {
        self.group
    }

    /// Hears just these tiers from now on, and wants them in this format.
    pub fn listen(&self, tiers: impl Iterator<Item = TierId>, format: Format) {
        let wanted = tiers.fold(0, |set, tier| set | Due::tier(tier).0);
        let binary = if format == Format::Binary { wanted } else { 0 };
        count(&self.listeners.all, self.wanted.swap(wanted, Ordering::AcqRel), wanted);
        count(&self.listeners.binary, self.binary.swap(binary, Ordering::AcqRel), binary);
    }

    fn ring(&self, due: Due) {
        if due.0 < Due::FEED.0 && self.wanted.load(Ordering::Acquire) & due.0 == 0 {
            return;
        }
        if due == Due::BEAT && self.spoke.swap(false, Ordering::Relaxed) {
            self.rung.fetch_or(Due::PULSE.0, Ordering::AcqRel);
            return;
        }
        let before = self.rung.fetch_or(due.0, Ordering::AcqRel);
        if before & !Due::PULSE.0 == 0 {
            self.waker.wake();
        }
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

impl Drop for Bell {
    fn drop(&mut self) {
        self.listen(std::iter::empty(), Format::Json);
    }
}

/// The bells of one group of sessions.
#[derive(Debug, Default)]
pub struct Bells {
    bells: Mutex<Vec<Arc<Bell>>>,
    listeners: Arc<Listeners>,
    stopping: AtomicBool,
}

impl Bells {
    pub fn hang(&self, group: usize) -> Arc<Bell> {
        let listeners = Arc::clone(&self.listeners);
        let [rung, wanted, binary] = std::array::from_fn(|_| AtomicU32::new(0));
        let (waker, spoke) = (AtomicWaker::new(), AtomicBool::new(false));
        let bell = Arc::new(Bell { group, rung, wanted, waker, spoke, binary, listeners });
        let mut bells = self.lock();
        bells.push(Arc::clone(&bell));
        // Asked under the lock that `stop` rings under: a late bell is rung by one of the two.
        if self.stopping.load(Ordering::Acquire) {
            bell.ring(Due::STOP);
        }
        bell
    }

    /// Rings for the end, also at bells that are hung later.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        self.ring(Due::STOP);
    }

    /// Rings at all, and takes down the bells that nobody else holds any longer. Until then, which is no more
    /// than half a second, a tier may have a listener too many.
    pub fn ring(&self, due: Due) {
        self.lock().retain(|bell| {
            let is_held = Arc::strong_count(bell) > 1;
            if is_held {
                bell.ring(due);
            }
            is_held
        });
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

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Bell>>> {
        // A list of bells has no broken middle state: a panic elsewhere does not spoil it.
        self.bells.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fanout::grant;

    #[tokio::test(start_paused = true)]
    async fn a_bell_hears_its_own_tiers_and_all_that_is_no_tier() {
        let bells = Bells::default();
        let bell = bells.hang(0);
        let (five, ten) = (grant(5.0).unwrap(), grant(10.0).unwrap());
        bell.listen([five].into_iter(), Format::Json);
        bells.ring(Due::tier(ten));
        bells.ring(Due::tier(five));
        bells.ring(Due::tier(five));
        bells.ring(Due::BEAT);
        let due = bell.wait().await;
        assert_eq!(due.tiers().collect::<Vec<_>>(), [five]);
        assert!(due.contains(Due::BEAT) && !due.contains(Due::STOP));
        assert_eq!(bells.skipped(), 1, "the second beat of its tier came before it had heard the first");
        let quiet = tokio::time::timeout(std::time::Duration::from_secs(60), bell.wait()).await;
        assert!(quiet.is_err(), "what was taken is not due again");
    }

    #[tokio::test(start_paused = true)]
    async fn who_comes_after_the_stop_hears_it_too() {
        let bells = Bells::default();
        bells.stop();
        assert!(bells.hang(0).wait().await.contains(Due::STOP));
    }

    #[test]
    fn a_tier_has_listeners_for_just_as_long_as_somebody_listens() {
        let bells = Bells::default();
        let five = grant(5.0).unwrap();
        let (one, two) = (bells.hang(0), bells.hang(0));
        assert_eq!(bells.listeners(five), [0, 0]);
        one.listen([five].into_iter(), Format::Json);
        two.listen([five].into_iter(), Format::Json);
        one.listen(std::iter::empty(), Format::Json);
        assert_eq!(bells.listeners(five), [1, 0]);
        drop(two);
        bells.ring(Due::BEAT);
        assert_eq!(bells.listeners(five), [0, 0]);
        drop(one);
        bells.ring(Due::BEAT);
        assert!(bells.lock().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn who_spoke_in_the_last_half_second_is_not_woken_by_the_next() {
        let bells = Bells::default();
        let bell = bells.hang(0);
        bell.speak();
        bells.ring(Due::BEAT);
        let quiet = tokio::time::timeout(std::time::Duration::from_secs(60), bell.wait()).await;
        assert!(quiet.is_err(), "it was just heard");
        bells.ring(Due::BEAT);
        let due = bell.wait().await;
        assert!(due.contains(Due::BEAT) && due.contains(Due::PULSE), "both half seconds are told: {due:?}");
    }

    #[test]
    fn the_formats_have_listeners_of_their_own() {
        let bells = Bells::default();
        let five = grant(5.0).unwrap();
        let bell = bells.hang(0);
        for (format, want) in [(Format::Json, [1, 0]), (Format::Binary, [0, 1])] {
            bell.listen([five].into_iter(), format);
            assert_eq!(bells.listeners(five), want);
        }
    }
}

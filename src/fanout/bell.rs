//! How the publisher wakes sessions: one bell a session, with a bit for each thing that may be due.
//!
//! Bits that were rung several times before the session looks are one: it takes the newest state anyway,
//! so nothing queues.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::rung::Rung;
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

/// A session that has not looked for so long after a beat is still busy with the one before.
const BUSY: Duration = Duration::from_millis(100);

/// How many sessions stand on which rung of the slow-client ladder; each on one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rungs {
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
pub struct Bell {
    group: usize,
    rung: Rung,
    wanted: AtomicU32,
    /// The session has spoken since the last half second was rung.
    spoke: AtomicBool,
    /// Of `wanted`, in binary.
    binary: AtomicU32,
    hung: Instant,
    /// When the first beat was due that the session has not looked at, in microseconds since it was hung; 0 for none.
    beat_at: AtomicU64,
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

impl Bell {
    /// Waits until something is due and takes all of it.
    ///
    /// Cancel safe.
    pub async fn wait(&self) -> Due {
        poll_fn(|context| self.rung.poll_take(context).map(Due)).await
    }

    /// Whether [`wait`](Self::wait) would not wait.
    pub fn is_rung(&self) -> bool {
        self.rung.is_set()
    }

    /// The session says something: that is a sign of life, and [`Due::BEAT`] can wait.
    pub fn speak(&self) {
        self.spoke.store(true, Ordering::Relaxed);
    }

    /// When the first beat was due that was rung since this was asked the last time.
    pub fn take_beat(&self) -> Option<Instant> {
        let at = self.beat_at.swap(0, Ordering::Relaxed);
        (at > 0).then(|| self.hung + Duration::from_micros(at))
    }

    /// From now on the session gets less than was granted, or all of it.
    pub fn lower(&self, lowered: bool) {
        self.lowered.store(lowered, Ordering::Relaxed);
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

    /// A beat of this tier, which was due `at` that time.
    fn ring_beat(&self, tier: TierId, at: Instant) {
        // Written before the bit: a look in between takes the time for an earlier beat's, and none is made up.
        if self.wanted.load(Ordering::Acquire) & Due::tier(tier).0 != 0 && self.beat_at.load(Ordering::Relaxed) == 0 {
            let micros = at.saturating_duration_since(self.hung).as_micros();
            self.beat_at.store(u64::try_from(micros).unwrap_or(u64::MAX).max(1), Ordering::Relaxed);
        }
        self.ring(Due::tier(tier));
    }

    fn ring(&self, due: Due) {
        if due.0 < Due::FEED.0 && self.wanted.load(Ordering::Acquire) & due.0 == 0 {
            return;
        }
        if due == Due::BEAT && self.spoke.swap(false, Ordering::Relaxed) {
            self.rung.set(Due::PULSE.0);
            return;
        }
        let before = self.rung.set(due.0);
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
        let [wanted, binary] = std::array::from_fn(|_| AtomicU32::new(0));
        let [spoke, lowered] = std::array::from_fn(|_| AtomicBool::new(false));
        let (rung, hung, beat_at) = (Rung::new(Due::PULSE.0), Instant::now(), AtomicU64::new(0));
        let bell = Arc::new(Bell { group, rung, wanted, spoke, binary, hung, beat_at, lowered, listeners });
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
        self.each(|bell| bell.ring(due));
    }

    /// The same for a tier's beat that was due `at` that time.
    pub fn ring_beat(&self, tier: TierId, at: Instant) {
        self.each(|bell| bell.ring_beat(tier, at));
    }

    fn each(&self, ring: impl Fn(&Bell)) {
        self.lock().retain(|bell| {
            let is_held = Arc::strong_count(bell) > 1;
            if is_held {
                ring(bell);
            }
            is_held
        });
    }

    /// Adds the sessions behind these bells to the rungs on which they stand `now`.
    pub fn count_rungs(&self, now: Instant, rungs: &mut Rungs) {
        for bell in self.lock().iter().filter(|bell| Arc::strong_count(bell) > 1) {
            let beat_at = bell.beat_at.load(Ordering::Relaxed);
            let waits = now.saturating_duration_since(bell.hung + Duration::from_micros(beat_at));
            *if bell.lowered.load(Ordering::Relaxed) {
                &mut rungs.lowered
            } else if beat_at > 0 && waits > BUSY {
                &mut rungs.skipping
            } else {
                &mut rungs.full
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

    #[tokio::test(start_paused = true)]
    async fn a_beat_is_as_old_as_the_first_that_was_not_looked_at() {
        let bells = Bells::default();
        let bell = bells.hang(0);
        let (five, ten) = (grant(5.0).unwrap(), grant(10.0).unwrap());
        bell.listen([five].into_iter(), Format::Json);
        tokio::time::advance(Duration::from_secs(1)).await;
        let first = Instant::now();
        bells.ring_beat(ten, first - Duration::from_millis(7));
        assert_eq!(bell.take_beat(), None, "a tier that it does not listen to");
        bells.ring_beat(five, first);
        bells.ring_beat(five, first + Duration::from_millis(200));
        assert_eq!((bell.take_beat(), bell.take_beat()), (Some(first), None));
        bells.ring_beat(five, first + Duration::from_millis(400));
        assert_eq!(bell.take_beat(), Some(first + Duration::from_millis(400)));
    }

    #[tokio::test(start_paused = true)]
    async fn each_session_stands_on_one_rung() {
        let bells = Bells::default();
        let five = grant(5.0).unwrap();
        let all = [bells.hang(0), bells.hang(0), bells.hang(0)];
        tokio::time::advance(Duration::from_secs(1)).await;
        all.iter().for_each(|bell| bell.listen([five].into_iter(), Format::Json));
        let check = |full, skipping, lowered| {
            let mut rungs = Rungs::default();
            bells.count_rungs(Instant::now(), &mut rungs);
            assert_eq!(rungs, Rungs { full, skipping, lowered });
        };
        bells.ring_beat(five, Instant::now());
        check(3, 0, 0);
        tokio::time::advance(Duration::from_millis(150)).await;
        all[0].take_beat();
        check(1, 2, 0);
        all[1].lower(true);
        check(1, 1, 1);
        drop(all);
        check(0, 0, 0);
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

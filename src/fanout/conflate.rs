//! Conflation: the symbols of a tier that changed since its last flush, and the time of the next flush.
//!
//! Pure: `now` is passed in, as the time since the market was opened. Conflation keeps marks and no values, as an
//! update is the state at the flush.

use std::time::Duration;

use crate::market::InstrumentId;
use crate::wire::Rate;

/// The rates at which symbols are conflated, in updates per second, slowest first.
pub const RATES: [f64; 7] = [0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0];
/// The number of tiers: one for each of [`RATES`], and one for `every`.
pub const TIERS: usize = RATES.len() + 1;

/// The longest time between two flushes at `every`.
const MAX_WINDOW: Duration = Duration::from_millis(20);
/// The share of each session in the time between two flushes at `every`: a write takes about half of it.
const SESSION_WINDOW: Duration = Duration::from_micros(20);
/// The number of sessions up to which each tick is flushed at once at `every`.
const MAX_AT_ONCE: usize = 32;

/// One of [`RATES`], or [`EVERY`](Self::EVERY), which is the fastest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TierId(u8);

impl TierId {
    /// Each tick by itself.
    pub const EVERY: Self = Self(RATES.len() as u8);

    /// All tiers, slowest first.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..).take(TIERS).map(Self)
    }

    /// The tiers that conflate, slowest first.
    pub fn conflated() -> impl Iterator<Item = Self> {
        (0..).take(RATES.len()).map(Self)
    }

    pub const fn index(self) -> usize {
        self.0 as usize
    }

    pub fn rate(self) -> Rate {
        RATES.get(self.index()).map_or(Rate::Every, |rate| Rate::PerSecond(*rate))
    }

    /// The time between two flushes. It depends on the number of sessions at `every` only.
    pub fn interval(self, sessions: usize) -> Duration {
        match RATES.get(self.index()) {
            Some(rate) => Duration::from_secs_f64(1.0 / rate),
            None if sessions <= MAX_AT_ONCE => Duration::ZERO,
            None => u32::try_from(sessions).map_or(MAX_WINDOW, |n| SESSION_WINDOW.saturating_mul(n).min(MAX_WINDOW)),
        }
    }

    pub fn slower(self) -> Option<Self> {
        self.0.checked_sub(1).map(Self)
    }

    pub fn faster(self) -> Option<Self> {
        Some(Self(self.0 + 1)).filter(|tier| tier.index() < TIERS)
    }
}

/// The tier for a requested rate: the fastest that is not faster, or the slowest if all are. `None` for rate 0, at
/// which nothing is sent.
pub fn grant(requested: impl Into<Rate>) -> Option<TierId> {
    let rate = match requested.into() {
        Rate::Every => return Some(TierId::EVERY),
        Rate::PerSecond(rate) => rate,
    };
    let fitting = TierId::conflated().zip(RATES).take_while(|(_, tier)| *tier <= rate).last();
    (rate > 0.0).then(|| fitting.map_or(TierId(0), |(tier, _)| tier))
}

/// The changes of a tier since its last flush.
#[derive(Clone, Debug)]
pub struct Tier {
    interval: Duration,
    /// The position of the flushes within the interval, as a share of it. `None` flushes the first change after a quiet
    /// time at once.
    phase: Option<f64>,
    /// The scheduled time of the last flush.
    last_flush: Option<Duration>,
    /// The time of the first change since then.
    marked: Option<Duration>,
    changed: Vec<InstrumentId>,
    is_changed: Vec<bool>,
}

impl Tier {
    /// A tier of one group of sessions. Groups have different phases, below 1, so that they do not all write at the
    /// same moment.
    pub fn new(id: TierId, phase: Option<f64>) -> Self {
        let interval = id.interval(0);
        Self { interval, phase, last_flush: None, marked: None, changed: Vec::new(), is_changed: Vec::new() }
    }

    /// Changes the time between two flushes; zero flushes each change at once.
    pub const fn set_interval(&mut self, interval: Duration) {
        self.interval = interval;
    }

    /// Removes all marks, for a new epoch with this number of instruments.
    pub fn open(&mut self, instruments: usize) {
        self.changed.clear();
        self.is_changed = vec![false; instruments];
        self.marked = None;
    }

    /// Marks a symbol as changed at `now`. Returns whether it was marked before: the two changes are merged.
    pub fn mark(&mut self, id: InstrumentId, now: Duration) -> bool {
        self.marked.get_or_insert(now);
        let Some(is_changed) = self.is_changed.get_mut(id.index()) else { return false };
        let had_changed = std::mem::replace(is_changed, true);
        if !had_changed {
            self.changed.push(id);
        }
        had_changed
    }

    /// Marks everything, as nothing was flushed before `now`.
    pub fn mark_all(&mut self, now: Duration) {
        for id in (0..).take(self.is_changed.len()) {
            self.mark(InstrumentId(id), now);
        }
        self.mark_bars(now);
    }

    /// Marks no symbol but makes a flush due: market time alone may have closed bars.
    pub fn mark_bars(&mut self, now: Duration) {
        self.marked.get_or_insert(now);
    }

    /// The scheduled time of the next flush; `None` while nothing has changed.
    pub fn next_flush(&self) -> Option<Duration> {
        let marked = self.marked?;
        let earliest = self.last_flush.map_or(marked, |last| marked.max(last + self.interval));
        let phase = self.phase.filter(|_| !self.interval.is_zero()).map(|phase| self.interval.mul_f64(phase));
        Some(phase.map_or(earliest, |phase| {
            let intervals = earliest.saturating_sub(phase).as_nanos().div_ceil(self.interval.as_nanos());
            phase + self.interval * u32::try_from(intervals).unwrap_or(u32::MAX)
        }))
    }

    /// Flushes if that is due at `now`: returns the scheduled time and the symbols, each once.
    ///
    /// Flushes stay on their grid while the market is busy, so that delays do not add up.
    pub fn flush(&mut self, now: Duration) -> Option<(Duration, impl Iterator<Item = InstrumentId>)> {
        let due = self.next_flush().filter(|due| *due <= now)?;
        self.last_flush = Some(if now - due < self.interval { due } else { now });
        self.marked = None;
        let is_changed = &mut self.is_changed;
        Some((due, self.changed.drain(..).inspect(|id| is_changed[id.index()] = false)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn grant_is_the_fastest_rate_that_is_not_faster() {
        for (requested, want) in [(7.0, 5.0), (5.0, 5.0), (0.7, 0.5), (0.01, 0.5), (1e6, 60.0), (59.9, 20.0)] {
            assert_eq!(grant(requested).map(TierId::rate), Some(Rate::PerSecond(want)), "{requested}");
        }
        assert_eq!(grant(0.0), None);
        assert_eq!(grant(Rate::Every).map(TierId::rate), Some(Rate::Every));
    }

    #[test]
    fn tier_every_flushes_at_once_for_few_and_merges_for_many() {
        for (sessions, want_us) in [(0, 0), (32, 0), (100, 2_000), (1_000, 20_000), (usize::MAX, 20_000)] {
            assert_eq!(TierId::EVERY.interval(sessions), Duration::from_micros(want_us), "{sessions}");
        }
        let mut tier = Tier::new(TierId::EVERY, Some(0.5));
        tier.open(1);
        for at in [10, 11] {
            tier.mark_bars(ms(at));
            assert_eq!(tier.flush(ms(at)).map(|(due, _)| due), Some(ms(at)), "at once");
        }
        tier.set_interval(TierId::EVERY.interval(1_000));
        tier.mark_bars(ms(12));
        assert_eq!(tier.next_flush(), Some(ms(50)), "the next half of a window that is free");
    }

    fn tier(rate: f64, instruments: usize) -> Tier {
        let mut tier = Tier::new(grant(rate).unwrap(), None);
        tier.open(instruments);
        tier
    }

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn flush(tier: &mut Tier, at: u64) -> Option<Vec<u32>> {
        Some(tier.flush(ms(at))?.1.map(|id| id.0).collect())
    }

    #[test]
    fn first_change_is_flushed_at_once_and_later_ones_together() {
        let mut tier = tier(5.0, 2);
        assert_eq!(tier.next_flush(), None);
        tier.mark(InstrumentId(1), ms(1_000));
        assert_eq!(flush(&mut tier, 1_000), Some(vec![1]));
        for (id, merged) in [(1, false), (0, false), (1, true)] {
            assert_eq!(tier.mark(InstrumentId(id), ms(1_050)), merged);
        }
        assert_eq!(flush(&mut tier, 1_199), None);
        assert_eq!(flush(&mut tier, 1_200), Some(vec![1, 0]));
        assert_eq!(tier.next_flush(), None);
    }

    #[test]
    fn delays_do_not_add_up() {
        let mut tier = tier(10.0, 1);
        tier.mark(InstrumentId(0), ms(1_000));
        flush(&mut tier, 1_000).unwrap();
        for n in 1..100u64 {
            tier.mark(InstrumentId(0), ms(1_000 + 100 * (n - 1) + 8));
            assert_eq!(tier.next_flush(), Some(ms(1_000 + 100 * n)));
            flush(&mut tier, 1_000 + 100 * n + 7).unwrap();
        }
    }

    #[test]
    fn groups_flush_one_after_the_other() {
        for (phase, want) in [(0.0, 1_000), (0.25, 1_050), (0.5, 900), (0.95, 990)] {
            let mut tier = Tier::new(grant(5.0).unwrap(), Some(phase));
            tier.open(1);
            tier.mark(InstrumentId(0), ms(860));
            assert_eq!(tier.next_flush(), Some(ms(want)), "{phase}");
            // Taken late: the grid holds all the same.
            assert_eq!(tier.flush(ms(want + 30)).map(|(due, _)| due), Some(ms(want)));
            tier.mark(InstrumentId(0), ms(want + 31));
            assert_eq!(tier.next_flush(), Some(ms(want + 200)), "{phase}");
        }
    }

    #[test]
    fn tier_with_its_first_listener_flushes_everything() {
        let mut tier = tier(5.0, 3);
        tier.mark_all(ms(50));
        assert_eq!(flush(&mut tier, 50), Some(vec![0, 1, 2]));
    }

    proptest! {
        #[test]
        fn symbol_is_flushed_once_per_interval_and_never_lost(
            marks in proptest::collection::vec((0u64..3_000, 0u32..4), 1..200),
        ) {
            let mut tier = tier(5.0, 4);
            let mut marks = marks;
            marks.sort_unstable();
            let mut sent: Vec<(u64, u32)> = Vec::new();
            let mut left = marks.iter().peekable();
            for now in 0..4_000 {
                while let Some((_, id)) = left.next_if(|(at, _)| *at == now) {
                    tier.mark(InstrumentId(*id), ms(now));
                }
                sent.extend(flush(&mut tier, now).unwrap_or_default().into_iter().map(|id| (now, id)));
            }
            for id in 0..4 {
                let times: Vec<u64> = sent.iter().filter(|s| s.1 == id).map(|s| s.0).collect();
                prop_assert!(times.windows(2).all(|w| w[1] - w[0] >= 200), "{times:?}");
                let last_mark = marks.iter().filter(|m| m.1 == id).map(|m| m.0).max();
                prop_assert!(times.last().copied() >= last_mark, "{times:?} {last_mark:?}");
            }
        }
    }
}

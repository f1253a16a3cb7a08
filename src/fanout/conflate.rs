//! One conflater per rate and group: which symbols changed since the last beat, and when the next beat is due.
//!
//! Pure: `now` is passed in, as time since some fixed moment. Conflation keeps no values, only marks, as
//! an update is the state at the beat.

use std::time::Duration;

use crate::market::InstrumentId;
use crate::wire::Rate;

/// The rates at which symbols are conflated, in updates per second, slowest first.
pub const RATES: [f64; 7] = [0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0];
/// These, and `every`.
pub const TIERS: usize = RATES.len() + 1;

/// At the rate `every`, sessions take what has come together at most once in this time ..
const WINDOW: Duration = Duration::from_millis(20);
/// .. and in less while they are few: so long for each of them, as a write takes about half of that ..
const WINDOW_EACH: Duration = Duration::from_micros(20);
/// .. and at once while they are no more than these.
const AT_ONCE: usize = 32;

/// One of [`RATES`], or [`EVERY`](Self::EVERY), which is the fastest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TierId(u8);

impl TierId {
    /// Each tick by itself.
    pub const EVERY: Self = Self(RATES.len() as u8);

    pub fn all() -> impl Iterator<Item = Self> {
        (0..).take(TIERS).map(Self)
    }

    /// Those that conflate.
    pub fn conflated() -> impl Iterator<Item = Self> {
        (0..).take(RATES.len()).map(Self)
    }

    pub const fn index(self) -> usize {
        self.0 as usize
    }

    pub fn rate(self) -> Rate {
        RATES.get(self.index()).map_or(Rate::Every, |rate| Rate::PerSecond(*rate))
    }

    /// The time between two beats, for so many sessions. Only at `every` does it depend on them.
    pub fn interval(self, sessions: usize) -> Duration {
        match RATES.get(self.index()) {
            Some(rate) => Duration::from_secs_f64(1.0 / rate),
            None if sessions <= AT_ONCE => Duration::ZERO,
            None => u32::try_from(sessions).map_or(WINDOW, |n| WINDOW_EACH.saturating_mul(n).min(WINDOW)),
        }
    }

    pub fn slower(self) -> Option<Self> {
        self.0.checked_sub(1).map(Self)
    }

    pub fn faster(self) -> Option<Self> {
        Some(Self(self.0 + 1)).filter(|tier| tier.index() < TIERS)
    }
}

/// The tier for a request: the fastest that is not faster, or the slowest when all are; `None` for 0, which is
/// to send nothing.
pub fn grant(request: impl Into<Rate>) -> Option<TierId> {
    let rate = match request.into() {
        Rate::Every => return Some(TierId::EVERY),
        Rate::PerSecond(rate) => rate,
    };
    let fitting = TierId::conflated().zip(RATES).take_while(|(_, tier)| *tier <= rate).last();
    (rate > 0.0).then(|| fitting.map_or(TierId(0), |(tier, _)| tier))
}

/// What changed since a tier's last beat.
#[derive(Clone, Debug)]
pub struct Tier {
    interval: Duration,
    /// Where beats lie within the interval, as a share of it; `None` lets the first change after a quiet time go
    /// out at once.
    phase: Option<f64>,
    /// The last beat, as scheduled.
    beat: Option<Duration>,
    /// When the first change since then came.
    marked: Option<Duration>,
    changed: Vec<InstrumentId>,
    is_changed: Vec<bool>,
}

impl Tier {
    /// `phase`, below 1, is where in each interval the beats are, so that groups of sessions do not all write at
    /// the same moment; `None` beats as soon as something changes.
    pub fn new(id: TierId, phase: Option<f64>) -> Self {
        let interval = id.interval(0);
        Self { interval, phase, beat: None, marked: None, changed: Vec::new(), is_changed: Vec::new() }
    }

    /// From now on beats are so far apart, or there is one for each change.
    pub const fn set_interval(&mut self, interval: Duration) {
        self.interval = interval;
    }

    /// Forgets all marks; a new epoch has so many instruments.
    pub fn open(&mut self, instruments: usize) {
        self.changed.clear();
        self.is_changed = vec![false; instruments];
        self.marked = None;
    }

    /// A symbol changed at `now`. Tells whether it had changed since the beat already: the two go out as one.
    pub fn mark(&mut self, id: InstrumentId, now: Duration) -> bool {
        self.marked.get_or_insert(now);
        let Some(is_changed) = self.is_changed.get_mut(id.index()) else { return false };
        let had_changed = std::mem::replace(is_changed, true);
        if !had_changed {
            self.changed.push(id);
        }
        had_changed
    }

    /// Everything may have changed: nobody listened until `now`.
    pub fn mark_all(&mut self, now: Duration) {
        for id in (0..).take(self.is_changed.len()) {
            self.mark(InstrumentId(id), now);
        }
        self.mark_bars(now);
    }

    /// Bars may have closed by the clock alone, without a tick.
    pub fn mark_bars(&mut self, now: Duration) {
        self.marked.get_or_insert(now);
    }

    /// When the next beat is due; `None` while nothing changed.
    pub fn due(&self) -> Option<Duration> {
        let marked = self.marked?;
        let earliest = self.beat.map_or(marked, |beat| marked.max(beat + self.interval));
        let phase = self.phase.filter(|_| !self.interval.is_zero()).map(|phase| self.interval.mul_f64(phase));
        Some(phase.map_or(earliest, |phase| {
            let steps = earliest.saturating_sub(phase).as_nanos().div_ceil(self.interval.as_nanos());
            phase + self.interval * u32::try_from(steps).unwrap_or(u32::MAX)
        }))
    }

    /// When the beat that is due at `now` was scheduled, and its symbols, each once; `None` when none is due.
    ///
    /// Beats stay on their grid while the market is busy, so that lateness does not add up.
    pub fn take(&mut self, now: Duration) -> Option<(Duration, impl Iterator<Item = InstrumentId>)> {
        let due = self.due().filter(|due| *due <= now)?;
        self.beat = Some(if now - due < self.interval { due } else { now });
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
    fn a_wish_is_granted_the_fastest_rate_that_is_not_faster() {
        for (request, want) in [(7.0, 5.0), (5.0, 5.0), (0.7, 0.5), (0.01, 0.5), (1e6, 60.0), (59.9, 20.0)] {
            assert_eq!(grant(request).map(TierId::rate), Some(Rate::PerSecond(want)), "{request}");
        }
        assert_eq!(grant(0.0), None);
        assert_eq!(grant(Rate::Every).map(TierId::rate), Some(Rate::Every));
    }

    #[test]
    fn few_who_want_every_tick_get_it_at_once_and_many_share_a_window() {
        for (sessions, want_us) in [(0, 0), (32, 0), (100, 2_000), (1_000, 20_000), (usize::MAX, 20_000)] {
            assert_eq!(TierId::EVERY.interval(sessions), Duration::from_micros(want_us), "{sessions}");
        }
        let mut tier = Tier::new(TierId::EVERY, Some(0.5));
        tier.open(1);
        for at in [10, 11] {
            tier.mark_bars(ms(at));
            assert_eq!(tier.take(ms(at)).map(|(due, _)| due), Some(ms(at)), "at once");
        }
        tier.set_interval(TierId::EVERY.interval(1_000));
        tier.mark_bars(ms(12));
        assert_eq!(tier.due(), Some(ms(50)), "the next half of a window that is free");
    }

    fn tier(rate: f64, instruments: usize) -> Tier {
        let mut tier = Tier::new(grant(rate).unwrap(), None);
        tier.open(instruments);
        tier
    }

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn take(tier: &mut Tier, at: u64) -> Option<Vec<u32>> {
        Some(tier.take(ms(at))?.1.map(|id| id.0).collect())
    }

    #[test]
    fn the_first_change_after_a_quiet_time_goes_out_at_once_and_the_last_one_at_the_next_beat() {
        let mut tier = tier(5.0, 2);
        assert_eq!(tier.due(), None);
        tier.mark(InstrumentId(1), ms(1_000));
        assert_eq!(take(&mut tier, 1_000), Some(vec![1]));
        for (id, merged) in [(1, false), (0, false), (1, true)] {
            assert_eq!(tier.mark(InstrumentId(id), ms(1_050)), merged);
        }
        assert_eq!(take(&mut tier, 1_199), None);
        assert_eq!(take(&mut tier, 1_200), Some(vec![1, 0]));
        assert_eq!(tier.due(), None);
    }

    #[test]
    fn lateness_does_not_add_up() {
        let mut tier = tier(10.0, 1);
        tier.mark(InstrumentId(0), ms(1_000));
        take(&mut tier, 1_000).unwrap();
        for beat in 1..100u64 {
            tier.mark(InstrumentId(0), ms(1_000 + 100 * (beat - 1) + 8));
            assert_eq!(tier.due(), Some(ms(1_000 + 100 * beat)));
            take(&mut tier, 1_000 + 100 * beat + 7).unwrap();
        }
    }

    #[test]
    fn groups_beat_one_after_the_other() {
        for (phase, want) in [(0.0, 1_000), (0.25, 1_050), (0.5, 900), (0.95, 990)] {
            let mut tier = Tier::new(grant(5.0).unwrap(), Some(phase));
            tier.open(1);
            tier.mark(InstrumentId(0), ms(860));
            assert_eq!(tier.due(), Some(ms(want)), "{phase}");
            // Taken late: the grid holds all the same.
            assert_eq!(tier.take(ms(want + 30)).map(|(due, _)| due), Some(ms(want)));
            tier.mark(InstrumentId(0), ms(want + 31));
            assert_eq!(tier.due(), Some(ms(want + 200)), "{phase}");
        }
    }

    #[test]
    fn a_tier_that_finds_a_listener_shows_everything() {
        let mut tier = tier(5.0, 3);
        tier.mark_all(ms(50));
        assert_eq!(take(&mut tier, 50), Some(vec![0, 1, 2]));
    }

    proptest! {
        #[test]
        fn no_symbol_goes_out_twice_in_an_interval_and_none_is_forgotten(
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
                sent.extend(take(&mut tier, now).unwrap_or_default().into_iter().map(|id| (now, id)));
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

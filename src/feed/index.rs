//! Checkpoints of a tape: the market as it stood at some ticks, and where the source stood then.
//!
//! A seek goes on from the last one before its target, so that what it takes is bounded by the ticks between
//! two of them. They lie at even distances, counted in ticks. When there are too many, or they take too much
//! memory, every second one is dropped and the distance doubles. Markets share what has not changed from one
//! to the next, so that a checkpoint costs what is new in it.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::{Mark, Source, SourceError};
use crate::control::Preview;
use crate::market::{Market, Timestamp};

/// Ticks from one checkpoint to the next, to begin with: some hundredths of a second of reading.
const FIRST_SPACING: u64 = 50_000;

/// How much is kept for seeking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexLimits {
    pub checkpoints: usize,
    /// About the memory that they may take together.
    pub bytes: usize,
    /// Ticks from one to the next, to begin with.
    pub spacing: u64,
}

impl Default for IndexLimits {
    fn default() -> Self {
        Self { checkpoints: 1_024, bytes: 80 << 20, spacing: FIRST_SPACING }
    }
}

/// A market that took all ticks before `mark`, and none after it.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    pub mark: Mark,
    pub market: Market,
    /// The last tick's time.
    at: Timestamp,
    bytes: usize,
}

#[derive(Debug)]
pub struct Checkpoints {
    limits: IndexLimits,
    /// The first stands before the first tick.
    list: Vec<Checkpoint>,
    spacing: u64,
    bytes: usize,
    preview: Preview,
}

impl Checkpoints {
    /// `mark` is where the source stands before its first tick, and `market` is what it opens with.
    pub fn new(limits: IndexLimits, mark: Mark, market: &Market) -> Self {
        let first = Checkpoint { mark, market: market.clone(), at: Timestamp(i64::MIN), bytes: 0 };
        Self { limits, list: vec![first], spacing: limits.spacing, bytes: 0, preview: Preview::default() }
    }

    /// Whether it is time for one more after so many ticks of the tape.
    pub fn is_due(&self, ticks: u64) -> bool {
        self.list.last().is_none_or(|last| ticks >= last.market.ticks() + self.spacing)
    }

    /// Keeps how things stand, when it is time for that.
    pub fn add(&mut self, mark: Mark, market: &Market) {
        if !self.is_due(market.ticks()) {
            return;
        }
        let bytes = market.bytes_beyond(self.list.last().map(|last| &last.market));
        self.bytes += bytes;
        self.list.push(Checkpoint { mark, market: market.clone(), at: market.now(), bytes });
        // The first and one more stay in any case.
        while self.list.len() > 2 && (self.list.len() > self.limits.checkpoints || self.bytes > self.limits.bytes) {
            self.thin();
        }
    }

    fn thin(&mut self) {
        let mut nth = 0;
        self.list.retain(|_| {
            nth += 1;
            nth % 2 == 1
        });
        self.spacing = self.spacing.saturating_mul(2);
        for at in 1..self.list.len() {
            let (before, rest) = self.list.split_at_mut(at);
            rest[0].bytes = rest[0].market.bytes_beyond(before.last().map(|before| &before.market));
        }
        self.bytes = self.list.iter().map(|one| one.bytes).sum();
    }

    /// The last one that took no tick after `to`.
    pub fn before(&self, to: Timestamp) -> &Checkpoint {
        let after = self.list.partition_point(|one| one.at <= to);
        &self.list[after.saturating_sub(1)]
    }
}

/// The checkpoints of a tape, shared with the thread that makes them.
#[derive(Clone, Debug)]
pub struct Index(Arc<Mutex<Checkpoints>>);

impl Index {
    pub fn new(checkpoints: Checkpoints) -> Self {
        Self(Arc::new(Mutex::new(checkpoints)))
    }

    pub fn with<T>(&self, f: impl FnOnce(&mut Checkpoints) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What the tape comes to as far as the thread has read it.
    pub fn preview(&self) -> Preview {
        self.with(|checkpoints| checkpoints.preview.clone())
    }

    /// Makes all checkpoints on a thread of its own, which ends with the tape or when nobody else has this
    /// index any more. Without such a thread seeks are right too, but slower.
    pub fn fill(&self, source: Box<dyn Source>) {
        let index = self.clone();
        let fill = move || {
            if let Err(error) = index.read_through(source) {
                tracing::warn!("seeking will be slow beyond this place of the tape: {error}");
            }
        };
        if let Err(error) = thread::Builder::new().name("index".into()).spawn(fill) {
            tracing::warn!("seeking will be slow: there is no thread to read ahead: {error}");
        }
    }

    fn read_through(&self, mut source: Box<dyn Source>) -> Result<(), SourceError> {
        /// How often it asks whether anybody still wants this.
        const CHECK_EVERY: u64 = 8_192;
        /// How many ticks are read at a time.
        const READ_TICKS: u64 = 512;
        let (mut market, spacing) = self.with(|checkpoints| (checkpoints.list[0].market.clone(), checkpoints.spacing));
        let preview = self.preview();
        let check_every = CHECK_EVERY.min(spacing);
        let mut ticks = Vec::new();
        loop {
            let beyond = market.ticks() % check_every;
            if beyond == 0 {
                if Arc::strong_count(&self.0) == 1 {
                    return Ok(());
                }
                if self.with(|checkpoints| checkpoints.is_due(market.ticks()))
                    && let Some(mark) = source.mark()
                {
                    self.with(|checkpoints| checkpoints.add(mark, &market));
                    preview.set(market.clone());
                }
            }
            let read = source.next_ticks((check_every - beyond).min(READ_TICKS) as usize, &mut ticks);
            if read.is_err() || ticks.is_empty() {
                if read.is_ok() {
                    market.finish();
                }
                preview.set(market);
                return read;
            }
            market.apply_all(&ticks);
            ticks.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::{InstrumentId, MarketLimits, sample};

    const LIMITS: IndexLimits = IndexLimits { checkpoints: 1_024, bytes: 64 << 20, spacing: FIRST_SPACING };

    fn checkpoints(limits: IndexLimits, ticks: i64) -> Checkpoints {
        let mut market = Market::open(&sample::opening(1, &["A"]), MarketLimits::default());
        let mut all = Checkpoints::new(limits, Mark::new(0i64), &market);
        for n in 0..ticks {
            all.add(Mark::new(n), &market);
            market.apply(&sample::trade(InstrumentId(0), Timestamp::from_secs(n), 1, 1));
        }
        all
    }

    fn spacing(all: &Checkpoints) -> Vec<u64> {
        all.list.windows(2).map(|pair| pair[1].market.ticks() - pair[0].market.ticks()).collect()
    }

    #[test]
    fn checkpoints_lie_evenly_and_are_thinned_when_there_are_too_many() {
        for limit in [2, 3, 7, 100] {
            let all = checkpoints(IndexLimits { checkpoints: limit, bytes: usize::MAX, ..LIMITS }, 1_000_000);
            assert!((limit.min(20) / 2..=limit).contains(&all.list.len()), "{limit}: {}", all.list.len());
            assert!(spacing(&all).iter().all(|ticks| *ticks == all.spacing), "{:?}", spacing(&all));
        }
    }

    #[test]
    fn their_memory_is_bounded_too() {
        let roomy = checkpoints(IndexLimits { checkpoints: 100, bytes: usize::MAX, ..LIMITS }, 1_000_000);
        let tight = checkpoints(IndexLimits { bytes: roomy.bytes / 2, ..LIMITS }, 1_000_000);
        assert!(tight.bytes <= roomy.bytes / 2 && tight.list.len() < roomy.list.len() && tight.list.len() > 1);
    }

    #[test]
    fn the_last_one_that_is_not_too_late_is_found() {
        let all = checkpoints(LIMITS, 200_000);
        for (to, ticks) in [(-5, 0), (0, 0), (49_998, 0), (49_999, 50_000), (149_998, 100_000), (9_999_999, 150_000)] {
            let found = all.before(Timestamp::from_secs(to));
            assert_eq!(found.market.ticks(), ticks, "{to}");
            assert_eq!(found.mark.get::<i64>(), Some(&(ticks as i64)));
        }
    }
}

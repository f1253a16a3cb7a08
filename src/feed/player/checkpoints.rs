//! Checkpoints of a recording: copies of the market at some ticks, each with the source's position.
//!
//! A seek continues from the last checkpoint before its target, so it never plays more than the ticks between two of
//! them. Checkpoints lie at even distances, counted in ticks and steps of books. When they are too many, or take too
//! much memory, every second one is dropped and the distance doubles. Markets share what has not changed between them,
//! so a checkpoint costs only what is new in it.

use std::sync::Arc;
use std::thread;

use parking_lot::Mutex;

use super::time_shift::TimeShift;
use crate::control::Preview;
use crate::feed::{Position, Reading, SourceError};
use crate::market::{Market, Timestamp};

/// The ticks between two checkpoints at first: some hundredths of a second of reading.
const FIRST_SPACING: u64 = 50_000;

/// The limits of what is kept for seeking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckpointLimits {
    /// The largest number of checkpoints.
    pub count: usize,
    /// The memory of all checkpoints together, estimated.
    pub bytes: usize,
    /// The ticks between two checkpoints at first.
    pub spacing: u64,
}

impl Default for CheckpointLimits {
    fn default() -> Self {
        Self { count: 1_024, bytes: 32 << 20, spacing: FIRST_SPACING }
    }
}

/// A market that holds every tick before `position`, and none after it.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    pub position: Position,
    pub market: Market,
    /// The last tick's time.
    last_ts: Timestamp,
    bytes: usize,
}

/// The checkpoints of one recording, in its order.
#[derive(Debug)]
pub struct Checkpoints {
    limits: CheckpointLimits,
    /// The first one lies before the first tick.
    list: Vec<Checkpoint>,
    spacing: u64,
    bytes: usize,
    preview: Preview,
}

impl Checkpoints {
    /// Starts with a checkpoint before the first tick.
    pub fn new(limits: CheckpointLimits, position: Position, market: &Market) -> Self {
        let bytes = position.bytes() + market.bytes_beyond(None);
        let first = Checkpoint { position, market: market.clone(), last_ts: Timestamp(i64::MIN), bytes };
        let preview = Preview::default();
        preview.set_checkpoint_bytes(bytes);
        Self { limits, list: vec![first], spacing: limits.spacing, bytes, preview }
    }

    /// Reports whether the next checkpoint is due after `events` ticks and changes of books.
    pub fn is_due(&self, events: u64) -> bool {
        self.list.last().is_none_or(|last| events >= last.market.events() + self.spacing)
    }

    /// Adds a checkpoint, if one is due.
    pub fn add(&mut self, position: Position, market: &Market) {
        if !self.is_due(market.events()) {
            return;
        }
        let bytes = position.bytes() + market.bytes_beyond(self.list.last().map(|last| &last.market));
        self.bytes += bytes;
        self.list.push(Checkpoint { position, market: market.clone(), last_ts: market.now(), bytes });
        // The first one and one more stay in any case.
        while self.list.len() > 2 && (self.list.len() > self.limits.count || self.bytes > self.limits.bytes) {
            self.thin();
        }
        self.preview.set_checkpoint_bytes(self.bytes);
    }

    /// Drops every second checkpoint.
    fn thin(&mut self) {
        let mut nth = 0;
        self.list.retain(|_| {
            nth += 1;
            nth % 2 == 1
        });
        self.spacing = self.spacing.saturating_mul(2);
        for at in 1..self.list.len() {
            let (before, rest) = self.list.split_at_mut(at);
            let market_bytes = rest[0].market.bytes_beyond(before.last().map(|before| &before.market));
            rest[0].bytes = rest[0].position.bytes() + market_bytes;
        }
        self.bytes = self.list.iter().map(|one| one.bytes).sum();
    }

    /// Returns the last checkpoint without a tick after `to`.
    pub fn before(&self, to: Timestamp) -> &Checkpoint {
        let after = self.list.partition_point(|one| one.last_ts <= to);
        &self.list[after.saturating_sub(1)]
    }
}

/// The checkpoints of a recording, shared with the thread that makes them.
#[derive(Clone, Debug)]
pub struct SharedCheckpoints(Arc<Mutex<Checkpoints>>);

impl SharedCheckpoints {
    /// Wraps checkpoints to be shared.
    pub fn new(checkpoints: Checkpoints) -> Self {
        Self(Arc::new(Mutex::new(checkpoints)))
    }

    /// Runs `f` while no other thread uses the checkpoints.
    pub fn with<T>(&self, f: impl FnOnce(&mut Checkpoints) -> T) -> T {
        f(&mut self.0.lock())
    }

    /// Returns the preview of the recording, as far as the thread has read it.
    pub fn preview(&self) -> Preview {
        self.with(|checkpoints| checkpoints.preview.clone())
    }

    /// Starts a thread that makes all checkpoints.
    ///
    /// The thread ends with the recording, or when nobody else holds the checkpoints. Without it seeks are right too,
    /// but slower.
    pub fn fill(&self, source: TimeShift) {
        let shared = self.clone();
        let fill = move || {
            if let Err(error) = shared.read_through(source) {
                tracing::warn!("seeking is slow beyond this position of the recording: {error}");
            }
        };
        if let Err(error) = thread::Builder::new().name("checkpoints".into()).spawn(fill) {
            tracing::warn!("seeking is slow: no thread could be started to read ahead: {error}");
        }
    }

    fn read_through(&self, mut source: TimeShift) -> Result<(), SourceError> {
        /// The ticks between two checks whether a checkpoint is due.
        const CHECK_INTERVAL: u64 = 8_192;
        /// The ticks that are read at a time.
        const BATCH: u64 = 512;
        let (mut market, spacing) = self.with(|checkpoints| (checkpoints.list[0].market.clone(), checkpoints.spacing));
        let preview = self.preview();
        let check_interval = CHECK_INTERVAL.min(spacing);
        let mut ticks = Vec::new();
        loop {
            let beyond = market.events() % check_interval;
            if Arc::strong_count(&self.0) == 1 {
                return Ok(());
            }
            if beyond == 0
                && self.with(|checkpoints| checkpoints.is_due(market.events()))
                && let Some(position) = source.position()
            {
                self.with(|checkpoints| checkpoints.add(position, &market));
                preview.set(market.clone());
            }
            match source.next_ticks((check_interval - beyond).min(BATCH) as usize, &mut ticks) {
                Ok(Reading::Continues) => {}
                Ok(Reading::Ended) => {
                    market.finish();
                    preview.set(market);
                    return Ok(());
                }
                Err(error) => {
                    preview.set(market);
                    return Err(error);
                }
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

    const LIMITS: CheckpointLimits = CheckpointLimits { count: 1_024, bytes: 64 << 20, spacing: FIRST_SPACING };

    fn checkpoints(limits: CheckpointLimits, ticks: i64) -> Checkpoints {
        let mut market = Market::open(&sample::opening(1, &["A"]), MarketLimits::default());
        let mut all = Checkpoints::new(limits, Position::new(0i64, 0), &market);
        for n in 0..ticks {
            all.add(Position::new(n, 0), &market);
            market.apply(&sample::trade(InstrumentId(0), Timestamp::from_secs(n), 1, 1));
        }
        all
    }

    fn spacing(all: &Checkpoints) -> Vec<u64> {
        all.list.windows(2).map(|pair| pair[1].market.events() - pair[0].market.events()).collect()
    }

    #[test]
    fn checkpoints_are_thinned_evenly_beyond_their_number() {
        for limit in [2, 3, 7, 100] {
            let all = checkpoints(CheckpointLimits { count: limit, bytes: usize::MAX, ..LIMITS }, 1_000_000);
            assert!((limit.min(20) / 2..=limit).contains(&all.list.len()), "{limit}: {}", all.list.len());
            assert!(spacing(&all).iter().all(|ticks| *ticks == all.spacing), "{:?}", spacing(&all));
        }
    }

    #[test]
    fn checkpoints_stay_below_their_memory_limit() {
        let roomy = checkpoints(CheckpointLimits { count: 100, bytes: usize::MAX, ..LIMITS }, 1_000_000);
        let tight = checkpoints(CheckpointLimits { bytes: roomy.bytes / 2, ..LIMITS }, 1_000_000);
        assert_eq!([&roomy, &tight].map(|all| all.preview.checkpoint_bytes()), [roomy.bytes, tight.bytes]);
        assert_eq!(tight.bytes, tight.list.iter().map(|one| one.bytes).sum::<usize>());
        assert!(tight.bytes <= roomy.bytes / 2 && tight.list.len() < roomy.list.len() && tight.list.len() > 1);
    }

    #[test]
    fn last_checkpoint_before_the_target_is_found() {
        let all = checkpoints(LIMITS, 200_000);
        for (to, ticks) in [(-5, 0), (0, 0), (49_998, 0), (49_999, 50_000), (149_998, 100_000), (9_999_999, 150_000)] {
            let found = all.before(Timestamp::from_secs(to));
            assert_eq!(found.market.events(), ticks, "{to}");
            assert_eq!(found.position.get::<i64>(), Some(&(ticks as i64)));
        }
    }
}

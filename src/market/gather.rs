//! The ticks of several batches, ordered by instrument.
//!
//! At full speed the ticks of hundreds of instruments come in turns, and each would find the state of its instrument
//! gone from the processor's caches. Side by side, the ticks of an instrument load its state once.

use super::state::Market;
use super::tick::Tick;

/// Ticks are ordered from this many for each instrument on: fewer do not pay for it.
const MIN_TICKS: usize = 4;

/// The ticks of several batches, kept to allocate once.
///
/// [`Market::apply_all`] makes the same market of them as of the batches one after the other.
#[derive(Clone, Debug, Default)]
pub struct GatheredTicks {
    /// Where the next tick of each instrument goes.
    ends: Vec<u32>,
    ticks: Vec<Tick>,
}

impl GatheredTicks {
    /// Orders the ticks of `batches` by the instruments of `market`; those of each keep their order (counting sort).
    /// Ticks of other instruments are left out. `None` where there are too few ticks, they come by instrument already,
    /// or the market needs them in their order.
    pub fn order<B: AsRef<[Tick]>>(&mut self, batches: &[B], market: &Market) -> Option<&[Tick]> {
        let all = || batches.iter().flat_map(AsRef::as_ref);
        let count: usize = batches.iter().map(|batch| batch.as_ref().len()).sum();
        let instruments = market.instruments().len();
        let ([one, _, ..], Some(first)) = (batches, all().next().copied()) else { return None };
        let is_enough = count >= instruments.saturating_mul(MIN_TICKS);
        if !is_enough || !take_turns(one.as_ref()) || !market.takes_any_order(count) {
            return None;
        }
        self.ends.clear();
        self.ends.resize(instruments, 0);
        for tick in all() {
            if let Some(count) = self.ends.get_mut(tick.instrument.index()) {
                *count += 1;
            }
        }
        let mut known = 0;
        for end in &mut self.ends {
            (*end, known) = (known, known + *end);
        }
        self.ticks.clear();
        self.ticks.resize(known as usize, first);
        for tick in all() {
            if let Some(end) = self.ends.get_mut(tick.instrument.index()) {
                self.ticks[*end as usize] = *tick;
                *end += 1;
            }
        }
        Some(&self.ticks)
    }
}

/// Returns whether the instrument changes from tick to tick at least every second time.
fn take_turns(ticks: &[Tick]) -> bool {
    let changes = ticks.windows(2).filter(|pair| pair[0].instrument != pair[1].instrument).count();
    changes * 2 >= ticks.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::{InstrumentId, MarketLimits, Price, Size, TickKind, Timestamp, Trade, sample};

    fn ticks(of: &[(u32, i64)]) -> Vec<Tick> {
        let tick = |(id, ts): &(u32, i64)| {
            let kind = TickKind::Trade(Trade { price: Price(*ts), size: Size(1), side: None });
            Tick { instrument: InstrumentId(*id), ts: Timestamp(*ts), kind }
        };
        of.iter().map(tick).collect()
    }

    #[test]
    fn ticks_of_an_instrument_keep_their_order() {
        let batches = [ticks(&[(1, 1), (0, 2), (1, 3), (9, 4), (0, 5)]), ticks(&[(1, 0), (0, 6), (1, 7)])];
        let mut gathered = GatheredTicks::default();
        let market = |symbols: &[&str], bytes: usize| {
            Market::open(&sample::opening(1, symbols), MarketLimits { bytes, ..MarketLimits::default() })
        };
        let two = market(&["A", "B"], usize::MAX);
        for _ in 0..2 {
            let ordered = gathered.order(&batches, &two).unwrap();
            assert_eq!(ordered, ticks(&[(0, 2), (0, 5), (0, 6), (1, 1), (1, 3), (1, 0), (1, 7)]));
        }
        let three = market(&["A", "B", "C"], usize::MAX);
        assert_eq!(gathered.order(&batches, &three), None, "too few for each");
        assert_eq!(gathered.order(&batches[..1], &two), None, "one batch is applied as it is");
        let runs = [ticks(&[(0, 1), (0, 2), (0, 3), (1, 4), (1, 5)]), ticks(&[(1, 6), (0, 7), (1, 8)])];
        assert_eq!(gathered.order(&runs, &two), None, "they come by instrument");
        assert_eq!(gathered.order(&batches, &market(&["A", "B"], 0)), None, "the order decides what goes");
        assert_eq!(gathered.order::<Vec<Tick>>(&[], &two), None);
    }
}

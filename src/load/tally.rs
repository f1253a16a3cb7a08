//! The counts of a run, in a form that adds up.
//!
//! Each thread counts into a [`Tally`] of its own; the run takes these away and adds them.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;

/// The longest delay that is measured: about 12 days, in microseconds.
const MAX_DELAY: u64 = 1 << 40;
/// Significant decimal digits of delays.
const DELAY_DIGITS: u8 = 3;

/// All counts of one thread since they were last taken.
#[derive(Debug, Default)]
pub struct Tally {
    pub traffic: Traffic,
    pub outcomes: Outcomes,
}

/// The counts that are reported for the measured time only.
#[derive(Debug)]
pub struct Traffic {
    /// Messages of all kinds.
    pub messages: u64,
    /// Entries of `update` messages.
    pub updates: u64,
    /// Bytes of `update` messages without frame headers.
    pub update_bytes: u64,
    /// All bytes read from the sockets.
    pub bytes: u64,
    /// Delays in microseconds, one for each update of a client that does not stall.
    pub delay: Histogram<u64>,
}

/// The counts of the whole run.
#[derive(Debug, Default)]
pub struct Outcomes {
    pub connected: usize,
    /// Connections that could not be opened.
    pub failed: usize,
    pub first_failure: Option<String>,
    /// Connections that ended, by close code; 1006 if there was none.
    pub closed: BTreeMap<u16, usize>,
    /// `error` messages.
    pub errors: u64,
    pub first_error: Option<String>,
    /// Highest rate that was granted to a checking client.
    pub granted: Option<f64>,
    pub checks: RangeChecks,
    pub recoveries: Vec<StallRecovery>,
    /// Stalled clients that were closed before they got a fresh price, by close code.
    pub stalled_closed: BTreeMap<u16, usize>,
}

/// The findings of the clients that check every message.
#[derive(Debug, Default)]
pub struct RangeChecks {
    pub updates: u64,
    /// Ranges that begin after the end of the range before: ticks were lost.
    pub holes: u64,
    /// Ranges that begin before the end of the range before.
    pub overlaps: u64,
    /// Messages that cannot be read, or whose entries differ from the quick count of all clients.
    pub miscounted: u64,
    pub first_hole: Option<String>,
}

/// A client's first messages after it had stopped reading. Times are in microseconds.
#[derive(Clone, Copy, Debug)]
pub struct StallRecovery {
    /// Age by `ts_sent` of the first message with prices when it was read; `None` if the client got none.
    pub first_age: Option<u64>,
    /// Age by `ts_event` of the newest price in that message: market time, so only of use at speed 1.
    pub first_market_age: Option<u64>,
    /// Time from reading again to the first message that was sent after that; `None` if the client was closed before.
    pub fresh_after: Option<u64>,
    /// Bytes of messages that were sent before the client read again.
    pub piled_bytes: u64,
}

impl Default for Traffic {
    fn default() -> Self {
        let delay = Histogram::new_with_bounds(1, MAX_DELAY, DELAY_DIGITS);
        let delay = delay.expect("invariant: the bounds and digits are valid");
        Self { messages: 0, updates: 0, update_bytes: 0, bytes: 0, delay }
    }
}

impl Traffic {
    /// Counts a delay, in microseconds, for each of `updates`: from `ts_sent` to the read of the message's end.
    pub fn record_delay(&mut self, micros: u64, updates: u64) {
        self.delay.saturating_record_n(micros, updates);
    }

    /// Returns the delay that this share (0 to 1) of all updates does not exceed; `None` without updates.
    pub fn delay(&self, share: f64) -> Option<u64> {
        (!self.delay.is_empty()).then(|| self.delay.value_at_quantile(share))
    }

    /// Returns the longest delay; `None` without updates.
    pub fn max_delay(&self) -> Option<u64> {
        (!self.delay.is_empty()).then(|| self.delay.max())
    }

    /// Adds the counts of `other`.
    pub fn add(&mut self, other: &Self) {
        self.messages += other.messages;
        self.updates += other.updates;
        self.update_bytes += other.update_bytes;
        self.bytes += other.bytes;
        self.delay += &other.delay;
    }
}

impl Outcomes {
    /// Adds the counts of `other`.
    pub fn add(&mut self, other: Self) {
        self.connected += other.connected;
        self.failed += other.failed;
        self.first_failure = self.first_failure.take().or(other.first_failure);
        add_counts(&mut self.closed, other.closed);
        self.errors += other.errors;
        self.first_error = self.first_error.take().or(other.first_error);
        self.granted = self.granted.into_iter().chain(other.granted).reduce(f64::max);
        self.checks.add(other.checks);
        self.recoveries.extend(other.recoveries);
        add_counts(&mut self.stalled_closed, other.stalled_closed);
    }

    /// Returns the number of connections that ended.
    pub fn closed_count(&self) -> usize {
        self.closed.values().sum()
    }
}

impl RangeChecks {
    fn add(&mut self, other: Self) {
        self.updates += other.updates;
        self.holes += other.holes;
        self.overlaps += other.overlaps;
        self.miscounted += other.miscounted;
        self.first_hole = self.first_hole.take().or(other.first_hole);
    }
}

fn add_counts(sums: &mut BTreeMap<u16, usize>, counts: BTreeMap<u16, usize>) {
    for (code, count) in counts {
        *sums.entry(code).or_default() += count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_add_up_and_have_quantiles() {
        let (mut one, mut two) = (Traffic::default(), Traffic::default());
        assert_eq!((one.delay(0.5), one.max_delay()), (None, None));
        (1..=50).for_each(|micros| one.record_delay(micros, 1));
        (51..=100).for_each(|micros| two.record_delay(micros, 1));
        one.add(&two);
        for (share, want) in [(0.0, 1), (0.5, 50), (0.99, 99), (1.0, 100)] {
            assert_eq!(one.delay(share), Some(want), "{share}");
        }
        one.record_delay(u64::MAX, 1);
        assert!(one.max_delay() >= Some(MAX_DELAY), "longer delays count as the longest");
    }
}

//! The rows of a file rejected while it plays. Each is counted once, however often and by however many readers it is
//! read.
//!
//! Rows are counted without a gap from the first one on, by each reader that began at or before the last row counted. A
//! reader that began beyond it counts nothing: the rows between are not counted yet, and the reader that comes from
//! there will count on. After a seek, that is the reader that makes the checkpoints.

use parking_lot::Mutex;

use crate::control::RejectedRows;
use crate::feed::replay::error::{RejectCounts, RowError};

/// The position of one part of a row: where the row begins in the text, and how many of its parts come before.
pub type PartPosition = (u64, usize);

/// Counts the rejected rows of a file for all its readers.
#[derive(Debug)]
pub struct RejectLedger {
    /// The scan read the whole file and counted everything.
    is_complete: bool,
    counted: Mutex<Counted>,
}

#[derive(Debug)]
struct Counted {
    /// Counts of the scan, of the whole file or of pieces.
    scanned: RejectCounts,
    played: RejectCounts,
    /// The last part counted.
    to: PartPosition,
}

impl RejectLedger {
    /// Begins with the counts of a scan. A complete one leaves nothing to count.
    pub const fn new(scanned: RejectCounts, is_complete: bool) -> Self {
        Self { is_complete, counted: Mutex::new(Counted { scanned, played: RejectCounts::NONE, to: (0, 0) }) }
    }

    /// Counts the part at `at`, rejected by a reader that began at `from`. Returns whether it is counted and the first
    /// of its reason.
    pub fn add(&self, from: PartPosition, at: PartPosition, error: RowError, line: u64, value: &[u8]) -> bool {
        if self.is_complete {
            return false;
        }
        let mut counted = self.counted.lock();
        if from > counted.to || at <= counted.to {
            return false;
        }
        counted.to = at;
        counted.played.add(error, line, value) == 1
    }

    /// The number of rejected rows known so far.
    pub fn total(&self) -> u64 {
        let counted = self.counted.lock();
        counted.played.total_with(&counted.scanned)
    }

    /// The rejected rows of `file` by reason: as the readers met them, or as the scan did before.
    pub fn list(&self, file: &str) -> Vec<RejectedRows> {
        let counted = self.counted.lock();
        counted.played.with_sample(&counted.scanned).list(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::replay::error::RejectReason;
    use proptest::prelude::*;

    const BAD_TIME: RowError = RowError { reason: RejectReason::BadTime, column: Some(0) };
    const BAD_PRICE: RowError = RowError { reason: RejectReason::BadPrice, column: Some(1) };

    #[track_caller]
    fn check(ledger: &RejectLedger, want: &[(RejectReason, u64, Option<u64>)]) {
        let list = ledger.list("x.csv");
        let got: Vec<_> = list.iter().map(|rejected| (rejected.reason, rejected.count, rejected.line)).collect();
        let want: Vec<_> = want.iter().map(|(reason, count, line)| (reason.label(), *count, *line)).collect();
        assert_eq!(got, want);
        assert_eq!(ledger.total(), want.iter().map(|(_, count, _)| count).sum::<u64>());
    }

    #[test]
    fn sample_counts_stand_until_playing_counts_more() {
        let mut sample = RejectCounts::default();
        for error in [BAD_TIME, BAD_TIME, BAD_PRICE] {
            sample.add(error, 0, b"x");
        }
        sample.forget_lines();
        let ledger = RejectLedger::new(sample, false);
        check(&ledger, &[(BAD_TIME.reason, 2, None), (BAD_PRICE.reason, 1, None)]);
        assert!(ledger.add((0, 0), (50, 1), BAD_PRICE, 7, b"abc"));
        check(&ledger, &[(BAD_TIME.reason, 2, None), (BAD_PRICE.reason, 1, Some(7))]);
        for at in 51..60 {
            assert!(!ledger.add((0, 0), (at, 1), BAD_PRICE, at, b"def"));
        }
        check(&ledger, &[(BAD_TIME.reason, 2, None), (BAD_PRICE.reason, 10, Some(7))]);
        assert_eq!(ledger.list("x.csv")[1].value, "abc");
    }

    #[test]
    fn complete_ledger_counts_nothing_more() {
        let ledger = RejectLedger::new(RejectCounts::default(), true);
        assert!(!ledger.add((0, 0), (1, 1), BAD_TIME, 1, b""));
        check(&ledger, &[]);
    }

    proptest! {
        #[test]
        fn row_is_counted_once_by_any_readers(
            rejected in prop::collection::btree_set(0u64..100, 1..30),
            readers in prop::collection::vec((0u64..100, 0u64..100), 0..12),
        ) {
            let ledger = RejectLedger::new(RejectCounts::default(), false);
            for (from, to) in readers.into_iter().chain([(0, 100)]) {
                for at in rejected.range(from..to.max(from)) {
                    ledger.add((from, 0), (*at, 1), BAD_TIME, *at, b"");
                }
            }
            check(&ledger, &[(BAD_TIME.reason, rejected.len() as u64, rejected.first().copied())]);
        }
    }
}

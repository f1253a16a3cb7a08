//! What a tape refused while it was read, each row counted once however often and by however many it is read.
//!
//! Rows are counted from the first one on without a hole: by each reader that began at or before the last row
//! that was counted. One that begins beyond it counts nothing, and leaves that to whoever comes from there; where a
//! tape is seeked in, that is the reader that makes the index.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::report::{Refusal, Refusals, Refused};

/// A part of a row: where the row begins in the text, and how many of its parts were looked at.
pub type PartAt = (u64, usize);

#[derive(Debug)]
pub struct Ledger {
    /// The whole file was scanned: all is known.
    is_whole: bool,
    counted: Mutex<Counted>,
}

#[derive(Debug)]
struct Counted {
    /// What the scan found, of the whole file or of pieces.
    scanned: Refusals,
    played: Refusals,
    /// The last part that was counted.
    to: PartAt,
}

impl Ledger {
    /// `is_whole` where nothing is left to be counted.
    pub const fn new(scanned: Refusals, is_whole: bool) -> Self {
        Self { is_whole, counted: Mutex::new(Counted { scanned, played: Refusals::NONE, to: (0, 0) }) }
    }

    fn lock(&self) -> MutexGuard<'_, Counted> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts what a reader that began at `from` refused at `at`; whether it is the first of its reason.
    pub fn add(&self, from: PartAt, at: PartAt, refusal: Refusal, line: u64, value: &[u8]) -> bool {
        if self.is_whole {
            return false;
        }
        let mut counted = self.lock();
        if from > counted.to || at <= counted.to {
            return false;
        }
        counted.to = at;
        counted.played.add(refusal, line, value) == 1
    }

    pub fn total(&self) -> u64 {
        let counted = self.lock();
        counted.played.total_beside(&counted.scanned)
    }

    /// By reason: as playing met it or, before it did, as the scan did.
    pub fn list(&self) -> Vec<Refused> {
        let counted = self.lock();
        counted.played.beside(&counted.scanned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::replay::report::Reason;
    use proptest::prelude::*;

    const BAD_TIME: Refusal = Refusal { reason: Reason::BadTime, column: Some(0) };
    const BAD_PRICE: Refusal = Refusal { reason: Reason::BadPrice, column: Some(1) };

    fn counts(ledger: &Ledger) -> Vec<(Reason, u64, u64)> {
        ledger.list().iter().map(|refused| (refused.reason, refused.count, refused.first_line)).collect()
    }

    #[test]
    fn what_pieces_told_stands_until_playing_knows_better() {
        let mut sample = Refusals::default();
        for refusal in [BAD_TIME, BAD_TIME, BAD_PRICE] {
            sample.add(refusal, 0, b"x");
        }
        let ledger = Ledger::new(sample, false);
        assert_eq!((ledger.total(), counts(&ledger)), (3, vec![(Reason::BadTime, 2, 0), (Reason::BadPrice, 1, 0)]));
        assert!(ledger.add((0, 0), (50, 1), BAD_PRICE, 7, b"abc"));
        assert_eq!((ledger.total(), counts(&ledger)), (3, vec![(Reason::BadTime, 2, 0), (Reason::BadPrice, 1, 7)]));
        for at in 51..60 {
            assert!(!ledger.add((0, 0), (at, 1), BAD_PRICE, at, b"def"));
        }
        assert_eq!((ledger.total(), counts(&ledger)), (12, vec![(Reason::BadTime, 2, 0), (Reason::BadPrice, 10, 7)]));
        assert_eq!(ledger.list()[1].first_value, "abc");
    }

    #[test]
    fn of_a_file_that_was_read_whole_all_is_known() {
        let ledger = Ledger::new(Refusals::default(), true);
        assert!(!ledger.add((0, 0), (1, 1), BAD_TIME, 1, b""));
        assert_eq!((ledger.total(), counts(&ledger)), (0, vec![]));
    }

    proptest! {
        #[test]
        fn each_row_is_counted_once_whoever_reads_it(
            refused in prop::collection::btree_set(0u64..100, 1..30),
            readers in prop::collection::vec((0u64..100, 0u64..100), 0..12),
        ) {
            let ledger = Ledger::new(Refusals::default(), false);
            for (from, to) in readers.into_iter().chain([(0, 100)]) {
                for at in refused.range(from..to.max(from)) {
                    ledger.add((from, 0), (*at, 1), BAD_TIME, *at, b"");
                }
            }
            let first = *refused.first().unwrap();
            prop_assert_eq!(counts(&ledger), vec![(Reason::BadTime, refused.len() as u64, first)]);
        }
    }
}

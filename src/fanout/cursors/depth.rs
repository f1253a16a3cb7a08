//! The cursor of one symbol's depth.

use crate::market::{InstrumentId, Market};
use crate::wire::{DepthRange, EncodedMessage, Outgoing, SeriesHead, depth_message};

/// The tick up to which a session was sent a symbol's depth.
#[derive(Clone, Copy, Debug)]
pub struct DepthCursor {
    pub id: InstrumentId,
    /// The last tick that was sent; `None` before the snapshot.
    sent: Option<u64>,
    /// The changes of a recorded book that were sent; `None` where that is not known.
    edits: Option<u64>,
}

impl DepthCursor {
    pub const fn new(id: InstrumentId) -> Self {
        Self { id, sent: None, edits: None }
    }

    /// Starts over with a snapshot.
    pub const fn restart(&mut self) {
        self.sent = None;
    }

    /// Continues after tick number `last`, if there are as many. A recorded book changes between ticks, too, so its
    /// levels are sent in any case.
    pub fn resume(&mut self, market: &Market, last: i64) {
        let seq = market.get(self.id).map_or(0, |(_, state)| state.seq);
        if let Some(last) = u64::try_from(last).ok().filter(|last| *last <= seq) {
            self.sent = Some(last);
        }
    }

    /// The present levels, if ticks or changes of a book came since the last message.
    ///
    /// The first message is a snapshot, even if no tick came yet. Always `None` if the market has no levels.
    pub fn take(&mut self, market: &Market, outgoing: Outgoing) -> Option<EncodedMessage> {
        let (instrument, state) = market.get(self.id)?;
        let edits = market.book_edits(self.id);
        if self.sent.is_some_and(|sent| state.seq <= sent) && self.edits == edits {
            return None;
        }
        let depth = market.depth(self.id)?;
        let snapshot = self.sent.is_none();
        let first_seq = self.sent.unwrap_or(0) + 1;
        (self.sent, self.edits) = (Some(state.seq), edits);
        let Outgoing { ts_sent, format, max_bytes } = outgoing;
        let head = SeriesHead { epoch: market.epoch(), ts_sent, id: self.id, instrument, snapshot, max_bytes };
        let range = DepthRange { first_seq, seq: state.seq, ts_event: market.depth_ts(self.id) };
        Some(depth_message(format, head, range, &depth))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::sample::{self, quote, trade};
    use crate::market::{BookStep, MarketLimits, Timestamp};
    use crate::wire::MESSAGE_BYTES;
    use crate::wire::sample::outgoing;
    use serde_json::Value;

    const A: InstrumentId = InstrumentId(0);

    fn market() -> Market {
        Market::open(&sample::opening_with_depth(1, &["A"]), MarketLimits::default())
    }

    /// Snapshot mark, range, and the first two bids.
    fn take(cursor: &mut DepthCursor, market: &Market) -> Option<(bool, u64, u64, Vec<f64>)> {
        let message: Value = serde_json::from_str(&cursor.take(market, outgoing(MESSAGE_BYTES))?.into_text()?).unwrap();
        let number = |name: &str| message[name].as_u64().unwrap();
        let bids = message["bids"].as_array().unwrap().iter().take(2).map(|level| level["price"].as_f64().unwrap());
        Some((message["snapshot"] == true, number("first_seq"), number("seq"), bids.collect()))
    }

    #[test]
    fn depth_is_the_present_one_with_its_range_of_ticks() {
        let mut market = market();
        let mut cursor = DepthCursor::new(A);
        assert_eq!(take(&mut cursor, &market), Some((true, 1, 0, vec![])), "there is a snapshot before the first tick");
        assert_eq!(take(&mut cursor, &market), None);
        for bid in [100, 101, 102] {
            market.apply(&quote(A, Timestamp::from_secs(bid), Some(bid), Some(bid + 2)));
        }
        assert_eq!(take(&mut cursor, &market), Some((false, 1, 3, vec![1.02, 1.01])));
        assert_eq!(take(&mut cursor, &market), None);
        market.apply(&trade(A, Timestamp::from_secs(103), 102, 1));
        assert_eq!(take(&mut cursor, &market), Some((false, 4, 4, vec![1.02, 1.01])));
        cursor.restart();
        assert_eq!(take(&mut cursor, &market), Some((true, 1, 4, vec![1.02, 1.01])));
    }

    #[test]
    fn resume_continues_after_the_last_tick() {
        let mut market = market();
        for bid in [100, 101, 102] {
            market.apply(&quote(A, Timestamp::from_secs(bid), Some(bid), None));
        }
        for (last, want) in [
            (1, Some((false, 2, 3, vec![1.02, 1.01]))),
            (3, None),
            (4, Some((true, 1, 3, vec![1.02, 1.01]))),
            (-1, Some((true, 1, 3, vec![1.02, 1.01]))),
        ] {
            let mut cursor = DepthCursor::new(A);
            cursor.resume(&market, last);
            assert_eq!(take(&mut cursor, &market), want, "{last}");
        }
    }

    #[test]
    fn market_without_levels_has_no_depth() {
        let market = Market::open(&sample::opening(1, &["A"]), MarketLimits::default());
        let mut cursor = DepthCursor::new(A);
        assert_eq!(take(&mut cursor, &market), None);
    }

    #[test]
    fn change_of_a_book_between_ticks_has_an_empty_range() {
        let opening = sample::opening_with_books(1, &["A"]);
        let mut market = Market::open(&opening, MarketLimits::default());
        let edit = |market: &mut Market, second: i64, step| {
            market.apply(&sample::book_edit(A, Timestamp::from_secs(second), step));
        };
        let mut cursor = DepthCursor::new(A);
        assert_eq!(take(&mut cursor, &market), Some((true, 1, 0, vec![])));
        edit(&mut market, 1, BookStep::Begin);
        edit(&mut market, 1, sample::level(true, 100, 5));
        market.apply(&quote(A, Timestamp::from_secs(1), Some(100), None));
        assert_eq!(take(&mut cursor, &market), Some((false, 1, 1, vec![1.0])));
        edit(&mut market, 2, sample::level(true, 99, 5));
        let mut late = cursor;
        let message = late.take(&market, outgoing(MESSAGE_BYTES)).and_then(EncodedMessage::into_text).unwrap();
        assert!(message.contains("\"ts_event\":2000000,"), "{message}");
        assert_eq!(take(&mut cursor, &market), Some((false, 2, 1, vec![1.0, 0.99])), "no tick, but another level");
        assert_eq!(take(&mut cursor, &market), None);
        market.apply(&trade(A, Timestamp::from_secs(3), 100, 1));
        assert_eq!(take(&mut cursor, &market), Some((false, 2, 2, vec![1.0, 0.99])));
        // The book may have changed since the last tick that the client has.
        let mut resumed = DepthCursor::new(A);
        resumed.resume(&market, 2);
        assert_eq!(take(&mut resumed, &market), Some((false, 3, 2, vec![1.0, 0.99])));
        assert_eq!(take(&mut resumed, &market), None);
    }
}

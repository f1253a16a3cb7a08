//! What one reader of one book has not been told yet.

use crate::market::{InstrumentId, Market};
use crate::wire::{DepthHead, Format, Frame, depth_frame, depth_message};

/// How far a book was sent: as it stood after so many ticks.
#[derive(Clone, Copy, Debug)]
pub struct DepthCursor {
    pub id: InstrumentId,
    begun: bool,
    sent: u64,
}

impl DepthCursor {
    pub const fn new(id: InstrumentId) -> Self {
        Self { id, begun: false, sent: 0 }
    }

    /// Begins anew, with a snapshot.
    pub const fn restart(&mut self) {
        self.begun = false;
    }

    /// Goes on after tick number `last`, if the instrument has come that far.
    pub fn resume(&mut self, market: &Market, last: i64) {
        let seq = market.get(self.id).map_or(0, |(_, state)| state.seq);
        if let Some(sent) = u64::try_from(last).ok().filter(|sent| *sent <= seq) {
            (self.begun, self.sent) = (true, sent);
        }
    }

    /// The book as it stands, where ticks came since the last message. The first is marked as a snapshot; there is one even
    /// where no tick came yet. `None` for good where the market knows no levels.
    pub fn take(&mut self, market: &Market, ts_sent: i64, format: Format) -> Option<Frame> {
        let (instrument, state) = market.get(self.id)?;
        let snapshot = !self.begun;
        if !snapshot && state.seq <= self.sent {
            return None;
        }
        let depth = market.depth(self.id)?;
        let first_seq = if snapshot { 1 } else { self.sent + 1 };
        (self.begun, self.sent) = (true, state.seq);
        let head = DepthHead { snapshot, first_seq, seq: state.seq, ts_event: state.ts_event };
        Some(match format {
            Format::Json => depth_message(market.epoch(), ts_sent, instrument, head, &depth).into(),
            Format::Binary => depth_frame(market.epoch(), ts_sent, (self.id, instrument), head, &depth),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::sample::{self, quote, trade};
    use crate::market::{MarketLimits, Timestamp};
    use serde_json::Value;

    const A: InstrumentId = InstrumentId(0);

    fn market() -> Market {
        Market::open(&sample::opening_with_depth(1, &["A"]), MarketLimits::default())
    }

    /// Snapshot mark, range, and the first two bids.
    fn take(cursor: &mut DepthCursor, market: &Market) -> Option<(bool, u64, u64, Vec<f64>)> {
        let message: Value = serde_json::from_str(&cursor.take(market, 0, Format::Json)?.into_text()?).unwrap();
        let number = |name: &str| message[name].as_u64().unwrap();
        let bids = message["bids"].as_array().unwrap().iter().take(2).map(|level| level["price"].as_f64().unwrap());
        Some((message["snapshot"] == true, number("first_seq"), number("seq"), bids.collect()))
    }

    #[test]
    fn a_book_comes_as_it_stands_and_says_which_ticks_it_covers() {
        let mut market = market();
        let mut cursor = DepthCursor::new(A);
        assert_eq!(take(&mut cursor, &market), Some((true, 1, 0, vec![])), "there is a book before the first tick");
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
    fn a_reader_that_comes_back_goes_on_after_its_last_tick() {
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
    fn a_market_without_levels_has_nothing_to_take() {
        let market = Market::open(&sample::opening(1, &["A"]), MarketLimits::default());
        let mut cursor = DepthCursor::new(A);
        assert_eq!(take(&mut cursor, &market), None);
    }
}

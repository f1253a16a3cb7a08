//! What one reader of one tape has not sent yet.

use crate::market::{InstrumentId, Market};
use crate::wire::{Format, Frame, TradesHead, trades_frame, trades_message};

/// Trades in one message: a burst comes in several, so that no message is large.
const MESSAGE_TRADES: usize = 500;

/// How far a tape was sent: so many trades.
#[derive(Clone, Copy, Debug)]
pub struct TradesCursor {
    pub id: InstrumentId,
    /// Trades to begin with.
    pub history: usize,
    begun: bool,
    /// The last message was full: more waits already.
    more: bool,
    seen: u64,
}

impl TradesCursor {
    pub const fn new(id: InstrumentId, history: usize) -> Self {
        Self { id, history, begun: false, more: false, seen: 0 }
    }

    /// Begins anew, with a snapshot.
    pub const fn restart(&mut self) {
        self.begun = false;
    }

    /// The last message did not hold all there was.
    pub const fn has_more(&self) -> bool {
        self.more
    }

    /// Goes on after trade number `last`, if the tape has come that far.
    pub fn resume(&mut self, market: &Market, last: i64) {
        let total = market.get(self.id).map_or(0, |(_, state)| state.trades.total());
        if let Some(seen) = u64::try_from(last).ok().filter(|seen| *seen <= total) {
            (self.begun, self.seen) = (true, seen);
        }
    }

    /// The next message, with each trade since the last one. To be called until there is none. The first is
    /// marked as a snapshot and begins with the history; there is one even where there are no trades.
    pub fn take(&mut self, market: &Market, ts_sent: i64, format: Format) -> Option<Frame> {
        let (instrument, state) = market.get(self.id)?;
        let snapshot = !self.begun;
        if snapshot {
            let history = state.trades.len().min(self.history) as u64;
            (self.begun, self.seen) = (true, state.trades.total() - history);
        }
        let since = state.trades.since(self.seen);
        if since.items.len() == 0 && !snapshot {
            return None;
        }
        let head = TradesHead { snapshot, skipped: since.missed, first: self.seen + since.missed + 1 };
        self.more = since.items.len() > MESSAGE_TRADES;
        let trades = since.items.take(MESSAGE_TRADES);
        self.seen += head.skipped + trades.len() as u64;
        Some(match format {
            Format::Json => trades_message(market.epoch(), ts_sent, instrument, head, trades).into(),
            Format::Binary => trades_frame(market.epoch(), ts_sent, (self.id, instrument), head, trades),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::{MarketLimits, Price, Size, Tick, TickKind, Timestamp, Trade, sample};
    use serde_json::Value;

    const A: InstrumentId = InstrumentId(0);

    fn market(kept: usize) -> Market {
        Market::open(&sample::opening(1, &["A"]), MarketLimits { bars: 10, trades: kept, notices: 10 })
    }

    fn trades(market: &mut Market, numbers: std::ops::RangeInclusive<i64>) {
        for n in numbers {
            let kind = TickKind::Trade(Trade { price: Price(100 * n), size: Size(1), side: None });
            market.apply(&Tick { instrument: A, ts: Timestamp::from_millis(n), kind });
        }
    }

    /// Snapshot mark, skipped, the first number, and the prices, which are numbers too.
    fn take(cursor: &mut TradesCursor, market: &Market) -> Option<(bool, u64, u64, Vec<f64>)> {
        let message: Value = serde_json::from_str(&cursor.take(market, 0, Format::Json)?.into_text()?).unwrap();
        let number = |name: &str| message[name].as_u64().unwrap();
        let prices = message["trades"].as_array().unwrap().iter().map(|trade| trade["price"].as_f64().unwrap());
        Some((message["snapshot"] == true, number("skipped"), number("first"), prices.collect()))
    }

    #[test]
    fn each_trade_comes_once_in_order_and_what_was_lost_is_counted() {
        let mut market = market(5);
        trades(&mut market, 1..=4);
        let mut cursor = TradesCursor::new(A, 2);
        assert_eq!(take(&mut cursor, &market), Some((true, 0, 3, vec![3.0, 4.0])));
        assert_eq!(take(&mut cursor, &market), None);
        trades(&mut market, 5..=6);
        assert_eq!(take(&mut cursor, &market), Some((false, 0, 5, vec![5.0, 6.0])));
        trades(&mut market, 7..=14);
        assert_eq!(take(&mut cursor, &market), Some((false, 3, 10, vec![10.0, 11.0, 12.0, 13.0, 14.0])));
    }

    #[test]
    fn a_tape_without_trades_has_an_empty_snapshot() {
        let mut cursor = TradesCursor::new(A, 2);
        assert_eq!(take(&mut cursor, &market(5)), Some((true, 0, 1, vec![])));
    }

    #[test]
    fn a_reader_that_comes_back_goes_on_after_its_last_trade() {
        let mut market = market(10);
        trades(&mut market, 1..=9);
        let mut cursor = TradesCursor::new(A, 2);
        cursor.resume(&market, 7);
        assert_eq!(take(&mut cursor, &market), Some((false, 0, 8, vec![8.0, 9.0])));
        let mut from_elsewhere = TradesCursor::new(A, 1);
        from_elsewhere.resume(&market, 10);
        assert_eq!(take(&mut from_elsewhere, &market), Some((true, 0, 9, vec![9.0])));
    }

    #[test]
    fn a_burst_comes_in_pieces() {
        let mut market = market(2_000);
        let mut cursor = TradesCursor::new(A, 0);
        take(&mut cursor, &market).unwrap();
        trades(&mut market, 1..=1_200);
        let pieces: Vec<_> = std::iter::from_fn(|| take(&mut cursor, &market)).collect();
        assert_eq!(pieces.iter().map(|p| (p.2, p.3.len())).collect::<Vec<_>>(), [(1, 500), (501, 500), (1_001, 200)]);
    }
}

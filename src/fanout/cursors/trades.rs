//! The cursor of one symbol's trades.

use crate::market::{InstrumentId, Market};
use crate::wire::{EncodedMessage, Outgoing, SeriesHead, TradesRange, trades_message};

/// Trades in one message. A burst comes in several messages, so that none is large.
const MESSAGE_TRADES: usize = 500;

/// The position up to which a session was sent a symbol's trades.
#[derive(Clone, Copy, Debug)]
pub struct TradesCursor {
    pub id: InstrumentId,
    /// Trades in the snapshot.
    pub history: usize,
    /// The number of the last trade that was sent; `None` before the snapshot.
    sent: Option<u64>,
    /// The last message did not hold all trades.
    more: bool,
}

impl TradesCursor {
    pub const fn new(id: InstrumentId, history: usize) -> Self {
        Self { id, history, sent: None, more: false }
    }

    /// Starts over with a snapshot.
    pub const fn restart(&mut self) {
        self.sent = None;
    }

    /// Returns whether the last message did not hold all trades.
    pub const fn has_more(&self) -> bool {
        self.more
    }

    /// Continues after trade number `last`, if there are as many.
    pub fn resume(&mut self, market: &Market, last: i64) {
        let total = market.get(self.id).map_or(0, |(_, state)| state.trades.total());
        if let Some(last) = u64::try_from(last).ok().filter(|last| *last <= total) {
            self.sent = Some(last);
        }
    }

    /// The next message: the trades since the last one.
    ///
    /// The first message is a snapshot with the history, even if there are no trades. Call this until it returns
    /// `None`.
    pub fn take(&mut self, market: &Market, outgoing: Outgoing) -> Option<EncodedMessage> {
        let (instrument, state) = market.get(self.id)?;
        let trades = &state.trades;
        let snapshot = self.sent.is_none();
        let sent = self.sent.unwrap_or_else(|| trades.total() - trades.len().min(self.history) as u64);
        let unsent = trades.since(sent);
        if unsent.items.len() == 0 && !snapshot {
            return None;
        }
        let range = TradesRange { skipped: unsent.missed, first: sent + unsent.missed + 1 };
        let waiting = unsent.items.len();
        let Outgoing { ts_sent, format, max_bytes } = outgoing;
        let head = SeriesHead { epoch: market.epoch(), ts_sent, id: self.id, instrument, snapshot, max_bytes };
        let (message, count) = trades_message(format, head, range, unsent.items.take(MESSAGE_TRADES));
        self.more = count < waiting;
        self.sent = Some(sent + range.skipped + count as u64);
        Some(message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::{MarketLimits, Price, Size, Tick, TickKind, Timestamp, Trade, sample};
    use crate::wire::sample::outgoing;
    use serde_json::Value;

    const A: InstrumentId = InstrumentId(0);

    fn market(kept: usize) -> Market {
        Market::open(
            &sample::opening(1, &["A"]),
            MarketLimits { bars: 10, trades: kept, notices: 10, bytes: usize::MAX },
        )
    }

    fn trades(market: &mut Market, numbers: std::ops::RangeInclusive<i64>) {
        for n in numbers {
            let kind = TickKind::Trade(Trade { price: Price(100 * n), size: Size(1), side: None });
            market.apply(&Tick { instrument: A, ts: Timestamp::from_millis(n), kind });
        }
    }

    /// Snapshot mark, skipped, the first number, and the prices, which are numbers too.
    fn take(cursor: &mut TradesCursor, market: &Market) -> Option<(bool, u64, u64, Vec<f64>)> {
        let message: Value = serde_json::from_str(&cursor.take(market, outgoing(64 * 1024))?.into_text()?).unwrap();
        let number = |name: &str| message[name].as_u64().unwrap();
        let prices = message["trades"].as_array().unwrap().iter().map(|trade| trade["price"].as_f64().unwrap());
        Some((message["snapshot"] == true, number("skipped"), number("first"), prices.collect()))
    }

    #[test]
    fn trades_come_once_and_skipped_ones_are_counted() {
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
    fn symbol_without_trades_has_an_empty_snapshot() {
        let mut cursor = TradesCursor::new(A, 2);
        assert_eq!(take(&mut cursor, &market(5)), Some((true, 0, 1, vec![])));
    }

    #[test]
    fn resume_continues_after_the_last_trade() {
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
    fn burst_comes_in_several_messages() {
        let mut market = market(2_000);
        let mut cursor = TradesCursor::new(A, 0);
        take(&mut cursor, &market).unwrap();
        trades(&mut market, 1..=1_200);
        let pieces: Vec<_> = std::iter::from_fn(|| take(&mut cursor, &market)).collect();
        assert_eq!(pieces.iter().map(|p| (p.2, p.3.len())).collect::<Vec<_>>(), [(1, 500), (501, 500), (1_001, 200)]);
    }
}

//! The cursor of one series of bars.

use crate::market::{Bar, InstrumentId, Interval, Market, Series};
use crate::wire::{EncodedMessage, Outgoing, SeriesHead, bars_message};

/// Bars in one message. A long history comes in several messages, so that none is large.
const MESSAGE_BARS: usize = 500;

/// The position up to which a session was sent a series of bars.
#[derive(Clone, Copy, Debug)]
pub struct BarsCursor {
    pub id: InstrumentId,
    pub interval: Interval,
    /// Bars in the snapshot.
    pub history: usize,
    /// The bars that were sent; `None` before the snapshot.
    sent: Option<SentBars>,
    /// The last message did not hold all bars.
    more: bool,
}

/// Bars that were sent.
#[derive(Clone, Copy, Debug)]
struct SentBars {
    /// The number of closed bars, counted from the first one of the epoch.
    closed: u64,
    /// The forming bar as it was.
    forming: Option<Bar>,
}

impl BarsCursor {
    pub const fn new(id: InstrumentId, interval: Interval, history: usize) -> Self {
        Self { id, interval, history, sent: None, more: false }
    }

    /// Starts over with a snapshot.
    pub const fn restart(&mut self) {
        self.sent = None;
    }

    /// Returns whether the last message did not hold all bars.
    pub const fn has_more(&self) -> bool {
        self.more
    }

    /// Continues after the closed bar that begins at `last_us`, in microseconds since 1970, if it is still kept. A later
    /// bar than the newest closed one is none of this epoch.
    pub fn resume(&mut self, market: &Market, last_us: i64) {
        let Some((_, state)) = market.get(self.id) else { return };
        let closed = &state.series(self.interval).closed;
        let newer = closed.iter().rev().take_while(|bar| bar.start.micros() > last_us).count();
        let is_reached = closed.iter().next_back().is_some_and(|bar| bar.start.micros() >= last_us);
        if is_reached && newer < closed.len() {
            self.sent = Some(SentBars { closed: closed.total() - newer as u64, forming: None });
        }
    }

    /// The next message: the bars closed since the last one, and the forming bar if it has changed.
    ///
    /// The first message is a snapshot with the history, even if there are no bars. Call this until it returns `None`.
    pub fn take(&mut self, market: &Market, outgoing: Outgoing) -> Option<EncodedMessage> {
        let (instrument, state) = market.get(self.id)?;
        let series = state.series(self.interval);
        let snapshot = self.sent.is_none();
        let sent = self.sent.unwrap_or_else(|| self.before_history(series));
        let unsent = series.closed.since(sent.closed);
        let waiting = unsent.items.len();
        let forming = series.forming.filter(|_| waiting <= MESSAGE_BARS && !(snapshot && self.history == 0));
        if waiting == 0 && forming == sent.forming && !snapshot {
            return None;
        }
        let Outgoing { ts_sent, format, max_bytes } = outgoing;
        let head = SeriesHead { epoch: market.epoch(), ts_sent, id: self.id, instrument, snapshot, max_bytes };
        let closed = unsent.items.take(MESSAGE_BARS).map(|bar| (bar, true));
        let bars = closed.chain(forming.map(|bar| (bar, false)));
        let (message, count) = bars_message(format, head, self.interval, unsent.missed, bars);
        // The forming bar is the last one.
        let forming = forming.filter(|_| count > waiting);
        let left = waiting.saturating_sub(count);
        self.more = left > 0 || forming != series.forming;
        self.sent = Some(SentBars { closed: series.closed.total() - left as u64, forming });
        Some(message)
    }

    /// The position before the bars of the snapshot.
    fn before_history(&self, series: Series<'_>) -> SentBars {
        let forming = usize::from(series.forming.is_some());
        let closed = series.closed.len().min(self.history.saturating_sub(forming)) as u64;
        SentBars { closed: series.closed.total() - closed, forming: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::{MarketLimits, Price, Size, Tick, TickKind, Timestamp, Trade, sample};
    use crate::wire::sample::outgoing;
    use serde_json::Value;

    const A: InstrumentId = InstrumentId(0);
    /// Room for some more than 500 bars.
    const MAX_BYTES: usize = 64 * 1024;

    fn market(bars: usize) -> Market {
        Market::open(&sample::opening(1, &["A"]), MarketLimits { bars, trades: 1, notices: 10, bytes: usize::MAX })
    }

    /// A trade in each of these seconds.
    fn trades(market: &mut Market, seconds: std::ops::Range<i64>) {
        for second in seconds {
            let kind = TickKind::Trade(Trade { price: Price(second), size: Size(1), side: None });
            market.apply(&Tick { instrument: A, ts: Timestamp::from_secs(second), kind });
        }
    }

    /// Snapshot mark, missed, seconds of the closed bars, second of the forming one.
    fn take(cursor: &mut BarsCursor, market: &Market) -> Option<(bool, u64, Vec<u64>, Option<u64>)> {
        let message: Value = serde_json::from_str(&cursor.take(market, outgoing(MAX_BYTES))?.into_text()?).unwrap();
        let second = |bar: &Value| bar["ts"].as_u64().unwrap() / 1_000_000;
        let bars = message["bars"].as_array().unwrap();
        let closed = bars.iter().filter(|bar| bar["closed"] == true).map(second).collect();
        let forming = bars.iter().find(|bar| bar["closed"] == false).map(second);
        Some((message["snapshot"] == true, message["missed"].as_u64().unwrap(), closed, forming))
    }

    #[test]
    fn snapshot_comes_first_then_bars_as_they_close() {
        let mut market = market(100);
        trades(&mut market, 0..10);
        let mut cursor = BarsCursor::new(A, Interval::S1, 3);
        assert_eq!(take(&mut cursor, &market), Some((true, 0, vec![7, 8], Some(9))));
        assert_eq!(take(&mut cursor, &market), None);
        trades(&mut market, 10..12);
        assert_eq!(take(&mut cursor, &market), Some((false, 0, vec![9, 10], Some(11))));
        market.advance(Timestamp::from_secs(12));
        assert_eq!(take(&mut cursor, &market), Some((false, 0, vec![11], None)));
        assert_eq!(take(&mut cursor, &market), None);
    }

    #[test]
    fn resume_continues_after_the_last_bar() {
        let mut market = market(5);
        trades(&mut market, 0..10);
        let mut cursor = BarsCursor::new(A, Interval::S1, 3);
        cursor.resume(&market, 6_000_000);
        assert_eq!(take(&mut cursor, &market), Some((false, 0, vec![7, 8], Some(9))));
        let mut too_old = BarsCursor::new(A, Interval::S1, 3);
        too_old.resume(&market, 2_000_000);
        assert_eq!(take(&mut too_old, &market), Some((true, 0, vec![7, 8], Some(9))));
        // The ninth second is not over yet.
        for ahead in [9_000_000, i64::MAX] {
            let mut cursor = BarsCursor::new(A, Interval::S1, 3);
            cursor.resume(&market, ahead);
            assert_eq!(take(&mut cursor, &market), Some((true, 0, vec![7, 8], Some(9))), "{ahead}");
        }
    }

    #[test]
    fn empty_series_has_an_empty_snapshot() {
        let market = market(100);
        let mut cursor = BarsCursor::new(A, Interval::S1, 3);
        assert_eq!(take(&mut cursor, &market), Some((true, 0, vec![], None)));
        assert_eq!(take(&mut cursor, &market), None);
    }

    #[test]
    fn long_history_comes_in_several_messages_that_meet() {
        let mut market = market(5_000);
        trades(&mut market, 0..1_202);
        let mut cursor = BarsCursor::new(A, Interval::S1, 5_000);
        let pieces: Vec<_> = std::iter::from_fn(|| take(&mut cursor, &market)).collect();
        assert_eq!(
            pieces.iter().map(|p| (p.0, p.2.len(), p.3)).collect::<Vec<_>>(),
            [(true, 500, None), (false, 500, None), (false, 201, Some(1_201)),]
        );
        let seconds: Vec<u64> = pieces.into_iter().flat_map(|p| p.2).collect();
        assert_eq!(seconds, (0..1_201).collect::<Vec<_>>());
    }

    #[test]
    fn snapshot_without_history_has_no_forming_bar() {
        let mut market = market(5);
        trades(&mut market, 0..3);
        let mut cursor = BarsCursor::new(A, Interval::S1, 0);
        assert_eq!(take(&mut cursor, &market), Some((true, 0, vec![], None)));
        assert!(cursor.has_more());
        assert_eq!(take(&mut cursor, &market), Some((false, 0, vec![], Some(2))));
        assert!(!cursor.has_more());
    }

    #[test]
    fn bars_that_went_for_memory_are_missed() {
        let limits = MarketLimits { bars: 500, trades: 1, notices: 10, bytes: 0 };
        let mut market = Market::open(&sample::opening(1, &["A"]), limits);
        let mut cursor = BarsCursor::new(A, Interval::S1, 0);
        take(&mut cursor, &market).unwrap();
        trades(&mut market, 0..60);
        let (_, missed, bars, _) = take(&mut cursor, &market).unwrap();
        assert_eq!((missed, bars.len()), (0, 59));
        trades(&mut market, 60..301);
        assert_eq!(market.bars_kept(), 64);
        let (_, missed, bars, forming) = take(&mut cursor, &market).unwrap();
        assert_eq!((missed, bars, forming), (300 - 59 - 64, (236..300).collect(), Some(300)));
        assert_eq!(take(&mut cursor, &market), None);
    }

    #[test]
    fn missed_bars_are_counted() {
        let mut market = market(5);
        let mut cursor = BarsCursor::new(A, Interval::S1, 0);
        take(&mut cursor, &market).unwrap();
        trades(&mut market, 0..21);
        assert_eq!(take(&mut cursor, &market), Some((false, 15, vec![15, 16, 17, 18, 19], Some(20))));
    }
}

//! What one reader of one series of bars has not sent yet.

use crate::market::{Bar, InstrumentId, Interval, Market};
use crate::wire::{Format, Frame, bars_frame, bars_message};

/// Bars in one message: a long history comes in several, so that no message is large.
const MESSAGE_BARS: usize = 500;

/// How far a series was sent: so many closed bars, and the forming one as it was.
#[derive(Clone, Copy, Debug)]
pub struct BarsCursor {
    pub id: InstrumentId,
    pub interval: Interval,
    /// Bars to begin with.
    pub history: usize,
    begun: bool,
    /// The last message was full: more waits already.
    more: bool,
    closed: u64,
    forming: Option<Bar>,
}

impl BarsCursor {
    pub const fn new(id: InstrumentId, interval: Interval, history: usize) -> Self {
        Self { id, interval, history, begun: false, more: false, closed: 0, forming: None }
    }

    /// Begins anew, with a snapshot.
    pub const fn restart(&mut self) {
        self.begun = false;
    }

    /// The last message did not hold all there was.
    pub const fn has_more(&self) -> bool {
        self.more
    }

    /// Goes on after the closed bar that begins at `last_us`, in microseconds since the epoch, if it is kept.
    pub fn resume(&mut self, market: &Market, last_us: i64) {
        let Some((_, state)) = market.get(self.id) else { return };
        let closed = &state.series(self.interval).closed;
        let newer = closed.iter().rev().take_while(|bar| bar.start.micros() > last_us).count();
        if newer < closed.len() {
            (self.begun, self.closed, self.forming) = (true, closed.total() - newer as u64, None);
        }
    }

    /// The next message: each bar closed since the last one, and the forming bar if it changed. To be
    /// called until there is none. The first is marked as a snapshot and begins with the history; there is
    /// one even where there are no bars.
    pub fn take(&mut self, market: &Market, ts_sent: i64, format: Format) -> Option<Frame> {
        let (instrument, state) = market.get(self.id)?;
        let series = state.series(self.interval);
        let snapshot = !self.begun;
        if snapshot {
            let forming = usize::from(series.forming.is_some());
            let closed = series.closed.len().min(self.history.saturating_sub(forming)) as u64;
            (self.begun, self.closed, self.forming) = (true, series.closed.total() - closed, None);
        }
        let since = series.closed.since(self.closed);
        let waiting = since.items.len();
        let forming = series.forming.filter(|_| waiting <= MESSAGE_BARS && !(snapshot && self.history == 0));
        if waiting == 0 && forming == self.forming && !snapshot {
            return None;
        }
        let missed = since.missed;
        self.more = waiting > MESSAGE_BARS || forming != series.forming;
        let closed = since.items.take(MESSAGE_BARS).map(|bar| (bar, true));
        self.closed = series.closed.total() - (waiting - closed.len()) as u64;
        self.forming = forming;
        let bars = closed.chain(forming.as_ref().map(|bar| (bar, false)));
        let (epoch, history) = (market.epoch(), (snapshot, missed));
        Some(match format {
            Format::Json => bars_message(epoch, ts_sent, instrument, self.interval, history, bars).into(),
            Format::Binary => bars_frame(epoch, ts_sent, (self.id, instrument), self.interval, history, bars),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::{MarketLimits, Price, Size, Tick, TickKind, Timestamp, Trade, sample};
    use serde_json::Value;

    const A: InstrumentId = InstrumentId(0);

    fn market(bars: usize) -> Market {
        Market::open(&sample::opening(1, &["A"]), MarketLimits { bars, trades: 1, notices: 10 })
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
        let message: Value = serde_json::from_str(&cursor.take(market, 0, Format::Json)?.into_text()?).unwrap();
        let second = |bar: &Value| bar["ts"].as_u64().unwrap() / 1_000_000;
        let bars = message["bars"].as_array().unwrap();
        let closed = bars.iter().filter(|bar| bar["closed"] == true).map(second).collect();
        let forming = bars.iter().find(|bar| bar["closed"] == false).map(second);
        Some((message["snapshot"] == true, message["missed"].as_u64().unwrap(), closed, forming))
    }

    #[test]
    fn a_snapshot_comes_first_and_then_what_closed_since() {
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
    fn a_reader_that_comes_back_goes_on_after_its_last_bar() {
        let mut market = market(5);
        trades(&mut market, 0..10);
        let mut cursor = BarsCursor::new(A, Interval::S1, 3);
        cursor.resume(&market, 6_000_000);
        assert_eq!(take(&mut cursor, &market), Some((false, 0, vec![7, 8], Some(9))));
        let mut too_old = BarsCursor::new(A, Interval::S1, 3);
        too_old.resume(&market, 2_000_000);
        assert_eq!(take(&mut too_old, &market), Some((true, 0, vec![7, 8], Some(9))));
    }

    #[test]
    fn a_series_without_bars_has_an_empty_snapshot() {
        let market = market(100);
        let mut cursor = BarsCursor::new(A, Interval::S1, 3);
        assert_eq!(take(&mut cursor, &market), Some((true, 0, vec![], None)));
        assert_eq!(take(&mut cursor, &market), None);
    }

    #[test]
    fn a_long_history_comes_in_pieces_that_meet() {
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
    fn a_snapshot_without_history_leaves_the_forming_bar_to_the_next_message() {
        let mut market = market(5);
        trades(&mut market, 0..3);
        let mut cursor = BarsCursor::new(A, Interval::S1, 0);
        assert_eq!(take(&mut cursor, &market), Some((true, 0, vec![], None)));
        assert!(cursor.has_more());
        assert_eq!(take(&mut cursor, &market), Some((false, 0, vec![], Some(2))));
        assert!(!cursor.has_more());
    }

    #[test]
    fn bars_that_are_no_longer_kept_are_counted() {
        let mut market = market(5);
        let mut cursor = BarsCursor::new(A, Interval::S1, 0);
        take(&mut cursor, &market).unwrap();
        trades(&mut market, 0..21);
        assert_eq!(take(&mut cursor, &market), Some((false, 15, vec![15, 16, 17, 18, 19], Some(20))));
    }
}

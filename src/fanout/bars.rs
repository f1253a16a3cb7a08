//! What one reader of one series of bars has not sent yet.

use crate::market::{Bar, InstrumentId, Interval, Market};
use crate::wire::bars_message;

/// How far a series was sent: so many closed bars, and the forming one as it was.
#[derive(Clone, Copy, Debug)]
pub struct BarsCursor {
    pub id: InstrumentId,
    pub interval: Interval,
    closed: u64,
    forming: Option<Bar>,
}

impl BarsCursor {
    pub const fn new(id: InstrumentId, interval: Interval) -> Self {
        Self { id, interval, closed: 0, forming: None }
    }

    /// The newest `history` bars as a snapshot; later calls of [`Self::take`] go on from there.
    pub fn snapshot(&mut self, market: &Market, history: usize, ts_sent: i64) -> Option<String> {
        let (instrument, state) = market.get(self.id)?;
        let series = state.series(self.interval);
        (self.closed, self.forming) = (series.closed.total(), series.forming);
        let bars = series.newest(history);
        Some(bars_message(market.epoch(), ts_sent, instrument, self.interval, (true, 0), bars))
    }

    /// Each bar closed since, and the forming one if it changed.
    pub fn take(&mut self, market: &Market, ts_sent: i64) -> Option<String> {
        let (instrument, state) = market.get(self.id)?;
        let series = state.series(self.interval);
        let since = series.closed.since(self.closed);
        if since.items.len() == 0 && series.forming == self.forming {
            return None;
        }
        let missed = since.missed;
        let closed = since.items.map(|bar| (bar, true));
        let bars = closed.chain(series.forming.as_ref().map(|bar| (bar, false)));
        let message = bars_message(market.epoch(), ts_sent, instrument, self.interval, (false, missed), bars);
        (self.closed, self.forming) = (series.closed.total(), series.forming);
        Some(message)
    }
}

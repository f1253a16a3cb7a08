//! The model: a client that saw each tick.

use serde_json::Value;

use super::{KEPT, SYMBOLS};
use crate::fanout::{DepthCursor, TradesCursor};
use crate::market::sample::{opening_with_depth as opening, quote, trade};
use crate::market::{InstrumentId, Interval, Market, Tick, Timestamp};
use crate::wire::sample::outgoing;
use crate::wire::{EncodedMessage, Format, QuotesKind, QuotesMessage, SeriesHead, bars_message};

/// The state of a client that saw each tick.
pub struct Truth {
    pub market: Market,
    pub now_ms: i64,
    trades: [(TradesCursor, Vec<Value>); 3],
}

impl Truth {
    pub fn open(epoch: u64, symbols: &[&str]) -> Self {
        let market = Market::open(&opening(epoch, symbols), KEPT);
        let trades = [0, 1, 2].map(|id| (TradesCursor::new(InstrumentId(id), 0), Vec::new()));
        let mut truth = Self { market, now_ms: 0, trades };
        truth.read_trades();
        truth
    }

    pub fn apply(&mut self, tick: &Tick) {
        self.market.apply(tick);
        self.read_trades();
    }

    fn read_trades(&mut self) {
        for (cursor, trades) in &mut self.trades {
            while let Some(text) = cursor.take(&self.market, outgoing(usize::MAX)).and_then(EncodedMessage::into_text) {
                let message: Value = serde_json::from_str(&text).unwrap();
                trades.extend(message["trades"].as_array().unwrap().iter().cloned());
            }
        }
    }

    /// Applies a tick of a symbol, and returns it.
    pub fn tick(&mut self, symbol: usize, price: i64, apart_ms: i64) -> Tick {
        self.now_ms += apart_ms;
        let (id, ts) = (self.id(SYMBOLS[symbol]), Timestamp::from_millis(self.now_ms));
        let tick = match price % 3 {
            0 => quote(id, ts, Some(price), (price % 2 == 0).then_some(price + 2)),
            _ => trade(id, ts, price, price.unsigned_abs()),
        };
        self.apply(&tick);
        tick
    }

    pub fn id(&self, symbol: &str) -> InstrumentId {
        self.market.id(symbol).unwrap()
    }

    pub fn trades(&self, symbol: &str) -> &[Value] {
        &self.trades[self.id(symbol).index()].1
    }

    pub fn quote(&self, symbol: &str) -> Value {
        let (instrument, state) = self.market.get(self.id(symbol)).unwrap();
        let mut message = QuotesMessage::new(outgoing(usize::MAX), QuotesKind::Snapshot, 1);
        message.push(self.id(symbol), instrument, state, 0);
        serde_json::from_str::<Value>(&message.finish().into_text().unwrap()).unwrap()["quotes"][0].clone()
    }

    pub fn book(&self, symbol: &str) -> Value {
        let text = DepthCursor::new(self.id(symbol))
            .take(&self.market, outgoing(usize::MAX))
            .and_then(EncodedMessage::into_text);
        serde_json::from_str(&text.unwrap()).unwrap()
    }

    /// The closed bars, and the forming one.
    pub fn bars(&self, symbol: &str, interval: Interval) -> (Vec<Value>, Option<Value>) {
        let (instrument, state) = self.market.get(self.id(symbol)).unwrap();
        let series = state.series(interval);
        let closed = series.closed.iter().map(|bar| (bar, true));
        let bars = closed.chain(series.forming.map(|bar| (bar, false)));
        let head = SeriesHead {
            epoch: 1,
            ts_sent: 0,
            id: self.id(symbol),
            instrument,
            snapshot: false,
            max_bytes: usize::MAX,
        };
        let text = bars_message(Format::Json, head, interval, 0, bars).0.into_text();
        let message: Value = serde_json::from_str(&text.unwrap()).unwrap();
        let (closed, forming): (Vec<Value>, Vec<Value>) =
            message["bars"].as_array().unwrap().iter().cloned().partition(|bar| bar["closed"] == true);
        (closed, forming.into_iter().next())
    }
}

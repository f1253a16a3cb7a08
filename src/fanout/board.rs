//! The newest encoded update of each symbol at one tier, and what a reader has not sent yet.
//!
//! Each symbol is encoded once per beat, whatever the number of readers. A reader's update always covers
//! what follows its own last one, so one that skipped beats gets the newest state and ranges still meet.

use crate::market::{InstrumentId, Market};
use crate::wire::{EncodedQuote, QuotesFrame, QuotesKind, Text};

/// About the length of one encoded quote, to allocate a frame once.
const QUOTE_BYTES: usize = 230;

#[derive(Debug, Default)]
pub struct Board {
    epoch: u64,
    /// Counts beats within the epoch.
    beat: u64,
    ts_sent: i64,
    quotes: Vec<EncodedQuote>,
    /// The symbols of the last beat and the frame that carries just these: what a reader of all symbols
    /// that missed nothing sends.
    changed: Vec<InstrumentId>,
    shared: Text,
}

impl Board {
    /// A new epoch: nothing is encoded.
    pub fn open(&mut self, market: &Market) {
        let quotes = vec![EncodedQuote::default(); market.instruments().len()];
        *self = Self { epoch: market.epoch(), quotes, ..Self::default() };
    }

    /// Encodes the symbols that `due` names as they stand in `market`. `ts_sent` in microseconds since
    /// the epoch.
    pub fn encode(&mut self, due: impl Iterator<Item = InstrumentId>, market: &Market, ts_sent: i64) {
        self.beat += 1;
        self.ts_sent = ts_sent;
        self.changed.clear();
        self.changed.extend(due);
        let capacity = 100 + self.changed.len() * QUOTE_BYTES;
        let mut frame = QuotesFrame::new(QuotesKind::Update, self.epoch, ts_sent, capacity);
        for id in &self.changed {
            let (Some((instrument, state)), Some(quote)) = (market.get(*id), self.quotes.get_mut(id.index())) else {
                continue;
            };
            let first_seq = quote.seq() + 1;
            quote.encode(instrument, state);
            frame.push(quote, first_seq);
        }
        self.shared = frame.finish().into();
    }

    /// What the reader behind `cursor` has not sent yet, as one `update` message.
    pub fn take(&self, cursor: &mut QuotesCursor) -> Option<Text> {
        if cursor.epoch != self.epoch || cursor.beat == Some(self.beat) {
            return None;
        }
        let follows = cursor.level && cursor.beat.is_some_and(|beat| beat + 1 == self.beat);
        cursor.beat = Some(self.beat);
        if follows && cursor.wanted.len() == self.quotes.len() {
            return self.share(cursor);
        }
        self.assemble(cursor)
    }

    fn share(&self, cursor: &mut QuotesCursor) -> Option<Text> {
        for id in &self.changed {
            // With all symbols wanted, each stands at its own index.
            cursor.wanted[id.index()].sent = self.quotes[id.index()].seq();
        }
        (!self.changed.is_empty()).then(|| self.shared.clone())
    }

    fn assemble(&self, cursor: &mut QuotesCursor) -> Option<Text> {
        let capacity = 100 + cursor.wanted.len() * QUOTE_BYTES;
        let mut frame = None;
        cursor.level = true;
        for wanted in &mut cursor.wanted {
            let quote = &self.quotes[wanted.id.index()];
            if quote.seq() > wanted.sent {
                let new = || QuotesFrame::new(QuotesKind::Update, self.epoch, self.ts_sent, capacity);
                frame.get_or_insert_with(new).push(quote, wanted.sent + 1);
                wanted.sent = quote.seq();
            }
            // A snapshot may have run ahead of the board; then the shared frame's range would overlap.
            cursor.level &= wanted.sent == quote.seq();
        }
        frame.map(|frame| frame.finish().into())
    }
}

/// The symbols that one reader wants at one tier, and how far each was sent.
#[derive(Debug)]
pub struct QuotesCursor {
    epoch: u64,
    /// By instrument, ascending.
    wanted: Vec<Wanted>,
    beat: Option<u64>,
    /// At `beat`, all that is wanted had been sent just as far as the board stood.
    level: bool,
}

#[derive(Clone, Copy, Debug)]
struct Wanted {
    id: InstrumentId,
    sent: u64,
}

impl QuotesCursor {
    pub const fn new(epoch: u64) -> Self {
        Self { epoch, wanted: Vec::new(), beat: None, level: false }
    }

    pub const fn is_empty(&self) -> bool {
        self.wanted.is_empty()
    }

    /// Wants `id` from the tick after `sent` on; replaces what was said of it before.
    pub fn insert(&mut self, id: InstrumentId, sent: u64) {
        (self.beat, self.level) = (None, false);
        match self.wanted.binary_search_by_key(&id, |w| w.id) {
            Ok(at) => self.wanted[at].sent = sent,
            Err(at) => self.wanted.insert(at, Wanted { id, sent }),
        }
    }

    /// Wants `id` no longer; returns how far it was sent.
    pub fn remove(&mut self, id: InstrumentId) -> Option<u64> {
        let at = self.wanted.binary_search_by_key(&id, |w| w.id).ok()?;
        (self.beat, self.level) = (None, false);
        Some(self.wanted.remove(at).sent)
    }

    pub fn ids(&self) -> impl Iterator<Item = InstrumentId> {
        self.wanted.iter().map(|w| w.id)
    }

    pub fn contains(&self, id: InstrumentId) -> bool {
        self.wanted.binary_search_by_key(&id, |w| w.id).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::fanout::{Tier, grant};
    use crate::market::{MarketLimits, Price, Size, Tick, TickKind, Timestamp, Trade, sample};
    use proptest::prelude::*;
    use serde_json::Value;
    use std::time::Duration;

    const SYMBOLS: u32 = 4;

    fn market() -> Market {
        Market::open(&sample::opening(1, &["S0", "S1", "S2", "S3"]), MarketLimits::default())
    }

    fn trade(market: &mut Market, id: u32, price: i64) {
        let kind = TickKind::Trade(Trade { price: Price(price), size: Size(1), side: None });
        let ts = Timestamp::from_millis(market.ticks() as i64);
        market.apply(&Tick { instrument: InstrumentId(id), ts, kind });
    }

    /// A client that checks each range and keeps the newest state of each symbol.
    #[derive(Default)]
    struct Client {
        states: HashMap<String, Value>,
    }

    impl Client {
        fn hear(&mut self, text: &str) {
            let message: Value = serde_json::from_str(text).unwrap();
            for quote in message["quotes"].as_array().unwrap() {
                let symbol = quote["symbol"].as_str().unwrap().to_owned();
                let seen = self.states.get(&symbol).map_or(0, |state| state["seq"].as_u64().unwrap());
                assert_eq!(quote["first_seq"].as_u64().unwrap(), seen + 1, "{symbol}: ranges must meet");
                assert!(quote["seq"].as_u64().unwrap() > seen, "{symbol}: nothing new was sent");
                self.states.insert(symbol, quote.clone());
            }
        }
    }

    /// What a reader of everything at every tick would know.
    fn truth(market: &Market, id: InstrumentId) -> Value {
        let (instrument, state) = market.get(id).unwrap();
        let mut quote = EncodedQuote::default();
        quote.encode(instrument, state);
        let mut frame = QuotesFrame::new(QuotesKind::Snapshot, 1, 0, 0);
        frame.push(&quote, 1);
        serde_json::from_str::<Value>(&frame.finish()).unwrap()["quotes"][0].clone()
    }

    #[derive(Clone, Debug)]
    enum Step {
        Trade(u32, i64),
        /// The tier's clock goes on by so many milliseconds.
        Beat(u64),
        /// The reader comes to look; without this it skips beats.
        Take,
        Leave(u32),
        Join(u32),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            6 => (0..SYMBOLS, 1i64..1_000).prop_map(|(id, price)| Step::Trade(id, price)),
            3 => (1u64..400).prop_map(Step::Beat),
            3 => Just(Step::Take),
            1 => (0..SYMBOLS).prop_map(Step::Leave),
            1 => (0..SYMBOLS).prop_map(Step::Join),
        ]
    }

    proptest! {
        /// Whatever is skipped, left and joined again: ranges meet, and the end state is that of a client
        /// that saw each tick.
        #[test]
        fn a_conflated_client_ends_where_one_that_saw_each_tick_does(steps in proptest::collection::vec(step(), 1..200)) {
            let mut market = market();
            let mut board = Board::default();
            board.open(&market);
            let mut tier = Tier::new(grant(5.0).unwrap());
            tier.open(SYMBOLS as usize);
            let mut cursor = QuotesCursor::new(1);
            (0..SYMBOLS).for_each(|id| cursor.insert(InstrumentId(id), 0));
            let mut client = Client::default();
            let mut now = Duration::ZERO;
            for step in steps.into_iter().chain([Step::Beat(1_000), Step::Take]) {
                match step {
                    Step::Trade(id, price) => {
                        trade(&mut market, id, price);
                        tier.mark(InstrumentId(id), now);
                    }
                    Step::Beat(ms) => {
                        now += Duration::from_millis(ms);
                        if let Some(due) = tier.take(now) {
                            board.encode(due, &market, 0);
                        }
                    }
                    Step::Take => {
                        if let Some(text) = board.take(&mut cursor) {
                            client.hear(&text);
                        }
                    }
                    Step::Leave(id) => drop(cursor.remove(InstrumentId(id))),
                    Step::Join(id) => {
                        // A snapshot straight from the market, as `resync` sends it.
                        let state = truth(&market, InstrumentId(id));
                        cursor.insert(InstrumentId(id), state["seq"].as_u64().unwrap());
                        client.states.insert(format!("S{id}"), state);
                    }
                }
            }
            for id in cursor.ids() {
                let mut want = truth(&market, id);
                let got = client.states.get_mut(want["symbol"].as_str().unwrap());
                if let Some(got) = got {
                    (got["first_seq"], want["first_seq"]) = (Value::Null, Value::Null);
                    prop_assert_eq!(got, &want);
                } else {
                    prop_assert_eq!(&want["seq"], &Value::from(0), "a symbol with ticks was never sent");
                }
            }
        }
    }

    #[test]
    fn readers_of_everything_share_one_frame() {
        let mut market = market();
        let mut board = Board::default();
        board.open(&market);
        let mut readers = [QuotesCursor::new(1), QuotesCursor::new(1)];
        for cursor in &mut readers {
            (0..SYMBOLS).for_each(|id| cursor.insert(InstrumentId(id), 0));
        }
        let mut beat = |price| {
            trade(&mut market, 2, price);
            board.encode([InstrumentId(2)].into_iter(), &market, 0);
            readers.each_mut().map(|cursor| board.take(cursor).unwrap())
        };
        let joining = beat(10);
        assert_ne!(joining[0].as_ptr(), joining[1].as_ptr(), "a first frame is each reader's own");
        let level = beat(11);
        assert_eq!(level[0].as_ptr(), level[1].as_ptr());
        assert!(level[0].contains("\"first_seq\":2,\"seq\":2,"), "{}", level[0].as_str());
    }

    #[test]
    fn a_reader_of_another_epoch_gets_nothing() {
        let mut market = market();
        let mut board = Board::default();
        board.open(&market);
        trade(&mut market, 0, 10);
        board.encode([InstrumentId(0)].into_iter(), &market, 0);
        let mut stale = QuotesCursor::new(0);
        stale.insert(InstrumentId(0), 0);
        assert_eq!(board.take(&mut stale), None);
    }
}

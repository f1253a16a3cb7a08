//! The newest encoded update of each symbol at one tier in one format, and what a reader has not sent yet.
//!
//! Each symbol is encoded once per beat, whatever the number of readers. A reader's update always covers
//! what follows its own last one, so one that skipped beats gets the newest state and ranges still meet.

use super::cursors::QuotesCursor;
use crate::market::{InstrumentId, Market};
use crate::wire::{Frame, QuoteEncoding, QuotesKind};

/// Symbols in one message: a large market comes in several, so that no message is large.
pub const FRAME_SYMBOLS: usize = if cfg!(test) { 3 } else { 500 };

#[derive(Debug, Default)]
pub struct QuoteCache<Q> {
    epoch: u64,
    /// Counts beats within the epoch.
    beat: u64,
    ts_sent: i64,
    /// Empty until the first beat of an epoch: most caches have no listener.
    quotes: Vec<Q>,
    /// The symbols of the last beat and the frame that carries just these: what a reader of all symbols
    /// that missed nothing sends.
    changed: Vec<InstrumentId>,
    shared: Frame,
}

impl<Q: QuoteEncoding> QuoteCache<Q> {
    /// A new epoch: nothing is encoded.
    pub fn open(&mut self, market: &Market) {
        *self = Self { epoch: market.epoch(), ..Self::default() };
    }

    /// Encodes the symbols that `due` names as they stand in `market`. `ts_sent` in microseconds since
    /// the epoch.
    pub fn encode(&mut self, due: &[InstrumentId], market: &Market, ts_sent: i64) {
        self.quotes.resize(market.instruments().len(), Q::default());
        self.beat += 1;
        self.ts_sent = ts_sent;
        self.changed.clear();
        let is_newer = |id: &InstrumentId| {
            let (quote, state) = (self.quotes.get(id.index()), market.get(*id));
            quote.zip(state).is_some_and(|(quote, (_, state))| state.seq > quote.seq())
        };
        self.changed.extend(due.iter().copied().filter(is_newer));
        let capacity = 100 + self.changed.len() * Q::BYTES;
        let mut frame = Q::begin(QuotesKind::Update, self.epoch, ts_sent, capacity);
        for id in &self.changed {
            let (Some((instrument, state)), Some(quote)) = (market.get(*id), self.quotes.get_mut(id.index())) else {
                continue;
            };
            let first_seq = quote.seq() + 1;
            quote.renew(*id, instrument, state);
            quote.add_to(&mut frame, first_seq);
        }
        self.shared = Q::finish(frame);
    }

    /// What the reader behind `cursor` has not sent yet, as one `update` message of at most
    /// [`FRAME_SYMBOLS`]. To be called until there is none.
    pub fn take(&self, cursor: &mut QuotesCursor) -> Option<Frame> {
        if cursor.epoch != self.epoch || self.quotes.is_empty() || cursor.beat == Some(self.beat) {
            return None;
        }
        let follows = cursor.level && cursor.at == 0 && cursor.beat.is_some_and(|beat| beat + 1 == self.beat);
        if follows && cursor.wanted.len() == self.quotes.len() && self.changed.len() <= FRAME_SYMBOLS {
            return self.share(cursor);
        }
        self.assemble(cursor)
    }

    fn share(&self, cursor: &mut QuotesCursor) -> Option<Frame> {
        cursor.beat = Some(self.beat);
        for id in &self.changed {
            // With all symbols wanted, each stands at its own index.
            cursor.wanted[id.index()].1 = self.quotes[id.index()].seq();
        }
        (!self.changed.is_empty()).then(|| self.shared.clone())
    }

    fn assemble(&self, cursor: &mut QuotesCursor) -> Option<Frame> {
        if cursor.pass != Some(self.beat) {
            // What an unfinished look has sent needs no second one, but the cache has moved on since.
            (cursor.pass, cursor.whole) = (Some(self.beat), cursor.at == 0);
            cursor.level = cursor.whole;
        }
        let mut frame = None;
        let mut symbols = 0;
        let room = cursor.room();
        while let Some((id, sent)) = cursor.wanted.get_mut(cursor.at) {
            let quote = &self.quotes[id.index()];
            if quote.seq() > *sent {
                if symbols == FRAME_SYMBOLS {
                    break;
                }
                symbols += 1;
                let new = || Q::begin(QuotesKind::Update, self.epoch, self.ts_sent, room);
                quote.add_to(frame.get_or_insert_with(new), *sent + 1);
                *sent = quote.seq();
            }
            // A snapshot may have run ahead of the cache; then the shared frame's range would overlap.
            cursor.level &= *sent == quote.seq();
            cursor.at += 1;
        }
        if cursor.at == cursor.wanted.len() {
            // A look that began at an older beat has not seen what changed behind it.
            (cursor.at, cursor.beat) = (0, cursor.whole.then_some(self.beat));
            cursor.pass = cursor.beat;
        }
        frame.map(Q::finish).inspect(|frame| cursor.bytes = frame.byte_len())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::fanout::{Tier, grant};
    use crate::market::{Instrument, MarketLimits, Price, Size, Tick, TickKind, Timestamp, Trade, sample};
    use crate::wire::{BinaryQuote, Decoder, EncodedQuote, QuotesFrame};
    use proptest::prelude::*;
    use serde_json::Value;
    use std::sync::Arc;
    use std::time::Duration;

    /// More than two messages hold.
    const SYMBOLS: u32 = 8;

    fn market() -> Market {
        Market::open(&sample::opening(1, &["S0", "S1", "S2", "S3", "S4", "S5", "S6", "S7"]), MarketLimits::default())
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

    /// A client of one format, and the cache that serves it.
    struct Reader<'a, Q> {
        cache: QuoteCache<Q>,
        cursor: QuotesCursor,
        decoder: Decoder<'a>,
        client: Client,
    }

    impl<'a, Q: QuoteEncoding> Reader<'a, Q> {
        fn new(market: &Market, instruments: &'a [Instrument]) -> Self {
            let mut cache = QuoteCache::default();
            cache.open(market);
            let mut cursor = QuotesCursor::new(1);
            cursor.extend((0..SYMBOLS).map(|id| (InstrumentId(id), 0)));
            Self { cache, cursor, decoder: Decoder::new(instruments), client: Client::default() }
        }

        fn text(&mut self, frame: Frame) -> String {
            match frame {
                Frame::Text(text) => text.to_string(),
                Frame::Binary(bytes) => self.decoder.json(&bytes).expect("a whole frame"),
            }
        }

        fn take(&mut self) {
            if let Some(frame) = self.cache.take(&mut self.cursor) {
                let text = self.text(frame);
                self.client.hear(&text);
            }
        }

        /// A snapshot straight from the market, as `resync` sends it.
        fn join(&mut self, market: &Market, id: InstrumentId) {
            let (instrument, state) = market.get(id).unwrap();
            let mut quote = Q::default();
            quote.renew(id, instrument, state);
            let mut frame = Q::begin(QuotesKind::Snapshot, 1, 0, 0);
            quote.add_to(&mut frame, 1);
            let text = self.text(Q::finish(frame));
            let snapshot: Value = serde_json::from_str(&text).unwrap();
            self.cursor.remove(&[id]);
            self.cursor.extend([(id, state.seq)]);
            self.client.states.insert(instrument.symbol.clone(), snapshot["quotes"][0].clone());
        }

        fn check(&mut self, market: &Market) {
            for (id, _) in self.cursor.iter() {
                let mut want = truth(market, id);
                let got = self.client.states.get_mut(want["symbol"].as_str().unwrap());
                if let Some(got) = got {
                    (got["first_seq"], want["first_seq"]) = (Value::Null, Value::Null);
                    assert_eq!(got, &want);
                } else {
                    assert_eq!(&want["seq"], &Value::from(0), "a symbol with ticks was never sent");
                }
            }
        }
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
        /// that saw each tick. In either format.
        #[test]
        fn a_conflated_client_ends_where_one_that_saw_each_tick_does(steps in proptest::collection::vec(step(), 1..200)) {
            let mut market = market();
            let instruments = Arc::clone(market.instruments());
            let mut json = Reader::<EncodedQuote>::new(&market, &instruments);
            let mut binary = Reader::<BinaryQuote>::new(&market, &instruments);
            let mut tier = Tier::new(grant(5.0).unwrap(), None);
            tier.open(SYMBOLS as usize);
            let mut now = Duration::ZERO;
            for step in steps.into_iter().chain([Step::Beat(1_000), Step::Take, Step::Take, Step::Take]) {
                match step {
                    Step::Trade(id, price) => {
                        trade(&mut market, id, price);
                        tier.mark(InstrumentId(id), now);
                    }
                    Step::Beat(ms) => {
                        now += Duration::from_millis(ms);
                        if let Some((_, due)) = tier.take(now) {
                            let due: Vec<_> = due.collect();
                            json.cache.encode(&due, &market, 0);
                            binary.cache.encode(&due, &market, 0);
                        }
                    }
                    Step::Take => {
                        json.take();
                        binary.take();
                    }
                    Step::Leave(id) => {
                        json.cursor.remove(&[InstrumentId(id)]);
                        binary.cursor.remove(&[InstrumentId(id)]);
                    }
                    Step::Join(id) => {
                        json.join(&market, InstrumentId(id));
                        binary.join(&market, InstrumentId(id));
                    }
                }
            }
            json.check(&market);
            binary.check(&market);
        }
    }

    #[test]
    fn readers_of_everything_share_one_frame() {
        let mut market = market();
        let mut cache = QuoteCache::<EncodedQuote>::default();
        cache.open(&market);
        let mut readers = [QuotesCursor::new(1), QuotesCursor::new(1)];
        for cursor in &mut readers {
            cursor.extend((0..SYMBOLS).map(|id| (InstrumentId(id), 0)));
        }
        let mut beat = |price| {
            trade(&mut market, 2, price);
            cache.encode(&[InstrumentId(2)], &market, 0);
            readers.each_mut().map(|cursor| cache.take(cursor).and_then(Frame::into_text).unwrap())
        };
        let joining = beat(10);
        assert_ne!(joining[0].as_ptr(), joining[1].as_ptr(), "a first frame is each reader's own");
        let level = beat(11);
        assert_eq!(level[0].as_ptr(), level[1].as_ptr());
        assert!(level[0].contains("\"first_seq\":2,\"seq\":2,"), "{}", level[0].as_str());
    }

    #[test]
    fn a_large_market_comes_in_several_messages_that_meet() {
        let symbols: Vec<String> = (0..8).map(|n| format!("S{n}")).collect();
        let symbols: Vec<&str> = symbols.iter().map(String::as_str).collect();
        let mut market = Market::open(&sample::opening(1, &symbols), MarketLimits::default());
        let mut cache = QuoteCache::<EncodedQuote>::default();
        cache.open(&market);
        let mut cursor = QuotesCursor::new(1);
        cursor.extend((0..8).map(|id| (InstrumentId(id), 0)));
        let mut client = Client::default();
        let all: Vec<InstrumentId> = (0..8).map(InstrumentId).collect();
        for price in 1..4 {
            (0..8).for_each(|id| trade(&mut market, id, price));
            cache.encode(&all, &market, 0);
            let mut messages = 0;
            while let Some(text) = cache.take(&mut cursor).and_then(Frame::into_text) {
                client.hear(&text);
                messages += 1;
                if messages == 2 && price == 2 {
                    // The cache moves on in the middle of a look.
                    (0..8).for_each(|id| trade(&mut market, id, 9));
                    cache.encode(&all, &market, 0);
                }
            }
            assert!((3..=5).contains(&messages), "{messages}");
        }
        assert!(client.states.values().all(|state| state["last"] == 0.03 && state["seq"] == 4));
    }

    #[test]
    fn a_reader_of_another_epoch_gets_nothing() {
        let mut market = market();
        let mut cache = QuoteCache::<EncodedQuote>::default();
        cache.open(&market);
        trade(&mut market, 0, 10);
        cache.encode(&[InstrumentId(0)], &market, 0);
        let mut stale = QuotesCursor::new(0);
        stale.extend([(InstrumentId(0), 0)]);
        assert_eq!(cache.take(&mut stale), None);
    }
}

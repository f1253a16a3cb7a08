//! Readers of a cache, in both formats.

use std::collections::HashMap;

use super::*;
use crate::fanout::{Tier, grant};
use crate::market::{Instrument, MarketLimits, Price, Size, Tick, TickKind, Timestamp, Trade, sample};
use crate::wire::sample::outgoing;
use crate::wire::{Decoder, QuotesMessage};
use proptest::prelude::*;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// The most bytes that a message of one symbol has in these tests.
const ONE_QUOTE: usize = 400;
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
    fn receive(&mut self, text: &str) {
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

/// The state of a client that gets every tick.
fn truth(market: &Market, id: InstrumentId) -> Value {
    let (instrument, state) = market.get(id).unwrap();
    let mut message = QuotesMessage::new(outgoing(usize::MAX), QuotesKind::Snapshot, 1);
    message.push(id, instrument, state, 1);
    serde_json::from_str::<Value>(&message.finish().into_text().unwrap()).unwrap()["quotes"][0].clone()
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

    fn text(&mut self, message: EncodedMessage) -> String {
        match message {
            EncodedMessage::Binary(bytes) => self.decoder.json(&bytes).expect("a whole frame"),
            text => text.into_text().map(|text| text.to_string()).unwrap_or_default(),
        }
    }

    fn take(&mut self, max_bytes: usize) {
        if let Some(frame) = self.cache.take(&mut self.cursor, max_bytes) {
            assert!(frame.byte_len() <= max_bytes.max(ONE_QUOTE), "{} bytes", frame.byte_len());
            let text = self.text(frame);
            self.client.receive(&text);
        }
    }

    /// A snapshot straight from the market, as `resync` sends it.
    fn join(&mut self, market: &Market, id: InstrumentId) {
        let (instrument, state) = market.get(id).unwrap();
        let mut quote = Q::default();
        quote.encode(id, instrument, state);
        let mut message = Q::begin(QuotesKind::Snapshot, 1, 0, 0);
        quote.add_to(&mut message, 1);
        let text = self.text(Q::finish(message));
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
    /// The clock moves on by some milliseconds, and the tier flushes if that is due.
    Flush(u64),
    /// The reader takes a message of at most so many bytes; otherwise it skips flushes.
    Take(usize),
    /// The caches have lost their last reader, and have one again.
    Clear,
    Leave(u32),
    Join(u32),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..SYMBOLS, 1i64..1_000).prop_map(|(id, price)| Step::Trade(id, price)),
        3 => (1u64..400).prop_map(Step::Flush),
        3 => prop_oneof![Just(1), Just(500), Just(MESSAGE_BYTES)].prop_map(Step::Take),
        1 => Just(Step::Clear),
        1 => (0..SYMBOLS).prop_map(Step::Leave),
        1 => (0..SYMBOLS).prop_map(Step::Join),
    ]
}

proptest! {
    /// Whatever is skipped, left and joined again: ranges meet, and the end state is that of a client
    /// that saw each tick. In either format.
    #[test]
    fn conflated_client_ends_in_the_state_of_every_tick(steps in proptest::collection::vec(step(), 1..200)) {
        let mut market = market();
        let instruments = Arc::clone(market.instruments());
        let mut json = Reader::<JsonQuote>::new(&market, &instruments);
        let mut binary = Reader::<BinaryQuote>::new(&market, &instruments);
        let mut tier = Tier::new(grant(5.0).unwrap(), None);
        tier.open(SYMBOLS as usize);
        let mut now = Duration::ZERO;
        // Up to three messages take the rest of a look, and three the next one.
        let last = std::iter::repeat_n(Step::Take(MESSAGE_BYTES), 6);
        for step in steps.into_iter().chain([Step::Flush(1_000)]).chain(last) {
            match step {
                Step::Trade(id, price) => {
                    trade(&mut market, id, price);
                    tier.mark(InstrumentId(id), now);
                }
                Step::Flush(ms) => {
                    now += Duration::from_millis(ms);
                    if let Some((_, due)) = tier.flush(now) {
                        let due: Vec<_> = due.collect();
                        json.cache.encode(&due, &market, 0);
                        binary.cache.encode(&due, &market, 0);
                    }
                }
                Step::Take(max_bytes) => {
                    json.take(max_bytes);
                    binary.take(max_bytes);
                }
                Step::Clear => {
                    json.cache.clear();
                    binary.cache.clear();
                    tier.mark_all(now);
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
fn readers_of_all_symbols_share_one_message() {
    let mut market = market();
    let mut cache = QuoteCache::<JsonQuote>::default();
    cache.open(&market);
    let mut readers = [QuotesCursor::new(1), QuotesCursor::new(1)];
    for cursor in &mut readers {
        cursor.extend((0..SYMBOLS).map(|id| (InstrumentId(id), 0)));
    }
    let mut flush = |price| {
        trade(&mut market, 2, price);
        cache.encode(&[InstrumentId(2)], &market, 0);
        readers.each_mut().map(|cursor| cache.take(cursor, MESSAGE_BYTES).and_then(EncodedMessage::into_text).unwrap())
    };
    let joining = flush(10);
    assert_ne!(joining[0].as_ptr(), joining[1].as_ptr(), "a first frame is each reader's own");
    let level = flush(11);
    assert_eq!(level[0].as_ptr(), level[1].as_ptr());
    assert!(level[0].contains("\"first_seq\":2,\"seq\":2,"), "{}", level[0].as_str());
}

#[test]
fn parts_of_a_large_message_are_shared_too() {
    let mut market = market();
    let mut cache = QuoteCache::<JsonQuote>::default();
    cache.open(&market);
    let all: Vec<InstrumentId> = (0..SYMBOLS).map(InstrumentId).collect();
    let mut readers = [0; 3].map(|_| QuotesCursor::new(1));
    readers.iter_mut().for_each(|cursor| cursor.extend(all.iter().map(|id| (*id, 0))));
    let mut clients = [0; 3].map(|_| Client::default());
    for price in 1..4 {
        (0..SYMBOLS).for_each(|id| trade(&mut market, id, price));
        cache.encode(&all, &market, 0);
        // The last reader takes short messages only, and one of each flush in the end.
        let taken = [MESSAGE_BYTES, MESSAGE_BYTES, 500];
        let mut parts = [0; 3].map(|_| Vec::new());
        for (n, max_bytes) in taken.into_iter().enumerate() {
            let take = || cache.take(&mut readers[n], max_bytes).and_then(EncodedMessage::into_text);
            for text in std::iter::from_fn(take) {
                clients[n].receive(&text);
                parts[n].push(text);
            }
        }
        let [first, second, short] = parts;
        assert!(short.iter().all(|text| text.len() <= 700) && short.len() > first.len());
        let is_shared = first.iter().zip(&second).map(|(a, b)| a.as_ptr() == b.as_ptr()).collect::<Vec<_>>();
        assert_eq!(is_shared, [price > 1; 3]);
    }
    assert!(clients.iter().all(|client| client.states.values().all(|state| state["seq"] == 3)));
}

#[test]
fn message_of_long_symbols_keeps_to_its_bytes() {
    let symbols: Vec<String> = (0..SYMBOLS).map(|n| format!("{n}{}", "x".repeat(MESSAGE_BYTES / 2))).collect();
    let symbols: Vec<&str> = symbols.iter().map(String::as_str).collect();
    let mut market = Market::open(&sample::opening(1, &symbols), MarketLimits::default());
    let mut cache = QuoteCache::<JsonQuote>::default();
    cache.open(&market);
    let all: Vec<InstrumentId> = (0..SYMBOLS).map(InstrumentId).collect();
    let mut cursor = QuotesCursor::new(1);
    cursor.extend(all.iter().map(|id| (*id, 0)));
    for price in 1..4 {
        (0..SYMBOLS).for_each(|id| trade(&mut market, id, price));
        cache.encode(&all, &market, 0);
        let take = || cache.take(&mut cursor, MESSAGE_BYTES).map(|message| message.byte_len());
        let lengths: Vec<_> = std::iter::from_fn(take).collect();
        assert!(lengths.len() == SYMBOLS as usize && lengths.iter().all(|len| *len <= MESSAGE_BYTES), "{lengths:?}");
    }
}

#[test]
fn large_market_comes_in_several_messages_that_meet() {
    let symbols: Vec<String> = (0..8).map(|n| format!("S{n}")).collect();
    let symbols: Vec<&str> = symbols.iter().map(String::as_str).collect();
    let mut market = Market::open(&sample::opening(1, &symbols), MarketLimits::default());
    let mut cache = QuoteCache::<JsonQuote>::default();
    cache.open(&market);
    let mut cursor = QuotesCursor::new(1);
    cursor.extend((0..8).map(|id| (InstrumentId(id), 0)));
    let mut client = Client::default();
    let all: Vec<InstrumentId> = (0..8).map(InstrumentId).collect();
    for price in 1..4 {
        (0..8).for_each(|id| trade(&mut market, id, price));
        cache.encode(&all, &market, 0);
        let mut messages = 0;
        while let Some(text) = cache.take(&mut cursor, MESSAGE_BYTES).and_then(EncodedMessage::into_text) {
            client.receive(&text);
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
fn reader_of_another_epoch_gets_nothing() {
    let mut market = market();
    let mut cache = QuoteCache::<JsonQuote>::default();
    cache.open(&market);
    trade(&mut market, 0, 10);
    cache.encode(&[InstrumentId(0)], &market, 0);
    let mut stale = QuotesCursor::new(0);
    stale.extend([(InstrumentId(0), 0)]);
    assert_eq!(cache.take(&mut stale, MESSAGE_BYTES), None);
}

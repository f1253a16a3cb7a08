//! Readers of different speeds, in both formats.

use super::*;
use crate::market::{MarketLimits, Price, Size, Tick, TickKind, Timestamp, Trade, sample};
use crate::wire::Decoder;
use serde_json::Value;

const LIMIT: usize = 20;

struct Fixture<Q: QuoteEncoding> {
    market: Market,
    log: TickLog<Q>,
    now: Duration,
}

impl<Q: QuoteEncoding> Fixture<Q> {
    fn new() -> Self {
        let market = Market::open(&sample::opening(1, &["A", "B", "C"]), MarketLimits::default());
        let mut log = TickLog::new(LIMIT);
        log.open(&market);
        Self { market, log, now: Duration::ZERO }
    }

    /// A batch of trades of these instruments, after some milliseconds.
    fn trade(&mut self, ids: &[u32], after_ms: u64) {
        self.now += Duration::from_millis(after_ms);
        self.log.begin(ids.len(), self.now, i64::try_from(self.now.as_micros()).unwrap());
        for id in ids {
            let ts = Timestamp::from_millis(self.market.ticks() as i64);
            let price = Price(100 + self.market.ticks() as i64);
            let kind = TickKind::Trade(Trade { price, size: Size(1), side: None });
            self.market.apply(&Tick { instrument: InstrumentId(*id), ts, kind });
            self.log.push(InstrumentId(*id), &self.market);
        }
    }

    /// A reader of these instruments, in step with the market and at the end of the log.
    fn reader(&self, ids: &[u32]) -> QuotesCursor {
        let mut cursor = QuotesCursor::new(1);
        cursor.extend(ids.iter().map(|id| (InstrumentId(*id), self.seq(*id))));
        assert_eq!(
            self.log.take(&mut cursor, self.now, MESSAGE_BYTES),
            Taken::Lost,
            "a new reader has no position in the log"
        );
        cursor
    }

    fn seq(&self, id: u32) -> u64 {
        self.market.get(InstrumentId(id)).map_or(0, |(_, state)| state.seq)
    }

    /// Symbol, first seq and seq of each entry of the next message.
    fn take(&self, cursor: &mut QuotesCursor, decoder: &mut Decoder<'_>) -> Vec<(String, u64, u64)> {
        let text = match self.log.take(cursor, self.now, MESSAGE_BYTES) {
            Taken::Message(EncodedMessage::Binary(bytes)) => decoder.json(&bytes).expect("a whole message"),
            Taken::Message(text) => text.into_text().map(|text| text.to_string()).unwrap_or_default(),
            other => panic!("no message: {other:?}"),
        };
        let message: Value = serde_json::from_str(&text).unwrap();
        let number = |quote: &Value, name: &str| quote[name].as_u64().unwrap();
        let quotes = message["quotes"].as_array().unwrap().iter();
        let entry = |q: &Value| (q["symbol"].as_str().unwrap().into(), number(q, "first_seq"), number(q, "seq"));
        quotes.map(entry).collect()
    }
}

fn check_each_once<Q: QuoteEncoding>() {
    let mut fixture = Fixture::<Q>::new();
    let instruments = std::sync::Arc::clone(fixture.market.instruments());
    let mut decoder = Decoder::new(&instruments);
    let mut reader = fixture.reader(&[0, 2]);
    fixture.trade(&[0, 1, 0], 0);
    fixture.trade(&[2], 5);
    let entry = |symbol: &str, seq| (symbol.to_owned(), seq, seq);
    assert_eq!(fixture.take(&mut reader, &mut decoder), [entry("A", 1), entry("A", 2), entry("C", 1)]);
    assert_eq!(fixture.log.take(&mut reader, fixture.now, MESSAGE_BYTES), Taken::Nothing);
    fixture.trade(&[1, 2], 5);
    assert_eq!(fixture.take(&mut reader, &mut decoder), [entry("C", 2)]);
}

#[test]
fn tick_comes_once_and_by_itself() {
    check_each_once::<JsonQuote>();
    check_each_once::<BinaryQuote>();
}

#[test]
fn tick_of_a_snapshot_is_not_sent_again() {
    let mut fixture = Fixture::<JsonQuote>::new();
    let mut reader = fixture.reader(&[0]);
    fixture.trade(&[0, 0, 0], 0);
    reader.sent(InstrumentId(0), 2);
    assert_eq!(fixture.take(&mut reader, &mut Decoder::new(&[])), [("A".into(), 3, 3)]);
}

#[test]
fn many_ticks_come_in_several_messages() {
    let mut fixture = Fixture::<JsonQuote>::new();
    let mut reader = fixture.reader(&[0, 1, 2]);
    fixture.trade(&[0, 1, 2, 0, 1, 2, 0], 0);
    let mut decoder = Decoder::new(&[]);
    let messages = [0; 3].map(|_| (fixture.take(&mut reader, &mut decoder).len(), reader.is_through()));
    assert_eq!(messages, [(3, false), (3, false), (1, true)]);
}

#[test]
fn readers_of_all_symbols_share_one_message() {
    let mut fixture = Fixture::<JsonQuote>::new();
    let mut readers = [fixture.reader(&[0, 1, 2]), fixture.reader(&[0, 1, 2])];
    let mut take = |ids: &[u32]| {
        fixture.trade(ids, 1);
        readers.each_mut().map(|reader| match fixture.log.take(reader, fixture.now, MESSAGE_BYTES) {
            Taken::Message(message) => message.into_text().unwrap(),
            other => panic!("no message: {other:?}"),
        })
    };
    let own = take(&[0]);
    assert_ne!(own[0].as_ptr(), own[1].as_ptr(), "the first message is each reader's own");
    let shared = take(&[1, 0]);
    assert_eq!(shared[0].as_ptr(), shared[1].as_ptr());
    assert!(shared[0].contains("\"symbol\":\"A\",\"first_seq\":2,\"seq\":2,"), "{}", shared[0].as_str());
}

#[test]
fn parts_of_a_burst_are_shared_too() {
    let mut fixture = Fixture::<JsonQuote>::new();
    let mut readers = [fixture.reader(&[0, 1, 2]), fixture.reader(&[0, 1, 2])];
    let mut seqs = [0; 2].map(|_| Vec::new());
    for (round, ids) in [&[0][..], &[0, 1, 2, 0, 1, 2, 0], &[2]].into_iter().enumerate() {
        fixture.trade(ids, 1);
        let mut parts = [0; 2].map(|_| Vec::new());
        // One after the other, as sessions read.
        for (n, reader) in readers.iter_mut().enumerate() {
            while let Taken::Message(message) = fixture.log.take(reader, fixture.now, MESSAGE_BYTES) {
                let text = message.into_text().unwrap();
                let value: Value = serde_json::from_str(&text).unwrap();
                let quotes = value["quotes"].as_array().unwrap().iter();
                seqs[n].extend(quotes.map(|q| (q["symbol"].to_string(), q["seq"].as_u64().unwrap())));
                parts[n].push(text);
            }
            assert!(reader.is_through());
        }
        let [first, second] = parts;
        let is_shared = first.iter().zip(&second).map(|(a, b)| a.as_ptr() == b.as_ptr()).collect::<Vec<_>>();
        assert_eq!(is_shared, vec![round > 0; ids.len().div_ceil(3)]);
    }
    let want = ["A1", "A2", "B1", "C1", "A3", "B2", "C2", "A4", "C3"];
    for seqs in seqs {
        let got: Vec<_> = seqs.iter().map(|(symbol, seq)| format!("{}{seq}", symbol.trim_matches('"'))).collect();
        assert_eq!(got, want);
    }
}

#[test]
fn message_keeps_to_its_bytes() {
    let mut fixture = Fixture::<JsonQuote>::new();
    let mut reader = fixture.reader(&[0, 1]);
    fixture.trade(&[0, 1, 0, 1], 0);
    let mut lengths = Vec::new();
    while let Taken::Message(message) = fixture.log.take(&mut reader, fixture.now, 600) {
        lengths.push(message.byte_len());
    }
    assert!(lengths.len() == 2 && lengths.iter().all(|len| *len <= 600), "{lengths:?}");
}

#[test]
fn reader_that_cannot_go_on_is_lost() {
    let check = |why: &str, disturb: &dyn Fn(&mut Fixture<JsonQuote>)| {
        let mut fixture = Fixture::<JsonQuote>::new();
        let mut reader = fixture.reader(&[0]);
        fixture.trade(&[0], 0);
        disturb(&mut fixture);
        assert_eq!(fixture.log.take(&mut reader, fixture.now, MESSAGE_BYTES), Taken::Lost, "{why}");
        reader.sent(InstrumentId(0), fixture.seq(0));
        fixture.trade(&[1], 2_000);
        fixture.trade(&[0], 1);
        assert_eq!(fixture.take(&mut reader, &mut Decoder::new(&[])).len(), 1, "{why}; then it goes on");
    };
    check("it is late", &|fixture| fixture.now += Duration::from_millis(1_001));
    check("its tick is no longer kept", &|fixture| fixture.trade(&[0], 1_001));
    check("more ticks came than the log may hold", &|fixture| fixture.trade(&[0; LIMIT], 1));
    check("the log had no readers", &|fixture| fixture.log.clear());
}

#[test]
fn gap_ends_the_message_before_it() {
    let mut fixture = Fixture::<JsonQuote>::new();
    let mut reader = fixture.reader(&[0, 1]);
    reader.remove(&[InstrumentId(1)]);
    fixture.trade(&[0, 1, 1], 0);
    // It has the symbol again, without its first tick.
    reader.extend([(InstrumentId(1), 0)]);
    reader.sent(InstrumentId(1), 0);
    assert_eq!(fixture.take(&mut reader, &mut Decoder::new(&[])).len(), 3, "all ticks are kept");
    fixture.trade(&[0, 1], 0);
    reader.sent(InstrumentId(1), 1);
    assert_eq!(fixture.take(&mut reader, &mut Decoder::new(&[])), [("A".into(), 2, 2)]);
    assert_eq!(fixture.log.take(&mut reader, fixture.now, MESSAGE_BYTES), Taken::Lost);
}

#[test]
fn memory_is_bounded_at_any_speed() {
    let mut fixture = Fixture::<JsonQuote>::new();
    for after_ms in [0, 0, 0, 10, 10, 500, 990, 1, 2] {
        fixture.trade(&[0, 1, 2, 0, 1, 2, 0, 1], after_ms);
        assert!(fixture.log.len() <= LIMIT, "{}", fixture.log.len());
    }
}

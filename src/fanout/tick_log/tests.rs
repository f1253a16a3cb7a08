//! Ticks one by one, as readers of different speed get them.

use super::*;
use crate::market::{MarketLimits, Price, Size, Tick, TickKind, Timestamp, Trade, sample};
use crate::wire::{BinaryQuote, Decoder, EncodedQuote};
use serde_json::Value;

const LIMIT: usize = 20;

struct Stage<Q: QuoteEncoding> {
    market: Market,
    log: TickLog<Q>,
    now: Duration,
}

impl<Q: QuoteEncoding> Stage<Q> {
    fn new() -> Self {
        let market = Market::open(&sample::opening(1, &["A", "B", "C"]), MarketLimits::default());
        let mut log = TickLog::new(LIMIT);
        log.open(&market);
        Self { market, log, now: Duration::ZERO }
    }

    /// Trades of these instruments, heard together after so many milliseconds.
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

    /// A reader of these who has what the market has now, and stands at the end of the log.
    fn reader(&self, ids: &[u32]) -> QuotesCursor {
        let mut cursor = QuotesCursor::new(1);
        cursor.extend(ids.iter().map(|id| (InstrumentId(*id), self.seq(*id))));
        assert_eq!(self.log.take(&mut cursor, self.now), Taken::Lost, "who comes new is at no place in the log");
        cursor
    }

    fn seq(&self, id: u32) -> u64 {
        self.market.get(InstrumentId(id)).map_or(0, |(_, state)| state.seq)
    }

    /// Symbol, first seq and seq of each entry of the next message.
    fn take(&self, cursor: &mut QuotesCursor, decoder: &mut Decoder<'_>) -> Vec<(String, u64, u64)> {
        let text = match self.log.take(cursor, self.now) {
            Taken::Frame(Frame::Text(text)) => text.to_string(),
            Taken::Frame(Frame::Binary(bytes)) => decoder.json(&bytes).expect("a whole frame"),
            other => panic!("no frame: {other:?}"),
        };
        let message: Value = serde_json::from_str(&text).unwrap();
        let number = |quote: &Value, name: &str| quote[name].as_u64().unwrap();
        let quotes = message["quotes"].as_array().unwrap().iter();
        let entry = |q: &Value| (q["symbol"].as_str().unwrap().into(), number(q, "first_seq"), number(q, "seq"));
        quotes.map(entry).collect()
    }
}

fn each_once<Q: QuoteEncoding>() {
    let mut stage = Stage::<Q>::new();
    let instruments = std::sync::Arc::clone(stage.market.instruments());
    let mut decoder = Decoder::new(&instruments);
    let mut reader = stage.reader(&[0, 2]);
    stage.trade(&[0, 1, 0], 0);
    stage.trade(&[2], 5);
    let entry = |symbol: &str, seq| (symbol.to_owned(), seq, seq);
    assert_eq!(stage.take(&mut reader, &mut decoder), [entry("A", 1), entry("A", 2), entry("C", 1)]);
    assert_eq!(stage.log.take(&mut reader, stage.now), Taken::Nothing);
    stage.trade(&[1, 2], 5);
    assert_eq!(stage.take(&mut reader, &mut decoder), [entry("C", 2)]);
}

#[test]
fn each_tick_comes_once_and_by_itself() {
    each_once::<EncodedQuote>();
    each_once::<BinaryQuote>();
}

#[test]
fn a_snapshot_in_between_is_not_told_again() {
    let mut stage = Stage::<EncodedQuote>::new();
    let mut reader = stage.reader(&[0]);
    stage.trade(&[0, 0, 0], 0);
    reader.sent(InstrumentId(0), 2);
    assert_eq!(stage.take(&mut reader, &mut Decoder::new(&[])), [("A".into(), 3, 3)]);
}

#[test]
fn many_ticks_come_in_several_messages() {
    let mut stage = Stage::<EncodedQuote>::new();
    let mut reader = stage.reader(&[0, 1, 2]);
    stage.trade(&[0, 1, 2, 0, 1, 2, 0], 0);
    let mut decoder = Decoder::new(&[]);
    let messages = [0; 3].map(|_| (stage.take(&mut reader, &mut decoder).len(), reader.is_through()));
    assert_eq!(messages, [(3, false), (3, false), (1, true)]);
}

#[test]
fn readers_of_everything_share_one_frame() {
    let mut stage = Stage::<EncodedQuote>::new();
    let mut readers = [stage.reader(&[0, 1, 2]), stage.reader(&[0, 1, 2])];
    let mut take = |ids: &[u32]| {
        stage.trade(ids, 1);
        readers.each_mut().map(|reader| match stage.log.take(reader, stage.now) {
            Taken::Frame(frame) => frame.into_text().unwrap(),
            other => panic!("no frame: {other:?}"),
        })
    };
    let own = take(&[0]);
    assert_ne!(own[0].as_ptr(), own[1].as_ptr(), "a first frame is each reader's own");
    let shared = take(&[1, 0]);
    assert_eq!(shared[0].as_ptr(), shared[1].as_ptr());
    assert!(shared[0].contains("\"symbol\":\"A\",\"first_seq\":2,\"seq\":2,"), "{}", shared[0].as_str());
}

#[test]
fn who_cannot_go_on_is_told() {
    let check = |why: &str, disturb: &dyn Fn(&mut Stage<EncodedQuote>)| {
        let mut stage = Stage::<EncodedQuote>::new();
        let mut reader = stage.reader(&[0]);
        stage.trade(&[0], 0);
        disturb(&mut stage);
        assert_eq!(stage.log.take(&mut reader, stage.now), Taken::Lost, "{why}");
        reader.sent(InstrumentId(0), stage.seq(0));
        stage.trade(&[1], 2_000);
        stage.trade(&[0], 1);
        assert_eq!(stage.take(&mut reader, &mut Decoder::new(&[])).len(), 1, "{why}: and then goes on");
    };
    check("it comes late", &|stage| stage.now += Duration::from_millis(1_001));
    check("it comes later than others are kept", &|stage| stage.trade(&[0], 1_001));
    check("more came than the log may hold", &|stage| stage.trade(&[0; LIMIT], 1));
    check("nobody listened meanwhile", &|stage| stage.log.forget());
}

#[test]
fn a_hole_is_told_after_what_came_before_it() {
    let mut stage = Stage::<EncodedQuote>::new();
    let mut reader = stage.reader(&[0, 1]);
    reader.remove(&[InstrumentId(1)]);
    stage.trade(&[0, 1, 1], 0);
    // Wants it again, and has not been sent its first tick.
    reader.extend([(InstrumentId(1), 0)]);
    reader.sent(InstrumentId(1), 0);
    assert_eq!(stage.take(&mut reader, &mut Decoder::new(&[])).len(), 3, "all are still here");
    stage.trade(&[0, 1], 0);
    reader.sent(InstrumentId(1), 1);
    assert_eq!(stage.take(&mut reader, &mut Decoder::new(&[])), [("A".into(), 2, 2)]);
    assert_eq!(stage.log.take(&mut reader, stage.now), Taken::Lost);
}

#[test]
fn memory_is_bounded_at_any_speed() {
    let mut stage = Stage::<EncodedQuote>::new();
    for after_ms in [0, 0, 0, 10, 10, 500, 990, 1, 2] {
        stage.trade(&[0, 1, 2, 0, 1, 2, 0, 1], after_ms);
        assert!(stage.log.len() <= LIMIT, "{}", stage.log.len());
    }
}

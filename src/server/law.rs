//! The law of the stream: whatever a client asks for, skips, loses and comes back to, it ends where one that
//! saw each tick does.
//!
//! Sessions run over an in-memory socket in paused time, with the real publisher. The client asserts while
//! it reads that ranges of quotes and books meet, that trades are numbered without a hole but for the skips that were told, and
//! that no closed bar changes, in whichever format it asked for, also when it asks for the other in the middle;
//! at the end its quotes, bars, trades and books are compared with a market to which
//! each tick was applied by hand.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::io::DuplexStream;
use tokio::time::{Instant, sleep, timeout_at};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::guests::Guests;
use super::metrics::Metrics;
use super::patience::Patient;
use super::remote::Remote;
use super::session::{self, SessionLimits};
use super::socket::Socket;
use super::subscriptions::SubscriptionLimits;
use crate::bus::Bus;
use crate::fanout::{DEFAULT_TICKS, DepthCursor, LiveMarket, Publisher, TradesCursor};
use crate::market::sample::{opening_with_depth as opening, quote, trade};
use crate::market::{Event, Instrument, InstrumentId, Interval, Market, MarketLimits, Tick, Timestamp};
use crate::wire::{Decoder, EncodedQuote, Format, Frame, QuotesFrame, QuotesKind, bars_message};

const SYMBOLS: [&str; 3] = ["A", "B", "C"];
/// All bars are kept; the tape is so short that a slow client is told of skips.
const KEPT: MarketLimits = MarketLimits { bars: 2_000, trades: 12, happenings: 10 };
const LIMITS: SessionLimits = SessionLimits {
    message_bytes: 64 * 1_024,
    messages_per_second: 100_000,
    subscriptions: SubscriptionLimits { count: 100, history: 100_000 },
    commands: 32,
    bars: 2_000,
    control: true,
    stall: Duration::from_secs(20),
};
/// The slowest rate has a beat in two seconds; after that nothing waits.
const SETTLE: Duration = Duration::from_secs(6);
/// More than any case here has.
const WHOLE: usize = 1_000;
const CASES: u32 = 128;

/// Quotes, bars of two intervals, trades, and books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Stream {
    Quotes,
    Seconds,
    Minutes,
    Trades,
    Depth,
}

const STREAMS: [Stream; 5] = [Stream::Quotes, Stream::Seconds, Stream::Minutes, Stream::Trades, Stream::Depth];

impl Stream {
    const fn interval(self) -> Option<Interval> {
        match self {
            Self::Seconds => Some(Interval::S1),
            Self::Minutes => Some(Interval::M1),
            Self::Quotes | Self::Trades | Self::Depth => None,
        }
    }

    fn name(self, message: &mut Value) {
        let channel = match self {
            Self::Quotes => "quotes",
            Self::Trades => "trades",
            Self::Depth => "depth",
            Self::Seconds | Self::Minutes => "bars",
        };
        message["channel"] = channel.into();
        if let Some(interval) = self.interval() {
            message["interval"] = interval.label().into();
        }
    }
}

type Key = (Stream, &'static str);

#[derive(Clone, Debug)]
enum Step {
    /// So many ticks of a symbol, each some milliseconds of market time after the one before.
    Ticks {
        symbol: usize,
        prices: Vec<i64>,
        apart_ms: i64,
    },
    /// A tick that comes after its bar has closed.
    LateTick {
        symbol: usize,
        price: i64,
    },
    /// Market time goes on without a tick.
    Clock {
        ms: i64,
    },
    /// The feed begins anew, with the symbols in another order.
    NewEpoch {
        turn: usize,
    },
    Read {
        ms: u64,
    },
    /// The client does not read: at first the socket takes what comes, then beats are skipped.
    Stall {
        ms: u64,
    },
    Subscribe {
        stream: Stream,
        mask: usize,
        rate: f64,
        history: usize,
    },
    Rate {
        stream: Stream,
        mask: usize,
        rate: f64,
    },
    Unsubscribe {
        stream: Stream,
        mask: usize,
    },
    Resync {
        mask: usize,
    },
    /// What comes is in this format from now on, also after a reconnect.
    Format(Format),
    /// The connection is lost with all that is under way.
    Reconnect,
}

/// Each tick by itself.
const EVERY: f64 = f64::INFINITY;

fn wish(rate: f64) -> Value {
    if rate == EVERY { "every".into() } else { rate.into() }
}

fn step() -> impl Strategy<Value = Step> {
    let stream = prop::sample::select(STREAMS.to_vec());
    let rate = prop::sample::select(vec![0.0, 0.5, 1.0, 2.0, 5.0, 20.0, 60.0, EVERY, EVERY]);
    let mask = 1usize..8;
    prop_oneof![
        10 => (0..3usize, prop::collection::vec(1i64..1_000, 1..30), 0i64..700)
            .prop_map(|(symbol, prices, apart_ms)| Step::Ticks { symbol, prices, apart_ms }),
        1 => (0..3usize, 1i64..1_000).prop_map(|(symbol, price)| Step::LateTick { symbol, price }),
        2 => (1i64..90_000).prop_map(|ms| Step::Clock { ms }),
        1 => (0..3usize).prop_map(|turn| Step::NewEpoch { turn }),
        8 => (0u64..1_500).prop_map(|ms| Step::Read { ms }),
        3 => (1u64..6_000).prop_map(|ms| Step::Stall { ms }),
        1 => Just(Step::Stall { ms: 25_000 }),
        6 => (stream.clone(), mask.clone(), rate.clone(), prop::sample::select(vec![0, 3, WHOLE]))
            .prop_map(|(stream, mask, rate, history)| Step::Subscribe { stream, mask, rate, history }),
        4 => (stream.clone(), mask.clone(), rate).prop_map(|(stream, mask, rate)| Step::Rate { stream, mask, rate }),
        1 => (stream, mask.clone()).prop_map(|(stream, mask)| Step::Unsubscribe { stream, mask }),
        2 => mask.prop_map(|mask| Step::Resync { mask }),
        3 => prop::sample::select(Format::ALL.to_vec()).prop_map(Step::Format),
        2 => Just(Step::Reconnect),
    ]
}

/// What a client that saw each tick knows.
struct Truth {
    market: Market,
    now_ms: i64,
    tapes: [(TradesCursor, Vec<Value>); 3],
}

impl Truth {
    fn open(epoch: u64, symbols: &[&str]) -> Self {
        let market = Market::open(&opening(epoch, symbols), KEPT);
        let tapes = [0, 1, 2].map(|id| (TradesCursor::new(InstrumentId(id), 0), Vec::new()));
        let mut truth = Self { market, now_ms: 0, tapes };
        truth.read_tapes();
        truth
    }

    fn apply(&mut self, tick: &Tick) {
        self.market.apply(tick);
        self.read_tapes();
    }

    fn read_tapes(&mut self) {
        for (cursor, trades) in &mut self.tapes {
            while let Some(text) = cursor.take(&self.market, 0, Format::Json).and_then(Frame::into_text) {
                let message: Value = serde_json::from_str(&text).unwrap();
                trades.extend(message["trades"].as_array().unwrap().iter().cloned());
            }
        }
    }

    fn id(&self, symbol: &str) -> InstrumentId {
        self.market.id(symbol).unwrap()
    }

    fn trades(&self, symbol: &str) -> &[Value] {
        &self.tapes[self.id(symbol).index()].1
    }

    fn quote(&self, symbol: &str) -> Value {
        let (instrument, state) = self.market.get(self.id(symbol)).unwrap();
        let mut quote = EncodedQuote::default();
        quote.encode(instrument, state);
        let mut frame = QuotesFrame::new(QuotesKind::Snapshot, 1, 0, 0);
        frame.push(&quote, 0);
        serde_json::from_str::<Value>(&frame.finish()).unwrap()["quotes"][0].clone()
    }

    fn book(&self, symbol: &str) -> Value {
        let text = DepthCursor::new(self.id(symbol)).take(&self.market, 0, Format::Json).and_then(Frame::into_text);
        serde_json::from_str(&text.unwrap()).unwrap()
    }

    /// The closed bars, and the forming one.
    fn bars(&self, symbol: &str, interval: Interval) -> (Vec<Value>, Option<Value>) {
        let (instrument, state) = self.market.get(self.id(symbol)).unwrap();
        let series = state.series(interval);
        let closed = series.closed.iter().map(|bar| (bar, true));
        let bars = closed.chain(series.forming.as_ref().map(|bar| (bar, false)));
        let text = bars_message(1, 0, instrument, interval, (false, 0), bars);
        let message: Value = serde_json::from_str(&text).unwrap();
        let (closed, forming): (Vec<Value>, Vec<Value>) =
            message["bars"].as_array().unwrap().iter().cloned().partition(|bar| bar["closed"] == true);
        (closed, forming.into_iter().next())
    }
}

/// One series of bars as a client keeps it.
#[derive(Default)]
struct Bars {
    closed: BTreeMap<i64, Value>,
    forming: Option<Value>,
}

struct Client {
    live: LiveMarket,
    /// Bytes that the socket holds unread.
    buffer: usize,
    /// What it wants, and what the server has said that it speaks.
    format: Format,
    speaks: Format,
    decoder: Decoder<'static>,
    /// How the symbols of each epoch are turned, as `GET /api/v1/symbols` would tell.
    turns: Vec<usize>,
    sink: SplitSink<WebSocketStream<DuplexStream>, Message>,
    stream: SplitStream<WebSocketStream<DuplexStream>>,
    lost: bool,
    epoch: u64,
    /// What it subscribed to: rate and history.
    wanted: BTreeMap<Key, (f64, usize)>,
    quotes: HashMap<&'static str, Value>,
    books: HashMap<&'static str, Value>,
    bars: HashMap<Key, Bars>,
    /// Charts of which another history was asked for, with the request's number: until it is granted, what comes is
    /// of the request before.
    asked: HashMap<Key, u64>,
    requests: u64,
    /// The number of the next trade, and the trades since the last snapshot.
    tapes: HashMap<&'static str, (u64, BTreeMap<u64, Value>)>,
}

type Halves = (SplitSink<WebSocketStream<DuplexStream>, Message>, SplitStream<WebSocketStream<DuplexStream>>);

async fn open_socket(live: &LiveMarket, buffer: usize, format: Format) -> Halves {
    let (ours, theirs) = tokio::io::duplex(buffer);
    let live = live.clone();
    let metrics = Metrics::new(live.clone(), Guests::new(1, 1));
    tokio::spawn(async move {
        let ours = Patient::new(ours, LIMITS.stall);
        let mut server = Socket::new(WebSocketStream::from_raw_socket(ours, Role::Server, None).await);
        let remote = Remote::new(live.clone(), crate::bus::line(1).0);
        session::run(&mut server, remote, live, &LIMITS, format, &metrics).await
    });
    WebSocketStream::from_raw_socket(theirs, Role::Client, None).await.split()
}

fn symbol_of(value: &Value) -> &'static str {
    let name = value["symbol"].as_str().unwrap();
    SYMBOLS.into_iter().find(|symbol| *symbol == name).unwrap()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

/// The symbols, turned by so many places.
fn turned(turn: usize) -> [&'static str; 3] {
    let mut symbols = SYMBOLS;
    symbols.rotate_left(turn);
    symbols
}

/// The instruments of an epoch whose symbols are turned so.
static INSTRUMENTS: LazyLock<[Arc<[Instrument]>; 3]> =
    LazyLock::new(|| [0, 1, 2].map(|turn| opening(1, &turned(turn)).instruments));

impl Client {
    async fn join(live: LiveMarket, buffer: usize, format: Format) -> Self {
        let (sink, stream) = open_socket(&live, buffer, format).await;
        let (wanted, quotes, books) = (BTreeMap::new(), HashMap::new(), HashMap::new());
        let (bars, tapes) = (HashMap::new(), HashMap::new());
        let (speaks, decoder, turns) = (format, Decoder::new(&INSTRUMENTS[0]), vec![0]);
        Self {
            live,
            buffer,
            format,
            speaks,
            decoder,
            turns,
            sink,
            stream,
            lost: false,
            epoch: 1,
            wanted,
            quotes,
            books,
            bars,
            asked: HashMap::new(),
            requests: 0,
            tapes,
        }
    }

    /// A decoder that knows no state: each step must begin from one that comes after this.
    fn decode_anew(&mut self) {
        self.decoder = Decoder::new(&INSTRUMENTS[self.turns[self.epoch as usize - 1]]);
    }

    /// Comes back as the protocol has it: asks for what it had, from where it was.
    async fn reconnect(&mut self) {
        (self.sink, self.stream) = open_socket(&self.live, self.buffer, self.format).await;
        (self.lost, self.speaks) = (false, self.format);
        self.asked.clear();
        self.decode_anew();
        for (key, (rate, history)) in self.wanted.clone() {
            let (stream, symbol) = key;
            let last = match stream {
                Stream::Quotes => self.quotes.get(symbol).map(|quote| number(&quote["seq"]) as i64),
                Stream::Trades => self.tapes.get(symbol).map(|(next, _)| *next as i64 - 1),
                Stream::Depth => self.books.get(symbol).map(|book| number(&book["seq"]) as i64),
                _ => self.bars.get(&key).and_then(|bars| bars.closed.keys().last().copied()),
            };
            let mut message = json!({"type":"subscribe","symbols":[symbol],"rate":wish(rate),"history":history});
            stream.name(&mut message);
            if let Some(last) = last {
                message["since"] = json!({"epoch": self.epoch, "at": {symbol: last}});
            }
            self.say(message).await;
        }
    }

    /// Goes on reading while it waits to be heard: the server does not listen while it writes.
    async fn say(&mut self, message: Value) {
        let Self { sink, .. } = self;
        let mut heard = Vec::new();
        let said = {
            let mut saying = sink.send(Message::text(message.to_string()));
            loop {
                tokio::select! {
                    biased;
                    said = &mut saying => break said.is_ok(),
                    message = self.stream.next() => match message {
                        Some(Ok(message)) => heard.push(message),
                        _ => break false,
                    }
                }
            }
        };
        heard.into_iter().for_each(|message| self.hear(&message));
        self.lost |= !said;
    }

    /// Reads for so long. A lost connection is replaced at the next look.
    async fn read(&mut self, time: Duration) {
        let until = Instant::now() + time;
        loop {
            if self.lost {
                Box::pin(self.reconnect()).await;
            }
            match timeout_at(until, self.stream.next()).await {
                Err(_) => return,
                Ok(Some(Ok(Message::Close(_)) | Err(_)) | None) => self.lost = true,
                Ok(Some(Ok(message))) => self.hear(&message),
            }
        }
    }

    fn hear(&mut self, message: &Message) {
        let (text, is_binary) = match message {
            Message::Text(text) => (text.to_string(), false),
            Message::Binary(bytes) => (self.decoder.json(bytes).expect("each step has a state to begin from"), true),
            _ => return,
        };
        let message: Value = serde_json::from_str(&text).unwrap();
        let kind = message["type"].as_str().unwrap();
        let is_frequent = ["snapshot", "update", "bars", "trades", "depth", "beat"].contains(&kind);
        assert_eq!(is_binary, is_frequent && self.speaks == Format::Binary, "{text}");
        match kind {
            "format" => {
                let speaks = if message["format"] == "binary" { Format::Binary } else { Format::Json };
                if std::mem::replace(&mut self.speaks, speaks) != speaks {
                    self.decode_anew();
                }
            }
            "feed" if number(&message["epoch"]) != self.epoch => {
                self.epoch = number(&message["epoch"]);
                self.decode_anew();
                self.quotes.clear();
                self.books.clear();
                self.bars.clear();
                self.tapes.clear();
            }
            "snapshot" => message["quotes"].as_array().unwrap().iter().for_each(|quote| self.hear_snapshot(quote)),
            "update" => {
                assert_eq!(number(&message["epoch"]), self.epoch);
                message["quotes"].as_array().unwrap().iter().for_each(|quote| self.hear_update(quote));
            }
            "granted" => self.asked.retain(|_, id| Some(*id) != message["id"].as_u64()),
            "bars" => self.hear_bars(&message),
            "trades" => self.hear_trades(&message),
            "depth" => self.hear_depth(&message),
            "error" => panic!("nothing here is wrong: {message}"),
            _ => {}
        }
    }

    fn hear_snapshot(&mut self, quote: &Value) {
        let symbol = symbol_of(quote);
        if self.wanted.contains_key(&(Stream::Quotes, symbol)) {
            let before = self.quotes.insert(symbol, quote.clone()).map_or(0, |before| number(&before["seq"]));
            assert!(number(&quote["seq"]) >= before, "a snapshot goes back: {quote}");
        }
    }

    fn hear_update(&mut self, quote: &Value) {
        // Without a snapshot it is what was under way when the client left the symbol.
        if let Some(known) = self.quotes.get_mut(symbol_of(quote)) {
            assert_eq!(number(&quote["first_seq"]), number(&known["seq"]) + 1, "ranges must meet: {quote}");
            assert!(number(&quote["seq"]) >= number(&quote["first_seq"]), "{quote}");
            *known = quote.clone();
        }
    }

    fn hear_depth(&mut self, book: &Value) {
        let symbol = symbol_of(book);
        if book["snapshot"] == true {
            if self.wanted.contains_key(&(Stream::Depth, symbol)) {
                let before = self.books.insert(symbol, book.clone()).map_or(0, |before| number(&before["seq"]));
                assert!(number(&book["seq"]) >= before, "a book goes back: {book}");
            }
        } else if let Some(known) = self.books.get_mut(symbol) {
            assert_eq!(number(&book["first_seq"]), number(&known["seq"]) + 1, "ranges must meet: {book}");
            assert!(number(&book["seq"]) >= number(&book["first_seq"]), "{book}");
            *known = book.clone();
        }
    }

    fn hear_bars(&mut self, message: &Value) {
        let seconds = message["interval"] == "1s";
        let key = (if seconds { Stream::Seconds } else { Stream::Minutes }, symbol_of(message));
        if message["snapshot"] == true && !self.asked.contains_key(&key) {
            self.bars.insert(key, Bars::default());
        }
        // As above: the rest of what the client left.
        let Some(bars) = self.bars.get_mut(&key) else { return };
        assert_eq!(message["missed"], 0, "all bars are kept: {message}");
        for bar in message["bars"].as_array().unwrap() {
            let ts = bar["ts"].as_i64().unwrap();
            let newest = bars.closed.keys().last().copied();
            assert!(newest.is_none_or(|newest| ts > newest), "a bar comes again or too late: {message}");
            if bar["closed"] == true {
                bars.closed.insert(ts, bar.clone());
                bars.forming = None;
            } else {
                bars.forming = Some(bar.clone());
            }
        }
    }

    fn hear_trades(&mut self, message: &Value) {
        let (symbol, first) = (symbol_of(message), number(&message["first"]));
        if message["snapshot"] == true {
            self.tapes.insert(symbol, (first, BTreeMap::new()));
        }
        let Some((next, trades)) = self.tapes.get_mut(symbol) else { return };
        assert_eq!(first, *next + number(&message["skipped"]), "what is missing is told: {message}");
        let items = message["trades"].as_array().unwrap();
        trades.extend((first..).zip(items.iter().cloned()));
        *next = first + items.len() as u64;
    }

    /// Those of the symbols that are subscribed, unless `any`; as the request names them.
    fn names(&self, stream: Stream, mask: usize, any: bool) -> (Vec<&'static str>, Value) {
        let masked = SYMBOLS.into_iter().enumerate().filter(|(n, _)| mask & (1 << n) != 0).map(|(_, symbol)| symbol);
        let named: Vec<_> = masked.filter(|symbol| any || self.wanted.contains_key(&(stream, *symbol))).collect();
        let said = if mask == 7 { json!(["*"]) } else { json!(named) };
        (named, said)
    }

    async fn ask(&mut self, kind: &str, stream: Stream, mask: usize, rate: Option<f64>, history: Option<usize>) {
        let any = kind == "subscribe";
        let (named, said) = self.names(stream, mask, any);
        if named.is_empty() {
            return;
        }
        self.requests += 1;
        let mut message = json!({"type": kind, "id": self.requests, "symbols": said});
        stream.name(&mut message);
        rate.into_iter().for_each(|rate| message["rate"] = wish(rate));
        history.into_iter().for_each(|history| message["history"] = history.into());
        for symbol in named {
            let key = (stream, symbol);
            if kind == "unsubscribe" {
                self.wanted.remove(&key);
                self.bars.remove(&key);
                match stream {
                    Stream::Quotes => drop(self.quotes.remove(symbol)),
                    Stream::Trades => drop(self.tapes.remove(symbol)),
                    Stream::Depth => drop(self.books.remove(symbol)),
                    _ => {}
                }
            } else {
                if any {
                    // Who asks for another history begins anew, also where the request is lost with the connection.
                    self.bars.remove(&key);
                    self.asked.insert(key, self.requests);
                }
                let wish = self.wanted.entry(key).or_default();
                *wish = (rate.unwrap_or(wish.0), history.unwrap_or(wish.1));
            }
        }
        self.say(message).await;
    }

    /// Compares with what a client knows that saw each tick.
    fn check(&self, truth: &Truth) {
        for (key, (_, history)) in &self.wanted {
            let (stream, symbol) = *key;
            match stream {
                Stream::Quotes => {
                    let mut got = self.quotes.get(symbol).unwrap_or_else(|| panic!("no state of {symbol}")).clone();
                    got["first_seq"] = 0.into();
                    assert_eq!(got, truth.quote(symbol));
                }
                Stream::Depth => {
                    let mut got = self.books.get(symbol).unwrap_or_else(|| panic!("no book of {symbol}")).clone();
                    let want = truth.book(symbol);
                    ["epoch", "ts_sent", "first_seq", "snapshot"]
                        .into_iter()
                        .for_each(|name| got[name] = want[name].clone());
                    assert_eq!(got, want);
                }
                Stream::Trades => {
                    let (next, got) = self.tapes.get(symbol).unwrap_or_else(|| panic!("no tape of {symbol}"));
                    let want = truth.trades(symbol);
                    assert_eq!(*next, want.len() as u64 + 1, "{symbol}");
                    got.iter().for_each(|(n, trade)| assert_eq!(trade, &want[*n as usize - 1], "{symbol} {n}"));
                }
                _ => {
                    let got = self.bars.get(key).unwrap_or_else(|| panic!("no bars of {key:?}"));
                    let (closed, forming) = truth.bars(symbol, stream.interval().unwrap());
                    // What came before the first bar was not asked for.
                    let from = closed.len().saturating_sub(got.closed.len());
                    assert!(got.closed.values().eq(&closed[from..]), "{key:?}: {:?} {closed:?}", got.closed);
                    assert_eq!(got.forming, forming, "{key:?}");
                    assert!(*history < WHOLE || from == 0, "{key:?}: {from} bars are missing");
                }
            }
        }
    }
}

async fn send(bus: &Bus<Event>, event: Event) {
    bus.room().await;
    bus.send(event);
}

async fn hold(steps: Vec<Step>, buffer: usize, format: Format) {
    let bus = Bus::new(64);
    let reader = bus.reader();
    bus.send(Event::Opening(Arc::new(opening(1, &SYMBOLS))));
    let publisher = Publisher::open(reader, KEPT, DEFAULT_TICKS).await.unwrap();
    let mut client = Client::join(publisher.live(), buffer, format).await;
    tokio::spawn(publisher.run());
    let mut truth = Truth::open(1, &SYMBOLS);
    for step in steps {
        match step {
            Step::Ticks { symbol, prices, apart_ms } => {
                let id = truth.id(SYMBOLS[symbol]);
                let ticks = prices.into_iter().map(|price| {
                    truth.now_ms += apart_ms;
                    let ts = Timestamp::from_millis(truth.now_ms);
                    let tick = match price % 3 {
                        0 => quote(id, ts, Some(price), (price % 2 == 0).then_some(price + 2)),
                        _ => trade(id, ts, price, price.unsigned_abs()),
                    };
                    truth.apply(&tick);
                    tick
                });
                let ticks = ticks.collect();
                send(&bus, Event::Ticks(ticks)).await;
            }
            Step::LateTick { symbol, price } => {
                let ts = Timestamp::from_millis((truth.now_ms - 90_000).max(0));
                let tick = trade(truth.id(SYMBOLS[symbol]), ts, price, 1);
                truth.apply(&tick);
                send(&bus, Event::Ticks([tick].into())).await;
            }
            Step::Clock { ms } => {
                truth.now_ms += ms;
                truth.market.advance(Timestamp::from_millis(truth.now_ms));
                send(&bus, Event::Clock(Timestamp::from_millis(truth.now_ms))).await;
            }
            Step::NewEpoch { turn } => {
                let symbols = turned(turn);
                client.turns.push(turn);
                let epoch = truth.market.epoch() + 1;
                truth = Truth::open(epoch, &symbols);
                send(&bus, Event::Opening(Arc::new(opening(epoch, &symbols)))).await;
            }
            Step::Read { ms } => client.read(Duration::from_millis(ms)).await,
            Step::Stall { ms } => sleep(Duration::from_millis(ms)).await,
            Step::Subscribe { stream, mask, rate, history } => {
                client.ask("subscribe", stream, mask, Some(rate), Some(history)).await;
            }
            Step::Rate { stream, mask, rate } => client.ask("rate", stream, mask, Some(rate), None).await,
            Step::Unsubscribe { stream, mask } => client.ask("unsubscribe", stream, mask, None, None).await,
            Step::Resync { mask } => {
                let (named, _) = client.names(Stream::Quotes, mask, false);
                if !named.is_empty() {
                    client.say(json!({"type":"resync","symbols":named})).await;
                }
            }
            Step::Format(format) => {
                client.format = format;
                client.say(json!({"type":"format","format":format.label()})).await;
            }
            Step::Reconnect => client.lost = true,
        }
    }
    client.read(SETTLE).await;
    // What is hidden is shown again.
    for stream in STREAMS {
        let hidden = client.wanted.iter().filter(|((of, _), (rate, _))| *of == stream && *rate == 0.0);
        let mask = hidden.map(|((_, symbol), _)| 1 << SYMBOLS.iter().position(|s| s == symbol).unwrap()).sum::<usize>();
        // As names, never as all: the others keep their rates.
        for n in (0..3).filter(|n| mask & (1 << n) != 0) {
            client.ask("rate", stream, 1 << n, Some(5.0), None).await;
        }
    }
    client.read(SETTLE).await;
    client.check(&truth);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]
    #[test]
    fn a_client_ends_where_one_that_saw_each_tick_does(
        steps in prop::collection::vec(step(), 1..80),
        buffer in prop::sample::select(vec![600usize, 4_000, 1 << 16]),
        format in prop::sample::select(Format::ALL.to_vec()),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(hold(steps, buffer, format));
    }
}

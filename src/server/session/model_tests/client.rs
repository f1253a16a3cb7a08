//! A client that asserts while it reads, and keeps the state that it receives.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::DuplexStream;
use tokio::time::{Instant, timeout_at};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use super::truth::Truth;
use super::{Key, LIMITS, SYMBOLS, Step, Stream, WHOLE, rate_json, turned};
use crate::fanout::LiveMarket;
use crate::market::Instrument;
use crate::market::sample::opening_with_depth as opening;
use crate::server::limits::{ConnectionLimit, HeldMemory, Turns, WriteTimeout};
use crate::server::ops::Metrics;
use crate::server::session::FeedControl;
use crate::server::session::{Shared, Socket, serve};
use crate::wire::{Decoder, Format};

/// One series of bars as a client keeps it.
#[derive(Default)]
struct Bars {
    closed: BTreeMap<i64, Value>,
    forming: Option<Value>,
}

/// A client that keeps what it receives.
pub struct Client {
    live: LiveMarket,
    /// Unread bytes that the socket holds.
    buffer: usize,
    /// The format that it requested.
    pub format: Format,
    /// The format that the server has confirmed.
    confirmed: Format,
    decoder: Decoder<'static>,
    /// The order of the symbols in each epoch, as `GET /api/v1/symbols` lists them.
    pub turns: Vec<usize>,
    sink: SplitSink<WebSocketStream<DuplexStream>, Message>,
    stream: SplitStream<WebSocketStream<DuplexStream>>,
    pub lost: bool,
    epoch: u64,
    /// Its subscriptions: rate and history.
    pub subscribed: BTreeMap<Key, (f64, usize)>,
    quotes: HashMap<&'static str, Value>,
    books: HashMap<&'static str, Value>,
    bars: HashMap<Key, Bars>,
    /// Bars of which another history was requested, with the request's number. Until it is granted, bars are those of
    /// the request before.
    pending: HashMap<Key, u64>,
    requests: u64,
    /// The number of the next trade, and the trades since the last snapshot.
    trades: HashMap<&'static str, (u64, BTreeMap<u64, Value>)>,
}

type Halves = (SplitSink<WebSocketStream<DuplexStream>, Message>, SplitStream<WebSocketStream<DuplexStream>>);

async fn open_socket(live: &LiveMarket, buffer: usize, format: Format) -> Halves {
    let (ours, theirs) = tokio::io::duplex(buffer);
    let live = live.clone();
    let metrics = Metrics::new(live.clone(), ConnectionLimit::new(1, 1), None);
    tokio::spawn(async move {
        let ours = WriteTimeout::new(ours, LIMITS.stall);
        let mut server = Socket::new(ours, Vec::new(), WebSocketConfig::default(), None).await;
        let feed = FeedControl::new(live.clone(), crate::bus::command_channel(1).0);
        let mut shared = Shared { held: HeldMemory::unlimited(), turns: Turns::new(1), compressor: None };
        serve(&mut server, live, &feed, &LIMITS, format, &metrics, &mut shared).await
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

/// The instruments of an epoch, by the order of its symbols.
static INSTRUMENTS: LazyLock<[Arc<[Instrument]>; 3]> =
    LazyLock::new(|| [0, 1, 2].map(|turn| opening(1, &turned(turn)).instruments));

impl Client {
    pub async fn join(live: LiveMarket, buffer: usize, format: Format) -> Self {
        let (sink, stream) = open_socket(&live, buffer, format).await;
        let (subscribed, quotes, books) = (BTreeMap::new(), HashMap::new(), HashMap::new());
        let (bars, trades) = (HashMap::new(), HashMap::new());
        let (confirmed, decoder, turns) = (format, Decoder::new(&INSTRUMENTS[0]), vec![0]);
        Self {
            live,
            buffer,
            format,
            confirmed,
            decoder,
            turns,
            sink,
            stream,
            lost: false,
            epoch: 1,
            subscribed,
            quotes,
            books,
            bars,
            pending: HashMap::new(),
            requests: 0,
            trades,
        }
    }

    /// Starts a decoder without a state. Each update must begin from a state that comes later.
    fn reset_decoder(&mut self) {
        self.decoder = Decoder::new(&INSTRUMENTS[self.turns[self.epoch as usize - 1]]);
    }

    /// Reconnects as the protocol describes: subscribes again, since the last state that it has.
    async fn reconnect(&mut self) {
        (self.sink, self.stream) = open_socket(&self.live, self.buffer, self.format).await;
        (self.lost, self.confirmed) = (false, self.format);
        self.pending.clear();
        self.reset_decoder();
        for (key, (rate, history)) in self.subscribed.clone() {
            let (stream, symbol) = key;
            let last = match stream {
                Stream::Quotes => self.quotes.get(symbol).map(|quote| number(&quote["seq"]) as i64),
                Stream::Trades => self.trades.get(symbol).map(|(next, _)| *next as i64 - 1),
                Stream::Depth => self.books.get(symbol).map(|book| number(&book["seq"]) as i64),
                _ => self.bars.get(&key).and_then(|bars| bars.closed.keys().last().copied()),
            };
            let mut message = json!({"type":"subscribe","symbols":[symbol],"rate":rate_json(rate),"history":history});
            stream.name(&mut message);
            if let Some(last) = last {
                message["since"] = json!({"epoch": self.epoch, "at": {symbol: last}});
            }
            self.send(message).await;
        }
    }

    /// Sends a message. Reads meanwhile, as the server does not read while it writes.
    pub async fn send(&mut self, message: Value) {
        let Self { sink, .. } = self;
        let mut received = Vec::new();
        let sent = {
            let mut sending = sink.send(Message::text(message.to_string()));
            loop {
                tokio::select! {
                    biased;
                    sent = &mut sending => break sent.is_ok(),
                    message = self.stream.next() => match message {
                        Some(Ok(message)) => received.push(message),
                        _ => break false,
                    }
                }
            }
        };
        received.into_iter().for_each(|message| self.receive(&message));
        self.lost |= !sent;
    }

    /// Reads for `time`. Reconnects where the connection is lost.
    pub async fn read(&mut self, time: Duration) {
        let until = Instant::now() + time;
        loop {
            if self.lost {
                Box::pin(self.reconnect()).await;
            }
            match timeout_at(until, self.stream.next()).await {
                Err(_) => return,
                Ok(Some(Ok(Message::Close(_)) | Err(_)) | None) => self.lost = true,
                Ok(Some(Ok(message))) => self.receive(&message),
            }
        }
    }

    fn receive(&mut self, message: &Message) {
        let (text, is_binary) = match message {
            Message::Text(text) => (text.to_string(), false),
            Message::Binary(bytes) => (self.decoder.json(bytes).expect("each step has a state to begin from"), true),
            _ => return,
        };
        let message: Value = serde_json::from_str(&text).unwrap();
        let kind = message["type"].as_str().unwrap();
        let is_frequent = ["snapshot", "update", "bars", "trades", "depth", "heartbeat"].contains(&kind);
        assert_eq!(is_binary, is_frequent && self.confirmed == Format::Binary, "{text}");
        match kind {
            "format" => {
                let confirmed = if message["format"] == "binary" { Format::Binary } else { Format::Json };
                if std::mem::replace(&mut self.confirmed, confirmed) != confirmed {
                    self.reset_decoder();
                }
            }
            "feed" if number(&message["epoch"]) != self.epoch => {
                self.epoch = number(&message["epoch"]);
                self.reset_decoder();
                self.quotes.clear();
                self.books.clear();
                self.bars.clear();
                self.trades.clear();
            }
            "snapshot" => message["quotes"].as_array().unwrap().iter().for_each(|quote| self.on_snapshot(quote)),
            "update" => {
                assert_eq!(number(&message["epoch"]), self.epoch);
                message["quotes"].as_array().unwrap().iter().for_each(|quote| self.on_update(quote));
            }
            "granted" => self.pending.retain(|_, id| Some(*id) != message["id"].as_u64()),
            "bars" => self.on_bars(&message),
            "trades" => self.on_trades(&message),
            "depth" => self.on_depth(&message),
            "error" => panic!("nothing here is wrong: {message}"),
            _ => {}
        }
    }

    fn on_snapshot(&mut self, quote: &Value) {
        let symbol = symbol_of(quote);
        if self.subscribed.contains_key(&(Stream::Quotes, symbol)) {
            let before = self.quotes.insert(symbol, quote.clone()).map_or(0, |before| number(&before["seq"]));
            assert!(number(&quote["seq"]) >= before, "a snapshot goes back: {quote}");
        }
    }

    fn on_update(&mut self, quote: &Value) {
        // Without a snapshot it was in transit when the client unsubscribed.
        if let Some(known) = self.quotes.get_mut(symbol_of(quote)) {
            assert_eq!(number(&quote["first_seq"]), number(&known["seq"]) + 1, "ranges must meet: {quote}");
            assert!(number(&quote["seq"]) >= number(&quote["first_seq"]), "{quote}");
            *known = quote.clone();
        }
    }

    fn on_depth(&mut self, book: &Value) {
        let symbol = symbol_of(book);
        if book["snapshot"] == true {
            if self.subscribed.contains_key(&(Stream::Depth, symbol)) {
                let before = self.books.insert(symbol, book.clone()).map_or(0, |before| number(&before["seq"]));
                assert!(number(&book["seq"]) >= before, "a book goes back: {book}");
            }
        } else if let Some(known) = self.books.get_mut(symbol) {
            assert_eq!(number(&book["first_seq"]), number(&known["seq"]) + 1, "ranges must meet: {book}");
            assert!(number(&book["seq"]) >= number(&book["first_seq"]), "{book}");
            *known = book.clone();
        }
    }

    fn on_bars(&mut self, message: &Value) {
        let seconds = message["interval"] == "1s";
        let key = (if seconds { Stream::Seconds } else { Stream::Minutes }, symbol_of(message));
        if message["snapshot"] == true && !self.pending.contains_key(&key) {
            self.bars.insert(key, Bars::default());
        }
        // As above: in transit when the client unsubscribed.
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

    fn on_trades(&mut self, message: &Value) {
        let (symbol, first) = (symbol_of(message), number(&message["first"]));
        if message["snapshot"] == true {
            self.trades.insert(symbol, (first, BTreeMap::new()));
        }
        let Some((next, trades)) = self.trades.get_mut(symbol) else { return };
        assert_eq!(first, *next + number(&message["skipped"]), "what is missing is announced: {message}");
        let items = message["trades"].as_array().unwrap();
        trades.extend((first..).zip(items.iter().cloned()));
        *next = first + items.len() as u64;
    }

    /// The symbols of `mask` that are subscribed, or all of them with `any`; and as a request names them.
    pub fn names(&self, stream: Stream, mask: usize, any: bool) -> (Vec<&'static str>, Value) {
        let masked = SYMBOLS.into_iter().enumerate().filter(|(n, _)| mask & (1 << n) != 0).map(|(_, symbol)| symbol);
        let named: Vec<_> = masked.filter(|symbol| any || self.subscribed.contains_key(&(stream, *symbol))).collect();
        let request = if mask == 7 { json!(["*"]) } else { json!(named) };
        (named, request)
    }

    pub async fn request(
        &mut self,
        kind: &str,
        stream: Stream,
        mask: usize,
        rate: Option<f64>,
        history: Option<usize>,
    ) {
        let any = kind == "subscribe";
        let (named, request) = self.names(stream, mask, any);
        if named.is_empty() {
            return;
        }
        self.requests += 1;
        let mut message = json!({"type": kind, "id": self.requests, "symbols": request});
        stream.name(&mut message);
        rate.into_iter().for_each(|rate| message["rate"] = rate_json(rate));
        history.into_iter().for_each(|history| message["history"] = history.into());
        for symbol in named {
            let key = (stream, symbol);
            if kind == "unsubscribe" {
                self.subscribed.remove(&key);
                self.bars.remove(&key);
                match stream {
                    Stream::Quotes => drop(self.quotes.remove(symbol)),
                    Stream::Trades => drop(self.trades.remove(symbol)),
                    Stream::Depth => drop(self.books.remove(symbol)),
                    _ => {}
                }
            } else {
                if any {
                    // Another history begins with a snapshot, even where the request is lost with the connection.
                    self.bars.remove(&key);
                    self.pending.insert(key, self.requests);
                }
                let subscription = self.subscribed.entry(key).or_default();
                *subscription = (rate.unwrap_or(subscription.0), history.unwrap_or(subscription.1));
            }
        }
        self.send(message).await;
    }

    /// Sends the request of a step, or loses the connection.
    pub async fn apply(&mut self, step: Step) {
        match step {
            Step::Subscribe { stream, mask, rate, history } => {
                self.request("subscribe", stream, mask, Some(rate), Some(history)).await;
            }
            Step::Rate { stream, mask, rate } => self.request("rate", stream, mask, Some(rate), None).await,
            Step::Unsubscribe { stream, mask } => self.request("unsubscribe", stream, mask, None, None).await,
            Step::Resync { mask } => {
                let (named, _) = self.names(Stream::Quotes, mask, false);
                if !named.is_empty() {
                    self.send(json!({"type":"resync","symbols":named})).await;
                }
            }
            Step::Format(format) => {
                self.format = format;
                self.send(json!({"type":"format","format":format.label()})).await;
            }
            Step::Reconnect => self.lost = true,
            step => unreachable!("{step:?} is not of the client"),
        }
    }

    /// Compares the state with that of a client that saw each tick.
    pub fn check(&self, truth: &Truth) {
        for (key, (_, history)) in &self.subscribed {
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
                    let (next, got) = self.trades.get(symbol).unwrap_or_else(|| panic!("no trades of {symbol}"));
                    let want = truth.trades(symbol);
                    assert_eq!(*next, want.len() as u64 + 1, "{symbol}");
                    got.iter().for_each(|(n, trade)| assert_eq!(trade, &want[*n as usize - 1], "{symbol} {n}"));
                }
                _ => {
                    let got = self.bars.get(key).unwrap_or_else(|| panic!("no bars of {key:?}"));
                    let (closed, forming) = truth.bars(symbol, stream.interval().unwrap());
                    // Bars before the first one were not requested.
                    let from = closed.len().saturating_sub(got.closed.len());
                    assert!(got.closed.values().eq(&closed[from..]), "{key:?}: {:?} {closed:?}", got.closed);
                    assert_eq!(got.forming, forming, "{key:?}");
                    assert!(*history < WHOLE || from == 0, "{key:?}: {from} bars are missing");
                }
            }
        }
    }
}

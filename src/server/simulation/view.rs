//! The state of one client, as its messages say. It checks each message against what it knows and against the truth.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::Value;

use super::laws;
use super::log::Log;
use super::truth::{SharedTruth, Truth};
use crate::market::{Instrument, Interval};
use crate::wire::{Decoder, Format};

/// A channel, with two intervals of bars.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stream {
    Quotes,
    Seconds,
    Minutes,
    Trades,
    Depth,
}

impl Stream {
    pub const ALL: [Self; 5] = [Self::Quotes, Self::Seconds, Self::Minutes, Self::Trades, Self::Depth];

    pub const fn interval(self) -> Option<Interval> {
        match self {
            Self::Seconds => Some(Interval::S1),
            Self::Minutes => Some(Interval::M1),
            Self::Quotes | Self::Trades | Self::Depth => None,
        }
    }

    /// Names the stream in a request.
    pub fn name(self, message: &mut Value) {
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

/// A channel of one symbol.
pub type Key = (Stream, String);

/// One series of bars.
#[derive(Default)]
pub struct Bars {
    pub closed: BTreeMap<i64, Value>,
    pub forming: Option<Value>,
}

/// A subscription: the requested rate in updates a second (infinite for `every`), and the history.
#[derive(Clone, Copy, Debug, Default)]
pub struct Subscription {
    pub rate: f64,
    pub history: usize,
}

/// The state of a client, as its messages say.
pub struct View {
    pub log: Log,
    pub truth: SharedTruth,
    /// The format that the server has confirmed.
    pub format: Format,
    decoder: Decoder<'static>,
    pub epoch: u64,
    /// The newest revision on this connection.
    pub revision: u64,
    pub subscribed: BTreeMap<Key, Subscription>,
    pub quotes: BTreeMap<String, Value>,
    pub books: BTreeMap<String, Value>,
    pub bars: BTreeMap<Key, Bars>,
    /// The number of the next trade, and the trades since the last snapshot.
    pub trades: BTreeMap<String, (u64, BTreeMap<u64, Value>)>,
    /// Symbols of which a snapshot was requested.
    pub resyncing: BTreeSet<String>,
    pub is_throttled: bool,
}

pub fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is no number"))
}

fn symbol_of(value: &Value) -> &str {
    value["symbol"].as_str().unwrap_or_default()
}

/// The same list for all runs of the process, as a decoder borrows it. There are few lists.
fn shared(instruments: &Arc<[Instrument]>) -> &'static [Instrument] {
    static LISTS: Mutex<Vec<&'static [Instrument]>> = Mutex::new(Vec::new());
    let mut lists = LISTS.lock();
    if let Some(list) = lists.iter().find(|list| ***list == **instruments) {
        return list;
    }
    let list: &'static [Instrument] = Box::leak(instruments.to_vec().into_boxed_slice());
    lists.push(list);
    list
}

impl View {
    pub fn new(log: Log, truth: SharedTruth) -> Self {
        Self {
            log,
            truth,
            format: Format::Json,
            decoder: Decoder::new(&[]),
            epoch: 0,
            revision: 0,
            subscribed: BTreeMap::new(),
            quotes: BTreeMap::new(),
            books: BTreeMap::new(),
            bars: BTreeMap::new(),
            trades: BTreeMap::new(),
            resyncing: BTreeSet::new(),
            is_throttled: false,
        }
    }

    /// Begins a connection in `format`, on which nothing is subscribed yet. What was received stays. Returns the
    /// subscriptions of the connection before.
    pub fn reconnect(&mut self, format: Format) -> BTreeMap<Key, Subscription> {
        (self.format, self.revision, self.is_throttled) = (format, 0, false);
        self.resyncing.clear();
        self.reset_decoder();
        std::mem::take(&mut self.subscribed)
    }

    fn reset_decoder(&mut self) {
        let instruments = self.truth.lock().instruments(self.epoch).map(shared).unwrap_or_default();
        self.decoder = Decoder::new(instruments);
    }

    pub fn set_format(&mut self, format: Format) {
        if std::mem::replace(&mut self.format, format) != format {
            self.reset_decoder();
        }
    }

    /// The JSON of a binary message.
    pub fn decode(&mut self, bytes: &[u8]) -> Option<String> {
        self.decoder.json(bytes)
    }

    /// The last item of a stream, from which a later connection goes on.
    pub fn last(&self, key: &Key) -> Option<i64> {
        let (stream, symbol) = key;
        match stream {
            Stream::Quotes => self.quotes.get(symbol).map(|quote| number(&quote["seq"]) as i64),
            Stream::Trades => self.trades.get(symbol).map(|(next, _)| *next as i64 - 1),
            Stream::Depth => self.books.get(symbol).map(|book| number(&book["seq"]) as i64),
            _ => self.bars.get(key).and_then(|bars| bars.closed.keys().last().copied()),
        }
    }

    /// Forgets what was received of a stream.
    pub fn forget(&mut self, key: &Key) {
        match key.0 {
            Stream::Quotes => drop(self.quotes.remove(&key.1)),
            Stream::Trades => drop(self.trades.remove(&key.1)),
            Stream::Depth => drop(self.books.remove(&key.1)),
            _ => drop(self.bars.remove(key)),
        }
    }

    pub fn receive(&mut self, message: &Value) {
        match message["type"].as_str().unwrap_or_default() {
            "feed" => self.on_feed(message),
            "snapshot" => each(message, "quotes").for_each(|quote| self.on_snapshot(quote)),
            "update" => {
                laws::is_of_the_epoch(&self.log, self.epoch, message);
                each(message, "quotes").for_each(|quote| self.on_update(quote));
            }
            "bars" => self.on_bars(message),
            "trades" => self.on_trades(message),
            "depth" => self.on_depth(message),
            "throttled" => self.is_throttled = !message["max_rate"].is_null(),
            _ => {}
        }
    }

    fn on_feed(&mut self, message: &Value) {
        laws::revisions_are_seen_in_order(&self.log, &self.truth.lock(), self.revision, message);
        self.revision = number(&message["revision"]);
        let epoch = number(&message["epoch"]);
        if epoch != self.epoch {
            laws::epochs_grow(&self.log, self.epoch, epoch);
            self.epoch = epoch;
            self.reset_decoder();
            self.quotes.clear();
            self.books.clear();
            self.bars.clear();
            self.trades.clear();
            self.resyncing.clear();
        }
    }

    fn on_snapshot(&mut self, quote: &Value) {
        let symbol = symbol_of(quote).to_owned();
        self.resyncing.remove(&symbol);
        laws::is_subscribed(&self.log, &self.subscribed, Stream::Quotes, &symbol);
        let before = self.quotes.get(&symbol).map_or(0, |before| number(&before["seq"]));
        laws::state_does_not_go_back(&self.log, before, quote);
        self.quotes.insert(symbol, quote.clone());
    }

    fn on_update(&mut self, quote: &Value) {
        let symbol = symbol_of(quote);
        laws::is_subscribed(&self.log, &self.subscribed, Stream::Quotes, symbol);
        laws::ranges_meet(&self.log, self.quotes.get(symbol), quote);
        self.quotes.insert(symbol.to_owned(), quote.clone());
    }

    fn on_depth(&mut self, book: &Value) {
        let symbol = symbol_of(book);
        laws::is_subscribed(&self.log, &self.subscribed, Stream::Depth, symbol);
        if book["snapshot"] == true {
            let before = self.books.get(symbol).map_or(0, |before| number(&before["seq"]));
            laws::state_does_not_go_back(&self.log, before, book);
        } else {
            laws::ranges_meet(&self.log, self.books.get(symbol), book);
        }
        self.books.insert(symbol.to_owned(), book.clone());
    }

    fn on_bars(&mut self, message: &Value) {
        let stream = if message["interval"] == "1s" { Stream::Seconds } else { Stream::Minutes };
        let key = (stream, symbol_of(message).to_owned());
        laws::is_subscribed(&self.log, &self.subscribed, stream, &key.1);
        if message["snapshot"] == true {
            self.bars.insert(key.clone(), Bars::default());
        }
        laws::begins_with_a_snapshot(&self.log, self.bars.contains_key(&key), message);
        let bars = self.bars.entry(key).or_default();
        for bar in each(message, "bars") {
            let ts = bar["ts"].as_i64().unwrap_or_default();
            laws::closed_bars_come_once(&self.log, bars.closed.keys().last().copied(), ts, message);
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
        laws::is_subscribed(&self.log, &self.subscribed, Stream::Trades, symbol);
        if message["snapshot"] == true {
            self.trades.insert(symbol.to_owned(), (first, BTreeMap::new()));
        }
        laws::begins_with_a_snapshot(&self.log, self.trades.contains_key(symbol), message);
        let (next, trades) = self.trades.entry(symbol.to_owned()).or_default();
        laws::skipped_trades_are_announced(&self.log, *next, message);
        let items: Vec<&Value> = each(message, "trades").collect();
        *next = first + items.len() as u64;
        trades.extend((first..).zip(items.into_iter().cloned()));
    }

    /// The symbols of the feed, of those that have `stream`.
    pub fn symbols(truth: &Truth, stream: Stream) -> Vec<String> {
        let market = truth.market().into_iter();
        let all = market.flat_map(|market| market.iter().map(move |(id, instrument, _)| (market, id, instrument)));
        let having = all.filter(|(market, id, _)| stream != Stream::Depth || market.has_depth(*id));
        having.map(|(_, _, instrument)| instrument.symbol.clone()).collect()
    }
}

fn each<'m>(message: &'m Value, list: &str) -> impl Iterator<Item = &'m Value> + use<'m> {
    message[list].as_array().into_iter().flatten()
}

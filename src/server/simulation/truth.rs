//! The truth: a market to which each event of the bus was applied at once, and when each tick and status came.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::Value;

use super::clock::wall_micros;
use super::log::Log;
use crate::bus::{Received, Receiver};
use crate::control::{FeedEvent, FeedStatus};
use crate::fanout::{DepthCursor, TradesCursor};
use crate::market::{Instrument, InstrumentId, Interval, Market, MarketLimits};
use crate::wire::sample::outgoing;
use crate::wire::{EncodedMessage, Format, QuotesKind, QuotesMessage, SeriesHead, bars_message};

/// Keeps more than any client is sent.
const LIMITS: MarketLimits = MarketLimits { bars: 5_000, trades: 2_000, notices: 100, bytes: 1 << 30 };

/// The times of one symbol's ticks in an epoch.
#[derive(Default)]
struct Ticks {
    /// The seq at the start of the epoch, which is above 0 after a seek.
    base: u64,
    /// When each tick after it came, by the wall clock.
    micros: Vec<i64>,
}

/// One epoch.
struct Epoch {
    instruments: Arc<[Instrument]>,
    ticks: Vec<Ticks>,
}

/// All that the feed has sent.
#[derive(Default)]
pub struct Truth {
    market: Option<Market>,
    epochs: BTreeMap<u64, Epoch>,
    statuses: BTreeMap<u64, Arc<FeedStatus>>,
}

/// The truth, which the feed writes and the clients read.
pub type SharedTruth = Arc<Mutex<Truth>>;

/// Applies each event of the bus, until the feed is gone.
pub async fn follow(mut events: Receiver<FeedEvent>, truth: SharedTruth, log: Log) {
    while let Some(received) = events.recv().await {
        match received {
            Received::Item(event) => truth.lock().apply(event, &log),
            Received::Gap { missed } => log.check("no_event_is_lost_on_the_bus", false, || format!("{missed} are")),
        }
    }
}

impl Truth {
    fn apply(&mut self, event: FeedEvent, log: &Log) {
        match event {
            FeedEvent::Opening(opening) => {
                self.open(Market::open(&opening.market, LIMITS), log);
                self.add_status(&opening.status, log);
            }
            FeedEvent::Seeked(seeked) => {
                self.open(seeked.market.clone(), log);
                self.add_status(&seeked.status, log);
            }
            FeedEvent::Ticks(ticks) => {
                let Some(market) = &mut self.market else { return };
                let epoch = self.epochs.get_mut(&market.epoch()).expect("invariant: each epoch is known");
                let now = wall_micros();
                market.apply_all(&ticks);
                ticks.iter().for_each(|tick| epoch.ticks[tick.instrument.index()].micros.push(now));
                log.line("feed", format_args!("{} ticks", ticks.len()));
            }
            FeedEvent::Clock(now) => self.market.iter_mut().for_each(|market| market.advance(now)),
            FeedEvent::Notices(notices) => {
                log.line("feed", format_args!("{} notices", notices.len()));
                self.market.iter_mut().for_each(|market| notices.iter().for_each(|notice| market.add_notice(notice)));
            }
            FeedEvent::Status(status) => self.add_status(&status, log),
            FeedEvent::End(status) => {
                self.market.iter_mut().for_each(Market::finish);
                self.add_status(&status, log);
            }
        }
    }

    fn open(&mut self, market: Market, log: &Log) {
        let ticks = market.iter().map(|(_, _, state)| Ticks { base: state.seq, micros: Vec::new() }).collect();
        let epoch = Epoch { instruments: Arc::clone(market.instruments()), ticks };
        let number = market.epoch();
        log.line("feed", format_args!("epoch {number} of {} symbols", epoch.instruments.len()));
        let before = self.epochs.insert(number, epoch);
        log.check("each_epoch_has_a_number_of_its_own", before.is_none(), || format!("{number} comes twice"));
        self.market = Some(market);
    }

    fn add_status(&mut self, status: &Arc<FeedStatus>, log: &Log) {
        let FeedStatus { revision, state, speed, .. } = **status;
        log.line("feed", format_args!("revision {revision}: {state:?} at {speed}"));
        let last = self.revision();
        log.check("revisions_grow", revision > last || last == 0, || format!("{revision} follows {last}"));
        self.statuses.insert(revision, Arc::clone(status));
    }

    /// Forgets the statuses, as the next server counts its own.
    pub fn begin_life(&mut self) {
        self.statuses.clear();
        self.market = None;
    }

    /// The newest revision.
    pub fn revision(&self) -> u64 {
        self.statuses.last_key_value().map_or(0, |(revision, _)| *revision)
    }

    pub fn status(&self, revision: u64) -> Option<&FeedStatus> {
        self.statuses.get(&revision).map(|status| &**status)
    }

    /// The statuses after one revision, up to another.
    pub fn statuses(&self, after: u64, to: u64) -> impl Iterator<Item = &FeedStatus> {
        self.statuses.range(after + 1..=to.max(after + 1)).map(|(_, status)| &**status)
    }

    pub const fn market(&self) -> Option<&Market> {
        self.market.as_ref()
    }

    /// The instruments of an epoch.
    pub fn instruments(&self, epoch: u64) -> Option<&Arc<[Instrument]>> {
        self.epochs.get(&epoch).map(|epoch| &epoch.instruments)
    }

    fn ticks(&self, epoch: u64, symbol: &str) -> Option<&Ticks> {
        let epoch = self.epochs.get(&epoch)?;
        let index = epoch.instruments.iter().position(|instrument| instrument.symbol == symbol)?;
        epoch.ticks.get(index)
    }

    /// The seq of a symbol before this time by the wall clock.
    pub fn seq_before(&self, epoch: u64, symbol: &str, micros: i64) -> u64 {
        self.ticks(epoch, symbol).map_or(0, |ticks| ticks.base + ticks.micros.partition_point(|at| *at < micros) as u64)
    }

    /// The time by the wall clock at which a tick came.
    pub fn time_of(&self, epoch: u64, symbol: &str, seq: u64) -> Option<i64> {
        let ticks = self.ticks(epoch, symbol)?;
        ticks.micros.get(usize::try_from(seq.checked_sub(ticks.base + 1)?).ok()?).copied()
    }
}

/// The state of a symbol as a snapshot has it.
pub fn quote(market: &Market, id: InstrumentId) -> Value {
    let (instrument, state) = market.get(id).unwrap();
    let mut message = QuotesMessage::new(outgoing(usize::MAX), QuotesKind::Snapshot, 1);
    message.push(id, instrument, state, 0);
    json(message.finish())["quotes"][0].clone()
}

/// The book of a symbol.
pub fn book(market: &Market, id: InstrumentId) -> Value {
    json(DepthCursor::new(id).take(market, outgoing(usize::MAX)).unwrap())
}

/// The newest trades of a symbol, the number of the first of them, and the number of the next trade.
pub fn trades(market: &Market, id: InstrumentId) -> (u64, u64, Vec<Value>) {
    let total = market.get(id).unwrap().1.trades.total();
    // One message of trades has as many.
    let message = json(TradesCursor::new(id, 500).take(market, outgoing(usize::MAX)).unwrap());
    let trades = message["trades"].as_array().unwrap().clone();
    (total + 1 - trades.len() as u64, total + 1, trades)
}

/// The closed bars of a symbol, and the forming one.
pub fn bars(market: &Market, id: InstrumentId, interval: Interval) -> (Vec<Value>, Option<Value>) {
    let (instrument, state) = market.get(id).unwrap();
    let series = state.series(interval);
    let closed = series.closed.iter().map(|bar| (bar, true));
    let bars = closed.chain(series.forming.map(|bar| (bar, false)));
    let head = SeriesHead { epoch: 1, ts_sent: 0, id, instrument, snapshot: false, max_bytes: usize::MAX };
    let message = json(bars_message(Format::Json, head, interval, 0, bars).0);
    let (closed, forming): (Vec<Value>, Vec<Value>) =
        message["bars"].as_array().unwrap().iter().cloned().partition(|bar| bar["closed"] == true);
    (closed, forming.into_iter().next())
}

fn json(message: EncodedMessage) -> Value {
    serde_json::from_str(&message.into_text().unwrap()).unwrap()
}

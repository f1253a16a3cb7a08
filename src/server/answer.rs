//! What a session says: answers to a client's requests, and what is due to it.
//!
//! Knows the market and the session's subscriptions, but no socket. It keeps marks of what is to be said and
//! writes one message at a time, when it is asked for: what waits for a slow client is no more than that.

use std::collections::VecDeque;
use std::sync::Arc;

use super::session::SessionLimits;
use super::subscriptions::{Grant, OverLimit, Subscriptions};
use crate::fanout::{Bell, Due, FRAME_SYMBOLS, LiveMarket, RATES, TierId, grant, wall_micros};
use crate::market::{Instrument, InstrumentId, Market};
use crate::wire::{
    Beat, Channel, EncodedQuote, Feed, Granted, Hello, Inbound, Message, QuotesFrame, QuotesKind, Refusal, Request,
    Text, Unsubscribed, parse,
};

/// The rate of a subscription that asks for none, in updates per second.
const DEFAULT_RATE: f64 = 5.0;
/// The bars of a subscription that does not say how many.
const DEFAULT_HISTORY: usize = 300;
/// All symbols of the feed.
const STAR: &str = "*";
/// A busy session too gets a beat, once in so many half seconds.
const BEAT_AT_LEAST: u32 = 10;

/// The name and version in `hello`.
const SERVER: &str = concat!("tickcast ", env!("CARGO_PKG_VERSION"));

pub struct Desk {
    live: LiveMarket,
    bell: Arc<Bell>,
    limits: SessionLimits,
    subscriptions: Subscriptions,
    /// Of the epoch of the subscriptions.
    instruments: Arc<[Instrument]>,
    /// Short answers to what the client said. It is not listened to until they are taken.
    answers: VecDeque<Text>,
    feed_due: bool,
    beat_due: bool,
    /// Symbols that need a snapshot.
    snapshot_due: Vec<InstrumentId>,
    tiers_due: Due,
    /// Where to look for the next series of bars that is due.
    bars_at: usize,
    /// Half seconds since anything, and since a beat, was said.
    quiet: u32,
    since_beat: u32,
}

impl Desk {
    /// The first messages are `hello` and `feed`.
    pub fn new(live: LiveMarket, bell: Arc<Bell>, limits: SessionLimits) -> Self {
        let (epoch, instruments) = {
            let live = live.read();
            (live.market.epoch(), Arc::clone(live.market.instruments()))
        };
        Self {
            live,
            bell,
            limits,
            subscriptions: Subscriptions::new(epoch, limits.subscriptions),
            instruments,
            answers: VecDeque::from([Hello::new(SERVER, wall_micros(), &RATES, limits.hello()).to_text()]),
            feed_due: true,
            beat_due: false,
            snapshot_due: Vec::new(),
            tiers_due: Due::default(),
            bars_at: 0,
            quiet: 0,
            since_beat: 0,
        }
    }

    /// The next message to send, until there is none.
    pub fn next(&mut self) -> Option<Text> {
        let text = self.write_next()?;
        self.quiet = 0;
        Some(text)
    }

    fn write_next(&mut self) -> Option<Text> {
        if let Some(answer) = self.answers.pop_front() {
            return Some(answer);
        }
        let handle = self.live.clone();
        let live = handle.read();
        self.follow_epoch(&live.market);
        if std::mem::take(&mut self.feed_due) {
            return Some(Feed::new(self.subscriptions.epoch(), wall_micros(), &live.status).to_text());
        }
        if !self.snapshot_due.is_empty() {
            return Some(self.snapshot(&live.market));
        }
        if let Some(bars) = self.next_bars(&live.market) {
            return Some(bars);
        }
        if std::mem::take(&mut self.beat_due) {
            return Some(Beat::new(&live.market, wall_micros()).to_text());
        }
        // The boards have locks of their own.
        drop(live);
        self.next_quotes()
    }

    /// Takes note of what the bell says is due.
    pub fn ring(&mut self, due: Due) {
        self.feed_due |= due.contains(Due::FEED);
        self.tiers_due = self.tiers_due.and(due);
        for wish in self.subscriptions.bars_mut() {
            wish.due |= wish.grant.is_some_and(|tier| due.contains(Due::tier(tier)));
        }
        self.bars_at = 0;
        if due.contains(Due::BEAT) {
            (self.quiet, self.since_beat) = (self.quiet + 1, self.since_beat + 1);
            if self.quiet > 1 || self.since_beat >= BEAT_AT_LEAST {
                (self.beat_due, self.since_beat) = (true, 0);
            }
        }
    }

    /// Answers one message of the client.
    pub fn answer(&mut self, text: &str) {
        let handle = self.live.clone();
        // One look at the market for the whole answer: no epoch can begin in the middle of it.
        let live = handle.read();
        self.follow_epoch(&live.market);
        let answered = parse(text).and_then(|Inbound { id, request }| {
            self.fulfil(&live.market, id, request).map_err(|refusal| refusal.with_id(id))
        });
        self.bell.listen(self.subscriptions.tiers());
        match answered {
            Ok(moved) => self.catch_up(&live.market, &moved),
            Err(refusal) => self.refuse(&refusal),
        }
        self.snapshot_due.sort_unstable();
        self.snapshot_due.dedup();
        self.bars_at = 0;
    }

    /// What a tier published before it was listened to rings no bell: symbols that were moved to another
    /// rate and lie behind need a snapshot.
    fn catch_up(&mut self, market: &Market, moved: &[InstrumentId]) {
        let behind = self.subscriptions.granted().filter(|(id, sent)| {
            moved.binary_search(id).is_ok() && market.get(*id).is_some_and(|(_, state)| state.seq > *sent)
        });
        self.snapshot_due.extend(behind.map(|(id, _)| id));
    }

    pub fn refuse(&mut self, refusal: &Refusal) {
        self.answers.push_back(refusal.to_text());
    }

    /// Where a new epoch has begun, everything is due anew.
    fn follow_epoch(&mut self, market: &Market) {
        if market.epoch() == self.subscriptions.epoch() {
            return;
        }
        let old = std::mem::replace(&mut self.instruments, Arc::clone(market.instruments()));
        let find = |id: InstrumentId| market.id(&old.get(id.index())?.symbol);
        self.subscriptions.reopen(market.epoch(), self.instruments.len(), find);
        self.feed_due = true;
        self.snapshot_due = self.subscriptions.granted().map(|(id, _)| id).collect();
        self.bars_at = 0;
        self.bell.listen(self.subscriptions.tiers());
    }

    /// Returns the symbols of quotes that were moved to another rate.
    fn fulfil(&mut self, market: &Market, id: Option<u64>, request: Request) -> Result<Vec<InstrumentId>, Refusal> {
        match request {
            Request::Subscribe { channel, symbols, rate, history } => {
                let grant = grant(rate.unwrap_or(DEFAULT_RATE));
                let (ids, star) = resolve(market, &symbols)?;
                let history = history.unwrap_or(DEFAULT_HISTORY).min(self.limits.bars);
                self.subscribe(channel, &ids, star, grant, history)?;
                self.answers.push_back(Granted::new(id, channel, &symbols, rate_of(grant)).to_text());
            }
            Request::Rate { channel, symbols, rate } => {
                let grant = grant(rate);
                let (ids, star) = self.subscribed(market, channel, &symbols)?;
                match channel {
                    Channel::Quotes => self.subscriptions.set_quotes_rate(&ids, star, grant),
                    Channel::Bars(interval) => self.subscriptions.set_bars_rate(&ids, interval, grant),
                }
                self.answers.push_back(Granted::new(id, channel, &symbols, rate_of(grant)).to_text());
                if channel == Channel::Quotes {
                    return Ok(ids);
                }
            }
            Request::Unsubscribe { channel, symbols } => {
                let (ids, star) = self.subscribed(market, channel, &symbols)?;
                match channel {
                    Channel::Quotes => self.subscriptions.remove_quotes(&ids, star),
                    Channel::Bars(interval) => self.subscriptions.remove_bars(&ids, interval),
                }
                self.answers.push_back(Unsubscribed::new(id, channel, &symbols).to_text());
            }
            Request::Resync { symbols } => {
                let (ids, _) = self.subscribed(market, Channel::Quotes, &symbols)?;
                self.snapshot_due.extend(ids);
            }
        }
        Ok(Vec::new())
    }

    fn subscribe(
        &mut self,
        channel: Channel,
        ids: &[InstrumentId],
        star: bool,
        grant: Grant,
        history: usize,
    ) -> Result<(), Refusal> {
        let done = match channel {
            Channel::Quotes => self.subscriptions.subscribe_quotes(ids, star, grant),
            Channel::Bars(interval) => self.subscriptions.subscribe_bars(ids, interval, grant, history),
        };
        done.map_err(|over| match over {
            OverLimit::Count { limit } => Refusal::too_many_subscriptions(limit),
            OverLimit::History { limit } => Refusal::too_much_history(limit),
        })?;
        if channel == Channel::Quotes && grant.is_some() {
            self.snapshot_due.extend_from_slice(ids);
        }
        Ok(())
    }

    /// A part of the snapshot that is due.
    fn snapshot(&mut self, market: &Market) -> Text {
        let symbols = self.snapshot_due.len().min(FRAME_SYMBOLS);
        let mut frame = QuotesFrame::new(QuotesKind::Snapshot, market.epoch(), wall_micros(), 0);
        for id in self.snapshot_due.drain(..symbols) {
            let Some((instrument, state)) = market.get(id) else { continue };
            let mut quote = EncodedQuote::default();
            quote.encode(instrument, state);
            frame.push(&quote, 1);
            self.subscriptions.sent(id, state.seq);
        }
        frame.finish().into()
    }

    fn next_bars(&mut self, market: &Market) -> Option<Text> {
        let wishes = self.subscriptions.bars_mut();
        while let Some(wish) = wishes.get_mut(self.bars_at) {
            if wish.due && wish.grant.is_some() {
                if let Some(text) = wish.cursor.take(market, wall_micros()) {
                    return Some(text.into());
                }
                wish.due = false;
            }
            self.bars_at += 1;
        }
        None
    }

    fn next_quotes(&mut self) -> Option<Text> {
        while let Some(tier) = self.tiers_due.tiers().next() {
            let cursor = self.subscriptions.quotes_mut(tier);
            if let Some(text) = cursor.and_then(|cursor| self.live.take_quotes(tier, cursor)) {
                return Some(text);
            }
            self.tiers_due = self.tiers_due.without(Due::tier(tier));
        }
        None
    }

    /// As [`resolve`], but only what is subscribed; `"*"` is all of that.
    fn subscribed(
        &self,
        market: &Market,
        channel: Channel,
        symbols: &[String],
    ) -> Result<(Vec<InstrumentId>, bool), Refusal> {
        let bars = match channel {
            Channel::Quotes => Vec::new(),
            Channel::Bars(interval) => self.subscriptions.bars_ids(interval),
        };
        let has = |id: InstrumentId| match channel {
            Channel::Quotes => self.subscriptions.has_quotes(id),
            Channel::Bars(_) => bars.binary_search(&id).is_ok(),
        };
        let (mut ids, star) = resolve(market, symbols)?;
        if star {
            ids.retain(|id| has(*id));
        } else if let Some(at) = ids.iter().position(|id| !has(*id)) {
            let symbol = &market.instruments()[ids[at].index()].symbol;
            return Err(Refusal::not_subscribed(channel, symbol));
        }
        Ok((ids, star))
    }
}

/// The instruments that a request names, sorted and each once, and whether it named all.
fn resolve(market: &Market, symbols: &[String]) -> Result<(Vec<InstrumentId>, bool), Refusal> {
    if symbols.iter().any(|symbol| symbol == STAR) {
        return Ok((market.iter().map(|(id, ..)| id).collect(), true));
    }
    let find = |symbol: &String| market.id(symbol).ok_or_else(|| Refusal::unknown_symbol(symbol));
    let mut ids = symbols.iter().map(find).collect::<Result<Vec<_>, _>>()?;
    ids.sort_unstable();
    ids.dedup();
    Ok((ids, false))
}

fn rate_of(grant: Grant) -> f64 {
    grant.map_or(0.0, TierId::rate)
}

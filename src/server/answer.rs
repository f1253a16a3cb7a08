//! What a session says: the answers to a client's requests, and what is due to it.
//!
//! Knows the market and the session's subscriptions, but no socket: it only fills a list of texts.

use std::sync::Arc;

use super::session::SessionLimits;
use super::subscriptions::{Grant, OverLimit, Subscriptions};
use crate::fanout::{Bell, Due, LiveMarket, RATES, TierId, grant, wall_micros};
use crate::market::{Instrument, InstrumentId, Interval, Market};
use crate::wire::{
    Beat, Channel, EncodedQuote, Feed, Granted, Hello, Inbound, Message, QuotesFrame, QuotesKind, Refusal, Request,
    Text, Unsubscribed, parse,
};

/// The rate of a subscription that asks for none, in updates per second.
const DEFAULT_RATE: f64 = 5.0;
/// The bars of a subscription that does not say how many.
const DEFAULT_HISTORY: usize = 300;
/// Symbols in one `snapshot` message: a large market comes in several.
const SNAPSHOT_SYMBOLS: usize = 500;
/// All symbols of the feed.
const STAR: &str = "*";

/// The name and version in `hello`.
const SERVER: &str = concat!("tickcast ", env!("CARGO_PKG_VERSION"));

pub struct Desk {
    live: LiveMarket,
    bell: Arc<Bell>,
    limits: SessionLimits,
    subscriptions: Subscriptions,
    /// Of the epoch of the subscriptions.
    instruments: Arc<[Instrument]>,
}

impl Desk {
    pub fn new(live: LiveMarket, bell: Arc<Bell>, limits: SessionLimits) -> Self {
        let (epoch, instruments) = {
            let market = live.market();
            (market.epoch(), Arc::clone(market.instruments()))
        };
        let subscriptions = Subscriptions::new(epoch, limits.subscriptions);
        Self { live, bell, limits, subscriptions, instruments }
    }

    /// The first messages: `hello` and `feed`.
    pub fn greet(&self) -> Vec<Text> {
        vec![Hello::new(SERVER, wall_micros(), &RATES, self.limits.hello()).to_text(), self.feed()]
    }

    fn feed(&self) -> Text {
        Feed::new(self.subscriptions.epoch(), wall_micros(), &self.live.status()).to_text()
    }

    pub fn beat(&self, out: &mut Vec<Text>) {
        out.push(Beat::new(&self.live.market(), wall_micros()).to_text());
    }

    pub fn refuse(&self, refusal: &Refusal, out: &mut Vec<Text>) {
        out.push(refusal.to_text());
    }

    /// Answers one message of the client.
    pub fn answer(&mut self, text: &str, out: &mut Vec<Text>) {
        let live = self.live.clone();
        // One look at the market for the whole answer: no epoch can begin in the middle of it.
        let market = live.market();
        self.follow_epoch(&market, out);
        let answered = parse(text).and_then(|Inbound { id, request }| {
            self.fulfil(&market, id, request, out).map_err(|refusal| refusal.with_id(id))
        });
        if let Err(refusal) = answered {
            self.refuse(&refusal, out);
        }
        self.bell.listen(self.subscriptions.tiers());
    }

    /// What the bell says is due.
    pub fn take_due(&mut self, due: Due, out: &mut Vec<Text>) {
        let live = self.live.clone();
        let market = live.market();
        if !self.follow_epoch(&market, out) && due.contains(Due::FEED) {
            out.push(self.feed());
        }
        for tier in due.tiers() {
            if let Some(cursor) = self.subscriptions.quotes_mut(tier) {
                out.extend(live.take_quotes(tier, cursor));
            }
            for wish in self.subscriptions.bars_mut().iter_mut().filter(|wish| wish.grant == Some(tier)) {
                out.extend(wish.cursor.take(&market, wall_micros()).map(Text::from));
            }
        }
    }

    /// Where a new epoch has begun, says so and sends its snapshots; tells whether that was the case.
    fn follow_epoch(&mut self, market: &Market, out: &mut Vec<Text>) -> bool {
        if market.epoch() == self.subscriptions.epoch() {
            return false;
        }
        let old = std::mem::replace(&mut self.instruments, Arc::clone(market.instruments()));
        let find = |id: InstrumentId| market.id(&old.get(id.index())?.symbol);
        self.subscriptions.reopen(market.epoch(), self.instruments.len(), find);
        out.push(self.feed());
        let granted = self.subscriptions.granted_ids();
        self.snapshot(market, &granted, out);
        self.snapshot_bars(market, |_, grant| grant.is_some(), out);
        self.bell.listen(self.subscriptions.tiers());
        true
    }

    fn fulfil(
        &mut self,
        market: &Market,
        id: Option<u64>,
        request: Request,
        out: &mut Vec<Text>,
    ) -> Result<(), Refusal> {
        match request {
            Request::Subscribe { channel, symbols, rate, history } => {
                let grant = grant(rate.unwrap_or(DEFAULT_RATE));
                let (ids, star) = resolve(market, &symbols)?;
                let history = history.unwrap_or(DEFAULT_HISTORY).min(self.limits.bars);
                self.subscribe(channel, &ids, star, grant, history)?;
                out.push(Granted::new(id, channel, &symbols, rate_of(grant)).to_text());
                self.send_state(market, channel, &ids, grant, out);
            }
            Request::Rate { channel, symbols, rate } => {
                let grant = grant(rate);
                let (ids, star) = self.subscribed(market, channel, &symbols)?;
                let woken = self.set_rate(channel, &ids, star, grant);
                out.push(Granted::new(id, channel, &symbols, rate_of(grant)).to_text());
                self.send_state(market, channel, &woken, grant, out);
            }
            Request::Unsubscribe { channel, symbols } => {
                let (ids, star) = self.subscribed(market, channel, &symbols)?;
                self.unsubscribe(channel, &ids, star);
                out.push(Unsubscribed::new(id, channel, &symbols).to_text());
            }
            Request::Resync { symbols } => {
                let (ids, _) = self.subscribed(market, Channel::Quotes, &symbols)?;
                self.snapshot(market, &ids, out);
            }
        }
        Ok(())
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
        })
    }

    /// Returns what had no rate before and now needs a snapshot.
    fn set_rate(&mut self, channel: Channel, ids: &[InstrumentId], star: bool, grant: Grant) -> Vec<InstrumentId> {
        match channel {
            Channel::Quotes => {
                let granted = self.subscriptions.granted_ids();
                if star {
                    self.subscriptions.set_star_rate(grant);
                }
                ids.iter().for_each(|id| self.subscriptions.set_rate(*id, grant));
                ids.iter().copied().filter(|id| !granted.contains(id)).collect()
            }
            Channel::Bars(interval) => {
                let mut woken = Vec::new();
                for wish in self.subscriptions.bars_mut() {
                    if wish.cursor.interval == interval && ids.contains(&wish.cursor.id) {
                        woken.extend(wish.grant.is_none().then_some(wish.cursor.id));
                        wish.grant = grant;
                    }
                }
                woken
            }
        }
    }

    fn unsubscribe(&mut self, channel: Channel, ids: &[InstrumentId], star: bool) {
        match channel {
            Channel::Quotes => {
                if star {
                    self.subscriptions.remove_star();
                }
                for id in ids {
                    self.subscriptions.remove_quotes(*id);
                }
            }
            Channel::Bars(interval) => ids.iter().for_each(|id| self.subscriptions.remove_bars(*id, interval)),
        }
    }

    /// The snapshots that follow a subscription; none at rate 0.
    fn send_state(
        &mut self,
        market: &Market,
        channel: Channel,
        ids: &[InstrumentId],
        grant: Grant,
        out: &mut Vec<Text>,
    ) {
        match (grant, channel) {
            (None, _) => {}
            (Some(_), Channel::Quotes) => self.snapshot(market, ids, out),
            (Some(_), Channel::Bars(interval)) => {
                self.snapshot_bars(market, |(id, of), _| of == interval && ids.contains(&id), out);
            }
        }
    }

    fn snapshot(&mut self, market: &Market, ids: &[InstrumentId], out: &mut Vec<Text>) {
        for ids in ids.chunks(SNAPSHOT_SYMBOLS) {
            let mut frame = QuotesFrame::new(QuotesKind::Snapshot, market.epoch(), wall_micros(), ids.len() * 230);
            for id in ids {
                let Some((instrument, state)) = market.get(*id) else { continue };
                let mut quote = EncodedQuote::default();
                quote.encode(instrument, state);
                frame.push(&quote, 1);
                self.subscriptions.sent(*id, state.seq);
            }
            out.push(frame.finish().into());
        }
    }

    fn snapshot_bars(
        &mut self,
        market: &Market,
        wanted: impl Fn((InstrumentId, Interval), Grant) -> bool,
        out: &mut Vec<Text>,
    ) {
        for wish in self.subscriptions.bars_mut() {
            if wanted((wish.cursor.id, wish.cursor.interval), wish.grant) {
                out.extend(wish.cursor.snapshot(market, wish.history, wall_micros()).map(Text::from));
            }
        }
    }

    /// As [`resolve`], but only what is subscribed; `"*"` is all of that.
    fn subscribed(
        &self,
        market: &Market,
        channel: Channel,
        symbols: &[String],
    ) -> Result<(Vec<InstrumentId>, bool), Refusal> {
        let has = |id: InstrumentId| match channel {
            Channel::Quotes => self.subscriptions.has_quotes(id),
            Channel::Bars(interval) => self.subscriptions.has_bars(id, interval),
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

/// The instruments that a request names, each once, and whether it named all.
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

//! What a session says: answers to a client's requests, and what is due to it.
//!
//! Knows the market and the session's subscriptions, but no socket. It keeps marks of what is to be said and
//! writes one message at a time, when it is asked for: what waits for a slow client is no more than that.

use std::collections::VecDeque;
use std::sync::Arc;

use super::session::SessionLimits;
use super::subscriptions::{Grant, OverLimit, Subscriptions};
use crate::fanout::{Bell, Due, FRAME_SYMBOLS, LiveMarket, Taken, TierId, grant, wall_micros};
use crate::market::{Command, Instrument, InstrumentId, Market};
use crate::wire::{
    Beat, BinaryQuote, Channel, Driven, EncodedQuote, Feed, Format, FormatSet, Frame, Granted, Hello, Inbound, Message,
    News, QuoteEncoding, QuotesKind, Rate, Refusal, Request, StagedList, Stopping, Subscribe, Text, Throttled, Told,
    Unsubscribed, beat_frame, parse,
};

/// The rate of a subscription that asks for none, in updates per second.
const DEFAULT_RATE: Rate = Rate::PerSecond(5.0);
/// The bars and the trades of a subscription that does not say how many.
const DEFAULT_BARS: usize = 300;
const DEFAULT_TRADES: usize = 50;
/// The headlines of a subscription that does not say how many.
const DEFAULT_STORIES: u64 = 50;
/// When a client may try again after a planned stop.
const RECONNECT_AFTER_MS: u64 = 1_000;
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
    format: Format,
    subscriptions: Subscriptions,
    /// Of the epoch of the subscriptions.
    instruments: Arc<[Instrument]>,
    /// Short answers to what the client said. It is not listened to until they are taken.
    answers: VecDeque<Text>,
    /// What the client just asked the feed to do.
    command: Option<(Option<u64>, Command)>,
    feed_due: bool,
    /// Of the scenarios that began, which all are told, and of the news, where it is subscribed.
    staged: Told,
    news: Option<Told>,
    happened: bool,
    beat_due: bool,
    /// Symbols that need a snapshot.
    snapshot_due: Vec<InstrumentId>,
    /// Symbols that may lie behind without a beat to come.
    behind: Vec<InstrumentId>,
    tiers_due: Due,
    /// Which of the cursors of the first of these tiers is being looked through.
    quotes_at: usize,
    /// Where to look for the next series that is due.
    series_at: usize,
    /// Half seconds since a beat was said.
    since_beat: u32,
}

impl Desk {
    /// The first messages are `hello` and `feed`.
    pub fn new(live: LiveMarket, bell: Arc<Bell>, limits: SessionLimits, format: Format) -> Self {
        let (epoch, instruments) = {
            let live = live.read();
            (live.market.epoch(), Arc::clone(live.market.instruments()))
        };
        Self {
            live,
            bell,
            limits,
            format,
            subscriptions: Subscriptions::new(epoch, limits.subscriptions),
            instruments,
            answers: VecDeque::from([Hello::new(
                SERVER,
                wall_micros(),
                TierId::all().map(TierId::rate).collect(),
                limits.hello(),
                limits.control,
            )
            .to_text()]),
            command: None,
            feed_due: true,
            staged: Told::default(),
            news: None,
            happened: true,
            beat_due: false,
            snapshot_due: Vec::new(),
            behind: Vec::new(),
            tiers_due: Due::default(),
            quotes_at: 0,
            series_at: 0,
            since_beat: 0,
        }
    }

    /// The next message to send, until there is none.
    pub fn next(&mut self) -> Option<Frame> {
        let frame = self.write_next()?;
        self.bell.speak();
        Some(frame)
    }

    fn write_next(&mut self) -> Option<Frame> {
        if let Some(answer) = self.answers.pop_front() {
            return Some(Frame::Text(answer));
        }
        // Mostly only quotes are due, and the boards that have them have locks of their own.
        let other =
            self.feed_due || self.beat_due || self.happened || !self.snapshot_due.is_empty() || !self.behind.is_empty();
        let series = self.series_at < self.subscriptions.series_mut().len();
        if (other || series)
            && let Some(frame) = self.write_from_market()
        {
            return Some(frame);
        }
        self.next_quotes()
    }

    fn write_from_market(&mut self) -> Option<Frame> {
        let handle = self.live.clone();
        let live = handle.read();
        self.follow_epoch(&live.market);
        if std::mem::take(&mut self.feed_due) {
            let feed = Feed::new(&live.market, wall_micros(), &live.status);
            return Some(Frame::Text(feed.to_text()));
        }
        if let Some(text) = self.next_happening(&live.market) {
            return Some(Frame::Text(text));
        }
        if !self.snapshot_due.is_empty() {
            return Some(match self.format {
                Format::Json => self.snapshot::<EncodedQuote>(&live.market),
                Format::Binary => self.snapshot::<BinaryQuote>(&live.market),
            });
        }
        let behind = match self.format {
            Format::Json => self.next_behind::<EncodedQuote>(&live.market),
            Format::Binary => self.next_behind::<BinaryQuote>(&live.market),
        };
        if let Some(frame) = behind.or_else(|| self.next_series(&live.market)) {
            return Some(frame);
        }
        let beat = std::mem::take(&mut self.beat_due).then(|| Beat::new(&live.market, wall_micros()))?;
        Some(match self.format {
            Format::Json => Frame::Text(beat.to_text()),
            Format::Binary => beat_frame(&beat),
        })
    }

    /// Takes note of what the bell says is due.
    pub fn ring(&mut self, due: Due) {
        self.feed_due |= due.contains(Due::FEED);
        self.happened |= due.contains(Due::HAPPENED);
        self.tiers_due = self.tiers_due.and(due);
        self.subscriptions.mark_series(|tier| due.contains(Due::tier(tier)));
        self.series_at = 0;
        self.since_beat += due.half_seconds();
        if due.contains(Due::BEAT) || self.since_beat >= BEAT_AT_LEAST {
            (self.beat_due, self.since_beat) = (true, 0);
        }
    }

    /// Answers one message of the client; gives the code of the refusal if it is one.
    pub fn answer(&mut self, text: &str) -> Option<&'static str> {
        let handle = self.live.clone();
        // One look at the market for the whole answer: no epoch can begin in the middle of it.
        let live = handle.read();
        self.follow_epoch(&live.market);
        let answered = parse(text).and_then(|Inbound { id, request }| {
            self.fulfil(&live.market, id, request).map_err(|refusal| refusal.with_id(id))
        });
        let refusal = answered.err();
        refusal.iter().for_each(|refusal| self.refuse(refusal));
        self.bell.listen(self.subscriptions.tiers(), self.format);
        self.snapshot_due.sort_unstable();
        self.snapshot_due.dedup();
        self.series_at = 0;
        refusal.map(|refusal| refusal.code)
    }

    /// From now on the session gets no more than `cap`, and is told.
    pub fn throttle(&mut self, cap: Option<TierId>) {
        self.subscriptions.set_cap(cap);
        self.bell.lower(cap.is_some());
        self.bell.listen(self.subscriptions.tiers(), self.format);
        self.behind.extend(self.subscriptions.granted().map(|(id, _)| id));
        self.subscriptions.mark_series(|_| true);
        self.answers.push_back(Throttled::new(wall_micros(), cap.map(TierId::rate)).to_text());
    }

    /// The fastest tier that was granted.
    pub fn fastest(&self) -> Option<TierId> {
        self.subscriptions.fastest()
    }

    /// The announcement of a planned stop.
    pub fn stopping() -> Text {
        Stopping { ts_sent: wall_micros(), reconnect_after_ms: RECONNECT_AFTER_MS }.to_text()
    }

    /// What the message that was just answered asks the feed to do.
    pub const fn take_command(&mut self) -> Option<(Option<u64>, Command)> {
        self.command.take()
    }

    /// The feed obeyed, or why it did not.
    pub fn driven(&mut self, id: Option<u64>, command: &'static str, done: Result<(), Refusal>) {
        match done {
            Ok(()) => self.answers.push_back(Driven::new(id, command).to_text()),
            Err(refusal) => self.refuse(&refusal.with_id(id)),
        }
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
        self.behind.clear();
        self.staged = Told::default();
        self.news = self.news.map(|_| Told::newest(market.news(), DEFAULT_STORIES));
        self.happened = true;
        self.series_at = 0;
        self.bell.listen(self.subscriptions.tiers(), self.format);
    }

    fn fulfil(&mut self, market: &Market, id: Option<u64>, request: Request) -> Result<(), Refusal> {
        match request {
            Request::Subscribe(request) if request.channel == Channel::News => {
                self.subscribe_news(market, id, &request)
            }
            Request::Subscribe(request) => self.subscribe(market, id, &request)?,
            Request::Rate { channel, symbols, rate } => {
                let grant = grant(rate);
                let (ids, star) = self.subscribed(market, channel, &symbols)?;
                match channel {
                    Channel::Quotes => self.set_quotes_rate(&ids, star, grant),
                    _ => self.subscriptions.set_series_rate(&ids, channel, grant),
                }
                self.answers.push_back(Granted::new(id, channel, &symbols, rate_of(grant), None).to_text());
            }
            Request::Unsubscribe { channel: Channel::News, symbols } => {
                let was = self.news.take();
                was.ok_or_else(|| Refusal::not_subscribed(Channel::News, STAR))?;
                self.answers.push_back(Unsubscribed::new(id, Channel::News, &symbols).to_text());
            }
            Request::Unsubscribe { channel, symbols } => {
                let (ids, star) = self.subscribed(market, channel, &symbols)?;
                match channel {
                    Channel::Quotes => self.subscriptions.remove_quotes(&ids, star),
                    _ => self.subscriptions.remove_series(&ids, channel),
                }
                self.answers.push_back(Unsubscribed::new(id, channel, &symbols).to_text());
            }
            Request::Resync { symbols } => {
                let (ids, _) = self.subscribed(market, Channel::Quotes, &symbols)?;
                self.snapshot_due.extend(ids);
            }
            Request::Drive(command) => self.command = Some((id, command)),
            Request::Format(format) => {
                self.set_format(format);
                self.answers.push_back(FormatSet::new(id, format).to_text());
            }
        }
        Ok(())
    }

    /// What follows comes from other boards, which may not stand where those before did. A binary step needs
    /// a binary state to begin from, so that format begins with a snapshot.
    fn set_format(&mut self, format: Format) {
        if format == self.format {
            return;
        }
        self.format = format;
        self.subscriptions.look_anew();
        let granted = self.subscriptions.granted().map(|(id, _)| id);
        match format {
            Format::Json => self.behind.extend(granted),
            Format::Binary => self.snapshot_due.extend(granted),
        }
    }

    fn subscribe(&mut self, market: &Market, id: Option<u64>, request: &Subscribe) -> Result<(), Refusal> {
        let Subscribe { channel, symbols, rate, history, since } = request;
        let (channel, grant) = (*channel, grant(rate.unwrap_or(DEFAULT_RATE)));
        let (ids, star) = match channel {
            Channel::Depth => resolve_depth(market, symbols)?,
            _ => resolve(market, symbols)?,
        };
        let history = match channel {
            Channel::Depth => 0,
            Channel::Trades => history.unwrap_or(DEFAULT_TRADES).min(self.limits.bars),
            _ => history.unwrap_or(DEFAULT_BARS).min(self.limits.bars),
        };
        let done = match channel {
            Channel::Quotes => self.subscriptions.subscribe_quotes(&ids, star, grant),
            _ => self.subscriptions.subscribe_series(&ids, channel, grant, history),
        };
        done.map_err(|over| match over {
            OverLimit::Count { limit } => Refusal::too_many_subscriptions(limit),
            OverLimit::History { limit } => Refusal::too_much_history(limit),
        })?;
        let recovered = since.as_ref().map(|since| since.epoch == market.epoch());
        let at = since.as_ref().filter(|_| recovered == Some(true)).map(|since| &since.at);
        let last = |id: InstrumentId| at?.get(&market.instruments()[id.index()].symbol).copied();
        match channel {
            Channel::Quotes if grant.is_some() => self.begin_quotes(market, &ids, last),
            Channel::Quotes => {}
            _ => self.begin_series(market, &ids, channel, last),
        }
        self.answers.push_back(Granted::new(id, channel, symbols, rate_of(grant), recovered).to_text());
        Ok(())
    }

    /// Each headline comes at once, from the newest so many on or after the last one that the client has.
    fn subscribe_news(&mut self, market: &Market, id: Option<u64>, request: &Subscribe) {
        let Subscribe { symbols, history, since, .. } = request;
        let history = history.map_or(DEFAULT_STORIES, |history| history as u64);
        let recovered = since.as_ref().map(|since| since.epoch == market.epoch());
        let last = since.as_ref().filter(|_| recovered == Some(true)).and_then(|since| since.at.get(STAR));
        let seen = last.and_then(|last| u64::try_from(*last).ok()).filter(|seen| *seen <= market.news().total());
        self.news = Some(match seen {
            Some(seen) => Told { seen, begun: true },
            None => Told::newest(market.news(), history),
        });
        self.happened = true;
        self.answers.push_back(Granted::new(id, Channel::News, symbols, Rate::Every, recovered).to_text());
    }

    fn next_happening(&mut self, market: &Market) -> Option<Text> {
        if !self.happened {
            return None;
        }
        if let Some(staged) = StagedList::after(&mut self.staged, market, wall_micros()) {
            return Some(staged.to_text());
        }
        let news = self.news.as_mut().and_then(|told| News::after(told, market, wall_micros()));
        self.happened = false;
        news.map(|news| news.to_text())
    }

    /// Sends what follows the last seq that the client has, and a snapshot where it has none, or where nothing
    /// follows yet and a later binary step would have no state to begin from.
    fn begin_quotes(&mut self, market: &Market, ids: &[InstrumentId], last: impl Fn(InstrumentId) -> Option<i64>) {
        for id in ids {
            let seq = market.get(*id).map_or(0, |(_, state)| state.seq);
            let end = if self.format == Format::Binary { seq } else { seq + 1 };
            match last(*id).and_then(|sent| u64::try_from(sent).ok()).filter(|sent| *sent < end) {
                Some(sent) => {
                    self.subscriptions.sent(*id, sent);
                    self.behind.push(*id);
                }
                None => self.snapshot_due.push(*id),
            }
        }
    }

    fn begin_series(
        &mut self,
        market: &Market,
        ids: &[InstrumentId],
        channel: Channel,
        last: impl Fn(InstrumentId) -> Option<i64>,
    ) {
        for wish in self.subscriptions.series_mut().iter_mut().filter(|wish| wish.is_of(ids, channel)) {
            if let Some(last) = last(wish.cursor.id()) {
                wish.cursor.resume(market, last);
            }
        }
    }

    /// What a tier published before it was listened to rings no bell, so symbols that are moved to another
    /// rate may lie behind; those that had none get a snapshot.
    fn set_quotes_rate(&mut self, ids: &[InstrumentId], star: bool, grant: Grant) {
        let paused = self.subscriptions.paused();
        self.subscriptions.set_quotes_rate(ids, star, grant);
        if grant.is_some() {
            let (woken, moved): (Vec<InstrumentId>, Vec<InstrumentId>) =
                ids.iter().partition(|id| paused.binary_search(id).is_ok());
            self.snapshot_due.extend(woken);
            self.behind.extend(moved);
        }
    }

    /// A part of the snapshot that is due.
    fn snapshot<Q: QuoteEncoding>(&mut self, market: &Market) -> Frame {
        let symbols = self.snapshot_due.len().min(FRAME_SYMBOLS);
        let mut frame = Q::begin(QuotesKind::Snapshot, market.epoch(), wall_micros(), 0);
        for id in self.snapshot_due.drain(..symbols) {
            let Some((instrument, state)) = market.get(id) else { continue };
            let mut quote = Q::default();
            quote.renew(id, instrument, state);
            quote.add_to(&mut frame, 1);
            self.subscriptions.sent(id, state.seq);
        }
        Q::finish(frame)
    }

    /// An update of symbols that lie behind.
    fn next_behind<Q: QuoteEncoding>(&mut self, market: &Market) -> Option<Frame> {
        let mut frame = Q::begin(QuotesKind::Update, market.epoch(), wall_micros(), 0);
        let mut symbols = 0;
        while symbols < FRAME_SYMBOLS
            && let Some(id) = self.behind.pop()
        {
            let (Some((instrument, state)), Some(sent)) = (market.get(id), self.subscriptions.sent_of(id)) else {
                continue;
            };
            if state.seq > sent {
                let mut quote = Q::default();
                quote.renew(id, instrument, state);
                quote.add_to(&mut frame, sent + 1);
                self.subscriptions.sent(id, state.seq);
                symbols += 1;
            }
        }
        (symbols > 0).then(|| Q::finish(frame))
    }

    fn next_series(&mut self, market: &Market) -> Option<Frame> {
        let wishes = self.subscriptions.series_mut();
        while let Some(wish) = wishes.get_mut(self.series_at) {
            if wish.due && wish.grant.is_some() {
                let frame = wish.cursor.take(market, wall_micros(), self.format);
                // Once for each time the bell rang: a slow client would otherwise be behind for ever.
                wish.due = frame.is_some() && wish.cursor.has_more();
                if let Some(frame) = frame {
                    return Some(frame);
                }
            }
            self.series_at += 1;
        }
        None
    }

    fn next_quotes(&mut self) -> Option<Frame> {
        let (group, format) = (self.bell.group(), self.format);
        while let Some(tier) = self.tiers_due.tiers().next() {
            let Some(cursor) = self.subscriptions.quotes_mut(tier).nth(self.quotes_at) else {
                (self.tiers_due, self.quotes_at) = (self.tiers_due.without(Due::tier(tier)), 0);
                continue;
            };
            match self.live.take_quotes(group, tier, format, cursor) {
                Taken::Frame(frame) => {
                    // One look for each time the bell rang; what the board shows meanwhile rings again.
                    self.quotes_at += usize::from(cursor.is_through());
                    return Some(frame);
                }
                Taken::Nothing => self.quotes_at += 1,
                Taken::Lost => {
                    self.behind.extend(cursor.iter().map(|(id, _)| id));
                    return self.write_next();
                }
            }
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
        let series = self.subscriptions.series_ids(channel);
        let has = |id: InstrumentId| match channel {
            Channel::Quotes => self.subscriptions.has_quotes(id),
            _ => series.binary_search(&id).is_ok(),
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

/// As [`resolve`], but only what has a depth; `"*"` is all of that.
fn resolve_depth(market: &Market, symbols: &[String]) -> Result<(Vec<InstrumentId>, bool), Refusal> {
    let (mut ids, star) = resolve(market, symbols)?;
    let without = ids.iter().position(|id| !market.has_depth(*id));
    if star {
        ids.retain(|id| market.has_depth(*id));
        if ids.is_empty() {
            return Err(Refusal::no_depth(None));
        }
    } else if let Some(at) = without {
        return Err(Refusal::no_depth(Some(&market.instruments()[ids[at].index()].symbol)));
    }
    Ok((ids, star))
}

fn rate_of(grant: Grant) -> Rate {
    grant.map_or(Rate::PerSecond(0.0), TierId::rate)
}

//! What a session says: what is due to it, and the answers to its client's requests (`requests.rs`).
//!
//! Knows the market and the session's subscriptions, but no socket. It keeps marks of what is to be said and
//! writes one message at a time, when it is asked for: what waits for a slow client is no more than that.

mod requests;

use std::collections::VecDeque;
use std::sync::Arc;

use super::limits::SessionLimits;
use super::subscriptions::Subscriptions;
use crate::control::Command;
use crate::fanout::{Due, FRAME_SYMBOLS, LiveMarket, Notifier, Taken, TierId, wall_micros};
use crate::market::{Instrument, InstrumentId, Market};
use crate::wire::{
    ApiError, BinaryQuote, Driven, EncodedQuote, Feed, Format, Frame, Heartbeat, Hello, Message, News, QuoteEncoding,
    QuotesKind, Scenarios, Stopping, Text, Throttled, Told, heartbeat_frame,
};

/// The headlines of a subscription that does not say how many.
const DEFAULT_STORIES: u64 = 50;
/// When a client may try again after a planned stop.
const RECONNECT_AFTER_MS: u64 = 1_000;
/// A busy session too gets a beat, once in so many half seconds.
const BEAT_AT_LEAST: u32 = 10;

/// The name and version in `hello`.
const SERVER: &str = concat!("tickcast ", env!("CARGO_PKG_VERSION"));

pub struct Outbox {
    live: LiveMarket,
    notifier: Arc<Notifier>,
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

impl Outbox {
    /// The first messages are `hello` and `feed`.
    pub fn new(live: LiveMarket, notifier: Arc<Notifier>, limits: SessionLimits, format: Format) -> Self {
        let (epoch, instruments) = {
            let live = live.read();
            (live.market.epoch(), Arc::clone(live.market.instruments()))
        };
        Self {
            live,
            notifier,
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
        self.notifier.mark_sent();
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
        let heartbeat = std::mem::take(&mut self.beat_due).then(|| Heartbeat::new(&live.market, wall_micros()))?;
        Some(match self.format {
            Format::Json => Frame::Text(heartbeat.to_text()),
            Format::Binary => heartbeat_frame(&heartbeat),
        })
    }

    /// Takes note of what the notifier says is due.
    pub fn ring(&mut self, due: Due) {
        self.feed_due |= due.contains(Due::FEED);
        self.happened |= due.contains(Due::NOTICE);
        self.tiers_due = self.tiers_due.and(due);
        self.subscriptions.mark_series(|tier| due.contains(Due::tier(tier)));
        self.series_at = 0;
        self.since_beat += due.half_seconds();
        if due.contains(Due::HEARTBEAT) || self.since_beat >= BEAT_AT_LEAST {
            (self.beat_due, self.since_beat) = (true, 0);
        }
    }

    /// From now on the session gets no more than `cap`, and is told.
    pub fn throttle(&mut self, cap: Option<TierId>) {
        self.subscriptions.set_cap(cap);
        self.notifier.set_throttled(cap.is_some());
        self.notifier.set_tiers(self.subscriptions.tiers(), self.format);
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
    pub fn driven(&mut self, id: Option<u64>, command: &'static str, done: Result<(), ApiError>) {
        match done {
            Ok(()) => self.answers.push_back(Driven::new(id, command).to_text()),
            Err(refusal) => self.refuse(&refusal.with_id(id)),
        }
    }

    pub fn refuse(&mut self, refusal: &ApiError) {
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
        self.notifier.set_tiers(self.subscriptions.tiers(), self.format);
    }

    fn next_happening(&mut self, market: &Market) -> Option<Text> {
        if !self.happened {
            return None;
        }
        if let Some(staged) = Scenarios::after(&mut self.staged, market, wall_micros()) {
            return Some(staged.to_text());
        }
        let news = self.news.as_mut().and_then(|told| News::after(told, market, wall_micros()));
        self.happened = false;
        news.map(|news| news.to_text())
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
                // Once for each time the notifier rang: a slow client would otherwise be behind for ever.
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
        let (group, format) = (self.notifier.group(), self.format);
        while let Some(tier) = self.tiers_due.tiers().next() {
            let Some(cursor) = self.subscriptions.quotes_mut(tier).nth(self.quotes_at) else {
                (self.tiers_due, self.quotes_at) = (self.tiers_due.without(Due::tier(tier)), 0);
                continue;
            };
            match self.live.take_quotes(group, tier, format, cursor) {
                Taken::Frame(frame) => {
                    // One look for each time the notifier rang; what the board shows meanwhile rings again.
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
}

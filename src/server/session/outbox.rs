//! The messages that are due to a client, and the answers to its requests (`requests.rs`).
//!
//! Knows the market and the session's subscriptions, but no socket. It keeps marks of what is due and makes one message
//! at a time, when the session takes it. A slow client holds up no more than these marks.

mod epoch;
mod facts;
mod quotes;
mod requests;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::limits::SessionLimits;
use super::subscriptions::Subscriptions;
use crate::control::Command;
use crate::fanout::{Due, LiveMarket, NoticesCursor, Notifier, TierId};
use crate::market::{Instrument, InstrumentSet, Market};
use crate::server::limits::{INCLUDED_BYTES, LONG_MESSAGE, TURN_BYTES};
use crate::wire::{
    ApiError, Driven, EncodedMessage, Feed, Format, Heartbeat, Hello, JsonMessage, MESSAGE_BYTES, Outgoing, Stopping,
    Text, Throttled,
};

/// The default number of headlines of a subscription.
const DEFAULT_HEADLINES: u64 = 50;
/// Time after which a client may reconnect after a planned stop.
const RECONNECT_AFTER_MS: u64 = 1_000;
/// Half seconds between the heartbeats of a busy session.
const BUSY_HEARTBEAT: u32 = 10;

/// The name and version of this server in `hello`.
const SERVER: &str = concat!("tickcast ", env!("CARGO_PKG_VERSION"));

/// The outgoing side of a session.
pub struct Outbox {
    live: LiveMarket,
    notifier: Arc<Notifier>,
    /// The most bars and trades that a series begins with.
    max_history: usize,
    format: Format,
    /// The longest message that the client takes, in bytes; and the longest that it may ask for.
    max_bytes: usize,
    max_sent_bytes: usize,
    subscriptions: Subscriptions,
    /// The instruments of the subscriptions' epoch.
    instruments: Arc<[Instrument]>,
    /// Answers to requests. The session reads no further request until they are written.
    answers: VecDeque<Text>,
    /// The command of the request that was just answered.
    command: Option<(Option<u64>, Command)>,
    feed_due: bool,
    /// Scenarios that were sent; all sessions get them.
    scenarios: NoticesCursor,
    /// Headlines that were sent, where news is subscribed.
    news: Option<NoticesCursor>,
    notices_due: bool,
    /// A heartbeat is due unless another message comes first.
    heartbeat_due: bool,
    /// A heartbeat is due.
    busy_heartbeat_due: bool,
    /// Symbols whose facts were sent in this epoch, as binary messages need them; and those that are due.
    described: InstrumentSet,
    facts_due: InstrumentSet,
    /// Symbols that need a snapshot.
    snapshot_due: InstrumentSet,
    /// Symbols that may be behind, and that no coming flush marks.
    behind: InstrumentSet,
    /// Tiers whose flush has updates.
    tiers_due: Due,
    /// Tiers that had another flush before the last one was read through.
    tiers_again: Due,
    /// The tier that is read.
    tier: Option<TierId>,
    /// The tier that was read before it.
    last_tier: Option<TierId>,
    /// Index of the next cursor to read, among those of the tier.
    quotes_index: usize,
    /// Index of the next series to read.
    series_index: usize,
    /// Series to look at until all were looked at since the last mark.
    series_left: usize,
    /// Quotes come next, if they are due: quotes and series take turns.
    is_quotes_turn: bool,
    /// Half seconds since the last heartbeat.
    since_heartbeat: u32,
    /// The last message was a heartbeat.
    is_heartbeat: bool,
    /// The time by which the client's reading lags behind, if it is known.
    lag: Option<Duration>,
    /// The program of the client acknowledges messages, as its pongs say nothing about it.
    acknowledges: bool,
    /// The number of messages that the client has just acknowledged.
    acknowledged: Option<u32>,
    /// Items of histories and snapshots that the client asked for since they were taken.
    asked: usize,
    /// Bytes of snapshots and histories that were made in this turn.
    turn_bytes: usize,
}

impl Outbox {
    /// An outbox whose first messages are `hello` and `feed`.
    pub fn new(live: LiveMarket, notifier: Arc<Notifier>, limits: &SessionLimits, format: Format) -> Self {
        let (epoch, instruments) = {
            let live = live.read();
            (live.market.epoch(), Arc::clone(live.market.instruments()))
        };
        let rates = TierId::all().map(TierId::rate).collect();
        let hello = Hello::new(SERVER, live.wall_micros(), rates, limits.hello(), limits.control);
        Self {
            live,
            notifier,
            max_history: limits.bars,
            format,
            max_bytes: MESSAGE_BYTES,
            max_sent_bytes: limits.max_sent_bytes,
            subscriptions: Subscriptions::new(epoch, limits.subscriptions),
            instruments,
            answers: VecDeque::from([hello.to_text()]),
            command: None,
            feed_due: true,
            scenarios: NoticesCursor::default(),
            news: None,
            notices_due: true,
            heartbeat_due: false,
            busy_heartbeat_due: false,
            described: InstrumentSet::new(),
            facts_due: InstrumentSet::new(),
            snapshot_due: InstrumentSet::new(),
            behind: InstrumentSet::new(),
            tiers_due: Due::default(),
            tiers_again: Due::default(),
            tier: None,
            last_tier: None,
            quotes_index: 0,
            series_index: 0,
            series_left: 0,
            is_quotes_turn: false,
            since_heartbeat: 0,
            is_heartbeat: false,
            lag: None,
            acknowledges: false,
            acknowledged: None,
            asked: 0,
            turn_bytes: 0,
        }
    }

    /// The announcement of a planned stop.
    pub fn stopping(&self) -> Text {
        Stopping { ts_sent: self.live.wall_micros(), reconnect_after_ms: RECONNECT_AFTER_MS }.to_text()
    }

    /// The next message to send, if one is due.
    pub fn next(&mut self) -> Option<EncodedMessage> {
        let frame = self.make_next()?;
        self.notifier.mark_sent();
        self.heartbeat_due = false;
        Some(frame)
    }

    /// The next answer to a request of the client, if there is one.
    pub fn next_answer(&mut self) -> Option<EncodedMessage> {
        let answer = self.answers.pop_front()?;
        self.notifier.mark_sent();
        Some(EncodedMessage::Text(answer))
    }

    /// Returns whether the last message was a heartbeat, which has nothing that gets old.
    pub const fn is_heartbeat(&self) -> bool {
        self.is_heartbeat
    }

    /// Returns whether there may be another message.
    pub fn has_more(&self) -> bool {
        !self.answers.is_empty()
            || self.needs_market()
            || self.series_left > 0
            || self.tiers_due.tiers().next().is_some()
    }

    /// Returns whether the program of the client acknowledges messages.
    pub const fn acknowledges(&self) -> bool {
        self.acknowledges
    }

    /// Sets the time by which the client's reading lags behind.
    pub const fn set_lag(&mut self, lag: Option<Duration>) {
        self.lag = lag;
    }

    /// Takes the number of messages that the client has just acknowledged.
    pub const fn take_acknowledged(&mut self) -> Option<u32> {
        self.acknowledged.take()
    }

    /// The number of flushes in `due` that come before the session has taken the one before.
    pub fn marked_again(&self, due: Due) -> u64 {
        due.tiers().filter(|tier| self.tiers_due.contains(Due::tier(*tier))).count() as u64
    }

    /// Returns whether so much of snapshots and histories was made that the session has to wait for another turn.
    pub fn is_turn_over(&mut self) -> bool {
        let is_over = self.turn_bytes >= TURN_BYTES;
        if is_over {
            self.turn_bytes = 0;
        }
        is_over
    }

    /// Marks the tiers and events that the notifier reports as due.
    pub fn mark(&mut self, due: Due) {
        self.feed_due |= due.contains(Due::FEED);
        self.notices_due |= due.contains(Due::NOTICE);
        self.tiers_again = self.tiers_again.and(self.tiers_due.common(due));
        self.tiers_due = self.tiers_due.and(due);
        self.mark_series(|tier| due.contains(Due::tier(tier)));
        self.since_heartbeat += due.half_seconds();
        self.heartbeat_due |= due.contains(Due::HEARTBEAT);
        self.busy_heartbeat_due |= self.since_heartbeat >= BUSY_HEARTBEAT;
    }

    /// Marks the series in some tiers as due. Goes on with the series that is next, or a slow client would only get the
    /// first ones.
    fn mark_series(&mut self, is_due: impl Fn(TierId) -> bool) {
        self.subscriptions.mark_series(is_due);
        self.series_left = self.subscriptions.series().len();
    }

    /// Serves nothing faster than `cap` from now on, and tells the client.
    pub fn throttle(&mut self, cap: Option<TierId>) {
        self.subscriptions.set_cap(cap);
        self.notifier.set_throttled(cap.is_some());
        self.listen();
        self.behind.extend(self.subscriptions.granted().map(|(id, _)| id));
        self.mark_series(|_| true);
        self.answers.push_back(Throttled::new(self.live.wall_micros(), cap.map(TierId::rate)).to_text());
    }

    /// The fastest tier that a subscription was granted.
    pub fn fastest(&self) -> Option<TierId> {
        self.subscriptions.fastest()
    }

    /// The memory of the subscriptions beyond [`INCLUDED_BYTES`].
    pub fn bytes_beyond_included(&self) -> usize {
        self.subscriptions.bytes().saturating_sub(INCLUDED_BYTES)
    }

    /// Takes the number of bars, trades and quotes that the client asked for.
    pub const fn take_asked(&mut self) -> usize {
        std::mem::replace(&mut self.asked, 0)
    }

    /// Takes the command of the request that was just answered, if it was one.
    pub const fn take_command(&mut self) -> Option<(Option<u64>, Command)> {
        self.command.take()
    }

    /// Tells the client that the feed has obeyed its command.
    pub fn confirm(&mut self, id: Option<u64>, command: &'static str) {
        self.answers.push_back(Driven::new(id, command).to_text());
    }

    /// Sends the client an error.
    pub fn reject(&mut self, error: &ApiError) {
        self.answers.push_back(error.to_text());
    }

    /// The clock, the format and the length of the next message.
    fn outgoing(&self) -> Outgoing {
        Outgoing { ts_sent: self.live.wall_micros(), format: self.format, max_bytes: self.max_bytes }
    }

    /// Listens to the tiers that serve the subscriptions, and to no others.
    fn listen(&self) {
        self.notifier.set_tiers(self.subscriptions.tiers(), self.format);
    }

    fn make_next(&mut self) -> Option<EncodedMessage> {
        self.is_heartbeat = false;
        if let Some(answer) = self.answers.pop_front() {
            return Some(EncodedMessage::Text(answer));
        }
        // Quotes are most of what is due, and need no look at the market.
        self.is_quotes_turn = !self.is_quotes_turn;
        let is_first = self.is_quotes_turn && !self.needs_market();
        if is_first && let Some(frame) = self.next_from_tiers() {
            return Some(frame);
        }
        if (self.needs_market() || self.series_left > 0)
            && let Some(frame) = self.next_from_market()
        {
            if frame.byte_len() >= LONG_MESSAGE {
                self.turn_bytes += frame.byte_len();
            }
            return Some(frame);
        }
        self.next_from_tiers().or_else(|| self.next_heartbeat())
    }

    fn needs_market(&self) -> bool {
        self.feed_due
            || self.notices_due
            || !self.facts_due.is_empty()
            || !self.snapshot_due.is_empty()
            || !self.behind.is_empty()
    }

    fn next_from_market(&mut self) -> Option<EncodedMessage> {
        let handle = self.live.clone();
        let live = handle.read();
        let market = &live.market;
        self.follow_epoch(&live);
        if let Some(answer) = self.answers.pop_front() {
            return Some(EncodedMessage::Text(answer));
        }
        if std::mem::take(&mut self.feed_due) {
            return Some(EncodedMessage::Text(Feed::new(market, self.live.wall_micros(), &live.status).to_text()));
        }
        if let Some(text) = self.next_notice(market).or_else(|| self.next_facts(market)) {
            return Some(EncodedMessage::Text(text));
        }
        let quotes = self.next_snapshot(market).or_else(|| self.next_catch_up(market));
        quotes.or_else(|| self.next_series(market))
    }

    /// A heartbeat, if it is due and nothing else is.
    fn next_heartbeat(&mut self) -> Option<EncodedMessage> {
        if !self.heartbeat_due && !self.busy_heartbeat_due {
            return None;
        }
        let handle = self.live.clone();
        let live = handle.read();
        if live.market.epoch() != self.subscriptions.epoch() {
            // The new epoch comes first, and has messages of its own.
            self.feed_due = true;
            drop(live);
            return self.make_next();
        }
        (self.is_heartbeat, self.busy_heartbeat_due, self.since_heartbeat) = (true, false, 0);
        Some(Heartbeat::new(&live.market, self.live.wall_micros(), self.lag).encode(self.format))
    }

    fn next_notice(&mut self, market: &Market) -> Option<Text> {
        if !self.notices_due {
            return None;
        }
        let (ts_sent, max_bytes) = (self.live.wall_micros(), self.max_bytes);
        let scenarios = self.scenarios.take_scenarios(market, ts_sent, max_bytes);
        let text = scenarios.or_else(|| self.news.as_mut()?.take_news(market, ts_sent, max_bytes));
        self.notices_due = text.is_some();
        text
    }

    fn next_series(&mut self, market: &Market) -> Option<EncodedMessage> {
        let outgoing = self.outgoing();
        let all = self.subscriptions.series_mut();
        while self.series_left > 0 {
            if self.series_index >= all.len() {
                self.series_index = 0;
            }
            let Some(series) = all.get_mut(self.series_index) else { break };
            let is_due = series.due && series.grant.is_some();
            let frame = if is_due { series.cursor.take(market, outgoing) } else { None };
            series.due = frame.is_some() && series.cursor.has_more();
            if !series.due {
                (self.series_index, self.series_left) = (self.series_index + 1, self.series_left - 1);
            }
            if frame.is_some() {
                return frame;
            }
        }
        self.series_left = 0;
        None
    }
}

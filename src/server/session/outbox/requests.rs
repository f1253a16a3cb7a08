//! Answers to a client's requests: subscriptions, their rates and history, the format, and what was sent before.

use super::{DEFAULT_HEADLINES, Outbox};
use crate::fanout::{NoticesCursor, TierId, grant};
use crate::market::{InstrumentId, Market};
use crate::server::limits::TURN_BYTES;
use crate::server::session::subscriptions::{Grant, OverLimit};
use crate::wire::{
    AcknowledgeSet, ApiError, Channel, ErrorCode, Format, FormatSet, Granted, Inbound, JsonMessage, LimitsSet,
    MIN_MESSAGE_BYTES, Rate, Request, Subscribe, Time, Unsubscribed, parse, split_symbols,
};

/// The rate of a subscription that does not name one, in updates per second.
const DEFAULT_RATE: Rate = Rate::PerSecond(5.0);
/// The default number of bars of a subscription.
const DEFAULT_BARS: usize = 300;
/// The default number of trades of a subscription.
const DEFAULT_TRADES: usize = 50;
/// All symbols of the feed.
const STAR: &str = "*";

impl Outbox {
    /// Answers one request of the client. Returns the error's code if the answer is an error.
    pub fn answer(&mut self, text: &str) -> Option<ErrorCode> {
        let parsed = parse(text);
        if let Ok(Inbound { request: Request::Ack { number }, .. }) = parsed {
            self.acknowledged = Some(number);
            return None;
        }
        let handle = self.live.clone();
        // The market is locked for the whole answer, so that no epoch begins in the middle of it.
        let live = handle.read();
        self.follow_epoch(&live);
        let answered = parsed.and_then(|Inbound { id, request }| {
            self.handle(&live.market, id, request).map_err(|error| error.with_id(id))
        });
        // The answer waits for a turn.
        self.turn_bytes = TURN_BYTES;
        let error = answered.err();
        error.iter().for_each(|error| self.reject(error));
        self.listen();
        self.series_left = self.subscriptions.series().len();
        error.map(|error| error.code)
    }

    fn handle(&mut self, market: &Market, id: Option<u64>, request: Request) -> Result<(), ApiError> {
        match request {
            Request::Subscribe(request) if request.channel == Channel::News => {
                self.subscribe_news(market, id, &request);
            }
            Request::Subscribe(request) => self.subscribe(market, id, &request)?,
            Request::Rate { channel, symbols, rate } => self.set_rate(market, id, channel, &symbols, rate)?,
            Request::Unsubscribe { channel, symbols } => self.unsubscribe(market, id, channel, &symbols)?,
            Request::Resync { symbols } => {
                let (ids, _) = self.subscribed(market, Channel::Quotes, &symbols)?;
                self.asked += ids.len();
                self.snapshot_due.extend(ids);
            }
            Request::Acknowledge { on } => {
                self.acknowledges = on;
                self.answers.push_back(AcknowledgeSet::new(id, on).to_text());
            }
            // Nothing is to be answered.
            Request::Ack { .. } => {}
            Request::Clock => self.answers.push_back(Time::new(id, self.live.wall_micros()).to_text()),
            Request::Drive(command) => self.command = Some((id, command)),
            Request::Describe { symbols } => {
                let (ids, _) = resolve(market, &symbols)?;
                self.asked += ids.len();
                self.facts_due.extend(ids);
            }
            Request::Limits { sent_bytes } => {
                self.max_bytes = sent_bytes.clamp(MIN_MESSAGE_BYTES, self.max_sent_bytes);
                self.answers.push_back(LimitsSet::new(id, self.max_bytes).to_text());
            }
            Request::Format(format) => {
                self.set_format(format);
                self.answers.push_back(FormatSet::new(id, format).to_text());
            }
        }
        Ok(())
    }

    fn set_rate(
        &mut self,
        market: &Market,
        id: Option<u64>,
        channel: Channel,
        symbols: &[String],
        rate: Rate,
    ) -> Result<(), ApiError> {
        let grant = grant(rate);
        let (ids, star) = self.subscribed(market, channel, symbols)?;
        self.asked += ids.len() + self.subscriptions.paused_history(&ids, channel);
        match channel {
            Channel::Quotes => self.set_quotes_rate(&ids, star, grant),
            _ => self.subscriptions.set_series_rate(&ids, channel, grant),
        }
        self.confirm_grant(id, channel, symbols, rate_of(grant), None);
        Ok(())
    }

    fn unsubscribe(
        &mut self,
        market: &Market,
        id: Option<u64>,
        channel: Channel,
        symbols: &[String],
    ) -> Result<(), ApiError> {
        if channel == Channel::News {
            self.news.take().ok_or_else(|| ApiError::not_subscribed(Channel::News, STAR))?;
        } else {
            let (ids, star) = self.subscribed(market, channel, symbols)?;
            match channel {
                Channel::Quotes => self.subscriptions.remove_quotes(&ids, star),
                _ => self.subscriptions.remove_series(&ids, channel),
            }
        }
        for part in split_symbols(symbols, self.max_bytes) {
            self.answers.push_back(Unsubscribed::new(id, channel, part).to_text());
        }
        Ok(())
    }

    /// Answers `subscribe` or `rate`. Many symbols need several messages.
    fn confirm_grant(
        &mut self,
        id: Option<u64>,
        channel: Channel,
        symbols: &[String],
        rate: Rate,
        recovered: Option<bool>,
    ) {
        for part in split_symbols(symbols, self.max_bytes) {
            self.answers.push_back(Granted::new(id, channel, part, rate, recovered).to_text());
        }
    }

    /// Sends quotes in another format from now on. Its updates come from other caches, which may be at another point
    /// than those before. A binary update needs a binary state to begin from, so that format begins with a snapshot.
    fn set_format(&mut self, format: Format) {
        if format == self.format {
            return;
        }
        self.format = format;
        self.subscriptions.restart_quotes();
        self.describe_all();
        let granted = self.subscriptions.granted().map(|(id, _)| id);
        match format {
            Format::Json => self.behind.extend(granted),
            Format::Binary => self.snapshot_due.extend(granted),
        }
    }

    fn subscribe(&mut self, market: &Market, id: Option<u64>, request: &Subscribe) -> Result<(), ApiError> {
        let Subscribe { channel, symbols, rate, history, since } = request;
        let (channel, grant) = (*channel, grant(rate.unwrap_or(DEFAULT_RATE)));
        let (ids, star) = match channel {
            Channel::Depth => resolve_depth(market, symbols)?,
            _ => resolve(market, symbols)?,
        };
        let history = match channel {
            Channel::Quotes | Channel::Depth => 0,
            Channel::Trades => history.unwrap_or(DEFAULT_TRADES).min(self.max_history),
            _ => history.unwrap_or(DEFAULT_BARS).min(self.max_history),
        };
        let done = match channel {
            Channel::Quotes => self.subscriptions.subscribe_quotes(&ids, star, grant),
            _ => self.subscriptions.subscribe_series(&ids, channel, grant, history),
        };
        done.map_err(|over| match over {
            OverLimit::Count { limit } => ApiError::too_many_subscriptions(limit),
            OverLimit::History { limit } => ApiError::too_much_history(limit),
        })?;
        self.asked += ids.len() * history.max(1);
        self.describe(&ids);
        let recovered = since.as_ref().map(|since| since.epoch == market.epoch());
        let at = since.as_ref().filter(|_| recovered == Some(true)).map(|since| &since.at);
        let last = |id: InstrumentId| at?.get(&market.instruments()[id.index()].symbol).copied();
        match channel {
            Channel::Quotes if grant.is_some() => self.begin_quotes(market, &ids, last),
            Channel::Quotes => {}
            _ => self.begin_series(market, &ids, channel, last),
        }
        self.confirm_grant(id, channel, symbols, rate_of(grant), recovered);
        Ok(())
    }

    /// Subscribes to headlines. The first are the newest ones, or those after the last one that the client has.
    fn subscribe_news(&mut self, market: &Market, id: Option<u64>, request: &Subscribe) {
        let Subscribe { symbols, history, since, .. } = request;
        let history = history.map_or(DEFAULT_HEADLINES, |history| history as u64);
        let recovered = since.as_ref().map(|since| since.epoch == market.epoch());
        let last = since.as_ref().filter(|_| recovered == Some(true)).and_then(|since| since.at.get(STAR));
        let resumed = last.and_then(|last| NoticesCursor::after(market.news(), *last));
        self.news = Some(resumed.unwrap_or_else(|| NoticesCursor::newest(market.news(), history)));
        self.notices_due = true;
        self.confirm_grant(id, Channel::News, symbols, Rate::Every, recovered);
    }

    /// Marks symbols as behind where the client has a `seq`. Marks the others for a snapshot, and also symbols without
    /// a newer tick in binary, as a later update would have no state to begin from.
    fn begin_quotes(&mut self, market: &Market, ids: &[InstrumentId], last: impl Fn(InstrumentId) -> Option<i64>) {
        for id in ids {
            let seq = market.get(*id).map_or(0, |(_, state)| state.seq);
            let end = if self.format == Format::Binary { seq } else { seq + 1 };
            match last(*id).and_then(|sent| u64::try_from(sent).ok()).filter(|sent| *sent < end) {
                Some(sent) => {
                    self.subscriptions.sent(*id, sent);
                    self.behind.insert(*id);
                }
                None => {
                    self.snapshot_due.insert(*id);
                }
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
        for series in self.subscriptions.series_mut().iter_mut().filter(|series| series.is_of(ids, channel)) {
            if let Some(last) = last(series.cursor.id()) {
                series.cursor.resume(market, last);
            }
        }
    }

    /// Moves symbols to another rate. Their new tier may have flushed before the session listened to it, so they may be
    /// behind. Those that had no rate get a snapshot.
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

    /// Resolves as [`resolve`] does, among the subscribed symbols.
    fn subscribed(
        &self,
        market: &Market,
        channel: Channel,
        symbols: &[String],
    ) -> Result<(Vec<InstrumentId>, bool), ApiError> {
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
            return Err(ApiError::not_subscribed(channel, symbol));
        }
        Ok((ids, star))
    }
}

/// The instruments that a request names, sorted and without duplicates, and whether it named `"*"`.
fn resolve(market: &Market, symbols: &[String]) -> Result<(Vec<InstrumentId>, bool), ApiError> {
    if symbols.iter().any(|symbol| symbol == STAR) {
        return Ok((market.iter().map(|(id, ..)| id).collect(), true));
    }
    let find = |symbol: &String| market.id(symbol).ok_or_else(|| ApiError::unknown_symbol(symbol));
    let mut ids = symbols.iter().map(find).collect::<Result<Vec<_>, _>>()?;
    ids.sort_unstable();
    ids.dedup();
    Ok((ids, false))
}

/// Resolves as [`resolve`] does, among the symbols that have a depth.
fn resolve_depth(market: &Market, symbols: &[String]) -> Result<(Vec<InstrumentId>, bool), ApiError> {
    let (mut ids, star) = resolve(market, symbols)?;
    let without = ids.iter().position(|id| !market.has_depth(*id));
    if star {
        ids.retain(|id| market.has_depth(*id));
        if ids.is_empty() {
            return Err(ApiError::no_depth(None));
        }
    } else if let Some(at) = without {
        return Err(ApiError::no_depth(Some(&market.instruments()[ids[at].index()].symbol)));
    }
    Ok((ids, star))
}

fn rate_of(grant: Grant) -> Rate {
    grant.map_or(Rate::PerSecond(0.0), TierId::rate)
}

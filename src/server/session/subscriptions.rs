//! The subscriptions of one session, their rates, and how far each symbol was sent.
//!
//! Pure: it reads no market, and sends nothing. Lists of instruments are sorted and without duplicates.

use crate::fanout::{QuotesCursor, TierId};
use crate::market::InstrumentId;
use crate::wire::Channel;

use super::series::SeriesCursor;

#[cfg(test)]
mod tests;

/// The tier of a granted rate. `None` is rate 0, which keeps the subscription and sends nothing.
pub type Grant = Option<TierId>;

/// The subscriptions of one session.
#[derive(Debug)]
pub struct Subscriptions {
    /// The epoch of the instrument ids.
    epoch: u64,
    limits: SubscriptionLimits,
    star: Option<Star>,
    /// One cursor for each granted rate.
    quotes: Vec<(Grant, QuotesCursor)>,
    series: Vec<SeriesSubscription>,
    /// The fastest tier of a throttled session.
    cap: Option<TierId>,
}

/// A subscription to `"*"`, which covers the instruments of later epochs too.
#[derive(Clone, Debug, Default)]
struct Star {
    grant: Grant,
    /// Instruments that were unsubscribed again.
    excluded: Vec<InstrumentId>,
}

/// A subscription to one series: the bars of one interval, the trades or the depth of one instrument.
#[derive(Debug)]
pub struct SeriesSubscription {
    pub cursor: SeriesCursor,
    pub grant: Grant,
    /// The series may have something to send.
    pub due: bool,
}

/// The limits of one session's subscriptions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubscriptionLimits {
    /// Symbols of quotes and series together; `"*"` counts as one.
    pub count: usize,
    /// Bars and trades in the snapshots of all series together.
    pub history: usize,
}

/// A subscription would exceed a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverLimit {
    Count { limit: usize },
    History { limit: usize },
}

impl Subscriptions {
    pub const fn new(epoch: u64, limits: SubscriptionLimits) -> Self {
        Self { epoch, limits, star: None, quotes: Vec::new(), series: Vec::new(), cap: None }
    }

    pub const fn epoch(&self) -> u64 {
        self.epoch
    }

    pub fn has_quotes(&self, id: InstrumentId) -> bool {
        self.quotes.iter().any(|(_, cursor)| cursor.contains(id))
    }

    /// The most memory that the subscriptions take, with the marks of what is due to them.
    pub fn bytes(&self) -> usize {
        let quotes = self.quotes.iter().map(|(_, cursor)| cursor.bytes() + marks_bytes(cursor)).sum::<usize>();
        quotes + self.series.len() * size_of::<SeriesSubscription>()
    }

    /// The tiers that serve the subscriptions.
    pub fn tiers(&self) -> impl Iterator<Item = TierId> {
        self.grants().map(|grant| self.capped(grant))
    }

    /// The fastest tier that was granted.
    pub fn fastest(&self) -> Option<TierId> {
        self.grants().max()
    }

    fn grants(&self) -> impl Iterator<Item = TierId> {
        let series = self.series.iter().filter_map(|series| series.grant);
        self.quotes.iter().filter_map(|(grant, _)| *grant).chain(series)
    }

    fn capped(&self, grant: TierId) -> TierId {
        self.cap.map_or(grant, |cap| cap.min(grant))
    }

    /// Serves nothing faster than `cap` from now on.
    pub fn set_cap(&mut self, cap: Option<TierId>) {
        self.cap = cap;
        self.restart_quotes();
    }

    /// Makes the quotes cursors start over, as other caches serve them from now on.
    pub fn restart_quotes(&mut self) {
        self.quotes.iter_mut().for_each(|(_, cursor)| cursor.restart());
    }

    /// The cursors that `tier` serves.
    pub fn quotes_mut(&mut self, tier: TierId) -> impl Iterator<Item = &mut QuotesCursor> {
        let cap = self.cap;
        let serves = move |grant: Grant| grant.map(|grant| cap.map_or(grant, |cap| cap.min(grant))) == Some(tier);
        self.quotes.iter_mut().filter(move |(grant, _)| serves(*grant)).map(|(_, cursor)| cursor)
    }

    /// Marks the series whose tier is `due`.
    pub fn mark_series(&mut self, due: impl Fn(TierId) -> bool) {
        let cap = self.cap;
        for series in &mut self.series {
            series.due |= series.grant.is_some_and(|grant| due(cap.map_or(grant, |cap| cap.min(grant))));
        }
    }

    /// The symbols with a rate, each with the `seq` up to which it was sent.
    pub fn granted(&self) -> impl Iterator<Item = (InstrumentId, u64)> {
        self.quotes.iter().filter(|(grant, _)| grant.is_some()).flat_map(|(_, cursor)| cursor.iter())
    }

    /// The `seq` up to which `id` was sent, if it has a rate.
    pub fn sent_of(&self, id: InstrumentId) -> Option<u64> {
        let granted = self.quotes.iter().filter(|(grant, _)| grant.is_some());
        granted.filter_map(|(_, cursor)| cursor.sent_of(id)).next()
    }

    /// The instruments of all subscriptions. One may come several times.
    pub fn ids(&self) -> impl Iterator<Item = InstrumentId> {
        let quotes = self.quotes.iter().flat_map(|(_, cursor)| cursor.iter().map(|(id, _)| id));
        quotes.chain(self.series.iter().map(|series| series.cursor.id()))
    }

    /// The symbols at rate 0.
    pub fn paused(&self) -> Vec<InstrumentId> {
        let paused = self.quotes.iter().filter(|(grant, _)| grant.is_none());
        paused.flat_map(|(_, cursor)| cursor.iter().map(|(id, _)| id)).collect()
    }

    /// Records that `id` was sent up to `seq`.
    pub fn sent(&mut self, id: InstrumentId, seq: u64) {
        self.quotes.iter_mut().for_each(|(_, cursor)| cursor.sent(id, seq));
    }

    /// Subscribes to `ids`, or moves them to another rate. With `star`, `ids` are all instruments.
    ///
    /// # Errors
    /// When the session would hold too many subscriptions. Then nothing changes.
    pub fn subscribe_quotes(&mut self, ids: &[InstrumentId], star: bool, grant: Grant) -> Result<(), OverLimit> {
        if star {
            self.check_room(usize::from(self.star.is_none()))?;
            self.star = Some(Star { grant, excluded: Vec::new() });
        } else {
            let new = ids.iter().filter(|id| !self.has_quotes(**id)).count();
            self.check_room(new)?;
            if let Some(star) = &mut self.star {
                star.excluded.retain(|id| ids.binary_search(id).is_err());
            }
        }
        self.move_quotes(ids, grant);
        Ok(())
    }

    fn check_room(&self, new: usize) -> Result<(), OverLimit> {
        let quotes = if self.star.is_some() { 1 } else { self.quotes.iter().map(|(_, cursor)| cursor.len()).sum() };
        let limit = self.limits.count;
        if quotes + self.series.len() + new > limit { Err(OverLimit::Count { limit }) } else { Ok(()) }
    }

    /// Moves subscribed symbols to another rate; each continues after the `seq` up to which it was sent. With `star`,
    /// instruments of later epochs get that rate too.
    pub fn set_quotes_rate(&mut self, ids: &[InstrumentId], star: bool, grant: Grant) {
        if star && let Some(all) = &mut self.star {
            all.grant = grant;
        }
        self.move_quotes(ids, grant);
    }

    fn move_quotes(&mut self, ids: &[InstrumentId], grant: Grant) {
        if ids.is_empty() {
            return;
        }
        let mut moved = self.take_quotes(ids);
        moved.sort_unstable_by_key(|(id, _)| *id);
        let sent = |id: &InstrumentId| moved.binary_search_by_key(id, |(id, _)| *id).map_or(0, |at| moved[at].1);
        let all = ids.iter().map(|id| (*id, sent(id)));
        match self.quotes.iter_mut().find(|(of, _)| *of == grant) {
            Some((_, cursor)) => cursor.extend(all),
            None => {
                let mut cursor = QuotesCursor::new(self.epoch);
                cursor.extend(all);
                self.quotes.push((grant, cursor));
            }
        }
    }

    fn take_quotes(&mut self, ids: &[InstrumentId]) -> Vec<(InstrumentId, u64)> {
        let taken = self.quotes.iter_mut().flat_map(|(_, cursor)| cursor.remove(ids)).collect();
        self.quotes.retain(|(_, cursor)| !cursor.is_empty());
        taken
    }

    /// Ends the subscriptions of `ids`, with `star` for later epochs too.
    pub fn remove_quotes(&mut self, ids: &[InstrumentId], star: bool) {
        self.take_quotes(ids);
        if star {
            self.star = None;
        } else if let Some(all) = &mut self.star {
            all.excluded.extend_from_slice(ids);
        }
    }

    /// Subscribes to series, or changes their rate and history.
    ///
    /// # Errors
    /// When the session would hold too many subscriptions, or too long a history. Then nothing changes.
    pub fn subscribe_series(
        &mut self,
        ids: &[InstrumentId],
        channel: Channel,
        grant: Grant,
        history: usize,
    ) -> Result<(), OverLimit> {
        let held = self.series.iter().filter(|series| series.is_of(ids, channel)).count();
        self.check_room(ids.len().saturating_sub(held))?;
        let kept = self.series.iter().filter(|series| !series.is_of(ids, channel));
        let items = kept.map(|series| series.cursor.history()).sum::<usize>();
        let limit = self.limits.history;
        if items.saturating_add(history.saturating_mul(ids.len())) > limit {
            return Err(OverLimit::History { limit });
        }
        self.remove_series(ids, channel);
        let cursors = ids.iter().filter_map(|id| SeriesCursor::new(channel, *id, history));
        self.series.extend(cursors.map(|cursor| SeriesSubscription { cursor, grant, due: true }));
        Ok(())
    }

    /// The instruments with a series of `channel`.
    pub fn series_ids(&self, channel: Channel) -> Vec<InstrumentId> {
        let of_channel = self.series.iter().filter(|series| series.cursor.channel() == channel);
        let mut ids: Vec<_> = of_channel.map(|series| series.cursor.id()).collect();
        ids.sort_unstable();
        ids
    }

    /// The history that the series of `ids` without a rate begin with when they get one, in items.
    pub fn paused_history(&self, ids: &[InstrumentId], channel: Channel) -> usize {
        let paused = self.series.iter().filter(|series| series.grant.is_none() && series.is_of(ids, channel));
        paused.map(|series| series.cursor.history()).sum()
    }

    /// Moves series to another rate. Those that had none begin with a new snapshot.
    pub fn set_series_rate(&mut self, ids: &[InstrumentId], channel: Channel, grant: Grant) {
        for series in self.series.iter_mut().filter(|series| series.is_of(ids, channel)) {
            if series.grant.is_none() {
                series.cursor.restart();
            }
            (series.grant, series.due) = (grant, true);
        }
    }

    /// Ends the series of `ids`.
    pub fn remove_series(&mut self, ids: &[InstrumentId], channel: Channel) {
        self.series.retain(|series| !series.is_of(ids, channel));
    }

    pub fn series(&self) -> &[SeriesSubscription] {
        &self.series
    }

    pub fn series_mut(&mut self) -> &mut [SeriesSubscription] {
        &mut self.series
    }

    /// Moves to a new epoch. `find` maps an instrument of the old epoch to one of the new, whose `count` instruments
    /// are all subscribed where `"*"` is. Subscriptions to instruments that the new epoch lacks end; returns them, by
    /// the ids of the old epoch.
    pub fn reopen(
        &mut self,
        epoch: u64,
        count: usize,
        find: impl Fn(InstrumentId) -> Option<InstrumentId>,
    ) -> Vec<(Channel, Vec<InstrumentId>)> {
        let old = std::mem::replace(self, Self::new(epoch, self.limits));
        let ended = old.without(&find);
        let found = |ids: &mut dyn Iterator<Item = InstrumentId>| {
            let mut ids: Vec<_> = ids.filter_map(&find).collect();
            ids.sort_unstable();
            ids
        };
        if let Some(Star { grant, excluded }) = old.star {
            let excluded = found(&mut excluded.into_iter());
            let all = (0..).take(count).map(InstrumentId);
            let ids: Vec<_> = all.filter(|id| excluded.binary_search(id).is_err()).collect();
            self.move_quotes(&ids, grant);
            self.star = Some(Star { grant, excluded });
        }
        for (grant, cursor) in &old.quotes {
            self.move_quotes(&found(&mut cursor.iter().map(|(id, _)| id)), *grant);
        }
        for series in old.series {
            let cursor = find(series.cursor.id())
                .and_then(|id| SeriesCursor::new(series.cursor.channel(), id, series.cursor.history()));
            self.series.extend(cursor.map(|cursor| SeriesSubscription { cursor, due: true, ..series }));
        }
        self.cap = old.cap;
        ended
    }

    /// The instruments of each channel that have a subscription of their own, and that `find` does not find.
    fn without(&self, find: impl Fn(InstrumentId) -> Option<InstrumentId>) -> Vec<(Channel, Vec<InstrumentId>)> {
        let mut ended: Vec<(Channel, Vec<InstrumentId>)> = Vec::new();
        let quotes = self.quotes.iter().filter(|_| self.star.is_none()).flat_map(|(_, cursor)| cursor.iter());
        let quotes = quotes.map(|(id, _)| (Channel::Quotes, id));
        let series = self.series.iter().map(|series| (series.cursor.channel(), series.cursor.id()));
        for (channel, id) in quotes.chain(series).filter(|(_, id)| find(*id).is_none()) {
            match ended.iter_mut().find(|(of, _)| *of == channel) {
                Some((_, ids)) => ids.push(id),
                None => ended.push((channel, vec![id])),
            }
        }
        ended
    }
}

/// The memory of what marks symbols for facts, for a snapshot and as behind: bits of all instruments.
fn marks_bytes(cursor: &QuotesCursor) -> usize {
    const SETS: usize = 4;
    const FEW: usize = 2 * size_of::<InstrumentId>();
    (cursor.len() * FEW).min(cursor.span().div_ceil(8) * SETS)
}

impl SeriesSubscription {
    /// Returns whether this is a series of `channel`, of one of the instruments `ids`.
    pub fn is_of(&self, ids: &[InstrumentId], channel: Channel) -> bool {
        self.cursor.channel() == channel && ids.binary_search(&self.cursor.id()).is_ok()
    }
}

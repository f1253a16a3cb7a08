//! The subscriptions of one session, their rates, and how far each symbol was sent.
//!
//! Pure: it reads no market, and sends nothing. Lists of instruments are sorted and without duplicates.

use crate::fanout::{QuotesCursor, TierId};
use crate::market::InstrumentId;
use crate::wire::Channel;

use super::series::SeriesCursor;

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
    /// are all subscribed where `"*"` is. Instruments that the new epoch lacks are dropped.
    pub fn reopen(&mut self, epoch: u64, count: usize, find: impl Fn(InstrumentId) -> Option<InstrumentId>) {
        let old = std::mem::replace(self, Self::new(epoch, self.limits));
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
    }
}

impl SeriesSubscription {
    /// Returns whether this is a series of `channel`, of one of the instruments `ids`.
    pub fn is_of(&self, ids: &[InstrumentId], channel: Channel) -> bool {
        self.cursor.channel() == channel && ids.binary_search(&self.cursor.id()).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fanout::{RATES, grant};
    use crate::market::Interval;

    const MINUTES: Channel = Channel::Bars(Interval::M1);
    const SECONDS: Channel = Channel::Bars(Interval::S1);
    const TEN: SubscriptionLimits = SubscriptionLimits { count: 10, history: 100 };

    const A: InstrumentId = InstrumentId(0);
    const B: InstrumentId = InstrumentId(1);
    const C: InstrumentId = InstrumentId(2);

    fn rates(subscriptions: &Subscriptions) -> Vec<f64> {
        subscriptions.tiers().map(|tier| RATES[tier.index()]).collect()
    }

    fn granted(subscriptions: &Subscriptions) -> Vec<(InstrumentId, u64)> {
        let mut granted: Vec<_> = subscriptions.granted().collect();
        granted.sort_unstable();
        granted
    }

    #[test]
    fn symbol_can_have_another_rate_than_star() {
        let mut subscriptions = Subscriptions::new(1, TEN);
        subscriptions.subscribe_quotes(&[A, B, C], true, grant(5.0)).unwrap();
        subscriptions.set_quotes_rate(&[B], false, grant(60.0));
        subscriptions.set_quotes_rate(&[C], false, None);
        assert_eq!(rates(&subscriptions), [5.0, 60.0]);
        assert_eq!(granted(&subscriptions), [(A, 0), (B, 0)]);
        assert!([A, B, C].iter().all(|id| subscriptions.has_quotes(*id)), "a symbol at rate 0 is still subscribed");
        subscriptions.remove_quotes(&[C], false);
        assert!(!subscriptions.has_quotes(C));
    }

    #[test]
    fn new_rate_continues_after_the_last_seq() {
        let mut subscriptions = Subscriptions::new(1, TEN);
        subscriptions.subscribe_quotes(&[A], false, grant(5.0)).unwrap();
        subscriptions.sent(A, 42);
        for rate in [1.0, 0.0, 5.0] {
            subscriptions.set_quotes_rate(&[A], false, grant(rate));
        }
        assert_eq!(granted(&subscriptions), [(A, 42)]);
    }

    #[test]
    fn cap_lowers_only_what_is_faster() {
        let mut subscriptions = Subscriptions::new(1, TEN);
        subscriptions.subscribe_quotes(&[A], false, grant(20.0)).unwrap();
        subscriptions.subscribe_quotes(&[B], false, grant(1.0)).unwrap();
        subscriptions.subscribe_series(&[A], Channel::Trades, grant(5.0), 10).unwrap();
        subscriptions.set_cap(grant(2.0));
        assert_eq!(rates(&subscriptions), [2.0, 1.0, 2.0]);
        assert_eq!(subscriptions.fastest(), grant(20.0));
        assert_eq!(subscriptions.quotes_mut(grant(2.0).unwrap()).count(), 1);
        subscriptions.set_cap(None);
        assert_eq!(rates(&subscriptions), [20.0, 1.0, 5.0]);
    }

    #[test]
    fn request_above_the_limit_changes_nothing() {
        let mut subscriptions = Subscriptions::new(1, SubscriptionLimits { count: 2, history: 100 });
        subscriptions.subscribe_quotes(&[A], false, grant(5.0)).unwrap();
        subscriptions.subscribe_series(&[A], MINUTES, grant(5.0), 10).unwrap();
        assert_eq!(subscriptions.subscribe_quotes(&[B], false, grant(5.0)), Err(OverLimit::Count { limit: 2 }));
        assert_eq!(subscriptions.subscribe_series(&[A], SECONDS, None, 10), Err(OverLimit::Count { limit: 2 }));
        assert_eq!(granted(&subscriptions), [(A, 0)]);
        subscriptions.subscribe_quotes(&[A], false, grant(1.0)).expect("a subscribed symbol needs no room");
    }

    #[test]
    fn history_of_all_series_together_is_limited() {
        let mut subscriptions = Subscriptions::new(1, TEN);
        subscriptions.subscribe_series(&[A, B], MINUTES, grant(5.0), 50).unwrap();
        let over = Err(OverLimit::History { limit: 100 });
        assert_eq!(subscriptions.subscribe_series(&[A], SECONDS, None, 1), over);
        assert_eq!(subscriptions.subscribe_series(&[A, C], MINUTES, None, 26), over);
        subscriptions.subscribe_series(&[A], MINUTES, None, 20).expect("a shorter history makes room");
        subscriptions.subscribe_series(&[C], MINUTES, None, 30).expect("the room can be used");
    }

    #[test]
    fn epoch_keeps_subscriptions_and_forgets_what_was_sent() {
        let mut subscriptions = Subscriptions::new(1, TEN);
        subscriptions.subscribe_quotes(&[A, B], false, grant(5.0)).unwrap();
        subscriptions.subscribe_series(&[A, B], MINUTES, grant(1.0), 10).unwrap();
        subscriptions.sent(B, 42);
        // In the new epoch A is gone and B is the first.
        subscriptions.reopen(2, 1, |id| (id == B).then_some(A));
        assert_eq!(subscriptions.epoch(), 2);
        assert_eq!(granted(&subscriptions), [(A, 0)]);
        assert_eq!(subscriptions.series_ids(MINUTES), [A]);
    }

    #[test]
    fn star_covers_a_new_epoch_but_for_what_was_unsubscribed() {
        let mut subscriptions = Subscriptions::new(1, TEN);
        subscriptions.subscribe_quotes(&[A, B], true, grant(5.0)).unwrap();
        subscriptions.remove_quotes(&[B], false);
        subscriptions.reopen(2, 3, Some);
        assert_eq!(granted(&subscriptions), [(A, 0), (C, 0)]);
        subscriptions.subscribe_quotes(&[B], false, grant(5.0)).unwrap();
        subscriptions.reopen(3, 3, Some);
        assert_eq!(granted(&subscriptions), [(A, 0), (B, 0), (C, 0)]);
    }
}

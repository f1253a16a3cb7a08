//! What one session wants, at which rate, and how far each symbol was sent.
//!
//! Pure: it asks no market, and sends nothing.

use crate::fanout::{BarsCursor, QuotesCursor, TierId};
use crate::market::{InstrumentId, Interval};

/// A granted rate; `None` keeps the subscription and sends nothing.
pub type Grant = Option<TierId>;

#[derive(Debug)]
pub struct Subscriptions {
    epoch: u64,
    limits: SubscriptionLimits,
    /// The rate of `"*"`, which instruments of a later epoch inherit.
    star: Option<Grant>,
    tiers: Vec<(TierId, QuotesCursor)>,
    paused: Vec<InstrumentId>,
    bars: Vec<BarsWish>,
}

/// One series of bars that a session wants.
#[derive(Debug)]
pub struct BarsWish {
    pub cursor: BarsCursor,
    pub grant: Grant,
    /// How many bars a snapshot holds.
    pub history: usize,
}

/// How much one session may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubscriptionLimits {
    /// Symbols of quotes and series of bars; `"*"` counts as one.
    pub count: usize,
    /// Bars in the snapshots of all its series together.
    pub history: usize,
}

/// More than the session may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverLimit {
    Count { limit: usize },
    History { limit: usize },
}

impl Subscriptions {
    pub const fn new(epoch: u64, limits: SubscriptionLimits) -> Self {
        Self { epoch, limits, star: None, tiers: Vec::new(), paused: Vec::new(), bars: Vec::new() }
    }

    pub const fn epoch(&self) -> u64 {
        self.epoch
    }

    pub fn has_quotes(&self, id: InstrumentId) -> bool {
        self.paused.contains(&id) || self.tiers.iter().any(|(_, cursor)| cursor.contains(id))
    }

    /// The tiers that anything is granted at.
    pub fn tiers(&self) -> impl Iterator<Item = TierId> {
        let bars = self.bars.iter().filter_map(|wish| wish.grant);
        self.tiers.iter().map(|(tier, _)| *tier).chain(bars)
    }

    pub fn quotes_mut(&mut self, tier: TierId) -> Option<&mut QuotesCursor> {
        self.tiers.iter_mut().find(|(id, _)| *id == tier).map(|(_, cursor)| cursor)
    }

    /// Says that `id` was sent up to `seq`, where it is granted a rate.
    pub fn sent(&mut self, id: InstrumentId, seq: u64) {
        if let Some((_, cursor)) = self.tiers.iter_mut().find(|(_, cursor)| cursor.contains(id)) {
            cursor.insert(id, seq);
        }
    }

    /// Subscribes to `ids`, or moves them to another rate.
    ///
    /// # Errors
    /// Changes nothing when the session would hold too many subscriptions.
    pub fn subscribe_quotes(&mut self, ids: &[InstrumentId], star: bool, grant: Grant) -> Result<(), OverLimit> {
        if star {
            self.star = Some(grant);
        } else {
            let new = ids.iter().filter(|id| !self.has_quotes(**id)).count();
            self.check_room(new)?;
        }
        for id in ids {
            self.set_rate(*id, grant);
        }
        Ok(())
    }

    fn check_room(&self, new: usize) -> Result<(), OverLimit> {
        let quotes: usize = self.tiers.iter().map(|(_, cursor)| cursor.ids().count()).sum();
        let quotes = if self.star.is_some() { 1 } else { quotes + self.paused.len() };
        let limit = self.limits.count;
        if quotes + self.bars.len() + new > limit { Err(OverLimit::Count { limit }) } else { Ok(()) }
    }

    /// Moves `id` to another rate; it goes on where it was sent to.
    pub fn set_rate(&mut self, id: InstrumentId, grant: Grant) {
        let sent = self.remove_quotes(id).unwrap_or(0);
        match grant {
            None => self.paused.push(id),
            Some(tier) => {
                if self.quotes_mut(tier).is_none() {
                    self.tiers.push((tier, QuotesCursor::new(self.epoch)));
                }
                if let Some(cursor) = self.quotes_mut(tier) {
                    cursor.insert(id, sent);
                }
            }
        }
    }

    /// The rate of `"*"` changed: instruments of later epochs get it too.
    pub const fn set_star_rate(&mut self, grant: Grant) {
        if self.star.is_some() {
            self.star = Some(grant);
        }
    }

    /// Ends the subscription of `"*"` for later epochs.
    pub const fn remove_star(&mut self) {
        self.star = None;
    }

    /// Ends a subscription; returns how far it was sent, or `None` when there was none.
    pub fn remove_quotes(&mut self, id: InstrumentId) -> Option<u64> {
        if let Some(at) = self.paused.iter().position(|paused| *paused == id) {
            self.paused.swap_remove(at);
            return Some(0);
        }
        let sent = self.tiers.iter_mut().find_map(|(_, cursor)| cursor.remove(id));
        self.tiers.retain(|(_, cursor)| !cursor.is_empty());
        sent
    }

    /// What is subscribed and granted a rate.
    pub fn granted_ids(&self) -> Vec<InstrumentId> {
        self.tiers.iter().flat_map(|(_, cursor)| cursor.ids()).collect()
    }

    /// Subscribes to series of bars, or changes their rate and history.
    ///
    /// # Errors
    /// Changes nothing when the session would hold too many subscriptions, or too long a history.
    pub fn subscribe_bars(
        &mut self,
        ids: &[InstrumentId],
        interval: Interval,
        grant: Grant,
        history: usize,
    ) -> Result<(), OverLimit> {
        let new = ids.iter().filter(|id| !self.has_bars(**id, interval)).count();
        self.check_room(new)?;
        let kept = self.bars.iter().filter(|wish| wish.cursor.interval != interval || !ids.contains(&wish.cursor.id));
        let bars = kept.map(|wish| wish.history).sum::<usize>().saturating_add(history.saturating_mul(ids.len()));
        let limit = self.limits.history;
        if bars > limit {
            return Err(OverLimit::History { limit });
        }
        for id in ids {
            self.remove_bars(*id, interval);
            self.bars.push(BarsWish { cursor: BarsCursor::new(*id, interval), grant, history });
        }
        Ok(())
    }

    pub fn has_bars(&self, id: InstrumentId, interval: Interval) -> bool {
        self.bars.iter().any(|wish| (wish.cursor.id, wish.cursor.interval) == (id, interval))
    }

    pub fn remove_bars(&mut self, id: InstrumentId, interval: Interval) {
        self.bars.retain(|wish| (wish.cursor.id, wish.cursor.interval) != (id, interval));
    }

    pub fn bars_mut(&mut self) -> &mut [BarsWish] {
        &mut self.bars
    }

    /// Goes over to a new epoch, whose instruments `find` tells by those of the old one. What the new one
    /// lacks is dropped; with `"*"`, the `count` instruments it has are all subscribed.
    pub fn reopen(&mut self, epoch: u64, count: usize, find: impl Fn(InstrumentId) -> Option<InstrumentId>) {
        let old = std::mem::replace(self, Self::new(epoch, self.limits));
        if let Some(grant) = old.star {
            self.star = old.star;
            (0..).take(count).for_each(|n| self.set_rate(InstrumentId(n), grant));
        }
        for (tier, cursor) in &old.tiers {
            cursor.ids().filter_map(&find).for_each(|id| self.set_rate(id, Some(*tier)));
        }
        old.paused.into_iter().filter_map(&find).for_each(|id| self.set_rate(id, None));
        for wish in old.bars {
            if let Some(id) = find(wish.cursor.id) {
                self.bars.push(BarsWish { cursor: BarsCursor::new(id, wish.cursor.interval), ..wish });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fanout::grant;

    const TEN: SubscriptionLimits = SubscriptionLimits { count: 10, history: 100 };

    const A: InstrumentId = InstrumentId(0);
    const B: InstrumentId = InstrumentId(1);
    const C: InstrumentId = InstrumentId(2);

    fn sorted(mut ids: Vec<InstrumentId>) -> Vec<InstrumentId> {
        ids.sort_unstable();
        ids
    }

    #[test]
    fn one_symbol_can_leave_the_rate_of_all() {
        let mut subscriptions = Subscriptions::new(1, TEN);
        subscriptions.subscribe_quotes(&[A, B, C], true, grant(5.0)).unwrap();
        subscriptions.set_rate(B, grant(60.0));
        subscriptions.set_rate(C, None);
        assert_eq!(subscriptions.tiers().map(TierId::rate).collect::<Vec<_>>(), [5.0, 60.0]);
        assert_eq!(sorted(subscriptions.granted_ids()), [A, B]);
        assert!([A, B, C].iter().all(|id| subscriptions.has_quotes(*id)), "no rate is not no subscription");
        assert_eq!(subscriptions.remove_quotes(C), Some(0));
        assert_eq!(subscriptions.remove_quotes(C), None);
    }

    #[test]
    fn another_rate_goes_on_where_the_old_one_stopped() {
        let mut subscriptions = Subscriptions::new(1, TEN);
        subscriptions.subscribe_quotes(&[A], false, grant(5.0)).unwrap();
        subscriptions.sent(A, 42);
        subscriptions.set_rate(A, grant(1.0));
        assert_eq!(subscriptions.remove_quotes(A), Some(42));
    }

    #[test]
    fn the_limit_holds_and_a_refused_request_changes_nothing() {
        let mut subscriptions = Subscriptions::new(1, SubscriptionLimits { count: 2, history: 100 });
        subscriptions.subscribe_quotes(&[A], false, grant(5.0)).unwrap();
        subscriptions.subscribe_bars(&[A], Interval::M1, grant(5.0), 10).unwrap();
        assert_eq!(subscriptions.subscribe_quotes(&[B], false, grant(5.0)), Err(OverLimit::Count { limit: 2 }));
        assert_eq!(subscriptions.subscribe_bars(&[A], Interval::S1, None, 10), Err(OverLimit::Count { limit: 2 }));
        assert_eq!(subscriptions.granted_ids(), [A]);
        subscriptions.subscribe_quotes(&[A], false, grant(1.0)).expect("what is there already needs no room");
    }

    #[test]
    fn the_history_of_all_series_together_is_bounded() {
        let mut subscriptions = Subscriptions::new(1, TEN);
        subscriptions.subscribe_bars(&[A, B], Interval::M1, grant(5.0), 50).unwrap();
        let over = Err(OverLimit::History { limit: 100 });
        assert_eq!(subscriptions.subscribe_bars(&[A], Interval::S1, None, 1), over);
        assert_eq!(subscriptions.subscribe_bars(&[A, C], Interval::M1, None, 26), over);
        subscriptions.subscribe_bars(&[A], Interval::M1, None, 20).expect("asking for less makes room");
        subscriptions.subscribe_bars(&[C], Interval::M1, None, 30).expect("and the room can be used");
    }

    #[test]
    fn a_new_epoch_keeps_the_wishes_and_forgets_what_was_sent() {
        let mut subscriptions = Subscriptions::new(1, TEN);
        subscriptions.subscribe_quotes(&[A, B], false, grant(5.0)).unwrap();
        subscriptions.subscribe_bars(&[A, B], Interval::M1, grant(1.0), 10).unwrap();
        subscriptions.sent(B, 42);
        // In the new epoch A is gone and B stands first.
        subscriptions.reopen(2, 1, |id| (id == B).then_some(A));
        assert_eq!(subscriptions.epoch(), 2);
        assert_eq!(subscriptions.granted_ids(), [A]);
        assert!(subscriptions.has_bars(A, Interval::M1) && !subscriptions.has_bars(B, Interval::M1));
        assert_eq!(subscriptions.remove_quotes(A), Some(0));
    }

    #[test]
    fn all_means_all_in_a_new_epoch_too() {
        let mut subscriptions = Subscriptions::new(1, TEN);
        subscriptions.subscribe_quotes(&[A], true, grant(5.0)).unwrap();
        subscriptions.reopen(2, 3, Some);
        assert_eq!(sorted(subscriptions.granted_ids()), [A, B, C]);
    }
}

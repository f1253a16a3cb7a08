//! A new epoch: what it ends, and what it makes due.

use std::sync::Arc;

use super::{DEFAULT_HEADLINES, Outbox};
use crate::fanout::{Live, NoticesCursor};
use crate::market::{InstrumentId, InstrumentSet};
use crate::wire::{Feed, JsonMessage, Unsubscribed, split_symbols};

impl Outbox {
    /// Marks everything as due where a new epoch has begun, and tells the client which subscriptions have ended, as
    /// another feed lacks their symbols.
    pub(super) fn follow_epoch(&mut self, live: &Live) {
        let market = &live.market;
        if market.epoch() == self.subscriptions.epoch() {
            return;
        }
        let old = std::mem::replace(&mut self.instruments, Arc::clone(market.instruments()));
        let find = |id: InstrumentId| market.id(&old.get(id.index())?.symbol);
        let ended = self.subscriptions.reopen(market.epoch(), self.instruments.len(), find);
        self.feed_due = ended.is_empty();
        if !ended.is_empty() {
            // In the queue of answers, as a later answer may be about the same symbol.
            self.answers.push_back(Feed::new(market, self.live.wall_micros(), &live.status).to_text());
        }
        for (channel, ids) in ended {
            let symbol = |id: &InstrumentId| old.get(id.index()).map(|instrument| instrument.symbol.clone());
            let symbols: Vec<_> = ids.iter().filter_map(symbol).collect();
            for part in split_symbols(&symbols, self.max_bytes) {
                self.answers.push_back(Unsubscribed::gone(channel, part).to_text());
            }
        }
        self.snapshot_due = self.subscriptions.granted().map(|(id, _)| id).collect();
        self.behind.clear();
        (self.described, self.facts_due) = (InstrumentSet::new(), InstrumentSet::new());
        self.describe_all();
        self.scenarios = NoticesCursor::default();
        self.news = self.news.map(|_| NoticesCursor::newest(market.news(), DEFAULT_HEADLINES));
        self.notices_due = true;
        self.series_left = self.subscriptions.series().len();
        self.listen();
    }
}

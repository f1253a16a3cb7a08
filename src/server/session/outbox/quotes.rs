//! Quotes: snapshots, updates of symbols that are behind, and updates of the tiers.

use super::Outbox;
use crate::fanout::{Due, MESSAGE_SYMBOLS, Taken, TierId};
use crate::market::Market;
use crate::wire::{EncodedMessage, QuotesKind, QuotesMessage};

impl Outbox {
    /// A part of the snapshot that is due.
    pub(super) fn next_snapshot(&mut self, market: &Market) -> Option<EncodedMessage> {
        if self.snapshot_due.is_empty() {
            return None;
        }
        let mut message = QuotesMessage::new(self.outgoing(), QuotesKind::Snapshot, market.epoch());
        let mut symbols = 0;
        while symbols < MESSAGE_SYMBOLS
            && let Some(id) = self.snapshot_due.first()
        {
            if let Some((instrument, state)) = market.get(id) {
                if !message.push(id, instrument, state, 1) {
                    break;
                }
                self.subscriptions.sent(id, state.seq);
            }
            self.snapshot_due.pop_first();
            symbols += 1;
        }
        Some(message.finish())
    }

    /// An update of symbols that are behind.
    pub(super) fn next_catch_up(&mut self, market: &Market) -> Option<EncodedMessage> {
        let mut message = QuotesMessage::new(self.outgoing(), QuotesKind::Update, market.epoch());
        let mut symbols = 0;
        while symbols < MESSAGE_SYMBOLS
            && let Some(id) = self.behind.pop_first()
        {
            let (Some((instrument, state)), Some(sent)) = (market.get(id), self.subscriptions.sent_of(id)) else {
                continue;
            };
            if state.seq > sent {
                if !message.push(id, instrument, state, sent + 1) {
                    self.behind.insert(id);
                    break;
                }
                self.subscriptions.sent(id, state.seq);
                symbols += 1;
            }
        }
        (symbols > 0).then(|| message.finish())
    }

    /// The tier that is read, or the next one that is due.
    fn next_tier(&mut self) -> Option<TierId> {
        if self.tier.is_none() {
            let due = || self.tiers_due.tiers();
            self.tier = due().find(|tier| Some(*tier) > self.last_tier).or_else(|| due().next());
        }
        self.tier
    }

    /// Ends the reading of a tier, which stays due if it had another flush meanwhile.
    const fn end_tier(&mut self, tier: TierId) {
        let due = Due::tier(tier);
        if self.tiers_again.contains(due) {
            self.tiers_again = self.tiers_again.without(due);
        } else {
            self.tiers_due = self.tiers_due.without(due);
        }
        (self.tier, self.last_tier, self.quotes_index) = (None, Some(tier), 0);
    }

    /// An update from the next tier that is due.
    pub(super) fn next_from_tiers(&mut self) -> Option<EncodedMessage> {
        let (group, format, max_bytes) = (self.notifier.group(), self.format, self.max_bytes);
        while let Some(tier) = self.next_tier() {
            let Some(cursor) = self.subscriptions.quotes_mut(tier).nth(self.quotes_index) else {
                self.end_tier(tier);
                continue;
            };
            match self.live.take_quotes(group, tier, format, cursor, max_bytes) {
                Taken::Message(message) => {
                    // Each cursor is read through once for each mark; a later flush marks the tier again.
                    if cursor.is_through() {
                        self.quotes_index += 1;
                        if self.subscriptions.quotes_mut(tier).nth(self.quotes_index).is_none() {
                            self.end_tier(tier);
                        }
                    }
                    return Some(message);
                }
                Taken::Nothing => self.quotes_index += 1,
                Taken::Lost => {
                    self.behind.extend(cursor.iter().map(|(id, _)| id));
                    return self.make_next();
                }
            }
        }
        None
    }
}

//! Quotes: snapshots, updates of symbols that are behind, and updates of the tiers.

use super::Outbox;
use crate::fanout::{Due, MESSAGE_SYMBOLS, Taken};
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

    /// An update from the first tier that is due.
    pub(super) fn next_from_tiers(&mut self) -> Option<EncodedMessage> {
        let (group, format, max_bytes) = (self.notifier.group(), self.format, self.max_bytes);
        while let Some(tier) = self.tiers_due.tiers().next() {
            let Some(cursor) = self.subscriptions.quotes_mut(tier).nth(self.quotes_index) else {
                (self.tiers_due, self.quotes_index) = (self.tiers_due.without(Due::tier(tier)), 0);
                continue;
            };
            match self.live.take_quotes(group, tier, format, cursor, max_bytes) {
                Taken::Message(message) => {
                    // Each cursor is read through once for each mark; a later flush marks the tier again.
                    self.quotes_index += usize::from(cursor.is_through());
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

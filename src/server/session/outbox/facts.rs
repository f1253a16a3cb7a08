//! The facts about symbols that a client of the binary format needs before their first message.

use super::Outbox;
use crate::market::{InstrumentId, Market};
use crate::wire::{Format, InstrumentFacts, JsonMessage, Text};

impl Outbox {
    /// Marks the symbols of all subscriptions whose facts a client of the binary format needs.
    pub(super) fn describe_all(&mut self) {
        let ids: Vec<_> = self.subscriptions.ids().collect();
        self.describe(&ids);
    }

    /// Marks symbols whose facts a client of the binary format needs before their first message.
    pub(super) fn describe(&mut self, ids: &[InstrumentId]) {
        if self.format == Format::Binary {
            self.facts_due.extend(ids.iter().copied().filter(|id| self.described.insert(*id)));
        }
    }

    pub(super) fn next_facts(&mut self, market: &Market) -> Option<Text> {
        if self.facts_due.is_empty() {
            return None;
        }
        Some(InstrumentFacts::take(market, self.live.wall_micros(), &mut self.facts_due, self.max_bytes).to_text())
    }
}

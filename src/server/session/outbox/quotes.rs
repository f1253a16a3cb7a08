//! Quotes: snapshots, updates of symbols that are behind, and updates of the tiers.

use super::Outbox;
use crate::fanout::{Due, FRAME_SYMBOLS, Taken, wall_micros};
use crate::market::Market;
use crate::wire::{BinaryQuote, EncodedQuote, Format, Frame, QuoteEncoding, QuotesKind};

impl Outbox {
    /// A part of the snapshot that is due.
    pub(super) fn next_snapshot(&mut self, market: &Market) -> Option<Frame> {
        if self.snapshot_due.is_empty() {
            return None;
        }
        Some(match self.format {
            Format::Json => self.snapshot::<EncodedQuote>(market),
            Format::Binary => self.snapshot::<BinaryQuote>(market),
        })
    }

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

    /// An update of symbols that are behind.
    pub(super) fn next_catch_up(&mut self, market: &Market) -> Option<Frame> {
        match self.format {
            Format::Json => self.catch_up::<EncodedQuote>(market),
            Format::Binary => self.catch_up::<BinaryQuote>(market),
        }
    }

    fn catch_up<Q: QuoteEncoding>(&mut self, market: &Market) -> Option<Frame> {
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

    /// An update from the first tier that is due.
    pub(super) fn next_from_tiers(&mut self) -> Option<Frame> {
        let (group, format) = (self.notifier.group(), self.format);
        while let Some(tier) = self.tiers_due.tiers().next() {
            let Some(cursor) = self.subscriptions.quotes_mut(tier).nth(self.quotes_index) else {
                (self.tiers_due, self.quotes_index) = (self.tiers_due.without(Due::tier(tier)), 0);
                continue;
            };
            match self.live.take_quotes(group, tier, format, cursor) {
                Taken::Frame(frame) => {
                    // Each cursor is read through once for each mark; a later flush marks the tier again.
                    self.quotes_index += usize::from(cursor.is_through());
                    return Some(frame);
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

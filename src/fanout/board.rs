//! The newest encoded update of each symbol at one tier, and what a reader has not sent yet.
//!
//! Each symbol is encoded once per beat, whatever the number of readers. A reader's update always covers
//! what follows its own last one, so one that skipped beats gets the newest state and ranges still meet.

use crate::market::{InstrumentId, Market};
use crate::wire::{EncodedQuote, QuotesFrame, QuotesKind, Text};

/// About the length of one encoded quote, to allocate a frame once.
const QUOTE_BYTES: usize = 230;

#[derive(Debug, Default)]
pub struct Board {
    epoch: u64,
    /// Counts beats within the epoch.
    beat: u64,
    ts_sent: i64,
    quotes: Vec<EncodedQuote>,
    /// The symbols of the last beat and the frame that carries just these: what a reader of all symbols
    /// that missed nothing sends.
    changed: Vec<InstrumentId>,
    shared: Text,
}

impl Board {
    /// A new epoch: nothing is encoded.
    pub fn open(&mut self, market: &Market) {
        let quotes = vec![EncodedQuote::default(); market.instruments().len()];
        *self = Self { epoch: market.epoch(), quotes, ..Self::default() };
    }

    /// Encodes the symbols that `due` names as they stand in `market`. `ts_sent` in microseconds since
    /// the epoch.
    pub fn encode(&mut self, due: impl Iterator<Item = InstrumentId>, market: &Market, ts_sent: i64) {
        self.beat += 1;
        self.ts_sent = ts_sent;
        self.changed.clear();
        self.changed.extend(due);
        let capacity = 100 + self.changed.len() * QUOTE_BYTES;
        let mut frame = QuotesFrame::new(QuotesKind::Update, self.epoch, ts_sent, capacity);
        for id in &self.changed {
            let (Some((instrument, state)), Some(quote)) = (market.get(*id), self.quotes.get_mut(id.index())) else {
                continue;
            };
            let first_seq = quote.seq() + 1;
            quote.encode(instrument, state);
            frame.push(quote, first_seq);
        }
        self.shared = frame.finish().into();
    }

    /// What the reader behind `cursor` has not sent yet, as one `update` message.
    pub fn take(&self, cursor: &mut QuotesCursor) -> Option<Text> {
        if cursor.epoch != self.epoch || cursor.beat == Some(self.beat) {
            return None;
        }
        let follows = cursor.level && cursor.beat.is_some_and(|beat| beat + 1 == self.beat);
        cursor.beat = Some(self.beat);
        if follows && cursor.wanted.len() == self.quotes.len() {
            return self.share(cursor);
        }
        self.assemble(cursor)
    }

    fn share(&self, cursor: &mut QuotesCursor) -> Option<Text> {
        for id in &self.changed {
            // With all symbols wanted, each stands at its own index.
            cursor.wanted[id.index()].sent = self.quotes[id.index()].seq();
        }
        (!self.changed.is_empty()).then(|| self.shared.clone())
    }

    fn assemble(&self, cursor: &mut QuotesCursor) -> Option<Text> {
        let capacity = 100 + cursor.wanted.len() * QUOTE_BYTES;
        let mut frame = None;
        cursor.level = true;
        for wanted in &mut cursor.wanted {
            let quote = &self.quotes[wanted.id.index()];
            if quote.seq() > wanted.sent {
                let new = || QuotesFrame::new(QuotesKind::Update, self.epoch, self.ts_sent, capacity);
                frame.get_or_insert_with(new).push(quote, wanted.sent + 1);
                wanted.sent = quote.seq();
            }
            // A snapshot may have run ahead of the board; then the shared frame's range would overlap.
            cursor.level &= wanted.sent == quote.seq();
        }
        frame.map(|frame| frame.finish().into())
    }
}

/// The symbols that one reader wants at one tier, and how far each was sent.
#[derive(Debug)]
pub struct QuotesCursor {
    epoch: u64,
    /// By instrument, ascending.
    wanted: Vec<Wanted>,
    beat: Option<u64>,
    /// At `beat`, all that is wanted had been sent just as far as the board stood.
    level: bool,
}

#[derive(Clone, Copy, Debug)]
struct Wanted {
    id: InstrumentId,
    sent: u64,
}

impl QuotesCursor {
    pub const fn new(epoch: u64) -> Self {
        Self { epoch, wanted: Vec::new(), beat: None, level: false }
    }

    pub const fn is_empty(&self) -> bool {
        self.wanted.is_empty()
    }

    /// Wants `id` from the tick after `sent` on; replaces what was said of it before.
    pub fn insert(&mut self, id: InstrumentId, sent: u64) {
        (self.beat, self.level) = (None, false);
        match self.wanted.binary_search_by_key(&id, |w| w.id) {
            Ok(at) => self.wanted[at].sent = sent,
            Err(at) => self.wanted.insert(at, Wanted { id, sent }),
        }
    }

    /// Wants `id` no longer; returns how far it was sent.
    pub fn remove(&mut self, id: InstrumentId) -> Option<u64> {
        let at = self.wanted.binary_search_by_key(&id, |w| w.id).ok()?;
        (self.beat, self.level) = (None, false);
        Some(self.wanted.remove(at).sent)
    }

    pub fn ids(&self) -> impl Iterator<Item = InstrumentId> {
        self.wanted.iter().map(|w| w.id)
    }

    pub fn contains(&self, id: InstrumentId) -> bool {
        self.wanted.binary_search_by_key(&id, |w| w.id).is_ok()
    }
}

//! The newest encoded state of each symbol, for one tier and group of sessions in one format.
//!
//! A flush encodes each changed symbol once, for all readers. A reader's update covers the ticks after its last one,
//! so a reader that skipped flushes gets the newest state, and its ranges still meet.

use std::fmt::Debug;
use std::sync::{Arc, OnceLock};

use super::cursors::{QuotesCursor, SeqTable};
use crate::market::{InstrumentId, Market};
use crate::wire::{BinaryQuote, EncodedMessage, Format, JsonQuote, MESSAGE_BYTES, QuoteEncoding, QuotesKind};

/// Symbols in one message, as far as they fit into its bytes. A large market comes in several messages, so that none is
/// large.
pub const MESSAGE_SYMBOLS: usize = if cfg!(test) { 3 } else { 500 };

/// The memory of one symbol in a cache, with its seq and its share of the newest message: some 470 bytes in JSON, 310 in
/// binary. In JSON its compressed forms and the message before may add 360.
pub const QUOTE_BYTES: usize = 584;

/// A [`QuoteCache`] of either format.
pub trait AnyQuoteCache: Debug + Send + Sync {
    /// Begins an epoch: nothing is encoded.
    fn open(&mut self, market: &Market);

    /// Gives the memory of all quotes back, as nobody reads them.
    fn clear(&mut self);

    /// The number of quotes that it holds.
    fn quotes(&self) -> usize;

    /// Encodes the symbols in `due` as they are in `market`. `ts_sent` is in microseconds since 1970.
    fn encode(&mut self, due: &[InstrumentId], market: &Market, ts_sent: i64);

    /// The next `update` message for the reader behind `cursor`, of at most [`MESSAGE_SYMBOLS`] and `max_bytes`. Call
    /// this until it returns `None`.
    fn take(&self, cursor: &mut QuotesCursor, max_bytes: usize) -> Option<EncodedMessage>;
}

/// An empty cache in `format`.
pub fn quote_cache(format: Format) -> Box<dyn AnyQuoteCache> {
    match format {
        Format::Json => Box::new(QuoteCache::<JsonQuote>::default()),
        Format::Binary => Box::new(QuoteCache::<BinaryQuote>::default()),
    }
}

/// The newest encoded state of each symbol.
#[derive(Debug, Default)]
pub struct QuoteCache<Q> {
    epoch: u64,
    /// The number of flushes in the epoch.
    flush: u64,
    ts_sent: i64,
    /// By instrument; empty while there is no reader, as for most caches.
    quotes: Vec<Q>,
    /// The symbols of the last flush, ascending.
    changed: Vec<InstrumentId>,
    /// The seqs of all quotes, for the readers that were sent exactly these; not there while nobody needs them.
    level: OnceLock<Arc<SeqTable>>,
    /// The message of just these symbols, in parts, for readers of all symbols that missed nothing.
    shared: Vec<SharedPart>,
    /// The last of all shared messages.
    last_shared: Option<EncodedMessage>,
}

/// A part of a message that many readers share.
#[derive(Debug)]
struct SharedPart {
    message: EncodedMessage,
    /// The number of changed symbols up to its end.
    end: usize,
}

/// Makes a part with the changes up to `end`, which readers get after the message `last`.
fn share<Q: QuoteEncoding>(message: Q::Message, end: usize, last: &mut Option<EncodedMessage>) -> SharedPart {
    let mut message = Q::finish(message);
    // A message without changes is not sent.
    if end > 0 {
        message = message.share(last.as_ref());
        *last = Some(message.clone());
    }
    SharedPart { message, end }
}

impl<Q: QuoteEncoding> AnyQuoteCache for QuoteCache<Q> {
    fn open(&mut self, market: &Market) {
        *self = Self { epoch: market.epoch(), ..Self::default() };
    }

    fn clear(&mut self) {
        // The number counts as a flush of its own, so that no cursor follows from the flush before to the next one.
        *self = Self { epoch: self.epoch, flush: self.flush + 1, ..Self::default() };
    }

    fn quotes(&self) -> usize {
        self.quotes.len()
    }

    fn encode(&mut self, due: &[InstrumentId], market: &Market, ts_sent: i64) {
        self.quotes.resize(market.instruments().len(), Q::default());
        self.flush += 1;
        self.ts_sent = ts_sent;
        self.note_changes(due, market);
        self.shared.clear();
        let begin = |left: usize| {
            let capacity = (100 + left.min(MESSAGE_SYMBOLS) * Q::BYTES).min(MESSAGE_BYTES);
            Q::begin(QuotesKind::Update, self.epoch, ts_sent, capacity)
        };
        let (mut message, mut first) = (begin(self.changed.len()), 0);
        for (at, id) in self.changed.iter().enumerate() {
            let (Some((instrument, state)), Some(quote)) = (market.get(*id), self.quotes.get_mut(id.index())) else {
                continue;
            };
            let first_seq = quote.seq() + 1;
            quote.encode(*id, instrument, state);
            let fits = at - first < MESSAGE_SYMBOLS && Q::message_len(&message) + quote.max_len() <= MESSAGE_BYTES;
            if at > first && !fits {
                let full = std::mem::replace(&mut message, begin(self.changed.len() - at));
                self.shared.push(share::<Q>(full, at, &mut self.last_shared));
                first = at;
            }
            quote.add_to(&mut message, first_seq);
        }
        self.shared.push(share::<Q>(message, self.changed.len(), &mut self.last_shared));
    }

    fn take(&self, cursor: &mut QuotesCursor, max_bytes: usize) -> Option<EncodedMessage> {
        if cursor.epoch() != self.epoch || self.quotes.is_empty() || cursor.has_compared(self.flush) {
            return None;
        }
        let has_all = cursor.len() == self.quotes.len();
        if has_all
            && let Some(number) = cursor.next_part(self.flush)
            && let Some(part) = self.shared.get(number).filter(|part| part.message.byte_len() <= max_bytes)
        {
            self.follow(cursor, number, part.end);
            return (!self.changed.is_empty()).then(|| part.message.clone());
        }
        self.take_own(cursor, max_bytes)
    }
}

impl<Q: QuoteEncoding> QuoteCache<Q> {
    /// Finds the changes of a flush, and moves the seqs on with them if a reader has the ones before.
    fn note_changes(&mut self, due: &[InstrumentId], market: &Market) {
        let seq_of = |id: &InstrumentId| market.get(*id).map_or(0, |(_, state)| state.seq);
        let is_newer = |id: &InstrumentId| self.quotes.get(id.index()).is_some_and(|quote| seq_of(id) > quote.seq());
        self.changed.clear();
        self.changed.extend(due.iter().copied().filter(is_newer));
        // In this order a part of the message changes few chunks of a table.
        self.changed.sort_unstable();
        if let Some(mut level) = self.level.take().filter(|level| Arc::strong_count(level) > 1) {
            if !self.changed.is_empty() {
                let seqs = Arc::make_mut(&mut level);
                self.changed.iter().for_each(|id| seqs.set(*id, seq_of(id)));
            }
            self.level = OnceLock::from(level);
        }
    }

    fn level(&self) -> Arc<SeqTable> {
        let seqs = || self.quotes.iter().map(Q::seq);
        Arc::clone(self.level.get_or_init(|| Arc::new(seqs().collect())))
    }

    /// Records that a part of the last flush's message was sent, with the changes before index `end`.
    fn follow(&self, cursor: &mut QuotesCursor, part: usize, end: usize) {
        let begin = part.checked_sub(1).map_or(0, |before| self.shared[before].end);
        let seq_of = |id: InstrumentId| self.quotes[id.index()].seq();
        cursor.follow(self.flush, part, (&self.changed, begin..end), seq_of, || self.level());
    }

    /// A message for this cursor alone.
    fn take_own(&self, cursor: &mut QuotesCursor, max_bytes: usize) -> Option<EncodedMessage> {
        let (mut message, mut symbols) = (None, 0);
        let capacity = cursor.capacity();
        let send = |id: InstrumentId, sent| {
            let quote = &self.quotes[id.index()];
            if quote.seq() > sent {
                let is_full = |message| Q::message_len(message) + quote.max_len() > max_bytes;
                if symbols == MESSAGE_SYMBOLS || message.as_ref().is_some_and(is_full) {
                    return None;
                }
                symbols += 1;
                let begin = || Q::begin(QuotesKind::Update, self.epoch, self.ts_sent, capacity);
                quote.add_to(message.get_or_insert_with(begin), sent + 1);
            }
            Some(quote.seq())
        };
        cursor.compare(self.flush, || self.level(), send);
        let message = Q::finish(message?);
        cursor.set_message_len(message.byte_len());
        Some(message)
    }
}

#[cfg(test)]
mod tests;

//! The newest ticks one by one, for sessions at the rate `every`. A tick is the symbol's state after it, encoded once
//! for all readers.
//!
//! A reader that is new or late, or that lost ticks because more came than the log may hold, cannot go on. It gets
//! [`Taken::Lost`] and takes the state instead, whose range covers the merged ticks.
//!
//! Pure: `now` is passed in, as the time since the market was opened.

use std::collections::VecDeque;
use std::fmt::Debug;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use super::cursors::{QuotesCursor, SeqTable, TickFit};
use super::quote_cache::MESSAGE_SYMBOLS;
use crate::market::{InstrumentId, Market};
use crate::wire::{BinaryQuote, EncodedMessage, Format, JsonQuote, MESSAGE_BYTES, QuoteEncoding, QuotesKind};

/// The time for which a tick is kept. A later reader needs the state of the market, and not the way to it.
const KEPT: Duration = Duration::from_secs(1);
/// The default limit of the ticks that are kept.
pub const DEFAULT_TICKS: usize = 65_536;

/// The messages that readers of all symbols share. A burst of ticks takes several.
const SHARED_MESSAGES: usize = 4;

/// The memory of a kept tick in either format: its entry, and its text in JSON or less in binary. A reader's copy of
/// the newest message may double it.
pub const LOGGED_TICK_BYTES: usize = 512;

/// The result of reading a log or a cache.
#[derive(Debug, PartialEq, Eq)]
pub enum Taken {
    /// A message. There may be more.
    Message(EncodedMessage),
    Nothing,
    /// The reader cannot go on: its symbols may be further behind the market than the log reaches.
    Lost,
}

/// A [`TickLog`] of either format.
pub trait AnyTickLog: Debug + Send + Sync {
    /// Begins an epoch: nothing is kept.
    fn open(&mut self, market: &Market);

    /// The number of ticks that are kept.
    fn kept(&self) -> usize;

    /// Drops all ticks, as the log has no readers any more, or its first ones. No reader can go on.
    fn clear(&mut self);

    /// Begins a batch of `ticks` that were received at `now`, which is `ts_received` by the server's clock, in
    /// microseconds since 1970. [`push`](Self::push) follows for each.
    fn begin(&mut self, ticks: usize, now: Duration, ts_received: i64);

    /// Adds a tick of `id` that was applied to `market`.
    fn push(&mut self, id: InstrumentId, market: &Market);

    /// The next `update` message for the reader behind `cursor`, of at most [`MESSAGE_SYMBOLS`] ticks and `max_bytes`.
    /// Call this until it returns [`Taken::Nothing`].
    fn take(&self, cursor: &mut QuotesCursor, now: Duration, max_bytes: usize) -> Taken;
}

/// An empty log in `format` that keeps up to `limit` ticks.
pub fn tick_log(format: Format, limit: usize) -> Box<dyn AnyTickLog> {
    match format {
        Format::Json => Box::new(TickLog::<JsonQuote>::new(limit)),
        Format::Binary => Box::new(TickLog::<BinaryQuote>::new(limit)),
    }
}

/// The newest ticks one by one.
#[derive(Debug)]
pub struct TickLog<Q: QuoteEncoding> {
    epoch: u64,
    limit: usize,
    /// By instrument, the state at the last tick that was encoded; empty while the log has no readers.
    quotes: Vec<Q>,
    batches: VecDeque<Batch<Q::Pieces>>,
    /// The numbers of the ticks that are kept.
    kept: Range<u64>,
    /// More ticks came than may be kept: none is kept until then.
    over_until: Option<Duration>,
    /// The newest messages of all symbols, for other readers of all symbols.
    shared: Mutex<VecDeque<SharedTicks>>,
}

/// A message of ticks that many readers share.
#[derive(Debug)]
struct SharedTicks {
    numbers: Range<u64>,
    /// No more ticks fit.
    is_full: bool,
    message: EncodedMessage,
    /// The seqs of the readers that were sent the message.
    after: Option<Arc<SeqTable>>,
}

/// Returns whether a message with one more piece is short enough.
fn fits<Q: QuoteEncoding>(message: &Q::Message, piece: &Range<usize>, max_bytes: usize) -> bool {
    const COMMA: usize = 1;
    Q::message_len(message) + piece.len() + COMMA <= max_bytes
}

/// Ticks that were received together.
#[derive(Debug)]
struct Batch<P> {
    /// The number of the first tick.
    first: u64,
    received: Duration,
    /// The same by the server's clock, in microseconds since 1970.
    ts_received: i64,
    ticks: Vec<LoggedTick>,
    pieces: P,
}

/// A tick of a batch.
#[derive(Clone, Copy, Debug)]
struct LoggedTick {
    id: InstrumentId,
    seq: u64,
    /// The end of its piece, which begins where the one before ends.
    end: usize,
}

/// A tick with its batch and the range of its piece.
struct Entry<'a, Q: QuoteEncoding> {
    batch: &'a Batch<Q::Pieces>,
    tick: &'a LoggedTick,
    piece: Range<usize>,
}

impl<Q: QuoteEncoding> AnyTickLog for TickLog<Q> {
    fn open(&mut self, market: &Market) {
        self.epoch = market.epoch();
        self.clear();
    }

    fn kept(&self) -> usize {
        self.len()
    }

    fn clear(&mut self) {
        (self.quotes, self.batches, self.over_until) = (Vec::new(), VecDeque::new(), None);
        self.shared.get_mut().clear();
        self.skip();
    }

    fn begin(&mut self, ticks: usize, now: Duration, ts_received: i64) {
        self.expire(now);
        if self.over_until.is_some() || self.len() + ticks > self.limit {
            self.over_until.get_or_insert(now + KEPT);
            self.skip();
            return;
        }
        self.batches.push_back(Batch {
            first: self.kept.end,
            received: now,
            ts_received,
            ticks: Vec::with_capacity(ticks),
            pieces: Q::Pieces::default(),
        });
    }

    fn push(&mut self, id: InstrumentId, market: &Market) {
        self.quotes.resize(market.instruments().len(), Q::default());
        let (quote, state) = (self.quotes.get_mut(id.index()), market.get(id));
        if let Some(batch) = self.batches.back_mut()
            && let (Some(quote), Some((instrument, state))) = (quote, state)
            // A late tick changes no state.
            && state.seq > quote.seq()
        {
            quote.encode(id, instrument, state);
            quote.push_piece(&mut batch.pieces);
            batch.ticks.push(LoggedTick { id, seq: state.seq, end: batch.pieces.as_ref().len() });
            self.kept.end += 1;
        }
    }

    fn take(&self, cursor: &mut QuotesCursor, now: Duration, max_bytes: usize) -> Taken {
        if cursor.epoch() != self.epoch {
            return Taken::Nothing;
        }
        let Some(next) = cursor.next_tick().filter(|next| self.is_fresh(*next, now)) else {
            cursor.enter_log(self.kept.end);
            return Taken::Lost;
        };
        let ticks = next..self.kept.end;
        if ticks.is_empty() {
            return Taken::Nothing;
        }
        let has_all = cursor.len() == self.quotes.len();
        if has_all && cursor.is_level_in_log() && max_bytes >= MESSAGE_BYTES {
            return Taken::Message(self.take_shared(cursor, &ticks));
        }
        self.take_own(cursor, &ticks, max_bytes)
    }
}

impl<Q: QuoteEncoding> TickLog<Q> {
    /// An empty log that keeps up to `limit` ticks.
    pub fn new(limit: usize) -> Self {
        let (quotes, batches) = (Vec::new(), VecDeque::new());
        Self { epoch: 0, limit, quotes, batches, kept: 0..0, over_until: None, shared: Mutex::default() }
    }

    fn len(&self) -> usize {
        (self.kept.end - self.kept.start) as usize
    }

    /// Drops all ticks, and one number, so that each reader notices that it missed something.
    fn skip(&mut self) {
        self.batches.clear();
        self.kept = self.kept.end + 1..self.kept.end + 1;
    }

    /// Drops the ticks that were kept long enough.
    fn expire(&mut self, now: Duration) {
        while self.batches.front().is_some_and(|batch| batch.received + KEPT < now) {
            self.batches.pop_front();
            self.kept.start = self.batches.front().map_or(self.kept.end, |batch| batch.first);
        }
        self.over_until = self.over_until.filter(|until| now < *until);
    }

    /// Returns whether the ticks from `number` on are kept, and new enough to be sent one by one.
    fn is_fresh(&self, number: u64, now: Duration) -> bool {
        let oldest = self.batches.get(self.batch_of(number)).map_or(now, |batch| batch.received);
        (self.kept.start..=self.kept.end).contains(&number) && now <= oldest + KEPT
    }

    fn batch_of(&self, number: u64) -> usize {
        self.batches.partition_point(|batch| batch.first + batch.ticks.len() as u64 <= number)
    }

    /// The ticks from `number` on, with their numbers.
    fn ticks_from(&self, number: u64) -> impl Iterator<Item = (u64, Entry<'_, Q>)> {
        self.batches.range(self.batch_of(number)..).flat_map(move |batch| {
            let skip = number.saturating_sub(batch.first) as usize;
            let begin = skip.checked_sub(1).map_or(0, |before| batch.ticks[before].end);
            let entries = batch.ticks[skip..].iter().scan(begin, |begin, tick| {
                let piece = std::mem::replace(begin, tick.end)..tick.end;
                Some((tick, piece))
            });
            (batch.first + skip as u64..).zip(entries.map(|(tick, piece)| Entry { batch, tick, piece }))
        })
    }

    /// The message of the first of `ticks`, as many as fit, for readers of all symbols at the same position.
    fn take_shared(&self, cursor: &mut QuotesCursor, ticks: &Range<u64>) -> EncodedMessage {
        let mut shared = self.shared.lock();
        let is_same =
            |each: &SharedTicks| each.numbers.start == ticks.start && (each.is_full || each.numbers.end == ticks.end);
        let found = shared.iter().position(is_same).unwrap_or_else(|| {
            let previous = shared.iter().find(|each| each.numbers.end == ticks.start).map(|each| &each.message);
            let mut new = self.encode(ticks);
            new.message = new.message.share(previous);
            shared.truncate(SHARED_MESSAGES - 1);
            shared.push_front(new);
            0
        });
        let SharedTicks { numbers, message, after, .. } = &mut shared[found];
        let sent = self.ticks_from(ticks.start).take_while(|(number, _)| *number < numbers.end);
        cursor.follow_log(numbers.end, ticks.end, sent.map(|(_, Entry { tick, .. })| (tick.id, tick.seq)), after);
        message.clone()
    }

    fn encode(&self, ticks: &Range<u64>) -> SharedTicks {
        let ts_received = self.batches.get(self.batch_of(ticks.start)).map_or(0, |batch| batch.ts_received);
        let capacity = ((ticks.end - ticks.start) as usize * Q::BYTES).min(MESSAGE_BYTES);
        let mut message = Q::begin(QuotesKind::Update, self.epoch, ts_received, capacity);
        let mut end = ticks.start;
        for (number, Entry { batch, piece, .. }) in self.ticks_from(ticks.start) {
            let fits = number - ticks.start < MESSAGE_SYMBOLS as u64 && fits::<Q>(&message, &piece, MESSAGE_BYTES);
            if number > ticks.start && !fits {
                break;
            }
            Q::add_piece(&mut message, &batch.pieces, piece);
            end = number + 1;
        }
        SharedTicks { numbers: ticks.start..end, is_full: end < ticks.end, message: Q::finish(message), after: None }
    }

    /// A message for this cursor alone.
    fn take_own(&self, cursor: &mut QuotesCursor, ticks: &Range<u64>, max_bytes: usize) -> Taken {
        let (mut message, mut count, mut next, mut is_lost) = (None, 0, ticks.start, false);
        let capacity = cursor.capacity();
        cursor.prepare_mask();
        for (number, Entry { batch, tick, piece }) in self.ticks_from(ticks.start) {
            if message.as_ref().is_some_and(|message| !fits::<Q>(message, &piece, max_bytes)) {
                break;
            }
            match cursor.accept(tick.id, tick.seq) {
                TickFit::Next => {
                    let begin = || Q::begin(QuotesKind::Update, self.epoch, batch.ts_received, capacity);
                    Q::add_piece(message.get_or_insert_with(begin), &batch.pieces, piece);
                    count += 1;
                }
                // The ticks before the gap are good.
                TickFit::Gap => {
                    is_lost = true;
                    break;
                }
                TickFit::Skip => {}
            }
            next = number + 1;
            if count == MESSAGE_SYMBOLS {
                break;
            }
        }
        let message = message.map(Q::finish).inspect(|message| cursor.set_message_len(message.byte_len()));
        match (message, is_lost) {
            (None, true) => {
                cursor.enter_log(ticks.end);
                Taken::Lost
            }
            (Some(message), true) => {
                cursor.lose_log();
                Taken::Message(message)
            }
            (message, false) => {
                cursor.advance_log(next, ticks.end);
                message.map_or(Taken::Nothing, Taken::Message)
            }
        }
    }
}

#[cfg(test)]
mod tests;

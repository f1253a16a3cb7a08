//! The newest ticks one by one, for sessions at the rate `every`: each is the symbol's state after it, encoded
//! once for all readers.
//!
//! A reader that cannot go on from where it was, because it is new, or late, or because ticks came faster than
//! the log may hold, is told so: it takes the state instead, whose range says how many ticks were merged.
//!
//! Pure: `now` is passed in, as time since some fixed moment.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::cursors::QuotesCursor;
use super::quote_cache::FRAME_SYMBOLS;
use crate::market::{InstrumentId, Market};
use crate::wire::{Frame, QuoteEncoding, QuotesKind};

/// How long a tick is kept. Who is later than this wants to know how the market stands and not how it got there.
const KEPT: Duration = Duration::from_secs(1);
/// Ticks kept at most.
pub const DEFAULT_TICKS: usize = 65_536;

#[derive(Debug)]
pub struct TickLog<Q: QuoteEncoding> {
    epoch: u64,
    limit: usize,
    /// The state of each symbol at the tick that was encoded last; empty while nobody listens.
    quotes: Vec<Q>,
    batches: VecDeque<Batch<Q::Pieces>>,
    /// Ticks are numbered; these are kept.
    kept: Range<u64>,
    /// More came than may be kept: until then nothing is.
    over_until: Option<Duration>,
    /// The newest frame of all symbols, and the ticks in it: for others who want all.
    shared: Mutex<(Range<u64>, Frame)>,
}

/// Ticks that came together.
#[derive(Debug)]
struct Batch<P> {
    first: u64,
    heard: Duration,
    /// The same by the server's clock, in microseconds since 1970.
    ts_heard: i64,
    entries: Vec<Entry>,
    pieces: P,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    id: InstrumentId,
    seq: u64,
    /// Where its piece ends; it begins where the one before ends.
    end: usize,
}

/// What a reader gets.
#[derive(Debug, PartialEq, Eq)]
pub enum Taken {
    /// One message. There may be more.
    Frame(Frame),
    Nothing,
    /// The reader cannot go on: what it wants may lie behind the market by more than the log holds.
    Lost,
}

impl<Q: QuoteEncoding> TickLog<Q> {
    pub fn new(limit: usize) -> Self {
        let (quotes, batches, shared) = (Vec::new(), VecDeque::new(), Mutex::new((0..0, Frame::default())));
        Self { epoch: 0, limit, quotes, batches, kept: 0..0, over_until: None, shared }
    }

    /// A new epoch: nothing is kept.
    pub fn open(&mut self, market: &Market) {
        self.epoch = market.epoch();
        self.forget();
    }

    /// Nobody listens any longer, or somebody again: no reader can go on from what was before.
    pub fn forget(&mut self) {
        (self.quotes, self.batches, self.over_until) = (Vec::new(), VecDeque::new(), None);
        self.skip();
    }

    /// Drops what is kept, and one number, so that each reader sees that it missed something.
    fn skip(&mut self) {
        self.batches.clear();
        self.kept = self.kept.end + 1..self.kept.end + 1;
    }

    /// So many ticks were heard `now`, which is `ts_heard` by the server's clock, in microseconds since 1970;
    /// [`push`](Self::push) follows for each.
    pub fn begin(&mut self, ticks: usize, now: Duration, ts_heard: i64) {
        self.expire(now);
        if self.over_until.is_some() || self.len() + ticks > self.limit {
            self.over_until.get_or_insert(now + KEPT);
            self.skip();
            return;
        }
        let entries = Vec::with_capacity(ticks);
        self.batches.push_back(Batch {
            first: self.kept.end,
            heard: now,
            ts_heard,
            entries,
            pieces: Q::Pieces::default(),
        });
    }

    /// A tick of `id` was applied to `market`.
    pub fn push(&mut self, id: InstrumentId, market: &Market) {
        self.quotes.resize(market.instruments().len(), Q::default());
        let (quote, state) = (self.quotes.get_mut(id.index()), market.get(id));
        if let Some(batch) = self.batches.back_mut()
            && let (Some(quote), Some((instrument, state))) = (quote, state)
            // A late tick is no news.
            && state.seq > quote.seq()
        {
            quote.renew(id, instrument, state);
            quote.push_piece(&mut batch.pieces);
            batch.entries.push(Entry { id, seq: state.seq, end: batch.pieces.as_ref().len() });
            self.kept.end += 1;
        }
    }

    fn len(&self) -> usize {
        (self.kept.end - self.kept.start) as usize
    }

    fn expire(&mut self, now: Duration) {
        while self.batches.front().is_some_and(|batch| batch.heard + KEPT < now) {
            self.batches.pop_front();
            self.kept.start = self.batches.front().map_or(self.kept.end, |batch| batch.first);
        }
        self.over_until = self.over_until.filter(|until| now < *until);
    }

    /// What the reader behind `cursor` has not sent yet, as one `update` of at most [`FRAME_SYMBOLS`] ticks. To be
    /// called until there is nothing.
    pub fn take(&self, cursor: &mut QuotesCursor, now: Duration) -> Taken {
        if cursor.epoch != self.epoch {
            return Taken::Nothing;
        }
        let Some(from) = cursor.tick.filter(|from| self.is_fresh(*from, now)) else {
            (cursor.tick, cursor.level) = (Some(self.kept.end), false);
            return Taken::Lost;
        };
        let ticks = from..self.kept.end;
        if ticks.is_empty() {
            return Taken::Nothing;
        }
        if cursor.level && cursor.len() == self.quotes.len() && ticks.end - from <= FRAME_SYMBOLS as u64 {
            return Taken::Frame(self.share(cursor, &ticks));
        }
        let taken = self.assemble(cursor, from);
        // What it has by other means is older than this look, so now it has what the log has.
        cursor.more = cursor.tick != Some(ticks.end);
        cursor.level = taken != Taken::Lost && !cursor.more;
        taken
    }

    /// Whether the ticks from number `from` on are there and new enough to be told one by one.
    fn is_fresh(&self, from: u64, now: Duration) -> bool {
        let oldest = self.batches.get(self.batch_of(from)).map_or(now, |batch| batch.heard);
        (self.kept.start..=self.kept.end).contains(&from) && now <= oldest + KEPT
    }

    fn batch_of(&self, number: u64) -> usize {
        self.batches.partition_point(|batch| batch.first + batch.entries.len() as u64 <= number)
    }

    /// Ticks from number `from` on, with their pieces and the time they were heard.
    fn ticks_from(&self, from: u64) -> impl Iterator<Item = (u64, Logged<'_, Q>)> {
        self.batches.range(self.batch_of(from)..).flat_map(move |batch| {
            let skip = from.saturating_sub(batch.first) as usize;
            let begin = skip.checked_sub(1).map_or(0, |before| batch.entries[before].end);
            let ends = batch.entries[skip..].iter().scan(begin, |begin, entry| {
                let piece = std::mem::replace(begin, entry.end)..entry.end;
                Some((entry, piece))
            });
            let number = batch.first + skip as u64;
            (number..).zip(ends.map(|(entry, piece)| Logged { batch, entry, piece }))
        })
    }

    fn assemble(&self, cursor: &mut QuotesCursor, from: u64) -> Taken {
        let (mut frame, mut count, mut lost) = (None, 0, false);
        let room = cursor.room();
        let mut next = from;
        cursor.draw_mask();
        for (number, Logged { batch, entry, piece }) in self.ticks_from(from) {
            if !cursor.wants(entry.id) {
                next = number + 1;
                continue;
            }
            match cursor.sent_mut(entry.id) {
                Some(sent) if entry.seq == *sent + 1 => {
                    *sent = entry.seq;
                    let new = || Q::begin(QuotesKind::Update, self.epoch, batch.ts_heard, room);
                    Q::add_piece(frame.get_or_insert_with(new), &batch.pieces, piece);
                    count += 1;
                }
                // What lies between is not here; what came before this tick is good.
                Some(sent) if entry.seq > *sent => {
                    lost = true;
                    break;
                }
                // It has a newer state.
                Some(_) | None => {}
            }
            next = number + 1;
            if count == FRAME_SYMBOLS {
                break;
            }
        }
        match frame.map(Q::finish) {
            Some(frame) => {
                (cursor.tick, cursor.bytes) = (Some(next).filter(|_| !lost), frame.byte_len());
                Taken::Frame(frame)
            }
            None if lost => {
                cursor.tick = Some(self.kept.end);
                Taken::Lost
            }
            None => {
                cursor.tick = Some(next);
                Taken::Nothing
            }
        }
    }

    /// The frame that all have who want all symbols and have come equally far.
    fn share(&self, cursor: &mut QuotesCursor, ticks: &Range<u64>) -> Frame {
        // No broken middle state: a panic elsewhere does not spoil it.
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        if shared.0 != *ticks {
            let ts_heard = self.batches.get(self.batch_of(ticks.start)).map_or(0, |batch| batch.ts_heard);
            let room = (ticks.end - ticks.start) as usize * Q::BYTES;
            let mut frame = Q::begin(QuotesKind::Update, self.epoch, ts_heard, room);
            for (_, Logged { batch, piece, .. }) in self.ticks_from(ticks.start) {
                Q::add_piece(&mut frame, &batch.pieces, piece);
            }
            *shared = (ticks.clone(), Q::finish(frame));
        }
        for (_, Logged { entry, .. }) in self.ticks_from(ticks.start) {
            // With all symbols wanted, each stands at its own index.
            cursor.wanted[entry.id.index()].1 = entry.seq;
        }
        cursor.tick = Some(ticks.end);
        shared.1.clone()
    }
}

/// One tick of a batch.
struct Logged<'a, Q: QuoteEncoding> {
    batch: &'a Batch<Q::Pieces>,
    entry: &'a Entry,
    piece: Range<usize>,
}

#[cfg(test)]
mod tests;

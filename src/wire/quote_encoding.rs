//! The encoding of quotes: each symbol's state is encoded once, then copied into every message that needs it.

use std::fmt::Debug;
use std::ops::Range;

use super::EncodedMessage;
use crate::market::{Instrument, InstrumentId, InstrumentState};

/// The type of a message of quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuotesKind {
    Snapshot,
    Update,
}

/// One symbol's state in one format.
pub trait QuoteEncoding: Clone + Debug + Default + Send + Sync + 'static {
    /// A message that is being built.
    type Message;
    /// Encoded states, one after the other.
    type Pieces: AsRef<[u8]> + Default + Debug + Send + Sync;
    /// The usual length of one state, to allocate a message at once.
    const BYTES: usize;

    /// Replaces the state. An encoding stays with one instrument.
    fn encode(&mut self, id: InstrumentId, instrument: &Instrument, state: &InstrumentState);

    /// The last tick of the state.
    fn seq(&self) -> u64;

    /// The bytes that the state takes in a message at most.
    fn max_len(&self) -> usize;

    /// Begins a message. `ts_sent` is in microseconds since 1970, `capacity` in bytes.
    fn begin(kind: QuotesKind, epoch: u64, ts_sent: i64, capacity: usize) -> Self::Message;

    /// Adds the state to a message. It stands for the symbol's ticks from `first_seq` on.
    fn add_to(&self, message: &mut Self::Message, first_seq: u64);

    /// Appends the state to `pieces`, for readers that have the tick before it.
    fn push_piece(&self, pieces: &mut Self::Pieces);

    /// Adds a state from `pieces` to a message.
    fn add_piece(message: &mut Self::Message, pieces: &Self::Pieces, range: Range<usize>);

    /// The length of a message with what ends it, in bytes.
    fn message_len(message: &Self::Message) -> usize;

    /// Ends a message.
    fn finish(message: Self::Message) -> EncodedMessage;
}

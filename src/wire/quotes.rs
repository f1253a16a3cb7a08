//! Messages of quotes that no cache holds, in either format.

use super::binary::{BinaryQuote, BinaryQuotes};
use super::json::{JsonQuote, JsonQuotes};
use super::quote_encoding::{QuoteEncoding, QuotesKind};
use super::{EncodedMessage, Format, Outgoing};
use crate::market::{Instrument, InstrumentId, InstrumentState};

/// A `snapshot` or `update` message of states that no cache holds, in either format.
pub struct QuotesMessage {
    message: Message,
    max_bytes: usize,
    is_empty: bool,
}

/// A message of either format that is being built.
enum Message {
    Json(JsonQuotes),
    Binary(BinaryQuotes),
}

impl QuotesMessage {
    /// Begins a message.
    pub fn new(outgoing: Outgoing, kind: QuotesKind, epoch: u64) -> Self {
        let Outgoing { ts_sent, format, max_bytes } = outgoing;
        let message = match format {
            Format::Json => Message::Json(JsonQuote::begin(kind, epoch, ts_sent, 0)),
            Format::Binary => Message::Binary(BinaryQuote::begin(kind, epoch, ts_sent, 0)),
        };
        Self { message, max_bytes, is_empty: true }
    }

    /// Adds a symbol's state, unless the message would be too long. The state stands for the symbol's ticks from
    /// `first_seq` on. Returns whether it was added, as the first one always is.
    pub fn push(&mut self, id: InstrumentId, instrument: &Instrument, state: &InstrumentState, first_seq: u64) -> bool {
        fn push<Q: QuoteEncoding>(
            message: &mut Q::Message,
            (id, instrument, state): (InstrumentId, &Instrument, &InstrumentState),
            first_seq: u64,
            max_bytes: usize,
        ) -> bool {
            let mut quote = Q::default();
            quote.encode(id, instrument, state);
            let fits = Q::message_len(message) + quote.max_len() <= max_bytes;
            if fits {
                quote.add_to(message, first_seq);
            }
            fits
        }
        let max_bytes = if self.is_empty { usize::MAX } else { self.max_bytes };
        self.is_empty = false;
        match &mut self.message {
            Message::Json(message) => push::<JsonQuote>(message, (id, instrument, state), first_seq, max_bytes),
            Message::Binary(message) => push::<BinaryQuote>(message, (id, instrument, state), first_seq, max_bytes),
        }
    }

    /// Returns whether the message has no state.
    pub const fn is_empty(&self) -> bool {
        self.is_empty
    }

    /// Ends the message.
    pub fn finish(self) -> EncodedMessage {
        match self.message {
            Message::Json(message) => JsonQuote::finish(message),
            Message::Binary(message) => BinaryQuote::finish(message),
        }
    }
}

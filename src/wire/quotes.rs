//! Messages of quotes that no cache holds, in either format.

use super::binary::{BinaryQuote, BinaryQuotes};
use super::json::{JsonQuote, JsonQuotes};
use super::quote_encoding::{QuoteEncoding, QuotesKind};
use super::{EncodedMessage, Format};
use crate::market::{Instrument, InstrumentId, InstrumentState};

/// A `snapshot` or `update` message of states that no cache holds, in either format.
pub enum QuotesMessage {
    Json(JsonQuotes),
    Binary(BinaryQuotes),
}

impl QuotesMessage {
    /// Begins a message. `ts_sent` is in microseconds since 1970.
    pub fn new(format: Format, kind: QuotesKind, epoch: u64, ts_sent: i64) -> Self {
        match format {
            Format::Json => Self::Json(JsonQuote::begin(kind, epoch, ts_sent, 0)),
            Format::Binary => Self::Binary(BinaryQuote::begin(kind, epoch, ts_sent, 0)),
        }
    }

    /// Adds a symbol's state. It stands for the symbol's ticks from `first_seq` on.
    pub fn push(&mut self, id: InstrumentId, instrument: &Instrument, state: &InstrumentState, first_seq: u64) {
        fn push<Q: QuoteEncoding>(
            message: &mut Q::Message,
            (id, instrument, state): (InstrumentId, &Instrument, &InstrumentState),
            first_seq: u64,
        ) {
            let mut quote = Q::default();
            quote.encode(id, instrument, state);
            quote.add_to(message, first_seq);
        }
        match self {
            Self::Json(message) => push::<JsonQuote>(message, (id, instrument, state), first_seq),
            Self::Binary(message) => push::<BinaryQuote>(message, (id, instrument, state), first_seq),
        }
    }

    /// Ends the message.
    pub fn finish(self) -> EncodedMessage {
        match self {
            Self::Json(message) => JsonQuote::finish(message),
            Self::Binary(message) => BinaryQuote::finish(message),
        }
    }
}

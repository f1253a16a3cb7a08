//! `permessage-deflate` (RFC 7692): the compression of WebSocket messages, which clients may negotiate.
//!
//! No session has a compressor or decompressor; `codec.rs` lends them for one message. Not here: the compressed forms of
//! shared messages (`wire/shared_text.rs`), and frames (`socket.rs`).

mod codec;
mod compressor;
mod marked_stream;
mod negotiation;

pub use codec::{Codec, InflateFault};
pub use compressor::{Compression, Compressor, OWN_HISTORY_BYTES, outgoing};
pub use marked_stream::{Mark, MarkedStream};
pub use negotiation::{DeflateParams, InvalidExtensions, negotiate};

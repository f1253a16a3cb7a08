//! The protocol: the only place that knows JSON and the binary layout.
//!
//! `docs/PROTOCOL.md` describes the messages. `tests/fixtures/wire/` has an example of each, which the tests here and
//! those of the page share. The frequent messages are in `json` and `binary`; serde reads and writes all others.

mod binary;
mod channel;
mod command;
mod errors;
mod format;
mod head;
mod heartbeat;
mod inbound;
mod json;
mod login;
mod outbound;
mod query;
mod quote_encoding;
mod quotes;
mod rate;
#[cfg(test)]
pub mod sample;
mod series;
mod shared_text;
mod uploads;

pub use binary::BinaryQuote;
pub use channel::Channel;
pub use command::{command_name, parse_command, parse_inspect};
pub use errors::{ApiError, ErrorCode};
pub use format::{EncodedMessage, Format, PerFormat};
pub use head::{DepthRange, MESSAGE_BYTES, MIN_MESSAGE_BYTES, Outgoing, SeriesHead, TradesRange};
pub use heartbeat::Heartbeat;
pub use inbound::{Inbound, Request, ResumePoint, Subscribe, parse};
pub use json::{BarsResponse, JsonQuote, depth_response};
pub use login::{access_response, parse_login};
pub use outbound::{
    AcknowledgeSet, Driven, Feed, FormatSet, Granted, Health, Hello, HelloLimits, InstrumentFacts, JsonMessage,
    LimitsSet, ListPart, ListedFeed, News, Probe, Scenarios, Stopping, Throttled, Time, Unsubscribed, UploadBounds,
    feeds_response, news_response, reading_response, rejected_response, scenarios_response, split_symbols,
    symbols_response,
};
pub use query::{
    BarsQuery, parse_bars_query, parse_depth_query, parse_events_query, parse_news_query, parse_quotes_query,
    parse_upload_query,
};
pub use quote_encoding::{QuoteEncoding, QuotesKind};
pub use quotes::QuotesMessage;
pub use rate::Rate;
pub use series::{bars_message, depth_message, trades_message};
pub use shared_text::{HISTORY_BYTES, SharedText};
pub use tokio_tungstenite::tungstenite::Utf8Bytes as Text;
pub use uploads::{UploadRequest, parse_upload, received_response, upload_response, wrong_offset_response};

/// The name and major version of the protocol.
pub const PROTOCOL: &str = "tickcast.v1";

#[cfg(any(test, fuzzing))]
pub use binary::decode::Decoder;

#[cfg(test)]
mod tests;

//! What goes over the wire: the only place that knows JSON and the binary layout.
//!
//! `docs/PROTOCOL.md` describes the messages; `tests/fixtures/wire/` holds an example of each, which the
//! tests here and those of the page share. Quotes and bars are written by hand, because they are many and
//! carry exact decimals; the rest goes through serde. `binary` has the compact format of those that are many.

mod bars;
mod binary;
mod command;
mod depth;
mod errors;
mod frame;
mod happenings;
mod inbound;
mod login;
mod number;
mod outbound;
mod query;
mod quotes;
mod rate;
mod trades;

pub use bars::{bars_message, bars_response};
pub use binary::{BinaryQuote, bars_frame, depth_frame, heartbeat_frame, trades_frame};
pub use command::{command_name, parse_command};
pub use depth::{DepthHead, depth_message, depth_response};
pub use errors::{ApiError, ErrorCode};
pub use frame::{Format, Frame};
pub use happenings::{News, Scenarios, Told, news_response, scenarios_response};
pub use inbound::{Channel, Inbound, Request, Since, Subscribe, parse};
pub use login::{access_response, parse_login};
pub use outbound::{
    Driven, Feed, FormatSet, Granted, Heartbeat, Hello, HelloLimits, Message, Stopping, Throttled, Unsubscribed,
    health, rejected_response, symbols_response,
};
pub use query::{
    BarsQuery, parse_bars_query, parse_depth_query, parse_events_query, parse_news_query, parse_quotes_query,
};
pub use quotes::{EncodedQuote, QuoteEncoding, QuotesFrame, QuotesKind};
pub use rate::Rate;
pub use tokio_tungstenite::tungstenite::Utf8Bytes as Text;
pub use trades::{TradesHead, trades_message};

/// The name and major version of the protocol.
pub const PROTOCOL: &str = "tickcast.v1";

#[cfg(any(test, fuzzing))]
pub use binary::decode::Decoder;

#[cfg(test)]
mod fixtures;

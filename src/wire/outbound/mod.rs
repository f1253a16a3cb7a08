//! The messages and HTTP bodies that serde writes: all but the frequent ones, which `json` and `binary` write by hand.
//!
//! Times are microseconds since 1970.

mod feed;
mod feeds;
mod notices;
mod session;
mod symbols;

pub use feed::{Feed, Health, reading_response, rejected_response};
pub use feeds::{ListedFeed, UploadBounds, feeds_response};
pub use notices::{ListPart, News, Scenarios, news_response, scenarios_response};
pub use session::{
    AcknowledgeSet, Driven, FormatSet, Granted, Hello, HelloLimits, LimitsSet, Probe, Stopping, Throttled, Time,
    Unsubscribed,
};
pub use symbols::{InstrumentFacts, symbols_response};

use serde::Serialize;

use super::{ApiError, Heartbeat, Text};

/// A message that serde writes as JSON.
pub trait JsonMessage: Serialize {
    /// The text of the message.
    fn to_text(&self) -> Text {
        to_json(self).into()
    }
}

impl JsonMessage for Hello<'_> {}
impl JsonMessage for Feed<'_> {}
impl JsonMessage for Driven {}
impl JsonMessage for Granted<'_> {}
impl JsonMessage for Unsubscribed<'_> {}
impl JsonMessage for Heartbeat {}
impl JsonMessage for InstrumentFacts<'_> {}
impl JsonMessage for FormatSet {}
impl JsonMessage for AcknowledgeSet {}
impl JsonMessage for Probe {}
impl JsonMessage for LimitsSet {}
impl JsonMessage for Time {}
impl JsonMessage for Throttled {}
impl JsonMessage for Stopping {}
impl JsonMessage for News<'_> {}
impl JsonMessage for Scenarios<'_> {}
impl JsonMessage for ApiError {}

/// The length of a message's members before its list, at most.
const HEAD_BYTES: usize = 256;

/// The first items that a message of `max_bytes` holds, but at least one.
fn take_fitting<T: Serialize>(items: impl Iterator<Item = T>, max_bytes: usize) -> Vec<T> {
    let mut bytes = HEAD_BYTES;
    let mut fits = |n: usize, item: &T| {
        if max_bytes < usize::MAX {
            bytes += to_json(item).len() + 1;
        }
        n == 0 || bytes <= max_bytes
    };
    items.enumerate().take_while(|(n, item)| fits(*n, item)).map(|(_, item)| item).collect()
}

/// Splits the symbols of an answer into parts, each of which fits into a message of `max_bytes`.
pub fn split_symbols(symbols: &[String], max_bytes: usize) -> impl Iterator<Item = &[String]> {
    let mut rest = symbols;
    std::iter::from_fn(move || {
        let count = take_fitting(rest.iter(), max_bytes).len();
        let part;
        (part, rest) = rest.split_at(count);
        (!part.is_empty()).then_some(part)
    })
}

fn to_json<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).expect("invariant: structs of strings and numbers are JSON")
}

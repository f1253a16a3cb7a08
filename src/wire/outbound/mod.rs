//! The messages and HTTP bodies that serde writes: all but the frequent ones, which `json` and `binary` write by hand.
//!
//! Times are microseconds since 1970.

mod feed;
mod notices;
mod session;
mod symbols;

pub use feed::{Feed, Health, reading_response, rejected_response};
pub use notices::{ListPart, News, Scenarios, news_response, scenarios_response};
pub use session::{
    AcknowledgeSet, Driven, FormatSet, Granted, Hello, HelloLimits, Probe, Stopping, Throttled, Time, Unsubscribed,
};
pub use symbols::symbols_response;

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
impl JsonMessage for FormatSet {}
impl JsonMessage for AcknowledgeSet {}
impl JsonMessage for Probe {}
impl JsonMessage for Time {}
impl JsonMessage for Throttled {}
impl JsonMessage for Stopping {}
impl JsonMessage for News<'_> {}
impl JsonMessage for Scenarios<'_> {}
impl JsonMessage for ApiError {}

fn to_json<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).expect("invariant: structs of strings and numbers are JSON")
}

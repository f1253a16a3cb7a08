//! What a client may say, read with care: every fault is answered with what would be right.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;

use super::command::command;
use super::errors::{ApiError, echo};
use super::frame::Format;
use super::rate::Rate;
use crate::control::Command;
use crate::market::Interval;

/// The largest whole number that a browser holds exactly.
const MAX_ID: u64 = (1 << 53) - 1;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    Quotes,
    Bars(Interval),
    Trades,
    /// The levels of a book.
    Depth,
    /// Headlines of the whole market.
    News,
}

impl Channel {
    pub const fn label(self) -> &'static str {
        match self {
            Self::Quotes => "quotes",
            Self::Bars(_) => "bars",
            Self::Trades => "trades",
            Self::Depth => "depth",
            Self::News => "news",
        }
    }

    pub const fn interval(self) -> Option<&'static str> {
        match self {
            Self::Quotes | Self::Trades | Self::Depth | Self::News => None,
            Self::Bars(interval) => Some(interval.label()),
        }
    }
}

/// A request and the number its answer repeats.
#[derive(Clone, Debug, PartialEq)]
pub struct Inbound {
    pub id: Option<u64>,
    pub request: Request,
}

/// Lists of symbols are never empty; `"*"` is among them as it came.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    Subscribe(Subscribe),
    Unsubscribe { channel: Channel, symbols: Vec<String> },
    Rate { channel: Channel, symbols: Vec<String>, rate: Rate },
    Resync { symbols: Vec<String> },
    Format(Format),
    Drive(Command),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Subscribe {
    pub channel: Channel,
    pub symbols: Vec<String>,
    pub rate: Option<Rate>,
    pub history: Option<usize>,
    pub since: Option<Since>,
}

/// What a client that comes back has.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Since {
    pub epoch: u64,
    /// By symbol: the last seq (quotes, depth), the start of the newest closed bar, or the number of the last trade; by `"*"` that of
    /// the last headline.
    pub at: HashMap<String, i64>,
}

const EXAMPLE_REMEDY: &str = r#"send JSON such as {"type":"subscribe","channel":"quotes","symbols":["*"]}"#;

const CHANNELS_REMEDY: &str = "the channels are quotes, bars, trades, depth and news";

#[derive(Deserialize)]
struct Raw {
    channel: Option<String>,
    symbols: Option<Vec<String>>,
    interval: Option<String>,
    rate: Option<Value>,
    history: Option<usize>,
    since: Option<Since>,
    format: Option<String>,
}

/// Reads one message. Members that are not known are passed over.
///
/// # Errors
/// A [`ApiError`] with the message's own id, where it has a readable one.
pub fn parse(text: &str) -> Result<Inbound, ApiError> {
    let value: Value = serde_json::from_str(text).map_err(|_| ApiError::bad_json(text, EXAMPLE_REMEDY))?;
    let id = value.get("id").and_then(Value::as_u64).filter(|id| *id <= MAX_ID);
    let request = parse_value(value, id).map_err(|error| error.with_id(id))?;
    Ok(Inbound { id, request })
}

fn parse_value(value: Value, id: Option<u64>) -> Result<Request, ApiError> {
    if value.get("id").is_some() && id.is_none() {
        return Err(ApiError::bad_message("`id` is no whole number from 0 to 2^53 - 1", "leave it out, or count up"));
    }
    let kind = value.get("type").and_then(Value::as_str).map(String::from);
    let Some(kind) = kind else {
        return Err(ApiError::bad_message("the message has no `type`", EXAMPLE_REMEDY));
    };
    if kind == "drive" {
        return command(value).map(Request::Drive);
    }
    let mut raw: Raw = serde_json::from_value(value).map_err(|error| ApiError::wrong_type(&error, EXAMPLE_REMEDY))?;
    match kind.as_str() {
        "subscribe" => {
            let rate = raw.rate.as_ref().map(Rate::from_json).transpose()?;
            let channel = raw.channel()?;
            let symbols = raw.symbols(channel)?;
            Ok(Request::Subscribe(Subscribe { channel, symbols, rate, history: raw.history, since: raw.since }))
        }
        "unsubscribe" => {
            let channel = raw.channel()?;
            Ok(Request::Unsubscribe { channel, symbols: raw.symbols(channel)? })
        }
        "rate" => {
            let missing = || ApiError::bad_message("`rate` is missing", "say how many updates a second: \"rate\":2");
            let rate = Rate::from_json(raw.rate.as_ref().ok_or_else(missing)?)?;
            let channel = raw.channel()?;
            if channel == Channel::News {
                let remedy = "headlines come as they are published: unsubscribe where you do not want them";
                return Err(ApiError::bad_message("news has no rate", remedy));
            }
            Ok(Request::Rate { channel, symbols: raw.symbols(channel)?, rate })
        }
        "resync" => Ok(Request::Resync { symbols: raw.symbols(Channel::Quotes)? }),
        "format" => Ok(Request::Format(raw.format()?)),
        other => Err(ApiError::bad_message(
            format!("there is no message of type {}", echo(other)),
            "the types are subscribe, unsubscribe, rate, resync, format and drive",
        )),
    }
}

impl Raw {
    fn channel(&self) -> Result<Channel, ApiError> {
        match self.channel.as_deref() {
            Some("quotes") => Ok(Channel::Quotes),
            Some("trades") => Ok(Channel::Trades),
            Some("depth") => Ok(Channel::Depth),
            Some("news") => Ok(Channel::News),
            Some("bars") => {
                let label = self.interval.as_deref().unwrap_or("");
                let interval = label.parse().map_err(|_| ApiError::unknown_interval(label))?;
                Ok(Channel::Bars(interval))
            }
            Some(other) => {
                let message = format!("there is no channel {}", echo(other));
                Err(ApiError::bad_message(message, CHANNELS_REMEDY))
            }
            None => Err(ApiError::bad_message("`channel` is missing", CHANNELS_REMEDY)),
        }
    }

    fn format(&self) -> Result<Format, ApiError> {
        let label = self.format.as_deref().unwrap_or("");
        Format::ALL.into_iter().find(|format| format.label() == label).ok_or_else(|| {
            let remedy = "the formats are json and binary: \"format\":\"binary\"";
            ApiError::bad_message(format!("there is no format {}", echo(label)), remedy)
        })
    }

    fn symbols(&mut self, channel: Channel) -> Result<Vec<String>, ApiError> {
        if channel == Channel::News {
            let all = vec!["*".to_owned()];
            let symbols = self.symbols.take().unwrap_or_else(|| all.clone());
            let remedy = "each headline says whom it is about: leave `symbols` out";
            let whole = (symbols == all).then_some(symbols);
            return whole.ok_or_else(|| ApiError::bad_message("news is of the whole market", remedy));
        }
        self.symbols.take().filter(|symbols| !symbols.is_empty()).ok_or_else(|| {
            ApiError::bad_message("`symbols` is missing or empty", "name some, or all: \"symbols\":[\"*\"]")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, code: &str, says: &str) {
        let error = parse(text).unwrap_err();
        assert_eq!(error.code.label(), code, "{text}");
        assert!(error.message.contains(says), "{text}: {}", error.message);
        assert!(!error.remedy.is_empty());
    }

    #[test]
    fn each_fault_is_named() {
        check("Hello, world!", "bad_json", "\"Hello, world!\" is not JSON");
        check("", "bad_json", "is not JSON");
        check("{", "bad_json", "is not JSON");
        check("[]", "bad_message", "no `type`");
        check("7", "bad_message", "no `type`");
        check(r#"{"type":"sing"}"#, "bad_message", "no message of type \"sing\"");
        check(r#"{"type":"subscribe"}"#, "bad_message", "`channel` is missing");
        check(r#"{"type":"subscribe","channel":"gossip","symbols":["A"]}"#, "bad_message", "no channel \"gossip\"");
        check(r#"{"type":"subscribe","channel":"news","symbols":["A"]}"#, "bad_message", "of the whole market");
        check(r#"{"type":"rate","channel":"news","rate":2}"#, "bad_message", "no rate");
        check(r#"{"type":"subscribe","channel":"quotes"}"#, "bad_message", "`symbols` is missing");
        check(r#"{"type":"subscribe","channel":"quotes","symbols":[]}"#, "bad_message", "`symbols` is missing");
        check(r#"{"type":"subscribe","channel":"quotes","symbols":"A"}"#, "bad_message", "wrong type");
        check(r#"{"type":"subscribe","channel":"bars","symbols":["A"]}"#, "bad_message", "no interval \"\"");
        check(r#"{"type":"rate","channel":"quotes","symbols":["A"]}"#, "bad_message", "`rate` is missing");
        check(r#"{"type":"rate","channel":"quotes","symbols":["A"],"rate":-1}"#, "bad_message", "out of range");
        check(r#"{"type":"rate","channel":"quotes","symbols":["A"],"rate":"all"}"#, "bad_message", "nor \"every\"");
        check(r#"{"type":"format","format":"xml"}"#, "bad_message", "no format \"xml\"");
        check(r#"{"type":"resync","id":-4,"symbols":["A"]}"#, "bad_message", "`id` is no whole number");
    }

    #[test]
    fn an_error_carries_the_number_of_its_request() {
        assert_eq!(parse(r#"{"type":"sing","id":9}"#).unwrap_err().id, Some(9));
    }

    #[test]
    fn a_long_or_odd_text_is_not_echoed_whole() {
        let error = parse(&"\u{7}x".repeat(10_000)).unwrap_err();
        assert!(error.message.len() < 400 && !error.message.contains('\u{7}'), "{}", error.message);
    }

    #[test]
    fn members_of_later_versions_are_passed_over() {
        let text = r#"{"type":"resync","symbols":["A"],"colour":{"deep":[1]}}"#;
        assert_eq!(parse(text).unwrap().request, Request::Resync { symbols: vec!["A".into()] });
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".{0,200}") {
            let _ = parse(&text);
        }

        #[test]
        fn no_json_makes_it_panic(rate in any::<f64>(), id in any::<i64>(), symbol in ".{0,60}") {
            let value = serde_json::json!({"type":"subscribe","id":id,"channel":"quotes","symbols":[symbol],"rate":rate});
            let _ = parse(&value.to_string());
        }
    }
}

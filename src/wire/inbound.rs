//! Messages from clients. An error in one is answered with a remedy.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;

use super::channel::Channel;
use super::command::read_command;
use super::errors::{ApiError, echo};
use super::{Format, Rate};
use crate::control::Command;

/// The largest `id`: the largest whole number that a browser holds exactly.
const MAX_ID: u64 = (1 << 53) - 1;
/// All symbols.
const STAR: &str = "*";

/// A remedy: an example of a message.
const EXAMPLE: &str = r#"send JSON such as {"type":"subscribe","channel":"quotes","symbols":["*"]}"#;
/// A remedy: the channels.
const CHANNELS: &str = "the channels are quotes, bars, trades, depth and news";

/// A message from a client: a request, and the id that its answer repeats.
#[derive(Clone, Debug, PartialEq)]
pub struct Inbound {
    pub id: Option<u64>,
    pub request: Request,
}

/// A request. Its list of symbols is never empty, and may contain `"*"`.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    Subscribe(Subscribe),
    Unsubscribe {
        channel: Channel,
        symbols: Vec<String>,
    },
    Rate {
        channel: Channel,
        symbols: Vec<String>,
        rate: Rate,
    },
    Resync {
        symbols: Vec<String>,
    },
    /// The facts about symbols that binary messages need.
    Describe {
        symbols: Vec<String>,
    },
    Format(Format),
    /// The program acknowledges messages from now on, or no longer.
    Acknowledge {
        on: bool,
    },
    /// The program has handled so many messages.
    Ack {
        number: u32,
    },
    /// The longest message that the client takes, in bytes.
    Limits {
        sent_bytes: usize,
    },
    /// Asks for the server's clock.
    Clock,
    Drive(Command),
}

/// A request for data of a channel.
#[derive(Clone, Debug, PartialEq)]
pub struct Subscribe {
    pub channel: Channel,
    pub symbols: Vec<String>,
    pub rate: Option<Rate>,
    pub history: Option<usize>,
    pub since: Option<ResumePoint>,
}

/// The data that a client has from an earlier connection.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ResumePoint {
    pub epoch: u64,
    /// By symbol: the last seq (quotes and depth), the start of the newest closed bar (bars) or the number of the last
    /// trade (trades); by `"*"`: the number of the last headline (news).
    pub at: HashMap<String, i64>,
}

/// Reads a message. Unknown members are ignored.
///
/// # Errors
/// If it is not a message of the protocol. The error has the message's id, if that is readable.
pub fn parse(text: &str) -> Result<Inbound, ApiError> {
    let value: Value = serde_json::from_str(text).map_err(|_| ApiError::bad_json(text, EXAMPLE))?;
    let id = value.get("id").and_then(Value::as_u64).filter(|id| *id <= MAX_ID);
    let request = parse_request(value, id).map_err(|error| error.with_id(id))?;
    Ok(Inbound { id, request })
}

fn parse_request(value: Value, id: Option<u64>) -> Result<Request, ApiError> {
    if value.get("id").is_some() && id.is_none() {
        let remedy = "leave `id` out, or count from 1 up";
        return Err(ApiError::bad_message("`id` is not a whole number from 0 to 2^53 - 1", remedy));
    }
    let Some(kind) = value.get("type").and_then(Value::as_str).map(String::from) else {
        return Err(ApiError::bad_message("the message has no `type`", EXAMPLE));
    };
    if kind == "drive" {
        return read_command(value).map(Request::Drive);
    }
    let members: RequestMembers =
        serde_json::from_value(value).map_err(|error| ApiError::wrong_type(&error, EXAMPLE))?;
    match kind.as_str() {
        "subscribe" => members.subscribe(),
        "unsubscribe" => members.unsubscribe(),
        "rate" => members.rate(),
        "resync" => Ok(Request::Resync { symbols: members.symbols(Channel::Quotes)? }),
        "describe" => Ok(Request::Describe { symbols: members.symbols(Channel::Quotes)? }),
        "format" => members.format(),
        "acknowledge" => Ok(Request::Acknowledge { on: members.on.unwrap_or(true) }),
        "ack" => members.ack(),
        "clock" => Ok(Request::Clock),
        "limits" => members.limits(),
        other => Err(ApiError::bad_message(
            format!("there is no message of type {}", echo(other)),
            "the types are subscribe, unsubscribe, rate, resync, describe, format, limits, clock, acknowledge, ack and drive",
        )),
    }
}

/// The members of all requests but `drive`.
#[derive(Deserialize)]
struct RequestMembers {
    channel: Option<String>,
    symbols: Option<Vec<String>>,
    interval: Option<String>,
    rate: Option<Value>,
    history: Option<usize>,
    since: Option<ResumePoint>,
    format: Option<String>,
    on: Option<bool>,
    number: Option<u32>,
    sent_bytes: Option<usize>,
}

impl RequestMembers {
    fn subscribe(mut self) -> Result<Request, ApiError> {
        let rate = self.rate.as_ref().map(Rate::from_json).transpose()?;
        let (channel, history, since) = (self.channel()?, self.history, self.since.take());
        let symbols = self.symbols(channel)?;
        Ok(Request::Subscribe(Subscribe { channel, symbols, rate, history, since }))
    }

    fn unsubscribe(self) -> Result<Request, ApiError> {
        let channel = self.channel()?;
        Ok(Request::Unsubscribe { channel, symbols: self.symbols(channel)? })
    }

    fn rate(self) -> Result<Request, ApiError> {
        let missing = || ApiError::bad_message("`rate` is missing", "name the updates per second, as in \"rate\":2");
        let rate = Rate::from_json(self.rate.as_ref().ok_or_else(missing)?)?;
        let channel = self.channel()?;
        if channel == Channel::News {
            let remedy = "headlines come as they are published; unsubscribe to stop them";
            return Err(ApiError::bad_message("news has no rate", remedy));
        }
        Ok(Request::Rate { channel, symbols: self.symbols(channel)?, rate })
    }

    fn format(self) -> Result<Request, ApiError> {
        let label = self.format.as_deref().unwrap_or("");
        label.parse().map(Request::Format).map_err(|_| {
            let remedy = "the formats are json and binary, as in \"format\":\"binary\"";
            ApiError::bad_message(format!("there is no format {}", echo(label)), remedy)
        })
    }

    fn ack(&self) -> Result<Request, ApiError> {
        let remedy = "name the number of messages that you have handled, as in \"number\":7";
        let missing = || ApiError::bad_message("`number` is missing", remedy);
        Ok(Request::Ack { number: self.number.ok_or_else(missing)? })
    }

    fn limits(self) -> Result<Request, ApiError> {
        let remedy = "name the longest message that you take, in bytes, as in \"sent_bytes\":65536";
        let missing = || ApiError::bad_message("`sent_bytes` is missing", remedy);
        self.sent_bytes.map(|sent_bytes| Request::Limits { sent_bytes }).ok_or_else(missing)
    }

    fn channel(&self) -> Result<Channel, ApiError> {
        match self.channel.as_deref() {
            Some("quotes") => Ok(Channel::Quotes),
            Some("trades") => Ok(Channel::Trades),
            Some("depth") => Ok(Channel::Depth),
            Some("news") => Ok(Channel::News),
            Some("bars") => {
                let label = self.interval.as_deref().unwrap_or("");
                label.parse().map(Channel::Bars).map_err(|_| ApiError::unknown_interval(label))
            }
            Some(other) => Err(ApiError::bad_message(format!("there is no channel {}", echo(other)), CHANNELS)),
            None => Err(ApiError::bad_message("`channel` is missing", CHANNELS)),
        }
    }

    /// The symbols of the request. News is about the whole market and may leave them out.
    fn symbols(self, channel: Channel) -> Result<Vec<String>, ApiError> {
        match self.symbols {
            None if channel == Channel::News => Ok(vec![STAR.to_owned()]),
            Some(symbols) if channel == Channel::News && symbols != [STAR] => {
                Err(ApiError::bad_message("news is about the whole market", "leave `symbols` out"))
            }
            Some(symbols) if !symbols.is_empty() => Ok(symbols),
            _ => {
                let remedy = "name some symbols, or all with \"symbols\":[\"*\"]";
                Err(ApiError::bad_message("`symbols` is missing or empty", remedy))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, code: &str, want: &str) {
        let error = parse(text).unwrap_err();
        assert_eq!(error.code.label(), code, "{text}");
        assert!(error.message.contains(want), "{text}: {}", error.message);
        assert!(!error.remedy.is_empty());
    }

    #[test]
    fn error_names_the_fault() {
        check("Hello, world!", "bad_json", "\"Hello, world!\" is not JSON");
        check("", "bad_json", "is not JSON");
        check("{", "bad_json", "is not JSON");
        check("[]", "bad_message", "no `type`");
        check("7", "bad_message", "no `type`");
        check(r#"{"type":"sing"}"#, "bad_message", "no message of type \"sing\"");
        check(r#"{"type":"subscribe"}"#, "bad_message", "`channel` is missing");
        check(r#"{"type":"subscribe","channel":"gossip","symbols":["A"]}"#, "bad_message", "no channel \"gossip\"");
        check(r#"{"type":"subscribe","channel":"news","symbols":["A"]}"#, "bad_message", "about the whole market");
        check(r#"{"type":"rate","channel":"news","rate":2}"#, "bad_message", "no rate");
        check(r#"{"type":"subscribe","channel":"quotes"}"#, "bad_message", "`symbols` is missing");
        check(r#"{"type":"subscribe","channel":"quotes","symbols":[]}"#, "bad_message", "`symbols` is missing");
        check(r#"{"type":"subscribe","channel":"quotes","symbols":"A"}"#, "bad_message", "wrong type");
        check(r#"{"type":"subscribe","channel":"bars","symbols":["A"]}"#, "bad_message", "no interval \"\"");
        check(r#"{"type":"rate","channel":"quotes","symbols":["A"]}"#, "bad_message", "`rate` is missing");
        check(r#"{"type":"rate","channel":"quotes","symbols":["A"],"rate":-1}"#, "bad_message", "out of range");
        check(r#"{"type":"rate","channel":"quotes","symbols":["A"],"rate":"all"}"#, "bad_message", "nor \"every\"");
        check(r#"{"type":"format","format":"xml"}"#, "bad_message", "no format \"xml\"");
        check(r#"{"type":"ack"}"#, "bad_message", "`number` is missing");
        check(r#"{"type":"ack","number":-1}"#, "bad_message", "wrong type");
        check(r#"{"type":"limits"}"#, "bad_message", "`sent_bytes` is missing");
        check(r#"{"type":"limits","sent_bytes":-1}"#, "bad_message", "wrong type");
        check(r#"{"type":"resync","id":-4,"symbols":["A"]}"#, "bad_message", "`id` is not a whole number");
    }

    #[test]
    fn error_has_the_id_of_its_request() {
        assert_eq!(parse(r#"{"type":"sing","id":9}"#).unwrap_err().id, Some(9));
    }

    #[test]
    fn echo_of_a_long_text_is_short() {
        let error = parse(&"\u{7}x".repeat(10_000)).unwrap_err();
        assert!(error.message.len() < 400 && !error.message.contains('\u{7}'), "{}", error.message);
    }

    #[test]
    fn unknown_member_is_ignored() {
        let text = r#"{"type":"resync","symbols":["A"],"colour":{"deep":[1]}}"#;
        assert_eq!(parse(text).unwrap().request, Request::Resync { symbols: vec!["A".into()] });
    }

    proptest! {
        #[test]
        fn parse_never_panics_on_text(text in ".{0,200}") {
            let _ = parse(&text);
        }

        #[test]
        fn parse_never_panics_on_json(rate in any::<f64>(), id in any::<i64>(), symbol in ".{0,60}") {
            let value = serde_json::json!({
                "type":"subscribe","id":id,"channel":"quotes","symbols":[symbol],"rate":rate,
            });
            let _ = parse(&value.to_string());
        }
    }
}

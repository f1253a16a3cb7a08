//! What a client may say, read with care: every fault is answered with what would be right.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::command::command;
use super::frame::Format;
use super::rate::Rate;
use crate::control::Command;
use crate::market::Interval;

/// The longest piece of a client's own text that an error message repeats.
const MAX_ECHO: usize = 40;
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

/// An `error` message: why something was refused, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename = "error")]
pub struct Refusal {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<u64>,
    pub code: &'static str,
    pub message: String,
    pub remedy: String,
}

impl Refusal {
    pub fn binary() -> Self {
        Self::new("binary", "this server takes text messages only".into(), EXAMPLE_REMEDY.into())
    }

    pub fn unknown_symbol(symbol: &str) -> Self {
        let message = format!("this feed has no symbol {}", echo(symbol));
        Self::new("unknown_symbol", message, "GET /api/v1/symbols lists the symbols; \"*\" means all of them".into())
    }

    /// Nothing is known behind the best bid and ask; of this symbol, or of none.
    pub fn no_depth(symbol: Option<&str>) -> Self {
        let whose = symbol.map_or_else(|| "this feed".into(), echo);
        let message = format!("{whose} has no depth: no more is told of it than the best bid and ask");
        let remedy = "subscribe to quotes; GET /api/v1/symbols says by `depth` how many levels a symbol has";
        Self::new("no_depth", message, remedy.into())
    }

    pub fn not_subscribed(channel: Channel, symbol: &str) -> Self {
        let message = format!("{} is not subscribed on {}", echo(symbol), channel.label());
        Self::new("not_subscribed", message, "subscribe first".into())
    }

    pub fn too_many_subscriptions(limit: usize) -> Self {
        let message = format!("a session may hold {limit} subscriptions");
        let remedy = "unsubscribe some, or start the server with a higher --max-subscriptions";
        Self::new("too_many_subscriptions", message, remedy.into())
    }

    pub fn too_much_history(limit: usize) -> Self {
        let message = format!("a session may ask for {limit} bars and trades of history in all");
        let remedy = "ask for a shorter history or fewer symbols, or start the server with a higher --max-history";
        Self::new("too_much_history", message, remedy.into())
    }

    /// For a request over HTTP.
    pub fn bad_query(message: impl Into<String>) -> Self {
        Self::new("bad_query", message.into(), "ask as in /api/v1/bars?symbols=AAPL,IBM&interval=1m&limit=300".into())
    }

    pub fn bad_json(text: &str, remedy: &str) -> Self {
        Self::new("bad_json", format!("{} is not JSON", echo(text)), remedy.into())
    }

    /// This server's feed is driven by nobody.
    pub fn control_not_allowed() -> Self {
        let remedy = "start the server with --control token, or with --control everybody";
        Self::new("control_not_allowed", "this server takes no commands".into(), remedy.into())
    }

    /// This server's feed is driven by others.
    pub fn presenter_needed() -> Self {
        let remedy = "open the presenter's link that the server printed at its start, or send its token: `authorization: Bearer TOKEN`";
        Self::new("control_not_allowed", "only who has the presenter's token may drive the feed".into(), remedy.into())
    }

    /// For a request over HTTP, as are the next two.
    pub fn token_needed() -> Self {
        let remedy =
            "open the link that the server printed at its start, or send its token: `authorization: Bearer TOKEN`";
        Self::new("token_needed", "this server shows its market to those who have a token".into(), remedy.into())
    }

    pub fn wrong_token() -> Self {
        let remedy = "compare it with the link that the server printed at its start; each start may make another";
        Self::new("wrong_token", "this token is none of this server's".into(), remedy.into())
    }

    pub fn origin_not_allowed(origin: &str) -> Self {
        let origin = echo(origin);
        let remedy = "open the server's own page, or start the server with --allow-origin and that origin";
        Self::new("origin_not_allowed", format!("a page of {origin} may not speak to this server"), remedy.into())
    }

    /// A session that does not wait for what it commanded.
    pub fn too_many_commands(limit: usize) -> Self {
        let message = format!("{limit} commands of this session wait already");
        Self::new("too_many_commands", message, "wait for the answers: `driven` or `error`".into())
    }

    /// A command that this feed cannot obey as it stands.
    pub fn not_now(message: &str, remedy: &str) -> Self {
        Self::new("not_possible", message.into(), remedy.into())
    }

    pub fn bad_scenario(message: String) -> Self {
        let remedy = "GET /api/v1/scenarios lists the scenarios, and what they can be put on";
        Self::new("bad_scenario", message, remedy.into())
    }

    pub fn feed_gone() -> Self {
        Self::new("feed_gone", "the feed has stopped".into(), "restart the server".into())
    }

    pub fn feed_fault(fault: String) -> Self {
        Self::new("feed_fault", fault, "see the server's own messages".into())
    }

    pub fn not_json_content() -> Self {
        let remedy = "send the header `content-type: application/json`";
        Self::new("not_json_content", "a command is JSON".into(), remedy.into())
    }

    pub fn unknown_interval(label: &str) -> Self {
        let remedy = "the intervals are 1s 5s 15s 1m 5m 15m 1h 1d: \"interval\":\"1m\"";
        Self::bad_message(format!("there is no interval {}", echo(label)), remedy)
    }

    pub fn bad_message(message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new("bad_message", message.into(), remedy.into())
    }

    const fn new(code: &'static str, message: String, remedy: String) -> Self {
        Self { id: None, code, message, remedy }
    }

    pub const fn with_id(mut self, id: Option<u64>) -> Self {
        self.id = id;
        self
    }
}

const EXAMPLE_REMEDY: &str = r#"send JSON such as {"type":"subscribe","channel":"quotes","symbols":["*"]}"#;

const CHANNELS_REMEDY: &str = "the channels are quotes, bars, trades, depth and news";

/// A client's text in quotes, cut and with nothing unprintable.
pub fn echo(text: &str) -> String {
    let cut: String = text.chars().take(MAX_ECHO).collect();
    let more = if cut.len() < text.len() { ".." } else { "" };
    format!("{cut:?}{more}")
}

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
/// A [`Refusal`] with the message's own id, where it has a readable one.
pub fn parse(text: &str) -> Result<Inbound, Refusal> {
    let value: Value = serde_json::from_str(text).map_err(|_| Refusal::bad_json(text, EXAMPLE_REMEDY))?;
    let id = value.get("id").and_then(Value::as_u64).filter(|id| *id <= MAX_ID);
    let request = parse_value(value, id).map_err(|refusal| refusal.with_id(id))?;
    Ok(Inbound { id, request })
}

fn parse_value(value: Value, id: Option<u64>) -> Result<Request, Refusal> {
    if value.get("id").is_some() && id.is_none() {
        return Err(Refusal::bad_message("`id` is no whole number from 0 to 2^53 - 1", "leave it out, or count up"));
    }
    let kind = value.get("type").and_then(Value::as_str).map(String::from);
    let Some(kind) = kind else {
        return Err(Refusal::bad_message("the message has no `type`", EXAMPLE_REMEDY));
    };
    if kind == "drive" {
        return command(value).map(Request::Drive);
    }
    let mut raw: Raw = serde_json::from_value(value).map_err(|error| {
        Refusal::bad_message(format!("a member has the wrong type: {}", cut(&error.to_string())), EXAMPLE_REMEDY)
    })?;
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
            let missing = || Refusal::bad_message("`rate` is missing", "say how many updates a second: \"rate\":2");
            let rate = Rate::from_json(raw.rate.as_ref().ok_or_else(missing)?)?;
            let channel = raw.channel()?;
            if channel == Channel::News {
                let remedy = "headlines come as they are published: unsubscribe where you do not want them";
                return Err(Refusal::bad_message("news has no rate", remedy));
            }
            Ok(Request::Rate { channel, symbols: raw.symbols(channel)?, rate })
        }
        "resync" => Ok(Request::Resync { symbols: raw.symbols(Channel::Quotes)? }),
        "format" => Ok(Request::Format(raw.format()?)),
        other => Err(Refusal::bad_message(
            format!("there is no message of type {}", echo(other)),
            "the types are subscribe, unsubscribe, rate, resync, format and drive",
        )),
    }
}

pub fn cut(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(120).collect()
}

impl Raw {
    fn channel(&self) -> Result<Channel, Refusal> {
        match self.channel.as_deref() {
            Some("quotes") => Ok(Channel::Quotes),
            Some("trades") => Ok(Channel::Trades),
            Some("depth") => Ok(Channel::Depth),
            Some("news") => Ok(Channel::News),
            Some("bars") => {
                let label = self.interval.as_deref().unwrap_or("");
                let interval = label.parse().map_err(|_| Refusal::unknown_interval(label))?;
                Ok(Channel::Bars(interval))
            }
            Some(other) => {
                let message = format!("there is no channel {}", echo(other));
                Err(Refusal::bad_message(message, CHANNELS_REMEDY))
            }
            None => Err(Refusal::bad_message("`channel` is missing", CHANNELS_REMEDY)),
        }
    }

    fn format(&self) -> Result<Format, Refusal> {
        let label = self.format.as_deref().unwrap_or("");
        Format::ALL.into_iter().find(|format| format.label() == label).ok_or_else(|| {
            let remedy = "the formats are json and binary: \"format\":\"binary\"";
            Refusal::bad_message(format!("there is no format {}", echo(label)), remedy)
        })
    }

    fn symbols(&mut self, channel: Channel) -> Result<Vec<String>, Refusal> {
        if channel == Channel::News {
            let all = vec!["*".to_owned()];
            let symbols = self.symbols.take().unwrap_or_else(|| all.clone());
            let remedy = "each headline says whom it is about: leave `symbols` out";
            let whole = (symbols == all).then_some(symbols);
            return whole.ok_or_else(|| Refusal::bad_message("news is of the whole market", remedy));
        }
        self.symbols.take().filter(|symbols| !symbols.is_empty()).ok_or_else(|| {
            Refusal::bad_message("`symbols` is missing or empty", "name some, or all: \"symbols\":[\"*\"]")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, code: &str, says: &str) {
        let refusal = parse(text).unwrap_err();
        assert_eq!(refusal.code, code, "{text}");
        assert!(refusal.message.contains(says), "{text}: {}", refusal.message);
        assert!(!refusal.remedy.is_empty());
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
        let refusal = parse(&"\u{7}x".repeat(10_000)).unwrap_err();
        assert!(refusal.message.len() < 400 && !refusal.message.contains('\u{7}'), "{}", refusal.message);
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

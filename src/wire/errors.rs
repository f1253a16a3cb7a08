//! Errors as clients see them: a code, a message and a remedy, in an `error` message or the body of an HTTP response.

mod feed;
#[cfg(test)]
mod tests;

use std::net::IpAddr;

use http::StatusCode;
use serde::{Serialize, Serializer};
use strum::{IntoStaticStr, VariantArray};

use super::channel::Channel;

/// Characters of a client's own text that an error message repeats at most.
const MAX_ECHO: usize = 40;
/// Characters of a parser's message that an error message repeats at most.
const MAX_DETAIL: usize = 120;

/// The code of an error: the same in messages, HTTP responses and metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum ErrorCode {
    BadJson,
    BadMessage,
    BadQuery,
    BadRequest,
    BadScenario,
    /// A binary frame from a client.
    Binary,
    NotSubscribed,
    TooManySubscriptions,
    TooMuchHistory,
    TooManyCommands,
    TokenNeeded,
    WrongToken,
    TooManyWrongTokens,
    ControlNotAllowed,
    OriginNotAllowed,
    /// The request names a host that is not this server's.
    HostNotAllowed,
    NotFound,
    UnknownSymbol,
    UnknownFeed,
    NoDepth,
    MethodNotAllowed,
    /// A command that the feed cannot follow, or not in its present state.
    NotPossible,
    /// A file that cannot be played.
    NotPlayable,
    /// A piece of an upload that begins elsewhere than the one before has ended.
    WrongOffset,
    /// A file or a piece that is larger than it may be.
    TooLarge,
    /// There are as many uploads as there may be, or as large ones.
    UploadsFull,
    /// The disk of the server takes no more.
    NotWritten,
    NotJsonContent,
    NotAWebsocket,
    TooManySessions,
    TooManySessionsFromAddress,
    TooManyConnectionsFromAddress,
    /// Answers that clients have not taken yet hold all the memory that they may.
    TooManyAnswers,
    /// Sessions hold all the memory that they may.
    NoMemory,
    FeedGone,
    FeedStalled,
    FeedFault,
    /// A fault of the server itself.
    Bug,
}

impl ErrorCode {
    /// The name on the wire.
    pub fn label(self) -> &'static str {
        self.into()
    }

    /// The status of an HTTP response with this code.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::BadJson
            | Self::BadMessage
            | Self::BadQuery
            | Self::BadRequest
            | Self::BadScenario
            | Self::Binary
            | Self::NotSubscribed
            | Self::TooManySubscriptions
            | Self::TooMuchHistory
            | Self::TooManyCommands => StatusCode::BAD_REQUEST,
            Self::TokenNeeded | Self::WrongToken => StatusCode::UNAUTHORIZED,
            Self::ControlNotAllowed | Self::OriginNotAllowed => StatusCode::FORBIDDEN,
            Self::NotFound | Self::UnknownSymbol | Self::UnknownFeed | Self::NoDepth => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotPossible | Self::WrongOffset => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UploadsFull | Self::NotWritten => StatusCode::INSUFFICIENT_STORAGE,
            Self::NotPlayable => StatusCode::UNPROCESSABLE_ENTITY,
            Self::NotJsonContent => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::HostNotAllowed => StatusCode::MISDIRECTED_REQUEST,
            Self::NotAWebsocket => StatusCode::UPGRADE_REQUIRED,
            Self::TooManySessionsFromAddress | Self::TooManyConnectionsFromAddress | Self::TooManyWrongTokens => {
                StatusCode::TOO_MANY_REQUESTS
            }
            Self::Bug => StatusCode::INTERNAL_SERVER_ERROR,
            Self::TooManySessions
            | Self::TooManyAnswers
            | Self::NoMemory
            | Self::FeedGone
            | Self::FeedStalled
            | Self::FeedFault => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.label())
    }
}

/// An error for a client: why a request failed, and what to do about it. It serializes as the `error` message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename = "error")]
pub struct ApiError {
    /// The id of the request, if it had one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<u64>,
    pub code: ErrorCode,
    pub message: String,
    pub remedy: String,
}

impl ApiError {
    fn new(code: ErrorCode, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { id: None, code, message: message.into(), remedy: remedy.into() }
    }

    /// The same error as the answer to request `id`.
    #[must_use]
    pub fn with_id(self, id: Option<u64>) -> Self {
        Self { id, ..self }
    }

    /// The body of an HTTP response with this error.
    pub fn body(&self) -> String {
        let Self { code, message, remedy, .. } = self;
        serde_json::json!({ "error": { "code": code, "message": message, "remedy": remedy } }).to_string()
    }
}

/// Errors in what a client sent.
impl ApiError {
    pub fn bad_json(text: &str, remedy: &str) -> Self {
        Self::new(ErrorCode::BadJson, format!("{} is not JSON", echo(text)), remedy)
    }

    pub fn bad_message(message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(ErrorCode::BadMessage, message, remedy)
    }

    /// A JSON value whose members serde could not read.
    pub fn wrong_type(error: &serde_json::Error, remedy: &str) -> Self {
        let detail: String = error.to_string().chars().filter(|c| !c.is_control()).take(MAX_DETAIL).collect();
        Self::bad_message(format!("a member has the wrong type: {detail}"), remedy)
    }

    pub fn unknown_interval(label: &str) -> Self {
        let remedy = "the intervals are 1s 5s 15s 1m 5m 15m 1h 1d, as in \"interval\":\"1m\"";
        Self::bad_message(format!("there is no interval {}", echo(label)), remedy)
    }

    pub fn bad_query(message: impl Into<String>) -> Self {
        let remedy = "send a query such as /api/v1/bars?symbols=AAPL,IBM&interval=1m&limit=300";
        Self::new(ErrorCode::BadQuery, message, remedy)
    }

    pub fn bad_request() -> Self {
        Self::new(ErrorCode::BadRequest, "the request could not be read", "see docs/PROTOCOL.md")
    }

    /// A target that has no path, such as `*`.
    pub fn bad_target() -> Self {
        let remedy = "send a path such as /api/v1/feed; this server is not a proxy";
        Self::new(ErrorCode::BadRequest, "the target of the request has no path", remedy)
    }

    pub fn one_host_needed() -> Self {
        let remedy = "send the header `host` once, with the name and port of the server";
        Self::new(ErrorCode::BadRequest, "HTTP/1.1 needs one `host` header", remedy)
    }

    pub fn bad_host(host: &str) -> Self {
        let remedy = "send a name or an address, such as `host: ticker.example.org`";
        Self::new(ErrorCode::BadRequest, format!("{} is not a host", echo(host)), remedy)
    }

    pub fn bad_scenario(message: String) -> Self {
        let remedy = "GET /api/v1/scenarios lists the scenarios and their possible targets";
        Self::new(ErrorCode::BadScenario, message, remedy)
    }

    pub fn binary() -> Self {
        let remedy = r#"send JSON such as {"type":"subscribe","channel":"quotes","symbols":["*"]}"#;
        Self::new(ErrorCode::Binary, "this server takes text messages only", remedy)
    }

    pub fn not_json_content() -> Self {
        let remedy = "send the header `content-type: application/json`";
        Self::new(ErrorCode::NotJsonContent, "the body must be JSON", remedy)
    }

    pub fn unknown_symbol(symbol: &str) -> Self {
        let remedy = "GET /api/v1/symbols lists the symbols; \"*\" means all of them";
        Self::new(ErrorCode::UnknownSymbol, format!("this feed has no symbol {}", echo(symbol)), remedy)
    }

    /// A symbol of which only the best bid and ask are known; `None` where that is so for the whole feed.
    pub fn no_depth(symbol: Option<&str>) -> Self {
        let subject = symbol.map_or_else(|| "this feed".into(), echo);
        let remedy = "subscribe to quotes; `depth` in GET /api/v1/symbols is the number of levels of each symbol";
        Self::new(ErrorCode::NoDepth, format!("{subject} has no levels beyond the best bid and ask"), remedy)
    }

    pub fn not_subscribed(channel: Channel, symbol: &str) -> Self {
        let message = format!("there is no subscription to {} on {}", echo(symbol), channel.label());
        Self::new(ErrorCode::NotSubscribed, message, "subscribe first")
    }
}

/// Errors of limits.
impl ApiError {
    pub fn too_many_subscriptions(limit: usize) -> Self {
        let remedy = "unsubscribe some, or start the server with a higher --max-subscriptions";
        Self::new(ErrorCode::TooManySubscriptions, format!("a session may have {limit} subscriptions"), remedy)
    }

    pub fn too_much_history(limit: usize) -> Self {
        let message = format!("a session may request {limit} bars and trades of history in all");
        let remedy = "request a shorter history or fewer symbols, or start the server with a higher --max-history";
        Self::new(ErrorCode::TooMuchHistory, message, remedy)
    }

    pub fn too_many_commands(limit: usize) -> Self {
        let message = format!("{limit} commands of this session are waiting already");
        Self::new(ErrorCode::TooManyCommands, message, "wait for the answers: `driven` or `error`")
    }

    pub fn too_many_sessions() -> Self {
        let remedy = "try again later, or start the server with a higher --max-sessions";
        Self::new(ErrorCode::TooManySessions, "the server has as many sessions as it may", remedy)
    }

    pub fn too_many_sessions_from(address: IpAddr) -> Self {
        let message = format!("{address} has as many sessions as one address may");
        let remedy = "close some, or start the server with a higher --max-sessions-per-address";
        Self::new(ErrorCode::TooManySessionsFromAddress, message, remedy)
    }

    pub fn too_many_answers() -> Self {
        let message = "answers that were not taken yet hold all the memory that answers may";
        let remedy = "read your answers, ask for less at once, or start the server with a higher --answer-memory";
        Self::new(ErrorCode::TooManyAnswers, message, remedy)
    }

    pub fn no_memory() -> Self {
        let remedy = "try again later, or start the server with a higher --session-memory";
        Self::new(ErrorCode::NoMemory, "sessions hold all the memory that they may", remedy)
    }

    pub fn too_many_connections_from(address: IpAddr) -> Self {
        let message = format!("{address} has as many connections as one address may");
        let remedy = "close some, or start the server with a higher --max-connections-per-address";
        Self::new(ErrorCode::TooManyConnectionsFromAddress, message, remedy)
    }
}

/// Errors of access.
impl ApiError {
    pub fn token_needed() -> Self {
        let remedy =
            "open the link that the server printed at its start, or send its token: `authorization: Bearer TOKEN`";
        Self::new(ErrorCode::TokenNeeded, "this server needs a token", remedy)
    }

    pub fn wrong_token() -> Self {
        let remedy = "compare it with the link that the server printed at its start; a restart may change it";
        Self::new(ErrorCode::WrongToken, "this is not a token of this server", remedy)
    }

    pub fn too_many_wrong_tokens(address: IpAddr) -> Self {
        let message = format!("{address} has sent too many wrong tokens");
        let remedy = "wait as long as `retry-after` says, or start the server with a higher --max-wrong-tokens";
        Self::new(ErrorCode::TooManyWrongTokens, message, remedy)
    }

    /// The server takes no commands at all.
    pub fn control_not_allowed() -> Self {
        let remedy = "start the server with --control token, or with --control everybody";
        Self::new(ErrorCode::ControlNotAllowed, "this server takes no commands", remedy)
    }

    /// The server takes commands of presenters only.
    pub fn presenter_needed() -> Self {
        let remedy = "open the presenter's link that the server printed at its start, \
                      or send its token: `authorization: Bearer TOKEN`";
        Self::new(ErrorCode::ControlNotAllowed, "only a presenter may drive the feed", remedy)
    }

    pub fn origin_not_allowed(origin: &str) -> Self {
        let message = format!("a page from {} may not use this server", echo(origin));
        let remedy = "behind a proxy or tunnel, start the server with --public-host and the name in the browser's \
                      address; for a page of another site, with --allow-origin and that origin";
        Self::new(ErrorCode::OriginNotAllowed, message, remedy)
    }

    pub fn host_not_allowed(host: &str) -> Self {
        let message = format!("this server is not known as {}", echo(host));
        let remedy = "open it by its IP address, or start the server with --public-host and this name";
        Self::new(ErrorCode::HostNotAllowed, message, remedy)
    }
}

/// Errors of addresses.
impl ApiError {
    pub fn not_found() -> Self {
        let remedy = "the page is at /, the stream at /ws, and docs/PROTOCOL.md lists the other addresses";
        Self::new(ErrorCode::NotFound, "there is nothing at this address", remedy)
    }

    /// `methods` are the methods that the address takes.
    pub fn method_not_allowed(methods: &str) -> Self {
        Self::new(ErrorCode::MethodNotAllowed, "this address does not take this method", format!("use {methods}"))
    }

    pub fn not_a_websocket() -> Self {
        let remedy = "connect with a WebSocket client: new WebSocket(\"ws://HOST/ws\")";
        Self::new(ErrorCode::NotAWebsocket, "this address takes WebSocket connections, version 13", remedy)
    }
}

/// A client's text in quotes, shortened and with control characters escaped.
pub fn echo(text: &str) -> String {
    let start: String = text.chars().take(MAX_ECHO).collect();
    let rest = if start.len() < text.len() { ".." } else { "" };
    format!("{start:?}{rest}")
}

//! HTTP answers: JSON, and errors with a remedy.

use std::convert::Infallible;
use std::time::Duration;

use futures_util::stream;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use warp::Reply;
use warp::hyper::body::Bytes;
use warp::reply::Response as Answer;

use crate::server::limits::HeldMemory;
use crate::wire::{ApiError, BarsResponse, ErrorCode};

/// The media type of JSON.
pub const JSON: &str = "application/json";

/// The text of an answer, whose memory is held until it is written.
struct HeldText {
    text: String,
    _held: HeldMemory,
}

impl AsRef<[u8]> for HeldText {
    fn as_ref(&self) -> &[u8] {
        self.text.as_bytes()
    }
}

/// An answer with a JSON body, whose memory is held until it is written.
pub fn held_json(text: String, held: HeldMemory) -> Answer {
    json(StatusCode::OK, Bytes::from_owner(HeldText { text, _held: held }))
}

/// An answer whose JSON body is made piece by piece, as the client takes it.
pub fn bars(bars: BarsResponse, held: HeldMemory) -> Answer {
    let pieces = stream::iter(bars.map(move |piece| {
        let _held = &held;
        Ok::<_, Infallible>(Bytes::from(piece))
    }));
    json_headers(warp::reply::stream(pieces).into_response())
}

fn json_headers(mut answer: Answer) -> Answer {
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(JSON));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// An answer with a JSON body, which is not to be cached.
pub fn json(status: StatusCode, body: impl Into<Bytes>) -> Answer {
    let response = Response::builder().status(status).body(body.into());
    json_headers(response.expect("invariant: there are no headers yet").into_response())
}

/// The answer to a request that succeeded with this body, or failed.
pub fn json_or_error(body: Result<String, ApiError>) -> Answer {
    body.map_or_else(|cause| error(&cause), |body| json(StatusCode::OK, body))
}

/// The answer to a request that failed. Its code is an extension, by which errors are counted.
pub fn error(cause: &ApiError) -> Answer {
    error_with_body(cause.code, cause.body())
}

/// The answer with an error's code and another body.
pub fn error_with_body(code: ErrorCode, body: String) -> Answer {
    let mut answer = json(code.status(), body);
    answer.extensions_mut().insert(code);
    if code.status() == StatusCode::SERVICE_UNAVAILABLE { retry_after(answer, Duration::ZERO) } else { answer }
}

/// Announces that the connection closes after this answer, if the request has a body, which nobody reads. Without the
/// announcement a proxy sends its next request on a connection that is about to close, and answers 502.
pub fn close_if_unread(mut answer: Answer, headers: &HeaderMap) -> Answer {
    let is_empty = headers.get(header::CONTENT_LENGTH).is_none_or(|length| length == "0");
    if !is_empty || headers.contains_key(header::TRANSFER_ENCODING) {
        answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    answer
}

/// Tells a client how long to wait, in whole seconds.
pub fn retry_after(mut answer: Answer, wait: Duration) -> Answer {
    let seconds = wait.as_secs().saturating_add(1);
    answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    answer
}

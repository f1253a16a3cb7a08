//! HTTP answers: JSON, and errors with a remedy.

use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use warp::Reply;
use warp::hyper::body::Bytes;
use warp::reply::Response as Answer;

use crate::wire::ApiError;

/// The media type of JSON.
pub const JSON: &str = "application/json";

/// An answer with a JSON body, which is not to be cached.
pub fn json(status: StatusCode, body: impl Into<Bytes>) -> Answer {
    let response = Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, JSON)
        .header(header::CACHE_CONTROL, "no-store")
        .body(body.into());
    response.expect("invariant: the headers are ASCII").into_response()
}

/// The answer to a request that succeeded with this body, or failed.
pub fn json_or_error(body: Result<String, ApiError>) -> Answer {
    body.map_or_else(|cause| error(&cause), |body| json(StatusCode::OK, body))
}

/// The answer to a request that failed. Its code is an extension, by which errors are counted.
pub fn error(cause: &ApiError) -> Answer {
    let mut answer = json(cause.code.status(), cause.body());
    answer.extensions_mut().insert(cause.code);
    answer
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

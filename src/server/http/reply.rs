//! HTTP answers: JSON, and errors with a remedy.

use http::{Response, StatusCode, header};
use warp::Reply;
use warp::hyper::body::Bytes;
use warp::reply::Response as Answer;

use crate::wire::{Refusal, error_body};

/// The media type of JSON.
pub const JSON: &str = "application/json";

/// The code of the error in an answer, as an extension of the answer.
#[derive(Clone, Copy, Debug)]
pub struct ErrorCode(pub &'static str);

/// A JSON answer.
pub fn json(status: StatusCode, body: impl Into<Bytes>) -> Answer {
    let response = Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, JSON)
        .header(header::CACHE_CONTROL, "no-store")
        .body(body.into());
    response.expect("invariant: the headers are ASCII").into_response()
}

/// An error answer of any status.
pub fn error(status: StatusCode, code: &'static str, message: &str, remedy: &str) -> Answer {
    let mut answer = json(status, error_body(code, message, remedy));
    answer.extensions_mut().insert(ErrorCode(code));
    answer
}

/// The JSON body, or the error.
pub fn json_or_error(body: Result<String, Refusal>) -> Answer {
    body.map_or_else(|error| error_answer(&error), |body| json(StatusCode::OK, body))
}

/// An error answer whose status follows from the error's code.
pub fn error_answer(refusal: &Refusal) -> Answer {
    let status = match refusal.code {
        "unknown_symbol" | "no_depth" => StatusCode::NOT_FOUND,
        "token_needed" | "wrong_token" => StatusCode::UNAUTHORIZED,
        "control_not_allowed" | "origin_not_allowed" => StatusCode::FORBIDDEN,
        "not_possible" => StatusCode::CONFLICT,
        "not_json_content" => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "feed_gone" | "feed_fault" => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::BAD_REQUEST,
    };
    error(status, refusal.code, &refusal.message, &refusal.remedy)
}

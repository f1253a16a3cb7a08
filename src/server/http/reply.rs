//! HTTP answers: JSON, and refusals that say what would be right.

use http::{Response, StatusCode, header};
use warp::Reply;
use warp::hyper::body::Bytes;
use warp::reply::Response as Answer;

use crate::wire::{Refusal, error_body};

pub fn json(status: StatusCode, body: impl Into<Bytes>) -> Answer {
    let response = Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::CACHE_CONTROL, "no-store")
        .body(body.into());
    response.expect("invariant: the headers are plain ASCII").into_response()
}

/// The mark of an answer that refuses, with its code.
#[derive(Clone, Copy, Debug)]
pub struct Refused(pub &'static str);

pub fn refuse(status: StatusCode, code: &'static str, message: &str, remedy: &str) -> Answer {
    let mut answer = json(status, error_body(code, message, remedy));
    answer.extensions_mut().insert(Refused(code));
    answer
}

/// What was asked for, or why not.
pub fn json_or_refusal(body: Result<String, Refusal>) -> Answer {
    body.map_or_else(|refusal| refused(&refusal), |body| json(StatusCode::OK, body))
}

pub fn refused(refusal: &Refusal) -> Answer {
    let status = match refusal.code {
        "unknown_symbol" | "no_depth" => StatusCode::NOT_FOUND,
        "token_needed" | "wrong_token" => StatusCode::UNAUTHORIZED,
        "control_not_allowed" | "origin_not_allowed" => StatusCode::FORBIDDEN,
        "not_possible" => StatusCode::CONFLICT,
        "not_json_content" => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "feed_gone" | "feed_fault" => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::BAD_REQUEST,
    };
    refuse(status, refusal.code, &refusal.message, &refusal.remedy)
}

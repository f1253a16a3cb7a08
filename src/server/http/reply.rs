//! HTTP responses: JSON, and errors with a remedy.

use http::{Response, StatusCode, header};
use warp::Reply;
use warp::hyper::body::Bytes;
use warp::reply::Response as Answer;

use crate::wire::ApiError;

/// A response with a JSON body that is not to be cached.
pub fn json(status: StatusCode, body: impl Into<Bytes>) -> Answer {
    let response = Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::CACHE_CONTROL, "no-store")
        .body(body.into());
    response.expect("invariant: the headers are plain ASCII").into_response()
}

/// The response to a request that succeeded with this body, or failed.
pub fn json_or_error(body: Result<String, ApiError>) -> Answer {
    body.map_or_else(|cause| error(&cause), |body| json(StatusCode::OK, body))
}

/// The response to a request that failed. Its code is an extension, by which failures are counted.
pub fn error(cause: &ApiError) -> Answer {
    let mut answer = json(cause.code.status(), cause.body());
    answer.extensions_mut().insert(cause.code);
    answer
}

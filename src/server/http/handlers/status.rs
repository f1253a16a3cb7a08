//! The server itself: health, readiness, metrics, and the document of the stream.

use http::header::CONTENT_TYPE;
use warp::filters::BoxedFilter;
use warp::reply::Response as Answer;
use warp::{Filter, Reply};

use super::Site;
use crate::server::ops;
use crate::wire::{self, ApiError};

/// The stream as an AsyncAPI document.
const ASYNCAPI: &str = include_str!("../../../../docs/asyncapi.json");

/// Liveness: an answer means that the program runs.
pub fn health(site: &Site, _: &str) -> Result<String, ApiError> {
    Ok(wire::health(&site.live.read().market, env!("CARGO_PKG_VERSION"), site.live.bus_gaps()))
}

/// Readiness: there is a feed to watch.
pub fn readiness(site: &Site, _: &str) -> Result<String, ApiError> {
    if site.feed.has_feed() { Ok(r#"{"ready":true}"#.to_owned()) } else { Err(ApiError::feed_gone()) }
}

/// The AsyncAPI document of the stream.
pub fn asyncapi(_: &Site, _: &str) -> Result<String, ApiError> {
    Ok(ASYNCAPI.to_owned())
}

/// The metrics, for Prometheus.
pub fn metrics(site: &Site) -> BoxedFilter<(Answer,)> {
    let metrics = site.metrics.clone();
    let answer = move || warp::reply::with_header(metrics.text(), CONTENT_TYPE, ops::CONTENT_TYPE).into_response();
    warp::any().map(answer).boxed()
}

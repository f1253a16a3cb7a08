//! The server itself: health, readiness, metrics, and the document of the stream.

use std::time::Duration;

use http::StatusCode;
use http::header::{ACCEPT, CONTENT_TYPE, VARY};
use warp::filters::BoxedFilter;
use warp::reply::Response as Answer;
use warp::{Filter, Reply};

use super::Site;
use crate::fanout::LiveMarket;
use crate::server::http::reply::{error_with_body, json};
use crate::server::ops;
use crate::wire::{ApiError, ErrorCode, Health};

/// The stream as an AsyncAPI document.
const ASYNCAPI: &str = include_str!("../../../../docs/asyncapi.json");

/// Liveness: the program runs, and a feed that plays sends something.
pub fn health(site: &Site) -> BoxedFilter<(Answer,)> {
    let site = site.clone();
    warp::any().map(move || health_answer(&site.live, site.stall_after)).boxed()
}

fn health_answer(live: &LiveMarket, stall_after: Duration) -> Answer {
    let silence = live.silence();
    let is_stalled = silence > stall_after;
    let health = Health { version: env!("CARGO_PKG_VERSION"), bus_gaps: live.bus_gaps(), silence, is_stalled };
    let body = {
        let live = live.read();
        health.response(&live.market, &live.status)
    };
    if is_stalled { error_with_body(ErrorCode::FeedStalled, body) } else { json(StatusCode::OK, body) }
}

/// Readiness: there is a feed to watch, and if it plays, it sends something.
pub fn readiness(site: &Site, _: &str) -> Result<String, ApiError> {
    if !site.feed.has_feed() {
        return Err(ApiError::feed_gone());
    }
    check_feed(&site.live, site.stall_after)?;
    Ok(r#"{"ready":true}"#.to_owned())
}

/// Checks that a feed that plays sends something.
fn check_feed(live: &LiveMarket, stall_after: Duration) -> Result<(), ApiError> {
    let silence = live.silence();
    if silence > stall_after { Err(ApiError::feed_stalled(silence)) } else { Ok(()) }
}

/// The AsyncAPI document of the stream.
pub fn asyncapi(_: &Site, _: &str) -> Result<String, ApiError> {
    Ok(ASYNCAPI.to_owned())
}

/// The metrics, for Prometheus: as OpenMetrics, or as the older text for clients that accept only that.
pub fn metrics(site: &Site) -> BoxedFilter<(Answer,)> {
    let metrics = site.metrics.clone();
    let answer = move |accept: Option<String>| {
        let is_classic =
            accept.is_some_and(|accept| accept.contains("text/plain") && !accept.contains("openmetrics-text"));
        let (text, kind) = match metrics.text() {
            text if is_classic => (ops::classic(&text), ops::CLASSIC_CONTENT_TYPE),
            text => (text, ops::CONTENT_TYPE),
        };
        let answer = warp::reply::with_header(text, CONTENT_TYPE, kind);
        warp::reply::with_header(answer, VARY, ACCEPT.as_str()).into_response()
    };
    warp::header::optional(ACCEPT.as_str()).map(answer).boxed()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use http::header::RETRY_AFTER;
    use tokio::time::{advance, sleep};

    use super::*;
    use crate::bus;
    use crate::control::{FeedEvent, FeedState, FeedStatus, sample};
    use crate::fanout::{Publisher, wall_micros};
    use crate::market::Timestamp;

    const STALL_AFTER: Duration = Duration::from_secs(5);

    #[tokio::test(start_paused = true)]
    async fn standing_feed_is_unhealthy_and_a_paused_one_is_not() {
        let bus = bus::Sender::new(8);
        let receiver = bus.subscribe();
        bus.send(FeedEvent::Opening(Arc::new(sample::opening(1, &["A"]))));
        let publisher = Publisher::open(receiver, 8, wall_micros).await.unwrap();
        let live = publisher.live();
        tokio::spawn(publisher.run());
        let check = async |event: Option<FeedEvent>, seconds, is_healthy: bool| {
            event.into_iter().for_each(|event| bus.send(event));
            // The publisher takes the event.
            sleep(Duration::from_millis(1)).await;
            advance(Duration::from_secs(seconds)).await;
            let status = if is_healthy { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
            let answer = health_answer(&live, STALL_AFTER);
            assert_eq!((answer.status(), answer.headers().contains_key(RETRY_AFTER)), (status, !is_healthy));
            assert_eq!(check_feed(&live, STALL_AFTER).is_ok(), is_healthy);
        };
        let status = |state| FeedEvent::Status(Arc::new(FeedStatus { state, ..sample::status() }));
        check(None, 4, true).await;
        check(None, 2, false).await;
        check(Some(FeedEvent::Clock(Timestamp(1))), 4, true).await;
        check(Some(status(FeedState::Paused)), 3_600, true).await;
        check(Some(status(FeedState::Playing)), 4, true).await;
        check(None, 2, false).await;
        let ended = FeedStatus { state: FeedState::Ended, ..sample::status() };
        check(Some(FeedEvent::End(Arc::new(ended))), 3_600, true).await;
    }
}

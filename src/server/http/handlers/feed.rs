//! The feed: its state, its rejected rows, the remarks about its files, its scenarios and news, and commands to it.

use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::Response as Answer;

use super::{Site, json_body};
use crate::server::http::reply::json_or_error;
use crate::wire::{
    ApiError, Feed, JsonMessage, news_response, parse_command, parse_news_query, reading_response, rejected_response,
    scenarios_response,
};

/// The state of the feed.
pub fn feed(site: &Site, _: &str) -> Result<String, ApiError> {
    let live = site.live.read();
    Ok(Feed::new(&live.market, site.live.wall_micros(), &live.status).to_text().as_str().to_owned())
}

/// The rows of the files that cannot be played, by reason.
pub fn rejected(site: &Site, _: &str) -> Result<String, ApiError> {
    let live = site.live.read();
    Ok(rejected_response(live.market.epoch(), &live.status))
}

/// The assumptions and warnings about the reading of the files.
pub fn reading(site: &Site, _: &str) -> Result<String, ApiError> {
    let live = site.live.read();
    Ok(reading_response(live.market.epoch(), &live.status))
}

/// Returns the scenarios that can be started, and the scenarios that have begun.
pub fn scenarios(site: &Site, _: &str) -> Result<String, ApiError> {
    let live = site.live.read();
    Ok(scenarios_response(&live.market, live.status.catalog.as_deref()))
}

/// The newest headlines.
pub fn news(site: &Site, query: &str) -> Result<String, ApiError> {
    let limit = parse_news_query(query)?;
    Ok(news_response(&site.live.read().market, site.live.wall_micros(), limit))
}

/// Runs a command, and answers with the state of the feed after it.
pub fn command(site: &Site) -> BoxedFilter<(Answer,)> {
    let site = site.clone();
    let run = move |body| {
        let site = site.clone();
        async move { json_or_error(run(&site, body).await) }
    };
    json_body().then(run).boxed()
}

async fn run(site: &Site, body: Result<String, ApiError>) -> Result<String, ApiError> {
    site.feed.run(parse_command(&body?)?).await?;
    feed(site, "")
}

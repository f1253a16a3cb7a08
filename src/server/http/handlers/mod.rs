//! The handlers of the endpoints. `routes.rs` lists the address of each.

mod feed;
mod library;
mod login;
mod market;
mod sessions;
mod status;
mod uploads;

pub use feed::{command, feed, news, reading, rejected, scenarios};
pub use library::{feeds, inspect};
pub use login::{login, logout, role};
pub use market::{bars, depth, preview, quotes, symbols};
pub use sessions::{echo, events, websocket};
pub use status::{asyncapi, health, metrics, readiness};
pub use uploads::{append as append_upload, begin as begin_upload, remove as remove_upload};

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use tokio::sync::Semaphore;
use warp::filters::BoxedFilter;
use warp::hyper::body::Bytes;
use warp::reply::Response as Answer;
use warp::{Filter, Rejection};

use super::auth::Auth;
use super::reply::JSON;
use crate::fanout::LiveMarket;
use crate::library::Library;
use crate::server::Inspector;
use crate::server::limits::{ConnectionLimit, MemoryLimit, SessionsLimit, Turns};
use crate::server::ops::Metrics;
use crate::server::session::{Codec, FeedControl, SessionLimits};
use crate::wire::{ApiError, BarsResponse};

/// The parts of the program that handlers use.
#[derive(Clone)]
pub struct Site {
    pub live: LiveMarket,
    pub feed: FeedControl,
    pub limits: SessionLimits,
    pub sessions: SessionsLimit,
    /// Limits the connections that are not sessions.
    pub connections: ConnectionLimit,
    /// Limits the memory of answers that clients have not taken yet.
    pub answers: MemoryLimit,
    /// The turns of all work that clients ask for.
    pub turns: Turns,
    /// The feeds that the server can change to.
    pub library: Library,
    /// Tells how files would be read; `None` where nobody does.
    pub inspector: Option<Arc<dyn Inspector>>,
    /// The turns of requests that list the feeds, and that inspect files.
    pub lists: Arc<Semaphore>,
    pub inspections: Arc<Semaphore>,
    /// Compresses and decompresses the messages of sessions.
    pub codec: Arc<Codec>,
    pub metrics: Metrics,
    pub auth: Auth,
    /// `/echo` is open.
    pub echo: bool,
    /// The time without an event after which a feed that plays is stalled.
    pub stall_after: Duration,
}

/// The function of an endpoint.
#[derive(Clone, Copy)]
pub enum Handler {
    /// Answers a query string with JSON.
    Query(fn(&Site, &str) -> Result<String, ApiError>),
    /// Answers a query string with bars, which may be many.
    Bars(fn(&Site, &str) -> Result<BarsResponse, ApiError>),
    /// Makes a filter, for an endpoint that needs more of the request or answers otherwise.
    Filter(fn(&Site) -> BoxedFilter<(Answer,)>),
}

/// Extracts the text of a JSON body. A page of another site cannot send JSON without asking first, and is not allowed
/// to, so a body of another type is an error.
fn json_body() -> impl Filter<Extract = (Result<String, ApiError>,), Error = Rejection> + Copy {
    warp::header::headers_cloned().and(warp::body::bytes()).map(|headers: HeaderMap, body: Bytes| {
        let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()?.split(';').next());
        if media_type.is_some_and(|media_type| media_type.trim().eq_ignore_ascii_case(JSON)) {
            Ok(String::from_utf8_lossy(&body).into_owned())
        } else {
            Err(ApiError::not_json_content())
        }
    })
}

/// Extracts the query string, which is empty where the address has none.
pub fn query() -> impl Filter<Extract = (String,), Error = Infallible> + Copy {
    warp::query::raw().or(warp::any().map(String::new)).unify()
}

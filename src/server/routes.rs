//! What answers at which address.

use std::convert::Infallible;
use std::sync::Arc;

use http::{Response, StatusCode, header};
use tokio::sync::Semaphore;
use warp::hyper::body::Bytes;
use warp::{Filter, Rejection, Reply};

use super::assets;
use super::session::{self, SessionLimits};
use super::upgrade::{Upgrade, hang_up, upgrade};
use crate::fanout::{LiveMarket, wall_micros};
use crate::wire::{
    BarsQuery, Feed, Message, Refusal, bars_response, error_body, health, parse_bars_query, symbols_response,
};

/// What the routes need.
#[derive(Clone)]
pub struct Site {
    pub live: LiveMarket,
    pub limits: SessionLimits,
    /// A permit for each session that may be.
    pub room: Arc<Semaphore>,
}

/// All addresses of the server.
pub fn routes(site: Site) -> impl Filter<Extract = (impl Reply,), Error = Infallible> + Clone {
    let live = site.live.clone();
    let with_live = move || {
        let live = live.clone();
        warp::any().map(move || live.clone())
    };
    // hyper leaves the body out of an answer to HEAD.
    let get = warp::get().or(warp::head()).unify();
    let api = warp::path!("api" / "v1" / ..).and(get);
    let symbols = api
        .and(warp::path!("symbols"))
        .and(with_live())
        .map(|live: LiveMarket| json(StatusCode::OK, symbols_response(&live.read().market)));
    let feed = api.and(warp::path!("feed")).and(with_live()).map(feed);
    let bars = api.and(warp::path!("bars")).and(warp::query::raw().or(warp::any().map(String::new)).unify());
    let limits = site.limits;
    let bars = bars.and(with_live()).map(move |query: String, live| bars_answer(&query, &live, &limits));
    let healthz = warp::path!("healthz").and(get).and(with_live());
    let healthz = healthz.map(|live: LiveMarket| {
        json(StatusCode::OK, health(&live.read().market, env!("CARGO_PKG_VERSION"), live.bus_gaps()))
    });
    let web = warp::path::tail().and(get).and(warp::header::optional::<String>("if-none-match"));
    let web = web.and_then(|path: warp::path::Tail, known: Option<String>| async move {
        assets::file(path.as_str(), known.as_deref()).ok_or_else(warp::reject::not_found)
    });
    websocket(site)
        .or(symbols)
        .unify()
        .or(feed)
        .unify()
        .or(bars)
        .unify()
        .or(healthz)
        .unify()
        .or(web)
        .unify()
        .recover(refuse)
}

fn websocket(site: Site) -> impl Filter<Extract = (Response<Bytes>,), Error = Rejection> + Clone {
    let open = warp::path!("ws").and(upgrade()).map(move |upgrade| accept(&site, upgrade));
    let plain = warp::path!("ws").and(warp::get()).map(|| {
        let remedy = "connect with a WebSocket client: new WebSocket(\"ws://HOST/ws\")";
        refusal(StatusCode::UPGRADE_REQUIRED, "not_a_websocket", "this address speaks WebSocket", remedy)
    });
    open.or(plain).unify()
}

/// Answers 101 and serves the session, or 503 when there is no room.
fn accept(site: &Site, upgrade: Upgrade) -> Response<Bytes> {
    let Ok(permit) = Arc::clone(&site.room).try_acquire_owned() else {
        let remedy = "try again later, or start the server with a higher --max-sessions";
        return refusal(StatusCode::SERVICE_UNAVAILABLE, "too_many_sessions", "the server is full", remedy);
    };
    let response = Response::builder()
        .status(StatusCode::SWITCHING_PROTOCOLS)
        .header(header::CONNECTION, "upgrade")
        .header(header::UPGRADE, "websocket")
        .header(header::SEC_WEBSOCKET_ACCEPT, upgrade.accept())
        .body(Bytes::new())
        .expect("invariant: an accept key is base64");
    let (live, limits) = (site.live.clone(), site.limits);
    tokio::spawn(async move {
        if let Some(mut socket) = upgrade.socket(limits.message_bytes).await {
            let end = session::run(&mut socket, live, &limits).await;
            tracing::debug!(?end, "session ended");
            hang_up(socket).await;
        }
        drop(permit);
    });
    response
}

fn feed(live: LiveMarket) -> Response<Bytes> {
    let live = live.read();
    let feed = Feed::new(live.market.epoch(), wall_micros(), &live.status).to_text();
    json(StatusCode::OK, feed.as_str().to_owned())
}

fn bars(query: &str, live: &LiveMarket, limits: &SessionLimits) -> Result<String, Refusal> {
    let BarsQuery { symbols, interval, limit } = parse_bars_query(query)?;
    let limit = limit.min(limits.bars);
    let max = limits.subscriptions.history;
    if symbols.len().saturating_mul(limit) > max {
        let message = format!("one answer holds {max} bars: ask for fewer symbols or a lower `limit`");
        return Err(Refusal::bad_query(message));
    }
    let live = live.read();
    let find = |symbol: &String| {
        let found = live.market.id(symbol).and_then(|id| live.market.get(id));
        let (instrument, state) = found.ok_or_else(|| Refusal::unknown_symbol(symbol))?;
        Ok((instrument, state.series(interval).newest(limit)))
    };
    let series = symbols.iter().map(find).collect::<Result<Vec<_>, _>>()?;
    Ok(bars_response(live.market.epoch(), interval, series.into_iter()))
}

fn bars_answer(query: &str, live: &LiveMarket, limits: &SessionLimits) -> Response<Bytes> {
    match bars(query, live, limits) {
        Ok(body) => json(StatusCode::OK, body),
        Err(Refusal { code, message, remedy, .. }) => {
            let status = if code == "unknown_symbol" { StatusCode::NOT_FOUND } else { StatusCode::BAD_REQUEST };
            refusal(status, code, &message, &remedy)
        }
    }
}

fn json(status: StatusCode, body: String) -> Response<Bytes> {
    let response = Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::CACHE_CONTROL, "no-store")
        .body(Bytes::from(body));
    response.expect("invariant: the headers are plain ASCII")
}

fn refusal(status: StatusCode, code: &str, message: &str, remedy: &str) -> Response<Bytes> {
    json(status, error_body(code, message, remedy))
}

async fn refuse(rejection: Rejection) -> Result<Response<Bytes>, Infallible> {
    let answer = if rejection.is_not_found() {
        let remedy = "the page is at /, the stream at /ws, and docs/PROTOCOL.md lists the other addresses";
        refusal(StatusCode::NOT_FOUND, "not_found", "there is nothing at this address", remedy)
    } else if rejection.find::<warp::reject::MethodNotAllowed>().is_some() {
        refusal(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "this address only answers GET", "use GET")
    } else {
        tracing::debug!(?rejection, "request refused");
        refusal(StatusCode::BAD_REQUEST, "bad_request", "the request could not be read", "see docs/PROTOCOL.md")
    };
    Ok(answer)
}

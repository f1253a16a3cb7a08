//! What answers at which address.

use std::convert::Infallible;
use std::sync::Arc;

use http::{Response, StatusCode, header};
use serde::Deserialize;
use tokio::sync::Semaphore;
use warp::hyper::body::Bytes;
use warp::{Filter, Rejection, Reply};

use super::assets;
use super::session::{self, SessionLimits};
use super::upgrade::{Upgrade, upgrade};
use crate::fanout::{LiveMarket, wall_micros};
use crate::market::{Instrument, InstrumentId, Interval, Market, Series};
use crate::wire::{Feed, Message, bars_response, error_body, health, symbols_response};

/// Bars of each symbol that `GET /api/v1/bars` gives when it is not told how many.
const DEFAULT_BARS: usize = 300;

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
    let api = warp::path!("api" / "v1" / ..).and(warp::get());
    let symbols = api
        .and(warp::path!("symbols"))
        .and(with_live())
        .map(|live: LiveMarket| json(StatusCode::OK, symbols_response(&live.market())));
    let feed = api.and(warp::path!("feed")).and(with_live()).map(feed);
    let bars = api.and(warp::path!("bars")).and(warp::query::raw().or(warp::any().map(String::new)).unify());
    let limits = site.limits;
    let bars = bars.and(with_live()).map(move |query: String, live| bars_answer(&query, &live, &limits));
    let healthz = warp::path!("healthz").and(warp::get()).and(with_live());
    let healthz =
        healthz.map(|live: LiveMarket| json(StatusCode::OK, health(&live.market(), env!("CARGO_PKG_VERSION"))));
    let web = warp::path::tail().and(warp::get()).and(warp::header::optional::<String>("if-none-match"));
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
        if let Some(socket) = upgrade.socket(limits.message_bytes).await {
            let end = session::run(socket, live, &limits).await;
            tracing::debug!(?end, "session ended");
        }
        drop(permit);
    });
    response
}

fn feed(live: LiveMarket) -> Response<Bytes> {
    let epoch = live.market().epoch();
    json(StatusCode::OK, Feed::new(epoch, wall_micros(), &live.status()).to_text().as_str().to_owned())
}

#[derive(Deserialize)]
struct BarsQuery {
    symbols: String,
    interval: String,
    limit: Option<usize>,
}

fn bars_answer(query: &str, live: &LiveMarket, limits: &SessionLimits) -> Response<Bytes> {
    let example = "ask as in /api/v1/bars?symbols=AAPL,IBM&interval=1m&limit=300";
    let bad = |message: &str| refusal(StatusCode::BAD_REQUEST, "bad_query", message, example);
    let Ok(query) = serde_urlencoded::from_str::<BarsQuery>(query) else {
        return bad("`symbols` and `interval` are needed, and `limit` is a whole number");
    };
    let Ok(interval) = query.interval.parse::<Interval>() else {
        return bad("the intervals are 1s 5s 15s 1m 5m 15m 1h 1d");
    };
    let limit = query.limit.unwrap_or(DEFAULT_BARS).min(limits.bars);
    let market = live.market();
    match find_series(&market, &query.symbols, interval) {
        Err(symbol) => unknown_symbol(symbol),
        Ok(series) if series.len().saturating_mul(limit) > limits.subscriptions.history => {
            let max = limits.subscriptions.history;
            bad(&format!("one answer holds {max} bars: ask for fewer symbols or a lower `limit`"))
        }
        Ok(series) => {
            let series = series.into_iter().map(|(instrument, series)| (instrument, series.newest(limit)));
            json(StatusCode::OK, bars_response(market.epoch(), interval, series))
        }
    }
}

/// The series of comma-separated symbols, or the first symbol that there is not.
fn find_series<'m, 'q>(
    market: &'m Market,
    symbols: &'q str,
    interval: Interval,
) -> Result<Vec<(&'m Instrument, &'m Series)>, &'q str> {
    let find = |symbol: &'q str| {
        let found = market.id(symbol).and_then(|id: InstrumentId| market.get(id));
        found.map(|(instrument, state)| (instrument, state.series(interval))).ok_or(symbol)
    };
    symbols.split(',').map(find).collect()
}

fn unknown_symbol(symbol: &str) -> Response<Bytes> {
    let refusal = crate::wire::Refusal::unknown_symbol(symbol);
    self::refusal(StatusCode::NOT_FOUND, refusal.code, &refusal.message, &refusal.remedy)
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

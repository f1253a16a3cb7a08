//! What answers at which address.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use http::{Response, StatusCode, header};
use parking_lot::Mutex;
use warp::hyper::body::Bytes;
use warp::reply::Response as Answer;
use warp::{Filter, Rejection, Reply};

use super::auth::{Auth, Identity};
use super::reply::{error, json, json_or_error};
use super::sse::events;
use super::upgrade::{Upgrade, hang_up, upgrade};
use super::{assets, handlers};
use crate::fanout::LiveMarket;
use crate::server::auth::Role;
use crate::server::limits::{ConnectionLimit, LimitReached, Permit};
use crate::server::ops::{CONTENT_TYPE, Metrics};
use crate::server::session::FeedControl;
use crate::server::session::{SessionLimits, serve};
use crate::wire::{ApiError, ErrorCode, Format, health, parse_events_query, symbols_response};

/// The stream as an AsyncAPI document.
const ASYNCAPI: &str = include_str!("../../../docs/asyncapi.json");

/// Who is at the other end of a connection, as the accept loop knows it.
#[derive(Clone, Debug)]
pub struct Peer {
    pub address: SocketAddr,
    /// Among the connections; a session gives it back, as it has a permit of its own.
    pub permit: Arc<Mutex<Option<Permit>>>,
}

/// What the routes need.
#[derive(Clone)]
pub struct Site {
    pub live: LiveMarket,
    pub commands: FeedControl,
    pub limits: SessionLimits,
    pub sessions: ConnectionLimit,
    pub metrics: Metrics,
    pub auth: Auth,
}

/// All addresses of the server.
pub fn routes(site: Site) -> impl Filter<Extract = (impl Reply,), Error = Infallible> + Clone {
    let metrics = site.metrics.clone();
    let stream = websocket(site.clone()).or(listen(site.clone())).unify();
    let all = stream
        .or(answers(&site))
        .unify()
        .or(drive(&site))
        .unify()
        .or(sign_in(&site))
        .unify()
        .or(web())
        .unify()
        .recover(refuse_request)
        .unify();
    all.map(move |answer: Answer| {
        answer.extensions().get().into_iter().for_each(|code: &ErrorCode| metrics.api_error(*code));
        answer
    })
}

/// The part after the `?`, which may be missing.
fn query() -> impl Filter<Extract = (String,), Error = Infallible> + Clone {
    warp::query::raw().or(warp::any().map(String::new)).unify()
}

/// hyper leaves the body out of an answer to HEAD.
fn get() -> impl Filter<Extract = (), Error = Rejection> + Copy {
    warp::get().or(warp::head()).unify()
}

fn answers(site: &Site) -> impl Filter<Extract = (Answer,), Error = Rejection> + Clone + use<> {
    let limits = site.limits;
    let live = site.live.clone();
    let live = warp::any().map(move || live.clone());
    let api = warp::path!("api" / "v1" / ..).and(get());
    let symbols = api.and(warp::path!("symbols")).and(live.clone());
    let symbols = symbols.map(|live: LiveMarket| json(StatusCode::OK, symbols_response(&live.read().market)));
    let feed = api.and(warp::path!("feed")).and(live.clone());
    let feed = feed.map(|live: LiveMarket| json(StatusCode::OK, handlers::feed(&live)));
    let rejected = api.and(warp::path!("feed" / "rejected")).and(live.clone());
    let rejected = rejected.map(|live: LiveMarket| json(StatusCode::OK, handlers::rejected(&live)));
    let quotes = api.and(warp::path!("quotes")).and(query()).and(live.clone());
    let quotes =
        quotes.map(move |query: String, live: LiveMarket| json_or_error(handlers::quotes(&query, &live, &limits)));
    let bars = api.and(warp::path!("bars")).and(query()).and(live.clone());
    let bars = bars.map(move |query: String, live: LiveMarket| json_or_error(handlers::bars(&query, &live, &limits)));
    let preview = api.and(warp::path!("feed" / "preview")).and(query()).and(live.clone());
    let preview = preview.map(move |query: String, live| json_or_error(handlers::preview(&query, &live, &limits)));
    let depth = api.and(warp::path!("depth")).and(query()).and(live.clone());
    let depth =
        depth.map(move |query: String, live: LiveMarket| json_or_error(handlers::depth(&query, &live, &limits)));
    let scenarios = api.and(warp::path!("scenarios")).and(live.clone());
    let scenarios = scenarios.map(|live: LiveMarket| json(StatusCode::OK, handlers::scenarios(&live)));
    let news = api.and(warp::path!("news")).and(query()).and(live.clone());
    let news = news.map(|query: String, live: LiveMarket| json_or_error(handlers::news(&query, &live)));
    let healthz = warp::path!("healthz").and(get()).and(live);
    let healthz = healthz.map(|live: LiveMarket| {
        json(StatusCode::OK, health(&live.read().market, env!("CARGO_PKG_VERSION"), live.bus_gaps()))
    });
    let commands = site.commands.clone();
    let readyz = warp::path!("readyz").and(get()).map(move || {
        // Before it can be asked the market is open; when it stops nobody gets in.
        if commands.has_feed() {
            json(StatusCode::OK, r#"{"ready":true}"#)
        } else {
            json_or_error(Err(ApiError::feed_gone()))
        }
    });
    let metrics = site.metrics.clone();
    let metrics = warp::path!("metrics").and(get()).map(move || openmetrics(metrics.text()));
    let contract = warp::path!("asyncapi.json").and(get()).map(|| json(StatusCode::OK, ASYNCAPI));
    let market = symbols.or(feed).unify().or(rejected).unify().or(quotes).unify().or(bars).unify().or(preview).unify();
    let market = market.or(depth).unify().or(scenarios).unify().or(news).unify();
    market.or(healthz).unify().or(readyz).unify().or(metrics).unify().or(contract).unify()
}

fn openmetrics(text: String) -> Answer {
    warp::reply::with_header(text, header::CONTENT_TYPE, CONTENT_TYPE).into_response()
}

fn drive(site: &Site) -> impl Filter<Extract = (Answer,), Error = Rejection> + Clone + use<> {
    let commands = site.commands.clone();
    let live = site.live.clone();
    // A page of another site can send no JSON without asking first, and is not allowed to: it cannot drive the feed.
    let kind = warp::header::optional::<String>("content-type");
    let drive = warp::path!("api" / "v1" / "feed").and(warp::post()).and(kind).and(warp::body::bytes());
    drive.then(move |kind: Option<String>, body: Bytes| {
        let (commands, live) = (commands.clone(), live.clone());
        async move { json_or_error(handlers::drive(kind.as_deref(), &body, &commands, &live).await) }
    })
}

/// Turns a token into a cookie, so that a browser's requests and its socket have it, and tells who one is.
fn sign_in(site: &Site) -> impl Filter<Extract = (Answer,), Error = Rejection> + Clone + use<> {
    let auth = site.auth.clone();
    let auth = warp::any().map(move || auth.clone());
    let login = warp::path!("api" / "v1" / "login").and(warp::ext::get::<Identity>()).and(auth);
    let who = login.clone().and(get()).map(|identity, auth| json(StatusCode::OK, handlers::who(identity, &auth)));
    let kind = warp::header::optional::<String>("content-type");
    let sign_in = login.clone().and(warp::post()).and(kind).and(warp::body::bytes());
    let sign_in = sign_in.map(|identity, auth: Auth, kind: Option<String>, body: Bytes| {
        match handlers::sign_in(kind.as_deref(), &body, &auth) {
            Err(refusal) => error(&refusal),
            Ok((token, role)) => {
                cookie(&auth.set_cookie(&token, identity), handlers::who(Identity { role, ..identity }, &auth))
            }
        }
    });
    let sign_out = login.and(warp::delete()).map(|identity, auth: Auth| {
        let role = auth.access.role(&[]);
        cookie(&auth.set_cookie("", identity), handlers::who(Identity { role, ..identity }, &auth))
    });
    who.or(sign_in).unify().or(sign_out).unify()
}

fn cookie(cookie: &str, body: String) -> Answer {
    warp::reply::with_header(json(StatusCode::OK, body), header::SET_COOKIE, cookie).into_response()
}

fn web() -> impl Filter<Extract = (Answer,), Error = Rejection> + Clone {
    let web = warp::path::tail().and(get()).and(warp::header::optional::<String>("if-none-match"));
    web.and_then(|path: warp::path::Tail, known: Option<String>| async move {
        let file = assets::file(path.as_str(), known.as_deref());
        file.map(Reply::into_response).ok_or_else(warp::reject::not_found)
    })
}

fn websocket(site: Site) -> impl Filter<Extract = (Answer,), Error = Rejection> + Clone {
    let open = warp::path!("ws").and(warp::ext::get::<Identity>()).and(upgrade());
    let open = open.map(move |identity: Identity, upgrade| match site.sessions.try_acquire(identity.address) {
        Ok(permit) => accept(&site, upgrade, permit, identity.role),
        Err(no_room) => refuse_guest(no_room, identity.address),
    });
    let plain = warp::path!("ws").and(get()).map(|| {
        let answer = error(&ApiError::not_a_websocket());
        // RFC 9110, section 15.5.22, and RFC 6455, section 4.4.
        let answer = warp::reply::with_header(answer, header::UPGRADE, "websocket");
        warp::reply::with_header(answer, header::SEC_WEBSOCKET_VERSION, "13").into_response()
    });
    open.or(plain).unify()
}

/// Answers 101 and serves the session.
fn accept(site: &Site, upgrade: Upgrade, permit: Permit, role: Role) -> Answer {
    let response = Response::builder()
        .status(StatusCode::SWITCHING_PROTOCOLS)
        .header(header::CONNECTION, "upgrade")
        .header(header::UPGRADE, "websocket")
        .header(header::SEC_WEBSOCKET_ACCEPT, upgrade.accept());
    let format = upgrade.format();
    // A subprotocol that was not offered must not be named, and a browser fails where it is.
    let response = format
        .map(Format::subprotocol)
        .into_iter()
        .fold(response, |response, name| response.header(header::SEC_WEBSOCKET_PROTOCOL, name));
    let response = response.body(Bytes::new()).expect("invariant: an accept key is base64");
    let control = role == Role::Presenter;
    let commands = if control { site.commands.clone() } else { site.commands.rejecting(site.auth.no_control()) };
    let (live, metrics) = (site.live.clone(), site.metrics.clone());
    let limits = SessionLimits { control, ..site.limits };
    tokio::spawn(async move {
        if let Some(mut socket) = upgrade.socket(limits.message_bytes).await {
            let end = serve(&mut socket, live, commands, &limits, format.unwrap_or_default(), &metrics).await;
            tracing::debug!(?end, "session ended");
            hang_up(socket.into_inner()).await;
        }
        drop(permit);
    });
    response.into_response()
}

fn listen(site: Site) -> impl Filter<Extract = (Answer,), Error = Rejection> + Clone {
    let listen = warp::path!("events")
        .and(warp::get())
        .and(warp::ext::get::<Peer>())
        .and(warp::ext::get::<Identity>())
        .and(query());
    listen.map(move |Peer { permit: connection, .. }: Peer, identity: Identity, query: String| {
        let request = parse_events_query(&query, site.limits.subscriptions.count).and_then(|(request, symbols)| {
            let live = site.live.read();
            let unknown = symbols.iter().find(|symbol| *symbol != "*" && live.market.id(symbol).is_none());
            unknown.map_or(Ok(request), |symbol| Err(ApiError::unknown_symbol(symbol)))
        });
        match (request, site.sessions.try_acquire(identity.address)) {
            (Err(refusal), _) => error(&refusal),
            (_, Err(no_room)) => refuse_guest(no_room, identity.address),
            (Ok(request), Ok(permit)) => {
                let limits = SessionLimits { control: identity.role == Role::Presenter, ..site.limits };
                drop(connection.lock().take());
                warp::sse::reply(events(site.live.clone(), limits, &request, permit, &site.metrics)).into_response()
            }
        }
    })
}

fn refuse_guest(no_room: LimitReached, address: IpAddr) -> Answer {
    error(&match no_room {
        LimitReached::Total => ApiError::too_many_sessions(),
        LimitReached::PerAddress => ApiError::too_many_sessions_from(address),
    })
}

async fn refuse_request(rejection: Rejection) -> Result<Answer, Infallible> {
    Ok(error(&if rejection.is_not_found() {
        ApiError::not_found()
    } else if rejection.find::<warp::reject::MethodNotAllowed>().is_some() {
        ApiError::method_not_allowed()
    } else {
        tracing::debug!(?rejection, "request rejected");
        ApiError::bad_request()
    }))
}

//! The ways into a session: WebSocket and Server-Sent Events.

use std::net::IpAddr;
use std::sync::Arc;

use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use warp::filters::BoxedFilter;
use warp::hyper::body::Bytes;
use warp::reply::Response as Answer;
use warp::{Filter, Reply};

use super::{Site, query};
use crate::server::auth::Role;
use crate::server::http::auth::Identity;
use crate::server::http::reply::{close_if_unread, error};
use crate::server::http::sse;
use crate::server::http::stream::Peer;
use crate::server::http::upgrade::{Upgrade, hang_up, upgrade};
use crate::server::limits::{LimitReached, NoPlace, SessionPlace};
use crate::server::session::{self, Compressor, SessionLimits, Shared, serve};
use crate::wire::{ApiError, Format, parse_events_query};

/// Upgrades to a WebSocket, and serves a session over it. A request for anything else gets the error that an upgrade
/// would get, or else [`ErrorCode::NotAWebsocket`](crate::wire::ErrorCode::NotAWebsocket): a page cannot read why its
/// WebSocket was rejected, so it asks in this way. It uses `POST`, with which a browser sends its origin.
pub fn websocket(site: &Site) -> BoxedFilter<(Answer,)> {
    let site = site.clone();
    let open = warp::ext::get::<Identity>().and(upgrade(site.limits.compression));
    let asked = site.clone();
    let open = open.map(move |identity: Identity, upgrade| match admit(&site, identity.address) {
        Ok(place) => accept(&site, upgrade, place, identity.role),
        Err(cause) => error(&cause),
    });
    let check = warp::ext::get::<Peer>().and(warp::ext::get::<Identity>()).and(warp::header::headers_cloned());
    let check = check.map(move |peer: Peer, identity: Identity, headers: HeaderMap| {
        let answer = match check_place(&asked, &peer, identity.address) {
            Ok(()) => not_a_websocket(),
            Err(cause) => error(&cause),
        };
        close_if_unread(answer, &headers)
    });
    open.or(check).unify().boxed()
}

/// Checks that a session from `address` would be admitted now, over another connection of `peer`. It takes no place.
fn check_place(site: &Site, peer: &Peer, address: IpAddr) -> Result<(), ApiError> {
    let ip = peer.address.ip();
    // A connection waits where all are taken, and is rejected only where all of its address are.
    if !site.auth.trusts(ip) && site.connections.check(ip, 1) == Err(LimitReached::PerAddress) {
        return Err(ApiError::too_many_connections_from(ip));
    }
    site.sessions.check(address).map_err(|reason| no_place(reason, address))
}

/// Upgrades to a WebSocket, and sends its messages back.
pub fn echo(site: &Site) -> BoxedFilter<(Answer,)> {
    if !site.echo {
        return warp::any().map(|| error(&ApiError::not_found())).boxed();
    }
    let site = site.clone();
    let open = warp::ext::get::<Identity>().and(upgrade(site.limits.compression));
    let open = open.map(move |identity: Identity, upgrade| match admit(&site, identity.address) {
        Ok(place) => accept_echo(&site, upgrade, place),
        Err(cause) => error(&cause),
    });
    open.or(warp::any().map(not_a_websocket)).unify().boxed()
}

/// Takes a place for a session from `address`.
fn admit(site: &Site, address: IpAddr) -> Result<SessionPlace, ApiError> {
    site.sessions.try_admit(address).map_err(|reason| no_place(reason, address))
}

fn no_place(reason: NoPlace, address: IpAddr) -> ApiError {
    match reason {
        NoPlace::Count(LimitReached::Total) => ApiError::too_many_sessions(),
        NoPlace::Count(LimitReached::PerAddress) => ApiError::too_many_sessions_from(address),
        NoPlace::Memory => ApiError::no_memory(),
    }
}

/// Answers 101 and serves the session.
fn accept(site: &Site, upgrade: Upgrade, place: SessionPlace, role: Role) -> Answer {
    let format = upgrade.format();
    let response = switching_protocols(&upgrade, format);
    let Site { live, metrics, turns, codec, .. } = site.clone();
    let control = role == Role::Presenter;
    let feed = if control { site.feed.clone() } else { site.feed.rejecting(site.auth.no_control()) };
    let limits = SessionLimits { control, ..site.limits };
    let SessionPlace { permit, messages, subscriptions } = place;
    let mut shared = Shared { held: subscriptions, turns, compressor: compressor(site, &upgrade) };
    tokio::spawn(async move {
        let Some(mut socket) = upgrade.socket(limits.message_bytes, messages, &codec).await else { return };
        let end = serve(&mut socket, live, &feed, &limits, format.unwrap_or_default(), &metrics, &mut shared).await;
        tracing::debug!(?end, "session ended");
        hang_up(socket.into_inner().into_inner()).await;
        // Used where it lies: a task has room for what it captures and for its locals.
        drop(permit);
    });
    response
}

/// Answers 101 and sends messages back.
fn accept_echo(site: &Site, upgrade: Upgrade, place: SessionPlace) -> Answer {
    let response = switching_protocols(&upgrade, None);
    let Site { live, metrics, limits, codec, .. } = site.clone();
    let compressor = compressor(site, &upgrade);
    tokio::spawn(async move {
        let SessionPlace { permit: _permit, messages, .. } = place;
        let Some(mut socket) = upgrade.socket(limits.message_bytes, messages, &codec).await else { return };
        let end = session::echo(&mut socket, &live, &limits, &metrics, compressor).await;
        tracing::debug!(?end, "echo session ended");
        hang_up(socket.into_inner().into_inner()).await;
    });
    response
}

/// The compressor of a session whose client has negotiated it.
fn compressor(site: &Site, upgrade: &Upgrade) -> Option<Compressor> {
    let params = upgrade.deflate()?;
    Some(Compressor::new(Arc::clone(&site.codec), params, site.limits.compression))
}

fn switching_protocols(upgrade: &Upgrade, format: Option<Format>) -> Answer {
    let mut response = Response::builder()
        .status(StatusCode::SWITCHING_PROTOCOLS)
        .header(header::CONNECTION, "upgrade")
        .header(header::UPGRADE, "websocket")
        .header(header::SEC_WEBSOCKET_ACCEPT, upgrade.accept());
    // A browser fails where the answer names a subprotocol that it did not offer.
    if let Some(format) = format {
        response = response.header(header::SEC_WEBSOCKET_PROTOCOL, format.subprotocol());
    }
    if let Some(params) = upgrade.deflate() {
        response = response.header(header::SEC_WEBSOCKET_EXTENSIONS, params.to_string());
    }
    response.body(Bytes::new()).expect("invariant: an accept key is base64").into_response()
}

fn not_a_websocket() -> Answer {
    let answer = error(&ApiError::not_a_websocket());
    // RFC 9110, section 15.5.22, and RFC 6455, section 4.4.
    let answer = warp::reply::with_header(answer, header::UPGRADE, "websocket");
    warp::reply::with_header(answer, header::SEC_WEBSOCKET_VERSION, "13").into_response()
}

/// Sends the messages of a session as Server-Sent Events.
pub fn events(site: &Site) -> BoxedFilter<(Answer,)> {
    let site = site.clone();
    let open = move |peer: Peer, identity: Identity, query: String| {
        let request = match read_subscription(&site, &query) {
            Ok(request) => request,
            Err(cause) => return error(&cause),
        };
        let opened = admit(&site, identity.address).and_then(|place| {
            let limits = SessionLimits { control: identity.role == Role::Presenter, ..site.limits };
            sse::events(site.live.clone(), limits, &request, place, site.turns.clone(), &site.metrics)
        });
        let events = match opened {
            Ok(events) => events,
            Err(cause) => return error(&cause),
        };
        peer.release();
        let mut answer = warp::sse::reply(events).into_response();
        // A proxy that compresses would collect the events, and so would nginx without the second header.
        answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, no-transform"));
        answer.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
        answer
    };
    warp::ext::get::<Peer>().and(warp::ext::get::<Identity>()).and(query()).map(open).boxed()
}

/// The query as the request of a session.
fn read_subscription(site: &Site, query: &str) -> Result<String, ApiError> {
    let (request, symbols) = parse_events_query(query, site.limits.subscriptions.count)?;
    let live = site.live.read();
    let unknown = symbols.iter().find(|symbol| *symbol != "*" && live.market.id(symbol).is_none());
    unknown.map_or(Ok(request), |symbol| Err(ApiError::unknown_symbol(symbol)))
}

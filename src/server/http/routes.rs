//! The addresses of the server: one list names each endpoint with its methods, its role and its handler.

use std::convert::Infallible;
use std::future::ready;

use http::{HeaderMap, HeaderValue, Method, header};
use warp::filters::BoxedFilter;
use warp::path::FullPath;
use warp::reply::Response as Answer;
use warp::{Filter, Rejection, Reply, reject};

use super::assets;
use super::auth::Identity;
use super::handlers::Handler::{self, Bars, Filter as Custom, Query};
use super::handlers::{self, Site};
use super::reply::{self, close_if_unread, error, held_json};
use crate::library::PIECE_BYTES;
use crate::server::auth::Role::{self, Anonymous, Presenter, Viewer};
use crate::server::limits::HeldMemory;
use crate::wire::{ApiError, BarsResponse, ErrorCode};

/// One address, for some methods.
struct Endpoint {
    methods: &'static [Method],
    path: &'static str,
    /// The role that a client needs.
    role: Role,
    handler: Handler,
}

/// hyper leaves the body out of an answer to HEAD.
const READ: &[Method] = &[Method::GET, Method::HEAD];
const GET: &[Method] = &[Method::GET];
/// `POST` only asks, as `GET` does: see [`handlers::websocket`].
const OPEN_OR_ASK: &[Method] = &[Method::GET, Method::HEAD, Method::POST];
const POST: &[Method] = &[Method::POST];
const PUT: &[Method] = &[Method::PUT];
const DELETE: &[Method] = &[Method::DELETE];

/// The end of an address that stands for any number.
const NUMBER: &str = "{n}";

/// Bytes of a request's body. Commands and tokens are short.
pub const SHORT_BODY_BYTES: usize = 16 * 1024;
/// Bytes of the body that is a piece of an upload.
pub const LONG_BODY_BYTES: usize = PIECE_BYTES;

/// All endpoints. An address that is not listed may be a web file (`assets.rs`).
const ENDPOINTS: [Endpoint; 26] = [
    at(OPEN_OR_ASK, "/ws", Viewer, Custom(handlers::websocket)),
    at(READ, "/echo", Viewer, Custom(handlers::echo)),
    at(GET, "/events", Viewer, Custom(handlers::events)),
    at(READ, "/api/v1/symbols", Viewer, Query(handlers::symbols)),
    at(READ, "/api/v1/quotes", Viewer, Query(handlers::quotes)),
    at(READ, "/api/v1/bars", Viewer, Bars(handlers::bars)),
    at(READ, "/api/v1/depth", Viewer, Query(handlers::depth)),
    at(READ, "/api/v1/news", Viewer, Query(handlers::news)),
    at(READ, "/api/v1/scenarios", Viewer, Query(handlers::scenarios)),
    at(READ, "/api/v1/feed", Viewer, Query(handlers::feed)),
    at(POST, "/api/v1/feed", Presenter, Custom(handlers::command)),
    at(READ, "/api/v1/feed/preview", Viewer, Bars(handlers::preview)),
    at(READ, "/api/v1/feed/rejected", Viewer, Query(handlers::rejected)),
    at(READ, "/api/v1/feed/reading", Viewer, Query(handlers::reading)),
    at(READ, "/api/v1/feeds", Viewer, Custom(handlers::feeds)),
    at(POST, "/api/v1/inspect", Presenter, Custom(handlers::inspect)),
    at(POST, "/api/v1/uploads", Presenter, Custom(handlers::begin_upload)),
    at(PUT, "/api/v1/uploads/{n}", Presenter, Custom(handlers::append_upload)),
    at(DELETE, "/api/v1/uploads/{n}", Presenter, Custom(handlers::remove_upload)),
    at(READ, "/api/v1/login", Anonymous, Custom(handlers::role)),
    at(POST, "/api/v1/login", Anonymous, Custom(handlers::login)),
    at(DELETE, "/api/v1/login", Anonymous, Custom(handlers::logout)),
    at(READ, "/healthz", Anonymous, Custom(handlers::health)),
    at(READ, "/readyz", Anonymous, Query(handlers::readiness)),
    at(READ, "/metrics", Viewer, Custom(handlers::metrics)),
    at(READ, "/asyncapi.json", Viewer, Query(handlers::asyncapi)),
];

const fn at(methods: &'static [Method], path: &'static str, role: Role, handler: Handler) -> Endpoint {
    Endpoint { methods, path, role, handler }
}

/// The endpoints at `path`, which may end with a slash.
fn endpoints_at(path: &str) -> impl Iterator<Item = &'static Endpoint> {
    static ALL: [Endpoint; ENDPOINTS.len()] = ENDPOINTS;
    let path = path.strip_suffix('/').filter(|path| !path.is_empty()).unwrap_or(path);
    ALL.iter().filter(move |endpoint| endpoint.is_at(path))
}

/// Reports whether a request is a piece of an upload.
pub fn takes_long_body(method: &Method, path: &str) -> bool {
    *method == Method::PUT && endpoints_at(path).any(|endpoint| endpoint.methods.contains(&Method::PUT))
}

/// The role that a request needs. An address that is neither an endpoint nor a web file needs a viewer too, so that
/// nothing is open by mistake.
pub fn required_role(method: &Method, path: &str) -> Role {
    let endpoint = endpoints_at(path).find(|endpoint| endpoint.methods.contains(method));
    // A method that no endpoint has is answered with 405, to clients that may know of the address.
    match endpoint.or_else(|| endpoints_at(path).next()) {
        Some(endpoint) => endpoint.role,
        None if READ.contains(method) && assets::exists(path) => Anonymous,
        None => Viewer,
    }
}

/// Answers each request, and counts the errors.
pub fn routes(site: Site) -> impl Filter<Extract = (Answer,), Error = Infallible> + Clone {
    let metrics = site.metrics.clone();
    let endpoints = ENDPOINTS.iter().map(|endpoint| endpoint.filter(&site));
    let endpoints = endpoints.reduce(|all, endpoint| all.or(endpoint).unify().boxed());
    let endpoints = endpoints.expect("invariant: there are endpoints");
    let all = endpoints.or(web_file()).unify().or(nothing_here()).unify();
    all.map(move |answer: Answer| {
        if let Some(code) = answer.extensions().get::<ErrorCode>() {
            metrics.api_error(*code);
        }
        answer
    })
}

impl Endpoint {
    /// Answers requests to this endpoint, and rejects all others.
    fn filter(&'static self, site: &Site) -> BoxedFilter<(Answer,)> {
        let handler = match self.handler {
            Query(answer) => held(site, answer, String::len, held_json),
            Bars(answer) => held(site, answer, BarsResponse::bytes, reply::bars),
            Custom(filter) => filter(site),
        };
        self.matches().and(handler.recover(bad_request).unify()).boxed()
    }

    fn is_at(&self, path: &str) -> bool {
        match self.path.strip_suffix(NUMBER) {
            Some(before) => path
                .strip_prefix(before)
                .is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())),
            None => self.path == path,
        }
    }

    fn matches(&'static self) -> impl Filter<Extract = (), Error = Rejection> + Clone {
        let matches = |method: Method, path: FullPath| {
            let found = endpoints_at(path.as_str()).any(|endpoint| endpoint.path == self.path);
            ready(if found && self.methods.contains(&method) { Ok(()) } else { Err(reject::not_found()) })
        };
        warp::method().and(warp::path::full()).and_then(matches).untuple_one()
    }
}

/// Answers a query within the memory that answers may hold: `bytes` of what `answer` returns, until it is written.
fn held<T: 'static>(
    site: &Site,
    answer: fn(&Site, &str) -> Result<T, ApiError>,
    bytes: fn(&T) -> usize,
    reply: fn(T, HeldMemory) -> Answer,
) -> BoxedFilter<(Answer,)> {
    let site = site.clone();
    let reply = move |query: String, identity: Identity| {
        let made = match answer(&site, &query) {
            Ok(made) => made,
            Err(cause) => return error(&cause),
        };
        match site.answers.try_hold(identity.address, bytes(&made)) {
            Ok(held) => reply(made, held),
            Err(_) => error(&ApiError::too_many_answers()),
        }
    };
    handlers::query().and(warp::ext::get::<Identity>()).map(reply).boxed()
}

/// A file of the page.
fn web_file() -> impl Filter<Extract = (Answer,), Error = Rejection> + Clone {
    let file = |path: warp::path::Tail, headers: HeaderMap| {
        ready(assets::file(path.as_str(), &headers).map(Reply::into_response).ok_or_else(reject::not_found))
    };
    let read = warp::get().or(warp::head()).unify();
    read.and(warp::path::tail()).and(warp::header::headers_cloned()).and_then(file)
}

/// Answers requests to an address without a handler for the method, or without any.
fn nothing_here() -> impl Filter<Extract = (Answer,), Error = Infallible> + Clone {
    warp::path::full()
        .and(warp::header::headers_cloned())
        .map(|path: FullPath, headers: HeaderMap| close_if_unread(no_handler(&path), &headers))
}

fn no_handler(path: &FullPath) -> Answer {
    let mut methods: Vec<&str> =
        endpoints_at(path.as_str()).flat_map(|endpoint| endpoint.methods).map(Method::as_str).collect();
    if methods.is_empty() && assets::exists(path.as_str()) {
        methods = READ.iter().map(Method::as_str).collect();
    }
    if methods.is_empty() {
        return error(&ApiError::not_found());
    }
    let methods = methods.join(", ");
    let mut answer = error(&ApiError::method_not_allowed(&methods));
    // RFC 9110, section 15.5.6.
    answer.headers_mut().insert(header::ALLOW, HeaderValue::from_str(&methods).expect("invariant: methods are ASCII"));
    answer
}

async fn bad_request(rejection: Rejection) -> Result<Answer, Infallible> {
    tracing::debug!(?rejection, "the request could not be read");
    Ok(error(&ApiError::bad_request()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoint_that_writes_takes_a_presenter() {
        for endpoint in &ENDPOINTS {
            let only_reads = endpoint.methods.iter().all(|method| READ.contains(method));
            let changes_nothing = ["/api/v1/login", "/ws"].contains(&endpoint.path);
            assert!(only_reads || changes_nothing || endpoint.role == Presenter, "{}", endpoint.path);
        }
    }

    #[test]
    fn role_is_that_of_the_endpoint_and_a_viewer_elsewhere() {
        for (method, path, role) in [
            (Method::GET, "/", Anonymous),
            (Method::GET, "/enter", Anonymous),
            (Method::HEAD, "/healthz", Anonymous),
            (Method::DELETE, "/api/v1/login", Anonymous),
            (Method::GET, "/api/v1/feed", Viewer),
            (Method::GET, "/api/v1/feed/", Viewer),
            (Method::POST, "/api/v1/feed", Presenter),
            (Method::POST, "/api/v1/feed/", Presenter),
            (Method::PUT, "/api/v1/feed", Viewer),
            (Method::POST, "/api/v1/uploads", Presenter),
            (Method::PUT, "/api/v1/uploads/7", Presenter),
            (Method::DELETE, "/api/v1/uploads/7/", Presenter),
            (Method::PUT, "/api/v1/uploads/", Presenter),
            (Method::PUT, "/api/v1/uploads/x", Viewer),
            (Method::POST, "/", Viewer),
            (Method::GET, "//ws", Viewer),
            (Method::GET, "/%77s", Viewer),
            (Method::GET, "/js/../api/v1/feed", Viewer),
            (Method::GET, "/nowhere", Viewer),
        ] {
            assert_eq!(required_role(&method, path), role, "{method} {path}");
        }
    }
}

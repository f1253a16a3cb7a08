//! The service that answers requests: the routes, within layers that each request passes.

use std::convert::Infallible;
use std::time::Duration;

use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use hyper::body::{Body, Incoming};
use tower::{BoxError, Service, ServiceBuilder};
use tower_http::CompressionLevel;
use tower_http::compression::{CompressionLayer, Predicate};
use tower_http::cors::{AllowOrigin, CorsLayer};
use tower_http::map_request_body::MapRequestBodyLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::trace::{DefaultOnFailure, TraceLayer};
use tower_http::validate_request::ValidateRequestHeaderLayer;
use tracing::Level;

use super::auth::Auth;
use super::body_limits::BodyLimitsLayer;
use super::handlers::Site;
use super::turns::TurnsLayer;
use super::{assets, head, routes};
use crate::server::auth::Origin;
use crate::server::limits::DeadlineBody;

/// Time for which a browser may keep the answer to a preflight. Chromium keeps none for longer than two hours.
const PREFLIGHT_AGE: Duration = Duration::from_secs(2 * 60 * 60);
/// The longest answer that is compressed, in bytes. Compressing it takes about a millisecond, in which no session of the
/// same thread is served. The page's files are compressed when they are built.
const MAX_COMPRESSED_BYTES: u64 = 64 * 1024;
/// A shorter answer fits a packet as it is.
const MIN_COMPRESSED_BYTES: u64 = 1_024;

/// Compresses answers whose length is known and not too long.
#[derive(Clone, Copy)]
struct IsShort;

impl Predicate for IsShort {
    fn should_compress<B: Body>(&self, response: &Response<B>) -> bool {
        let length = response.body().size_hint().exact();
        let is_image = |kind: &HeaderValue| {
            kind.to_str().is_ok_and(|kind| kind.starts_with("image/") || kind.starts_with("font/"))
        };
        length.is_some_and(|length| (MIN_COMPRESSED_BYTES..=MAX_COMPRESSED_BYTES).contains(&length))
            && !response.headers().get(header::CONTENT_TYPE).is_some_and(is_image)
    }
}

/// The service of all connections. Responses announce that an idle connection is closed after `head_timeout`.
pub fn service(
    site: Site,
    head_timeout: Duration,
) -> impl Service<
    Request<Incoming>,
    Response = Response<impl Body<Data: Send, Error: Into<BoxError>> + Send + 'static>,
    Error = Infallible,
    Future: Send,
> + Clone
+ Send
+ 'static {
    let auth = site.auth.clone();
    let cors = cors(&auth);
    let checker = auth.clone();
    #[expect(clippy::result_large_err, reason = "the layer takes an answer as the error")]
    let check_head =
        move |request: &mut Request<_>| head::check(&checker, request).map_err(|cause| checker.reject(&cause, request));
    #[expect(clippy::result_large_err, reason = "the layer takes an answer as the error")]
    let authorize = move |request: &mut Request<_>| {
        let required = routes::required_role(request.method(), request.uri().path());
        auth.authorize(request, required)
    };
    let turns = site.turns.clone();
    ServiceBuilder::new()
        // Errors are counted. A line in the log for each would let any client fill the log.
        .layer(TraceLayer::new_for_http().make_span_with(span).on_failure(DefaultOnFailure::new().level(Level::DEBUG)))
        .layer(header(header::CONTENT_SECURITY_POLICY, assets::CONTENT_SECURITY_POLICY))
        .layer(SetResponseHeaderLayer::if_not_present(HeaderName::from_static("keep-alive"), keep_alive(head_timeout)))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::X_FRAME_OPTIONS, "DENY"))
        .layer(header(header::REFERRER_POLICY, "no-referrer"))
        .layer(BodyLimitsLayer)
        .layer(MapRequestBodyLayer::new(move |body| DeadlineBody::new(body, head_timeout)))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(IsShort))
        // Below the compression, so that a long answer is compressed piece by piece.
        .layer(TurnsLayer(turns))
        .layer(ValidateRequestHeaderLayer::custom(check_head))
        .option_layer(cors)
        .layer(ValidateRequestHeaderLayer::custom(authorize))
        .service(warp::service(routes::routes(site)))
}

/// The span of a request in the log. It leaves out the query, which may hold a secret by mistake.
fn span<B>(request: &Request<B>) -> tracing::Span {
    tracing::debug_span!("request", method = %request.method(), path = request.uri().path())
}

/// The layer that lets pages of `--allow-origin` read answers, after a preflight where browsers need one; `None`
/// without such a page. It answers before the role is checked, as a preflight carries neither cookie nor token.
fn cors(auth: &Auth) -> Option<CorsLayer> {
    let policy = auth.policy.clone();
    if policy.origins.is_empty() {
        return None;
    }
    let is_allowed = move |origin: &HeaderValue, _: &_| {
        origin.to_str().ok().and_then(Origin::parse).is_some_and(|origin| policy.allows_other(&origin))
    };
    Some(
        CorsLayer::new()
            .allow_origin(AllowOrigin::predicate(is_allowed))
            .allow_credentials(true)
            .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE])
            .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
            .expose_headers([header::RETRY_AFTER])
            .max_age(PREFLIGHT_AGE),
    )
}

fn header(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

/// Makes the value of `keep-alive`. A client that knows when an idle connection is closed does not send its next
/// request at that moment.
fn keep_alive<B>(timeout: Duration) -> impl Fn(&Response<B>) -> Option<HeaderValue> + Clone {
    let value = HeaderValue::from_str(&format!("timeout={}", timeout.as_secs()));
    let value = value.expect("invariant: a number is ASCII");
    move |answer| (answer.status() != StatusCode::SWITCHING_PROTOCOLS).then(|| value.clone())
}

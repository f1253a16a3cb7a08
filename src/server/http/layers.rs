//! The service that answers requests: the routes, within layers that each request passes.

use std::convert::Infallible;
use std::time::Duration;

use http::{HeaderName, HeaderValue, Request, Response, StatusCode, header};
use hyper::body::{Body, Incoming};
use tower::{BoxError, Service, ServiceBuilder};
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::trace::{DefaultOnFailure, TraceLayer};
use tower_http::validate_request::ValidateRequestHeaderLayer;
use tracing::Level;

use super::handlers::Site;
use super::{assets, routes};

/// Bytes of a request's body. Commands and tokens are short, and no other request has a body.
const MAX_BODY_BYTES: usize = 16 * 1024;

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
    #[expect(clippy::result_large_err, reason = "the layer takes an answer as the error")]
    let authorize = move |request: &mut Request<_>| {
        let required = routes::required_role(request.method(), request.uri().path());
        auth.authorize(request, required)
    };
    ServiceBuilder::new()
        // Errors are counted. A line in the log for each would let any client fill the log.
        .layer(TraceLayer::new_for_http().on_failure(DefaultOnFailure::new().level(Level::DEBUG)))
        .layer(header(header::CONTENT_SECURITY_POLICY, assets::CONTENT_SECURITY_POLICY))
        .layer(SetResponseHeaderLayer::if_not_present(HeaderName::from_static("keep-alive"), keep_alive(head_timeout)))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::X_FRAME_OPTIONS, "DENY"))
        .layer(header(header::REFERRER_POLICY, "no-referrer"))
        .layer(RequestBodyLimitLayer::new(MAX_BODY_BYTES))
        .layer(CompressionLayer::new())
        .layer(ValidateRequestHeaderLayer::custom(authorize))
        .service(warp::service(routes::routes(site)))
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

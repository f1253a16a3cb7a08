//! The longest body of a request, by its address.

use std::task::{Context, Poll};

use http::Request;
use tower::{Layer, Service};
use tower_http::limit::RequestBodyLimit;

use super::routes;

/// Limits the bodies of requests to what their addresses take.
#[derive(Clone, Copy)]
pub struct BodyLimitsLayer;

/// A service whose requests have limits by their addresses.
#[derive(Clone)]
pub struct BodyLimits<S> {
    short: RequestBodyLimit<S>,
    /// For pieces of uploads.
    long: RequestBodyLimit<S>,
}

impl<S: Clone> Layer<S> for BodyLimitsLayer {
    type Service = BodyLimits<S>;

    fn layer(&self, inner: S) -> BodyLimits<S> {
        BodyLimits {
            short: RequestBodyLimit::new(inner.clone(), routes::SHORT_BODY_BYTES),
            long: RequestBodyLimit::new(inner, routes::LONG_BODY_BYTES),
        }
    }
}

impl<S, B> Service<Request<B>> for BodyLimits<S>
where
    RequestBodyLimit<S>: Service<Request<B>>,
{
    type Response = <RequestBodyLimit<S> as Service<Request<B>>>::Response;
    type Error = <RequestBodyLimit<S> as Service<Request<B>>>::Error;
    type Future = <RequestBodyLimit<S> as Service<Request<B>>>::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        match self.short.poll_ready(context) {
            Poll::Ready(Ok(())) => self.long.poll_ready(context),
            other => other,
        }
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let is_long = routes::takes_long_body(request.method(), request.uri().path());
        if is_long { self.long.call(request) } else { self.short.call(request) }
    }
}

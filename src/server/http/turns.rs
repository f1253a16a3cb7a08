//! Requests and their answers wait for their turns.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::{Request, Response, header};
use hyper::body::{Body, Bytes};
use tower::{Layer, Service};

use crate::server::limits::{TurnBody, Turns};

/// Wraps a service in [`TakeTurns`].
#[derive(Clone)]
pub struct TurnsLayer(pub Turns);

/// A service whose requests wait for their turn, and whose answers are written in turns. Events are not: each of them
/// waits until it is due.
#[derive(Clone)]
pub struct TakeTurns<S> {
    inner: S,
    turns: Turns,
}

impl<S> Layer<S> for TurnsLayer {
    type Service = TakeTurns<S>;

    fn layer(&self, inner: S) -> TakeTurns<S> {
        TakeTurns { inner, turns: self.0.clone() }
    }
}

impl<S, A, B> Service<Request<A>> for TakeTurns<S>
where
    S: Service<Request<A>, Response = Response<B>, Error = Infallible, Future: Send> + Clone + Send + 'static,
    A: Send + 'static,
    B: Body<Data = Bytes> + Unpin,
{
    type Response = Response<TurnBody<B>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<A>) -> Self::Future {
        // The clone may not be ready, so it stays behind (as the documentation of `tower::Service` says).
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let turns = self.turns.clone();
        Box::pin(async move {
            turns.take().await;
            let answer = inner.call(request).await?;
            let is_events = answer.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream");
            Ok(answer.map(|body| TurnBody::new(body, (!is_events).then_some(turns))))
        })
    }
}

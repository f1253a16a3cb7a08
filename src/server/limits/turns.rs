//! Turns for the work that clients ask for, so that the sessions' updates go out in between.
//!
//! An update that is due costs microseconds. A history, a snapshot or a compressed answer costs a hundred times that,
//! and many of them at one moment would make the updates of all others late. So this work is done in short pieces, and
//! each waits for its turn: between two turns, everything else that can go on does.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::sync::Semaphore;

/// Bytes of messages that are made in one turn, some 20 us of work.
pub const TURN_BYTES: usize = 4 * 1024;
/// A shorter message is an update, which waits for no turn.
pub const LONG_MESSAGE: usize = 1_024;

/// Gives turns, in the order in which they are asked for. Cheap to clone; all clones share the turns.
#[derive(Clone, Debug)]
pub struct Turns(Arc<Semaphore>);

/// The wait for a turn.
type Turn = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Turns {
    /// One turn at a time for each of `threads`.
    pub fn new(threads: usize) -> Self {
        Self(Arc::new(Semaphore::new(threads.max(1))))
    }

    /// Waits for the next turn.
    pub async fn take(&self) {
        let _next = self.0.acquire().await.expect("invariant: never closed");
        // Whoever waits for the next turn waits until all others have run.
        tokio::task::yield_now().await;
    }

    fn next(&self) -> Turn {
        let turns = self.clone();
        Box::pin(async move { turns.take().await })
    }
}

/// The longest piece of an answer in one turn. Compressing it takes some 100 us.
const PIECE_BYTES: usize = 16 * 1024;

/// The body of an answer in short pieces, each of which after the first waits for its turn.
pub struct TurnBody<B> {
    inner: B,
    /// The part of a frame that is left.
    rest: Bytes,
    /// `None` where the frames wait for an event anyway.
    turns: Option<Turns>,
    /// The wait for the next frame's turn.
    turn: Option<Turn>,
}

impl<B> TurnBody<B> {
    pub const fn new(inner: B, turns: Option<Turns>) -> Self {
        Self { inner, rest: Bytes::new(), turns, turn: None }
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for TurnBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        if let Some(turn) = &mut self.turn {
            ready!(turn.as_mut().poll(context));
            self.turn = None;
        }
        if self.rest.is_empty() {
            match ready!(Pin::new(&mut self.inner).poll_frame(context)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.rest = data,
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
                end => return Poll::Ready(end),
            }
        }
        let length = self.rest.len().min(PIECE_BYTES);
        let piece = self.rest.split_to(length);
        if !self.is_end_stream() {
            self.turn = self.turns.as_ref().map(Turns::next);
        }
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (inner, rest) = (self.inner.size_hint(), self.rest.len() as u64);
        let mut hint = SizeHint::new();
        hint.set_lower(inner.lower() + rest);
        if let Some(upper) = inner.upper() {
            hint.set_upper(upper + rest);
        }
        hint
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::convert::Infallible;

    use futures_util::FutureExt as _;
    use parking_lot::Mutex as Log;

    use super::*;

    #[tokio::test]
    async fn everything_else_goes_on_between_two_turns() {
        let (turns, log) = (Turns::new(1), Arc::new(Log::new(String::new())));
        let works = (0..3).map(|_| {
            let (turns, log) = (turns.clone(), Arc::clone(&log));
            tokio::spawn(async move {
                for _ in 0..4 {
                    turns.take().await;
                    log.lock().push('w');
                }
            })
        });
        let works: Vec<_> = works.collect();
        let updates = tokio::spawn({
            let log = Arc::clone(&log);
            async move {
                loop {
                    log.lock().push('u');
                    tokio::task::yield_now().await;
                }
            }
        });
        for work in works {
            work.await.unwrap();
        }
        updates.abort();
        let log = log.lock();
        assert_eq!(log.matches('w').count(), 12);
        assert!(!log.contains("www"), "{log}");
    }

    /// A body of frames that are all there.
    struct Frames(VecDeque<Bytes>);

    impl Body for Frames {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            Poll::Ready(self.0.pop_front().map(|frame| Ok(Frame::data(frame))))
        }

        fn is_end_stream(&self) -> bool {
            self.0.is_empty()
        }
    }

    #[tokio::test]
    async fn pieces_of_an_answer_wait_while_another_has_the_turn() {
        let turns = Turns::new(1);
        let frames = [vec![1; PIECE_BYTES], vec![2; PIECE_BYTES + 1]].map(Bytes::from);
        let mut body = TurnBody::new(Frames(VecDeque::from(frames)), Some(turns.clone()));
        let taken = turns.0.acquire().await.unwrap();
        let mut next = async || {
            let frame = std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await?;
            Some(frame.unwrap().into_data().unwrap().len())
        };
        assert_eq!(next().await, Some(PIECE_BYTES));
        let mut second = std::pin::pin!(next());
        assert_eq!(second.as_mut().now_or_never(), None);
        drop(taken);
        assert_eq!(second.await, Some(PIECE_BYTES));
        assert_eq!((next().await, next().await), (Some(1), None));
    }
}

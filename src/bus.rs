//! The channels between a feed and the rest: the broadcast of what it says, and the line of what it is asked.
//!
//! Both are bounded. Of the broadcast: a sender that can wait asks for [`Bus::room`] first and loses nothing; one that cannot just
//! sends, and a reader that falls behind hears a [`Heard::Gap`] with the number of items it lost.

use std::sync::Arc;

use tokio::sync::{Notify, broadcast, mpsc, oneshot};

/// How many items wait for the slowest reader before [`Bus::room`] holds the sender back.
pub const DEFAULT_CAPACITY: usize = 256;

/// How many questions wait for their turn; those who ask more wait to be heard.
pub const DEFAULT_LINE_CAPACITY: usize = 64;

/// A line on which many ask and one answers, in the order of asking; `capacity` questions wait on it.
pub fn line<Q, A>(capacity: usize) -> (Caller<Q, A>, Line<Q, A>) {
    let (sender, receiver) = mpsc::channel(capacity);
    (Caller(sender), Line(receiver))
}

/// The side that asks.
#[derive(Debug)]
pub struct Caller<Q, A>(mpsc::Sender<Call<Q, A>>);

impl<Q, A> Clone for Caller<Q, A> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// The side that answers.
#[derive(Debug)]
pub struct Line<Q, A>(mpsc::Receiver<Call<Q, A>>);

/// A question that waits for its answer.
#[derive(Debug)]
pub struct Call<Q, A> {
    pub question: Q,
    pub reply: Reply<A>,
}

/// The way back to who asked.
#[derive(Debug)]
pub struct Reply<A>(oneshot::Sender<A>);

impl<Q, A> Caller<Q, A> {
    /// Whether somebody is there to answer.
    pub fn is_heard(&self) -> bool {
        !self.0.is_closed()
    }

    /// The answer; `None` when nobody answers any more.
    pub async fn ask(&self, question: Q) -> Option<A> {
        let (sender, answer) = oneshot::channel();
        self.0.send(Call { question, reply: Reply(sender) }).await.ok()?;
        answer.await.ok()
    }
}

impl<Q, A> Line<Q, A> {
    /// The next question; `None` when nobody is left to ask.
    ///
    /// Cancel safe: a dropped call loses nothing.
    pub async fn next(&mut self) -> Option<Call<Q, A>> {
        self.0.recv().await
    }
}

impl<A> Reply<A> {
    /// Who asked may be gone: then nobody hears it.
    pub fn send(self, answer: A) {
        let _ = self.0.send(answer);
    }
}

/// The sending side.
#[derive(Clone, Debug)]
pub struct Bus<T> {
    sender: broadcast::Sender<T>,
    taken: Arc<Notify>,
    capacity: usize,
}

/// One reader's side.
#[derive(Debug)]
pub struct Reader<T> {
    receiver: broadcast::Receiver<T>,
    taken: Arc<Notify>,
}

/// What a reader hears next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard<T> {
    Item(T),
    /// The reader was too slow: so many items are gone.
    Gap {
        missed: u64,
    },
}

impl<T: Clone> Bus<T> {
    /// A bus that keeps `capacity` items for its slowest reader; at least 1.
    pub fn new(capacity: usize) -> Self {
        let capacity = capacity.max(1);
        Self { sender: broadcast::Sender::new(capacity), taken: Arc::default(), capacity }
    }

    /// A reader of everything sent from now on.
    pub fn reader(&self) -> Reader<T> {
        Reader { receiver: self.sender.subscribe(), taken: Arc::clone(&self.taken) }
    }

    /// Sends without waiting; with no reader the item is dropped.
    pub fn send(&self, item: T) {
        // An error only says that nobody listens, which is no fault of the sender.
        let _ = self.sender.send(item);
    }

    /// Waits until one more item can be sent without loss to any reader.
    pub async fn room(&self) {
        while self.sender.len() >= self.capacity {
            self.taken.notified().await;
        }
    }
}

impl<T: Clone> Reader<T> {
    /// The next item or gap; `None` when all senders are gone.
    ///
    /// Cancel safe: a dropped call loses nothing.
    pub async fn next(&mut self) -> Option<Heard<T>> {
        let heard = match self.receiver.recv().await {
            Ok(item) => Some(Heard::Item(item)),
            Err(broadcast::error::RecvError::Lagged(missed)) => Some(Heard::Gap { missed }),
            Err(broadcast::error::RecvError::Closed) => None,
        };
        self.taken.notify_one();
        heard
    }
}

impl<T> Drop for Reader<T> {
    fn drop(&mut self) {
        self.taken.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_sender_that_waits_for_room_loses_nothing() {
        let bus = Bus::new(2);
        let mut reader = bus.reader();
        let sender = tokio::spawn(async move {
            for n in 0..1_000 {
                bus.room().await;
                bus.send(n);
            }
        });
        for want in 0..1_000 {
            assert_eq!(reader.next().await, Some(Heard::Item(want)));
        }
        sender.await.unwrap();
        assert_eq!(reader.next().await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_falls_behind_is_told_how_much_it_lost() {
        let bus = Bus::new(4);
        let mut reader = bus.reader();
        for n in 0..10 {
            bus.send(n);
        }
        assert_eq!(reader.next().await, Some(Heard::Gap { missed: 6 }));
        assert_eq!(reader.next().await, Some(Heard::Item(6)));
    }

    #[tokio::test(start_paused = true)]
    async fn questions_are_answered_in_turn_and_not_for_ever() {
        let (caller, mut line) = line::<u32, u32>(DEFAULT_LINE_CAPACITY);
        let asking = tokio::spawn(async move {
            let answers = (caller.ask(1).await, caller.ask(2).await);
            (answers, caller.ask(3).await)
        });
        for _ in 0..2 {
            let Call { question, reply } = line.next().await.unwrap();
            reply.send(question * 10);
        }
        drop(line);
        assert_eq!(asking.await.unwrap(), ((Some(10), Some(20)), None));
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_leaves_holds_nobody_up() {
        let bus = Bus::new(1);
        let reader = bus.reader();
        bus.send(1);
        let waiting = tokio::spawn({
            let bus = bus.clone();
            async move { bus.room().await }
        });
        tokio::task::yield_now().await;
        drop(reader);
        waiting.await.unwrap();
    }
}

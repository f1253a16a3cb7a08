//! The broadcast channel between a feed and those who listen to it.
//!
//! Bounded: a sender that can wait asks for [`Bus::room`] first and loses nothing; one that cannot just
//! sends, and a reader that falls behind hears a [`Heard::Gap`] with the number of items it lost.

use std::sync::Arc;

use tokio::sync::{Notify, broadcast};

/// How many items wait for the slowest reader before [`Bus::room`] holds the sender back.
pub const DEFAULT_CAPACITY: usize = 256;

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

//! The channels between a feed and the rest: the broadcast of its events, and the queue of its commands.
//!
//! Both are bounded. A sender of the broadcast that waits for [`Sender::ready`] first loses nothing; one that does not
//! wait just sends, and a receiver that falls behind gets a [`Received::Gap`] with the number of items it lost.

use std::sync::Arc;

use tokio::sync::{Notify, broadcast, mpsc, oneshot};

use crate::control::{Command, CommandResult};
use crate::market::Tick;

/// The most ticks in one item of the bus.
pub const MAX_BATCH: usize = 1_024;
/// The memory of such an item.
pub const BATCH_BYTES: usize = MAX_BATCH * size_of::<Tick>();

/// The items that wait for the slowest receiver before [`Sender::ready`] holds the sender back.
pub const DEFAULT_CAPACITY: usize = 256;

/// The commands that wait for their turn; a client that sends one more waits.
pub const DEFAULT_COMMAND_CAPACITY: usize = 64;

/// Opens a channel on which many send commands and one feed answers them in order; `capacity` commands wait in it.
pub fn command_channel(capacity: usize) -> (CommandSender, CommandReceiver) {
    let (sender, receiver) = mpsc::channel(capacity);
    (CommandSender(sender), CommandReceiver(receiver))
}

/// The sending side of the command channel.
#[derive(Clone, Debug)]
pub struct CommandSender(mpsc::Sender<PendingCommand>);

/// The feed's side of the command channel.
#[derive(Debug)]
pub struct CommandReceiver(mpsc::Receiver<PendingCommand>);

/// A command that waits for its result.
#[derive(Debug)]
pub struct PendingCommand {
    pub command: Command,
    pub reply: CommandReply,
}

/// The way back to the sender of a command.
#[derive(Debug)]
pub struct CommandReply(oneshot::Sender<CommandResult>);

impl CommandSender {
    /// Reports whether a feed still takes commands.
    pub fn is_open(&self) -> bool {
        !self.0.is_closed()
    }

    /// Sends a command and waits for its result; `None` when the feed is gone.
    pub async fn send(&self, command: Command) -> Option<CommandResult> {
        self.submit(command).await?.await
    }

    /// Waits until the feed has room for a command. Returns what waits for its result, which is `None` when the feed is
    /// gone.
    pub async fn submit(&self, command: Command) -> Option<impl Future<Output = Option<CommandResult>> + use<>> {
        let (sender, result) = oneshot::channel();
        self.0.send(PendingCommand { command, reply: CommandReply(sender) }).await.ok()?;
        Some(async { result.await.ok() })
    }
}

impl CommandReceiver {
    /// Receives the next command; `None` when every sender is gone.
    ///
    /// Cancel safe: a dropped call loses nothing.
    pub async fn recv(&mut self) -> Option<PendingCommand> {
        self.0.recv().await
    }
}

impl CommandReply {
    /// Sends the result. A sender that no longer waits for it is no error.
    pub fn send(self, result: CommandResult) {
        let _ = self.0.send(result);
    }
}

/// The sending side of the bus.
#[derive(Clone, Debug)]
pub struct Sender<T> {
    sender: broadcast::Sender<T>,
    taken: Arc<Notify>,
    capacity: usize,
}

/// One receiver of the bus.
#[derive(Debug)]
pub struct Receiver<T> {
    receiver: broadcast::Receiver<T>,
    taken: Arc<Notify>,
}

/// The next item of a receiver, or the loss before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received<T> {
    Item(T),
    /// The receiver was too slow: `missed` items are gone.
    Gap {
        missed: u64,
    },
}

impl<T: Clone> Sender<T> {
    /// Opens a bus that keeps `capacity` items for its slowest receiver; at least 1.
    pub fn new(capacity: usize) -> Self {
        let capacity = capacity.max(1);
        Self { sender: broadcast::Sender::new(capacity), taken: Arc::default(), capacity }
    }

    /// Opens a receiver of everything sent from now on.
    pub fn subscribe(&self) -> Receiver<T> {
        Receiver { receiver: self.sender.subscribe(), taken: Arc::clone(&self.taken) }
    }

    /// Sends without waiting; without a receiver the item is dropped.
    pub fn send(&self, item: T) {
        // An error only says that there is no receiver, which is no fault of the sender.
        let _ = self.sender.send(item);
    }

    /// Waits until one more item can be sent without loss to any receiver.
    pub async fn ready(&self) {
        while self.sender.len() >= self.capacity {
            self.taken.notified().await;
        }
    }
}

impl<T: Clone> Receiver<T> {
    /// Returns the number of items that wait for this receiver.
    pub fn waiting(&self) -> usize {
        self.receiver.len()
    }

    /// Receives the next item or gap; `None` when every sender is gone.
    ///
    /// Cancel safe: a dropped call loses nothing.
    pub async fn recv(&mut self) -> Option<Received<T>> {
        let received = match self.receiver.recv().await {
            Ok(item) => Some(Received::Item(item)),
            Err(broadcast::error::RecvError::Lagged(missed)) => Some(Received::Gap { missed }),
            Err(broadcast::error::RecvError::Closed) => None,
        };
        self.taken.notify_one();
        received
    }

    /// Receives the next item or gap if one waits already.
    pub fn try_recv(&mut self) -> Option<Received<T>> {
        let received = match self.receiver.try_recv() {
            Ok(item) => Received::Item(item),
            Err(broadcast::error::TryRecvError::Lagged(missed)) => Received::Gap { missed },
            Err(broadcast::error::TryRecvError::Empty | broadcast::error::TryRecvError::Closed) => return None,
        };
        self.taken.notify_one();
        Some(received)
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.taken.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn sender_that_waits_loses_nothing() {
        let bus = Sender::new(2);
        let mut receiver = bus.subscribe();
        let sender = tokio::spawn(async move {
            for n in 0..1_000 {
                bus.ready().await;
                bus.send(n);
            }
        });
        for want in 0..1_000 {
            assert_eq!(receiver.recv().await, Some(Received::Item(want)));
        }
        sender.await.unwrap();
        assert_eq!(receiver.recv().await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn slow_receiver_gets_the_number_of_lost_items() {
        let bus = Sender::new(4);
        let mut receiver = bus.subscribe();
        for n in 0..10 {
            bus.send(n);
        }
        assert_eq!(receiver.recv().await, Some(Received::Gap { missed: 6 }));
        assert_eq!(receiver.recv().await, Some(Received::Item(6)));
    }

    #[tokio::test(start_paused = true)]
    async fn commands_are_answered_in_order_until_the_feed_is_gone() {
        let (commands, mut receiver) = command_channel(DEFAULT_COMMAND_CAPACITY);
        let sending = tokio::spawn(async move {
            let results = (commands.send(Command::Play).await, commands.send(Command::Pause).await);
            (results, commands.send(Command::Play).await)
        });
        for (want, revision) in [(Command::Play, 1), (Command::Pause, 2)] {
            let PendingCommand { command, reply } = receiver.recv().await.unwrap();
            assert_eq!(command, want);
            reply.send(Ok(revision));
        }
        drop(receiver);
        assert_eq!(sending.await.unwrap(), ((Some(Ok(1)), Some(Ok(2))), None));
    }

    #[tokio::test(start_paused = true)]
    async fn dropped_receiver_does_not_block_the_sender() {
        let bus = Sender::new(1);
        let receiver = bus.subscribe();
        bus.send(1);
        let waiting = tokio::spawn({
            let bus = bus.clone();
            async move { bus.ready().await }
        });
        tokio::task::yield_now().await;
        drop(receiver);
        waiting.await.unwrap();
    }
}

//! Commands from clients to the feed.
//!
//! Not here: who may command (`http/auth.rs`), and what a command does (`feed`).

use std::collections::VecDeque;
use std::pin::Pin;

use crate::bus::CommandSender;
use crate::control::Command;
use crate::fanout::LiveMarket;
use crate::wire::{ApiError, command_name};

/// Default of the commands of one session that may wait for the feed.
pub const DEFAULT_MAX_COMMANDS: usize = 32;

/// A handle that commands the feed, or rejects all commands. Cheap to clone.
#[derive(Clone, Debug)]
pub struct FeedControl {
    live: LiveMarket,
    /// The error with which commands of a client without the right role are rejected.
    sender: Result<CommandSender, ApiError>,
}

impl FeedControl {
    pub const fn new(live: LiveMarket, sender: CommandSender) -> Self {
        Self { live, sender: Ok(sender) }
    }

    /// A handle that rejects all commands with `error`.
    pub fn rejecting(&self, error: ApiError) -> Self {
        Self { live: self.live.clone(), sender: Err(error) }
    }

    /// Returns whether the feed still takes commands.
    pub fn has_feed(&self) -> bool {
        self.sender.as_ref().is_ok_and(CommandSender::is_open)
    }

    /// Sends a command to the feed, and waits until its effect can be read from the live market.
    ///
    /// # Errors
    /// When the command was not obeyed. Then nothing has changed.
    pub async fn run(&self, command: Command) -> Result<(), ApiError> {
        let sender = self.sender.as_ref().map_err(Clone::clone)?;
        let revision = sender.send(command).await.ok_or_else(ApiError::feed_gone)??;
        self.live.wait_for_revision(revision).await;
        Ok(())
    }
}

/// A command that the feed obeyed or rejected.
#[derive(Debug)]
pub struct CommandDone {
    /// The number of the client's request.
    pub id: Option<u64>,
    pub name: &'static str,
    pub result: Result<(), ApiError>,
}

/// The commands of one session, which run one after the other.
pub struct CommandQueue {
    feed: FeedControl,
    capacity: usize,
    waiting: VecDeque<(Option<u64>, Command)>,
    running: Option<Pin<Box<dyn Future<Output = CommandDone> + Send>>>,
}

impl CommandQueue {
    /// A queue in which at most `capacity` commands wait.
    pub const fn new(feed: FeedControl, capacity: usize) -> Self {
        Self { feed, capacity, waiting: VecDeque::new(), running: None }
    }

    /// Adds a command to the end of the queue.
    ///
    /// # Errors
    /// When the queue is full.
    pub fn push(&mut self, id: Option<u64>, command: Command) -> Result<(), ApiError> {
        if self.waiting.len() >= self.capacity {
            return Err(ApiError::too_many_commands(self.capacity).with_id(id));
        }
        self.waiting.push_back((id, command));
        Ok(())
    }

    /// Waits for the next command that is done; without a command it waits for ever.
    ///
    /// Cancel safe: a dropped call loses nothing.
    pub async fn next_done(&mut self) -> CommandDone {
        if self.running.is_none()
            && let Some((id, command)) = self.waiting.pop_front()
        {
            let feed = self.feed.clone();
            self.running = Some(Box::pin(async move {
                let name = command_name(&command);
                CommandDone { id, name, result: feed.run(command).await }
            }));
        }
        let Some(running) = &mut self.running else { return std::future::pending().await };
        let done = running.await;
        self.running = None;
        done
    }
}

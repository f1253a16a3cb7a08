//! Commands from clients to the feed.
//!
//! Not here: who may command (`http/auth.rs`), and what a command does (`feed`).

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

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
        self.submit(command).await?.await
    }

    /// Waits until the feed has room for a command. Returns what waits for its effect, or for its error.
    async fn submit(
        &self,
        command: Command,
    ) -> Result<impl Future<Output = Result<(), ApiError>> + Send + use<>, ApiError> {
        let sender = self.sender.as_ref().map_err(Clone::clone)?;
        let (result, live) = (sender.submit(command).await.ok_or_else(ApiError::feed_gone)?, self.live.clone());
        Ok(async move {
            let revision = result.await.ok_or_else(ApiError::feed_gone)??;
            live.wait_for_revision(revision).await;
            Ok(())
        })
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

/// A command on its way to the feed, with what waits for its effect then.
type Submission = Pin<Box<dyn Future<Output = Result<Running, CommandDone>> + Send>>;
/// A command that the feed has.
type Running = Pin<Box<dyn Future<Output = CommandDone> + Send>>;

/// The commands of one session. The feed gets them in order. Each is answered when it is done, as a pause overtakes the
/// step before it.
pub struct CommandQueue<'f> {
    feed: &'f FeedControl,
    capacity: usize,
    waiting: VecDeque<(Option<u64>, Command)>,
    submission: Option<Submission>,
    running: Vec<Running>,
}

impl<'f> CommandQueue<'f> {
    /// A queue of at most `capacity` commands without an answer.
    pub const fn new(feed: &'f FeedControl, capacity: usize) -> Self {
        Self { feed, capacity, waiting: VecDeque::new(), submission: None, running: Vec::new() }
    }

    /// Adds a command to the end of the queue.
    ///
    /// # Errors
    /// When the queue is full.
    pub fn push(&mut self, id: Option<u64>, command: Command) -> Result<(), ApiError> {
        let unanswered = self.waiting.len() + usize::from(self.submission.is_some()) + self.running.len();
        if unanswered >= self.capacity {
            return Err(ApiError::too_many_commands(self.capacity).with_id(id));
        }
        self.waiting.push_back((id, command));
        Ok(())
    }

    /// Waits for the next command that is done; without a command it waits for ever.
    ///
    /// Cancel safe: a dropped call loses nothing.
    pub async fn next_done(&mut self) -> CommandDone {
        poll_fn(|context| self.poll_done(context)).await
    }

    fn poll_done(&mut self, context: &mut Context<'_>) -> Poll<CommandDone> {
        loop {
            if self.submission.is_none() {
                let Some((id, command)) = self.waiting.pop_front() else { break };
                self.submission = Some(submission(self.feed.clone(), id, command));
            }
            let Some(submission) = &mut self.submission else { break };
            let Poll::Ready(submitted) = submission.as_mut().poll(context) else { break };
            self.submission = None;
            match submitted {
                Ok(running) => self.running.push(running),
                Err(done) => return Poll::Ready(done),
            }
        }
        for index in 0..self.running.len() {
            if let Poll::Ready(done) = self.running[index].as_mut().poll(context) {
                drop(self.running.remove(index));
                return Poll::Ready(done);
            }
        }
        Poll::Pending
    }
}

fn submission(feed: FeedControl, id: Option<u64>, command: Command) -> Submission {
    Box::pin(async move {
        let name = command_name(&command);
        match feed.submit(command).await {
            Ok(effect) => Ok(Box::pin(async move { CommandDone { id, name, result: effect.await } }) as Running),
            Err(error) => Err(CommandDone { id, name, result: Err(error) }),
        }
    })
}

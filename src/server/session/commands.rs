//! The way from clients to the feed: who may drive it, and when it has obeyed.

use std::collections::VecDeque;
use std::pin::Pin;

use crate::bus::CommandSender;
use crate::control::Command;
use crate::fanout::LiveMarket;
use crate::wire::{ApiError, command_name};

/// The most commands of one session that wait for the feed.
pub const DEFAULT_MAX_COMMANDS: usize = 32;

/// Cheap to clone; all clones drive one feed.
#[derive(Clone, Debug)]
pub struct FeedControl {
    live: LiveMarket,
    line: Result<CommandSender, ApiError>,
}

impl FeedControl {
    pub const fn new(live: LiveMarket, line: CommandSender) -> Self {
        Self { live, line: Ok(line) }
    }

    /// The same for somebody whose commands are all refused.
    pub fn refusing(&self, refusal: ApiError) -> Self {
        Self { live: self.live.clone(), line: Err(refusal) }
    }

    /// Whether there is a feed.
    pub fn has_feed(&self) -> bool {
        self.line.as_ref().is_ok_and(CommandSender::is_open)
    }

    /// Returns when everybody can see what the command led to.
    ///
    /// # Errors
    /// When it was not obeyed. Nothing has changed then.
    pub async fn drive(&self, command: Command) -> Result<(), ApiError> {
        let line = self.line.as_ref().map_err(Clone::clone)?;
        let revision = line.send(command).await.ok_or_else(ApiError::feed_gone)??;
        self.live.wait_for_revision(revision).await;
        Ok(())
    }
}

/// A command that was obeyed or refused, and the number of its request.
pub type CommandDone = (Option<u64>, &'static str, Result<(), ApiError>);

/// The commands of one session, obeyed one after the other.
pub struct CommandQueue {
    commands: FeedControl,
    most: usize,
    waiting: VecDeque<(Option<u64>, Command)>,
    running: Option<Pin<Box<dyn Future<Output = CommandDone> + Send>>>,
}

impl CommandQueue {
    /// At most `most` wait.
    pub const fn new(commands: FeedControl, most: usize) -> Self {
        Self { commands, most, waiting: VecDeque::new(), running: None }
    }

    /// # Errors
    /// When so many wait already that this one is not taken.
    pub fn push(&mut self, id: Option<u64>, command: Command) -> Result<(), ApiError> {
        if self.waiting.len() >= self.most {
            return Err(ApiError::too_many_commands(self.most).with_id(id));
        }
        self.waiting.push_back((id, command));
        Ok(())
    }

    /// The next one that is done; waits for ever when there is none.
    ///
    /// Cancel safe: a dropped call loses nothing.
    pub async fn next_done(&mut self) -> CommandDone {
        if self.running.is_none()
            && let Some((id, command)) = self.waiting.pop_front()
        {
            let commands = self.commands.clone();
            self.running = Some(Box::pin(async move {
                let name = command_name(&command);
                (id, name, commands.drive(command).await)
            }));
        }
        let Some(running) = &mut self.running else { return std::future::pending().await };
        let done = running.await;
        self.running = None;
        done
    }
}

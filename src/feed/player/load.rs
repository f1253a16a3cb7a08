//! The change to other feeds while the server runs.
//!
//! Opening reads files, so it has a thread of its own: the present source plays on meanwhile, and obeys commands. The
//! change itself drops all that belongs to the old source, and begins an epoch.

use std::thread;

use tokio::sync::oneshot;

use super::{Player, PlayerConfig};
use crate::bus::CommandReply;
use crate::control::{CommandError, LoadRequest};
use crate::feed::OpenedSource;

type Opened = Result<OpenedSource, CommandError>;

/// A source that is being opened.
pub struct Loading {
    opened: oneshot::Receiver<Opened>,
    /// The new source waits before its first tick.
    paused: bool,
    reply: CommandReply,
}

/// Waits until the source is open, or cannot be opened; for ever if none is being opened.
///
/// Cancel safe: a dropped call loses nothing.
pub async fn opened(loading: &mut Option<Loading>) -> Opened {
    match loading {
        Some(loading) => (&mut loading.opened).await.unwrap_or_else(|_| {
            let bug = "the feed could not be opened because of a bug; please report the message in the log";
            Err(CommandError::NotPlayable(bug.into()))
        }),
        None => std::future::pending().await,
    }
}

impl Player {
    /// Begins to open other feeds. The sender has its answer when they play, or cannot be played.
    pub(super) fn start_load(&mut self, request: LoadRequest, reply: CommandReply) {
        if self.loading.is_some() {
            reply.send(Err(CommandError::Loading));
            return;
        }
        let Some(opener) = self.opener.clone() else {
            let (reason, remedy) = ("this feed cannot be changed".into(), "start a server".into());
            reply.send(Err(CommandError::NotLoadable { reason, remedy }));
            return;
        };
        let (sender, opened) = oneshot::channel();
        let paused = request.paused;
        let open = move || {
            // The player is gone where the server stops.
            let _ = sender.send(opener.open(&request));
        };
        match thread::Builder::new().name("open".into()).spawn(open) {
            Ok(_) => self.loading = Some(Loading { opened, paused, reply }),
            Err(error) => {
                let message = format!("no thread could be started to open the feed: {error}");
                reply.send(Err(CommandError::NotPlayable(message)));
            }
        }
    }

    /// Plays what was opened, or tells why it cannot be played.
    pub(super) async fn on_opened(&mut self, opened: Opened) {
        let Some(Loading { paused, reply, .. }) = self.loading.take() else { return };
        match opened {
            Ok(opened) => {
                self.play_instead(opened, paused).await;
                // A file may have changed since it was opened.
                let fault = self.fault.clone().map(CommandError::Fault);
                reply.send(fault.map_or(Ok(self.revision), Err));
            }
            Err(error) => reply.send(Err(error)),
        }
    }

    /// Replaces the source. The settings that commands have changed stay, but for the speed. A step or seek under way
    /// is over.
    async fn play_instead(&mut self, opened: OpenedSource, paused: bool) {
        let config = PlayerConfig {
            speed: None,
            looping: self.looping,
            skip_dead_time: self.playback.skips_dead_time(),
            first_epoch: self.epoch + 1,
            ..self.config
        };
        let next = Self::new(opened, config, self.opener.clone(), self.bus.clone());
        let (revision, waiting) = (self.revision, std::mem::take(&mut self.waiting));
        *self = Self { revision, waiting, ..next };
        self.shift_start();
        self.open(paused).await;
        self.reply_to_waiting();
    }
}

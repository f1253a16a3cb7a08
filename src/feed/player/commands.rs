//! The commands that a player obeys, one after the other.

use super::{LOOP_PAUSE, Player};
use crate::bus::PendingCommand;
use crate::control::{Command, CommandError, FeedEvent, FeedState, SourceKind, Step};

impl Player {
    /// Obeys one command, and replies when it has its effect.
    pub(super) async fn on_command(&mut self, PendingCommand { command, reply }: PendingCommand) {
        let command = match command {
            Command::Load(request) => return self.start_load(request, reply),
            command => command,
        };
        // Ticks that are due by now come before the command.
        let _ = self.advance().await;
        let takes_time = matches!(command, Command::Step(_) | Command::Seek(_) | Command::Timestamps(_));
        match self.obey(command).await {
            Err(error) => reply.send(Err(error)),
            Ok(()) => {
                self.waiting.push(reply);
                if !takes_time || self.is_over() {
                    self.send_status().await;
                }
            }
        }
    }

    async fn obey(&mut self, command: Command) -> Result<(), CommandError> {
        let (now, next) = (self.now(), self.next_ts());
        match command {
            Command::Play if self.is_over() => self.restart().await,
            Command::Play => self.playback.play(now),
            Command::Pause => {
                self.restart_at = None;
                self.playback.pause(now, next);
                if !self.is_over() && self.seek.is_none() {
                    self.send(FeedEvent::Clock(self.playback.market_time(now, next))).await;
                }
            }
            Command::Step(_) if self.is_over() => {}
            Command::Step(_) if self.seek.is_some() => return Err(CommandError::Seeking),
            Command::Step(Step::Gap) if self.source.info().kind == SourceKind::Simulation => {
                return Err(CommandError::NoGaps);
            }
            Command::Seek(target) => self.start_seek(target).await?,
            Command::Step(step) => self.playback.step(&step, now, next)?,
            Command::Speed(speed) => self.playback.set_speed(speed, now, next),
            Command::Loop(looping) => {
                self.looping = looping;
                let has_ended = self.playback.state() == FeedState::Ended;
                self.restart_at = (looping && has_ended).then_some(now + LOOP_PAUSE);
            }
            Command::SkipDeadTime(skip) => self.playback.set_skip_dead_time(skip),
            Command::Timestamps(mode) => self.set_timestamps(mode).await?,
            Command::Load(_) => unreachable!("invariant: a load has its own way"),
            Command::RunScenario(request) => {
                self.source.run_scenario(&request, self.playback.market_time(now, next))?;
            }
        }
        Ok(())
    }
}

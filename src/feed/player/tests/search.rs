//! A next tick that takes long to find: commands are obeyed meanwhile, and the lag is shown.

use tokio::time::advance;

use super::*;
use crate::bus::CommandSender;
use crate::control::{Command, FeedStatus};

/// Plays a source that never finds its next tick.
fn play_endless_search() -> (bus::Receiver<FeedEvent>, CommandSender) {
    let mut source = Script::at(&[0, 1_000], Ending::Whole);
    source.searches = usize::MAX;
    let bus = bus::Sender::new(64);
    let reader = bus.subscribe();
    let (commands, receiver) = bus::command_channel(bus::DEFAULT_COMMAND_CAPACITY);
    tokio::spawn(play(source, ONCE, bus, receiver));
    (reader, commands)
}

async fn next_status(reader: &mut bus::Receiver<FeedEvent>) -> Arc<FeedStatus> {
    loop {
        match next(reader).await {
            FeedEvent::Status(status) => return status,
            FeedEvent::Ticks(_) | FeedEvent::End(_) => panic!("nothing is found"),
            _ => {}
        }
    }
}

#[tokio::test(start_paused = true)]
async fn commands_are_obeyed_between_the_slices_of_a_search() {
    let (mut reader, commands) = play_endless_search();
    for (command, state) in [
        (Command::Pause, FeedState::Paused),
        (Command::Play, FeedState::Playing),
        (Command::Speed(Speed::Times(9.0)), FeedState::Playing),
        (Command::Pause, FeedState::Paused),
    ] {
        assert!(commands.send(command).await.unwrap().is_ok());
        assert_eq!(next_status(&mut reader).await.state, state);
    }
}

#[tokio::test(start_paused = true)]
async fn lag_is_shown_and_the_clock_waits_beyond_its_limit() {
    let (mut reader, commands) = play_endless_search();
    while !matches!(next(&mut reader).await, FeedEvent::Clock(_) | FeedEvent::Opening(_)) {}
    let mut behind = Vec::new();
    for seconds in [5, 1, 60] {
        advance(Duration::from_secs(seconds)).await;
        behind.push(next_status(&mut reader).await.lag.behind_seconds);
    }
    assert_eq!(behind, [5, 6, 10]);
    // The tick that was given up is not played when the market goes on.
    assert!(commands.send(Command::Pause).await.unwrap().is_ok());
    let paused = next_status(&mut reader).await;
    assert_eq!((paused.state, paused.lag.behind_seconds), (FeedState::Paused, 0));
}

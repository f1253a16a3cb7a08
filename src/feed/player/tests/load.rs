//! The change to other feeds while one plays.

use std::sync::Mutex;
use std::sync::mpsc as std_mpsc;

use tokio::sync::mpsc;

use super::script::{Ending, Script};
use super::*;
use crate::bus::CommandSender;
use crate::control::{Command, CommandError, CommandResult, LoadRequest, SeekTarget};
use crate::feed::OpenSource;

const LIMITS: MarketLimits = MarketLimits { bars: 3, ..ONCE.market };

/// An opener of one script; each opening waits for a word, where there is a gate.
struct Shelf {
    gate: Option<Mutex<std_mpsc::Receiver<()>>>,
    lease: Arc<()>,
}

impl OpenSource for Shelf {
    fn open(&self, request: &LoadRequest) -> Result<OpenedSource, CommandError> {
        if let Some(gate) = &self.gate {
            gate.lock().unwrap().recv().unwrap();
        }
        match request.feeds[0].as_str() {
            "bad" => return Err(CommandError::NotPlayable("bad.csv: line 3".into())),
            "bug" => panic!("a panic of the test's own"),
            _ => {}
        }
        let mut source = Script::at(&[0, 3_600_000], Ending::Whole);
        if request.feeds[0] == "recording" {
            source = Script::recording(&source.ticks);
        }
        source.info.instruments = [crate::market::sample::instrument("OTHER")].into();
        source.info.speed = Speed::Times(5.0);
        let lease = Some(Box::new(Arc::clone(&self.lease)) as Box<dyn Any + Send>);
        Ok(OpenedSource { source, feeds: request.feeds.as_slice().into(), market: LIMITS, speed: request.speed, lease })
    }
}

/// A player that can load, and all openings that it sent.
struct Driven {
    commands: CommandSender,
    openings: mpsc::UnboundedReceiver<Arc<Opening>>,
    lease: Arc<()>,
}

impl Driven {
    fn play(source: Box<Script>, config: PlayerConfig, gate: Option<std_mpsc::Receiver<()>>) -> Self {
        let bus = bus::Sender::new(64);
        let mut reader = bus.subscribe();
        let (commands, receiver) = bus::command_channel(bus::DEFAULT_COMMAND_CAPACITY);
        let lease = Arc::new(());
        let shelf = Shelf { gate: gate.map(Mutex::new), lease: Arc::clone(&lease) };
        let first = OpenedSource { source, feeds: Arc::new([]), market: config.market, speed: None, lease: None };
        tokio::spawn(play_with(first, Some(Arc::new(shelf)), config, bus, receiver));
        let (sender, openings) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Some(received) = reader.recv().await {
                let Received::Item(event) = received else { panic!("the reader keeps up") };
                if let FeedEvent::Opening(opening) = event {
                    drop(sender.send(opening));
                }
            }
        });
        Self { commands, openings, lease }
    }

    fn hour(config: PlayerConfig) -> Self {
        Self::play(Script::at(&[0, 3_600_000], Ending::Whole), config, None)
    }

    async fn command(&self, command: Command) -> CommandResult {
        self.commands.send(command).await.expect("the feed is there")
    }

    async fn opening(&mut self) -> Arc<Opening> {
        self.openings.recv().await.expect("the feed goes on")
    }

    fn has_opening(&mut self) -> bool {
        self.openings.try_recv().is_ok()
    }
}

fn load(feed: &str) -> Command {
    Command::Load(LoadRequest { feeds: vec![feed.into()], ..LoadRequest::default() })
}

#[tokio::test(start_paused = true)]
async fn load_begins_an_epoch_of_another_source() {
    let mut driven = Driven::hour(PlayerConfig { speed: Some(Speed::Times(7.0)), ..ONCE });
    assert_eq!(driven.opening().await.limits, ONCE.market);
    driven.command(Command::Loop(true)).await.unwrap();
    let revision = driven.command(load("other")).await.unwrap();
    let opening = driven.opening().await;
    assert_eq!((opening.market.epoch, opening.limits), (8, LIMITS));
    assert_eq!(opening.market.instruments[0].symbol, "OTHER");
    let status = &opening.status;
    assert_eq!((&*status.feeds, status.revision), (&["other".to_owned()][..], revision));
    assert_eq!((status.speed, status.looping), (Speed::Times(5.0), true), "the speed is the source's own");
    assert_eq!(status.state, FeedState::Playing);
    let request =
        LoadRequest { feeds: vec!["other".into()], speed: Some(Speed::Max), paused: true, ..LoadRequest::default() };
    driven.command(Command::Load(request)).await.unwrap();
    let status = &driven.opening().await.status;
    assert_eq!((status.speed, status.state), (Speed::Max, FeedState::Paused));
    driven.command(Command::Play).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn feed_plays_on_where_another_cannot_be_opened() {
    let mut driven = Driven::hour(ONCE);
    driven.opening().await;
    let error = CommandError::NotPlayable("bad.csv: line 3".into());
    assert_eq!(driven.command(load("bad")).await, Err(error));
    let Err(CommandError::NotPlayable(bug)) = driven.command(load("bug")).await else { panic!("a bug is an error") };
    assert!(bug.contains("bug"), "{bug}");
    driven.command(Command::Pause).await.unwrap();
    assert!(!driven.has_opening(), "the epoch goes on");
    driven.command(load("other")).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn commands_are_obeyed_while_a_feed_is_opened() {
    let (go, gate) = std_mpsc::channel();
    let mut driven = Driven::play(Script::at(&[0, 3_600_000], Ending::Whole), ONCE, Some(gate));
    driven.opening().await;
    let first = driven.commands.submit(load("other")).await.unwrap();
    assert_eq!(driven.command(load("other")).await, Err(CommandError::Loading));
    driven.command(Command::Pause).await.unwrap();
    assert!(!driven.has_opening());
    go.send(()).unwrap();
    assert!(first.await.unwrap().is_ok());
    assert_eq!(driven.opening().await.status.state, FeedState::Playing);
}

#[tokio::test(start_paused = true)]
async fn load_ends_a_seek_and_a_step() {
    let ticks = Script::at(&(0..100_000).collect::<Vec<_>>(), Ending::Whole).ticks;
    for command in [Command::Seek(SeekTarget::Percent(90.0)), Command::Step(Step::Gap)] {
        let (go, gate) = std_mpsc::channel();
        let mut driven = Driven::play(Script::recording(&ticks), PlayerConfig { paused: true, ..ONCE }, Some(gate));
        driven.opening().await;
        let loading = driven.commands.submit(load("other")).await.unwrap();
        let under_way = driven.commands.submit(command).await.unwrap();
        go.send(()).unwrap();
        assert!(loading.await.unwrap().is_ok());
        assert_eq!(driven.opening().await.market.instruments[0].symbol, "OTHER");
        under_way.await.expect("it is answered").unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn feed_that_has_ended_is_followed_by_another() {
    let mut driven = Driven::play(Script::at(&[0], Ending::Torn), ONCE, None);
    driven.opening().await;
    sleep(Duration::from_secs(5)).await;
    driven.command(load("other")).await.unwrap();
    let status = Arc::clone(&driven.opening().await.status);
    assert_eq!((status.state, &status.fault), (FeedState::Playing, &None));
}

#[tokio::test(start_paused = true)]
async fn twenty_loads_leave_one_source() {
    let mut driven = Driven::hour(ONCE);
    driven.opening().await;
    for n in 1..=20 {
        driven.command(load("other")).await.unwrap();
        assert_eq!(driven.opening().await.market.epoch, 7 + n);
        // The one of the opener, the one here, and that of what plays.
        assert_eq!(Arc::strong_count(&driven.lease), 3, "load {n}");
    }
}

#[tokio::test(start_paused = true)]
async fn settings_of_times_hold_for_the_next_recording() {
    let config = PlayerConfig { timestamp_mode: TimestampMode::Shifted, skip_dead_time: true, ..ONCE };
    let mut driven = Driven::hour(config);
    for (feed, mode) in [("recording", TimestampMode::Shifted), ("other", TimestampMode::Original)].repeat(2) {
        driven.opening().await;
        driven.command(load(feed)).await.unwrap();
        let status = Arc::clone(&driven.opening().await.status);
        assert_eq!((status.timestamp_mode, status.skip_dead_time), (mode, true), "{feed}");
        driven.command(load("other")).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn loads_among_other_commands_are_all_answered() {
    let ticks = Script::at(&(0..5_000).collect::<Vec<_>>(), Ending::Whole).ticks;
    let all = [
        load("other"),
        Command::Seek(SeekTarget::Percent(60.0)),
        load("recording"),
        Command::Step(Step::Event),
        Command::Pause,
        load("bad"),
        Command::Timestamps(TimestampMode::Shifted),
        Command::Play,
    ];
    for turn in 0..all.len() {
        let mut driven = Driven::play(Script::recording(&ticks), ONCE, None);
        let commands = all.iter().cycle().skip(turn).step_by(3).take(all.len()).cloned();
        let mut answers = Vec::new();
        for command in commands {
            answers.push(driven.commands.submit(command).await.unwrap());
        }
        for answer in answers {
            drop(answer.await.expect("the player lives"));
        }
        driven.command(Command::Pause).await.unwrap();
        let epochs: Vec<_> = std::iter::from_fn(|| Some(driven.openings.try_recv().ok()?.market.epoch)).collect();
        assert!(epochs.is_sorted_by(|one, next| one < next), "{epochs:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn feed_without_an_opener_stays() {
    let bus = bus::Sender::new(64);
    let (commands, receiver) = bus::command_channel(bus::DEFAULT_COMMAND_CAPACITY);
    let config = PlayerConfig { paused: true, ..ONCE };
    tokio::spawn(play(Script::at(&[0], Ending::Whole), config, bus, receiver));
    let answer = commands.send(load("other")).await.unwrap();
    assert!(matches!(answer, Err(CommandError::NotLoadable { .. })), "{answer:?}");
}

//! The life of one server with its feed, from the start to the stop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, sleep};

use super::clock::{Delayed, wall_micros, wall_time};
use super::dice::Dice;
use super::feed::{FaultySource, FeedKind};
use super::network::SimulatedListener;
use super::world::{Phase, World};
use super::{bounds, truth};
use crate::bus::{self, CommandSender, Receiver};
use crate::control::{Command, FeedEvent, Speed, TimestampMode};
use crate::fanout::Publisher;
use crate::feed::{PlayerConfig, play};
use crate::library::Library;
use crate::market::MarketLimits;
use crate::server::{Server, SharedLimits};

/// The time after which clients that wait for nothing agree with the truth: the slowest rate has a flush in two seconds.
const STILL: Duration = Duration::from_secs(4);
/// The longest time until then.
const MAX_CALM: Duration = Duration::from_secs(120);

/// A recorder that is late now and then, and so holds the feed back.
async fn record(mut events: Receiver<FeedEvent>, mut dice: Dice, percent: u64) {
    while events.recv().await.is_some() {
        if dice.chance(percent) {
            sleep(Duration::from_millis(dice.within(1..400))).await;
        }
    }
}

/// Starts a server, lets the clients do what they like, and stops it. `is_whole`: before the stop nothing moves, and the
/// clients are compared with the truth.
pub async fn live(world: &World, number: u64, chaos: Duration, is_whole: bool) {
    let mut dice = world.dice(100 + number);
    let kind = if dice.chance(70) { FeedKind::Market } else { FeedKind::Recording };
    world.log.line("world", format_args!("life {number} with a {kind:?} for {chaos:?}"));
    world.truth.lock().begin_life();
    let source = FaultySource::open(kind, world.seed, wall_time(), &mut dice);
    let trades = dice.pick(&[10, 40, 200]);
    let limits = MarketLimits { bars: 2_000, trades, notices: 10, ..MarketLimits::default() };
    let run = PlayerConfig {
        speed: Some(Speed::Times(dice.pick(&[1.0, 1.0, 5.0, 30.0]))),
        looping: dice.chance(30),
        paused: dice.chance(10),
        skip_dead_time: dice.chance(30),
        timestamp_mode: dice.pick(&[TimestampMode::Original, TimestampMode::Shifted]),
        first_epoch: number * 1_000_000 + 1,
        market: limits,
        wall_clock: wall_time,
        ..PlayerConfig::default()
    };
    let bus = bus::Sender::new(dice.pick(&[1, 4, 64]));
    let (events, known, recorded) = (bus.subscribe(), bus.subscribe(), bus.subscribe());
    let (commands, pending) = bus::command_channel(dice.pick(&[1, 8]));
    let late = if world.is_busy { 8 } else { 0 };
    let part = |part: u64| world.dice(1_000 + 10 * number + part);
    tokio::spawn(truth::follow(known, world.truth.clone(), world.log.clone()));
    let recorder = tokio::spawn(record(recorded, part(1), if dice.chance(30) { 2 } else { 0 }));
    let player = tokio::spawn(Delayed::new(play(Box::new(source), run, bus, pending), part(2), late));
    let ticks = dice.pick(&[64, 65_536]);
    let publisher = Publisher::open(events, ticks, wall_micros).await.expect("invariant: a feed opens");
    let handle = publisher.live();
    *world.live.lock() = Some(handle.clone());
    let publisher = tokio::spawn(Delayed::new(publisher.run(), part(3), late));

    let (server, shared) = open(world);
    let watch = tokio::spawn(bounds::watch(world.clone(), shared.clone()));
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(server.run(handle, commands.clone(), async { drop(stopped.await) }));
    world.phases.set(Phase::Chaos);
    sleep(chaos).await;
    if is_whole {
        calm(world, &commands).await;
    }
    drop(commands);
    world.phases.set(Phase::Stop);
    world.log.line("world", format_args!("the server stops"));
    let began = Instant::now();
    stop.send(()).expect("invariant: the server waits for its stop");
    serving.await.expect("the server does not panic");
    bounds::stop_is_in_time(world, began.elapsed());
    sleep(Duration::from_millis(700)).await;
    world.phases.set(Phase::Stopped);
    for task in [&player.abort_handle(), &publisher.abort_handle(), &recorder.abort_handle()] {
        task.abort();
    }
    end(player).await;
    end(publisher).await;
    bounds::nothing_is_left(world, &shared).await;
    watch.abort();
    end(watch).await;
    *world.live.lock() = None;
}

/// Waits for a task that was stopped. Its panic is that of the run.
async fn end<T>(task: tokio::task::JoinHandle<T>) {
    if let Err(error) = task.await
        && error.is_panic()
    {
        std::panic::resume_unwind(error.into_panic());
    }
}

fn open(world: &World) -> (Server<SimulatedListener>, SharedLimits) {
    let config = world.config.as_ref().clone();
    let access = config.access.resolve(true).expect("invariant: no token is read");
    let shared = SharedLimits::new(&config);
    let address = SocketAddr::from(([127, 0, 0, 1], 3030));
    let listeners = vec![world.network.listen()];
    let budget = Arc::new(parking_lot::RwLock::new(config.budget.clone()));
    let (shared_limits, library) = (shared.clone(), Library::default());
    (
        Server {
            listeners,
            address,
            config,
            access,
            tls: None,
            shared: shared_limits,
            budget,
            library,
            inspector: None,
        },
        shared,
    )
}

/// Stops the feed, and waits until no client has anything to get.
async fn calm(world: &World, commands: &CommandSender) {
    world.phases.set(Phase::Calm);
    let began = Instant::now();
    for _ in 0..3 {
        // Again, for a command that was still on the way.
        let _ = commands.send(Command::Pause).await;
        sleep(Duration::from_secs(2)).await;
    }
    while world.stillness() < STILL {
        world.log.check("calm_comes", began.elapsed() < MAX_CALM, || format!("not within {MAX_CALM:?}"));
        sleep(Duration::from_millis(100)).await;
    }
    world.log.line("world", format_args!("nothing moves"));
    world.phases.set(Phase::Compare);
    sleep(Duration::from_millis(10)).await;
}

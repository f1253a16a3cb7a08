//! A simulation of the whole server under one seed: its clock, tasks, sockets, clients, feed and their faults.
//!
//! Everything runs on one thread in paused time. The real player, publisher and server run with simulated sockets
//! (`socket.rs`), clients that do what the seed says (`follower.rs`, `caller.rs`), and feeds that fail (`feed.rs`). Each
//! message is checked against the laws (`laws.rs`, `bounds.rs`, `agreement.rs`), and each event is a line of a log
//! (`log.rs`): the same seed gives the same log. docs/TESTING.md says how to run it, and what it does not simulate.

mod acts;
mod agreement;
mod bounds;
mod caller;
mod clock;
mod connection;
mod dice;
mod feed;
mod follower;
mod frames;
mod laws;
mod life;
mod log;
mod network;
mod profile;
mod socket;
mod tests;
mod truth;
mod view;
mod world;

use std::time::Duration;

use tokio::task::JoinSet;

use self::caller::Caller;
use self::dice::Dice;
use self::follower::Follower;
use self::log::Log;
use self::world::{Phase, World};
use super::auth::{AccessConfig, Control};
use super::http::HttpLimits;
use super::session::{Compression, DEFAULT_MAX_SENT_BYTES, SessionLimits, SubscriptionLimits, UnreadLimits};
use super::{BindAddress, ServerConfig};
use crate::memory::Budget;

/// The result of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub lines: u64,
    pub hash: String,
}

/// Runs a seed. `is_loud`: prints its log.
///
/// # Panics
/// When a law is broken, or the server panics.
pub fn run(seed: u64, is_loud: bool) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("invariant: a runtime without sockets needs nothing").block_on(simulate(seed, is_loud))
}

async fn simulate(seed: u64, is_loud: bool) -> Outcome {
    clock::start();
    let log = Log::new(seed, is_loud);
    let mut dice = Dice::new(seed, 0);
    let config = random_config(&mut dice);
    let world = World::new(seed, log.clone(), config, dice.chance(50));
    let (followers, callers) = (dice.within(1..7), dice.within(0..3));
    let mut clients = JoinSet::new();
    for number in 1..=followers + callers {
        let host = dice.within(1..4) as u8;
        if number <= followers {
            clients.spawn(Follower::new(world.clone(), number, host).run());
        } else {
            clients.spawn(Caller::new(world.clone(), number, host).run());
        }
    }
    let lives = if dice.chance(25) { 2 } else { 1 };
    let whole = async {
        for number in 1..=lives {
            let chaos = Duration::from_millis(dice.within(4_000..16_000));
            let is_whole = dice.chance(80);
            life::live(&world, number, chaos, is_whole).await;
        }
        world.phases.set(Phase::Over);
    };
    tokio::select! {
        biased;
        failed = first_failure(&mut clients) => std::panic::resume_unwind(failed),
        () = whole => {}
    }
    while let Some(ended) = clients.join_next().await {
        ended.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    bounds::no_task_is_left(&world);
    let (lines, hash) = log.summary();
    Outcome { lines, hash }
}

/// Waits for a client that panics, and returns its panic.
async fn first_failure(clients: &mut JoinSet<()>) -> Box<dyn std::any::Any + Send> {
    loop {
        match clients.join_next().await {
            Some(Err(error)) => return error.into_panic(),
            Some(Ok(())) => {}
            None => std::future::pending().await,
        }
    }
}

/// A server whose limits are so low that clients reach them.
fn random_config(dice: &mut Dice) -> ServerConfig {
    let http = HttpLimits {
        connections: dice.pick(&[3, 8, 32]),
        connections_per_address: dice.pick(&[2, 4, 16]),
        head_timeout: Duration::from_secs(dice.pick(&[2, 5])),
        busy_head_timeout: Duration::from_secs(1),
        answer_bytes: dice.pick(&[64 << 10, 1 << 20]),
        buffer_bytes: HttpLimits::MIN_BUFFER_BYTES,
    };
    let session = SessionLimits {
        message_bytes: 4_096,
        max_sent_bytes: DEFAULT_MAX_SENT_BYTES,
        messages_per_second: 100,
        subscriptions: SubscriptionLimits { count: dice.pick(&[12, 200]), history: dice.pick(&[3_000, 100_000]) },
        commands: dice.pick(&[1, 4]),
        bars: 2_000,
        control: true,
        stall: Duration::from_secs(dice.pick(&[3, 6])),
        unread: UnreadLimits {
            time: Duration::from_millis(dice.pick(&[300, 1_000])),
            bytes: dice.pick(&[4_096, 256 << 10]),
        },
        compression: Compression::Shared,
    };
    ServerConfig {
        bind: "127.0.0.1:3030".parse::<BindAddress>().expect("invariant: this is an address"),
        sessions: dice.pick(&[2, 4, 16]),
        sessions_per_address: dice.pick(&[1, 3, 16]),
        access: AccessConfig { control: Some(Control::Everybody), wrong_tokens: 10, ..AccessConfig::default() },
        tls: None,
        http,
        session,
        echo: false,
        session_bytes: dice.pick(&[128 << 10, 4 << 20]),
        stall_after: Duration::from_secs(10),
        budget: Budget::new((1 << 30, "a simulation".to_owned()), Vec::new()).expect("invariant: nothing fits"),
    }
}

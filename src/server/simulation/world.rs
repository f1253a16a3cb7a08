//! The parts of a run that all others share, and the phases of a server's life.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::clock::wall_micros;
use super::dice::Dice;
use super::log::Log;
use super::network::Network;
use super::truth::SharedTruth;
use crate::fanout::LiveMarket;
use crate::server::ServerConfig;

/// The phase of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Clients do what they like.
    Chaos,
    /// The feed stands, and clients take what is due.
    Calm,
    /// Nothing moves: clients compare what they have with the truth.
    Compare,
    /// The server has to stop.
    Stop,
    /// The server has stopped.
    Stopped,
    /// The run is over.
    Over,
}

/// The present phase. Cheap to clone; all clones are one phase.
#[derive(Clone)]
pub struct Phases(Arc<(Mutex<(u64, Phase)>, Notify)>);

impl Phases {
    pub fn new(first: Phase) -> Self {
        Self(Arc::new((Mutex::new((0, first)), Notify::new())))
    }

    /// The number of the phase, and the phase.
    pub fn now(&self) -> (u64, Phase) {
        *self.0.0.lock()
    }

    pub fn set(&self, phase: Phase) {
        let mut now = self.0.0.lock();
        *now = (now.0 + 1, phase);
        self.0.1.notify_waiters();
    }

    /// Waits until the phase is another one than that of this number. Wakes those who wait in their order, as a
    /// `watch` of tokio does not.
    pub async fn changed(&self, since: u64) -> Phase {
        loop {
            let changed = self.0.1.notified();
            let (number, phase) = self.now();
            if number != since {
                return phase;
            }
            changed.await;
        }
    }
}

/// The parts of a run that all others share. Cheap to clone.
#[derive(Clone)]
pub struct World {
    pub seed: u64,
    pub log: Log,
    pub network: Network,
    pub truth: SharedTruth,
    pub phases: Phases,
    pub config: Arc<ServerConfig>,
    /// Tasks run late now and then.
    pub is_busy: bool,
    /// The market that the present server serves.
    pub live: Arc<Mutex<Option<LiveMarket>>>,
    /// When a client last got data, by the wall clock.
    moved_at: Arc<AtomicI64>,
}

impl World {
    pub fn new(seed: u64, log: Log, config: ServerConfig, is_busy: bool) -> Self {
        Self {
            seed,
            log,
            network: Network::new(seed),
            truth: SharedTruth::default(),
            phases: Phases::new(Phase::Chaos),
            config: Arc::new(config),
            is_busy,
            live: Arc::default(),
            moved_at: Arc::default(),
        }
    }

    pub fn phase(&self) -> Phase {
        self.phases.now().1
    }

    /// The randomness of a part of the run.
    pub fn dice(&self, part: u64) -> Dice {
        Dice::new(self.seed, part)
    }

    /// Notes that a client has got data, or waits for some.
    pub fn note_movement(&self) {
        self.moved_at.store(wall_micros(), Ordering::Relaxed);
    }

    /// The time in which no client has got data.
    pub fn stillness(&self) -> Duration {
        Duration::from_micros((wall_micros() - self.moved_at.load(Ordering::Relaxed)).unsigned_abs())
    }

    /// The revision that everybody can read from the server now.
    pub fn visible_revision(&self) -> u64 {
        self.live.lock().as_ref().map_or(0, |live| live.read().status.revision)
    }
}

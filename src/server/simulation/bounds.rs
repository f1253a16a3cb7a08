//! The laws of the whole server: its limits, and its end.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::sleep;

use super::world::World;
use crate::server::session::CLOSE_TIMEOUT;
use crate::server::{DRAIN_TIMEOUT, SharedLimits};

/// The time between two looks at the limits.
const LOOK: Duration = Duration::from_millis(100);
/// The time for what follows a timeout: the last writes of a connection, and late tasks.
const GRACE: Duration = Duration::from_millis(500);

/// Looks at the limits for ever.
pub async fn watch(world: World, shared: SharedLimits) {
    loop {
        sleep(LOOK).await;
        sessions_keep_their_limit(&world, &shared);
        stuck_clients_are_given_up(&world);
    }
}

/// No more sessions are open than the limits allow, in all and from one address.
fn sessions_keep_their_limit(world: &World, shared: &SharedLimits) {
    let ends = world.network.server_ends();
    let mut of_hosts: BTreeMap<_, usize> = BTreeMap::new();
    for end in ends.iter().filter(|end| end.is_session()) {
        *of_hosts.entry(end.address).or_default() += 1;
    }
    let (all, most) = (of_hosts.values().sum::<usize>(), of_hosts.values().max().copied().unwrap_or_default());
    let config = &world.config;
    let keeps = all <= config.sessions && most <= config.sessions_per_address;
    world.log.check("sessions_keep_their_limit", keeps, || {
        let (max, of_one) = (config.sessions, config.sessions_per_address);
        format!("{all} of {max} are open, {most} of {of_one} from one address")
    });
    let counted = shared.sessions.count.in_use();
    world.log.check("permits_belong_to_connections", counted <= ends.len(), || {
        format!("{counted} sessions have a permit, on {} connections", ends.len())
    });
}

/// A client that takes no byte for the stall timeout is given up.
fn stuck_clients_are_given_up(world: &World) {
    // The last writes, and the wait for the client to close.
    let bound = world.config.session.stall + 2 * CLOSE_TIMEOUT + GRACE;
    for end in world.network.server_ends() {
        let stuck = end.stuck_for();
        world.log.check("stuck_clients_are_given_up", stuck <= bound, || {
            format!("connection {} has been stuck for {stuck:?}", end.number)
        });
    }
}

/// The server ends within its grace time.
pub fn stop_is_in_time(world: &World, took: Duration) {
    world.log.check("stop_is_in_time", took <= DRAIN_TIMEOUT + GRACE, || format!("it took {took:?}"));
}

/// When everybody has left, no permit is held and no socket is open.
pub async fn nothing_is_left(world: &World, shared: &SharedLimits) {
    sleep(2 * CLOSE_TIMEOUT + world.config.session.stall + GRACE).await;
    let SharedLimits { sessions, connections, answers } = shared;
    let held = [sessions.count.in_use(), sessions.memory.held(), connections.in_use(), answers.held()];
    world.log.check("permits_are_released", held == [0; 4], || {
        format!("sessions, their memory, connections and answers hold {held:?}")
    });
    let open: Vec<u64> = world.network.server_ends().iter().map(|end| end.number).collect();
    world.log.check("sockets_are_closed", open.is_empty(), || format!("{open:?} are open"));
}

/// At the end no task is left but the one of the run.
pub fn no_task_is_left(world: &World) {
    let tasks = Handle::current().metrics().num_alive_tasks();
    world.log.check("no_task_is_left", tasks == 0, || format!("{tasks} are"));
}

//! Many clients at once: clients that stop reading, a server that is killed among its clients, and hostile clients
//! beside a healthy one. `docs/RELIABILITY.md` has the results.

mod hostile;
mod restart;
mod stalled;

use std::env;

use tokio::sync::{Mutex, MutexGuard};

/// Each test here wants the machine to itself.
static TURN: Mutex<()> = Mutex::const_new(());

async fn my_turn() -> MutexGuard<'static, ()> {
    TURN.lock().await
}

/// `TICKCAST_LONG=1` stalls for longer than the server's stall timeout, and waits for a missing pong.
fn is_long() -> bool {
    env::var_os("TICKCAST_LONG").is_some_and(|value| value == "1")
}

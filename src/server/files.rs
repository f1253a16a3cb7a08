//! File descriptors: each client has one.

use super::{ServerConfig, accept};

/// The listener, the tape, and what the runtime needs.
const OWN: u64 = 64;

/// Fewer files may be open than the limits of the configuration would need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{have} files may be open at one time, and all clients that are let in would need {needed}: \
     start it after `ulimit -n {needed}`, or lower --max-sessions and --max-connections"
)]
pub struct TooFewFiles {
    have: u64,
    needed: u64,
}

impl ServerConfig {
    const fn files(&self) -> u64 {
        self.sessions as u64 + self.http.connections as u64 + accept::TURNED_AWAY as u64 + OWN
    }
}

/// Lets this process open as many files as the limits of `config` need, as far as it may.
///
/// # Errors
/// When that is fewer. The server goes on then: who comes when none is left waits until another leaves.
pub fn allow_files(config: &ServerConfig) -> Result<(), TooFewFiles> {
    let needed = config.files();
    // Where there is no such limit, none is in the way.
    let have = rlimit::increase_nofile_limit(needed).unwrap_or(u64::MAX);
    if have < needed { Err(TooFewFiles { have, needed }) } else { Ok(()) }
}

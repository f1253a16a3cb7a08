//! File descriptors: each client needs one.

/// Fewer files may be open than the limits of the configuration need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{have} files may be open at one time, and all clients that are let in would need {needed}: \
     start it after `ulimit -n {needed}`, or lower --max-sessions and --max-connections"
)]
pub struct TooFewFiles {
    have: u64,
    needed: u64,
}

/// Raises this process's limit of open files to `needed`, as far as the system allows.
///
/// # Errors
/// When the system allows fewer. The server can go on: a client that finds no free file waits until another leaves.
pub fn raise_limit(needed: u64) -> Result<(), TooFewFiles> {
    // Where there is no such limit, none is in the way.
    let have = rlimit::increase_nofile_limit(needed).unwrap_or(u64::MAX);
    if have < needed { Err(TooFewFiles { have, needed }) } else { Ok(()) }
}

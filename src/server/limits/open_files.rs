//! The limit of open files: each client needs one.

/// Fewer files may be open than the limits of the configuration need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "this process may open {have} files, and its limits on clients need {needed}: \
     run `ulimit -n {needed}` first, or lower --max-sessions and --max-connections"
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
    // A system without such a limit allows any number.
    let have = rlimit::increase_nofile_limit(needed).unwrap_or(u64::MAX);
    if have < needed { Err(TooFewFiles { have, needed }) } else { Ok(()) }
}

//! The limits that sessions share: their number, and the memory beyond what each has for itself.

use std::net::IpAddr;

use super::connections::{ConnectionLimit, LimitReached, Permit};
use super::memory::{HeldMemory, MemoryLimit};

/// The limits that all sessions share. Cheap to clone; all clones share them.
#[derive(Clone, Debug)]
pub struct SessionsLimit {
    pub count: ConnectionLimit,
    pub memory: MemoryLimit,
}

/// The place of one session, which is given back when this is dropped.
#[derive(Debug)]
pub struct SessionPlace {
    /// The memory of messages that wait on their way in and out.
    pub messages: HeldMemory,
    /// The memory of many subscriptions.
    pub subscriptions: HeldMemory,
    /// The permit of the session.
    pub permit: Permit,
}

/// The limit that one more session would exceed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoPlace {
    Count(LimitReached),
    Memory,
}

impl SessionsLimit {
    /// Takes a place for a session from `address`.
    ///
    /// # Errors
    /// When all sessions are taken, in all or of this address, or this address holds much of the memory while little is
    /// left.
    pub fn try_admit(&self, address: IpAddr) -> Result<SessionPlace, NoPlace> {
        let permit = self.count.try_acquire(address).map_err(NoPlace::Count)?;
        let hold = || self.memory.try_hold(address, 0).map_err(|_| NoPlace::Memory);
        Ok(SessionPlace { messages: hold()?, subscriptions: hold()?, permit })
    }

    /// Checks that [`Self::try_admit`] would give a place to a session from `address` now, and takes none.
    ///
    /// # Errors
    /// As it would.
    pub fn check(&self, address: IpAddr) -> Result<(), NoPlace> {
        self.count.check(address, 1).map_err(NoPlace::Count)?;
        self.memory.check(address, 0).map_err(|_| NoPlace::Memory)
    }
}

//! A limit on memory that clients make the server hold: answers that they have not taken, and what sessions hold beyond
//! what each has for itself.

use std::net::IpAddr;

use super::connections::{ConnectionLimit, LimitReached, Permit};

/// The bytes that one permit stands for.
const UNIT: usize = 1024;
/// One address may hold one part in this many.
const SHARES: usize = 2;

/// A limit on memory: in all, and for one address. Cheap to clone; all clones share one limit.
#[derive(Clone, Debug)]
pub struct MemoryLimit {
    units: ConnectionLimit,
    bytes: usize,
}

/// Memory that is held for one address, and released when this is dropped.
#[derive(Debug)]
pub struct HeldMemory(Permit);

impl MemoryLimit {
    /// All addresses may hold `bytes`, and one address half of it.
    pub fn new(bytes: usize) -> Self {
        let units = bytes / UNIT;
        Self { units: ConnectionLimit::new(units, units / SHARES), bytes }
    }

    /// Holds `bytes` for `address`.
    ///
    /// # Errors
    /// When so much is not free in all, or for this address.
    pub fn try_hold(&self, address: IpAddr, bytes: usize) -> Result<HeldMemory, LimitReached> {
        self.units.try_acquire_many(address, units(bytes)).map(HeldMemory)
    }

    /// Checks that `address` could hold `bytes` more now, and holds none.
    ///
    /// # Errors
    /// When so much is not free in all, or for this address.
    pub fn check(&self, address: IpAddr, bytes: usize) -> Result<(), LimitReached> {
        self.units.check(address, units(bytes) as usize)
    }

    /// The most that may be held.
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// The memory that is held now.
    pub fn held(&self) -> usize {
        self.units.in_use() * UNIT
    }
}

impl HeldMemory {
    /// Memory of a limit that is never reached.
    #[cfg(test)]
    pub fn unlimited() -> Self {
        let limit = MemoryLimit::new(usize::from(u16::MAX) << 20);
        limit.try_hold(std::net::Ipv4Addr::LOCALHOST.into(), 0).expect("nothing is held yet")
    }

    /// Holds `bytes` instead of what is held.
    ///
    /// # Errors
    /// When so much more is not free in all, or for this address. Then nothing changes.
    pub fn resize(&mut self, bytes: usize) -> Result<(), LimitReached> {
        let units = units(bytes);
        if units as usize == self.0.count() { Ok(()) } else { self.0.resize(units) }
    }
}

fn units(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    #[test]
    fn address_may_hold_half() {
        let memory = MemoryLimit::new(64 * UNIT);
        let (one, other) = (IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1)), IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2)));
        let mut held = memory.try_hold(one, 31 * UNIT + 1).unwrap();
        assert_eq!(memory.try_hold(one, 1).err(), Some(LimitReached::PerAddress));
        assert_eq!(memory.try_hold(other, 33 * UNIT).err(), Some(LimitReached::Total));
        assert_eq!(held.resize(33 * UNIT), Err(LimitReached::PerAddress));
        assert_eq!(memory.held(), 32 * UNIT);
        held.resize(1).unwrap();
        assert_eq!(memory.held(), UNIT);
        held.resize(0).unwrap();
        assert_eq!(memory.held(), 0);
        drop(held);
        drop(memory.try_hold(one, 32 * UNIT).unwrap());
    }
}

//! A limit on the memory of answers that clients have not taken yet.

use std::net::IpAddr;

use super::connections::{ConnectionLimit, LimitReached, Permit};

/// The bytes that one permit stands for.
const UNIT: usize = 1024;
/// One address may hold one part in this many.
const SHARES: usize = 2;

/// A limit on the memory of answers: in all, and for one address. Cheap to clone; all clones share one limit.
#[derive(Clone, Debug)]
pub struct AnswerMemory(ConnectionLimit);

impl AnswerMemory {
    /// Answers may hold `bytes` in all, and half of it for one address.
    pub fn new(bytes: usize) -> Self {
        let units = bytes / UNIT;
        Self(ConnectionLimit::new(units, units / SHARES))
    }

    /// Kilobytes in use.
    #[cfg(test)]
    pub fn in_use(&self) -> usize {
        self.0.in_use()
    }

    /// Acquires the memory of an answer to `address`; dropping the permit releases it.
    ///
    /// # Errors
    /// When so much is not free in all, or for this address.
    pub fn try_acquire(&self, address: IpAddr, bytes: usize) -> Result<Permit, LimitReached> {
        let units = u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX);
        self.0.try_acquire_many(address, units)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    #[test]
    fn address_may_hold_half() {
        let memory = AnswerMemory::new(64 * UNIT);
        let (one, other) = (IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1)), IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2)));
        let held = memory.try_acquire(one, 31 * UNIT + 1).unwrap();
        assert_eq!(memory.try_acquire(one, 1).err(), Some(LimitReached::PerAddress));
        assert_eq!(memory.try_acquire(other, 33 * UNIT).err(), Some(LimitReached::Total));
        drop(held);
        drop(memory.try_acquire(one, 32 * UNIT).unwrap());
    }
}

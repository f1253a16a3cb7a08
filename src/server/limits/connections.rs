//! A limit on connections: in all, and from one address.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The part of all permits, one in this many, that is only for addresses with few permits.
const RESERVED: usize = 4;
/// An address with fewer permits than one in this many may take a reserved one.
const FEW: usize = 32;

/// A limit on connections, in all and from one address. Cheap to clone; all clones share one limit.
///
/// The last quarter of the permits is for addresses that hold less than a thirty-second of them, so that a few greedy
/// addresses cannot keep everybody else out.
#[derive(Clone, Debug)]
pub struct ConnectionLimit {
    permits: Arc<Semaphore>,
    max: usize,
    max_per_address: usize,
    /// Only addresses that hold a permit, so that the map never outgrows the limit.
    held: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// The limit that a connection would exceed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitReached {
    /// All permits are taken.
    Total,
    /// All permits of one address are taken.
    PerAddress,
}

/// A permit that no address holds yet.
#[derive(Debug)]
pub struct Reservation {
    permit: OwnedSemaphorePermit,
}

/// The permit of one connection, which is released when dropped.
#[derive(Debug)]
pub struct Permit {
    limit: ConnectionLimit,
    address: IpAddr,
    count: usize,
    reservation: Reservation,
}

impl ConnectionLimit {
    pub fn new(max: usize, max_per_address: usize) -> Self {
        Self { permits: Arc::new(Semaphore::new(max)), max, max_per_address, held: Arc::default() }
    }

    /// Acquires a permit for a connection from `address`. All addresses of an IPv6 /64 count as one.
    ///
    /// # Errors
    /// When all permits, or all of this address, are taken.
    pub fn try_acquire(&self, address: IpAddr) -> Result<Permit, LimitReached> {
        self.try_acquire_many(address, 1)
    }

    /// Acquires `count` permits for one answer to `address`.
    ///
    /// # Errors
    /// When so many are not free in all, or for this address.
    pub fn try_acquire_many(&self, address: IpAddr, count: u32) -> Result<Permit, LimitReached> {
        let permits = Arc::clone(&self.permits).try_acquire_many_owned(count).map_err(|_| LimitReached::Total)?;
        self.assign_many(Reservation { permit: permits }, address, count as usize)
    }

    /// Checks that `count` permits could be acquired for `address` now. It takes none, not even for a moment.
    ///
    /// # Errors
    /// When so many are not free in all, or for this address.
    pub fn check(&self, address: IpAddr, count: usize) -> Result<(), LimitReached> {
        let left = self.permits.available_permits().checked_sub(count).ok_or(LimitReached::Total)?;
        let of_address = self.held.lock().get(&network(address)).copied().unwrap_or_default();
        self.check_address(of_address, count, left)
    }

    /// Checks `count` more permits of an address that holds `of_address`, where `left` of all stay free.
    const fn check_address(&self, of_address: usize, count: usize, left: usize) -> Result<(), LimitReached> {
        // Where one address may hold all permits, none are reserved.
        let is_shared = self.max_per_address < self.max;
        let is_reserved = is_shared && left < self.max / RESERVED;
        if of_address + count > self.max_per_address || (is_reserved && of_address > self.max / FEW) {
            return Err(LimitReached::PerAddress);
        }
        Ok(())
    }

    /// Waits until a permit is free, and reserves it.
    pub async fn reserve(&self) -> Reservation {
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        Reservation { permit: permit.expect("invariant: the semaphore is never closed") }
    }

    /// Assigns a reserved permit to a connection from `address`.
    ///
    /// # Errors
    /// When all permits of this address are taken.
    pub fn assign(&self, reservation: Reservation, address: IpAddr) -> Result<Permit, LimitReached> {
        self.assign_many(reservation, address, 1)
    }

    fn assign_many(&self, reservation: Reservation, address: IpAddr, count: usize) -> Result<Permit, LimitReached> {
        let address = network(address);
        let mut held = self.held.lock();
        let of_address = held.get(&address).copied().unwrap_or_default();
        self.check_address(of_address, count, self.permits.available_permits())?;
        *held.entry(address).or_default() += count;
        Ok(Permit { limit: self.clone(), address, count, reservation })
    }

    /// Assigns a reserved permit to a connection from an address that has no limit of its own.
    pub fn assign_unlimited(&self, reservation: Reservation, address: IpAddr) -> Permit {
        let address = network(address);
        *self.held.lock().entry(address).or_default() += 1;
        Permit { limit: self.clone(), address, count: 1, reservation }
    }

    /// Counts `count` permits less for an address. The semaphore has them back already, or gets them next.
    fn release(&self, address: IpAddr, count: usize) {
        let mut held = self.held.lock();
        if let Some(of_address) = held.get_mut(&address) {
            *of_address -= count;
            if *of_address == 0 {
                held.remove(&address);
            }
        }
    }

    /// Reports whether three quarters of the permits are in use.
    pub fn is_scarce(&self) -> bool {
        self.permits.available_permits() < self.max / RESERVED
    }

    /// Permits in use.
    pub fn in_use(&self) -> usize {
        self.held.lock().values().sum()
    }

    /// Waits until all permits have been released.
    pub async fn all_released(&self) {
        let _ = self.permits.acquire_many(u32::try_from(self.max).unwrap_or(u32::MAX)).await;
    }
}

/// Reduces an address to the part that identifies its host. An IPv6 host chooses among 2^64 addresses
/// (RFC 4291, section 2.5.1), and an IPv4 address may come mapped into IPv6.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64)).into(),
        v4 => v4,
    }
}

impl Permit {
    /// Changes the number of permits.
    ///
    /// # Errors
    /// When so many more are not free in all, or for this address. Then nothing changes.
    pub fn resize(&mut self, count: u32) -> Result<(), LimitReached> {
        let new = count as usize;
        if new > self.count {
            let more = u32::try_from(new - self.count).unwrap_or(u32::MAX);
            let mut more = self.limit.try_acquire_many(self.address, more)?;
            // Only the semaphore's part is left behind; the address goes on to hold both.
            self.count += std::mem::take(&mut more.count);
            if let Some(permit) = more.reservation.permit.split(more.reservation.permit.num_permits()) {
                self.reservation.permit.merge(permit);
            }
        } else if new < self.count {
            drop(self.reservation.permit.split(self.count - new));
            self.limit.release(self.address, self.count - new);
            self.count = new;
        }
        Ok(())
    }

    /// The number of permits.
    pub const fn count(&self) -> usize {
        self.count
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.limit.release(self.address, self.count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    const fn from(last: u8) -> IpAddr {
        IpAddr::V4(Ipv4Addr::new(127, 0, 0, last))
    }

    #[test]
    fn network_is_the_same_for_each_address_of_a_host() {
        for (one, other, same) in [
            ("10.0.0.1", "10.0.0.2", false),
            ("10.0.0.1", "::ffff:10.0.0.1", true),
            ("2001:db8:0:1::1", "2001:db8:0:1:ffff:ffff:ffff:ffff", true),
            ("2001:db8:0:1::1", "2001:db8:0:2::1", false),
            ("::1", "127.0.0.1", false),
        ] {
            let [one, other]: [IpAddr; 2] = [one, other].map(|text| text.parse().unwrap());
            assert_eq!(network(one) == network(other), same, "{one} {other}");
        }
    }

    #[tokio::test]
    async fn reservation_waits_for_a_released_permit() {
        let limit = ConnectionLimit::new(1, 1);
        let one = limit.assign(limit.reserve().await, from(1)).unwrap();
        let waiting = tokio::spawn({
            let limit = limit.clone();
            async move { limit.assign(limit.reserve().await, from(1)).is_ok() }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        drop(one);
        assert!(waiting.await.unwrap());
        limit.all_released().await;
    }

    #[test]
    fn few_addresses_leave_permits_for_others() {
        let limit = ConnectionLimit::new(128, 100);
        let mut all: Vec<Permit> = (0..100).map_while(|_| limit.try_acquire(from(1)).ok()).collect();
        all.extend((0..100).map_while(|_| limit.try_acquire(from(2)).ok()));
        assert!(all.len() > 96 && all.len() < 110, "{}", all.len());
        for other in 3..10 {
            all.push(limit.try_acquire(from(other)).unwrap());
        }
        assert_eq!(limit.try_acquire(from(1)).err(), Some(LimitReached::PerAddress));
    }

    #[test]
    fn permits_can_be_acquired_together() {
        let limit = ConnectionLimit::new(100, 50);
        let many = limit.try_acquire_many(from(1), 40).unwrap();
        assert_eq!(limit.try_acquire_many(from(1), 11).err(), Some(LimitReached::PerAddress));
        assert_eq!(limit.try_acquire_many(from(2), 61).err(), Some(LimitReached::Total));
        assert_eq!(limit.in_use(), 40);
        drop(many);
        assert_eq!(limit.in_use(), 0);
        drop(limit.try_acquire_many(from(1), 50).unwrap());
    }

    #[test]
    fn permit_grows_and_shrinks_within_the_limits() {
        let limit = ConnectionLimit::new(100, 50);
        let mut permit = limit.try_acquire_many(from(1), 10).unwrap();
        for (count, want) in
            [(40, Ok(())), (51, Err(LimitReached::PerAddress)), (20, Ok(())), (0, Ok(())), (50, Ok(()))]
        {
            assert_eq!(permit.resize(count), want, "{count}");
            assert_eq!((limit.in_use(), limit.permits.available_permits()), (permit.count(), 100 - permit.count()));
        }
        let other = limit.try_acquire_many(from(2), 50).unwrap();
        assert_eq!(permit.resize(60), Err(LimitReached::Total));
        drop((permit, other));
        assert_eq!((limit.in_use(), limit.permits.available_permits()), (0, 100));
        assert!(limit.held.lock().is_empty());
    }

    #[test]
    fn check_agrees_with_acquiring_and_takes_nothing() {
        for (max, per_address) in [(3, 2), (128, 100), (8, 8)] {
            let limit = ConnectionLimit::new(max, per_address);
            let mut held = Vec::new();
            for at in 0..2 * max {
                let address = from(if at % 5 == 0 { 2 } else { 1 });
                let (before, checked) = (limit.permits.available_permits(), limit.check(address, 1));
                assert_eq!(limit.permits.available_permits(), before);
                let acquired = limit.try_acquire(address);
                assert_eq!(checked, acquired.as_ref().map(|_| ()).map_err(|reached| *reached), "{at} of {max}");
                held.extend(acquired);
            }
        }
    }

    #[tokio::test]
    async fn permits_are_limited_in_all_and_by_address() {
        let limit = ConnectionLimit::new(3, 2);
        let (one, two) = (limit.try_acquire(from(1)).unwrap(), limit.try_acquire(from(1)).unwrap());
        assert_eq!(limit.try_acquire(from(1)).err(), Some(LimitReached::PerAddress));
        let three = limit.try_acquire(from(2)).unwrap();
        assert_eq!(limit.try_acquire(from(3)).err(), Some(LimitReached::Total));
        drop(one);
        let four = limit.try_acquire(from(1)).unwrap();
        drop((two, three, four));
        assert_eq!(limit.in_use(), 0);
        assert!(limit.held.lock().is_empty(), "an address without a permit leaves no entry");
        limit.all_released().await;
    }
}

//! How many limit there may be, be they sessions or connections: in all, and from one address.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Room for limit. Cheap to clone; all clones are one room.
#[derive(Clone, Debug)]
pub struct ConnectionLimit {
    room: Arc<Semaphore>,
    places: usize,
    per_address: usize,
    /// Only addresses with a guest: no more than there are limit.
    addresses: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// Why there is no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitReached {
    Full,
    TooManyFromAddress,
}

/// A place that is kept for whoever comes next.
#[derive(Debug)]
pub struct Reservation {
    _permit: OwnedSemaphorePermit,
}

/// A guest's place; given back when dropped.
#[derive(Debug)]
pub struct Permit {
    limit: ConnectionLimit,
    address: IpAddr,
    _free: Reservation,
}

impl ConnectionLimit {
    pub fn new(places: usize, per_address: usize) -> Self {
        Self { room: Arc::new(Semaphore::new(places)), places, per_address, addresses: Arc::default() }
    }

    /// A place for a guest from `address`, an IPv6 one counted with all of its /64.
    ///
    /// # Errors
    /// When all places, or all of this address, are taken.
    pub fn take(&self, address: IpAddr) -> Result<Permit, LimitReached> {
        let permit = Arc::clone(&self.room).try_acquire_owned().map_err(|_| LimitReached::Full)?;
        self.seat(Reservation { _permit: permit }, address)
    }

    /// Waits until a place is free.
    pub async fn free_place(&self) -> Reservation {
        let permit = Arc::clone(&self.room).acquire_owned().await;
        Reservation { _permit: permit.expect("invariant: the room is never closed") }
    }

    /// Gives a free place to a guest from `address`.
    ///
    /// # Errors
    /// When all of this address are taken.
    pub fn seat(&self, free: Reservation, address: IpAddr) -> Result<Permit, LimitReached> {
        let address = network(address);
        let mut addresses = self.lock();
        let count = addresses.entry(address).or_default();
        if *count >= self.per_address {
            return Err(LimitReached::TooManyFromAddress);
        }
        *count += 1;
        Ok(Permit { limit: self.clone(), address, _free: free })
    }

    /// Gives a free place to a guest from an address that has no bound of its own.
    pub fn seat_any(&self, free: Reservation, address: IpAddr) -> Permit {
        let address = network(address);
        *self.lock().entry(address).or_default() += 1;
        Permit { limit: self.clone(), address, _free: free }
    }

    /// Places that are taken.
    pub fn taken(&self) -> usize {
        self.lock().values().sum()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.addresses.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until all places have been given back.
    pub async fn all_gone(&self) {
        let _ = self.room.acquire_many(u32::try_from(self.places).unwrap_or(u32::MAX)).await;
    }
}

/// What counts as one address: an IPv6 host has 2^64 of them to choose from (RFC 4291, section 2.5.1), and an
/// IPv4 host is the same one in IPv6's clothes.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64)).into(),
        v4 => v4,
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut addresses = self.limit.lock();
        if let Some(count) = addresses.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                addresses.remove(&self.address);
            }
        }
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
    fn a_host_is_one_address_however_it_writes_it() {
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
    async fn who_waits_for_a_place_gets_one_that_comes_back() {
        let limit = ConnectionLimit::new(1, 1);
        let one = limit.seat(limit.free_place().await, from(1)).unwrap();
        let waiting = tokio::spawn({
            let limit = limit.clone();
            async move { limit.seat(limit.free_place().await, from(1)).is_ok() }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        drop(one);
        assert!(waiting.await.unwrap());
        limit.all_gone().await;
    }

    #[tokio::test]
    async fn places_are_bounded_in_all_and_from_one_address_and_come_back() {
        let limit = ConnectionLimit::new(3, 2);
        let (one, two) = (limit.take(from(1)).unwrap(), limit.take(from(1)).unwrap());
        assert_eq!(limit.take(from(1)).err(), Some(LimitReached::TooManyFromAddress));
        let three = limit.take(from(2)).unwrap();
        assert_eq!(limit.take(from(3)).err(), Some(LimitReached::Full));
        drop(one);
        let four = limit.take(from(1)).unwrap();
        drop((two, three, four));
        assert!(limit.addresses.lock().unwrap().is_empty());
        limit.all_gone().await;
    }
}

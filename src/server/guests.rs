//! How many sessions there may be: in all, and from one address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Room for sessions. Cheap to clone; all clones are one room.
#[derive(Clone, Debug)]
pub struct Guests {
    room: Arc<Semaphore>,
    sessions: usize,
    per_address: usize,
    /// Only addresses with a session: no more than there are sessions.
    addresses: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// Why there is no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRoom {
    Full,
    TooManyFromAddress,
}

/// A session's place; given back when dropped.
#[derive(Debug)]
pub struct Place {
    guests: Guests,
    address: IpAddr,
    _permit: OwnedSemaphorePermit,
}

impl Guests {
    pub fn new(sessions: usize, per_address: usize) -> Self {
        Self { room: Arc::new(Semaphore::new(sessions)), sessions, per_address, addresses: Arc::default() }
    }

    /// A place for a session from `address`.
    ///
    /// # Errors
    /// When all places, or all of this address, are taken.
    pub fn take(&self, address: IpAddr) -> Result<Place, NoRoom> {
        let permit = Arc::clone(&self.room).try_acquire_owned().map_err(|_| NoRoom::Full)?;
        let mut addresses = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        let count = addresses.entry(address).or_default();
        if *count >= self.per_address {
            return Err(NoRoom::TooManyFromAddress);
        }
        *count += 1;
        Ok(Place { guests: self.clone(), address, _permit: permit })
    }

    /// Waits until all places have been given back.
    pub async fn all_gone(&self) {
        let _ = self.room.acquire_many(u32::try_from(self.sessions).unwrap_or(u32::MAX)).await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut addresses = self.guests.addresses.lock().unwrap_or_else(PoisonError::into_inner);
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

    #[tokio::test]
    async fn places_are_bounded_in_all_and_from_one_address_and_come_back() {
        let guests = Guests::new(3, 2);
        let (one, two) = (guests.take(from(1)).unwrap(), guests.take(from(1)).unwrap());
        assert_eq!(guests.take(from(1)).err(), Some(NoRoom::TooManyFromAddress));
        let three = guests.take(from(2)).unwrap();
        assert_eq!(guests.take(from(3)).err(), Some(NoRoom::Full));
        drop(one);
        let four = guests.take(from(1)).unwrap();
        drop((two, three, four));
        assert!(guests.addresses.lock().unwrap().is_empty());
        guests.all_gone().await;
    }
}

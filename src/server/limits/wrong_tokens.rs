//! A limit on wrong tokens from one address, so that nobody can try many.
//!
//! A program repeats its wrong token with each request, as a browser does with an old cookie. So the same wrong token
//! again costs nothing. An address that has sent a right token is not locked out by wrong ones, except from signing in:
//! people behind one address do not disturb each other.
//!
//! Pure: `now` is passed in.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

use super::connections::network;
use super::message_rate::RateLimiter;

/// Addresses that are remembered. Above it, those are forgotten that sent no wrong token in the last minute; if there
/// are none, all are: whoever has more addresses than this is not slowed down by any of them.
const MAX_ADDRESSES: usize = 10_000;

/// A digest of a token.
type Digest = [u8; 32];

/// Limits the wrong tokens of each address. Cheap to clone; all clones share one limit.
#[derive(Clone, Debug)]
pub struct WrongTokenLimit {
    /// Wrong tokens in a minute from one address, which may come at once.
    per_minute: u32,
    addresses: Arc<Mutex<HashMap<IpAddr, History>>>,
}

/// The tokens that came from one address.
#[derive(Clone, Copy, Debug)]
struct History {
    limiter: RateLimiter,
    last_wrong: Option<Digest>,
    /// A right token came from here.
    is_known: bool,
}

/// The way in which a token came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenUse {
    /// To sign in.
    SignIn,
    /// With any other request.
    Request,
}

impl WrongTokenLimit {
    pub fn new(per_minute: u32) -> Self {
        Self { per_minute, addresses: Arc::default() }
    }

    /// Counts a token that came from `address`: the digest of a wrong one, or `None` for a right one.
    ///
    /// # Errors
    /// The time until the next token may be tried, when the address has sent too many wrong ones. Then not even a right
    /// one is accepted.
    pub fn check(&self, address: IpAddr, usage: TokenUse, wrong: Option<Digest>, now: Instant) -> Result<(), Duration> {
        let address = network(address);
        let mut addresses = self.addresses.lock();
        make_room(&mut addresses, address, now);
        let history = addresses.entry(address).or_insert_with(|| History::new(self.per_minute, now));
        let is_repeated = wrong.is_some() && wrong == history.last_wrong;
        let is_trusted = wrong.is_none() && history.is_known;
        if usage == TokenUse::Request && (is_repeated || is_trusted) {
            return Ok(());
        }
        if !history.limiter.try_take(now) {
            return Err(history.limiter.time_until_next());
        }
        match wrong {
            Some(_) => history.last_wrong = wrong,
            None => {
                history.limiter.give_back();
                history.is_known = true;
            }
        }
        Ok(())
    }
}

impl History {
    fn new(per_minute: u32, now: Instant) -> Self {
        let capacity = f64::from(per_minute);
        Self { limiter: RateLimiter::with_capacity(capacity / 60.0, capacity, now), last_wrong: None, is_known: false }
    }
}

fn make_room(addresses: &mut HashMap<IpAddr, History>, newcomer: IpAddr, now: Instant) {
    if addresses.len() < MAX_ADDRESSES || addresses.contains_key(&newcomer) {
        return;
    }
    addresses.retain(|_, history| !history.limiter.is_full(now));
    if addresses.len() >= MAX_ADDRESSES {
        addresses.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn digest(number: u8) -> Digest {
        [number; 32]
    }

    fn from(last: u8) -> IpAddr {
        [10, 0, 0, last].into()
    }

    #[test]
    fn wrong_tokens_are_limited_by_address() {
        let (limit, start) = (WrongTokenLimit::new(10), Instant::now());
        let accepted = |address, usage, ms| {
            let now = start + Duration::from_millis(ms);
            // Other tokens in requests, as the same one again would pass.
            let numbers = if usage == TokenUse::SignIn { 0..50 } else { 100..150 };
            numbers.filter(|number| limit.check(from(address), usage, Some(digest(*number)), now).is_ok()).count()
        };
        assert_eq!(accepted(1, TokenUse::SignIn, 0), 10);
        assert_eq!(accepted(1, TokenUse::Request, 0), 0, "one limit for all ways");
        assert_eq!(accepted(2, TokenUse::Request, 0), 10);
        assert_eq!(accepted(1, TokenUse::SignIn, 6_001), 1);
        assert_eq!(accepted(1, TokenUse::SignIn, 3_600_000), 10);
    }

    #[test]
    fn locked_address_learns_nothing_about_a_right_token() {
        let (limit, now) = (WrongTokenLimit::new(2), Instant::now());
        for number in 0..2 {
            limit.check(from(1), TokenUse::SignIn, Some(digest(number)), now).unwrap();
        }
        for usage in [TokenUse::SignIn, TokenUse::Request] {
            let wait = limit.check(from(1), usage, None, now).unwrap_err();
            assert!(wait > Duration::from_secs(29) && wait <= Duration::from_secs(30), "{wait:?}");
        }
        assert_eq!(limit.check(from(1), TokenUse::SignIn, None, now + Duration::from_secs(31)), Ok(()));
    }

    #[test]
    fn same_wrong_token_again_costs_nothing() {
        let (limit, now) = (WrongTokenLimit::new(2), Instant::now());
        let old_cookie = || limit.check(from(1), TokenUse::Request, Some(digest(1)), now);
        assert!((0..100).all(|_| old_cookie().is_ok()));
        limit.check(from(1), TokenUse::SignIn, None, now).unwrap();
        limit.check(from(1), TokenUse::SignIn, Some(digest(1)), now).unwrap();
        assert!(limit.check(from(1), TokenUse::SignIn, Some(digest(1)), now).is_err(), "signing in always costs");
    }

    #[test]
    fn known_address_is_not_locked_out_by_others_behind_it() {
        let (limit, now) = (WrongTokenLimit::new(2), Instant::now());
        assert!((0..100).all(|_| limit.check(from(1), TokenUse::Request, None, now).is_ok()));
        let guesses =
            (0..50).filter(|number| limit.check(from(1), TokenUse::Request, Some(digest(*number)), now).is_ok());
        assert_eq!(guesses.count(), 2);
        assert_eq!(limit.check(from(1), TokenUse::Request, None, now), Ok(()));
        assert!(limit.check(from(1), TokenUse::SignIn, None, now).is_err());
    }

    #[test]
    fn remembered_addresses_are_bounded() {
        let (limit, now) = (WrongTokenLimit::new(2), Instant::now());
        for number in 0..25_000_u32 {
            let _ = limit.check(IpAddr::V4(number.into()), TokenUse::Request, Some(digest(1)), now);
            assert!(limit.addresses.lock().len() <= MAX_ADDRESSES);
        }
        let later = now + Duration::from_secs(120);
        for number in 50_000..65_000_u32 {
            let _ = limit.check(IpAddr::V4(number.into()), TokenUse::Request, None, later);
            assert!(limit.addresses.lock().len() <= MAX_ADDRESSES);
        }
    }
}

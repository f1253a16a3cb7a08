//! The slow-client throttle: when a session gets less than it was granted, and when it climbs back.
//!
//! Pure: `now` is passed in. The rungs: at the full rate; beats are skipped while a write is on its way
//! (that needs no decision: the newest state comes later); behind for a while, a lower tier; no byte taken
//! for the stall timeout, the end (that is the session's). The way up takes longer than the way down, and
//! longer after each fall, so that a session does not swing.

use std::time::Duration;

use tokio::time::Instant;

use crate::fanout::TierId;

/// What share of its time a session waits for its client is looked at over windows of this length.
const WINDOW: Duration = Duration::from_secs(2);
/// A session that waits for more than this share is behind ..
const BEHIND: f64 = 0.5;
/// .. and one that waits for less than this is healthy. Sockets take bursts, so single writes tell nothing.
const HEALTHY: f64 = 0.1;
/// Behind for so many windows in a row, a session gets a lower tier.
const WINDOWS: u32 = 2;
/// Healthy for so long, it gets a higher one; twice as long after each fall.
const RECOVERY: Duration = Duration::from_secs(10);
const MAX_RECOVERY: Duration = Duration::from_secs(160);

#[derive(Clone, Copy, Debug)]
pub struct Throttle {
    cap: Option<TierId>,
    window: Instant,
    /// How long it has waited in this window.
    waited: Duration,
    behind: u32,
    healthy: Duration,
    recovery: Duration,
}

impl Throttle {
    pub const fn new(now: Instant) -> Self {
        let (waited, healthy) = (Duration::ZERO, Duration::ZERO);
        Self { cap: None, window: now, waited, behind: 0, healthy, recovery: RECOVERY }
    }

    /// The fastest tier the session gets for now, if it gets less than was granted.
    pub const fn cap(&self) -> Option<TierId> {
        self.cap
    }

    /// Takes note that a write ended at `now` and took `took`; `fastest` is the fastest tier granted. Tells
    /// whether the cap has changed.
    pub fn wrote(&mut self, took: Duration, fastest: Option<TierId>, now: Instant) -> bool {
        let Some(fastest) = fastest else {
            // Nothing is granted: that tells nothing of the client.
            (self.window, self.waited) = (now, Duration::ZERO);
            return false;
        };
        self.waited += took;
        let elapsed = now.saturating_duration_since(self.window);
        if elapsed < WINDOW {
            return false;
        }
        let share = self.waited.as_secs_f64() / elapsed.as_secs_f64();
        (self.window, self.waited) = (now, Duration::ZERO);
        self.behind = if share > BEHIND { self.behind + 1 } else { 0 };
        self.healthy = if share < HEALTHY { self.healthy + elapsed } else { Duration::ZERO };
        let at = self.cap.map_or(fastest, |cap| cap.min(fastest));
        if self.behind >= WINDOWS {
            return self.fall(at);
        }
        if self.cap.is_some() && self.healthy >= self.recovery {
            self.healthy = Duration::ZERO;
            self.cap = at.faster().filter(|tier| *tier < fastest);
            return true;
        }
        false
    }

    fn fall(&mut self, from: TierId) -> bool {
        self.behind = 0;
        self.recovery = (self.recovery * 2).min(MAX_RECOVERY);
        let Some(lower) = from.slower() else { return false };
        self.cap = Some(lower);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fanout::{RATES, grant};

    /// For `seconds`, waits `took` in each half second; the rates of the caps on the way.
    fn run(throttle: &mut Throttle, now: &mut Instant, took_ms: u64, seconds: u32) -> Vec<Option<f64>> {
        let mut caps = Vec::new();
        for _ in 0..2 * seconds {
            *now += Duration::from_millis(500);
            if throttle.wrote(Duration::from_millis(took_ms), grant(5.0), *now) {
                caps.push(throttle.cap().map(|tier| RATES[tier.index()]));
            }
        }
        caps
    }

    #[test]
    fn a_session_falls_after_a_while_and_climbs_more_slowly() {
        let mut now = Instant::now();
        let mut throttle = Throttle::new(now);
        assert_eq!(run(&mut throttle, &mut now, 240, 60), [], "half its time is for the client");
        assert_eq!(run(&mut throttle, &mut now, 300, 3), []);
        assert_eq!(run(&mut throttle, &mut now, 300, 1), [Some(2.0)]);
        assert_eq!(run(&mut throttle, &mut now, 10, 19), []);
        assert_eq!(run(&mut throttle, &mut now, 10, 1), [None]);
    }

    #[test]
    fn a_client_that_stays_behind_falls_to_the_slowest_rate_and_no_further() {
        let mut now = Instant::now();
        let mut throttle = Throttle::new(now);
        assert_eq!(run(&mut throttle, &mut now, 500, 60), [Some(2.0), Some(1.0), Some(0.5)]);
    }

    #[test]
    fn a_burst_that_a_socket_takes_hides_no_slow_client() {
        let mut now = Instant::now();
        let mut throttle = Throttle::new(now);
        let mut fell = false;
        // Five writes that the socket takes at once, then one that waits for a second and a half.
        for _ in 0..4 {
            for took_ms in [0, 0, 0, 0, 0, 1_500] {
                now += Duration::from_millis(50 + took_ms);
                fell |= throttle.wrote(Duration::from_millis(took_ms), grant(20.0), now);
            }
        }
        assert!(fell);
    }

    #[test]
    fn a_hidden_page_does_not_climb_in_its_sleep() {
        let mut now = Instant::now();
        let mut throttle = Throttle::new(now);
        run(&mut throttle, &mut now, 400, 4);
        now += Duration::from_secs(300);
        assert!(!throttle.wrote(Duration::ZERO, None, now));
        assert_eq!(run(&mut throttle, &mut now, 0, 19), []);
        assert_eq!(run(&mut throttle, &mut now, 0, 1), [None]);
    }

    #[test]
    fn one_long_pause_is_no_reason() {
        let mut now = Instant::now();
        let mut throttle = Throttle::new(now);
        for _ in 0..20 {
            now += Duration::from_secs(10);
            assert!(!throttle.wrote(Duration::from_secs(10), grant(5.0), now));
            assert_eq!(run(&mut throttle, &mut now, 0, 4), []);
        }
    }

    #[test]
    fn each_fall_makes_the_way_up_longer() {
        let mut now = Instant::now();
        let mut throttle = Throttle::new(now);
        let mut waits = Vec::new();
        for _ in 0..6 {
            run(&mut throttle, &mut now, 400, 4);
            assert!(throttle.cap().is_some());
            let fell = now;
            while throttle.cap().is_some() {
                run(&mut throttle, &mut now, 0, 1);
            }
            waits.push((now - fell).as_secs());
        }
        assert!(waits.is_sorted() && waits[0] >= 20 && *waits.last().unwrap() <= 164, "{waits:?}");
    }
}

//! The throttle of a slow client: it lowers a session's rate, and raises it again.
//!
//! Pure: `now` is passed in. A slow client is treated in four steps. It gets the full rate; flushes are skipped while a
//! write is in progress or the window is shut (`read_window.rs`), which needs no decision, as the newest state comes
//! later; a session that is behind for a while gets a slower tier; one whose client takes no byte for the stall timeout
//! ends (`write_timeout.rs`). Recovery takes longer than lowering, and longer each time, so that a session does not
//! oscillate.
//!
//! The window alone keeps prices fresh where a library answers when its program reads. The throttle is for libraries that
//! read ahead of their program into a queue: at a lower rate the program empties it.

use std::time::Duration;

use tokio::time::Instant;

use crate::fanout::{RATES, TierId};

/// The share of time that a session waits for its client is measured over windows of this length. Sockets take
/// bursts, so a single write says nothing.
const WINDOW: Duration = Duration::from_secs(2);
/// A session that waits for more than this share of a window is behind.
const BEHIND_SHARE: f64 = 0.5;
/// A session that waits for less than this share of a window is healthy.
const HEALTHY_SHARE: f64 = 0.1;
/// A session that is behind for this many windows in a row gets a slower tier.
const MAX_BEHIND: u32 = 2;
/// No session is lowered below this rate, in updates a second: its client would wait for longer than it reads.
const SLOWEST_CAP: f64 = 1.0;
/// A session that is healthy for this time gets a faster tier. The time doubles each time that the rate is lowered.
const RECOVERY: Duration = Duration::from_secs(10);
const MAX_RECOVERY: Duration = Duration::from_secs(160);

/// The throttle of one session.
#[derive(Clone, Copy, Debug)]
pub struct Throttle {
    /// The fastest tier that the session gets, if it gets less than it was granted.
    cap: Option<TierId>,
    window_start: Instant,
    /// Time spent writing in this window.
    waited: Duration,
    /// Windows in a row in which the session was behind.
    behind: u32,
    /// Time in a row in which the session was healthy.
    healthy: Duration,
    /// Healthy time that the next recovery takes.
    recovery: Duration,
}

impl Throttle {
    pub const fn new(now: Instant) -> Self {
        let (waited, healthy) = (Duration::ZERO, Duration::ZERO);
        Self { cap: None, window_start: now, waited, behind: 0, healthy, recovery: RECOVERY }
    }

    /// The fastest tier that the session gets, if it gets less than it was granted.
    pub const fn cap(&self) -> Option<TierId> {
        self.cap
    }

    /// Records a write that took `took` and ended at `now`; `fastest` is the fastest tier granted. Returns whether the
    /// cap has changed.
    pub fn on_write(&mut self, took: Duration, fastest: Option<TierId>, now: Instant) -> bool {
        let Some(fastest) = fastest else {
            // Without a granted rate little is written, which says nothing about the client.
            (self.window_start, self.waited) = (now, Duration::ZERO);
            return false;
        };
        self.waited += took;
        let elapsed = now.saturating_duration_since(self.window_start);
        if elapsed < WINDOW {
            return false;
        }
        let share = self.waited.as_secs_f64() / elapsed.as_secs_f64();
        (self.window_start, self.waited) = (now, Duration::ZERO);
        self.behind = if share > BEHIND_SHARE { self.behind + 1 } else { 0 };
        self.healthy = if share < HEALTHY_SHARE { self.healthy + elapsed } else { Duration::ZERO };
        let current = self.cap.map_or(fastest, |cap| cap.min(fastest));
        if self.behind >= MAX_BEHIND {
            return self.lower(current);
        }
        if self.cap.is_some() && self.healthy >= self.recovery {
            self.healthy = Duration::ZERO;
            self.cap = current.faster().filter(|tier| *tier < fastest);
            return true;
        }
        false
    }

    fn lower(&mut self, from: TierId) -> bool {
        self.behind = 0;
        self.recovery = (self.recovery * 2).min(MAX_RECOVERY);
        let Some(slower) = from.slower().filter(|slower| RATES[slower.index()] >= SLOWEST_CAP) else { return false };
        self.cap = Some(slower);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fanout::grant;

    /// Runs for `seconds` with a write of `took_ms` in each half second. Returns the rate of each new cap.
    fn run(throttle: &mut Throttle, now: &mut Instant, took_ms: u64, seconds: u32) -> Vec<Option<f64>> {
        let mut caps = Vec::new();
        for _ in 0..2 * seconds {
            *now += Duration::from_millis(500);
            if throttle.on_write(Duration::from_millis(took_ms), grant(5.0), *now) {
                caps.push(throttle.cap().map(|tier| RATES[tier.index()]));
            }
        }
        caps
    }

    #[test]
    fn throttle_lowers_after_a_while_and_recovers_more_slowly() {
        let mut now = Instant::now();
        let mut throttle = Throttle::new(now);
        assert_eq!(run(&mut throttle, &mut now, 240, 60), [], "half of the time may be spent writing");
        assert_eq!(run(&mut throttle, &mut now, 300, 3), []);
        assert_eq!(run(&mut throttle, &mut now, 300, 1), [Some(2.0)]);
        assert_eq!(run(&mut throttle, &mut now, 10, 19), []);
        assert_eq!(run(&mut throttle, &mut now, 10, 1), [None]);
    }

    #[test]
    fn throttle_stops_at_one_update_a_second() {
        let mut now = Instant::now();
        let mut throttle = Throttle::new(now);
        assert_eq!(run(&mut throttle, &mut now, 500, 60), [Some(2.0), Some(1.0)]);
    }

    #[test]
    fn burst_that_the_socket_takes_does_not_hide_a_slow_client() {
        let mut now = Instant::now();
        let mut throttle = Throttle::new(now);
        let mut lowered = false;
        // Five writes that the socket takes at once, then one that waits for a second and a half.
        for _ in 0..4 {
            for took_ms in [0, 0, 0, 0, 0, 1_500] {
                now += Duration::from_millis(50 + took_ms);
                lowered |= throttle.on_write(Duration::from_millis(took_ms), grant(20.0), now);
            }
        }
        assert!(lowered);
    }

    #[test]
    fn session_without_a_rate_does_not_recover() {
        let mut now = Instant::now();
        let mut throttle = Throttle::new(now);
        run(&mut throttle, &mut now, 400, 4);
        now += Duration::from_secs(300);
        assert!(!throttle.on_write(Duration::ZERO, None, now));
        assert_eq!(run(&mut throttle, &mut now, 0, 19), []);
        assert_eq!(run(&mut throttle, &mut now, 0, 1), [None]);
    }

    #[test]
    fn single_long_write_does_not_lower() {
        let mut now = Instant::now();
        let mut throttle = Throttle::new(now);
        for _ in 0..20 {
            now += Duration::from_secs(10);
            assert!(!throttle.on_write(Duration::from_secs(10), grant(5.0), now));
            assert_eq!(run(&mut throttle, &mut now, 0, 4), []);
        }
    }

    #[test]
    fn recovery_takes_longer_after_each_lowering() {
        let mut now = Instant::now();
        let mut throttle = Throttle::new(now);
        let mut waits = Vec::new();
        for _ in 0..6 {
            run(&mut throttle, &mut now, 400, 4);
            assert!(throttle.cap().is_some());
            let lowered_at = now;
            while throttle.cap().is_some() {
                run(&mut throttle, &mut now, 0, 1);
            }
            waits.push((now - lowered_at).as_secs());
        }
        assert!(waits.is_sorted() && waits[0] >= 20 && *waits.last().unwrap() <= 164, "{waits:?}");
    }
}

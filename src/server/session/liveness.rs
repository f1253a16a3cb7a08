//! The silence of a client: it is asked for a pong after a while, and taken as gone if it sends nothing at all.
//!
//! Pure: time comes as the half seconds that have passed.

use super::limits::PING_INTERVAL;

/// The time for which a client has sent nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Liveness {
    /// In half seconds.
    silent: u32,
}

/// The next step towards a silent client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// A ping, which it has to answer.
    Ping,
    /// The end of its session.
    End,
}

impl Liveness {
    /// The client has sent something.
    pub const fn on_received(&mut self) {
        self.silent = 0;
    }

    /// Returns what the client gets if it has been silent for another `half_seconds`.
    pub const fn pass(&mut self, half_seconds: u32) -> Option<Silence> {
        let before = self.silent;
        self.silent += half_seconds;
        if self.silent >= 2 * PING_INTERVAL {
            Some(Silence::End)
        } else if before < PING_INTERVAL && self.silent >= PING_INTERVAL {
            Some(Silence::Ping)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silent_client_gets_one_ping_and_then_ends() {
        let mut liveness = Liveness::default();
        let found: Vec<_> = (1..=60).filter_map(|step| Some((step, liveness.pass(1)?))).collect();
        assert_eq!(found, [(30, Silence::Ping), (60, Silence::End)]);
    }

    #[test]
    fn client_that_answers_now_and_then_gets_no_ping() {
        let mut liveness = Liveness::default();
        for _ in 0..100 {
            assert_eq!(liveness.pass(29), None);
            liveness.on_received();
        }
    }
}

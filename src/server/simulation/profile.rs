//! The kinds of clients: their links, their pace, and what they do.

use std::time::Duration;

use super::connection::Pace;
use super::dice::Dice;
use super::socket::Link;

/// The habits of a client.
#[derive(Clone, Copy, Debug)]
pub struct Profile {
    pub link: Link,
    pub pace: Pace,
    /// Reads at once, always, over a fast link.
    pub is_healthy: bool,
    /// Commands the feed.
    pub drives: bool,
    /// Breaks the protocol.
    pub is_rude: bool,
    /// Loses its connections.
    pub is_unlucky: bool,
}

impl Profile {
    pub fn random(dice: &mut Dice) -> Self {
        let is_healthy = dice.chance(40);
        let drives = dice.chance(30);
        let is_rude = !is_healthy && dice.chance(20);
        let is_unlucky = dice.chance(40);
        if is_healthy {
            let link = Link { partial: dice.pick(&[0, 5]), yields: dice.pick(&[0, 0, 10]), ..fast(dice) };
            return Self { link, pace: Pace::FULL, is_healthy, drives, is_rude, is_unlucky };
        }
        let pace = match dice.within(0..8) {
            0 => Pace { chunk: 1, pause: Duration::ZERO },
            1 => Pace { chunk: 7, pause: Duration::from_millis(1) },
            2 => Pace { chunk: 400, pause: Duration::from_millis(20) },
            _ => Pace::FULL,
        };
        Self { link: slow(dice), pace, is_healthy, drives, is_rude, is_unlucky }
    }
}

/// The link of a client near the server.
fn fast(dice: &mut Dice) -> Link {
    let latency = Duration::from_micros(dice.pick(&[0, 200, 3_000]));
    Link { buffer: 64 * 1_024, latency, jitter: latency / 4, byte: Duration::ZERO, partial: 0, yields: 0 }
}

/// Any link.
pub fn slow(dice: &mut Dice) -> Link {
    let buffer = dice.pick(&[600, 4_000, 20_000, 64 * 1_024]);
    // A small buffer and a long way together would take minutes for a history.
    let latency = Duration::from_millis(if buffer < 4_000 { dice.pick(&[0, 2]) } else { dice.pick(&[0, 2, 40, 150]) });
    Link {
        buffer,
        latency,
        jitter: latency / dice.within(1..5) as u32,
        byte: Duration::from_nanos(dice.pick(&[0, 100, 2_000, 12_000])),
        partial: dice.pick(&[0, 10, 50]),
        yields: dice.pick(&[0, 20]),
    }
}

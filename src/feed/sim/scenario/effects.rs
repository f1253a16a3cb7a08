//! What can be staged: each scenario as a function of time, strength and duration.
//!
//! A scenario says what it does to one symbol in one second; everything else follows by itself, since activity,
//! spreads and sizes react to volatility here as they do in markets. docs/SCENARIOS.md describes each.
//!
//! Pure: no randomness, no state. Not here: whom it hits and when (`stage`), how it is written (`script`).

use std::fmt;
use std::str::FromStr;

use super::influence::Influence;
use crate::feed::sim::model::elementary::{exp, ln};

/// A scenario by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scenario {
    Crash,
    FlashCrash,
    Squeeze,
    VolatilitySpike,
    Quiet,
    Halt,
    FatFinger,
    News,
    OpenBurst,
    TickStorm,
    Decoupling,
    FeedGap,
}

impl Scenario {
    pub const ALL: [Self; 12] = [
        Self::Crash,
        Self::FlashCrash,
        Self::Squeeze,
        Self::VolatilitySpike,
        Self::Quiet,
        Self::Halt,
        Self::FatFinger,
        Self::News,
        Self::OpenBurst,
        Self::TickStorm,
        Self::Decoupling,
        Self::FeedGap,
    ];

    pub const fn label(self) -> &'static str {
        match self {
            Self::Crash => "crash",
            Self::FlashCrash => "flash-crash",
            Self::Squeeze => "squeeze",
            Self::VolatilitySpike => "volatility-spike",
            Self::Quiet => "quiet",
            Self::Halt => "halt",
            Self::FatFinger => "fat-finger",
            Self::News => "news",
            Self::OpenBurst => "open-burst",
            Self::TickStorm => "tick-storm",
            Self::Decoupling => "decoupling",
            Self::FeedGap => "feed-gap",
        }
    }

    /// How long it takes where nothing else is asked for, in seconds.
    pub const fn usual_seconds(self) -> f64 {
        match self {
            Self::FatFinger => 1.0,
            Self::FeedGap => 10.0,
            Self::TickStorm => 30.0,
            Self::Halt => 60.0,
            Self::FlashCrash => 180.0,
            Self::Crash | Self::Squeeze | Self::OpenBurst | Self::Decoupling => 300.0,
            Self::Quiet | Self::News => 600.0,
            Self::VolatilitySpike => 1_200.0,
        }
    }

    /// Whether it goes the other way where its strength is below 0.
    pub const fn turns(self) -> bool {
        use Scenario::{Crash, FatFinger, FlashCrash, Halt, News, Squeeze};
        matches!(self, Crash | FlashCrash | Squeeze | Halt | FatFinger | News)
    }

    /// How many durations it is felt.
    pub const fn reach(self) -> f64 {
        match self {
            Self::Crash => 4.0,
            Self::Squeeze | Self::VolatilitySpike | Self::News | Self::OpenBurst => 3.0,
            Self::Halt => 2.0,
            _ => 1.0,
        }
    }

    /// What it does in the second that begins `at` seconds after it.
    pub fn influence(self, at: f64, seconds: f64, strength: f64) -> Influence {
        let (size, share) = (strength.abs(), at / seconds);
        let drift = |path: fn(f64) -> f64| path((at + 1.0) / seconds) - path(share);
        let calm = Influence::NONE;
        match self {
            Self::Crash => {
                let panic = after(share, 1.0, 0.7);
                Influence {
                    drift: strength * drift(crash_path),
                    log_volatility: panic * (0.9 + 0.1 * size),
                    log_activity: 1.2 * panic,
                    tilt: if share < 1.0 { -0.6 * sign(strength) } else { 0.3 * panic * sign(strength) },
                    ..calm
                }
            }
            Self::FlashCrash => Influence {
                drift: strength * drift(flash_path),
                log_volatility: 1.1,
                log_activity: 1.5,
                log_spread: if share < 0.6 { 1.2 } else { 0.5 },
                tilt: sign(strength) * if share < BOTTOM { -0.7 } else { 0.5 },
                unlimited: true,
                ..calm
            },
            Self::Squeeze => Influence {
                drift: strength * drift(squeeze_path),
                log_volatility: 0.8 * after(share, 1.0, 0.5),
                log_activity: 1.5 * after(share, 1.0, 0.5),
                tilt: sign(strength) * if share < 1.0 { 0.7 } else { -0.4 * after(share, 1.0, 0.5) },
                unlimited: true,
                ..calm
            },
            Self::VolatilitySpike => Influence { log_volatility: ln(1.0 + 3.5 * size) * exp(-2.0 * share), ..calm },
            Self::Quiet => {
                Influence { log_volatility: -0.5 * ln(1.0 + 2.0 * size), log_activity: -ln(1.0 + 2.0 * size), ..calm }
            }
            Self::Halt => Influence {
                jump: if at == seconds.floor() { 0.03 * strength } else { 0.0 },
                halted: share < 1.0,
                log_volatility: if share < 1.0 { 0.0 } else { 1.2 * after(share, 1.0, 0.4) },
                ..calm
            },
            Self::FatFinger => {
                Influence { sweep: if at == 0.0 { -0.03 * strength } else { 0.0 }, unlimited: true, ..calm }
            }
            Self::News => Influence {
                // Most of it at once; the rest drifts in while people read on.
                jump: if at == 0.0 { 0.02 * strength } else { 0.0 },
                drift: 0.01 * strength * drift(|share| 1.0 - exp(-12.0 * share)),
                log_volatility: (0.7 + 0.3 * size) * (exp(-8.0 * share) + 0.5 * exp(-share)),
                log_activity: exp(-8.0 * share),
                tilt: 0.5 * sign(strength) * exp(-8.0 * share),
                ..calm
            },
            Self::OpenBurst => Influence {
                log_volatility: 0.7 * exp(-2.0 * share),
                log_activity: ln(1.0 + 5.0 * size) * exp(-2.0 * share),
                log_spread: 0.4 * exp(-3.0 * share),
                ..calm
            },
            Self::TickStorm => Influence { log_activity: ln(1.0 + 24.0 * size), ..calm },
            Self::Decoupling => Influence { coupling: (1.0 - strength).max(-1.0), ..calm },
            Self::FeedGap => Influence { silent: true, ..calm },
        }
    }
}

/// 1 until `until`, then down, by e in each `scale`.
fn after(share: f64, until: f64, scale: f64) -> f64 {
    if share < until { 1.0 } else { exp(-(share - until) / scale) }
}

const fn sign(strength: f64) -> f64 {
    if strength < 0.0 { -1.0 } else { 1.0 }
}

/// Log price, from 0: down by 8 %, of which two fifths come back.
fn crash_path(share: f64) -> f64 {
    const DEPTH: f64 = 0.083_4;
    if share < 1.0 { -DEPTH * share } else { -DEPTH * (0.6 + 0.4 * exp(-(share - 1.0))) }
}

/// Where a flash crash turns, as a share of its duration.
const BOTTOM: f64 = 0.35;

/// Down by 7 %, ever faster, and nearly all the way back.
fn flash_path(share: f64) -> f64 {
    const DEPTH: f64 = 0.072_6;
    if share < BOTTOM {
        return -DEPTH * (share / BOTTOM) * (share / BOTTOM);
    }
    let back = ((share - BOTTOM) / (1.0 - BOTTOM)).min(1.0);
    -DEPTH * (1.0 - 0.95 * back * (2.0 - back))
}

/// Up by 10 %, ever faster; then the air goes out, by half.
fn squeeze_path(share: f64) -> f64 {
    const HEIGHT: f64 = 0.095_3;
    if share < 1.0 { HEIGHT * share * share } else { HEIGHT * (0.5 + 0.5 * exp(-(share - 1.0) / 0.25)) }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

/// The text names no scenario.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no scenario {0}; there are {all}", all = Scenario::ALL.map(Scenario::label).join(", "))]
pub struct UnknownScenario(pub String);

impl FromStr for Scenario {
    type Err = UnknownScenario;

    fn from_str(text: &str) -> Result<Self, UnknownScenario> {
        Self::ALL.into_iter().find(|s| s.label() == text).ok_or_else(|| UnknownScenario(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the drifts and jumps of all seconds come to.
    fn total(scenario: Scenario, seconds: f64, strength: f64, until: f64) -> f64 {
        let moved = |at| {
            let influence = scenario.influence(f64::from(at), seconds, strength);
            influence.drift + influence.jump
        };
        (0..(seconds * until) as u32).map(moved).sum()
    }

    #[test]
    fn names_are_read_back() {
        for scenario in Scenario::ALL {
            assert_eq!(scenario.label().parse(), Ok(scenario));
        }
        let error = "tsunami".parse::<Scenario>().unwrap_err().to_string();
        assert!(error.contains("tsunami") && error.contains("flash-crash"), "{error}");
    }

    #[test]
    fn moves_are_as_large_as_they_say() {
        let check = |scenario, until, percent: f64| {
            for seconds in [20.0, 300.0] {
                let got = 100.0 * (total(scenario, seconds, 1.0, until).exp() - 1.0);
                assert!((got - percent).abs() < 0.35, "{scenario} after {until}: {got} %");
                let flipped = total(scenario, seconds, -2.0, until);
                assert!((flipped + 2.0 * total(scenario, seconds, 1.0, until)).abs() < 1e-9);
            }
        };
        check(Scenario::Crash, 1.0, -8.0);
        check(Scenario::Crash, 4.0, -5.0);
        check(Scenario::FlashCrash, BOTTOM, -7.0);
        check(Scenario::FlashCrash, 1.0, -0.4);
        check(Scenario::Squeeze, 1.0, 10.0);
        check(Scenario::Squeeze, 3.0, 4.9);
        check(Scenario::News, 3.0, 3.0);
        check(Scenario::Halt, 2.0, 3.0);
    }

    #[test]
    fn nothing_is_left_when_it_is_over() {
        for scenario in Scenario::ALL {
            let last = scenario.influence((scenario.reach() * 1_000.0).floor() - 1.0, 1_000.0, 1.0);
            let left = last.log_volatility.abs() + last.log_activity.abs() + last.drift.abs();
            let lasting = matches!(scenario, Scenario::Quiet | Scenario::TickStorm | Scenario::FlashCrash);
            assert!(lasting || left < 0.3, "{scenario}: {last:?}");
        }
    }
}
